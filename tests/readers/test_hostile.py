from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from profdev_indicators.builtin.readers import Csv, Files, Xlsx
from profdev_indicators.builtin.readers.spreadsheets import opendocument, packages, xls
from profdev_indicators.builtin.readers.spreadsheets import xlsx as workbooks
from profdev_indicators.errors import Problem
from readers.asking import book, only, problems, request, rows, write
from readers.cards import card, converted, repacked

READER = Files(location="{period}/*")
CARD = book([("unit", "n_ped", "link"), ("ш1", 31, "")])
SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
ODS = {
    "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
    "content.xml": """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="Карта">
<table:table-row><table:table-cell><text:p>unit</text:p></table:table-cell>
<table:table-cell><text:p>n_ped</text:p></table:table-cell></table:table-row>
<table:table-row ROWS><table:table-cell><text:p>ш1</text:p></table:table-cell>
<table:table-cell COLUMNS office:value-type="float" office:value="31"/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>""".encode(),
}


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


def ods(**changed: bytes) -> bytes:
    content = ODS["content.xml"]
    for mark in ("ROWS", "COLUMNS"):
        content = content.replace(mark.encode(), changed.pop(mark, b""))
    return zipped({**ODS, "content.xml": changed.pop("content", content), **changed})


def complaint(root: Path, content: bytes, name: str = "card.xlsx") -> Problem:
    write(root, f"2022/{name}", content)
    (problem,) = problems(READER, request(root))
    assert problem.file == f"2022/{name}"
    assert problem.hint
    return problem


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return parts.read(name)


def lying(content: bytes, name: str, promised: int) -> bytes:
    """The same book whose table of contents says that a part is so many bytes long."""
    raw = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        real = struct.pack("<I", parts.getinfo(name).file_size)
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        length = struct.unpack_from("<H", raw, at + 28)[0]
        if raw[at + 46 : at + 46 + length] == name.encode():
            assert raw[at + 24 : at + 28] == real
            raw[at + 24 : at + 28] = struct.pack("<I", promised)
        at = raw.find(b"PK\x01\x02", at + 4)
    return bytes(raw)


def test_a_part_longer_than_promised_is_not_unpacked_to_its_end(tmp_path: Path) -> None:
    bomb = repacked(CARD, sheet1=part(CARD, SHEET).replace(b"</worksheet>", b" " * (40 << 20) + b"</worksheet>"))
    assert complaint(tmp_path, lying(bomb, SHEET, 1000)).message.startswith("часть книги больше, чем обещано")


def test_many_small_parts_are_not_unpacked(tmp_path: Path) -> None:
    bomb = zipped({f"xl/worksheets/sheet{number}.xml": b"" for number in range(10_001)})
    assert complaint(tmp_path, bomb).message == "в книге больше 10000 частей: это не таблица"


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    target = io.BytesIO(CARD)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(target, "a") as archive:
        archive.writestr(SHEET, b"<worksheet/>")
    assert complaint(tmp_path, target.getvalue()).message == "в книге две части с одним именем"


def test_an_archive_inside_an_archive_is_never_opened(tmp_path: Path) -> None:
    nested = zipped({"bomb.zip": zipped({"bomb.txt": b"0" * (1 << 20)})})
    assert complaint(tmp_path, nested).message == "это архив, а не книга Excel"


def test_pictures_take_no_part_in_what_a_book_unpacks_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_UNPACKED", 1 << 20)
    with zipfile.ZipFile(io.BytesIO(CARD)) as parts:
        content = {name: parts.read(name) for name in parts.namelist()}
    write(tmp_path, "2022/card.xlsx", zipped({**content, "xl/media/image1.png": b"0" * (8 << 20)}))
    assert rows(READER.read(request(tmp_path)), "unit", "n_ped") == [("ш1", "31")]


def test_a_list_of_texts_has_a_bound_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_SHARED", 1 << 20)
    bomb = repacked(CARD, sharedStrings=b"<sst>" + b"<si/>" * (1 << 18) + b"</sst>")
    assert complaint(tmp_path, bomb).message == "книга после распаковки займёт 1 МиБ, предел — 1 МиБ"


