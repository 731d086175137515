"""A register read batch by batch: cells become their types on the way, and those that cannot are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_
from typing import TypeAlias

import attrs
import polars as pl
from attrs import frozen
from polars.io.plugins import register_io_source

from profdev_indicators.builtin.readers.failures import FAILURES
from profdev_indicators.builtin.readers.grids import UnreadableError
from profdev_indicators.builtin.readers.registers.cells import DTYPES, Words, typed
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.expressions import ColumnType
from profdev_indicators.wording import counted

_BATCH = 100_000  # rows
_SHOWN = 3  # rows of unreadable cells named in a note

_Table: TypeAlias = pl.DataFrame | pl.LazyFrame


@frozen(kw_only=True)
class Column:
    """A column wanted."""

    position: str  # its name in the raw table
    kind: ColumnType
    heading: str  # as a person finds it
    cell: str = ""  # its place in a spreadsheet; empty: the heading says it


@attrs.define(eq=False, kw_only=True)
class Reading:
    """One table, its cells not yet interpreted; it may be read more than once, and tells of the last time."""

    file: str  # as messages call it
    table: Callable[[], _Table]  # begins to read; raises what a reader raises
    columns: Mapping[str, Column]  # by the name in the question
    conditions: Mapping[str, tuple[str, ...]]  # name in the raw table → texts to keep, as they are compared
    constants: Mapping[str, pl.Expr]
    words: Words
    first_row: int = 1  # number of the first row as a person counts
    _found: dict[str, tuple[int, tuple[int, ...]]] = attrs.field(factory=dict, init=False)

    @property
    def schema(self) -> pl.Schema:
        """The columns of the question."""
        given = pl.select([value.alias(name) for name, value in self.constants.items()]).schema
        return pl.Schema({**{name: DTYPES[column.kind] for name, column in self.columns.items()}, **given})

    def records(self) -> pl.LazyFrame:
        """The table, lazily; whoever collects it may meet a SourceError."""
        return register_io_source(self._batches, schema=self.schema)

    def unread(self) -> tuple[Problem, ...]:
        """How many cells of each column could not be read: known once the table has been read to its end."""
        return tuple(self._told(name, *found) for name, found in self._found.items())

    def _batches(
        self,
        with_columns: Sequence[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,  # noqa: ARG002 - ours keeps rows in the order in which they are numbered
    ) -> Iterator[pl.DataFrame]:
        bad: dict[str, tuple[int, tuple[int, ...]]] = {}
        row = self.first_row
        left = n_rows
        for raw in self._raw():
            batch = self._read(raw, row, bad)
            row += raw.height
            batch = batch if with_columns is None else batch.select(with_columns)
            batch = batch if left is None else batch.head(left)
            left = left if left is None else left - batch.height
            yield batch if predicate is None else batch.filter(predicate)
            if left == 0:
                return
        self._found = bad

    def _raw(self) -> Iterator[pl.DataFrame]:
        """The raw table in batches; what polars says of a broken one may hold cells, so it is never shown."""
        rows = 0
        try:
            table = self.table().lazy().select({*(c.position for c in self.columns.values()), *self.conditions})
            for batch in table.collect_batches(chunk_size=_BATCH, maintain_order=True, engine="streaming"):
                yield batch
                rows += batch.height
        except UnreadableError as error:
            raise SourceError([attrs.evolve(error.problem, file=self.file)]) from None
        except OSError as error:
            problem = Problem(file=self.file, message=f"файл не открывается: {error.strerror or error}")
            raise SourceError([problem]) from None
        except FAILURES as error:
            raise SourceError([self._broken(error, self.first_row + rows)]) from None

    def _broken(self, error: BaseException, row: int) -> Problem:
        if "utf-8" in str(error):
            message = f"файл не в UTF-8: это видно не раньше строки {row}"
            return Problem(file=self.file, message=message, hint="укажите encoding: cp1251 или сохраните его в UTF-8")
        message = f"таблица не читается: непорядок не раньше строки {row}"
        return Problem(file=self.file, message=message, hint="лишняя или незакрытая кавычка? удвойте её или удалите")

    def _read(self, raw: pl.DataFrame, row: int, bad: dict[str, tuple[int, tuple[int, ...]]]) -> pl.DataFrame:
        """A batch as its types, without empty rows and those nobody wants; what cannot be read goes into ``bad``.

        Every column is looked at, whatever is asked for: whether a row is empty must not depend on that.
        """
        keep = self._kept(raw)
        cells: dict[str, pl.Series] = {}
        for name, column in self.columns.items():
            cells[name], unread = typed(raw[column.position], column.kind, self.words)
            unread = unread & keep
            if unread.any():
                count, rows = bad.get(name, (0, ()))
                more = unread.arg_true().head(_SHOWN - len(rows)) + row
                bad[name] = (count + int(unread.sum()), (*rows, *more))
        batch = pl.DataFrame(cells).filter(keep)
        return batch.filter(pl.any_horizontal(pl.all().is_not_null())).with_columns(**self.constants)

    def _kept(self, raw: pl.DataFrame) -> pl.Series:
        texts = {name: raw[name].cast(pl.String, strict=False) for name in self.conditions}
        kept = (
            texts[name].str.strip_chars().str.to_lowercase().is_in(list(words)).fill_null(value=False)
            for name, words in self.conditions.items()
        )
        return reduce(and_, kept, pl.repeat(value=True, n=raw.height, dtype=pl.Boolean, eager=True))

    def _told(self, name: str, cells: int, rows: tuple[int, ...]) -> Problem:
        column = self.columns[name]
        more = "…" if cells > len(rows) else ""
        where = f"{'строка' if cells == 1 else 'строки'} {', '.join(map(str, rows))}{more}"
        message = (
            f"столбец «{column.heading}»: {counted(cells, 'ячейка', 'ячейки', 'ячеек')} не читается как "
            f"{KIND_WORDS[column.kind]} ({where}) и считается как «не известно»"
        )
        return Problem(file=self.file, line=rows[0], cell=column.cell, message=message)


KIND_WORDS: Mapping[ColumnType, str] = {
    "text": "текст",
    "integer": "целое число",
    "number": "число",
    "flag": "да/нет",
    "date": "дата",
}
