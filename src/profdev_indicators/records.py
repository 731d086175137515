"""Records, one row a person: what is counted in them, where they lie, and what comes back.

A source with ``records`` never becomes rows of answers: some :class:`~profdev_indicators.model.Engine` counts it where
it lies, and only sums return.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import attrs
from attrs import frozen

from profdev_indicators.errors import Problem
from profdev_indicators.expressions import ColumnType, Expression
from profdev_indicators.model import Breakdown, Missing, Request
from profdev_indicators.periods import Period

if TYPE_CHECKING:
    import polars as pl

Format = Literal["frame", "parquet", "csv", "sql", "delta", "hive", "jdbc"]


@frozen(kw_only=True, eq=False)
class Part:
    """A piece of the records that is counted by itself.

    Parts are made by readers (:class:`Scanner`). ``frame`` and ``files`` say the same twice: engines of this machine
    take the frame, those of a cluster the files.
    """

    name: str  # as messages call it: the file relative to the folder of data, several joined by commas
    period: Period | None  # None: the records have a column of periods
    frame: pl.LazyFrame | None = None  # columns by the names of Question.columns, types as declared; None: not here
    files: tuple[Path, ...] = ()  # where it lies, absolute; what cannot be named so is in `address`
    address: str = ""  # a table, an address of a storage, a query: for engines that read by themselves
    format: Format = "frame"
    options: Mapping[str, str] = attrs.field(factory=dict)  # separator, encoding …: how the files are written
    renamed: Mapping[str, str] = attrs.field(factory=dict)  # column of the question → its name in the file
    size: int = 0  # bytes or rows, the same for all parts of a source: for progress; 0: not known
    rows: int | None = None  # None: not known before it is counted
    digest: str = ""  # content hash of what has no `files`; empty: nothing vouches for it, so the result is not kept
    notes: tuple[Problem, ...] = ()  # what is known before it is counted
    unread: Callable[[], tuple[Problem, ...]] = tuple  # cells that cannot be read: known when it has been counted
    kept: object = None  # while it lives, files fetched from a storage do


class Scanner(Protocol):
    """A reader that can give records without reading them: the second method of a reader of record sources."""

    def scan(self, request: Request, columns: Mapping[str, ColumnType]) -> Sequence[Part]:
        """The records of the periods asked for, in parts.

        Args:
            request: what is asked for.
            columns: the columns wanted and their types.

        Raises:
            SourceError: with every problem of every file: unreadable, no such column, another type.
        """
        ...


@frozen(kw_only=True)
class Counted:
    """What is counted in a row: 1 where ``where`` is true and 0 where it is false, or ``sum`` in place of the 1.

    Not known where ``where`` is null, and where it is true and ``sum`` is null.
    """

    where: Expression | None = None  # a flag; None: every row
    sum: Expression | None = None  # an integer or a number; None: rows (persons) are counted


@frozen(kw_only=True, eq=False)
class Tally:
    """Two sums over records and how much is known of them.

    A row belongs to the population if one of ``population`` is true; if none is and one is null, it is not known
    whether it does. A row of the population is known if all of ``counted`` are (``strict``) or one is
    (``available``). Where persons are counted once, the rows of a person, within a unit or a category, speak
    together: it belongs to the population if a row does; of each ``counted`` a «yes» outweighs «not known», which
    outweighs «no»; amounts (``sum``) are added over its rows, as hours of two jobs are: over those where the amount
    is known, and one such row makes it known. Only rows of the population answer: what is true of a person elsewhere
    is counted nowhere. Without ``counted`` every row of the population is known, and the sum is 0.
    """

    name: str  # of its columns in Tallied
    population: tuple[Expression, ...] = ()  # flags; empty: every row
    counted: tuple[Counted, ...] = ()
    missing: Missing = "strict"
    own_only: bool = False  # only units that answer themselves, without breakdowns: an item of ANSWERS
    excluded: pl.DataFrame | None = None  # unit, period (numbers): rows which enter no sum above their own unit


@frozen(kw_only=True, eq=False)
class Question:
    """What an engine is asked about the records of one source."""

    source: str
    unit: str  # names of columns
    person: str | None
    period: str | None  # None: each part says its own
    columns: Mapping[str, ColumnType]  # every column used, the keys included
    tallies: tuple[Tally, ...]
    breakdowns: tuple[Breakdown, ...]
    above: pl.DataFrame  # unit, period, above (numbers), one row for each unit above a unit, at any height
    match_units: Callable[[pl.Series], pl.Series]  # texts → numbers of units (UInt32); null: nobody's
    match_periods: Callable[[pl.Series], pl.Series]  # texts → numbers of periods (UInt16); null: not asked for
    numbers: Mapping[Period, int]  # of the periods asked for


@frozen(kw_only=True, eq=False)
class Tallied:
    """What was counted in one part.

    ``frame``: ``unit`` (UInt32), ``period`` (UInt16), ``breakdown`` (String, null: the total), ``category`` (String;
    null in a breakdown: the column is empty), ``rows`` (Int64), then for each tally ``name.n`` (Float64: the sum over
    the known rows of the population), ``name.p`` (Int64: rows, or persons, of the population), ``name.k`` (Int64: of
    them, known) and ``name.u`` (Int64: not known whether in the population). One row for each unit, at every height,
    that has records in the period, and for each category of each breakdown; tallies that are ``own_only`` are null
    above.
    """

    frame: pl.DataFrame
    lost: pl.DataFrame  # LOST
    rows: int  # read
    notes: tuple[Problem, ...] = ()  # what was found out while it was read; engines leave it to `Part.unread`


def keys() -> pl.Schema:
    """The columns of :attr:`Tallied.frame` that say whose counts these are."""
    import polars as pl  # noqa: PLC0415 - loading the module must stay cheap

    return pl.Schema(
        {
            "unit": pl.UInt32(),
            "period": pl.UInt16(),
            "breakdown": pl.String(),
            "category": pl.String(),
            "rows": pl.Int64(),
        }
    )


def lost() -> pl.Schema:
    """Records that entered no sum: ``unit``: nobody's; ``period``: no period; ``person``: counted as one of its own."""
    import polars as pl  # noqa: PLC0415 - loading the module must stay cheap

    return pl.Schema(
        {
            "what": pl.String(),  # unit, period, person
            "said": pl.String(),  # as written; null: the cell is empty; always null for persons
            "rows": pl.Int64(),
        }
    )
