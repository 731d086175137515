"""The analytical note: nothing in it but what the answer says, nothing of it missing, no empty heading."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import docx
import polars as pl
import pypdf
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import monitorings
from example_district import monitored, plugins, written
from profdev_indicators import hookimpl, load, monitor, publish, wording
from profdev_indicators.facade import analyse
from profdev_indicators.frames import HIDDEN as HIDDEN_FRAME
from profdev_indicators.frames import STATES, VALUES
from profdev_indicators.model import District, Name
from profdev_indicators.results import Exhibit, Monitoring, Protection
from profdev_indicators.views.form import forms
from profdev_reports.blocks import (
    Block,
    Bullets,
    Cell,
    Document,
    Editable,
    Figure,
    Heading,
    Landscape,
    PageBreak,
    Paragraph,
    Table,
    Text,
)
from profdev_reports.documents.form import HIDDEN
from profdev_reports.documents.note import compose
from profdev_reports.kinds import Note

EXAMPLES = Path(__file__).parents[4] / "examples"


def document(monitoring: Monitoring) -> Document:
    return compose(forms(monitoring)[-1], monitoring)


def flat(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Editable | Landscape):
            yield from flat(block.blocks)
        else:
            yield block


def spoken(text: Text | Cell) -> str:
    text = text.text if isinstance(text, Cell) else text
    return text if isinstance(text, str) else "".join(run.text for run in text)


def texts(blocks: Sequence[Block]) -> Iterator[str]:
    for block in flat(blocks):
        match block:
            case Heading(text=text) | Paragraph(text=text):
                yield spoken(text)
            case Bullets(items=items):
                yield from map(spoken, items)
            case Table():
                yield from (block.caption, *block.head, *block.notes)
                yield from (spoken(cell) for row in block.rows for cell in row.cells)
            case Figure():
                yield from (block.caption, block.alt)


def words(monitoring: Monitoring) -> str:
    return "\n".join(texts(document(monitoring).blocks))


def headings(monitoring: Monitoring, level: int = 1) -> list[str]:
    return [
        block.text for block in flat(document(monitoring).blocks) if isinstance(block, Heading) and block.level == level
    ]


def table(monitoring: Monitoring, caption: str) -> Table:
    return next(
        block for block in flat(document(monitoring).blocks) if isinstance(block, Table) and block.caption == caption
    )


def editable(monitoring: Monitoring, id: str) -> str:  # noqa: A002 - the word of the blocks
    found = [block for block in document(monitoring).blocks if isinstance(block, Editable) and block.id == id]
    return "\n".join(texts(found))


class Control:
    """Hides what is counted over fewer than ten, and the district's own 4.2."""

    @hookimpl
    def protect(self, values: pl.LazyFrame, district: District, published: pl.DataFrame | None) -> Protection:
        del district, published
        few = (pl.col("denominator") < 10) & (pl.col("denominator") > 1)
        hide = few | ((pl.col("indicator") == "4.2") & (pl.col("level") > 0))
        numbers = ["numerator", "denominator", "value", "ci_low", "ci_high"]
        safe = values.with_columns(
            pl.when(hide).then(pl.lit("suppressed", VALUES["state"])).otherwise("state").alias("state"),
            pl.when(hide).then(pl.lit("мало людей")).otherwise("reason").alias("reason"),
            *(pl.when(~hide.fill_null(value=False)).then(name).alias(name) for name in numbers),
        )
        return Protection(values=safe.collect(), hidden=pl.DataFrame(schema=HIDDEN_FRAME))


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Monitoring:
    made = written(tmp_path_factory.mktemp("analysed"))
    return analyse(monitored(made, "2022"), data=made.data)


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Monitoring:
    made = written(tmp_path_factory.mktemp("public"))
    manager = plugins()
    manager.register(Control())
    return publish(monitored(made, "2022"), data=made.data, plugins=manager)[0]


@pytest.fixture(scope="module")
def lively() -> Monitoring:
    return monitorings.lively()


def test_the_chapters_are_those_of_the_skeleton_in_its_order(example: Monitoring) -> None:
    assert [title for title in headings(example) if not title.startswith("Приложение")] == [
        "1. Введение",
        "2. Сводная форма",
        "3. Анализ по разделам",
        "4. Показатели с отрицательной динамикой",
        "5. Успешные практики",
        "6. Эффективность ранее принятых мер",
        "7. Прогноз",
        "8. Выводы",
        "9. Адресные рекомендации",
        "10. Проект решений",
    ]


