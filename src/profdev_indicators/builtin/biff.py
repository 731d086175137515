"""XLS books of the nineties and after: what their records say of errors, percents, passwords and the size of sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from struct import error as StructError  # noqa: N812 - the module names its exception in small letters
from struct import unpack_from

from attrs import field, frozen

from profdev_indicators.builtin.grids import UnreadableError
from profdev_indicators.builtin.packages import protected
from profdev_indicators.builtin.pages import AREA, Place, address

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ENTRY = 128  # bytes of a line of the directory
_END = 0xFFFFFFFC  # from here on, numbers of sectors are marks
_IN_HEADER = 109  # sectors of the allocation table named in the header
_SHORT = 4096  # streams below it lie in the small sectors
_STREAMS = ("Workbook", "Book")
_PERCENT_FORMATS = (9, 10)  # built into Excel: 0% and 0.00%
_BOF, _BOUNDSHEET, _FILEPASS, _FORMAT, _XF = 0x809, 0x85, 0x2F, 0x41E, 0xE0
_DIMENSIONS, _NUMBER, _RK, _MULRK, _BOOLERR, _FORMULA = 0x200, 0x203, 0x27E, 0xBD, 0x205, 0x6
_TEXTS = (0x204, 0xFD, 0xD6)
_CELLS = (_NUMBER, _RK, _BOOLERR, _FORMULA, *_TEXTS)
_NOT_A_NUMBER, _ERROR_RESULT = 0xFFFF, 2
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


@frozen(kw_only=True)
class _Globals:
    """What stands before the sheets."""

    starts: tuple[int, ...] = ()  # where the sheets begin, in their order
    percents: frozenset[int] = field(default=frozenset())  # styles which show 0.125 as 12,5 %


def hidden_texts(raw: bytes) -> tuple[Mapping[Place, str], ...]:
    """For every sheet, in order, the cells which a plain reader shows empty (errors) or as a bare fraction (percents).

    Raises:
        UnreadableError: the book has a password, is broken, or a sheet claims more cells than any table needs.
    """
    if _ENCRYPTED in raw:
        raise protected()
    try:
        stream = _stream(raw)
        known = _globals(stream)
        return tuple(_sheet(stream, start, known.percents) for start in known.starts)
    except (StructError, IndexError, ValueError) as error:
        hint = "откройте её в Excel и сохраните заново как XLSX"
        raise UnreadableError(f"книга повреждена ({type(error).__name__})", hint=hint) from None


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
        start, size = unpack_from("<II", entries, at + 116)
        name = entries[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
        if kind == 5:  # noqa: PLR2004 - the root, whose stream holds the small sectors
            root = _chain(raw, start, table, shift)
        if name in _STREAMS:
            if size >= _SHORT:
                return _chain(raw, start, table, shift)[:size]
            (first,) = unpack_from("<I", raw, 60)
            minor = _chain(raw, first, table, shift)
            links = unpack_from(f"<{len(minor) // 4}I", minor)
            return b"".join(root[n << small : n + 1 << small] for n in _follow(start, links))[:size]
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


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of each record up to the end of its sheet; sheets inside (charts) are passed over."""
    depth = 0
    while start + 4 <= len(stream):
        kind, length = unpack_from("<HH", stream, start)
        if kind == _BOF:
            depth += 1
        elif kind == 0xA:  # noqa: PLR2004 - end of a sheet
            depth -= 1
            if depth <= 0:
                return
        elif depth <= 1:
            yield kind, start + 4, length
        start += 4 + length


def _globals(stream: bytes) -> _Globals:
    starts, styles, percents = [], [], set(_PERCENT_FORMATS)
    for kind, at, length in _records(stream, 0):
        if kind == _FILEPASS:
            raise protected()
        if kind == _BOUNDSHEET:
            starts.append(unpack_from("<I", stream, at)[0])
        elif kind == _FORMAT and b"%" in stream[at + 2 : at + length]:
            percents.add(unpack_from("<H", stream, at)[0])
        elif kind == _XF:
            styles.append(unpack_from("<H", stream, at + 2)[0])
    shown = frozenset(number for number, style in enumerate(styles) if style in percents)
    return _Globals(starts=tuple(starts), percents=shown)


def _sheet(stream: bytes, start: int, percents: frozenset[int]) -> Mapping[Place, str]:
    found: dict[Place, str] = {}
    height = width = 0
    for kind, at, length in _records(stream, start):
        if kind == _DIMENSIONS and length >= 14:  # noqa: PLR2004 - the form of BIFF8
            _, height, _, width = unpack_from("<IIHH", stream, at)
            _refuse_vast(height, width)
        elif kind in _CELLS or kind == _MULRK:
            row, column = unpack_from("<HH", stream, at)
            last = unpack_from("<H", stream, at + length - 2)[0] if kind == _MULRK else column
            height, width = max(height, row + 1), max(width, last + 1)
            _refuse_vast(height, width)
            for where, shown in _shown(stream, kind, at, length, percents):
                found[row, where] = shown
    return found


def _refuse_vast(height: int, width: int) -> None:
    if height * width > AREA:
        message = f"лист тянется до ячейки {address(height - 1, width - 1)}"
        raise UnreadableError(message, hint="удалите пустые строки и столбцы за таблицей и сохраните книгу")


def _shown(stream: bytes, kind: int, at: int, length: int, percents: frozenset[int]) -> Iterator[tuple[int, str]]:
    """Column and text of the cells of a record which are seen otherwise than they are kept."""
    column, style = unpack_from("<HH", stream, at + 2)
    if kind == _BOOLERR:
        value, is_error = unpack_from("<BB", stream, at + 6)
        if is_error:
            yield column, _ERRORS.get(value, "#ОШИБКА!")
    elif kind == _FORMULA and unpack_from("<H", stream, at + 12)[0] == _NOT_A_NUMBER:
        result, _, value = unpack_from("<BBB", stream, at + 6)
        if result == _ERROR_RESULT:
            yield column, _ERRORS.get(value, "#ОШИБКА!")
    elif kind in {_NUMBER, _FORMULA} and style in percents:
        yield column, _percent(unpack_from("<d", stream, at + 6)[0])
    elif kind == _RK and style in percents:
        yield column, _percent(_rk(unpack_from("<I", stream, at + 6)[0]))
    elif kind == _MULRK:
        for number in range((length - 6) // 6):
            style, packed = unpack_from("<HI", stream, at + 4 + 6 * number)
            if style in percents:
                yield column + number, _percent(_rk(packed))


def _rk(packed: int) -> float:
    """A number in four bytes: a whole one or the upper half of a float, perhaps a hundred times too great."""
    if packed & 2:
        number = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        number = float(unpack_from("<d", b"\0\0\0\0" + (packed & 0xFFFFFFFC).to_bytes(4, "little"))[0])
    return number / 100 if packed & 1 else number


def _percent(number: float) -> str:
    return f"{number * 100:.10g}%"
