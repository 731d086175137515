"""Sheets of XLSX, XLS and ODS books, with what a plain reader would hide: errors, percents, formulas not calculated."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias
from xml.etree import ElementTree as ET

import polars as pl

from profdev_indicators.builtin.grids import Grid, MissingLibraryError, UnreadableError, plain

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_UNPACKED = 512 << 20  # bytes of a book after unpacking; a table of a million cells is some 40 MiB
_AREA = 40_000_000  # cells from A1 to the last one: all of them take memory, the empty ones too
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PERCENT_FORMATS = frozenset({"9", "10"})  # built into Excel: 0% and 0.00%
_LETTERS = 26
# What zipfile, zlib and the numbers in mutilated XML raise besides their own errors.
_DAMAGE = (
    KeyError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    StopIteration,
    zipfile.LargeZipFile,
    zlib.error,
)
_FAR_COLUMN = re.compile(rb'\br="([A-Z]{2,3})[0-9]')
_ROW = re.compile(rb'row\b[^>]*?\sr="([0-9]{1,9})"')
_ADDRESS = re.compile(r"([A-Z]{1,3})[0-9]+")
_STALE = re.compile(rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*(?:</(?:\w+:)?c>|<(?:\w+:)?v\s*(?:/>|></))")

_Cell: TypeAlias = str | float | bool | date | time | timedelta
_Texts: TypeAlias = Mapping[tuple[int, int], str]  # (row, column), both from zero
_Merged: TypeAlias = Iterable[tuple[tuple[int, int], tuple[int, int]]]


def read_sheet(path: Path, *, sheet: str | None, header: int | None) -> Grid:
    """One sheet, whose cells are texts as a person sees them.

    Args:
        path: the book.
        sheet: its name; None: the first visible one.
        header: number of the heading row; None: the first which is not empty.

    Raises:
        UnreadableError: it is no book, is protected, cut, or unpacks into more than any table needs.
        OSError: it cannot be opened.
    """
    raw = path.read_bytes()
    _refuse_what_is_no_book(raw)
    calamine = _calamine()
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        name = _sheet_name(book, sheet)
        hidden = _hidden_texts(raw, name)  # looks at the size first: an empty cell takes memory as well
        page = book.get_sheet_by_name(name)
        texts = [[_text(cell) for cell in row] for row in page.to_python(skip_empty_area=False)]
        merged = page.merged_cell_ranges or ()
    except calamine.PasswordError:
        raise _protected() from None
    except (calamine.CalamineError, zipfile.BadZipFile, ET.ParseError, *_DAMAGE) as error:
        hint = "откройте её в Excel и сохраните заново"
        raise UnreadableError(f"книга повреждена ({type(error).__name__})", hint=hint) from error
    for (row, column), text in hidden.items():
        if row < len(texts) and column < len(texts[row]):
            texts[row][column] = text
    return _grid(texts, merged, name, header)


def _calamine() -> ModuleType:
    try:
        # Only those who read spreadsheets need it, and it is an extra.
        import python_calamine  # noqa: PLC0415
    except ImportError:
        message = "для книг Excel нужна библиотека python-calamine"
        raise MissingLibraryError(message, hint="pip install profdev-indicators[xlsx]") from None
    return python_calamine


def _refuse_what_is_no_book(raw: bytes) -> None:
    """Look at the first bytes and at the sizes a book promises, before anything is unpacked."""
    start = raw[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise UnreadableError("файл пуст")
    if start.startswith(b"<"):
        raise UnreadableError("это веб-страница под именем книги Excel", hint="откройте её и сохраните как XLSX")
    if raw.startswith(_OLE):
        if _ENCRYPTED in raw:
            raise _protected()
    elif not raw.startswith(_ZIP):
        raise UnreadableError("это не книга Excel", hint="сохраните таблицу как XLSX")
    else:
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as parts:
                size = sum(part.file_size for part in parts.infolist())
        except (zipfile.BadZipFile, *_DAMAGE):
            raise UnreadableError("книга обрезана или повреждена", hint="возьмите файл заново") from None
        if size > _UNPACKED:
            message = f"книга после распаковки займёт {size >> 20} МиБ, предел — {_UNPACKED >> 20} МиБ"
            raise UnreadableError(message, hint="сохраните нужный лист отдельной книгой или как CSV")


def _protected() -> UnreadableError:
    return UnreadableError("книга закрыта паролем", hint="снимите пароль: Файл → Сведения → Защита книги")


def _sheet_name(book: CalamineWorkbook, sheet: str | None) -> str:
    names = [page.name for page in book.sheets_metadata if sheet is not None or str(page.visible).endswith("Visible")]
    if sheet is None and names:
        return names[0]
    near = [name for name in names if sheet is not None and plain(name) == plain(sheet)]
    if sheet in names or near:
        return sheet if sheet in names else near[0]
    if sheet is None:
        raise UnreadableError("в книге нет видимых листов")
    raise UnreadableError(f"нет листа «{sheet}»; есть: {', '.join(f'«{name}»' for name in book.sheet_names)}")


def _text(cell: _Cell) -> str:
    """A cell as a person sees it, with a decimal point: 31.0 is «31», a date is «2022-05-01»."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "ИСТИНА" if cell else "ЛОЖЬ"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        whole_day = cell.time() == time()
        return cell.date().isoformat() if whole_day else cell.isoformat(sep=" ", timespec="minutes")
    return str(cell)


