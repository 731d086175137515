"""Records in a configuration: what is read, laid over, dumped, compared, and where every mistake is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators import load
from profdev_indicators.config.compare import compare
from profdev_indicators.config.dump import dump
from profdev_indicators.config.nodes import MappingNode, ScalarNode, parse
from profdev_indicators.config.positions import within
from profdev_indicators.config.schema import json_schema
from profdev_indicators.errors import ConfigError
from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Breakdown, District, RecordItem
from profdev_indicators.plugins import kinds, plugin_manager
from strategies import core_alone

GOOD = """\
id: somewhere
title: Где-то
kinds: {school: школа}
units: [{id: a, name: А, kind: school}]
sources:
  - id: card
    title: Карта
    reader: {csv: {location: "{period}.csv"}}
    items: [{id: plan, title: План, type: flag}]
  - id: people
    title: Реестр
    reader: {parquet: {location: "{period}/*.parquet", columns: {oo: ИНН}}}
    items: [{id: n_young, title: Молодых педагогов, type: count, at_most: n_ped}]
    records:
      unit: oo
      person: key
      columns: {age: integer, main: flag, load: number, born: date}
      items:
        n_ped: main
        n_young:
          where: main AND age < 35
        hours: {where: main, sum: load, title: Нагрузка}
        n_rows: {}
      breakdowns: [subject, {column: main, title: Основное место, applies_to: all}]
populations:
  - {id: teachers, title: педагоги, items: [n_ped]}
sections:
  - id: one
    title: Раздел
    indicators:
      - id: "1"
        title: Доля
        source: people
        measure: {share: {counted: n_young, population: teachers}}
        silence: excluded
        missing: strict
      - id: "2"
        title: Часы
        source: people
        measure: {count: {counted: hours}}
        silence: excluded
        missing: strict
