"""The form: word for word what the configuration took from the order, with the values as they were computed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from attrs import evolve
from python_calamine import CalamineWorkbook

import monitorings
from example_district import monitored, written
from profdev_indicators import load, monitor
from profdev_indicators.model import Section
from profdev_indicators.results import Monitoring
from profdev_indicators.views.form import forms
from profdev_reports.blocks import Cell, Document, Run, Table, Text
from profdev_reports.documents.form import HEAD, HIDDEN, compose
from profdev_reports.kinds import Form

EXAMPLES = Path(__file__).parents[4] / "examples"


def spoken(cell: Text | Cell) -> str:
    text = cell.text if isinstance(cell, Cell) else cell
    return text if isinstance(text, str) else "".join(run.text for run in text)


def document(monitoring: Monitoring) -> Document:
    return compose(forms(monitoring)[-1], monitoring)


def table(monitoring: Monitoring) -> Table:
    return next(block for block in document(monitoring).blocks if isinstance(block, Table))


def rows(monitoring: Monitoring) -> list[tuple[str, ...]]:
    return [tuple(map(spoken, row.cells)) for row in table(monitoring).rows]


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Monitoring:
    return monitored(written(tmp_path_factory.mktemp("example")), "2022")


@pytest.fixture(scope="module")
def lively() -> Monitoring:
    return monitorings.lively()


def test_the_columns_are_those_of_the_order() -> None:
    assert HEAD == (
        "№",
        "Наименование критерия",
        "Методы сбора информации/ источники данных",
        "Значение показателя",
    )


def test_sections_criteria_and_sources_stand_word_for_word_and_numbers_restart(example: Monitoring) -> None:
    expected: list[tuple[str, ...]] = []
    for section in example.district.sections:
        expected.append((section.title,))
        expected.extend(
            (f"{number}.", indicator.title, indicator.source.title if indicator.source else "")
            for number, indicator in enumerate(section.indicators, start=1)
        )
    assert [row[:3] for row in rows(example)] == expected
    assert expected[1] == (
        "1.",
        (
            "Доля педагогических работников, прошедших диагностику профессиональных дефицитов, от общего количества "
            "педагогических работников в муниципальном образовании"
        ),
        "Данные по результатам диагностики профессиональных дефицитов (трудностей) педагогических работников",
    )
    assert expected[-3:-2] == [("Выявление кадровых потребностей в образовательных организациях",)]


def test_the_title_is_that_of_the_form_and_names_the_district(example: Monitoring) -> None:
    assert document(example).title == (
        "Форма мониторинга состояния системы обеспечения профессионального развития педагогических работников "
        "Верхнереченского муниципального района (вымышленного)"
    )


def test_a_percent_stands_with_what_it_is_made_of(lively: Monitoring) -> None:
    values = {row[1]: row[3] for row in rows(lively) if len(row) > 1}
    assert values["Доля педагогических работников, прошедших диагностику"] == "73,8\xa0% ¹⁾ ²⁾\n31 из 42"
    assert values["Количество мероприятий"].startswith("1\xa0234\xa0ед.")
    assert values["Средний балл"].startswith("–")


def test_a_footnote_says_what_must_be_read_together_with_the_number(lively: Monitoring) -> None:
    assert table(lively).notes == (
        "¹⁾ Ответили 2 из 3.",
        "²⁾ Целевое 75\xa0%: не достигнуто, до него 1,2\xa0п.п.",
        "³⁾ Молчание 1\xa0организации посчитано нулём.",
        "⁴⁾ Заявлено, не подтверждено: 1 из 2 без ссылки.",
        "⁵⁾ Определение изменилось: сравнение не проводится.",
        "⁶⁾ Знаменатель равен нулю.",
    )


def test_readings_and_the_decision_that_stands_in_for_a_gap_are_told(lively: Monitoring) -> None:
    told = " ".join(
        spoken(cell)
        for block in document(lively).blocks
        if isinstance(block, Table)
        for row in block.rows
        for cell in row.cells
    )
    for words in ("прошедшие хотя бы одну диагностику", "прошедшие не меньше двух", "95,2\xa0%\n40 из 42",
                  "+21,4\xa0п.п.", "Кто молодой?", "до 35 лет", "ИМО"):  # fmt: skip
        assert words in told


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("not_reported", "нет данных"),
        ("not_applicable", "–"),
        ("not_defined", "не определён"),
        ("invalid", "противоречие"),
        ("suppressed", "…"),
    ],
)
def test_absences_stay_different_things_in_every_format(state: str, shown: str) -> None:
    cells = monitorings.Cells()
    cells.add("1.1", state=state)
    cells.add("1.2", 0, 3)
    monitoring = monitorings.monitoring(cells)
    values = {row[1]: row[3] for row in rows(monitoring) if len(row) > 1}
    assert values["Доля педагогических работников, прошедших диагностику"].split(" ¹")[0] == shown
    assert values["Наличие в ОО планов"].startswith("0,0\xa0%")
    files = Form().render(monitoring)
    assert sheets(files["form-2022.xlsx"])["Форма"][5][3] == shown
    assert shown in docx.Document(io.BytesIO(files["form-2022.docx"])).tables[0].cell(2, 3).text
    assert shown in files["form-2022.html"].decode()
    assert shown in pypdf.PdfReader(io.BytesIO(files["form-2022.pdf"])).pages[0].extract_text()


def test_what_is_hidden_is_said_to_be_hidden_and_why() -> None:
    cells = monitorings.Cells()
    cells.add("1.1", state="suppressed", reason="мало людей")
    public = monitorings.monitoring(cells, profile="publish")
    assert table(public).notes[0] == HIDDEN
    assert any("Мало людей" in note for note in table(public).notes)
    assert not any("ab" * 6 in line for line in document(public).foot)
    cells.rows.clear()
    cells.add("1.1", 31, 42)
    assert HIDDEN not in table(monitorings.monitoring(cells, profile="publish")).notes


def test_each_period_asked_has_its_form(lively: Monitoring) -> None:
    both = monitorings.bare("2021", "2022")
    assert sorted(Form(formats=("html", "xlsx")).render(both)) == [
        "form-2021.html", "form-2021.xlsx", "form-2022.html", "form-2022.xlsx",
    ]  # fmt: skip
    assert list(Form(formats=("pdf",)).render(lively)) == ["form-2022.pdf"]


def test_a_section_without_a_title_has_no_row() -> None:
    plain = monitorings.bare()
    untitled = evolve(plain.district.sections[0], title="")
    assert isinstance(untitled, Section)
    bare = evolve(plain, district=evolve(plain.district, sections=(untitled,)))
    assert [len(row) for row in rows(bare)] == [4]


def test_numbers_of_the_workbook_are_those_of_the_values_unrounded(example: Monitoring) -> None:
    sheet = sheets(Form().render(example)["form-2022.xlsx"])["Форма"]
    told = [row for row in sheet[4:] if isinstance(row[3], float)]
    values = [example.value(indicator.id) for indicator in example.district.indicators]
    assert [row[3] for row in told] == pytest.approx([value.value for value in values], rel=1e-14)  # 16 digits
    assert [(row[4], row[5]) for row in told] == [(value.numerator, value.denominator) for value in values]
    assert [(row[6], row[7]) for row in told] == [(value.reported, value.expected) for value in values]
    assert sheet[3][:4] == list(HEAD)


def test_the_document_for_word_says_the_same_as_the_page_and_the_pdf(example: Monitoring) -> None:
    files = Form().render(example)
    word = docx.Document(io.BytesIO(files["form-2022.docx"])).tables[0]
    page, printed = files["form-2022.html"].decode(), pypdf.PdfReader(io.BytesIO(files["form-2022.pdf"]))
    printed_text = " ".join(" ".join(page.extract_text() for page in printed.pages).split())
    for indicator in example.district.indicators:
        value = example.value(indicator.id)
        sums = f"{int(value.numerator or 0)} из {int(value.denominator or 0)}"
        assert any(sums in row.cells[3].text and indicator.title in row.cells[1].text for row in word.rows)
        assert sums in page
        assert sums in printed_text


def test_hostile_names_are_texts_in_every_format() -> None:
    evil = '=cmd|"/c calc"!A1 <script>alert(1)</script> {{ 7*7 }} #let x = 1 ' + "и" * 300
    base = monitorings.bare()
    indicator = evolve(base.district.sections[0].indicators[0], title=evil, reading=evil)
    section = Section(id="s", number="1", title=evil, indicators=(indicator,))
    monitoring = evolve(base, district=evolve(base.district, sections=(section,), form_title=evil))
    files = Form().render(monitoring)
    book = sheets(files["form-2022.xlsx"])
    assert book["Форма"][5][1] == evil
    with zipfile.ZipFile(io.BytesIO(files["form-2022.xlsx"])) as parts:
        assert b"<f>" not in b"".join(parts.read(name) for name in parts.namelist() if "sheet" in name)
    assert docx.Document(io.BytesIO(files["form-2022.docx"])).tables[0].cell(1, 0).text == evil
    assert "<script>alert" not in files["form-2022.html"].decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in files["form-2022.html"].decode()
    assert files["form-2022.pdf"].startswith(b"%PDF")


def test_the_workbook_is_ready_to_print_and_names_nobody(lively: Monitoring) -> None:
    with zipfile.ZipFile(io.BytesIO(Form().render(lively)["form-2022.xlsx"])) as parts:
        sheet, about = parts.read("xl/worksheets/sheet1.xml").decode(), parts.read("docProps/core.xml").decode()
        book = parts.read("xl/workbook.xml").decode()
        dates = {part.date_time for part in parts.infolist()}
    assert 'paperSize="9"' in sheet
    assert 'fitToHeight="0"' in sheet
    assert '<pane xSplit="2" ySplit="4"' in sheet
    assert "Print_Titles" in book
    assert "<dc:creator></dc:creator>" in about
    assert "2022-12-31T09:05:00Z" in about
    assert len(dates) == 1


def test_the_same_answer_gives_the_same_bytes(lively: Monitoring) -> None:
    assert Form().render(lively) == Form().render(lively)


@pytest.mark.parametrize(("name", "period"), [("bashkortostan", "2022"), ("saratov", "2021,2022,2023")])
def test_other_forms_of_the_country_are_filled_as_well(name: str, period: str) -> None:
    district = load(EXAMPLES / name / "district.yaml")
    answer = monitor(district, period=period, data=EXAMPLES / name / "data")
    assert len(Form().render(answer)) == 4 * len(answer.periods)
    told = [row for row in rows(answer) if len(row) == 4]
    assert [row[1] for row in told] == [indicator.title for indicator in district.indicators]


def test_a_value_is_bold_and_its_absence_is_muted(lively: Monitoring) -> None:
    cells = [row.cells[3] for row in table(lively).rows if row.kind == "plain"]
    assert [(cell.text[0], cell.tone) for cell in cells if isinstance(cell, Cell)] == [
        (Run("73,8\xa0%", bold=True), "plain"),
        (Run("33,3\xa0%", bold=True), "plain"),
        (Run("1\xa0234\xa0ед.", bold=True), "plain"),
        (Run("–"), "muted"),
        (Run("98,4\xa0%", bold=True), "plain"),
    ]