def _grid(texts: Sequence[Sequence[str]], merged: _Merged, sheet: str, header: int | None) -> Grid:
    at = header - 1 if header else next((n for n, row in enumerate(texts) if any(cell.strip() for cell in row)), None)
    if at is None:
        raise UnreadableError(f"лист «{sheet}» пуст")
    if not 0 <= at < len(texts):
        raise UnreadableError(f"нет строки заголовков: задана строка {header}, а на листе «{sheet}» их {len(texts)}")
    headings = dict(enumerate(texts[at]))
    for (top, left), (bottom, right) in merged:
        if top < at <= bottom and top < len(texts):
            for column in range(left, min(right + 1, len(headings))):
                headings[column] = headings[column] or texts[top][left]
    headed = [column for column, heading in headings.items() if heading.strip()]
    names = tuple(map(str, headed))
    rows = [[row[column] or None for column in headed] for row in texts[at + 1 :]]
    return Grid(
        frame=pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row"),
        names=names,
        headings=tuple(headings[column] for column in headed),
        seen=tuple(map(letters, headed)),
        first_row=at + 2,
        sheet=sheet,
    )


def letters(column: int) -> str:
    """The letters of a column counted from zero: 0 is A, 26 is AA."""
    text = ""
    while column >= 0:
        column, letter = divmod(column, _LETTERS)
        text = chr(ord("A") + letter) + text
        column -= 1
    return text


def _number(column: str) -> int:
    number = 0
    for letter in column:
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number - 1


# --- what calamine does not tell ----------------------------------------------------------------------------------


def _hidden_texts(raw: bytes, sheet: str) -> _Texts:
    """Cells of an XLSX sheet which calamine shows empty (errors, formulas never calculated) or as a bare fraction."""
    if not raw.startswith(_ZIP):
        return {}
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        if "xl/workbook.xml" not in parts.namelist():
            return {}
        xml = parts.read(_part(parts, sheet))
        _refuse_vast(xml)
        percents = _percent_styles(parts)
    styled = any(f's="{style}"'.encode() in xml for style in percents)
    stale = (b"<f" in xml or b":f" in xml) and _STALE.search(xml)
    if not styled and not stale and b't="e"' not in xml:
        return {}
    cells = ((place, _hidden_text(cell, percents)) for place, cell in _cells(xml))
    return {place: text for place, text in cells if text}


def _part(parts: zipfile.ZipFile, sheet: str) -> str:
    """The file of a sheet inside the book."""
    links = {link.get("Id"): link.get("Target", "") for link in _parse(parts, "xl/_rels/workbook.xml.rels")}
    for element in _parse(parts, "xl/workbook.xml").iter():
        if _local(element.tag) == "sheet" and element.get("name") == sheet:
            link = next(value for key, value in element.items() if _local(key) == "id")
            target = links[link]
            return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
    raise KeyError(sheet)


def _parse(parts: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(parts.read(name))  # noqa: S314 - its size is bounded, and expat bounds entities


def _refuse_vast(xml: bytes) -> None:
    columns = {_number(far.decode()) for far in set(_FAR_COLUMN.findall(xml))}
    width = max(columns, default=_LETTERS - 1) + 1
    height = max(map(int, _ROW.findall(xml)), default=0)
    if width * height > _AREA:
        message = f"лист тянется до ячейки {letters(width - 1)}{height}"
        raise UnreadableError(message, hint="удалите пустые строки и столбцы за таблицей и сохраните книгу")


def _percent_styles(parts: zipfile.ZipFile) -> frozenset[str]:
    """Numbers of the styles that show 0.125 as «12,5 %»."""
    if "xl/styles.xml" not in parts.namelist():
        return frozenset()
    elements = list(_parse(parts, "xl/styles.xml").iter())
    own = {e.get("numFmtId") for e in elements if _local(e.tag) == "numFmt" and "%" in e.get("formatCode", "")}
    formats = next((e for e in elements if _local(e.tag) == "cellXfs"), ())
    return frozenset(
        str(number) for number, style in enumerate(formats) if style.get("numFmtId") in own | _PERCENT_FORMATS
    )


def _cells(xml: bytes) -> Iterator[tuple[tuple[int, int], ET.Element]]:
    row = -1
    for _, element in ET.iterparse(io.BytesIO(xml)):  # noqa: S314 - its size is bounded, as above
        if _local(element.tag) != "row":
            continue
        row = int(element.get("r", row + 2)) - 1
        column = -1
        for cell in element:
            address = _ADDRESS.fullmatch(cell.get("r", ""))
            column = _number(address[1]) if address else column + 1
            yield (row, column), cell
        element.clear()


def _hidden_text(cell: ET.Element, percents: frozenset[str]) -> str:
    inside = {_local(part.tag): part.text or "" for part in cell}
    value, kind = inside.get("v", ""), cell.get("t", "n")
    if kind == "e":
        return value or "#ОШИБКА!"
    if "f" in inside and not value and not (kind == "str" and "v" in inside):
        return f"={inside['f']}"
    if kind == "n" and value and cell.get("s") in percents:
        return f"{float(value) * 100:.10g}%"
    return ""


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
