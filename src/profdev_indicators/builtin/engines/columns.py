"""A question as columns: what is true of each row, what is not known of it, and the sums these make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import and_, or_

import polars as pl
from attrs import define, field, frozen

from profdev_indicators.expressions import Expression, to_polars
from profdev_indicators.records import Counted, Tally


@frozen(kw_only=True)
class Sum:
    """The columns of one tally; equal ones are shared by all tallies.

    ``yes`` of each counted: Boolean, or Float64 for an amount; ``doubt``: Boolean, the answer is not known. Both are of
    rows of the population only. None of ``population``: every row belongs to it.
    """

    tally: Tally
    yes: tuple[str, ...]
    doubt: tuple[str, ...]
    amounts: frozenset[str]  # those of `yes` that are amounts
    population: str | None
    stranger: str | None  # Boolean: not known whether in the population; None: never


@define(kw_only=True)
class Columns:
    """All columns a question needs of a row, each made once."""

    made: dict[str, pl.Expr] = field(factory=dict)  # over the records
    then: dict[str, pl.Expr] = field(factory=dict)  # over those
    sums: list[Sum] = field(factory=list)
    _names: dict[str, str] = field(factory=dict)

    @classmethod
    def of(cls, tallies: Iterable[Tally]) -> Columns:
        """The columns of some tallies."""
        columns = cls()
        for tally in tallies:
            columns.sums.append(columns._sum(tally))
        return columns

    def _sum(self, tally: Tally) -> Sum:
        population = self._population(tally.population)
        yes, doubt, amounts = [], [], []
        for counted in tally.counted:
            said, unknown = self._answer(counted)
            yes.append(self._within(population, said, amount=counted.sum is not None))
            doubt.append(self._within(population, unknown) if unknown else "")
            if counted.sum is not None:
                amounts.append(yes[-1])
        return Sum(
            tally=tally,
            yes=tuple(yes),
            doubt=tuple(doubt),
            amounts=frozenset(amounts),
            population=population,
            stranger=self._stranger(tally.population) if population else None,
        )

    def _population(self, flags: Sequence[Expression]) -> str | None:
        """The column that is true of the rows of a population."""
        if not flags:
            return None
        return self._true(flags[0]) if len(flags) == 1 else self._join("or", [self._true(flag) for flag in flags])

    def _stranger(self, flags: Sequence[Expression]) -> str:
        if len(flags) == 1:
            return self._null(flags[0])
        some = self._join("or", [self._null(flag) for flag in flags])
        return self._derive("stranger", (some, self._population(flags) or ""), lambda a, b: a & ~b)

    def _answer(self, counted: Counted) -> tuple[str, str]:
        """Columns «yes» (or the amount, 0 where there is none) and «not known»; empty: true of every row, of none."""
        if counted.sum is None:
            if counted.where is None:
                return "", ""
            return self._true(counted.where), self._null(counted.where)
        where, amount = counted.where, to_polars(counted.sum).cast(pl.Float64)
        name = f"{where.canonical if where else ''}\x1f{counted.sum.canonical}"
        truth = to_polars(where) if where is not None else pl.lit(value=True)
        value = self._make(f"amount {name}", pl.when(truth).then(amount).fill_null(0.0))
        unknown = truth.is_null() | (truth.fill_null(value=False) & amount.is_null())
        return value, self._make(f"unknown {name}", unknown)

    def _within(self, population: str | None, column: str, *, amount: bool = False) -> str:
        if population is None:
            return column or self._make("every", pl.lit(value=True))
        if not column or column == population:
            return population
        if amount:
            return self._derive("amount within", (population, column), lambda a, b: pl.when(a).then(b).otherwise(0.0))
        return self._join("and", [population, column])

    def _true(self, flag: Expression) -> str:
        return self._make(f"true {flag.canonical}", to_polars(flag).fill_null(value=False))

    def _null(self, flag: Expression) -> str:
        return self._make(f"null {flag.canonical}", to_polars(flag).is_null())

    def _join(self, how: str, names: Sequence[str]) -> str:
        join = and_ if how == "and" else or_
        return self._derive(how, tuple(names), lambda *columns: reduce(join, columns))

    def _make(self, meaning: str, expression: pl.Expr) -> str:
        name = self._names.setdefault(meaning, f"c{len(self._names)}")
        self.made.setdefault(name, expression)
        return name

    def _derive(self, how: str, names: tuple[str, ...], make: object) -> str:
        meaning = " ".join((how, *names))
        if meaning not in self._names:
            name = self._names[meaning] = f"c{len(self._names)}"
            self.then[name] = make(*(pl.col(each) for each in names))  # type: ignore[operator]  # always a function
        return self._names[meaning]


def row_sums(sums: Sequence[Sum]) -> tuple[dict[str, pl.Expr], dict[str, Sequence[str]]]:
    """More columns of a row, and for each tally the columns to add up: ``n, doubt, p, u``; empty: number of rows, or 0.

    For rows that are persons of their own: every answer of theirs is one row's.
    """
    more: dict[str, pl.Expr] = {}
    read: dict[str, Sequence[str]] = {}
    for each in sums:
        doubts = [name for name in each.doubt if name]
        if len(each.yes) == 1 and not each.amounts:
            n, doubt = each.yes[0], next(iter(doubts), "")
        else:
            unknown = _unknown(each)
            doubt = f"d:{each.tally.name}" if unknown is not None else ""
            n = f"n:{each.tally.name}"
            total = pl.sum_horizontal(pl.col(name).cast(pl.Float64) for name in each.yes)
            more[n] = total if unknown is None else pl.when(~unknown).then(total).otherwise(0.0)
            if unknown is not None:
                more[doubt] = unknown
        read[each.tally.name] = (n, doubt, each.population or "", each.stranger or "")
    return more, read


def person_sums(sums: Sequence[Sum]) -> tuple[dict[str, pl.Expr], dict[str, pl.Expr], dict[str, Sequence[str]]]:
    """The rows of a person joined, what that makes of it, and the columns to add up, as :func:`row_sums` gives them."""
    joined: dict[str, pl.Expr] = {}
    more: dict[str, pl.Expr] = {}
    read: dict[str, Sequence[str]] = {}
    for each in sums:
        for name in (*each.yes, *filter(None, each.doubt), *filter(None, (each.population, each.stranger))):
            joined[name] = pl.col(name).sum() if name in each.amounts else pl.col(name).any()
        tally = each.tally.name
        more[f"n:{tally}"], more[f"d:{tally}"] = _of_person(each)
        stranger = ""
        if each.stranger and each.population:
            stranger = f"u:{tally}"
            more[stranger] = pl.col(each.stranger) & ~pl.col(each.population)
        read[tally] = (f"n:{tally}", f"d:{tally}", each.population or "", stranger)
    return joined, more, read


def _of_person(each: Sum) -> tuple[pl.Expr, pl.Expr]:
    """What is counted of a person, and whether its answer is not known; a «yes» outweighs what is not known."""
    doubts = [
        (pl.col(doubt) if yes in each.amounts else pl.col(doubt) & ~pl.col(yes)) if doubt else pl.lit(value=False)
        for yes, doubt in zip(each.yes, each.doubt, strict=True)
    ]
    join = or_ if each.tally.missing == "strict" else and_
    unknown = reduce(join, doubts)
    total = pl.sum_horizontal(
        pl.when(~doubt).then(pl.col(yes).cast(pl.Float64)).otherwise(0.0)
        for yes, doubt in zip(each.yes, doubts, strict=True)
    )
    return pl.when(~unknown).then(total).otherwise(0.0), unknown


def _unknown(each: Sum) -> pl.Expr | None:
    """Whether the answer of a row is not known; None: it always is known."""
    doubts = [pl.col(name) if name else None for name in each.doubt]
    if each.tally.missing == "available" and None in doubts:
        return None
    known = [doubt for doubt in doubts if doubt is not None]
    return reduce(or_ if each.tally.missing == "strict" else and_, known) if known else None


def added(read: Mapping[str, Sequence[str]], rows: str) -> dict[str, pl.Expr]:
    """``name.n``, ``.p``, ``.k``, ``.u`` of each tally from added columns; ``rows``: the column of numbers of rows."""
    found: dict[str, pl.Expr] = {}
    for tally, (n, doubt, population, stranger) in read.items():
        whole = pl.col(population or rows).cast(pl.Int64)
        found[f"{tally}.n"] = pl.col(n).cast(pl.Float64)
        found[f"{tally}.p"] = whole
        found[f"{tally}.k"] = whole - pl.col(doubt).cast(pl.Int64) if doubt else whole
        found[f"{tally}.u"] = pl.col(stranger).cast(pl.Int64) if stranger else pl.lit(0, pl.Int64)
    return found
