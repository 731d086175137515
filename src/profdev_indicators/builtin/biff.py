"""XLS books of 1997 and after, read record by record: no size such a book claims is believed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from struct import unpack_from

from attrs import Factory, define, field, frozen

from profdev_indicators.builtin.grids import UnreadableError
from profdev_indicators.builtin.packages import protected
from profdev_indicators.builtin.pages import Area, Cell, Page, Place

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ENTRY = 128  # bytes of a line of the directory
_END = 0xFFFFFFFC  # from here on, numbers of sectors are marks
_IN_HEADER = 109  # sectors of the allocation table named in the header
_SMALL_SECTOR = 9  # 512 bytes, as a power of two
_SHORT = 4096  # streams below it lie in the small sectors
_COLUMNS = 256
_STREAMS = ("Workbook", "Book")
_TEXTS = 1 << 28  # letters of all cells: one long text may stand in each of them
_PERCENT_FORMATS = (9, 10)  # built into Excel: 0% and 0.00%
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NO_DATE = re.compile(
    r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|general|e[+-]', re.IGNORECASE
)  # what is no part of a date in a format
_DATE = re.compile("[dmyhs]", re.IGNORECASE)
_BIFF8 = 0x600
_BOF, _EOF, _CONTINUE = 0x809, 0xA, 0x3C
_SST, _MERGED = 0xFC, 0xE5
_STRING = 0x207
_CELLS = (0x203, 0x27E, 0xBD, 0x205, 0x6, 0x204, 0xD6, 0xFD)  # those _told knows
_NOT_A_NUMBER = 0xFFFF
_TEXT_RESULT, _BOOLEAN_RESULT, _ERROR_RESULT = 0, 1, 2
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_BEGINNING = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no time zone
_FROM_1904 = 1462  # days between the two beginnings Excel knows


@define
class _Globals:
    """What stands before the sheets."""

    sheets: list[tuple[int, bool, str]] = Factory(list)  # where it begins, whether it is visible, its name
    texts: Sequence[str] = ()
    formats: dict[int, str] = Factory(dict)
    styles: list[int] = Factory(list)  # their formats
    percents: set[int] = Factory(set)  # of the styles, those which show 0.125 as 12,5 %
    dates: set[int] = Factory(set)  # and those which show a day
    days: int = 0  # to add to a date


@frozen(kw_only=True)
class _Record:
    """One record of the stream."""

    kind: int
    raw: bytes
    more: tuple[bytes, ...] = field(default=())  # what did not fit


def read_old(raw: bytes) -> tuple[tuple[Page, bool], ...]:
    """All sheets, each with whether it is visible.

    Raises:
        UnreadableError: the book has a password, is older than 1997, or its texts take more memory than any table's.
        struct.error, LookupError, ValueError: it is broken.
    """
    if _ENCRYPTED in raw:
        raise protected()
    stream = _stream(raw)
    known = _globals(stream)
    return tuple((_page(stream, start, name, known), is_visible) for start, is_visible, name in known.sheets)


def _stream(raw: bytes) -> bytes:
    """The stream of the book out of the compound file."""
    shift, small = unpack_from("<HH", raw, 30)
    if not 7 <= shift <= 12 or small > shift:  # noqa: PLR2004 - 128 to 4096 bytes, by the format
        raise ValueError(shift)
    (directory,) = unpack_from("<I", raw, 48)
    table = _allocation(raw, shift)
    entries = _chain(raw, directory, table, shift)
    root = b""
    for at in range(0, len(entries) - _ENTRY + 1, _ENTRY):
        length, kind = unpack_from("<HB", entries, at + 64)
        start, size = unpack_from("<IQ" if shift > _SMALL_SECTOR else "<II", entries, at + 116)
        name = entries[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
        if kind == 5:  # noqa: PLR2004 - the root, whose stream holds the small sectors
            root = _chain(raw, start, table, shift)
        if name in _STREAMS:
            found = _chain(raw, start, table, shift)
            if size < _SHORT:
                (first,) = unpack_from("<I", raw, 60)
                minor = _chain(raw, first, table, shift)
                links = unpack_from(f"<{len(minor) // 4}I", minor)
                found = b"".join(root[n << small : n + 1 << small] for n in _follow(start, links))
            if len(found) < size:
                raise UnreadableError("книга обрезана или повреждена", hint="возьмите файл заново")
            return found[:size]
    raise UnreadableError("это не книга Excel", hint="сохраните таблицу как XLSX")


def _allocation(raw: bytes, shift: int) -> tuple[int, ...]:
    """For each sector, the one that follows it."""
    sectors = list(unpack_from(f"<{_IN_HEADER}I", raw, 76))
    (further,) = unpack_from("<I", raw, 68)
    per_sector = (1 << shift) // 4
    for _ in range(len(raw) >> shift):
        if further >= _END:
            break
        *more, further = unpack_from(f"<{per_sector}I", raw, further + 1 << shift)
        sectors += more
    inside = [sector for sector in sectors if sector < (len(raw) >> shift)]
    found: list[int] = []
    for sector in inside:
        piece = raw[sector + 1 << shift : sector + 2 << shift]
        found += unpack_from(f"<{len(piece) // 4}I", piece)
    return tuple(found)


def _chain(raw: bytes, start: int, table: tuple[int, ...], shift: int) -> bytes:
    return b"".join(raw[sector + 1 << shift : sector + 2 << shift] for sector in _follow(start, table))


def _follow(sector: int, table: tuple[int, ...]) -> Iterator[int]:
    seen = 0
    while sector < _END:
        yield sector
        seen += 1
        if sector >= len(table) or seen > len(table):
            raise ValueError(sector)  # a loop, or a link to nowhere
        sector = table[sector]


def _records(stream: bytes, start: int) -> Iterator[_Record]:
    """The records of a sheet, or of what stands before the sheets; sheets inside (charts) are passed over."""
    depth = 0
    while start + 4 <= len(stream):
        kind, length = unpack_from("<HH", stream, start)
        raw = stream[start + 4 : start + 4 + length]
        start += 4 + length
        if kind == _BOF:
            depth += 1
            if depth == 1 and unpack_from("<H", raw)[0] != _BIFF8:
                hint = "откройте её в Excel и сохраните как «Книга Excel (.xlsx)»"
                raise UnreadableError("книга Excel старше 1997 года", hint=hint)
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            more = []
            while kind == _SST and start + 4 <= len(stream) and unpack_from("<H", stream, start)[0] == _CONTINUE:
                length = unpack_from("<H", stream, start + 2)[0]
                more.append(stream[start + 4 : start + 4 + length])
                start += 4 + length
            yield _Record(kind=kind, raw=raw, more=tuple(more))


def _globals(stream: bytes) -> _Globals:
    known = _Globals()
    for record in _records(stream, 0):
        _learn(record, known)
    for number, style in enumerate(known.styles):
        shown = known.formats.get(style, "")
        if style in _PERCENT_FORMATS or "%" in shown:
            known.percents.add(number)
        elif style in _DATE_FORMATS or (shown and _DATE.search(_NO_DATE.sub("", shown))):
            known.dates.add(number)
    return known


def _learn(record: _Record, known: _Globals) -> None:
    raw = record.raw
    match record.kind:
        case 0x2F:  # FILEPASS
            raise protected()
        case 0x85:  # BOUNDSHEET
            start, hidden, kind = unpack_from("<IBB", raw)
            if kind == 0:
                known.sheets.append((start, not hidden & 3, _short_text(raw, 6)))
        case 0x41E:  # FORMAT
            known.formats[unpack_from("<H", raw)[0]] = _text(raw, 2)
        case 0xE0:  # XF
            known.styles.append(unpack_from("<H", raw, 2)[0])
        case 0x22:  # DATE1904
            known.days = _FROM_1904 if unpack_from("<H", raw)[0] else 0
        case 0xFC:  # SST
            known.texts = tuple(_shared_texts((raw, *record.more)))


def _text(raw: bytes, at: int) -> str:
    """A text after its length in two bytes."""
    (length,) = unpack_from("<H", raw, at)
    return _letters(raw, at + 2, length)


def _short_text(raw: bytes, at: int) -> str:
    return _letters(raw, at + 1, raw[at])


def _letters(raw: bytes, at: int, length: int) -> str:
    if raw[at] & 1:
        return raw[at + 1 : at + 1 + 2 * length].decode("utf-16-le", "replace")
    return raw[at + 1 : at + 1 + length].decode("latin-1")


def _shared_texts(pieces: Sequence[bytes]) -> Iterator[str]:
    """The list of texts; one that goes on in another piece says there anew how wide its letters are."""
    (count,) = unpack_from("<I", pieces[0], 4)
    number, at = 0, 8
    for _ in range(count):
        if at >= len(pieces[number]):
            number, at = number + 1, 0
        length, marks = unpack_from("<HB", pieces[number], at)
        at += 3
        runs = further = 0
        if marks & 8:
            (runs,) = unpack_from("<H", pieces[number], at)
            at += 2
        if marks & 4:
            (further,) = unpack_from("<I", pieces[number], at)
            at += 4
        parts = []
        while length:
            wide = 2 if marks & 1 else 1
            fits = min(length, (len(pieces[number]) - at) // wide)
            parts.append(
                pieces[number][at : at + fits * wide].decode("utf-16-le" if marks & 1 else "latin-1", "replace")
            )
            at, length = at + fits * wide, length - fits
            if length:
                number, at = number + 1, 1
                marks = pieces[number][0]
        skip = 4 * runs + further
        while at + skip > len(pieces[number]) and number + 1 < len(pieces):
            skip -= len(pieces[number]) - at
            number, at = number + 1, 0
        at += skip
        yield "".join(parts)


def _page(stream: bytes, start: int, name: str, known: _Globals) -> Page:
    cells: dict[Place, Cell] = {}
    merged: list[Area] = []
    awaited: Place | None = None  # a formula whose text stands in the next record
    room = 0
    for record in _records(stream, start):
        if record.kind == _STRING and awaited is not None:
            cells[awaited] = _text(record.raw, 0)
        elif record.kind == _MERGED:
            (count,) = unpack_from("<H", record.raw)
            for number in range(count):
                top, bottom, left, right = unpack_from("<HHHH", record.raw, 2 + 8 * number)
                merged.append(((top, left), (bottom, right)))
        if record.kind not in _CELLS:
            continue
        awaited = None
        for place, cell in _told(record, known):
            if place[1] >= _COLUMNS:
                raise ValueError(place)
            if cell is None:
                awaited = place
                continue
            cells[place] = cell
            room += len(cell) if isinstance(cell, str) else 0
        if room > _TEXTS:
            raise UnreadableError("тексты листа займут слишком много памяти", hint="сохраните его как XLSX или CSV")
    return Page(name, iter(_rows(cells)), merged=merged)


def _rows(cells: Mapping[Place, Cell]) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[] for _ in range(max((row for row, _ in cells), default=-1) + 1)]
    for (row, column), cell in cells.items():
        line = rows[row]
        line.extend([""] * (column + 1 - len(line)))
        line[column] = cell
    return rows


def _told(record: _Record, known: _Globals) -> Iterator[tuple[Place, Cell | None]]:
    """The cells of a record; None: a formula whose text comes later."""
    raw = record.raw
    row, column, style = unpack_from("<HHH", raw)
    match record.kind:
        case 0xFD:  # LABELSST
            yield (row, column), known.texts[unpack_from("<I", raw, 6)[0]]
        case 0x204 | 0xD6:  # LABEL, RSTRING
            yield (row, column), _text(raw, 6)
        case 0x203:  # NUMBER
            yield (row, column), _shown(unpack_from("<d", raw, 6)[0], style, known)
        case 0x27E:  # RK
            yield (row, column), _shown(_rk(unpack_from("<I", raw, 6)[0]), style, known)
        case 0xBD:  # MULRK
            for number in range((len(raw) - 6) // 6):
                style, packed = unpack_from("<HI", raw, 4 + 6 * number)
                yield (row, column + number), _shown(_rk(packed), style, known)
        case 0x205:  # BOOLERR
            value, is_error = unpack_from("<BB", raw, 6)
            yield (row, column), _ERRORS.get(value, "#ОШИБКА!") if is_error else bool(value)
        case 0x6:  # FORMULA
            yield (row, column), _result(raw, style, known)


def _result(raw: bytes, style: int, known: _Globals) -> Cell | None:
    kind, _, value, _, _, _, mark = unpack_from("<BBBBBBH", raw, 6)
    if mark != _NOT_A_NUMBER:
        return _shown(unpack_from("<d", raw, 6)[0], style, known)
    if kind == _TEXT_RESULT:
        return None
    if kind == _BOOLEAN_RESULT:
        return bool(value)
    return _ERRORS.get(value, "#ОШИБКА!") if kind == _ERROR_RESULT else ""


def _shown(number: float, style: int, known: _Globals) -> Cell:
    if style in known.percents:
        return f"{number * 100:.10g}%"
    if style in known.dates:
        try:
            return _BEGINNING + timedelta(days=number + known.days)
        except (OverflowError, ValueError):
            return number
    return number


def _rk(packed: int) -> float:
    """A number in four bytes: a whole one or the upper half of a float, perhaps a hundred times too great."""
    if packed & 2:
        number = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        number = float(unpack_from("<d", b"\0\0\0\0" + (packed & 0xFFFFFFFC).to_bytes(4, "little"))[0])
    return number / 100 if packed & 1 else number
