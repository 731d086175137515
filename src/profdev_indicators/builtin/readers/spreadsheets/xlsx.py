"""XLSX books: which sheets there are, how far they reach, and what a plain reader would hide in them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TypeAlias
from xml.etree import ElementTree as ET

import polars as pl
from attrs import frozen

from profdev_indicators.builtin.readers.grids import UnreadableError
from profdev_indicators.builtin.readers.spreadsheets.packages import SMALL, Package
from profdev_indicators.builtin.readers.spreadsheets.pages import AREA, Place, address, column_number

_TEXTS = 1 << 30  # bytes of the texts of a sheet: one long text may be in every cell and take no room in the file
_TEXTS_AT_ALL = 4 << 30  # the same of a sheet too large to be looked through cell by cell
_LONGEST = 1 << 20  # bytes without an end of a tag: a text of a cell is thirty times shorter
_PERCENT_FORMATS = frozenset({"9", "10"})  # built into Excel: 0% and 0.00%
# As polars reads them: the large sheets have millions of each.
_REFERENCE = r"""[ \t\r\n]r[ \t\r\n]*=[ \t\r\n]*["'][ \t\r\n]*[A-Za-z]{1,6}[0-9]{1,10}"""
_ROW = r"""[ \t\r\n]r[ \t\r\n]*=[ \t\r\n]*["'][ \t\r\n]*[0-9]{1,10}"""
_CELL = r"<(?:[A-Za-z0-9_]+:)?c[ \t\r\n/>]"
_LINE = r"<(?:[A-Za-z0-9_]+:)?row[ \t\r\n/>]"
_SHARED_TEXT = r"""["']s["']"""
_ADDRESS = re.compile(r"([A-Za-z]{1,3})[0-9]+")
_STALE = re.compile(rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*(?:</(?:\w+:)?c>|<(?:\w+:)?v\s*(?:/>|></))")

_Texts: TypeAlias = Mapping[Place, str]


@frozen(kw_only=True)
class _Survey:
    """What a sheet holds, seen from afar: never less than there is."""

    height: int
    width: int
    texts: int  # cells which point into the list of texts
    unusual: bool  # some cell is an error, a percent or a formula which was never calculated


def hidden_texts(package: Package, sheet: str) -> _Texts:
    """Cells which calamine shows empty (errors, formulas never calculated) or as a bare fraction (percents).

    Raises:
        UnreadableError: the sheet claims more cells or more text than any table needs.
        KeyError: there is no such sheet in the book.
        ET.ParseError: a part of the book is broken.
    """
    part = _part(package, sheet)
    percents = _percent_styles(package)
    survey = _survey(package, part, percents)
    vast = survey.height * survey.width > AREA
    wordy = survey.texts * _longest_text(package) if survey.texts else 0
    if vast or wordy > _TEXTS:
        small = package.size <= SMALL
        if (vast and not small) or wordy > _TEXTS_AT_ALL:
            raise _vast(survey) if vast else _wordy()
        if small:
            _look_closer(package, part)
    if not survey.unusual:
        return {}
    cells = ((place, _hidden_text(cell, percents)) for place, cell in _cells(package, part))
    return {place: text for place, text in cells if text}


def _vast(survey: _Survey) -> UnreadableError:
    message = f"лист тянется до ячейки {address(survey.height - 1, survey.width - 1)}"
    return UnreadableError(message, hint="удалите пустые строки и столбцы за таблицей и сохраните книгу")


def _wordy() -> UnreadableError:
    message = f"тексты листа займут больше {_TEXTS >> 30} ГиБ"
    return UnreadableError(message, hint="удалите из книги столбцы с длинными текстами")


def _part(package: Package, sheet: str) -> str:
    """The file of a sheet inside the book."""
    links = {link.get("Id"): link.get("Target", "") for link in _parse(package, "xl/_rels/workbook.xml.rels")}
    for element in _parse(package, "xl/workbook.xml").iter():
        if _local(element.tag) == "sheet" and element.get("name") == sheet:
            link = next(value for key, value in element.items() if _local(key) == "id")
            target = links[link]
            return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
    raise KeyError(sheet)


def _parse(package: Package, name: str) -> ET.Element:
    return ET.fromstring(package.part(name))  # noqa: S314 - its size is bounded, and entities are refused


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same XML cut between tags: after a row where there is one."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        end = rest.rfind(b"row>") + 4
        end = end if end > 3 else rest.rfind(b">") + 1  # noqa: PLR2004 - nothing was found
        if not end and len(rest) > _LONGEST:
            raise UnreadableError("в книге текст длиннее всякой меры", hint="откройте её в Excel и сохраните заново")
        if end:
            yield rest[:end]
        rest = rest[end:]
    if rest:
        yield rest


def _survey(package: Package, part: str, percents: frozenset[str]) -> _Survey:
    """Every address and every cell without one, wherever they stand: a sheet may claim anything."""
    in_tag = _unusual(percents)
    seen: list[_Seen] = []
    unusual = False
    for piece in _pieces(package.chunks(part)):
        seen.append(_seen(piece))
        unusual = unusual or in_tag.search(piece) is not None or _is_stale(piece)
    return _Survey(
        height=max((one.height for one in seen), default=0) + sum(one.nameless_rows for one in seen),
        width=max((one.width for one in seen), default=0) + sum(one.nameless for one in seen),
        texts=sum(one.texts for one in seen),
        unusual=unusual,
    )


@frozen(kw_only=True)
class _Seen:
    """What a piece of a sheet holds."""

    height: int
    width: int
    nameless: int  # cells without an address
    nameless_rows: int
    texts: int


def _seen(piece: bytes) -> _Seen:
    xml = pl.col("xml")
    counted = pl.DataFrame({"xml": [piece.decode(errors="replace")]}).select(
        cells=xml.str.count_matches(_CELL),
        lines=xml.str.count_matches(_LINE),
        texts=xml.str.count_matches(_SHARED_TEXT),
        references=xml.str.extract_all(_REFERENCE),
        rows=xml.str.extract_all(_ROW),
    )
    references, rows = (counted[name].explode(empty_as_null=False) for name in ("references", "rows"))
    columns = references.str.extract("([A-Za-z]+)[0-9]+$").unique().drop_nulls()
    numbers = pl.concat([references, rows]).str.extract("([0-9]+)$").cast(pl.UInt64)
    return _Seen(
        height=int(numbers.max() or 0),  # type: ignore[arg-type]  # a series of numbers has a number
        width=max((column_number(column) + 1 for column in columns), default=1),
        nameless=max(counted["cells"].item() - references.len(), 0),
        nameless_rows=max(counted["lines"].item() - rows.len(), 0),
        texts=counted["texts"].item(),
    )


def _unusual(percents: frozenset[str]) -> re.Pattern[bytes]:
    """What stands in the tag of a cell which is an error or has the style of a percent."""
    styles = "|".join(sorted(percents, key=int)) or "-"
    return re.compile(rf"""\s(?:t\s*=\s*["']e["']|s\s*=\s*["'](?:{styles})["'])""".encode())


def _is_stale(piece: bytes) -> bool:
    return (b"<f" in piece or b":f" in piece) and _STALE.search(piece) is not None


def _longest_text(package: Package) -> int:
    """Bytes of the longest text of the list, or of what may be one."""
    longest = 0
    if "xl/sharedStrings.xml" in package:
        for piece in _pieces(package.chunks("xl/sharedStrings.xml")):
            longest = max(longest, max(map(len, piece.split(b"si>")), default=0))
    return longest


def _look_closer(package: Package, part: str) -> None:
    """The same cell by cell: what is empty takes no room."""
    lengths = (
        [len(text) for text in package.part("xl/sharedStrings.xml").split(b"</si>")]
        if ("xl/sharedStrings.xml" in package)
        else []
    )
    height = width = room = 0
    for (row, column), cell in _cells(package, part):
        inside = [_local(each.tag) for each in cell]
        if not {"v", "is", "f"} & {*inside}:
            continue
        height, width = max(height, row + 1), max(width, column + 1)
        if cell.get("t", "").strip() == "s":
            number = next((each.text or "" for each in cell if _local(each.tag) == "v"), "").strip()
            room += lengths[int(number)] if number.isdecimal() and int(number) < len(lengths) else 0
    if height * width > AREA:
        raise _vast(_Survey(height=height, width=width, texts=0, unusual=False))
    if room > _TEXTS:
        raise _wordy()


def _percent_styles(package: Package) -> frozenset[str]:
    """Numbers of the styles that show 0.125 as «12,5 %»."""
    if "xl/styles.xml" not in package:
        return frozenset()
    elements = list(_parse(package, "xl/styles.xml").iter())
    own = {e.get("numFmtId") for e in elements if _local(e.tag) == "numFmt" and "%" in e.get("formatCode", "")}
    formats = next((e for e in elements if _local(e.tag) == "cellXfs"), ())
    return frozenset(
        str(number) for number, style in enumerate(formats) if style.get("numFmtId") in own | _PERCENT_FORMATS
    )


class _Stream(io.RawIOBase):
    """A part as a file, for whoever reads it piece by piece."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002 - a piece is as long as it is
        return next(self._chunks, b"")


def _cells(package: Package, part: str) -> Iterator[tuple[Place, ET.Element]]:
    row = -1
    for _, element in ET.iterparse(_Stream(package.chunks(part))):  # noqa: S314 - bounded, without entities
        if _local(element.tag) != "row":
            continue
        row = int(element.get("r", row + 2)) - 1
        column = -1
        for cell in element:
            found = _ADDRESS.fullmatch(cell.get("r", ""))
            column = column_number(found[1]) if found else column + 1
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
