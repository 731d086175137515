"""Tables of a register as parts: one a file, or one a period where persons are counted once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

import polars as pl
from attrs import evolve

from profdev_indicators.builtin.readers.grids import Grid, UnreadableError
from profdev_indicators.builtin.readers.registers.finding import Sought, as_declared, choose, mistyped
from profdev_indicators.builtin.readers.registers.reading import Reading
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.periods import Period
from profdev_indicators.records import Part


def of_typed(grid: Grid, sought: Sought, part: Part) -> Part:
    """A table whose columns have types of their own: as it lies, not a cell is read.

    Raises:
        SourceError: a column is missing or of another type.
    """
    chosen = choose(grid, sought)
    _refuse((*chosen.problems, *sought.objections(), *mistyped(grid, chosen.columns)))
    frame = grid.frame.lazy()
    for name, words in chosen.conditions.items():
        text = pl.col(name).cast(pl.String, strict=False).str.strip_chars().str.to_lowercase()
        frame = frame.filter(text.is_in(list(words)))
    return evolve(
        part,
        frame=frame.select(*as_declared(chosen.columns, frame.collect_schema()), **sought.literals()),
        renamed=chosen.renamed,
        format="frame" if sought.constants or chosen.conditions else part.format,
    )


def of_texts(
    grid: Grid, sought: Sought, part: Part, *, table: Callable[[], pl.DataFrame | pl.LazyFrame] | None = None
) -> Part:
    """A table whose cells are still to be read.

    Args:
        grid: its headings.
        sought: what is wanted.
        part: what is known of it.
        table: begins to read; None: the grid has been read.

    Raises:
        SourceError: a column is missing, or it is the card of an organisation.
    """
    if grid.first_row is None:
        message = "это карта организации, а не таблица записей"
        raise UnreadableError(message, hint="карты читает источник без records")
    _refuse(grid.problems)
    chosen = choose(grid, sought)
    _refuse((*chosen.problems, *sought.objections()))
    reading = Reading(
        file=part.name,
        table=table or (lambda: grid.frame),
        columns=chosen.columns,
        conditions=chosen.conditions,
        constants=sought.literals(),
        words=sought.words,
        first_row=grid.first_row,
    )
    return evolve(
        part,
        frame=reading.records(),
        unread=reading.unread,
        notes=tuple(evolve(note, file=part.name) for note in grid.notes),
        renamed=chosen.renamed,
        format="frame" if sought.constants or chosen.conditions else part.format,
    )


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """One part for each period, in the order of periods: a person of two files is met once."""
    periods: dict[Period | None, list[Part]] = {}
    for part in parts:
        periods.setdefault(part.period, []).append(part)
    return tuple(_join(same) if len(same) > 1 else same[0] for same in periods.values())


def _join(parts: Sequence[Part]) -> Part:
    first = parts[0]
    alike = all((one.format, one.options, one.renamed) == (first.format, first.options, first.renamed) for one in parts)
    rows = [one.rows for one in parts]
    return Part(
        name=", ".join(one.name for one in parts),
        period=first.period,
        frame=pl.concat([one.frame for one in parts if one.frame is not None]),
        files=tuple(path for one in parts for path in one.files),
        address="\n".join(one.address for one in parts if one.address),
        format=first.format if alike else "frame",
        options=first.options if alike else {},
        renamed=first.renamed if alike else {},
        size=sum(one.size for one in parts),
        rows=None if None in rows else sum(filter(None, rows)),
        digest=_digest(parts),
        notes=tuple(note for one in parts for note in one.notes),
        unread=lambda: tuple(problem for one in parts for problem in one.unread()),
        kept=tuple(one.kept for one in parts),
    )


def _digest(parts: Sequence[Part]) -> str:
    digests = [one.digest for one in parts]
    return sha256("\n".join(digests).encode()).hexdigest() if all(digests) else ""


def _refuse(problems: Iterable[Problem]) -> None:
    if found := tuple(problems):
        raise SourceError(found)