def test_one_long_text_in_every_cell_is_not_copied_into_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "_TEXTS", 16 << 20)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        page = workbook.add_worksheet()
        page.write_row(0, 0, ("unit", "n_ped"))
        for row in range(1, 2000):
            page.write_row(row, 0, ("а" * 30_000, 1))
    assert complaint(tmp_path, target.getvalue()).message.startswith("тексты листа займут больше")


def test_long_texts_of_which_few_are_used_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "_TEXTS", 1 << 20)
    content = book([("unit", "n_ped", "x" * 30_000), *((f"ш{number}", "1", "б") for number in range(99))])
    write(tmp_path, "2022/card.xlsx", content)
    assert len(rows(READER.read(request(tmp_path)), "unit")) == 99


@pytest.mark.parametrize("name", ["sheet1", "workbook", "styles", "sharedStrings"])
def test_entities_are_refused_in_every_part_of_a_book(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(CARD)) as parts:
        xml = next(parts.read(path) for path in parts.namelist() if path.endswith(f"/{name}.xml"))
    start = xml.index(b"?>") + 2
    assert (
        complaint(tmp_path, repacked(CARD, **{name: LAUGHS + xml[start:]})).message == "в книге объявлены сущности XML"
    )


def test_entities_are_refused_in_an_open_document(tmp_path: Path) -> None:
    start = ODS["content.xml"].index(b"?>") + 2
    bomb = ods(content=LAUGHS + ODS["content.xml"][start:])
    assert complaint(tmp_path, bomb, "card.ods").message == "в книге объявлены сущности XML"


