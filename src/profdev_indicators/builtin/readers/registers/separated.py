"""A text table that is not read before somebody counts it: piece by piece where it is plain, else whole."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import polars as pl
from attrs import frozen

from profdev_indicators.builtin.readers.grids import Grid, UnreadableError
from profdev_indicators.builtin.readers.headers import Known
from profdev_indicators.builtin.readers.separated import (
    Heading,
    decoded,
    find_heading,
    forgive,
    guess_separator,
    read_at_once,
    whole,
)

_CHUNK = 1 << 20
_SAMPLES = 16  # chunks in which the encoding is looked at
_FORGIVEN = 64 << 20  # bytes of a file in which a quotation mark may stand where it should not
_UTF8 = ("utf-8", "utf8", "utf-8-sig")


@frozen(kw_only=True)
class Scanned:
    """A text table of which only the headings have been read."""

    grid: Grid  # its headings over no rows
    table: Callable[[], pl.DataFrame | pl.LazyFrame]  # columns «0», «1» …, texts
    separator: str
    is_plain: bool  # UTF-8 with the headings in the first line: whoever reads CSV reads it


def look(path: Path, known: Known, *, separator: str | None, encoding: str | None, header: int | None) -> Scanned:
    """The headings of a text table, and a way to read the rest.

    UTF-8 is read piece by piece, whatever its length, and so strictly that nothing is misread in silence: a quotation
    mark out of its place stops the reading. Other encodings, and short files with quotation marks, are read whole and
    forgivingly, as answers are.

    Raises:
        UnreadableError: the file is empty, cut, or no text at all.
        OSError: it cannot be opened.
    """
    plain = _plain(path) if encoding is None or encoding.lower() in _UTF8 else None
    text = decoded(whole(path), encoding) if plain is None else plain.head
    found = separator or guess_separator(text, known, header)
    heading = find_heading(text, found, known, header)
    if plain is None:
        return Scanned(
            grid=_headed(heading), table=lambda: _whole(path, encoding, found, heading), separator=found, is_plain=False
        )
    quote = '"' if plain.has_quotes else None  # without them polars is a third faster for being told so
    return Scanned(
        grid=_headed(heading),
        table=lambda: _piecewise(path, found, heading, quote),
        separator=found,
        is_plain=heading.skipped == 1,
    )


def _headed(heading: Heading) -> Grid:
    names = tuple(map(str, range(heading.width)))
    headings = tuple(heading.headings.get(column, "") for column in range(heading.width))
    empty = pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    return Grid(
        frame=empty, names=names, headings=headings, seen=headings, first_row=heading.first, notes=heading.notes
    )


@frozen(kw_only=True)
class _Plain:
    """A file that can be read piece by piece."""

    head: str  # its beginning
    has_quotes: bool


def _plain(path: Path) -> _Plain | None:
    """What is known of a file that can be read piece by piece; None: it cannot."""
    size = path.stat().st_size
    stride = max(size // _CHUNK // _SAMPLES, 1)
    head: str | None = None
    number, has_quotes = 0, False
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk or (b"\r" in chunk and chunk.rstrip(b"\r").count(b"\r") != chunk.count(b"\r\n")):
                return None
            has_quotes = has_quotes or b'"' in chunk
            if has_quotes and size <= _FORGIVEN:
                return None
            if number % stride == 0:
                text = _sample(chunk, is_first=number == 0)
                if text is None:
                    return None
                head = text if head is None else head
            number += 1
    head = (head or "").lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")
    if not head.strip() or head.lstrip().startswith(("<", "%PDF", "PK\x03\x04")):
        return None  # whoever reads it whole says what is wrong
    return _Plain(head=head.replace("\r\n", "\n"), has_quotes=has_quotes)


def _sample(chunk: bytes, *, is_first: bool) -> str | None:
    """A piece of the file as text, but for the letters cut at its edges; None: it is not UTF-8."""
    start = 0
    while not is_first and start < min(len(chunk), 3) and 0x80 <= chunk[start] < 0xC0:  # noqa: PLR2004 - inside a letter
        start += 1
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(chunk[start:])
    except UnicodeDecodeError:
        return None


def _piecewise(path: Path, separator: str, heading: Heading, quote: str | None) -> pl.LazyFrame:
    return pl.scan_csv(
        path,
        glob=False,
        has_header=False,
        skip_lines=heading.skipped,
        schema=dict.fromkeys(map(str, range(heading.width)), pl.String),
        separator=separator,
        quote_char=quote,
        truncate_ragged_lines=True,
        missing_columns="insert",  # polars takes the first row for what all rows have
        extra_columns="ignore",
    )


def _whole(path: Path, encoding: str | None, separator: str, heading: Heading) -> pl.DataFrame | pl.LazyFrame:
    text = decoded(whole(path), encoding)
    grid = read_at_once(text.encode(), separator, heading, quote='"') or forgive(text, separator, heading)
    if grid.frame.collect_schema().len() != heading.width:
        raise UnreadableError("файл изменился, пока его читали", hint="запустите ещё раз")
    return grid.frame
