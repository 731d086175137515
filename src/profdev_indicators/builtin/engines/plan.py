"""What is to be counted: flags computed once for each row, and the counters made of them.

A flag is a Boolean with null for «not known», so every condition, population and amount that two tallies share is
looked at once. Counters are Booleans without nulls, made of the flags of a row, or of a person whose rows were joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, reduce
from itertools import chain
from operator import and_, or_
from typing import Final

import polars as pl
from attrs import evolve, field, frozen

from profdev_indicators.builtin.engines.lanes import packed
from profdev_indicators.expressions import Expression, to_polars
from profdev_indicators.model import Missing
from profdev_indicators.records import Counted, Question, Tally

OWN: Final = "o"
"""The mask that leaves out all rows but those of the unit itself."""
ALL: Final = ""
"""The mask that leaves nothing out."""

_Flags = frozenset[int]


@frozen(kw_only=True)
class Counter:
    """Rows in the population, known to some flags, for which one more flag is true."""

    population: int | None = None  # number of a flag; None: every row
    known: _Flags = frozenset()
    every: bool = True  # all of `known` must be known, not one
    yes: int | None = None  # None: nothing more
    unsure: bool = False  # instead: not known whether in the population

    @property
    def is_len(self) -> bool:
        """Whether it counts every row."""
        return self == Counter()

    def expression(self) -> pl.Expr:
        """Of the columns ``y0, k0, …``: flags that are true, flags that are known."""
        if self.unsure:
            return ~pl.col(f"k{self.population}")
        terms = [] if self.population is None else [pl.col(f"y{self.population}")]
        implied = {self.yes, self.population} & self.known
        if self.every:
            terms += [pl.col(f"k{flag}") for flag in sorted(self.known - implied)]
        elif self.known and not implied:
            terms.append(reduce(or_, (pl.col(f"k{flag}") for flag in sorted(self.known))))
        terms += [] if self.yes is None else [pl.col(f"y{self.yes}")]
        return reduce(and_, terms)


@frozen(kw_only=True)
class Amount:
    """A sum of amounts over the rows of a counter."""

    counter: Counter
    number: int  # of the amount

    def expression(self) -> pl.Expr:
        """Of the columns of flags and ``a0, …``: amounts without nulls."""
        return pl.when(self.counter.expression()).then(pl.col(f"a{self.number}")).otherwise(0.0)


Summed = Counter | Amount


@frozen(kw_only=True, eq=False)
class Plan:
    """All that is to be counted in the records of a source."""

    flags: tuple[pl.Expr, ...]  # f0 …
    amounts: tuple[pl.Expr, ...]  # a0 …
    sums: Mapping[str, Mapping[Summed, str]]  # by mask: what is summed → its column without the mask
    columns: Mapping[Summed, str]
    answers: Mapping[str, Sequence[tuple[Summed, str]]]  # «tally.n» → what is added up, and the mask
    excluded: Mapping[str, pl.DataFrame]  # by mask: unit, period

    @cached_property
    def counters(self) -> Sequence[Counter]:
        """Those to be packed: those that only units themselves are asked for come last."""
        found = [each for each in self.columns if isinstance(each, Counter) and not each.is_len]
        return sorted(found, key=lambda each: each not in self.above)

    @cached_property
    def above(self) -> frozenset[Summed]:
        """What is summed for units above and by category."""
        return frozenset(chain.from_iterable(sums for mask, sums in self.sums.items() if mask != OWN))

    @cached_property
    def states(self) -> Sequence[pl.Expr]:
        """Columns ``y0, k0, …`` made of flags: true, known."""
        flags = [(number, pl.col(f"f{number}")) for number in range(len(self.flags))]
        yes = [flag.fill_null(value=False).alias(f"y{number}") for number, flag in flags]
        return [*yes, *(flag.is_not_null().alias(f"k{number}") for number, flag in flags)]

    @cached_property
    def packed(self) -> Sequence[pl.Expr]:
        """Bytes ``b0 …`` of counters and sums ``s…`` of amounts, made of ``y0, k0, …, a0, …``."""
        sums = [each.expression().alias(name) for each, name in self.columns.items() if isinstance(each, Amount)]
        return [*packed([each.expression() for each in self.counters]), *sums]

    def only(self, *masks: str) -> Plan:
        """What is counted under some of the masks."""
        kept = frozenset(chain.from_iterable(self.sums.get(mask, {}) for mask in masks))
        return self._with(kept)

    def broken_down(self) -> Plan:
        """What is counted by category; its counters are the first of the whole plan's."""
        return self._with(self.above)

    def _with(self, kept: frozenset[Summed]) -> Plan:
        return evolve(self, columns={each: name for each, name in self.columns.items() if each in kept})


