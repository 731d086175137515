"""Text tables as they really arrive: any usual separator, encoding and quoting; plain huge ones stay lazy."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from profdev_indicators.builtin.readers.grids import Grid, UnreadableError
from profdev_indicators.builtin.readers.headers import Known, find_header
from profdev_indicators.errors import Problem

_SEPARATORS = (";", "\t", ",")
_CHUNK = 1 << 20
_SHORT = 4 << 20  # bytes of a file that is kept while it is read
_AT_ONCE = 512 << 20  # bytes of a file that is read once and kept: to read it piece by piece takes several passes
_LARGEST = 512 << 20  # bytes of a file that cannot be read piece by piece
_LOOKED_AT = 40  # rows in which headings are looked for
_SAMPLE = 20  # rows that decide about the separator
_QUOTED_LINES = 100  # a quotation longer than so many lines was never closed
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_NOT_ASCII = re.compile(rb"[\x80-\xff]+")
_RUSSIAN = re.compile("[А-Яа-яЁё]")
_FOREIGN = {
    b"PK\x03\x04": "это книга Excel, а не текстовая таблица",
    b"\xd0\xcf\x11\xe0": "это книга Excel старого вида, а не текстовая таблица",
    b"%PDF": "это PDF, а не таблица",
}


@frozen(kw_only=True)
class Heading:
    """The heading rows: number of the first row of the table, the lines before it, and the headings by column."""

    first: int
    skipped: int
    bottom: int  # lines before the lowest row of headings
    headings: Mapping[int, str]
    width: int
    notes: tuple[Problem, ...] = ()


def read_separated(
    path: Path, known: Known, *, separator: str | None, encoding: str | None, header: int | None
) -> Grid:
    """A text table whose cells are texts; in a long one, a column of nothing but counts is numbers.

    Args:
        path: the file.
        known: the headings somebody looks for.
        separator: what stands between cells; None: whichever of ``;``, tab and ``,`` divides the rows evenly.
        encoding: its name; None: UTF-8 with any number of byte order marks, UTF-16, cp1251 or cp866, as it turns out.
        header: number of the heading row; None: find it.

    Raises:
        UnreadableError: the file is empty, cut, or no text at all.
        OSError: it cannot be opened.
    """
    plain = _plain(path) if encoding is None else None
    if plain is not None:
        found = separator or guess_separator(plain.head, known, header)
        heading = find_heading(plain.head, found, known, header)
        grid = _plainly(plain, found, heading, known)
        if grid is not None:
            return grid
    text = decoded(whole(path), encoding)
    found = separator or guess_separator(text, known, header)
    heading = find_heading(text, found, known, header)
    return read_at_once(text.encode(), found, heading, quote='"') or forgive(text, found, heading)


@frozen(kw_only=True)
class _Plain:
    """A file that polars may read as it lies."""

    head: str  # its beginning
    source: Path | bytes  # the file, or what was in it
    is_long: bool  # to be read piece by piece


def _plain(path: Path) -> _Plain | None:
    """A file without quotes and odd ends of lines, in UTF-8 as far as it is looked at; None: it is not so.

    What is read at once polars itself finds to be UTF-8 or not, and faster; a longer file must be sure to be so before
    anybody begins to read it piece by piece.
    """
    is_long = path.stat().st_size > _AT_ONCE
    decoder = codecs.getincrementaldecoder("utf-8")()
    head: str | None = None
    kept: list[bytes] = []  # of a short file everything, so that nobody changes it between two looks
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b'"' in chunk or b"\0" in chunk or (b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n")):
                return None
            if head is None or is_long:
                try:
                    text = decoder.decode(chunk)
                except UnicodeDecodeError:
                    return None
                head = text if head is None else head
            size += len(chunk)
            if size <= _SHORT:
                kept.append(chunk)
    if head is None or head.startswith((_BOM, "%PDF", "PK\x03\x04")) or _is_page(head) or not head.strip():
        return None
    if is_long and decoder.getstate()[0]:
        return None
    return _Plain(head=head, source=b"".join(kept) if size <= _SHORT else path, is_long=is_long)


def whole(path: Path) -> bytes:
    """What is in a file.

    Raises:
        UnreadableError: it is too long for that.
    """
    size = path.stat().st_size
    if size > _LARGEST:
        message = f"файл занимает {size >> 20} МиБ, предел для такого — {_LARGEST >> 20} МиБ"
        raise UnreadableError(message, hint="сохраните его в UTF-8 без кавычек: такой читается любой длины")
    return path.read_bytes()


def decoded(raw: bytes, encoding: str | None) -> str:
    """The text of a file, its lines ended by line feeds, in the encoding told or else guessed.

    Raises:
        UnreadableError: it is no text, empty, or in another encoding than told.
    """
    for start, message in _FOREIGN.items():
        if raw.startswith(start):
            raise UnreadableError(message, hint="проверьте, тот ли файл, или смените reader")
    text = _in_encoding(raw, encoding) if encoding else _guessed(raw)
    text = text.lstrip(_BOM).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UnreadableError("файл пуст")
    if _is_page(text):
        raise UnreadableError("это веб-страница, а не таблица", hint="откройте её в Excel и сохраните как CSV или XLSX")
    return text


def _in_encoding(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except LookupError:
        raise UnreadableError(f"нет такой кодировки: «{encoding}»", hint="utf-8, cp1251, cp866") from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"файл не в кодировке {encoding}", line=line, hint="уберите encoding") from None
    except UnicodeError:
        raise UnreadableError(f"файл не в кодировке {encoding}", hint="уберите encoding") from None


def _guessed(raw: bytes) -> str:
    while raw.startswith(codecs.BOM_UTF8):
        raw = raw.removeprefix(codecs.BOM_UTF8)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _in_encoding(raw, "utf-16")
    if b"\0" in raw:
        raise UnreadableError("это не текстовая таблица: внутри нулевые байты", hint="сохраните её заново как CSV")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        damaged = raw.decode(errors="replace")
        # Russian letters in another encoding hardly ever look like Russian letters in UTF-8.
        if len(_RUSSIAN.findall(damaged)) > damaged.count("\N{REPLACEMENT CHARACTER}"):
            line = raw.count(b"\n", 0, error.start) + 1
            raise UnreadableError("файл в UTF-8 повреждён", line=line, hint="возьмите его заново") from None
    foreign = b"".join(_NOT_ASCII.findall(raw))[:_CHUNK]
    letters = {name: len(_RUSSIAN.findall(foreign.decode(name, "replace"))) for name in ("cp1251", "cp866")}
    return raw.decode(max(letters, key=lambda name: letters[name]), "replace")


def _is_page(text: str) -> bool:
    return text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml", "<table", "<head", "<meta"))


def guess_separator(text: str, known: Known, header: int | None) -> str:
    """The separator that shows most headings looked for, else gives most rows as many cells as the heading row has."""

    def evenness(separator: str) -> tuple[int, int, int]:
        top = list(islice(_rows(text, separator), (header or 1) + _SAMPLE))
        found = find_header(top, known, forced=header)
        headings = sum(heading in known for heading in found.headings.values()) if found else 0
        widths = [len(row) for row in top[(header or 1) - 1 :] if any(cell.strip() for cell in row)]
        width = widths[0] if widths else 0
        return headings if width > 1 else 0, (sum(other == width for other in widths) if width > 1 else 0), width

    return max(_SEPARATORS, key=evenness)


def find_heading(text: str, separator: str, known: Known, header: int | None) -> Heading:
    """Where the table begins, and its headings.

    Raises:
        UnreadableError: there are none.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[list[str]] = []
    lines = [0]  # where each row ends
    filled = False
    try:
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num)
            filled = filled or any(cell.strip() for cell in row)
            if len(rows) >= max(header or 0, 0) + _LOOKED_AT and filled:
                break
    except csv.Error:
        if not filled:
            raise UnreadableError("строка заголовков не читается", line=lines[-1] + 1) from None
    found = find_header(rows, known, forced=header)
    if found is None:
        raise UnreadableError(f"нет строки заголовков: задана строка {header}, а в файле их {len(rows)}")
    notes = (Problem(line=lines[found.first - 1] + 1, message="строка с номерами столбцов не прочитана"),)
    return Heading(
        first=found.first + 1,
        skipped=lines[found.first],
        bottom=lines[found.row],
        headings=found.headings,
        width=max(*found.headings, 0) + 1 if found.headings else 1,
        notes=notes if found.numbered else (),
    )


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error:
        return  # whoever reads the rows themselves says it better