def test_an_open_document_is_read(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.ods", ods(ROWS=b'table:number-rows-repeated="2"'))
    assert rows(READER.read(request(tmp_path)), "row", "unit", "n_ped") == [(2, "ш1", "31"), (3, "ш1", "31")]


@pytest.mark.parametrize(
    "changed",
    [
        {"ROWS": b'table:number-rows-repeated="1048000"', "COLUMNS": b'table:number-columns-repeated="16000"'},
        {"COLUMNS": b'table:number-columns-repeated="99999999999"'},
        {"ROWS": b'table:number-rows-repeated="99999999999"'},
    ],
)
def test_cells_repeated_beyond_measure_are_not_written_out(tmp_path: Path, changed: dict[str, bytes]) -> None:
    assert complaint(tmp_path, ods(**changed), "card.ods").message.startswith(
        ("в книге больше", "на листе «Карта» больше")
    )


@pytest.mark.parametrize("cell", [b'<c r="XFD1048576"><v>1</v></c>', b"<c r = 'XFD1048576' ><v>1</v></c>"])
def test_a_cell_at_the_end_of_the_sheet_takes_no_memory(tmp_path: Path, cell: bytes) -> None:
    vast = part(CARD, SHEET).replace(b"</sheetData>", b'<row r="1048576">' + cell + b"</row></sheetData>")
    assert complaint(tmp_path, repacked(CARD, sheet1=vast)).message == "лист тянется до ячейки XFD1048576"


def test_cells_without_addresses_are_counted(tmp_path: Path) -> None:
    wide = b"<row>" + b"<c><v>1</v></c>" * 20_000 + b'</row><row r="1048576"><c><v>1</v></c></row></sheetData>'
    vast = part(CARD, SHEET).replace(b"</sheetData>", wide)
    assert "лист тянется" in complaint(tmp_path, repacked(CARD, sheet1=vast)).message


def test_an_empty_sheet_formatted_to_its_end_is_read(tmp_path: Path) -> None:
    far = b'<row r="1048576" s="1" customFormat="1"><c r="XFD1048576" s="1"/></row></sheetData>'
    write(tmp_path, "2022/card.xlsx", repacked(CARD, sheet1=part(CARD, SHEET).replace(b"</sheetData>", far)))
    assert rows(READER.read(request(tmp_path)), "unit", "n_ped") == [("ш1", "31")]


def test_a_formatted_column_that_reaches_the_last_row_is_no_answers(tmp_path: Path) -> None:
    lines = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (row, row) for row in range(3, 100_000))
    write(
        tmp_path,
        "2022/card.xlsx",
        repacked(CARD, sheet1=part(CARD, SHEET).replace(b"</sheetData>", lines + b"</sheetData>")),
    )
    assert rows(READER.read(request(tmp_path)), "unit", "n_ped") == [("ш1", "31")]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SPREADSHEET_2003 = '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>'


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("card.xls", b"<html><table><tr><td>1", "это веб-страница под именем книги Excel"),
        ("card.xls", "<html>".encode("utf-16"), "это веб-страница под именем книги Excel"),
        ("card.xls", SPREADSHEET_2003.encode(), "это «Таблица XML 2003» под именем книги Excel"),
        ("card.xls", b"MIME-Version: 1.0\r\n", "это веб-архив под именем книги Excel"),
        ("card.xls", b"unit;n_ped\n", "это не книга Excel"),
        ("card.xlsx", b"", "файл пуст"),
        ("card.xlsx", b"\0" * 4096, "файл пуст"),
        ("card.xlsx", OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "книга закрыта паролем"),
        ("card.xlsx", zipped({"word/document.xml": b"<x/>"}), "это документ Word, а не книга"),
        ("card.xlsb", zipped({"xl/workbook.bin": b"x"}), "это двоичная книга Excel (XLSB)"),
        (
            "card.ods",
            zipped({**ODS, "META-INF/manifest.xml": b"<manifest:encryption-data/>"}),
            "книга закрыта паролем",
        ),
        ("card.csv", CARD, "это книга Excel, а не текстовая таблица"),
    ],
)
def test_what_is_no_table_is_named_with_what_to_do(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    assert complaint(tmp_path, content, name).message == message


@pytest.fixture(scope="module")
def old_book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return converted(CARD, "xls", tmp_path_factory.mktemp("xls"))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_book_is_a_problem(tmp_path: Path, old_book: bytes, share: float) -> None:
    answers = old_book[: int(len(old_book) * 0.7)]  # what comes after is about the book, and may be lost
    for name, content in (("card.xlsx", card()), ("card.ods", ods()), ("card.xls", answers)):
        complaint(tmp_path / name, content[: int(len(content) * share)], name)


def test_an_old_book_is_read_and_what_it_claims_takes_no_memory(tmp_path: Path, old_book: bytes) -> None:
    write(tmp_path, "2022/card.xls", old_book)
    assert rows(READER.read(request(tmp_path)), "unit", "n_ped") == [("ш1", "31")]
    at = old_book.index(struct.pack("<HH", 0x200, 14))
    claimed = old_book[: at + 4] + struct.pack("<IIHH", 0, 2**31, 0, 2**15) + old_book[at + 16 :]
    write(tmp_path, "2022/card.xls", claimed)
    assert rows(READER.read(request(tmp_path)), "unit", "n_ped") == [("ш1", "31")]


def test_a_link_from_every_cell_of_an_old_book_is_not_followed(tmp_path: Path, old_book: bytes) -> None:
    setup = old_book.index(struct.pack("<HH", 0xA1, 34))
    known = bytes.fromhex("d0c9ea79f9bace118c8200aa004ba90b02000000")
    link = struct.pack("<HHHHHH", 0x1B8, 34, 0, 0xFFFF, 0, 0xFFFF) + known
    write(tmp_path, "2022/card.xls", old_book[:setup] + link + old_book[setup + len(link) :])
    assert rows(READER.read(request(tmp_path)), "unit", "n_ped") == [("ш1", "31")]


def test_texts_of_an_old_book_that_lead_back_to_themselves_are_refused(tmp_path: Path, old_book: bytes) -> None:
    first = old_book.index(b"\x04\0\0unit")
    endless = struct.pack("<iHBi", 2**31 - 1, 0, 4, -7)
    ring = old_book[: first - 4] + endless + old_book[first + 7 :]
    assert complaint(tmp_path, ring, "card.xls").message == "книга повреждена (ValueError)"


def test_a_directory_of_an_old_book_with_endless_ways_through_it_is_refused(tmp_path: Path) -> None:
    parts = b"".join(
        struct.pack("<64sHBxiii36xiI4x", f"{number:02}".encode("utf-16-le"), 6, *tree, -2, 0)
        for number, tree in enumerate([(5, -1, -1, 1), *((2, n + 2, n + 2, -1) for n in range(62)), (2, -1, -1, -1)])
    )
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", OLE, 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 2**32 - 2, 0, 2**32 - 2, 0
    )
    chain = struct.pack("<128I", 2**32 - 3, *range(2, 17), 2**32 - 2, *[2**32 - 1] * 111)
    ring = (header + struct.pack("<I", 0)).ljust(512, b"\xff") + chain + parts
    assert complaint(tmp_path, ring, "card.xls").message == "книга повреждена (ValueError)"


