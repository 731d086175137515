"""XLS books of 1997 and after, read by xlrd, which is shown nothing that would make it work without end."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from struct import unpack_from

import olefile
import xlrd
from attrs import field, frozen

from profdev_indicators.builtin.readers.grids import UnreadableError
from profdev_indicators.builtin.readers.spreadsheets.packages import protected
from profdev_indicators.builtin.readers.spreadsheets.pages import Cell, Page

_LARGEST = 64 << 20  # bytes of a file: a number takes six there and forty in memory
_TEXTS = 1 << 28  # letters of all cells of a sheet: one long text may stand in each of them
_MOST = 10_000  # sheets, styles or formats; Excel itself allows 4050 styles, and each takes kilobytes in memory
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_STREAMS = ("Workbook", "Book")
_BIFF8 = 0x600
_BOF, _EOF, _CONTINUE, _FILEPASS = 0x809, 0xA, 0x3C, 0x2F
_BOUNDSHEET, _XF, _FORMAT, _SST, _DATE1904, _MERGED = 0x85, 0xE0, 0x41E, 0xFC, 0x22, 0xE5
_CELLS = (0x203, 0x27E, 0xBD, 0x204, 0xFD, 0xD6, 0x205, 0x6)  # numbers, texts, booleans with errors, formulas
_OF_FORMULAS = (0x207, 0x221, 0x236, 0x4BC)  # what follows a formula: its text, or how it is shared
_TOLD = {_BOF, _EOF, _CONTINUE, _BOUNDSHEET, _XF, _FORMAT, _SST, _DATE1904, _MERGED, *_CELLS, *_OF_FORMULAS}
_UNKNOWN = b"\xff\xff"  # a kind of record nobody looks at
_AS_IS = {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_TEXT}
_RUNS, _FURTHER, _WIDE = 8, 4, 1  # marks of a text: it has fonts, a pronunciation, letters of two bytes


@frozen(eq=False)
class OldBook:
    """An opened book, whose sheets are read one by one."""

    sheets: Mapping[str, bool]  # in their order, each with whether it is visible
    _book: xlrd.Book = field(alias="book")

    def page(self, name: str) -> Page:
        """A sheet by its name.

        Raises:
            UnreadableError: its texts take more memory than any table's.
            ValueError: it is broken.
        """
        with _damage_is_one_error():
            sheet = self._book.sheet_by_name(name)
            self._book.unload_sheet(name)  # the page alone holds it
        merged = [((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in sheet.merged_cells]
        return Page(name, _rows(self._book, sheet), merged=merged)


def open_old(raw: bytes) -> OldBook:
    """A book, of which no sheet has been read yet.

    Raises:
        UnreadableError: it has a password, is older than 1997, or larger than any table.
        ValueError: it is broken.
    """
    if _ENCRYPTED in raw:
        raise protected()
    if len(raw) > _LARGEST:
        message = f"книга XLS занимает {len(raw) >> 20} МиБ, предел — {_LARGEST >> 20} МиБ"
        raise UnreadableError(message, hint="сохраните её как XLSX")
    with _damage_is_one_error():
        stream, visible = _harmless(_stream(raw))
        nowhere = io.StringIO()
        book = xlrd.open_workbook(
            file_contents=stream, logfile=nowhere, formatting_info=True, on_demand=True, ragged_rows=True
        )
        return OldBook(sheets=dict(zip(book.sheet_names(), visible, strict=True)), book=book)


@contextmanager
def _damage_is_one_error() -> Iterator[None]:
    try:
        yield
    except UnreadableError:
        raise
    except Exception as error:
        # What is broken makes the libraries raise whatever there is, OSError, AssertionError and MemoryError too.
        raise ValueError(str(error)) from error


def _stream(raw: bytes) -> bytes:
    """The stream of the book out of the compound file."""
    (sectors,) = unpack_from("<I", raw, 44)
    if sectors > (len(raw) >> 16) + 2:  # olefile would go round in a ring of them as often as is claimed
        raise ValueError(sectors)
    with olefile.OleFileIO(io.BytesIO(raw), raise_defects=olefile.DEFECT_INCORRECT) as parts:
        for name in _STREAMS:
            if parts.exists(name):
                return bytes(parts.openstream(name).read())
    raise UnreadableError("это не книга Excel", hint="сохраните таблицу как XLSX")


def _harmless(stream: bytes) -> tuple[bytes, list[bool]]:
    """The book without the records that tell no cell, and for each of its sheets whether it is visible.

    Whatever links, drawings, sizes and names claim, xlrd believes: a link of 32 bytes may cover 4 billion cells.
    """
    _refuse_other_books(stream)
    _refuse_texts_told_twice(stream)
    sheets = [unpack_from("<IBB", stream, at + 4) for at, kind, _ in _records(stream, 0) if kind == _BOUNDSHEET]
    clean, end = bytearray(stream), 0
    for start in (0, *sorted(start for start, _, sort in sheets if sort == 0)):
        if start < end:
            raise ValueError(start)  # what is a record in one sheet may be the middle of one in another
        for at, kind, length in _records(stream, start):
            end = at + 4 + length
            if kind not in _TOLD:
                clean[at : at + 2] = _UNKNOWN
    return bytes(clean), [not hidden & 3 for _, hidden, sort in sheets if sort == 0]


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Where each record of a sheet, or of what stands before the sheets, begins, and its kind and length."""
    depth = 0
    while True:
        kind, length = unpack_from("<HH", stream, start)
        yield start, kind, length
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        start += 4 + length


