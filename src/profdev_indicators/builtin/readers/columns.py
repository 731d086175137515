"""Which columns of a table answer which questions: the keys every reader of tables has, and what it does with them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from attrs import evolve, frozen

from profdev_indicators.builtin.readers.failures import FAILURES, told
from profdev_indicators.builtin.readers.grids import (
    Grid,
    UnreadableError,
    choose,
    condition,
    is_question,
    nothing_asked,
    plain,
    take,
)
from profdev_indicators.builtin.readers.headers import Known
from profdev_indicators.builtin.readers.registers.cells import Words
from profdev_indicators.builtin.readers.registers.finding import Sought
from profdev_indicators.builtin.readers.registers.parts import of_typed
from profdev_indicators.errors import SourceError
from profdev_indicators.expressions import ColumnType
from profdev_indicators.frames import ENGINE
from profdev_indicators.model import Request, Table, key
from profdev_indicators.periods import Period
from profdev_indicators.records import Part


@frozen(kw_only=True)
class Columns:
    """Which columns of a table answer which questions."""

    columns: Mapping[str, str] = key(
        "Заголовки столбцов: unit, period, id вопросов, «вопрос.link», link. Не названный здесь ищется по своему id "
        "и по тексту вопроса. У записей (records) — заголовки столбцов, о которых говорит records: {key: СНИЛС-хеш}",
        factory=dict,
    )
    constants: Mapping[str, str] = key("Что поставить в каждую строку вместо столбца: id → текст", factory=dict)
    where: Mapping[str, str | tuple[str, ...]] = key(
        "Какие строки брать: заголовок → текст или список текстов; регистр не важен", factory=dict
    )

    def _in_memory(self, request: Request) -> tuple[Table, ...]:
        """The table given in memory for the source.

        Raises:
            SourceError: it is no table, or lacks a column.
        """
        try:
            table = self._table(from_memory(request.frames[request.source]), request)
        except FAILURES as error:
            raise SourceError(told(error, f"frames['{request.source}']")) from error
        return () if table is None else (table,)

    def _table(
        self,
        grid: Grid,
        request: Request,
        *,
        file: str = "",
        period: Period | None = None,
        digest: str = "",
        shared: bool = False,
    ) -> Table | None:
        """The answers of a grid, by their ids; None: nothing in it is asked, and ``shared`` says that this may be.

        Args:
            grid: the table as it stands.
            request: what is asked for.
            file: what messages call it; empty: it is in memory.
            period: what all its rows are about; None: it has a column for that.
            digest: SHA-256 of what does not lie in the folder of data; empty: it does.
            shared: other sources read the same files.

        Raises:
            SourceError: a column is not there.
        """
        if grid.problems:
            raise SourceError(grid.problems)
        is_card = grid.first_row is None  # its headings are ids: nothing is to be looked for under other names
        choice = choose(
            grid,
            request,
            columns={} if is_card else self.columns,
            constants=self.constants,
            where={} if is_card else self.where,
            period=period,
        )
        if choice.is_empty and shared:
            return None
        # A table in memory is nobody's mistake: whoever gave it knows what is in it.
        if choice.problems or (choice.is_empty and file):
            raise SourceError(choice.problems or [nothing_asked(grid, request)])
        frame = take(grid, choice, request, self.constants)
        fleeting = grid.fragile or digest  # what was fetched is gone when the reader is done
        return Table(
            frame=frame.collect(engine=ENGINE).lazy() if fleeting else frame,
            file=file,
            sheet=grid.sheet,
            cells={wanted: grid.seen[position] for wanted, position in choice.columns.items()},
            period=period,
            notes=tuple(evolve(note, file=file) for note in (*grid.notes, *choice.notes)),
            digest=digest,
        )

    def sought(self, request: Request, columns: Mapping[str, ColumnType]) -> Sought:
        """What a register is asked for, and where this configuration says it stands."""
        return Sought(
            kinds=columns,
            headings=self.columns,
            constants=self.constants,
            where={heading: condition(texts) for heading, texts in self.where.items()},
            words=Words.of(request.spellings),
        )

    def _remembered(self, request: Request, columns: Mapping[str, ColumnType]) -> Part:
        """The records given in memory for the source.

        Raises:
            SourceError: it is no table, lacks a column or has one of another type.
        """
        name = f"frames['{request.source}']"
        table = request.frames[request.source]
        try:
            grid = from_memory(table)
            size = grid.frame.height if isinstance(grid.frame, pl.DataFrame) else 0
            part = Part(name=name, period=None, size=size, rows=size or None)
            return of_typed(grid, self.sought(request, columns), part)
        except FAILURES as error:
            raise SourceError(told(error, name)) from error

    def _known(self, request: Request) -> Known:
        """The headings to look for."""
        given = [(wanted, heading) for wanted, heading in self.columns.items()]
        given += [(wanted, title) for wanted in request.columns for title in (wanted, *request.titles.get(wanted, ()))]
        everything = [*(heading for _, heading in given), *self.where]
        # A roster asks nothing.
        questions = {plain(heading): wanted for wanted, heading in reversed(given) if is_question(wanted)}
        return Known(
            plainly=frozenset(map(plain, everything)),
            questions=questions if "unit" in request.columns else {},
            counts=request.counts,
        )


def from_memory(table: object) -> Grid:
    """Any table of any library: what is not polars comes through the Arrow C stream."""
    if isinstance(table, (pl.DataFrame, pl.LazyFrame)):
        return evolve(typed(table), in_memory=True)
    if not hasattr(table, "__arrow_c_stream__"):
        message = f"{type(table).__name__} — не таблица"
        raise UnreadableError(message, hint="нужна таблица polars, pandas, pyarrow, DuckDB или с __arrow_c_stream__")
    try:
        frame = pl.DataFrame(table)
    except Exception as error:  # whatever a stranger's library raises while it exports its table
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise UnreadableError(f"{type(table).__name__} не отдаёт таблицу: {reason}") from error
    return evolve(typed(frame), in_memory=True)


def typed(frame: pl.DataFrame | pl.LazyFrame) -> Grid:
    """A table whose columns have names and types of their own."""
    names = tuple(frame.collect_schema())
    return Grid(frame=frame, names=names, headings=names, seen=names)
