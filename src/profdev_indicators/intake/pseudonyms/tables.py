"""Registers as files: opened without reading them whole where it can be done, written whole or not at all."""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp

import polars as pl

from profdev_indicators.builtin.readers.grids import UnreadableError
from profdev_indicators.builtin.readers.spreadsheets.books import open_book
from profdev_indicators.errors import RequestError

ENDINGS = (".csv", ".parquet")  # what is written
_BOOKS = (".xlsx", ".xls", ".ods")
_CHUNK = 1 << 20
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def opened(path: Path) -> pl.LazyFrame:
    """A register; cells of text tables and of books are texts, as they stand.

    Raises:
        RequestError: of another kind, empty, damaged, or two columns under one heading.
    """
    ending = path.suffix.lower()
    if ending == ".parquet":
        return pl.scan_parquet(path)
    if ending == ".csv":
        return _separated(path)
    if ending in _BOOKS:
        return _book(path)
    raise RequestError(f"{path}: список читается из CSV, Parquet или книги Excel")


@contextmanager
def unspoken(path: Path) -> Iterator[None]:
    """What goes wrong inside is told without what stands in the file: polars likes to quote it.

    Raises:
        RequestError: in place of whatever polars says.
    """
    try:
        yield
    except pl.exceptions.PolarsError as error:
        raise RequestError(f"{path} не читается: {type(error).__name__}; проверьте, цел ли файл") from None


def put_whole(frame: pl.LazyFrame, target: Path, *, like: Path) -> None:
    """Write beside and put in place, if all went well.

    Args:
        frame: what to write.
        target: where; its ending says how.
        like: a CSV whose separator to take.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = mkstemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent)
    os.close(descriptor)
    beside = Path(name)
    try:
        if target.suffix.lower() == ".parquet":
            frame.sink_parquet(beside, compression="zstd")
        else:
            separator = _separator(_head(like)) if like.suffix.lower() == ".csv" else ";"
            frame.sink_csv(beside, separator=separator, include_bom=True)
        beside.chmod(0o666 & ~_mask())
        beside.replace(target)
    finally:
        with suppress(OSError):  # gone: it is in its place
            beside.unlink()


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _separated(path: Path) -> pl.LazyFrame:
    source, head = (path, _head(path)) if _is_utf8(path) else _recoded(path)
    if not head.strip():
        raise RequestError(f"{path}: файл пуст")
    separator = _separator(head)
    _check_headings(pl.read_csv(io.StringIO(head), separator=separator, has_header=False, infer_schema=False), path)
    return pl.scan_csv(source, separator=separator, infer_schema=False, encoding="utf8")


def _check_headings(head: pl.DataFrame, path: Path) -> None:
    _check_names([cell or "" for cell in head.row(0)], path)


def _check_names(names: list[str], path: Path) -> None:
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise RequestError(f"{path}: {len(twice)} заголовка стоят в первой строке дважды; назовите столбцы по-разному")
    if not all(name.strip() for name in names):
        raise RequestError(f"{path}: в первой строке есть столбец без заголовка; заголовки — в первой строке")


def _recoded(path: Path) -> tuple[bytes, str]:
    """A file of Windows: it cannot be read piece by piece."""
    text = path.read_bytes().decode("cp1251", errors="replace")
    return text.encode(), text.partition("\n")[0]


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _head(path: Path) -> str:
    """The first line."""
    with path.open("rb") as file:
        return file.readline().decode("utf-8", errors="replace").lstrip(_BOM)


def _separator(head: str) -> str:
    return max((";", "\t", ","), key=head.count)


def _book(path: Path) -> pl.LazyFrame:
    try:
        book = open_book(path)
        page = book.page(book.named(None))
    except UnreadableError as error:
        raise RequestError(f"{path}: {error.problem}") from None
    headings = [cell.strip() for cell in page.head[0]] if page.head else []
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise RequestError(f"{path}: в первой строке первого листа нет заголовков")
    _check_names(headings, path)
    frame = page.frame(1, range(len(headings)))
    frame.columns = headings
    return frame.lazy()
