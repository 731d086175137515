"""ODS books: sheets with their values as they are kept, and with percents and errors as they are shown."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from xml.etree import ElementTree as ET

from attrs import Factory, define

from profdev_indicators.builtin.readers.grids import UnreadableError
from profdev_indicators.builtin.readers.spreadsheets.packages import SMALL, Package, protected
from profdev_indicators.builtin.readers.spreadsheets.pages import Area, Page

_CELLS = 4_000_000  # of all sheets, with the repeated ones
_ROWS = 1_048_576
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_CELL_TAGS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")


@define
class _Sheet:
    """A sheet while it is read."""

    name: str
    style: str
    rows: list[list[str]] = Factory(list)
    merged: list[Area] = Factory(list)
    height: int = 0  # with the empty rows not yet written down


def read_opendocument(package: Package) -> tuple[tuple[Page, bool], ...]:
    """All sheets, each with whether it is visible.

    Raises:
        UnreadableError: the book has a password, or more cells than any table needs.
        ET.ParseError: it is broken.
        KeyError: a part is missing.
    """
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.part("META-INF/manifest.xml"):
        raise protected()
    if package.size > SMALL * 4:
        message = f"книга после распаковки займёт {package.size >> 20} МиБ, предел — {SMALL * 4 >> 20} МиБ"
        raise UnreadableError(message, hint="сохраните нужный лист как XLSX или CSV")
    hidden: set[str] = set()
    sheets: list[_Sheet] = []
    left = _CELLS
    for event, element in ET.iterparse(io.BytesIO(package.part("content.xml")), ("start", "end")):  # noqa: S314 - bounded, without entities
        if event == "start":
            if element.tag == f"{_TABLE}table":
                sheets.append(_Sheet(element.get(f"{_TABLE}name", ""), element.get(f"{_TABLE}style-name", "")))
        elif element.tag == f"{_STYLE}style":
            if any(part.get(f"{_TABLE}display") == "false" for part in element.iter(f"{_STYLE}table-properties")):
                hidden.add(element.get(f"{_STYLE}name", ""))
        elif element.tag == f"{_TABLE}table-row" and sheets:
            left -= _take_row(sheets[-1], element, left)
            element.clear()
    pages = (Page(sheet.name, iter(sheet.rows), merged=sheet.merged) for sheet in sheets)
    return tuple((page, sheet.style not in hidden) for page, sheet in zip(pages, sheets, strict=True))


def _take_row(sheet: _Sheet, row: ET.Element, left: int) -> int:
    """Write a row down as often as it is repeated; how many cells that took."""
    repeated = _repeated(row, "number-rows-repeated")
    cells: list[str] = []
    column = 0
    for cell in row:
        if cell.tag not in _CELL_TAGS:
            continue
        times = _repeated(cell, "number-columns-repeated")
        shown = _shown(cell)
        if shown:
            _refuse_beyond(column + times, left)
            cells += [""] * (column - len(cells)) + [shown] * times
        wide, high = _repeated(cell, "number-columns-spanned"), _repeated(cell, "number-rows-spanned")
        if wide > 1 or high > 1:
            sheet.merged.append(((sheet.height, column), (sheet.height + high - 1, column + wide - 1)))
        column += times
    top = sheet.height
    sheet.height += repeated
    if not cells:
        return 0
    if sheet.height > _ROWS:
        raise UnreadableError(f"на листе «{sheet.name}» больше строк, чем бывает", hint="сохраните книгу как XLSX")
    _refuse_beyond(repeated * len(cells), left)
    sheet.rows += [[]] * (top - len(sheet.rows)) + [cells] * repeated
    return repeated * len(cells)


def _refuse_beyond(cells: int, left: int) -> None:
    if cells > left:
        message = f"в книге больше {_CELLS // 1_000_000} млн заполненных ячеек"
        raise UnreadableError(message, hint="сохраните нужный лист как XLSX или CSV")


def _repeated(element: ET.Element, name: str) -> int:
    return max(int(element.get(f"{_TABLE}{name}", "1")), 1)


def _shown(cell: ET.Element) -> str:
    """What a person sees in a cell, with a decimal point and dates in ISO."""
    kind = cell.get(f"{_OFFICE}value-type", "")
    written = "\n".join("".join(_written(part)) for part in cell if part.tag == f"{_TEXT}p")
    if cell.get(f"{_CALCEXT}value-type") == "error" or written.startswith(("#", "Err:")):
        return written if written.startswith("#") else "#ОШИБКА!"
    if kind in _VALUES:
        return _VALUES[kind](cell)
    formula = cell.get(f"{_TABLE}formula", "")
    if formula and not kind and not written:
        return f"={formula.partition('=')[2]}"
    return cell.get(f"{_OFFICE}string-value") or written


def _percentage(cell: ET.Element) -> str:
    return f"{float(cell.get(f'{_OFFICE}value', '')) * 100:.10g}%"


def _number(cell: ET.Element) -> str:
    number = float(cell.get(f"{_OFFICE}value", ""))
    return str(int(number)) if number.is_integer() else repr(number)


def _date(cell: ET.Element) -> str:
    return cell.get(f"{_OFFICE}date-value", "").removesuffix("T00:00:00").replace("T", " ")[:16]


def _boolean(cell: ET.Element) -> str:
    return "ИСТИНА" if cell.get(f"{_OFFICE}boolean-value") == "true" else "ЛОЖЬ"


_VALUES: Mapping[str, Callable[[ET.Element], str]] = {
    "percentage": _percentage,
    "float": _number,
    "currency": _number,
    "date": _date,
    "boolean": _boolean,
}


def _written(part: ET.Element) -> Iterator[str]:
    """The text of a paragraph: spaces and tabs are elements of their own."""
    if part.tag == f"{_TEXT}s":
        yield " " * min(_spaces(part), 1000)
    elif part.tag == f"{_TEXT}tab":
        yield "\t"
    elif part.tag == f"{_TEXT}line-break":
        yield "\n"
    yield part.text or ""
    for inside in part:
        if inside.tag != f"{_OFFICE}annotation":
            yield from _written(inside)
        yield inside.tail or ""


def _spaces(part: ET.Element) -> int:
    return int(part.get(f"{_TEXT}c", "1"))