def _plainly(plain: _Plain, separator: str, header: Heading, known: Known) -> Grid | None:
    """The table as it lies; None where polars sees other columns than we."""
    if plain.is_long:
        return _scan(plain.source, separator, header)
    if isinstance(plain.source, Path) and known.counts:
        # Most columns of a long table are counts, and digits become a number faster without becoming a text first.
        numbers = {at: pl.UInt64 for at, heading in header.headings.items() if known.is_count(heading)}
        types = [numbers.get(at, pl.String) for at in range(header.width)]
        grid = read_at_once(plain.source, separator, header, types=types)
        if grid is not None:
            return grid  # else some cell is no plain number, and is looked at as a text
    return read_at_once(plain.source, separator, header)


def _scan(source: Path | bytes, separator: str, header: Heading) -> Grid | None:
    """The file as a lazy plan; None where polars would see other columns than we."""
    try:
        return _named(pl.scan_csv(source, glob=False, skip_lines=header.bottom, **_form(separator, None)), header)
    except pl.exceptions.PolarsError:
        return None  # a heading which is written twice clashes with another one


def read_at_once(
    source: Path | bytes,
    separator: str,
    header: Heading,
    *,
    quote: str | None = None,
    types: Sequence[type[pl.DataType]] | None = None,
) -> Grid | None:
    """The table read at once; None where polars sees other columns than we, or what does not fit quotes or types."""
    form = _form(separator, quote)
    try:
        if isinstance(source, bytes):
            frame = pl.read_csv(_numbered(source, separator, header), **form)
            return _grid(frame, header) if frame.width == header.width else None
        return _named(pl.read_csv(source, glob=False, skip_lines=header.bottom, schema_overrides=types, **form), header)
    except pl.exceptions.PolarsError:
        return None


