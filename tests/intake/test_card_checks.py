"""What the card says while it is being filled: computed by LibreOffice, compared with the engine and with words."""

from __future__ import annotations

import random
from collections.abc import Mapping

import polars as pl
import pytest
from attrs import evolve

from filled_cards import Sheet, computed, needs_office
from monitorings import DISTRICT
from profdev_indicators import cards, monitor
from profdev_indicators.builtin.measures import Count
from profdev_indicators.builtin.readers import Frame
from profdev_indicators.builtin.readers.cardsheets import CHECK
from profdev_indicators.demo.filling import filled
from profdev_indicators.intake.cards.checks import literal
from profdev_indicators.model import District, Indicator, Item, Jump, Section, Source, Unit

LONG = "Педагогических работников, которые " + "очень " * 60 + "«заняты»"
ITEMS = (
    Item(id="n_ped", title="Педагогических работников", type="count", required=True, jump=Jump(percent=20, at_least=3)),
    Item(id="n_young", title="из них молодых", type="count", at_most="n_ped", required=True),
    Item(id="hours", title="Часов в среднем", type="number", minimum=0.5, maximum=100),
    Item(id="mentoring", title='Есть "наставничество"', type="flag", required=True),
    Item(id="n_mentored", title=LONG, type="count", at_most="n_young", only_if="mentoring", required=True),
    Item(id="site", title="Есть сайт", type="flag", evidence="required"),
    Item(id="n_links", title="Разработок", type="count", evidence="required"),
    Item(id="quality", title="Качество", type="level", levels={"высокое": 2, "среднее, но растёт": 1, "=никакого": 0}),
    Item(id="praised", title="Отмечено", type="flag", only_if="quality"),
    Item(id="n_a", title="Часть А", type="count"),
    Item(id="n_b", title="Часть Б", type="count"),
    Item(id="n_both", title="Всего", type="count", sum_of=("n_a", "n_b")),
    Item(id="started", title="Когда начато", type="date"),
    Item(id="n_tail", title="Меньше длинного", type="count", at_most="n_mentored"),
)
FINE = {
    "n_ped": 42,
    "n_young": 5,
    "hours": 12.5,
    "mentoring": "да",
    "n_mentored": 2,
    "site": "нет",
    "n_links": 0,
    "quality": "среднее, но растёт",
    "praised": "да",
    "n_a": 1,
    "n_b": 2,
    "n_both": 3,
    "started": 44_801,
    "n_tail": 2,
}
# Answers instead of the fine ones → what is said of whom.
TOLD: tuple[tuple[Mapping[str, object], Mapping[str, str]], ...] = (
    ({}, dict.fromkeys(FINE, "✓")),
    ({"n_ped": "42 чел."}, {"n_ped": "! нужно целое число без слов и знака %", "n_young": "✓"}),
    ({"n_ped": 0.85}, {"n_ped": "! нужно целое число без слов и знака %"}),
    ({"n_ped": -1}, {"n_ped": "! нужно целое число без слов и знака %", "n_young": "✓"}),
    ({"n_ped": None}, {"n_ped": "○ не заполнено", "n_young": "✓"}),
    ({"n_ped": "н/д", "hours": " Н/Д "}, {"n_ped": "– нет данных", "hours": "– нет данных"}),
    ({"n_young": 50}, {"n_young": "! больше, чем в п. 1 «Педагогических работников» (42)"}),
    ({"n_ped": 60}, {"n_ped": "? было 40, стало 60: если это так, ничего не меняйте"}),
    ({"n_ped": 43}, {"n_ped": "✓"}),
    ({"hours": 0.25}, {"hours": "! меньше, чем может быть (0,5)"}),
    ({"hours": 101}, {"hours": "! больше, чем может быть (100)"}),
    ({"hours": None}, {"hours": "можно пропустить"}),
    ({"mentoring": "имеется"}, {"mentoring": "! выберите «да» или «нет»"}),
    ({"mentoring": " Да "}, {"mentoring": "✓"}),
    ({"mentoring": "нет"}, {"n_mentored": '! больше нуля, а в п. 4 «Есть "наставничество"» — нет'}),
    ({"mentoring": "нет", "n_mentored": None}, {"n_mentored": "○ впишите 0: в п. 4 «нет»"}),
    ({"mentoring": "нет", "n_mentored": 0, "n_tail": 0}, {"n_mentored": "✓"}),
    ({"site": "да"}, {"site": "! нужна ссылка: без неё ответ не подтверждён"}),
    ({"n_links": 3}, {"n_links": "! нужна ссылка: без неё ответ не подтверждён"}),
    ({"quality": "отменное"}, {"quality": "! выберите ответ из списка"}),
    ({"quality": "=никакого"}, {"quality": "✓", "praised": "! «да», а в п. 8 «Качество» — нет"}),
    ({"n_both": 4}, {"n_both": "! не равно сумме пп. 10, 11 (3)"}),
    ({"n_both": 4, "n_a": None}, {"n_both": "✓"}),
    ({"started": "вчера"}, {"started": "! нужна дата, например 28.08.2022"}),
    ({"started": 2022}, {"started": "! нужна дата, например 28.08.2022"}),
    ({"n_tail": 3}, {"n_tail": "! больше, чем в п. 5 «Педагогических работников, которые очень очень…» (2)"}),
)
CODES = (
    ("@inn", "0011037595", "✓"),
    ("@inn", " 0011037595 ", "✓"),
    ("@inn", "0011037596", "! опечатка: не сходится контрольная цифра"),
    ("@inn", "001103759017", "✓"),
    ("@inn", "001103759117", "! опечатка: не сходится контрольная цифра"),
    ("@inn", "11037595", "! нужно 10 или 12 цифр"),
    ("@inn", "ИНН0011037", "! нужны только цифры"),
    ("@ogrn", "1020000001230", "✓"),
    ("@ogrn", "1020000001231", "! опечатка: не сходится контрольная цифра"),
    ("@ogrn", "0011037595", "! нужно 13 цифр"),
)
CHANCES: Mapping[str, tuple[object, ...]] = {
    "n_ped": (None, 0, 39, 41, 44, 60, 12.5, "н/д", "сорок"),
    "n_young": (None, 0, 3, 40, 50, -2, "85 %"),
    "hours": (None, 0, 0.5, 99.5, 100.5, "н/д", "много"),
    "mentoring": (None, "да", "нет", "может быть"),
    "n_mentored": (None, 0, 1, 4, 45),
    "site": (None, "да", "нет"),
    "n_links": (None, 0, 2, -1),
    "quality": (None, "высокое", "среднее, но растёт", "=никакого", "иное"),
    "praised": (None, "да", "нет"),
    "n_a": (None, 0, 7),
    "n_b": (None, 0, 3),
    "n_both": (None, 3, 7, 10),
    "n_tail": (None, 0, 2),
}
SEED, TRIES = 20220701, 30
MARKS = {"evidence": "!", "jump": "?", "required": "○"}  # of whatever is no error