def planned(question: Question) -> Plan:
    """What a question wants counted; whatever two tallies share is counted once."""
    flags, amounts = _Numbered(), _Numbered()
    masks: dict[str, pl.DataFrame] = {}
    answers: dict[str, Sequence[tuple[Summed, str]]] = {}
    for tally in question.tallies:
        mask = _mask(tally, masks)
        for part, summed in _of_tally(tally, flags, amounts, persons=question.person is not None).items():
            answers[f"{tally.name}.{part}"] = [(each, mask) for each in summed]
    columns: dict[Summed, str] = {}
    sums: dict[str, dict[Summed, str]] = {ALL: {}}
    for each, mask in chain.from_iterable(answers.values()):
        prefix = "c" if isinstance(each, Counter) else "s"
        name = columns.setdefault(each, f"{prefix}{len(columns)}")
        sums.setdefault(mask, {})[each] = name
    return Plan(
        flags=flags.named("f"),
        amounts=amounts.named("a"),
        sums=sums,
        columns=columns,
        answers=answers,
        excluded=masks,
    )


@frozen(eq=False)
class _Numbered:
    """Expressions by what they mean, numbered as they are met."""

    _found: dict[object, tuple[int, pl.Expr]] = field(factory=dict, init=False)

    def number(self, key: object, expression: pl.Expr) -> int:
        return self._found.setdefault(key, (len(self._found), expression))[0]

    def named(self, prefix: str) -> tuple[pl.Expr, ...]:
        return tuple(expression.alias(f"{prefix}{number}") for number, expression in self._found.values())


def _mask(tally: Tally, masks: dict[str, pl.DataFrame]) -> str:
    if tally.own_only:
        return OWN
    if tally.excluded is None or tally.excluded.is_empty():
        return ALL
    excluded = tally.excluded.select(pl.col("unit").cast(pl.UInt32), pl.col("period").cast(pl.UInt16)).unique()
    excluded = excluded.sort("unit", "period")
    for mask, known in masks.items():
        if known.equals(excluded):
            return mask
    name = f"m{len(masks)}"
    masks[name] = excluded
    return name


def _of_tally(tally: Tally, flags: _Numbered, amounts: _Numbered, *, persons: bool) -> Mapping[str, Sequence[Summed]]:
    """What is added up for each of the four sums of a tally."""
    population = _population(tally.population, flags)
    # Of a person's rows only those of the population answer; a row by itself is looked at with its population anyway.
    within = tuple(dict.fromkeys(tally.population)) if persons else ()
    counted = [_counted(each, within, flags, amounts) for each in tally.counted]
    known = _known([flag for flag, _ in counted], tally.missing)
    every = tally.missing == "strict" or not known
    inside = Counter(population=population, known=known, every=every)
    found: list[Summed] = []
    for flag, amount in counted:
        counter = evolve(inside, yes=flag)
        found.append(counter if amount is None else Amount(counter=counter, number=amount))
    return {
        "n": found,
        "p": [Counter(population=population)],
        "k": [inside],
        "u": [] if population is None else [Counter(population=population, unsure=True)],
    }


def _known(flags: Sequence[int | None], missing: Missing) -> _Flags:
    """The flags that decide whether a row is known; empty: it always is."""
    if missing == "available" and None in flags:
        return frozenset()  # rows themselves are counted: that is always known
    return frozenset(flag for flag in flags if flag is not None)


def _population(population: Iterable[Expression], flags: _Numbered) -> int | None:
    conditions = list(dict.fromkeys(population))
    if not conditions:
        return None
    expression = reduce(or_, map(to_polars, conditions))
    return flags.number(conditions[0] if len(conditions) == 1 else frozenset(conditions), expression)


def _counted(
    counted: Counted, within: tuple[Expression, ...], flags: _Numbered, amounts: _Numbered
) -> tuple[int | None, int | None]:
    """Numbers of the flag and of the amount; no flag: it is true in every row, no amount: rows are counted.

    ``within``: a flag is «no» where none of these is true.
    """
    where = None if counted.where is None else to_polars(counted.where)
    if counted.sum is None:
        if counted.where is None or where is None:
            return None, None
        if within in {(), (counted.where,)}:
            return flags.number(counted.where, where), None
        return flags.number((counted.where, within), _only_within(where, within)), None
    amount = to_polars(counted.sum).cast(pl.Float64)
    told = pl.when(amount.is_not_null()).then(pl.lit(value=True))
    flag = _only_within(told if where is None else where & told, within)
    key = (counted, within)
    return flags.number(key, flag), amounts.number(key, pl.when(flag).then(amount).otherwise(0.0))


def _only_within(flag: pl.Expr, within: tuple[Expression, ...]) -> pl.Expr:
    if not within:
        return flag
    return pl.when(reduce(or_, map(to_polars, within))).then(flag).otherwise(pl.lit(value=False))
