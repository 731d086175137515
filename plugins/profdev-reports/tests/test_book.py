from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from python_calamine import CalamineWorkbook

from invented import drawn, measured
from monitorings import HOSTILE, SCHOOL, Cells, bare, lively, monitoring
from profdev_indicators.periods import Period
from profdev_indicators.results import Exhibit, Monitoring
from profdev_reports.book.binding import Binding, text_of
from profdev_reports.charts import ABSENCES, shade
from profdev_reports.charts.lettering import plain
from profdev_reports.kinds import Book

FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("http://x")',
    "http://example.org",
    "007",
    "{=1}",
]
needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
PLACES = pl.DataFrame(schema={"unit": pl.String, "period": pl.String, "source": pl.String})


def book(answer: Monitoring) -> bytes:
    ((name, content),) = Book().render(answer).items()
    assert name == f"book-{str(answer.periods[-1]).replace('/', '-')}.xlsx"
    return content


def rows(content: bytes, sheet: str) -> list[list[object]]:
    read = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet)
    return [list(row) for row in read.to_python(skip_empty_area=False)]


def table(content: bytes, sheet: str, first: str) -> list[dict[str, object]]:
    """Rows below the heading that begins with ``first``."""
    every = rows(content, sheet)
    head = next(place for place, row in enumerate(every) if row[0] == first)
    return [dict(zip(map(str, every[head]), row, strict=True)) for row in every[head + 1 :]]


def sheets(content: bytes) -> list[str]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names


def inside(content: bytes, pattern: str) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return {name: parts.read(name).decode() for name in parts.namelist() if re.fullmatch(pattern, name)}


def public(answer: Monitoring) -> Monitoring:
    return evolve(answer, profile="publish", defects=answer.defects.clear(), places=answer.places.clear())


def test_the_sheets_are_those_of_the_summary() -> None:
    content = book(lively())
    names = sheets(content)
    assert names == [
        "Сводка",
        "Форма",
        "Динамика",
        "Тепловая карта",
        "Значения",
        "Находки",
        "Рекомендации",
        "Не проверено",
        "Замечания к данным",
        "Происхождение",
    ]
    linked = re.findall(
        r"location=\"&apos;([^&]+)&apos;!A1\"|location=\"'([^']+)'!A1\"",
        "".join(inside(content, r".*sheet1\.xml").values()),
    )
    assert {one or other for one, other in linked} <= set(names)
    assert len(linked) == 8


def test_the_values_are_those_of_the_answer_to_the_sixteenth_digit() -> None:
    answer = measured({"1.1": drawn(5, 30, 4), "1.2": drawn(6, 30, 4)}, places=PLACES)
    told = table(book(answer), "Значения", "Период")
    keys = ("Значение", "n", "N", "Спрошено", "Ответили", "Подтвердили")
    columns = ("value", "numerator", "denominator", "expected", "reported", "evidenced")
    cells = [(row["id"], row["Код"]) for row in told]
    assert cells == list(answer.values.select("unit", "indicator").iter_rows())
    numbers = np.array([[row[key] for key in keys] for row in told], float)
    assert numbers == pytest.approx(answer.values.select(columns).to_numpy(), rel=1e-15, abs=0)


def test_the_five_absences_are_five_words_and_no_number() -> None:
    content = book(lively())
    told = {(row["id"], row["Код"]): row for row in table(content, "Значения", "Период")}
    absent = {
        ("s3", "1.1"): "нет данных",
        ("s2", "2.1"): "скрыто",
        ("s3", "2.1"): "не определён",
        ("s1", "2.2"): "не применимо",
        ("s2", "2.2"): "противоречие",
    }
    assert {cell: told[cell]["Состояние"] for cell in absent} == absent
    assert {told[cell]["Значение"] for cell in absent} == {""}
    heat = {row["Организация"]: row for row in table(content, "Тепловая карта", "Организация")}
    assert heat["Школа-молчунья"]["1.1, %"] == "нет данных"
    assert heat["Школа-молчунья"]["2.1, ед."] == "не определён"
    assert heat[plain(HOSTILE)]["2.1, ед."] == "…"
    assert heat[SCHOOL]["2.2, балл"] == "–"
    assert heat[plain(HOSTILE)]["2.2, балл"] == "противоречие"
    assert heat[plain(HOSTILE)]["1.2, %"] == 0.0  # a told «no» is a number