def _district(count: int) -> District:
    """So many schools."""
    source = Source(id="card", title="Карта", reader=Frame(), items=ITEMS, asked_of=("school",))
    units = tuple(Unit(id=f"s{n:02}", name=f"Школа № {n}", kind="school") for n in range(count))
    teachers = Indicator(
        id="1",
        title="Педагогов",
        measure=Count(counted="n_ped"),
        source=source,
        unit="ед.",
        silence="excluded",
        missing="strict",
    )
    sections = (Section(id="one", title="Раздел", indicators=(teachers,)),)
    return evolve(DISTRICT, sources=(source,), units=units, sections=sections, populations=())


def _chance() -> list[dict[str, object]]:
    dice = random.Random(SEED)  # noqa: S311 - no secret
    return [{item: dice.choice(values) for item, values in CHANCES.items()} for _ in range(TRIES)]


def _frame(answers: list[Mapping[str, object]]) -> pl.DataFrame:
    """The same answers as a table of texts, and those of the year before."""
    rows = [{"unit": f"s{n:02}", "period": "2022", **told} for n, told in enumerate(answers)]
    rows += [{"unit": f"s{n:02}", "period": "2021", "n_ped": 40} for n in range(len(answers))]
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(
        {name: [None if row.get(name) is None else str(row.get(name)) for row in rows] for name in names},
        schema=dict.fromkeys(names, pl.String),
    )


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sheet]:
    """All cards of this module, in one start of LibreOffice: those of the table, then those of chance."""
    answers = [{**FINE, **told} for told, _ in TOLD] + _chance()
    made = cards(_district(len(answers)), period="2022", frames={"card": _frame([{} for _ in answers])})
    sent = {unit: filled(made[name], told) for (name, unit), told in zip(made.units.items(), answers, strict=True)}
    sent |= {f"code{n}": filled(next(iter(made.values())), {key: code}) for n, (key, code, _) in enumerate(CODES)}
    sent["empty"] = filled(next(iter(made.values())), {})
    linked = {"site": "https://school.example/plan", "n_links": "https://school.example/works"}
    sent["linked"] = filled(next(iter(made.values())), {**FINE, "site": "да", "n_links": 4}, linked)
    return computed(sent, tmp_path_factory.mktemp("office"))


