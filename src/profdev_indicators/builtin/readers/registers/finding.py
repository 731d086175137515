"""Which columns of a table are those of a register, and whether their types are those declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from attrs import frozen

from profdev_indicators.builtin.readers.grids import Grid, Search
from profdev_indicators.builtin.readers.registers.cells import DTYPES, Words, typed
from profdev_indicators.builtin.readers.registers.reading import KIND_WORDS, Column
from profdev_indicators.errors import Problem
from profdev_indicators.expressions import ColumnType


@frozen(kw_only=True)
class Sought:
    """What is wanted of a table and where a configuration says it stands."""

    kinds: Mapping[str, ColumnType]
    headings: Mapping[str, str]  # name → heading; a name that is not here is its own heading
    constants: Mapping[str, str]
    where: Mapping[str, tuple[str, ...]]
    words: Words

    @property
    def expected(self) -> tuple[str, ...]:
        """The headings to look for."""
        return (*self.kinds, *self.headings.values(), *self.where)

    def literals(self) -> Mapping[str, pl.Expr]:
        """The constants as columns; one that cannot be read is left to :meth:`objections`."""
        return {
            name: pl.lit(typed(pl.Series([text]), kind, self.words)[0].item(), dtype=DTYPES[kind])
            for name, text, kind in self._given()
        }

    def objections(self) -> Iterator[Problem]:
        """Constants that are not of their type."""
        if all(name in self.constants for name in self.kinds):
            hint = "хотя бы один должен быть в таблице"
            yield Problem(message="все столбцы записей заданы в constants", hint=hint)
        for name, text, kind in self._given():
            if typed(pl.Series([text]), kind, self.words)[1].item():
                yield Problem(message=f"constants: {name}: «{text}» — не {KIND_WORDS[kind]}")

    def _given(self) -> Iterator[tuple[str, str, ColumnType]]:
        yield from ((name, self.constants[name], kind) for name, kind in self.kinds.items() if name in self.constants)


@frozen(kw_only=True)
class Chosen:
    """The columns found: by name; and those whose rows are chosen by their texts."""

    columns: Mapping[str, Column]
    conditions: Mapping[str, tuple[str, ...]]  # name in the grid → texts to keep
    renamed: Mapping[str, str]  # name → heading as written in the file
    problems: tuple[Problem, ...]

    @property
    def positions(self) -> frozenset[str]:
        """The columns of the grid that are needed."""
        return frozenset({*(column.position for column in self.columns.values()), *self.conditions})


def choose(grid: Grid, sought: Sought) -> Chosen:
    """The columns of a table that a register needs; every one that is missing is a problem."""
    search = Search(grid)
    columns: dict[str, Column] = {}
    found: dict[str, int] = {}
    for name, kind in sought.kinds.items():
        if name in sought.constants:
            continue
        heading = sought.headings.get(name, name)
        position = search.required(heading, (name,) if grid.in_memory else ())
        if position is not None:
            found[name] = position
            cell = f"«{grid.sheet}»!{grid.seen[position]}" if grid.sheet else ""
            columns[name] = Column(
                position=grid.names[position], kind=kind, heading=grid.headings[position].strip(), cell=cell
            )
    search.refuse_nested(found)
    conditions = {heading: search.required(heading, ()) for heading in sought.where}
    return Chosen(
        columns=columns,
        conditions={grid.names[at]: sought.where[heading] for heading, at in conditions.items() if at is not None},
        renamed={name: grid.headings[at] for name, at in found.items()},
        problems=tuple(search.problems),
    )


def mistyped(grid: Grid, columns: Mapping[str, Column]) -> Iterator[Problem]:
    """Columns of a typed table that are of another type than declared."""
    schema = grid.frame.collect_schema()
    for name, column in columns.items():
        dtype = schema[column.position]
        if dtype.is_nested() or dtype in {pl.Binary, pl.Object} or _fits(dtype, column.kind):
            continue  # what is nested has been refused already
        kind = next((kind for kind in DTYPES if _fits(dtype, kind)), None)
        declare = f"объявите его как есть: columns: {{{name}: {kind}}} — или " if kind else ""
        yield Problem(
            message=f"столбец «{column.heading}» — {dtype}, а объявлен как {column.kind} ({KIND_WORDS[column.kind]})",
            hint=f"{declare}сохраните его как {column.kind}",
        )


def as_declared(columns: Mapping[str, Column], schema: pl.Schema) -> Sequence[pl.Expr]:
    """The columns of a typed table under their names; NaN and infinity are «not known»."""
    return [
        _cast(pl.col(column.position), schema[column.position], column.kind).alias(n) for n, column in columns.items()
    ]


def _cast(column: pl.Expr, dtype: pl.DataType, kind: ColumnType) -> pl.Expr:
    if kind == "number" and dtype.is_float():
        number = column.cast(pl.Float64)
        return pl.when(number.is_finite()).then(number)
    return column if dtype == DTYPES[kind] else column.cast(DTYPES[kind], strict=False)


def _fits(dtype: pl.DataType, kind: ColumnType) -> bool:
    if dtype == pl.Null:
        return True
    match kind:
        case "text":
            return dtype in {pl.String, pl.Categorical, pl.Enum}
        case "integer":
            return dtype.is_integer() or (isinstance(dtype, pl.Decimal) and dtype.scale == 0)
        case "number":
            return dtype.is_numeric()
        case "flag":
            return dtype == pl.Boolean
        case "date":
            # A moment without a zone is how pandas keeps a date.
            return dtype == pl.Date or (isinstance(dtype, pl.Datetime) and dtype.time_zone is None)