"""
WHERE = "where: main AND age < 35"


def district(folder: Path, text: str = GOOD) -> District:
    path = folder / "district.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, core_alone())


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        district(folder, text)
    return [str(problem).replace(f"{folder / 'district.yaml'}:", "") for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, "the test does not say which place it means"
    return GOOD.replace(old, new)


# --- what is read ---------------------------------------------------------------------------------------------------


def test_records_may_be_written_shortly(tmp_path: Path) -> None:
    records = district(tmp_path).sources[1].records
    assert records is not None
    assert records.items == {
        "n_ped": RecordItem(where="main"),
        "n_young": RecordItem(where="main AND age < 35"),
        "hours": RecordItem(where="main", sum="load", title="Нагрузка"),
        "n_rows": RecordItem(),
    }
    assert records.breakdowns == (
        Breakdown(column="subject"),
        Breakdown(column="main", title="Основное место", applies_to="all"),
    )
    assert records.types["oo"] == records.types["key"] == records.types["subject"] == "text"


def test_what_records_answer_is_asked_though_it_is_not_listed(tmp_path: Path) -> None:
    items = {item.id: (item.title, item.type) for item in district(tmp_path).sources[1].items}
    assert items == {
        "n_young": ("Молодых педагогов", "count"),
        "n_ped": ("n_ped", "count"),
        "hours": ("Нагрузка", "number"),
        "n_rows": ("n_rows", "count"),
    }


def test_dumped_records_load_back_to_the_same(tmp_path: Path) -> None:
    here = district(tmp_path)
    again = district(tmp_path, dump(here, kinds(core_alone())))
    assert again == here


def test_the_schema_of_an_editor_knows_records() -> None:
    schema = json_schema(kinds(core_alone()))

    def objections(text: str) -> list[Any]:
        return list(jsonschema.Draft7Validator(schema).iter_errors(yaml.safe_load(text)))

    assert objections(GOOD) == []
    for old, new in (
        ("person: key", "persons: key"),
        (WHERE, "where_: main"),
        ("age: integer", "age: int"),
        ("applies_to: all", "applies_to: some"),
        ("- id: people", "- id: people\n    recordss: {}"),
    ):
        assert objections(changed(old, new)), new


def test_records_of_a_base_are_laid_over_by_question(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(GOOD, encoding="utf-8")
    more = "{n_young: {where: age <= 35}, n_old: {where: age > 60}, n_ped: {title: Всего}}"
    own = f"extends: base.yaml\nid: own\nsources: [{{id: people, records: {{items: {more}, breakdowns: [age]}}}}]\n"
    records = district(tmp_path, own).sources[1].records
    assert records is not None
    assert list(records.items) == ["n_ped", "n_young", "hours", "n_rows", "n_old"]
    assert records.items["n_young"] == RecordItem(where="age <= 35")
    assert records.items["n_ped"] == RecordItem(title="Всего")  # one text and three keys have nothing to share
    assert records.breakdowns == (Breakdown(column="age"),)


# --- mistakes -------------------------------------------------------------------------------------------------------

_PEOPLE = "sources[1].records"
_YOUNG = f"{_PEOPLE}.items.n_young.where"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # expressions: the place is that of the flaw, however the text is written
        (
            WHERE,
            "where: main AND agee < 35",
            f"21:27: {_YOUNG}: нет колонки «agee» — может быть, age?\n  main AND agee < 35\n           ^^^^",
        ),
        (
            WHERE,
            "where: 'main AND subject < ''а'' '",
            (
                f"21:28: {_YOUNG}: для «<» нет порядка: здесь текст — тексты сравнивают через =, IN или LIKE; "
                "если это число или дата, объявите колонку так\n  main AND subject < 'а' \n           ^^^^^^^"
            ),
        ),
        (
            WHERE,
            "where: |\n            main\n            AND agee < 35",
            f"23:17: {_YOUNG}: нет колонки «agee» — может быть, age?\n  AND agee < 35\n      ^^^^",
        ),
        (
            WHERE,
            "where: >\n            main\n            AND agee < 35",
            f"23:17: {_YOUNG}: нет колонки «agee» — может быть, age?\n  main AND agee < 35\n           ^^^^",
        ),
        (
            WHERE,
            'where: "main\n            AND agee < 35"',
            f"22:17: {_YOUNG}: нет колонки «agee» — может быть, age?\n  main AND agee < 35\n           ^^^^",
        ),
        (
            WHERE,
            "where: age + 1",
            f"21:18: {_YOUNG}: здесь нужно: признак (да или нет), а получается число\n  age + 1\n  ^^^^^^^",
        ),
        (
            "n_ped: main",
            "n_ped: mainn",
            f"19:16: {_PEOPLE}.items.n_ped.where: нет колонки «mainn» — может быть, main?\n  mainn\n  ^^^^^",
        ),
        (
            "sum: load",
            "sum: main",
            (
                f"22:35: {_PEOPLE}.items.hours.sum: здесь нужно: целое число или число, а получается "
                f"признак (да или нет)\n  main\n  ^^^^"
            ),
        ),
        # columns
        (
            "person: key",
            "person: oo",
            f"16:15: {_PEOPLE}.person: person — тот же столбец, что unit: «oo» — назовите разные столбцы",
        ),
        (
            "{age: integer",
            "{Key: flag, age: integer",
            (
                f"17:16: {_PEOPLE}.columns: «key» и «Key» различаются только заглавными буквами — переименуйте один из "
                "столбцов"
            ),
        ),
        (
            "{age: integer",
            "{oo: number, age: integer",
            f"17:21: {_PEOPLE}.columns.oo: «oo» — число, а здесь нужен text или integer — объявите его text",
        ),
        (
            "[subject,",
            "[load,",
            (
                f"24:20: {_PEOPLE}.breakdowns[0]: по столбцу «load» (number) не разбить: нужен "
                f"text, flag или integer — "
                "заведите столбец с группами"
            ),
        ),
        (
            "[subject,",
            "[main,",
            f"24:26: {_PEOPLE}.breakdowns[1]: разрез «main» повторён — оставьте один",
        ),
        (
            "[subject,",
            "[key,",
            f"24:20: {_PEOPLE}.breakdowns[0]: «key» — столбец person, а не разрез — разрез по человеку выдал бы людей",
        ),
        (
            "columns: {oo: ИНН}",
            "columns: {ooo: ИНН}",
            "12:13: sources[1].reader: columns: нет столбца «ooo» — возможно, «oo»?",
        ),
        # periods
        (
            '"{period}/*.parquet"',
            '"*.parquet"',
            (
                f"14:5: {_PEOPLE}: неизвестен отчётный период записей — назовите столбец: period: … — или поставьте "
                "{period} в location, :period в query"
            ),
        ),
        (
            "person: key",
            "period: year",
            f"16:15: {_PEOPLE}.period: период назван и столбцом, и при чтении — оставьте одно: period или {{period}}",
        ),
        (
            'location: "{period}/*.parquet"',
            'location: ["{period}/*.parquet", old.parquet]',
            (
                "12:34: sources[1].reader.location: период есть не в каждом образце location — "
                "поставьте {period} во все "
                "или ни в один"
            ),
        ),
        # readers
        (
            "columns: {oo: ИНН}",
            "shared: true",
            (
                "12:64: sources[1].reader.shared: shared: файл записей не бывает общим с картами — "
                "назовите файлы реестра "
                "в location"
            ),
        ),
        (
            "columns: {oo: ИНН}",
            "constants: {key: один}",
            (
                "12:67: sources[1].reader.constants: constants: key: у всех строк стал бы один "
                "человек — нужен столбец с "
                "ключом человека"
            ),
        ),
        # questions
        (
            "n_young:\n          where: main AND age < 35",
            "N-young:\n          where: main",
            f"20:9: {_PEOPLE}.items.N-young: id поля «N-young»: латинские строчные буквы, цифры и _ — например, n_ped",
        ),
        (
            "n_rows: {}",
            "row: {}",
            f"23:9: {_PEOPLE}.items.row: id поля «row» занят: так называется столбец ответа — например, n_row",
        ),
        (
            "n_rows: {}",
            "school: {}",
            (
                f"23:9: {_PEOPLE}.items.school: id поля «school» занят: так называется вид организаций "
                f"— например, n_school"
            ),
        ),
        (
            "n_rows: {}",
            "plan: {}",
            f"23:9: {_PEOPLE}.items.plan: id «plan» повторён — впервые — в строке 9",
        ),
        (
            "{id: n_young,",
            "{id: n_yung,",
            "13:18: sources[1].items[0].id: на «n_yung» записи не отвечают — может быть, «n_young»?",
        ),
        (
            "type: count, at_most: n_ped",
            "type: flag",
            "13:59: sources[1].items[0].type: «n_young»: из записей получается count, а не flag — напишите type: count",
        ),
        (
            "at_most: n_ped",
            "evidence: required",
            "13:76: sources[1].items[0].evidence: «n_young»: ссылок у записей нет — уберите evidence",
        ),
        (
            "at_most: n_ped",
            "required: true",
            (
                "13:76: sources[1].items[0].required: «n_young»: required у вопроса к записям не "
                "имеет смысла: пустых ячеек "
                "у записи нет — уберите его"
            ),
        ),
        (
            "at_most: n_ped",
            "only_if: plan",
            (
                "13:75: sources[1].items[0].only_if: «n_young»: only_if у вопроса к записям не "
                "имеет смысла: его проверяют "
                "по ответам карты; условие впишите в where — уберите его"
            ),
        ),
        # what is made of them
        (
            "measure: {count: {counted: hours}}",
            "measure: {district_flag: {flag: n_ped}}",
            (
                "40:18: sections[0].indicators[1].measure: «n_ped» — число людей из записей, а эта формула складывает "
                "ответы организаций — для записей: share, rate, count, mean"
            ),
        ),
        (
            "counted: hours",
            "counted: hous",
            "40:36: sections[0].indicators[1].measure.count.counted: нет такого поля: «hous» — может быть, «hours»?",
        ),
        (
            "populations:",
            "card: {sources: [card, people]}\npopulations:",
            (
                "25:24: card.sources[1]: «people» — записи (records): на них отвечает реестр, а не "
                "организация — уберите "
                "его из card.sources"
            ),
        ),
    ],
)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert problems(tmp_path, changed(old, new)) == [said]


def test_records_that_answer_nothing_are_told(tmp_path: Path) -> None:
    start, end = GOOD.index("      items:\n        n_ped"), GOOD.index("      breakdowns")
    said = problems(tmp_path, f"{GOOD[:start]}      items: {{}}\n{GOOD[end:]}")
    assert any("нет такого поля: «n_ped»" in text for text in said)
    alone = (
        GOOD[: GOOD.index("populations")]
        .replace(GOOD[start:end], "      items: {}\n")
        .replace("    items: [{id: n_young, title: Молодых педагогов, type: count, at_most: n_ped}]\n", "")
    )
    text = f"{alone}sections: [{{id: one, title: Р, indicators: [{_PLAN}]}}]\n"
    assert problems(tmp_path, text) == [
        f"17:14: {_PEOPLE}.items: из записей ничего не считают — впишите: items: {{n_ped: условие}}"
    ]


_PLAN = '{id: "1", title: П, source: card, measure: {count: {counted: plan}}, silence: excluded, missing: strict}'


class _Reader:
    """Читает."""

    def read(self, request: object) -> tuple[()]:
        del request
        return ()


class _Engine:
    """Считает."""

    def tally(self, question: object, parts: object) -> Iterator[tuple[int, object]]:
        del question, parts
        yield from ()


class _Plugin:
    @hookimpl
    def provide_readers(self) -> dict[str, type]:
        return {"deaf": attrs.frozen(_Reader, kw_only=True)}

    @hookimpl
    def provide_engines(self) -> dict[str, type]:
        return {"abacus": attrs.frozen(_Engine, kw_only=True)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '{parquet: {location: "{period}/*.parquet", columns: {oo: ИНН}}}',
            "{deaf: {}}",
            (
                "12:13: sources[1].reader: этим способом записи не читаются — записи умеют читать: csv, parquet, xlsx, "
                "json, ndjson, files, sql, frame"
            ),
        ),
        (
            "populations:",
            "engines: [{abacus: {}}, {abacus: {}}]\npopulations:",
            "25:25: engines[1]: этим уже велено считать выше — оставьте один",
        ),
    ],
)
def test_plugins_that_do_not_fit_are_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "district.yaml"
    path.write_text(changed(old, new))
    with pytest.raises(ConfigError) as caught:
        load(path, plugin_manager(_Plugin(), discover=False))
    assert [str(problem) for problem in caught.value.problems] == [f"{path}:{said}"]


def test_every_flaw_of_every_text_is_told_at_once(tmp_path: Path) -> None:
    text = changed(WHERE, "where: agee < 35 AND mein").replace("n_ped: main\n", "n_ped: mainn\n")
    assert [said.split(": ")[0] for said in problems(tmp_path, text)] == ["19:16", "21:18", "21:32"]


# --- places ---------------------------------------------------------------------------------------------------------

_LETTERS = st.text(st.sampled_from("ab<'\"\\#: \tжё%"), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text
)
_STYLES = st.sampled_from(["'", '"', "|", None])


@given(st.lists(_LETTERS, min_size=1, max_size=4), _STYLES, st.data())
def test_the_place_of_a_character_is_where_it_stands_in_the_file(
    lines: list[str], style: str | None, data: st.DataObject
) -> None:
    text = "\n".join(lines)
    written = yaml.dump({"key": {"inner": text}}, default_style=style, allow_unicode=True, width=30)
    root = parse(written.encode(), "a.yaml").root
    assert isinstance(root, MappingNode)
    inner = root.entries["key"].node
    assert isinstance(inner, MappingNode)
    node = inner.entries["inner"].node
    assert isinstance(node, ScalarNode)
    assert node.text == text
    line = data.draw(st.integers(1, len(lines)))
    column = data.draw(st.integers(1, len(lines[line - 1])))
    letter = lines[line - 1][column - 1]
    place = within(node, line, column)
    found = written.split("\n")[place.line - 1][place.column - 1 :]
    if not letter.isspace():
        assert found[0] in {letter, "\\"}  # an escape stands for it in double quotes
        assert found[0] == letter or found[:2] in {"\\\\", '\\"'} or found.startswith(("\\u", "\\x"))


# --- changes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (
            WHERE,
            "where: main AND age <= 35",
            [(f"{'sources[people].records'}.items[n_young].where", "changed", ("1",))],
        ),
        ("n_ped: main\n", "n_ped: NOT main\n", [("sources[people].records.items[n_ped].where", "changed", ("1",))]),
        ("sum: load", "sum: load * 2", [("sources[people].records.items[hours].sum", "changed", ("2",))]),
        ("      person: key\n", "", [("sources[people].records.person", "removed", ("1", "2"))]),
        ("age: integer", "age: number", [("sources[people].records.columns[age]", "changed", ("1", "2"))]),
        (", born: date", "", [("sources[people].records.columns[born]", "removed", ())]),
        ("title: Нагрузка", "title: Часы", None),
        ("[subject, ", "[", [("sources[people].records.breakdowns[0]", "removed", ())]),
    ],
)
def test_another_rule_breaks_what_is_made_of_it_and_nothing_else(
    tmp_path: Path, old: str, new: str, found: list[tuple[str, str, tuple[str, ...]]] | None
) -> None:
    before, after = district(tmp_path), district(tmp_path, changed(old, new))
    told = [(one.path, one.what, one.indicators) for one in compare(before, after)]
    if found is None:
        assert all(not breaks for _, _, breaks in told)
    elif "breakdowns" in found[0][0]:
        assert all("breakdowns" in path and not breaks for path, _, breaks in told)
    else:
        assert told == found


def test_a_register_in_place_of_a_card_breaks_what_it_answers(tmp_path: Path) -> None:
    start, end = GOOD.index("    records:"), GOOD.index("populations:")
    card = (
        GOOD[:start]
        .replace(
            "at_most: n_ped}",
            "at_most: n_ped}, {id: n_ped, title: В, type: count}, {id: hours, title: Ч, type: number}",
        )
        .replace("columns: {oo: ИНН}", "header: 1")
        .replace("parquet: {", "csv: {")
    )
    before, after = district(tmp_path, card + GOOD[end:]), district(tmp_path)
    (found,) = [one for one in compare(before, after) if one.path == "sources[people].records"]
    assert found.indicators == ("1", "2")
