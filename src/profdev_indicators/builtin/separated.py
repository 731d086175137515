"""Text tables as they really arrive: any usual separator, encoding and quoting; plain long ones stay lazy."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl
from attrs import frozen

from profdev_indicators.builtin.grids import Grid, UnreadableError

_SEPARATORS = (";", "\t", ",")
_CHUNK = 1 << 20
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
class _Header:
    """The heading row: its number among rows, the lines before it, and its cells."""

    number: int
    skipped: int
    cells: tuple[str, ...]


def read_separated(path: Path, *, separator: str | None, encoding: str | None, header: int | None) -> Grid:
    """A text table whose cells are texts.

    Args:
        path: the file.
        separator: what stands between cells; None: whichever of ``;``, tab and ``,`` divides the rows evenly.
        encoding: its name; None: UTF-8 with any number of byte order marks, UTF-16, cp1251 or cp866, as it turns out.
        header: number of the heading row; None: the first row which is not empty.

    Raises:
        UnreadableError: the file is empty, cut, or no text at all.
        OSError: it cannot be opened.
    """
    head = _head_of_plain(path) if encoding is None else None
    if head is not None:
        found = separator or _separator(head, header)
        grid = _scan(path, found, _header(head, found, header))
        if grid is not None:
            return grid
    text = _decode(path.read_bytes(), encoding)
    found = separator or _separator(text, header)
    heading = _header(text, found, header)
    return _read(text, found, heading) or _parse(text, found, heading)


def _head_of_plain(path: Path) -> str | None:
    """The beginning of a file that polars may scan as it lies: valid UTF-8, no quotes, no odd ends of lines."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    head: str | None = None
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b'"' in chunk or b"\0" in chunk or chunk.count(b"\r") != chunk.count(b"\r\n"):
                return None
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError:
                return None
            head = text if head is None else head
    if head is None or decoder.getstate()[0] or head.startswith((_BOM, "%PDF", "PK\x03\x04")) or _is_page(head):
        return None
    return head if head.strip() else None


def _decode(raw: bytes, encoding: str | None) -> str:
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


def _separator(text: str, header: int | None) -> str:
    """The separator that gives most rows as many cells as the heading row has."""

    def evenness(separator: str) -> tuple[int, int]:
        rows = islice(_rows(text, separator), (header or 1) - 1, (header or 1) + _SAMPLE)
        widths = [len(row) for row in rows if any(cell.strip() for cell in row)]
        width = widths[0] if widths else 0
        return (sum(other == width for other in widths) if width > 1 else 0), width

    return max(_SEPARATORS, key=evenness)


def _header(text: str, separator: str, header: int | None) -> _Header:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    skipped = number = 0
    try:
        for number, row in enumerate(reader, 1):
            if number == header or (header is None and any(cell.strip() for cell in row)):
                return _Header(number=number, skipped=skipped, cells=tuple(row))
            skipped = reader.line_num
    except csv.Error:
        raise UnreadableError("строка заголовков не читается", line=skipped + 1) from None
    raise UnreadableError(f"нет строки заголовков: задана строка {header}, а в файле их {number}")


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error:
        return  # whoever reads the rows themselves says it better


def _scan(path: Path, separator: str, header: _Header) -> Grid | None:
    """The file as a lazy plan; None where polars sees other headings than we."""
    frame = pl.scan_csv(
        path,
        separator=separator,
        skip_lines=header.skipped,
        infer_schema=False,
        truncate_ragged_lines=True,
        glob=False,
    )
    try:
        names = frame.collect_schema().names()
    except pl.exceptions.PolarsError:
        return None  # a heading which is written twice clashes with another one
    return _grid(frame, names, header) if len(names) == len(header.cells) else None


def _read(text: str, separator: str, header: _Header) -> Grid | None:
    try:
        frame = pl.read_csv(
            text.encode(),
            separator=separator,
            skip_lines=header.skipped,
            infer_schema=False,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError:
        return None  # its quotes are not where they should be
    return _grid(frame, frame.columns, header) if frame.width == len(header.cells) else None


def _parse(text: str, separator: str, header: _Header) -> Grid:
    """A table whose quotes are not where they should be, line by line: rare, so it may be slow."""
    width = len(header.cells)
    rows = [
        [*(cell or None for cell in row[:width]), *[None] * (width - len(row))]
        for row in _forgiven(text.split("\n"), separator, header.skipped)
    ]
    names = [str(position) for position in range(width)]
    frame = pl.DataFrame(rows[1:], schema=dict.fromkeys(names, pl.String), orient="row")
    return _grid(frame, names, header)


def _forgiven(lines: list[str], separator: str, skipped: int) -> Iterator[list[str]]:
    """Rows, where a quote in the middle of a cell is a letter, but one that swallows whole rows is an error."""
    number = skipped
    while number < len(lines):
        last = number + 1
        while (row := _strictly(lines[number:last], separator)) is None:
            if last - number > _QUOTED_LINES or last >= len(lines):
                hint = "удалите лишнюю кавычку или удвойте её"
                raise UnreadableError("кавычка открыта и не закрыта", line=number + 1, hint=hint)
            last += 1
        if last < len(lines) or lines[number]:
            yield row
        number = last


def _strictly(lines: list[str], separator: str) -> list[str] | None:
    """The cells of a row written on these lines; None: it goes on."""
    try:
        return next(csv.reader(["\n".join(lines)], delimiter=separator, strict=True), [])
    except csv.Error as error:
        if "unexpected end" in str(error) or len(lines) > 1:
            return None
    try:
        return next(csv.reader(lines, delimiter=separator), [])
    except csv.Error:
        raise UnreadableError("ячейка длиннее всякой меры", hint="кавычки расставлены неверно") from None


def _grid(frame: pl.DataFrame | pl.LazyFrame, names: list[str], header: _Header) -> Grid:
    return Grid(frame=frame, names=tuple(names), headings=header.cells, seen=header.cells, first_row=header.number + 1)
