from __future__ import annotations

import datetime as dt
import io
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators.builtin.readers import Files, Xlsx
from profdev_indicators.builtin.readers.spreadsheets import packages, pages
from profdev_indicators.errors import SourceError
from readers.asking import book, messages, only, problems, request, rows, write

YEARLY = Xlsx(location="{period}/card.xlsx")
HEADINGS = ("unit", "Педагогов всего", "link")


def told(tmp_path: Path, content: bytes, reader: Xlsx = YEARLY) -> list[tuple[object, ...]]:
    write(tmp_path, "2022/card.xlsx", content)
    return rows(reader.read(request(tmp_path)), "row", "unit", "n_ped")


def drawn(*cells: tuple[str, str, object], percent: str = "0.0%") -> bytes:
    """A book with «unit» and «n_ped» in A1:B1 and the cells given: address, kind, content."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Карта")
        formats = {"percent": workbook.add_format({"num_format": percent})}
        formats["date"] = workbook.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(0, 0, ("unit", "n_ped"))
        for address, kind, content in cells:
            match kind:
                case "formula":
                    sheet.write_formula(address, str(content), None, "")
                case "error":
                    sheet.write_formula(address, "=1/0", None, content)
                case _:
                    sheet.write(address, content, formats.get(kind))
    return target.getvalue()


def repacked(content: bytes, **changed: bytes | None) -> bytes:
    """The same book with some parts replaced (None: left out); names without folders and dots."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            short = Path(name).stem
            part = changed.get(short, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return target.getvalue()


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return parts.read(name)


def test_a_table_may_start_anywhere_on_the_sheet(tmp_path: Path) -> None:
    content = book([HEADINGS, ("ш1", 31, ""), ("ш2", 15, "")], at=(2, 1))
    assert told(tmp_path, content) == [(4, "ш1", "31"), (5, "ш2", "15")]
    table = only(YEARLY.read(request(tmp_path)))
    assert (table.file, table.sheet) == ("2022/card.xlsx", "Карта")
    assert table.cells == {"unit": "B", "n_ped": "C", "link": "D"}


def test_a_column_beyond_the_alphabet_has_two_letters(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.xlsx", book([HEADINGS, ("ш1", 31)], at=(0, 26)))
    assert only(YEARLY.read(request(tmp_path))).cells["n_ped"] == "AB"


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        ("", 31.0, "31"),
        ("", 2.5, "2.5"),
        ("", 7_000_100_200.0, "7000100200"),
        ("", "07001", "07001"),
        ("", True, "ИСТИНА"),
        ("", "15 чел.", "15 чел."),
        ("date", dt.datetime(2022, 5, 1), "2022-05-01"),  # noqa: DTZ001 - a cell has no time zone
        ("date", dt.datetime(2022, 5, 1, 13, 30), "2022-05-01 13:30"),  # noqa: DTZ001 - the same
        ("percent", 0.125, "12.5%"),
        ("percent", 1, "100%"),
        ("error", "#DIV/0!", "#DIV/0!"),
        ("error", "#REF!", "#REF!"),
        ("formula", "=SUM(C1:C9)", "=SUM(C1:C9)"),
    ],
)
def test_a_cell_is_told_as_a_person_sees_it(tmp_path: Path, kind: str, content: object, text: str) -> None:
    cells = (("A2", "", "ш1"), ("B2", kind, content), ("A3", "", "ш2"), ("B3", "", 7))
    assert told(tmp_path, drawn(*cells)) == [(2, "ш1", text), (3, "ш2", "7")]


@pytest.mark.parametrize("kept", [1, 3, 2000])
def test_a_long_sheet_tells_the_same_as_a_short_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    monkeypatch.setattr(pages, "_HEAD", kept)
    monkeypatch.setattr(pages, "_BATCH", 2)
    contents = [31, 2.5, "15 чел.", True, 7_000_100_200, "", 0.1]
    cells = [(f"B{number}", "", content) for number, content in enumerate(contents, 2)]
    cells += [("B9", "percent", 0.125), ("B10", "error", "#REF!"), ("B11", "formula", "=A1"), ("B12", "", 5)]
    cells += [(f"A{number}", "", f"ш{number}") for number in range(2, 13)]
    assert [text for *_, text in told(tmp_path, drawn(*cells))] == [
        *("31", "2.5", "15 чел.", "ИСТИНА", "7000100200", None, "0.1"),
        *("12.5%", "#REF!", "=A1", "5"),
    ]


def test_a_percent_may_be_one_of_excels_own_formats(tmp_path: Path) -> None:
    assert told(tmp_path, drawn(("A2", "", "ш1"), ("B2", "percent", 0.5), percent="0%")) == [(2, "ш1", "50%")]


def test_a_formula_that_was_calculated_is_its_value(tmp_path: Path) -> None:
    content = drawn(("A2", "", "ш1"), ("B2", "error", 12))
    assert told(tmp_path, content) == [(2, "ш1", "12")]


def test_a_heading_merged_over_two_rows_is_found(tmp_path: Path) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        sheet.merge_range("A1:A2", "unit")
        sheet.merge_range("B1:C1", "Педагоги")
        sheet.write_row("B2", ("Педагогов всего", "из них прошли диагностику"))
        sheet.write_row("A3", ("ш1", 31, 20))
    assert told(tmp_path, target.getvalue(), Xlsx(location="{period}/card.xlsx", header=2)) == [(3, "ш1", "31")]


