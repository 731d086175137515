"""Sheets of XLSX, XLS and ODS books, with what Excel shows and a plain reader hides: errors, percents, stale formulas."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import polars as pl

from profdev_indicators.builtin.grids import Grid, UnreadableError, plain

_UNPACKED = 512 << 20  # bytes of a book after unpacking; a table of a million cells is some 40 MiB
_AREA = 40_000_000  # cells of a sheet from A1 to its last one: all of them take memory, the empty ones too
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PERCENT_FORMATS = {"9", "10"}  # built into Excel: 0% and 0.00%
_LETTERS = 26
_FAR = re.compile(rb'r="([A-Z]{2,3})[0-9]')
_ROW = re.compile(rb'row [^>]*?\br="([0-9]{1,7})"')

Cells = Mapping[tuple[int, int], str]


def read_sheet(path: Path, *, sheet: str | None, header: int | None) -> Grid:
    """One sheet: cells are texts as a person sees them.

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
        shown = _shown(raw, name)
        page = book.get_sheet_by_name(name)
        rows = page.to_python(skip_empty_area=False)
        merged = page.merged_cell_ranges or ()
    except calamine.PasswordError:
        raise _protected() from None
    except (calamine.CalamineError, zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError) as error:
        raise UnreadableError(f"книга повреждена ({type(error).__name__})", hint="откройте её и сохраните заново") from error
    except pl.exceptions.PanicException:  # never raised here; keeps the tuple of what is caught in one place
        raise
    texts = [[_text(cell) for cell in row] for row in rows]
    for (row, column), text in shown.items():
        if row < len(texts) and column < len(texts[row]):
            texts[row][column] = text
    return _grid(texts, _merged_from_above(merged), name, header)