def test_the_map_has_numbers_under_the_colours_of_their_shades() -> None:
    answer = measured({"1.1": drawn(5, 30, 1)}, years=["2022"], places=PLACES)
    content = book(answer)
    heat = {row["Организация"]: row["1.1, %"] for row in table(content, "Тепловая карта", "Организация")}
    values = dict(answer.values.select("unit_name", "value").iter_rows())
    assert heat == {name: pytest.approx(value, rel=1e-15) for name, value in values.items()}
    fills = inside(content, r"xl/styles\.xml")["xl/styles.xml"].upper()
    assert all(shade(value)[0][1:].upper() in fills for value in values.values())


def test_totals_stand_above_those_they_are_made_of_and_are_folded_with_them() -> None:
    content = book(lively())
    heat = table(content, "Тепловая карта", "Организация")
    assert [row["Организация"] for row in heat] == ["Выдуманный район", SCHOOL, plain(HOSTILE), "Школа-молчунья"]
    xml = inside(content, r"xl/worksheets/sheet4\.xml")["xl/worksheets/sheet4.xml"]
    assert xml.count('outlineLevel="1"') == 3


def test_every_period_asked_has_its_map_and_its_lines() -> None:
    answer = evolve(lively(), periods=(Period.parse("2021"), Period.parse("2022")))
    answer = evolve(answer, values=answer.history)
    content = book(answer)
    assert "Тепловая карта 2021" in sheets(content)
    told = [(row["Период"], row["Код"]) for row in table(content, "Форма", "Период") if row["Код"]]
    assert told == [(year, code) for year in ("2021", "2022") for code in ("1.1", "1.2", "2.1", "2.2", "2.3")]


def test_the_form_has_the_number_with_what_it_is_made_of() -> None:
    (line,) = [row for row in table(book(lively()), "Форма", "Период") if row["Код"] == "1.1"]
    assert line["Значение показателя"] == 100 * 31 / 42
    assert (line["n"], line["N"], line["Спрошено"], line["Ответили"]) == (31, 42, 3, 2)
    assert line["Изменение"] == pytest.approx(100 * (31 - 34) / 42)
    assert (line["Цель"], line["Достигнута"]) == (75, "нет")
    assert "целевое 75\N{NO-BREAK SPACE}%: не достигнуто" in str(line["Примечание"])


def test_bars_stand_on_the_scale_of_per_cent_and_stop_at_a_break() -> None:
    cells = Cells()
    for year, (value, definition) in enumerate([(10, "a"), (20, "a"), (50, "b"), (None, "b"), (70, "b")], start=2018):
        cells.add("1.1", value, None if value is None else 100, period=str(year), definition=definition)
    content = book(monitoring(cells, units=()))
    xml = inside(content, r"xl/worksheets/sheet3\.xml")["xl/worksheets/sheet3.xml"]
    assert 'manualMax="100" manualMin="0"' in xml
    assert 'displayEmptyCellsAs="gap"' in xml
    (line,) = [row for row in table(content, "Динамика", "Код") if row["Код"] == "1.1"]
    assert [line[f"график {year}"] for year in range(2018, 2023)] == ["", "", 50, "", 70]
    assert [line[str(year)] for year in range(2018, 2023)] == [10, 20, 50, "нет данных", 70]
    assert line["Примечание"] == "‡ с 2020 определение другое"


def test_findings_and_advice_are_told_in_words() -> None:
    content = book(lively())
    found = table(content, "Находки", "Важность")
    assert [row["Важность"] for row in found] == ["риск", "информация"]
    assert str(found[0]["Что произошло"]).startswith("Снижение с 90,0\N{NO-BREAK SPACE}%")
    (advice,) = table(content, "Рекомендации", "Кому")
    assert (advice["Кому"], advice["Срок"], advice["У кого перенять"]) == (SCHOOL, "01.10.2023", plain(HOSTILE))
    assert table(content, "Не проверено", "Почему")[0]["Почему"] == "первый период наблюдения"