def test_without_a_name_the_first_visible_sheet_is_read(tmp_path: Path) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        workbook.add_worksheet("Скрытый").hide()
        sheet = workbook.add_worksheet("Карта")
        sheet.activate()
        sheet.write_row("A1", ("unit", "n_ped"))
        sheet.write_row("A2", ("ш1", 31))
    assert told(tmp_path, target.getvalue()) == [(2, "ш1", "31")]
    assert told(tmp_path, target.getvalue(), Xlsx(location="{period}/card.xlsx", sheet=" карта ")) == [(2, "ш1", "31")]


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.xlsx", book([HEADINGS]))
    (message,) = messages(Xlsx(location="{period}/card.xlsx", sheet="Анкета"), request(tmp_path))
    assert message == "2022/card.xlsx: нет листа «Анкета»; есть: «Карта»"


def test_a_heading_row_beyond_the_sheet_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.xlsx", book([HEADINGS]))
    (message,) = messages(Xlsx(location="{period}/card.xlsx", header=5), request(tmp_path))
    assert message == "2022/card.xlsx, «Карта»: нет строки заголовков: задана строка 5, а на листе «Карта» их 1"


def test_a_repeated_heading_is_shown_by_its_letters(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.xlsx", book([("unit", "n_ped", "n_ped"), ("ш1", 1, 2)]))
    (message,) = messages(YEARLY, request(tmp_path))
    assert message == "2022/card.xlsx, «Карта»!C1: столбец «n_ped» встречается 2 раза (B, C) — оставьте один"


SHEET = "xl/worksheets/sheet1.xml"
CARD = book([HEADINGS, ("ш1", 31, "")])
VAST = part(CARD, SHEET).replace(b'<row r="2"', b'<row r="1048576"').replace(b'r="C1"', b'r="XFD1"')
ENTITIES = b'<!DOCTYPE a [<!ENTITY a "aaaa">]><worksheet>&a;&b;</worksheet>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "файл пуст"),
        (b"unit;n_ped\n1;2\n", "это не книга Excel"),
        (b"\xef\xbb\xbf\r\n<html><table>", "это веб-страница под именем книги Excel"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "книга закрыта паролем"),
        (CARD[: len(CARD) // 2], "книга обрезана или повреждена"),
        (book([]), "лист «Карта» пуст"),
        (repacked(CARD, sheet1=VAST), "лист тянется до ячейки XFD1048576"),
        (repacked(CARD, workbook=None), "это архив, а не книга Excel"),
        (repacked(CARD, sheet1=ENTITIES), "в книге объявлены сущности XML"),
    ],
    ids=["empty", "csv", "html", "password", "cut", "blank", "vast", "no workbook", "entities"],
)
def test_what_is_no_table_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    write(tmp_path, "2022/card.xlsx", content)
    assert [problem.message for problem in problems(YEARLY, request(tmp_path))] == [message]


@pytest.mark.parametrize(
    "content",
    [
        OLE + b"\0" * 600,
        repacked(CARD, sheet1=b"<worksheet><sheetData><row><c>"),
        repacked(CARD, sheet1=None),
    ],
    ids=["ole", "cut sheet", "no sheet"],
)
def test_a_damaged_book_is_a_problem(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, "2022/card.xlsx", content)
    (problem,) = problems(YEARLY, request(tmp_path))
    assert problem.message.startswith("книга повреждена")


def test_a_book_that_unpacks_into_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_UNPACKED", 16 << 20)
    bomb = repacked(CARD, sheet1=b" " * (20 << 20))
    assert len(bomb) < 1 << 16
    write(tmp_path, "2022/card.xlsx", bomb)
    (message,) = messages(YEARLY, request(tmp_path))
    assert message.startswith("2022/card.xlsx: книга после распаковки займёт 20 МиБ, предел — 16 МиБ")


def test_without_the_library_the_cure_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    write(tmp_path, "2021/card.xlsx", CARD)
    write(tmp_path, "2022/card.xlsx", CARD)
    assert messages(YEARLY, request(tmp_path)) == [
        "для книг Excel нужна библиотека python-calamine — pip install profdev-indicators[xlsx]"
    ]


@pytest.mark.parametrize("library", ["xlrd", "olefile"])
def test_without_the_libraries_of_old_books_the_cure_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, "profdev_indicators.builtin.readers.spreadsheets.xls", raising=False)
    write(tmp_path, "2022/card.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    reader = Files(location="{period}/*")
    assert messages(reader, request(tmp_path)) == [
        "для книг XLS нужны библиотеки xlrd и olefile — pip install profdev-indicators[xlsx]"
    ]


def survives(root: Path, content: bytes) -> None:
    """Reading it ends in rows or in a named problem."""
    write(root, "2022/card.xlsx", content)
    with suppress(SourceError):
        rows(YEARLY.read(request(root)))


@given(
    damage=st.lists(st.tuples(st.integers(0, len(CARD) - 1), st.integers(0, 255)), max_size=8),
    length=st.just(len(CARD)) | st.integers(0, len(CARD)),
)
def test_no_bytes_make_a_traceback(
    damage: list[tuple[int, int]], length: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    raw = bytearray(CARD)
    for place, byte in damage:
        raw[place] = byte
    survives(tmp_path_factory.mktemp("book"), bytes(raw[:length]))


@given(
    name=st.sampled_from(["sheet1", "workbook", "styles", "sharedStrings", "workbook.xml"]),
    place=st.floats(0, 1),
    instead=st.text(st.sampled_from('<>"/=&; cr0123456789ABZ'), max_size=6).map(str.encode),
    lost=st.integers(0, 12),
)
def test_no_xml_makes_a_traceback(
    name: str, place: float, instead: bytes, lost: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with zipfile.ZipFile(io.BytesIO(CARD)) as parts:
        xml = next(parts.read(file) for file in parts.namelist() if Path(file).stem == name)
    at = int(place * len(xml))
    survives(tmp_path_factory.mktemp("book"), repacked(CARD, **{name: xml[:at] + instead + xml[at + lost :]}))