def _refuse_other_books(stream: bytes) -> None:
    if unpack_from("<HHH", stream)[2] != _BIFF8:
        hint = "откройте её в Excel и сохраните как «Книга Excel (.xlsx)»"
        raise UnreadableError("книга Excel старше 1997 года", hint=hint)
    kinds = Counter(kind for _, kind, _ in _records(stream, 0))
    if kinds[_FILEPASS]:
        raise protected()
    if max(kinds[_BOUNDSHEET], kinds[_XF], kinds[_FORMAT]) > _MOST:
        message = f"в книге больше {_MOST} листов или форматов: это не таблица"
        raise UnreadableError(message, hint="сохраните нужный лист как XLSX или CSV")


def _refuse_texts_told_twice(stream: bytes) -> None:
    """Of a text whose pronunciation has a negative length xlrd goes back, as often as the list of texts claims."""
    pieces: list[bytes] = []
    for at, kind, length in _records(stream, 0):
        if kind == _SST or (kind == _CONTINUE and pieces):
            pieces.append(stream[at + 4 : at + 4 + length])
        elif pieces:
            _walk(pieces)
            pieces = []


def _walk(pieces: Sequence[bytes]) -> None:
    """Pass over all texts as xlrd will."""
    number, at = 0, 8
    for _ in range(unpack_from("<i", pieces[0], 4)[0]):
        length, marks = unpack_from("<HB", pieces[number], at)
        at += 3
        runs = further = 0
        if marks & _RUNS:
            (runs,) = unpack_from("<H", pieces[number], at)
            at += 2
        if marks & _FURTHER:
            (further,) = unpack_from("<I", pieces[number], at)
            at += 4
        while length:
            fits = min((len(pieces[number]) - at) >> (marks & _WIDE), length)
            at, length = at + (fits << (marks & _WIDE)), length - fits
            if length:
                number, at = number + 1, 1
                marks = pieces[number][0]
        for _run in range(runs):
            if at == len(pieces[number]):
                number, at = number + 1, 0
            at += 4
        at += further
        if at >= len(pieces[number]):
            number, at = number + 1, at - len(pieces[number])


def _rows(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Iterator[Sequence[Cell]]:
    formats = {key: known.format_str or "" for key, known in book.format_map.items()}
    percents = {number for number, style in enumerate(book.xf_list) if "%" in formats.get(style.format_key, "")}
    room = 0
    for row in range(sheet.nrows):
        cells: list[Cell] = list(sheet.row_values(row))
        for column, kind in enumerate(sheet.row_types(row)):
            if kind not in _AS_IS:
                cells[column] = _shown(book, sheet, row, column, percents)
        room += sum(len(cell) for cell in cells if isinstance(cell, str))
        if room > _TEXTS:
            raise UnreadableError("тексты листа займут слишком много памяти", hint="сохраните его как XLSX или CSV")
        yield cells


def _shown(book: xlrd.Book, sheet: xlrd.sheet.Sheet, row: int, column: int, percents: set[int]) -> Cell:
    value = sheet.cell_value(row, column)
    match sheet.cell_type(row, column):
        case xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(int(value), "#ОШИБКА!")
        case xlrd.XL_CELL_BOOLEAN:
            return bool(value)
        case xlrd.XL_CELL_DATE:
            with suppress(OverflowError, ValueError):
                return xlrd.xldate_as_datetime(float(value), book.datemode)
        case xlrd.XL_CELL_NUMBER if percents and sheet.cell_xf_index(row, column) in percents:
            return f"{float(value) * 100:.10g}%"
    return value