def test_the_summary_counts_what_was_found_and_names_what_got_worse() -> None:
    told = {row[0]: row[1] for row in rows(book(lively()), "Сводка")}
    assert (told["риск"], told["информация"]) == ("1\N{NO-BREAK SPACE}случай", "1\N{NO-BREAK SPACE}случай")
    assert told["Хуже, чем за 2021 год"] == "1: 1.1"
    assert told["Цель не достигнута"] == "1: 1.1"
    assert set(told) >= {each.word for each in ABSENCES.values()}


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_is_a_text(text: str) -> None:
    cells = Cells()
    cells.add("1.1", 1, 2, unit="s1", name=text, reason=text)
    cells.add("1.1", 1, 2)
    content = book(monitoring(cells))
    parts = "".join(inside(content, r"xl/worksheets/sheet\d+\.xml").values())
    assert "<f>" not in parts
    assert "example.org" not in "".join(inside(content, r".*\.rels").values())
    assert table(content, "Значения", "Период")[0]["Организация"] == text
    assert table(content, "Тепловая карта", "Организация")[1]["Организация"] == text


def test_hostile_texts_stay_within_their_cells() -> None:
    cells = Cells()
    hostile = "\x00\x1f\ufffe\U0001fffe_x0041_<b>&{{7*7}}\u202e" + "длинно " * 9000
    cells.add("1.1", 1, 2, unit="s1", name=hostile)
    cells.add("1.1", 1, 2)
    told = str(table(book(monitoring(cells)), "Значения", "Период")[0]["Организация"])
    assert told.startswith("_x0041_<b>&{{7*7}}длинно")
    assert len(told) <= 32_767
    assert told.endswith("…")


def test_names_of_sheets_are_short_unique_and_allowed() -> None:
    binding = Binding.open("т", None)
    titles = [
        "Очень длинное название анализа: что и как [2022]/*?\\",
        "а" * 40,
        "А" * 40,
        "",
        "'",
        "history",
        "Форма",
        "ФОРМА",
    ]
    for title in titles:
        binding.page(title, (10,)).line(("x",))
    names = sheets(binding.close())
    assert len({name.lower() for name in names}) == len(titles)
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)


def test_exhibits_have_a_sheet_each_with_numbers_or_sentences() -> None:
    frame = pl.DataFrame({"name": ["a"], "share": [12.345], "ok": [True], "sentence": ["=Вывод"], "n": [None]})
    shown = (
        Exhibit(
            id="one",
            title="Таблица: разбор",
            frame=frame,
            headings={"name": "Кто", "share": "Доля", "ok": "Да?", "n": "n"},
        ),
        Exhibit(id="two", title="Выводы", frame=frame, notes=("Как читать.",)),
        Exhibit(id="three", title="Пусто", frame=frame.clear()),
        Exhibit(id="four", title="Для себя", frame=frame, internal=True),
    )
    answer = evolve(lively(), exhibits=shown)
    content = book(answer)
    assert table(content, "Таблица разбор", "Кто") == [{"Кто": "a", "Доля": 12.345, "Да?": "да", "n": "–"}]
    assert rows(content, "Выводы")[-1] == ["=Вывод"]
    assert rows(content, "Пусто")[-1] == ["Сказать нечего."]
    assert "Для себя" in sheets(content)
    assert "Для себя" not in sheets(book(public(answer)))


def test_in_public_there_are_no_hashes_no_places_and_no_remarks() -> None:
    answer = public(lively())
    content = book(answer)
    assert "Замечания к данным" not in sheets(content)
    everything = "".join(inside(content, r".*\.xml").values())
    assert "ab" * 32 not in everything
    assert "card.csv" not in everything
    assert "один файл под двумя периодами" not in everything
    assert "c0ffee" in everything  # the configuration is no secret
    assert "ab" * 32 in "".join(inside(book(lively()), r".*\.xml").values())


def test_in_public_nobody_below_the_totals_is_found_fault_with_by_name() -> None:
    content = book(public(lively()))
    assert [row["Кто"] for row in table(content, "Находки", "Важность")] == ["Выдуманный район"]
    assert rows(content, "Рекомендации")[-1][0] == "Рекомендаций нет."
    assert not any(SCHOOL in row for row in rows(content, "Сводка"))


def test_a_district_with_nothing_but_one_number() -> None:
    assert "Форма" in sheets(book(bare()))


