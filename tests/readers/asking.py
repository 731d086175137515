"""Asking a reader: requests as the engine makes them, and answers as rows."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.model import Reader, Request, Table
from profdev_indicators.periods import Period

ITEMS = ("n_ped", "n_diag", "mentoring")
TITLES = {"n_ped": ("Педагогов всего",), "n_diag": ("из них прошли диагностику",)}


def request(root: Path | None = None, **more: Any) -> Request:
    """A request for the answers of the source «card»."""
    columns = ("unit", "period", "link", *ITEMS, *(f"{item}.link" for item in ITEMS))
    usual = {"source": "card", "columns": columns, "titles": TITLES, "frames": {}, "calendar": "year"}
    return Request(**{**usual, "root": root, **more})


def period(text: str) -> Period:
    return Period.parse(text)


def write(root: Path, name: str, content: str | bytes) -> Path:
    """A file under the folder of data."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def book(rows: Iterable[Sequence[object]], *, sheet: str = "Карта", at: tuple[int, int] = (0, 0)) -> bytes:
    """The bytes of an XLSX book with one table on it."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        worksheet = workbook.add_worksheet(sheet)
        for number, row in enumerate(rows):
            worksheet.write_row(at[0] + number, at[1], row)
    return target.getvalue()


def only(tables: Sequence[Table]) -> Table:
    (table,) = tables
    return table


def rows(tables: Sequence[Table], *columns: str) -> list[tuple[Any, ...]]:
    """The rows of all tables, with the columns named or all but ``row``."""
    frames = [table.frame.collect() for table in tables]
    return [row for frame in frames for row in frame.select(columns or pl.exclude("row")).rows()]


def problems(reader: Reader, asked: Request) -> list[Problem]:
    """What a reader complains of."""
    with pytest.raises(SourceError) as caught:
        reader.read(asked)
    return list(caught.value.problems)


def messages(reader: Reader, asked: Request) -> list[str]:
    return [str(problem) for problem in problems(reader, asked)]
