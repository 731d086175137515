"""What is told about rows of a protocol: one sentence for all rows alike, with the place of the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl
from attrs import frozen

from profdev_indicators.errors import Problem
from profdev_indicators.model import Table
from profdev_indicators.wording import counted

_LISTED = 5  # further rows named in one message


@frozen(kw_only=True, eq=False)
class Remark:
    """One sentence about some rows of one column."""

    column: str  # its id
    rows: pl.Series  # numbers of rows as a person counts; a table in memory has none
    message: str
    hint: str


def remarks(table: Table, told: Iterable[Remark]) -> Iterator[Problem]:
    """Each remark with its place in the table."""
    for remark in told:
        column = table.cells.get(remark.column, "")
        first, *others = sorted(remark.rows.drop_nulls()) or [0]
        cell = f"«{table.sheet}»!{column}{first or ''}" if table.sheet else column
        yield Problem(
            file=table.file,
            line=0 if table.sheet else first,
            cell=cell,
            message=remark.message + _further(others),
            hint=remark.hint,
        )


def amount(rows: int) -> str:
    """«3 строки»."""
    return counted(rows, "строка", "строки", "строк")


def _further(rows: list[int]) -> str:
    if not rows:
        return ""
    named = ", ".join(map(str, rows[:_LISTED]))
    more = f" и ещё {len(rows) - _LISTED}" if len(rows) > _LISTED else ""
    return f"; так же строки {named}{more}" if len(rows) > 1 else f"; так же строка {named}"