@pytest.mark.parametrize("text", ["", "Очень длинное название " * 13, "\u200f", "' \t"])
def test_names_of_any_length_make_a_book(text: str) -> None:
    answer = lively()
    title = evolve(answer.district.title, nominative=text)
    indicators = [
        evolve(section, title=text, indicators=tuple(evolve(each, title=text) for each in section.indicators))
        for section in answer.district.sections
    ]
    district = evolve(answer.district, title=title, form_title=None, sections=tuple(indicators))
    values = answer.values.with_columns(unit_name=pl.lit(text))
    content = book(evolve(answer, district=district, values=values))
    assert len(table(content, "Значения", "Период")) == answer.values.height


def test_an_answer_without_values_is_a_book_all_the_same() -> None:
    answer = lively()
    empty = evolve(answer, history=answer.history.clear(), values=answer.values.clear())
    names = sheets(book(empty))
    assert "Тепловая карта" not in names
    assert "Тепловая карта" not in inside(book(empty), r"xl/worksheets/sheet1\.xml")["xl/worksheets/sheet1.xml"]
    assert {"Форма", "Значения"} <= set(names)


def test_the_same_answer_gives_the_same_bytes_and_no_clock() -> None:
    first = book(lively())
    assert first == book(lively())
    core = inside(first, r"docProps/core\.xml")["docProps/core.xml"]
    assert re.findall(r"<dcterms:\w+[^>]*>([^<]+)<", core) == ["2022-12-31T09:05:00Z"] * 2
    assert re.findall(r"<(?:dc:creator|cp:lastModifiedBy)>([^<]*)<", core) == ["", ""] or "creator>" not in core


def test_without_a_dated_source_the_book_has_no_clock_either() -> None:
    answer = lively()
    undated = evolve(answer, provenance=evolve(answer.provenance, newest=None))
    assert str(datetime.now(tz=UTC).year) not in inside(book(undated), r"docProps/core\.xml")["docProps/core.xml"]


def test_what_a_sheet_cannot_hold_is_cut_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("profdev_reports.book.values.MOST_ROWS", 11)
    answer = measured({"1.1": drawn(5, 30, 1)}, years=["2022"], places=PLACES)
    content = book(answer)
    assert len(table(content, "Значения", "Период")) == 10
    told = {row[0]: row[1] for row in rows(content, "Сводка")}
    assert "не поместилось: 21\N{NO-BREAK SPACE}строка; все значения — в файле values.csv" in str(
        told["Не поместилось"]
    )


def test_tables_can_be_filtered_and_their_heads_stay_on_screen_and_on_paper() -> None:
    content = book(lively())
    for number in (2, 3, 4, 5, 6, 7, 8):
        xml = inside(content, rf"xl/worksheets/sheet{number}\.xml").popitem()[1]
        assert "<autoFilter" in xml
        assert 'state="frozen"' in xml
        assert 'orientation="landscape"' in xml
        assert 'fitToHeight="0"' in xml
    names = inside(content, r"xl/workbook\.xml")["xl/workbook.xml"]
    assert names.count("_xlnm.Print_Titles") >= 7


def test_a_text_is_never_longer_than_a_cell() -> None:
    assert text_of("а" * 32_767) == "а" * 32_767
    assert len(text_of("😀" * 20_000).encode("utf-16-le")) // 2 <= 32_767


def test_a_large_district_fits_into_little_memory() -> None:
    answer = measured({f"1.{place}": drawn(place, 60, 4) for place in range(20)}, places=PLACES)
    every = evolve(answer, periods=tuple(map(Period.parse, ("2019", "2020", "2021", "2022"))), values=answer.history)
    assert len(table(book(every), "Значения", "Период")) == answer.history.height == 20 * 61 * 4


@needs_office
def test_the_office_reads_the_same_numbers_and_words(tmp_path: Path) -> None:
    content = book(lively())
    (tmp_path / "book.xlsx").write_bytes(content)
    office = shutil.which("soffice")
    assert office is not None
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "ods",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "book.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603 - the office found on the path
    read = (tmp_path / "book.ods").read_bytes()
    assert sheets(read) == sheets(content)
    for sheet, first in (("Значения", "Период"), ("Тепловая карта", "Организация")):
        ours, theirs = table(content, sheet, first), table(read, sheet, first)
        assert [list(row) for row in theirs] == [list(row) for row in ours]
        for own, other in zip(ours, theirs, strict=True):
            assert other == {key: _nearly(value) for key, value in own.items()}


def _nearly(value: object) -> object:
    """The office keeps fifteen digits."""
    return pytest.approx(value, rel=1e-14) if isinstance(value, float) else value