def _named(frame: pl.DataFrame | pl.LazyFrame, header: Heading) -> Grid | None:
    names = frame.collect_schema().names()
    if len(names) != header.width:
        return None
    named = frame.rename(dict(zip(names, map(str, range(header.width)), strict=True)))
    return _grid(named.slice(1) if header.skipped > header.bottom + 1 else named, header)


def _numbered(raw: bytes, separator: str, header: Heading) -> bytes:
    """The table under a heading row of our own: numbers of columns, none twice, as many as there are."""
    start = 0
    for _ in range(header.skipped):
        end = raw.find(b"\n", start)
        if end < 0:
            start = len(raw)
            break
        start = end + 1
    return separator.join(map(str, range(header.width))).encode() + b"\n" + raw[start:]


def _form(separator: str, quote: str | None) -> dict[str, Any]:
    # Where there is no quotation mark, polars is a third faster for being told so.
    return {"separator": separator, "quote_char": quote, "infer_schema": False, "truncate_ragged_lines": True}


def forgive(text: str, separator: str, header: Heading) -> Grid:
    """A table whose quotes are not where they should be, line by line: rare, so it may be slow."""
    width = header.width
    rows = [
        [*(cell or None for cell in row[:width]), *[None] * (width - len(row))]
        for row in _forgiven(text.split("\n"), separator, header.skipped)
    ]
    schema = {str(position): pl.String for position in range(width)}
    return _grid(pl.DataFrame(rows, schema=schema, orient="row"), header)


def _forgiven(lines: list[str], separator: str, skipped: int) -> Iterator[list[str]]:
    """Rows, where a quote in the middle of a cell is a letter, but one that swallows whole rows is an error."""
    number = skipped
    while number < len(lines):
        last = number + 1
        while (row := _strictly(lines[number:last], separator, number + 1)) is None:
            if last - number > _QUOTED_LINES or last >= len(lines):
                hint = "удалите лишнюю кавычку или удвойте её"
                raise UnreadableError("кавычка открыта и не закрыта", line=number + 1, hint=hint)
            last += 1
        if last < len(lines) or lines[number]:
            yield row
        number = last


def _strictly(lines: list[str], separator: str, line: int) -> list[str] | None:
    """The cells of a row written on these lines; None: it goes on."""
    try:
        return next(csv.reader(["\n".join(lines)], delimiter=separator, strict=True), [])
    except csv.Error as error:
        if "unexpected end" in str(error) or len(lines) > 1:
            return None
    try:
        return next(csv.reader(lines, delimiter=separator), [])
    except csv.Error:
        raise UnreadableError("ячейка длиннее всякой меры", line=line, hint="кавычки расставлены неверно") from None


def _grid(frame: pl.DataFrame | pl.LazyFrame, header: Heading) -> Grid:
    headings = tuple(header.headings.get(column, "") for column in range(header.width))
    return Grid(
        frame=frame,
        names=tuple(str(column) for column in range(header.width)),
        headings=headings,
        seen=headings,
        first_row=header.first,
        notes=header.notes,
    )