@needs_office
@pytest.mark.parametrize("nth", range(len(TOLD)))
def test_the_card_says_what_is_wrong_and_what_is_right(sheets: dict[str, Sheet], nth: int) -> None:
    _, expected = TOLD[nth]
    assert {item: sheets[f"s{nth:02}"].cell(item, CHECK) for item in expected} == dict(expected)


@needs_office
def test_the_card_objects_exactly_where_the_engine_will(sheets: dict[str, Sheet]) -> None:
    """The first remark of a card is of the gravest kind of what the audit finds in the same answers."""
    chance = _chance()
    monitoring = monitor(_district(TRIES), period="2022", frames={"card": _frame(list(chance))})
    found = monitoring.defects.filter(pl.col("period") == "2022", pl.col("item").is_not_null())
    expected: dict[tuple[str, str], str] = {}
    for unit, item, check in found.select("unit", "item", "check").iter_rows():
        mark = MARKS.get(check, "!")
        expected[unit, item] = min(expected.get((unit, item), mark), mark, key="!?○".index)
    said = {}
    for n, answers in enumerate(chance):
        sheet = sheets[f"s{n + len(TOLD):02}"]
        for item in answers:
            remark = str(sheet.cell(item, CHECK))[:1]
            if remark in {"!", "?", "○"}:
                said[f"s{n:02}", item] = remark
    told_unknown = {key for key in expected if chance[int(key[0][1:])][key[1]] == "н/д"}
    assert said == {key: mark for key, mark in expected.items() if key not in told_unknown}
    assert {"!", "?", "○"} == set(said.values())


@needs_office
@pytest.mark.parametrize("nth", range(len(CODES)))
def test_a_misprint_in_a_code_is_seen_at_once(sheets: dict[str, Sheet], nth: int) -> None:
    key, _, expected = CODES[nth]
    assert sheets[f"code{nth}"].cell(key, CHECK) == expected


@needs_office
def test_a_misprint_in_a_code_is_counted_on_top(sheets: dict[str, Sheet]) -> None:
    assert "замечаний: 1;" in sheets["code2"].status


@needs_office
def test_a_link_given_is_enough(sheets: dict[str, Sheet]) -> None:
    assert [sheets["linked"].cell(item, CHECK) for item in ("site", "n_links")] == ["✓", "✓"]


@needs_office
def test_the_line_on_top_counts(sheets: dict[str, Sheet]) -> None:
    assert sheets["s00"].status == "✓ Карта заполнена, замечаний нет: её можно отправлять"
    assert sheets["s01"].status == "Заполнено 14 из 14; замечаний: 1; обязательных осталось: 0"
    assert sheets["s04"].status == "Заполнено 13 из 14; замечаний: 0; обязательных осталось: 1"


@needs_office
def test_an_untouched_card_already_shows_what_will_be_computed(sheets: dict[str, Sheet]) -> None:
    made = cards(_district(1), period="2022", frames={"card": _frame([{}])})
    fresh = Sheet.of(next(iter(made.values())))
    computed_anew = sheets["empty"]
    assert fresh.status == computed_anew.status
    checks = {key: fresh.cell(key, CHECK) for key in fresh.keys}
    assert checks == {key: computed_anew.cell(key, CHECK) for key in computed_anew.keys}


def test_a_text_in_a_formula_is_cut_into_pieces_excel_can_read() -> None:
    text = 'а"б' * 200 + "😀" * 200
    pieces = literal(text).split('"&"')
    assert max(len(piece.encode("utf-16-le")) // 2 for piece in pieces) <= 255
    assert "".join(pieces)[1:-1].replace('""', '"') == text