@pytest.mark.parametrize(
    ("limit", "message"),
    [("_LARGEST", "книга XLS занимает 0 МиБ"), ("_MOST", "в книге больше 1"), ("_TEXTS", "тексты листа займут")],
)
def test_an_old_book_larger_than_any_table_is_refused(
    tmp_path: Path, old_book: bytes, monkeypatch: pytest.MonkeyPatch, limit: str, message: str
) -> None:
    monkeypatch.setattr(xls, limit, 1)
    assert complaint(tmp_path, old_book, "card.xls").message.startswith(message)


def test_a_book_too_large_to_be_read_at_once_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "2022/card.xlsx", CARD)
    os.truncate(path, 300 << 20)
    (problem,) = problems(READER, request(tmp_path))
    assert problem.message == "книга занимает 300 МиБ, предел — 256 МиБ"


@pytest.mark.parametrize("name", ["card.json", "card.ndjson"])
def test_records_too_many_to_be_read_at_once_are_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, f"2022/{name}", "[]")
    os.truncate(path, 300 << 20)
    (problem,) = problems(READER, request(tmp_path))
    assert problem.message == "файл занимает 300 МиБ, предел — 256 МиБ"


def test_a_large_book_is_proved_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (packages, workbooks, opendocument):
        monkeypatch.setattr(module, "SMALL", 100)
    monkeypatch.setattr("profdev_indicators.builtin.readers.spreadsheets.books.SMALL", 100)
    write(tmp_path, "2022/card.xlsx", card())
    columns = ("unit", "period", "n_ped")
    assert rows(READER.read(request(tmp_path, columns=columns)), "unit", "n_ped") == [("ш1", "31")]
    bomb = repacked(CARD, styles=part(CARD, "xl/styles.xml") + b" " * (4 << 20))
    assert "больше, чем обещано" in complaint(tmp_path, lying(bomb, "xl/styles.xml", 999)).message


def test_a_file_that_changes_after_it_was_read_leaves_its_first_stamp(tmp_path: Path) -> None:
    path = write(tmp_path, "2022/card.csv", "unit;n_ped\nш1;31\n")
    table = only(READER.read(request(tmp_path)))
    path.write_text("unit;n_ped\nш1;99\nш2;5\n", encoding="utf-8")
    state = path.stat()
    assert table.stamp != (state.st_size, state.st_mtime_ns)
    assert table.frame.collect().select("unit", "n_ped").rows() == [("ш1", "31")]


def test_a_folder_or_a_broken_link_in_place_of_a_file_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.xlsx", CARD)
    (tmp_path / "2022/folder.xlsx").mkdir()
    (tmp_path / "2022/lost.xlsx").symlink_to(tmp_path / "nowhere.xlsx")
    found: list[Any] = rows(Xlsx(location="{period}/*.xlsx").read(request(tmp_path)), "unit")
    assert found == [("ш1",)]


def test_an_endless_cell_is_named_by_its_line(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.csv", 'unit;n_ped\n"' + "а" * 3_000_000 + '";31\nш2;"15\n')
    (problem,) = problems(Csv(location="{period}/card.csv"), request(tmp_path))
    assert (problem.line, problem.message) == (2, "ячейка длиннее всякой меры")


def test_a_stream_that_ends_early_is_a_problem(tmp_path: Path) -> None:
    squeezed = zlib.compress(b"x" * 1000)
    assert complaint(tmp_path, b"PK\x03\x04" + squeezed).message == "книга обрезана или повреждена"
