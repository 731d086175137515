"""A sheet of a book as a person sees it: every cell a text, whatever the format of the book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final, TypeAlias

import polars as pl

Cell: TypeAlias = str | float | bool | date | time | timedelta
Place: TypeAlias = tuple[int, int]  # row and column, both from zero
Area: TypeAlias = tuple[Place, Place]  # both corners included

AREA: Final = 25_000_000  # cells from A1 to the last one: all of them take memory, the empty ones too
_HEAD = 2000  # rows kept as they are; the rest goes straight into columns
_BATCH = 20_000
_LETTERS = 26
_EXACT = 2**53  # beyond, a float is no longer a whole number for sure


class Page:
    """The first rows of a sheet as texts, and all of it as a frame."""

    def __init__(
        self,
        name: str,
        rows: Iterator[Sequence[Cell]],
        *,
        left: int = 0,
        hidden: Mapping[Place, str] | None = None,
        merged: Sequence[Area] = (),
    ) -> None:
        """Read the first rows.

        Args:
            name: of the sheet.
            rows: its rows from the first one, each from column ``left``.
            left: empty columns that the rows leave out.
            hidden: texts of cells which ``rows`` show otherwise: errors, percents, formulas not calculated.
            merged: the areas of merged cells.
        """
        self.name = name
        self.merged = tuple(merged)
        self._left = left
        self._hidden: dict[int, dict[int, str]] = {}  # by column, then by row
        self._rows = rows
        self.head = [[""] * left + [text(cell) for cell in row] for row in islice(rows, _HEAD)]
        for (row, column), shown in (hidden or {}).items():
            self._hidden.setdefault(column, {})[row] = shown
            if row < len(self.head):
                line = self.head[row]
                line.extend([""] * (column + 1 - len(line)))
                line[column] = shown

    def frame(self, first: int, columns: Sequence[int]) -> pl.DataFrame:
        """Some columns from row ``first`` on, named by their numbers; blank cells are null. Rows pass only once."""
        schema = {str(column): pl.String for column in columns}
        lines = [
            [(row[column] if column < len(row) else "") or None for column in columns] for row in self.head[first:]
        ]
        parts = [pl.DataFrame(lines, schema=schema, orient="row")]
        number = len(self.head)
        while batch := list(islice(self._rows, _BATCH)):
            told = {str(column): self._column(batch, column, number) for column in columns}
            parts.append(pl.DataFrame(told, schema=schema))
            number += len(batch)
        skipped = first - len(self.head)
        return pl.concat(parts).slice(max(skipped, 0))

    def _column(self, batch: Sequence[Sequence[Cell]], column: int, number: int) -> pl.Series:
        at = column - self._left
        texts = _texts([row[at] if 0 <= at < len(row) else "" for row in batch])
        shown = self._hidden.get(column, {})
        inside = {row: shown[number + row] for row in range(len(batch)) if number + row in shown} if shown else {}
        return texts.scatter(list(inside), list(inside.values())) if inside else texts


def text(cell: Cell) -> str:
    """A cell as a person sees it, with a decimal point: 31.0 is «31», a date is «2022-05-01»."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "ИСТИНА" if cell else "ЛОЖЬ"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        whole_day = cell.time() == time()
        return cell.date().isoformat() if whole_day else cell.isoformat(sep=" ", timespec="minutes")
    return str(cell)


def _texts(cells: list[Cell]) -> pl.Series:
    kinds = set(map(type, cells))
    if kinds == {str}:
        texts = pl.Series(cells, dtype=pl.String)
    elif kinds == {float}:
        numbers = pl.Series("x", cells, dtype=pl.Float64).to_frame().lazy()
        x = pl.col("x")
        whole = (x == x.round()) & (x.abs() < _EXACT)
        texts = (
            numbers.select(
                pl.when(whole).then(x.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(x.cast(pl.String))
            )
            .collect()
            .to_series()
        )
    else:
        texts = pl.Series([text(cell) for cell in cells], dtype=pl.String)
    return texts.set(texts == "", None)


def letters(column: int) -> str:
    """The letters of a column counted from zero: 0 is A, 26 is AA."""
    name = ""
    while column >= 0:
        column, letter = divmod(column, _LETTERS)
        name = chr(ord("A") + letter) + name
        column -= 1
    return name


def column_number(name: str) -> int:
    """The column of its letters, counted from zero."""
    number = 0
    for letter in name.upper():
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number - 1


def address(row: int, column: int) -> str:
    """«C9» of a row and a column counted from zero."""
    return f"{letters(column)}{row + 1}"