def test_what_an_absent_plugin_would_bring_is_simply_absent(lively: Monitoring) -> None:
    titles = [title for title in headings(lively) if not title.startswith("Приложение")]
    assert titles == [
        "1. Введение",
        "2. Сводная форма",
        "3. Анализ по разделам",
        "4. Показатели с отрицательной динамикой",
        "5. Выводы",
        "6. Адресные рекомендации",
        "7. Проект решений",
    ]


@pytest.mark.parametrize("given", ["example", "public", "lively", "bare"])
def test_no_heading_is_empty_and_no_table_without_rows(given: str, request: pytest.FixtureRequest) -> None:
    monitoring = monitorings.bare() if given == "bare" else request.getfixturevalue(given)
    blocks = [block for block in flat(document(monitoring).blocks) if not isinstance(block, PageBreak)]
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        if isinstance(block, Heading):
            assert after is not None
            assert not isinstance(after, Heading) or after.level > block.level, block.text
        if isinstance(block, Table):
            assert block.rows
            assert all(len(row.cells) == len(block.head) or row.kind == "section" for row in block.rows)
            assert len(block.widths) == len(block.head)
            assert sum(block.widths) == pytest.approx(1, abs=0.001)


def test_appendices_are_numbered_without_gaps(example: Monitoring) -> None:
    numbers = [int(title.split()[1].rstrip(".")) for title in headings(example) if title.startswith("Приложение")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_summary_has_the_value_the_year_before_the_change_and_the_target(example: Monitoring) -> None:
    rows = {spoken(row.cells[0]): row for row in table(example, "Значения показателей за 2022 год").rows}
    for line in forms(example)[-1].lines:
        told = [spoken(cell) for cell in rows[line.indicator.id].cells]
        assert told[1] == line.indicator.title
        assert line.value is not None
        assert line.before is not None
        assert told[2].startswith(wording.with_unit(line.value.value or 0.0, "%"))
        assert told[2].endswith(f"\n{wording.of(line.value.numerator or 0, line.value.denominator)}")
        assert told[3].startswith(wording.with_unit(line.before.value or 0.0, "%"))
        assert told[4] == ("" if line.change is None else wording.change(line.change, "%"))
        assert told[5] == (wording.as_set(line.target.at, "%") if line.target else "")
        assert told[6]


def test_the_verdict_is_a_word_and_not_only_a_colour(example: Monitoring) -> None:
    cells = [row.cells[6] for row in table(example, "Значения показателей за 2022 год").rows if row.kind == "plain"]
    tones = {"good": "лучше", "bad": "хуже"}
    assert all(isinstance(cell, Cell) and tones.get(cell.tone, "") in spoken(cell) for cell in cells)
    assert {"лучше", "сравнить нельзя"} <= {spoken(cell).split("\n")[0] for cell in cells}


def test_a_percent_of_a_sentence_stands_with_what_it_is_made_of(example: Monitoring) -> None:
    """The sentences the note makes itself; those of analyses are theirs."""
    own = "\n".join(editable(example, name) for name in ("conclusions", *(f"section-{place}" for place in range(1, 7))))
    percents = re.findall(r"\d\xa0%(?! \()", own)
    goals = re.findall(r"Цель \d+\xa0%", own)
    assert len(re.findall(r"\d\xa0% \(\d[\d\xa0]* из \d[\d\xa0]*\)", own)) > 40
    assert len(percents) == len(goals)


def test_numbers_of_the_analysis_are_those_of_the_values(example: Monitoring) -> None:
    value, before = example.value("1.1"), example.value("1.1", period="2021")
    assert value.numerator is not None
    assert before.numerator is not None
    now, was = (
        f"{wording.with_unit(one.value or 0, '%')} ({wording.of(one.numerator or 0, one.denominator)})"
        for one in (value, before)
    )
    by = wording.change((value.value or 0) - (before.value or 0), "%")
    assert f"1.1. Доля педагогических работников, прошедших диагностику…: {now}" in editable(example, "section-1")
    assert f"лучше, чем за 2021 год: было {was}, {by}" in editable(example, "section-1")


def test_kinds_of_organisations_are_shares_of_sums_and_never_means(example: Monitoring) -> None:
    found = [block for block in flat(document(example).blocks) if isinstance(block, Table)]
    by_kind = next(block for block in found if block.caption == "По группам организаций")
    assert by_kind.head[1].startswith("школы (")
    schools = example.values.filter(
        pl.col("unit_kind") == "school", pl.col("indicator") == "1.1", pl.col("level") == 0, pl.col("reading") == "main"
    )
    counted, whole = (sum(schools[name].drop_nulls().to_list()) for name in ("numerator", "denominator"))
    assert (
        spoken(by_kind.rows[0].cells[1])
        == f"{wording.with_unit(100 * counted / whole, '%')}\n{counted:.0f} из {whole:.0f}"
    )


def test_who_answered_adds_up(example: Monitoring) -> None:
    for row in table(example, "Кто ответил").rows:
        asked, fully, partly, silent, _ = (int(spoken(cell)) for cell in row.cells[1:])
        assert asked == fully + partly + silent


def test_the_gravest_findings_stand_first(example: Monitoring) -> None:
    tables = [block for block in flat(document(example).blocks) if isinstance(block, Table)]
    found = [block for block in tables if block.head == ("Кто", "Показатель", "Что произошло", "Важность")]
    order = {"критично": 0, "риск": 1, "внимание": 2}
    for block in found:
        severities = [order[spoken(row.cells[3])] for row in block.rows]
        assert severities == sorted(severities)
    facts = "\n".join(spoken(row.cells[2]) for block in found for row in block.rows)
    assert "Доля снизилась с 82,8\xa0% (149 из 180) в среднем за 2019–2021 до 70,0\xa0% (42 из 60)" in facts


def test_every_grave_recommendation_is_there_with_its_term_and_its_check(example: Monitoring) -> None:
    told = words(example)
    grave = example.recommendations.filter(pl.col("severity").cast(pl.String) != "info")
    for row in grave.head(24).iter_rows(named=True):
        assert row["action"] in told
        assert row["fact"] in told
        assert f"Проверим: {row['check']}." in told
    assert (
        f"Всего {wording.counted(example.recommendations.height, 'рекомендация', 'рекомендации', 'рекомендаций')}"
        in told
    )


def test_a_category_without_criteria_or_advice_is_said_to_have_none() -> None:
    assert "Нет ни показателей, ни рекомендаций: руководителям образовательных организаций" in editable(
        monitorings.bare(), "categories"
    )


def test_absences_of_organisations_stay_different_things(lively: Monitoring) -> None:
    told = [
        {spoken(row.cells[0]): [spoken(cell) for cell in row.cells[1:]] for row in block.rows}
        for block in flat(document(lively).blocks)
        if isinstance(block, Table) and block.head[0] == "Организация" and len(block.head) == 6
    ]
    assert told == [
        {
            "Выдуманный район": ["73,8 (31 из 42) ◐", "33,3 (1 из 3) †◐", "1\xa0234", "–", "98,4"],
            monitorings.SCHOOL: ["50,0 (5 из 10)", "да †", "1\xa0234", "–", ""],
            monitorings.HOSTILE: ["81,3 (26 из 32)", "нет", "…", "противоречие", ""],
            monitorings.MUTE: ["нет данных", "нет данных", "не определён", "", ""],
        }
    ]


def test_people_may_rewrite_words_and_not_tables(example: Monitoring) -> None:
    own = [block for block in document(example).blocks if isinstance(block, Editable)]
    ids = [block.id for block in own]
    assert ids == [
        "introduction",
        *(f"section-{place}" for place in range(1, 7)),
        "conclusions",
        "categories",
        "decisions",
    ]
    assert not any(isinstance(block, Table) for editable in own for block in flat(editable.blocks))


def test_what_the_order_leaves_open_and_what_could_not_be_checked_is_told(lively: Monitoring) -> None:
    told = words(lively)
    for text in ("Кто молодой?", "до 35 лет", "текст обрывается", "показателя в форме нет", "первый период наблюдения",
                 "Заявлено, не подтверждено", f"1.2. Наличие в ОО планов: {monitorings.SCHOOL}."):  # fmt: skip
        assert text in told


def test_defects_of_answers_are_not_for_a_note(lively: Monitoring) -> None:
    assert "=cmd|" not in words(lively)


def test_a_public_note_says_what_is_hidden_and_why_and_shows_none_of_it(public: Monitoring) -> None:
    told = words(public)
    assert HIDDEN in told
    rows = {spoken(row.cells[0]): row for row in table(public, "Значения показателей за 2022 год").rows}
    assert spoken(rows["4.2"].cells[2]).startswith("…")
    assert any("Мало людей." in note for note in table(public, "Значения показателей за 2022 год").notes)
    assert not any(re.search(r"[0-9a-f]{12}", line) and "Источники" in line for line in document(public).foot)
    hidden = public.values.filter(pl.col("state").cast(pl.String) == "suppressed", pl.col("level") == 0)
    assert hidden.height > 10
    heat = [
        block for block in flat(document(public).blocks) if isinstance(block, Table) and block.head[0] == "Организация"
    ]
    assert sum(spoken(cell) == "…" for block in heat for row in block.rows for cell in row.cells) == hidden.height + 1


def test_a_group_with_a_hidden_member_has_no_sum(public: Monitoring) -> None:
    groups = [block for block in flat(document(public).blocks) if isinstance(block, Table)]
    schools = [
        spoken(row.cells[1]) for block in groups if block.caption == "По группам организаций" for row in block.rows
        if spoken(row.cells[0]) == "4.2"
    ]  # fmt: skip
    assert schools == ["…"]


def test_names_in_the_genitive_are_not_invented() -> None:
    plain = monitorings.bare()
    assert document(plain).title == "Аналитическая справка по итогам мониторинга показателей за 2022 год"
    named = evolve(plain.district, title=Name(nominative="Выдуманный район", genitive="Выдуманного района"))
    assert document(evolve(plain, district=named)).title == (
        "Аналитическая справка по итогам мониторинга показателей Выдуманного района за 2022 год"
    )


@pytest.mark.parametrize("state", ["not_reported", "not_applicable", "not_defined", "invalid", "suppressed"])
def test_a_district_of_nothing_but_absences_has_a_note(state: str) -> None:
    cells = monitorings.Cells()
    for indicator in monitorings.DISTRICT.indicators:
        for unit in ("d", "s1", "s2"):
            cells.add(indicator.id, unit=unit, state=state)
    monitoring = monitorings.monitoring(cells)
    assert set(Note().render(monitoring)) == {"note-2022.docx", "note-2022.pdf"}
    assert "со значением — 0. Без значения: 1.1, 1.2, 2.1, 2.2, 2.3." in words(monitoring)


def test_analyses_unknown_to_the_note_are_appendices_and_long_ones_are_cut() -> None:
    frame = pl.DataFrame({"sentence": [f"Предложение {number}." for number in range(30)]})
    wide = pl.DataFrame({"name": ["А"], "share": [12.25], "none": [None]})
    exhibits = (
        Exhibit(id="own", title="Свой расчёт", frame=frame, notes=("Как читать.",)),
        Exhibit(id="table", title="Таблица", frame=wide, headings={"name": "Кто", "share": "Доля", "none": "Нет"}),
        Exhibit(id="empty", title="Пустое", frame=frame.clear()),
    )
    told = words(evolve(monitorings.bare(), exhibits=exhibits))
    assert "Свой расчёт" in told
    assert "Предложение 24." in told
    assert "Предложение 25." not in told
    assert "Показаны первые 25 из 30; все — в файле own.csv." in told
    assert "12,3" in told
    assert "Пустое" not in told


def test_each_period_asked_has_its_note_and_analyses_stand_in_the_last() -> None:
    frame = pl.DataFrame({"sentence": ["Только о последнем."]})
    both = evolve(monitorings.bare("2021", "2022"), exhibits=(Exhibit(id="own", title="Свой", frame=frame),))
    notes: Mapping[str, Document] = {str(form.period): compose(form, both) for form in forms(both)}
    assert ["Только о последнем." in "\n".join(texts(note.blocks)) for note in notes.values()] == [False, True]
    assert sorted(Note(formats=("pdf",)).render(both)) == ["note-2021.pdf", "note-2022.pdf"]


@pytest.mark.parametrize(("name", "period"), [("bashkortostan", "2022"), ("saratov", "2021,2022,2023")])
def test_other_districts_of_the_country_have_notes_as_well(name: str, period: str) -> None:
    answer = monitor(load(EXAMPLES / name / "district.yaml"), period=period, data=EXAMPLES / name / "data")
    assert len(Note().render(answer)) == 2 * len(answer.periods)


def test_word_and_pdf_say_the_same_and_are_reproducible(example: Monitoring) -> None:
    files = Note().render(example)
    assert files == Note().render(example)
    word = docx.Document(io.BytesIO(files["note-2022.docx"]))
    reader = pypdf.PdfReader(io.BytesIO(files["note-2022.pdf"]))
    printed = "\n".join(page.extract_text() for page in reader.pages).replace("\xad\n", "")
    printed = " ".join(printed.split())
    for title in headings(example):
        assert title in printed
        assert any(paragraph.text == title for paragraph in word.paragraphs)
    about = reader.xmp_metadata
    assert about is not None
    assert "<pdfuaid:part>1<" in about.stream.get_data().decode()
    main_text = next(number for number, page in enumerate(reader.pages) if "Приложение 1." in page.extract_text())
    assert main_text <= 20


def test_hostile_names_are_texts(lively: Monitoring) -> None:
    district = evolve(lively.district, operator='<b>{{ x }}</b> =1+1 #let "' + "щ" * 300, contact="\u202eкод\x07")
    files = Note().render(evolve(lively, district=district))
    word = docx.Document(io.BytesIO(files["note-2022.docx"]))
    told = "\n".join(node.text or "" for node in word.element.iter() if node.tag.endswith("}t"))
    assert "<b>{{ x }}</b> =1+1 #let" in told
    assert monitorings.HOSTILE.split("\n")[0] in told


def test_advice_that_is_the_same_for_several_is_said_to_be_hardly_addressed(lively: Monitoring) -> None:
    assert "Одно и то же действие" not in words(lively)
    row = lively.recommendations.row(0, named=True)
    several = pl.DataFrame([row, row | {"unit": "s2"}], lively.recommendations.schema)
    assert "(показатель — скольким): 1.1 — 2." in words(evolve(lively, recommendations=several))


def test_a_long_roster_is_cut_with_a_word_where_the_rest_is() -> None:
    cells = monitorings.Cells()
    units = [f"s{number:03}" for number in range(400)]
    for indicator in monitorings.DISTRICT.indicators:
        cells.add(indicator.id, 8000, 12000, expected=400, reported=400, evidenced=400)
        for unit in units:
            cells.add(indicator.id, 20, 30, unit=unit)
    heat = [
        block
        for block in flat(document(monitorings.monitoring(cells, units=tuple(units))).blocks)
        if isinstance(block, Table) and block.head[0] == "Организация"
    ]
    assert [len(block.rows) for block in heat] == [60]
    assert heat[0].notes == ("Показаны первые 60 строк из 401; все — в values.csv.",)


def test_one_organisation_is_a_district_as_well() -> None:
    cells = monitorings.Cells()
    for unit in ("d", "s1"):
        cells.add("1.1", 1, 2, unit=unit)
    monitoring = monitorings.monitoring(cells, units=("s1",))
    assert set(Note().render(monitoring)) == {"note-2022.docx", "note-2022.pdf"}
    assert "По группам организаций" not in words(monitoring)


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_whatever_was_answered_the_summary_says_it(data: st.DataObject) -> None:
    cells, expected = monitorings.Cells(), []
    for indicator in ("1.1", "1.2"):
        for period in ("2021", "2022"):
            whole = data.draw(st.integers(1, 10_000))
            part, state = data.draw(st.integers(0, whole)), data.draw(st.sampled_from([None, *STATES[2:]]))
            if state is None:
                cells.add(indicator, part, whole, period=period)
            else:
                cells.add(indicator, period=period, state=state)
            shown = wording.STATE_WORDS[state] if state else wording.with_unit(100 * part / whole, "%")
            expected.append((shown, "" if state else f"{wording.count(part)} из {wording.count(whole)}"))
    rows = table(monitorings.monitoring(cells), "Значения показателей за 2022 год").rows
    by_code = {spoken(row.cells[0]): row.cells for row in rows}
    for code, before, now in (("1.1", expected[0], expected[1]), ("1.2", expected[2], expected[3])):
        value, *sums = spoken(by_code[code][2]).split("\n")
        assert re.split(r" [¹²³⁴⁵⁶⁷⁸⁹⁰]", value)[0] == now[0]
        assert "".join(sums) == now[1]
        assert spoken(by_code[code][3]) == "\n".join(filter(None, before))


def test_a_missing_link_does_not_tell_that_a_hidden_number_is_above_zero() -> None:
    cells = monitorings.Cells()
    hidden: dict[str, Any] = {"state": "suppressed", "expected": 1, "reported": 1, "evidenced": 0}
    cells.add("1.2", **hidden)
    cells.add("1.2", unit="s1", **hidden)
    monitoring = monitorings.monitoring(cells, profile="publish", units=("s1",))
    assert "без ссылки" not in words(monitoring)
    assert "Заявлено" not in words(monitoring)
