"""Every indicator of every unit that answers: two sums, and whether they may be used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial

import polars as pl
from attrs import frozen

from profdev_indicators.engine.definitions import Definition, asked_kinds, definition, in_force, readings_of
from profdev_indicators.frames import ENGINE, Ratio, link_of, state_of
from profdev_indicators.model import District, Exemption, Indicator, Item, Section
from profdev_indicators.periods import Period

# Why a cell is what it is: finer than its state. The numbers are positions in OUTCOME_STATES.
OK, PARTIAL, SILENT, NOT_IN_POPULATION, ZERO_DENOMINATOR, EXEMPT, TOLD_NOT_APPLICABLE = range(7)
NO_INDICATOR, NO_UNIT, BAD_ITEM, CONTRADICTION, SUPPRESSED, NOT_ASKED = range(7, 13)
OUTCOME_STATES = (
    "ok",
    "partial",
    "not_reported",
    "not_applicable",
    "not_applicable",
    "not_applicable",
    "not_applicable",
    "not_defined",
    "not_defined",
    "invalid",
    "invalid",
    "suppressed",
    None,  # there is no such row
)
KEYS = ("unit", "period", "name", "kind", "exists", "height", "parent", "parent_height")


@frozen(kw_only=True, eq=False)
class Column:
    """One reading of one indicator, and the names of its columns in a frame of cells.

    A frame of cells has a row per unit and period and for each Column: ``n`` numerator and ``d`` denominator
    (Float64, null unless the answer entered the sums), ``w`` the denominator with those silent units that are worth
    zero, ``o`` the outcome (UInt8), and counters: ``x`` expected, ``r`` reported, ``e`` evidenced, ``b``
    contradictory, ``s`` suppressed, ``k`` records with a known answer. On answering units the counters but ``k`` are
    Boolean. ``d`` is absent for a count, ``w`` where it is ``d``, ``e`` where it is ``r``, ``b`` and ``s`` where they
    cannot be, ``k`` where there are no records.
    """

    number: int
    section: Section
    indicator: Indicator
    reading: str
    definitions: tuple[Definition | None, ...]  # one per period; None: the indicator does not exist then
    ratios: tuple[Ratio | None, ...]  # of those definitions

    def name(self, part: str) -> str:
        """The name of one of its columns."""
        return f"{self.number}.{part}"

    @property
    def asked(self) -> tuple[str, ...]:
        """Kinds of units which answer; empty: all without units below."""
        return asked_kinds(self.indicator)

    def by_period(self, of: Callable[[int], pl.Expr | float | str | bool | None], at: str = "period") -> pl.Expr:
        """An expression which in every period is what ``of`` says for its number; ``at`` is the column of numbers.

        ``of`` is asked once for each definition: what it says may not differ between periods which share one.
        """
        chosen: dict[str, tuple[pl.Expr, list[int]]] = {}
        for number, known in enumerate(self.definitions):
            if known is None:
                continue
            if known.digest not in chosen:
                given = of(number)
                chosen[known.digest] = (given if isinstance(given, pl.Expr) else pl.lit(given), [])
            chosen[known.digest][1].append(number)
        undefined = any(known is None for known in self.definitions)
        if len(chosen) <= 1 and not undefined:
            return next(iter(chosen.values()))[0]
        if not chosen:
            return pl.lit(None)
        return pl.coalesce(
            pl.when(pl.col(at).is_in(numbers)).then(expression) for expression, numbers in chosen.values()
        )


def columns(district: District, periods: Sequence[Period], readings: Collection[str] | None) -> tuple[Column, ...]:
    """Every reading asked of every measured indicator, in the order of the form; derived ones come later."""
    items = district.items
    found: list[Column] = []
    for section in district.sections:
        for indicator in section.indicators:
            if hasattr(indicator.measure, "derive"):
                continue
            for reading in readings_of(indicator, readings):
                defined = tuple(definition(indicator, period, reading, items=items) for period in periods)
                ratios = {d.digest: d.measure.ratio(d.missing) for d in defined if d is not None}  # type: ignore[union-attr]  # derived ones left above
                found.append(
                    Column(
                        number=len(found),
                        section=section,
                        indicator=indicator,
                        reading=reading,
                        definitions=defined,
                        ratios=tuple(ratios[d.digest] if d is not None else None for d in defined),
                    )
                )
    return tuple(found)


def measure(
    answers: pl.DataFrame, wanted: Sequence[Column], exempt: Mapping[str | None, pl.Expr], items: Mapping[str, Item]
) -> pl.DataFrame:
    """The frame of cells of the units that answer themselves: KEYS, then the columns of every Column but ``a``.

    Args:
        answers: Observations.frame after the audit, or some of its rows.
        wanted: what to compute.
        exempt: by the id of an indicator (None: all), which rows are exempt; see :func:`exemptions`.
        items: all items of the district: which of them need a link.
    """
    have = frozenset(answers.columns)
    told = [_told(column, have, exempt, items) for column in wanted]
    named = [
        expression.alias(c.name(part))
        for c, parts in zip(wanted, told, strict=True)
        for part, expression in parts.items()
    ]
    kept = [expression for c, parts in zip(wanted, told, strict=True) for expression in _kept(c, parts.keys(), have)]
    return answers.lazy().select(*KEYS, *named).select(*KEYS, *kept).collect(engine=ENGINE)


def exemptions(
    given: Sequence[Exemption], periods: Sequence[Period], numbers: Mapping[str, int]
) -> Mapping[str | None, pl.Expr]:
    """Which rows of answers are exempt, by indicator; None: from all of them."""
    found: dict[str | None, pl.Expr] = {}
    for exemption in given:
        spans = [n for n, period in enumerate(periods) if in_force(exemption.since, exemption.until, period)]
        rows = (pl.col("unit") == numbers[exemption.unit]) & pl.col("period").is_in(spans)
        for name in exemption.indicators or (None,):
            found[name] = found[name] | rows if name in found else rows
    return found


def _told(
    column: Column, have: frozenset[str], exempt: Mapping[str | None, pl.Expr], items: Mapping[str, Item]
) -> dict[str, pl.Expr]:
    """Numerator, denominator, whether linked, and outcome, before anything is blanked; absent parts are left out."""
    part = partial(_over_periods, column)
    numerator = part(lambda ratio: ratio.numerator)
    if numerator is None:  # the indicator exists in none of the periods
        numerator = pl.lit(None, pl.Float64)
    denominator = part(lambda ratio: ratio.denominator)
    known = numerator.is_not_null()
    if denominator is not None:
        counts = part(lambda ratio: pl.lit(ratio.denominator is None))
        known &= denominator.is_not_null() if counts is None else denominator.is_not_null() | counts
    applicable = part(lambda ratio: ratio.applicable)
    if applicable is not None:
        # Whoever does not say whether it belongs to the population has not answered; a «no» would lower the share.
        known &= applicable.is_not_null()
    outcomes = [
        *not_there(column, exempt),
        (None if applicable is None else ~applicable, NOT_IN_POPULATION),
        (part(lambda ratio: _any_state(ratio, "invalid", have)), BAD_ITEM),
        (part(lambda ratio: ratio.contradiction), CONTRADICTION),
        # Nothing is a part of nobody, whatever else was told, hidden or left out.
        (None if denominator is None else denominator == 0, ZERO_DENOMINATOR),
        (part(lambda ratio: _any_state(ratio, "suppressed", have)), SUPPRESSED),
        (part(lambda ratio: _any_state(ratio, "not_applicable", have)), TOLD_NOT_APPLICABLE),
        (~known, SILENT),
    ]
    parts = {
        "n": numerator.cast(pl.Float64),
        "o": pl.coalesce(*(pl.when(is_so).then(code) for is_so, code in outcomes if is_so is not None), OK).cast(
            pl.UInt8
        ),
    }
    if denominator is not None:
        parts["d"] = denominator.cast(pl.Float64)
    if (linked := part(lambda ratio: _linked(ratio, items))) is not None:
        parts["e"] = linked
    if (records := part(lambda ratio: ratio.known)) is not None:
        parts["k"] = records.cast(pl.Int64)
    return parts


def _over_periods(column: Column, of: Callable[[Ratio], pl.Expr | None]) -> pl.Expr | None:
    """An expression over all periods; None: there is none in any of them."""
    ratios = {id(ratio): ratio for ratio in column.ratios if ratio is not None}
    given = {name: of(ratio) for name, ratio in ratios.items()}
    return (
        None if all(one is None for one in given.values()) else column.by_period(lambda n: given[id(column.ratios[n])])
    )


def not_there(column: Column, exempt: Mapping[str | None, pl.Expr]) -> Iterator[tuple[pl.Expr, int]]:
    """Why a cell is nobody's answer whatever was told, the strongest reason first."""
    yield ~(pl.col("kind").is_in(column.asked) if column.asked else pl.col("height") == 0), NOT_ASKED
    yield ~pl.col("exists"), NO_UNIT
    undefined = [number for number, known in enumerate(column.definitions) if known is None]
    if undefined:
        yield pl.col("period").is_in(undefined), NO_INDICATOR
    for name in (None, column.indicator.id):
        if name in exempt:
            yield exempt[name], EXEMPT


def _kept(column: Column, told: Collection[str], have: frozenset[str]) -> list[pl.Expr]:
    """What enters the sums, and the counters; a counter that must be equal to another is left out."""
    outcome = pl.col(column.name("o"))
    ok = outcome == OK
    parts = {
        "n": pl.when(ok).then(pl.col(column.name("n"))),
        "o": outcome,
        "x": outcome.is_in([OK, SILENT, BAD_ITEM, CONTRADICTION, SUPPRESSED]),
        "r": ok,
    }
    if "d" in told:
        parts["d"] = pl.when(ok).then(pl.col(column.name("d")))
        zero = [n for n, known in enumerate(column.definitions) if known is not None and known.silence == "zero"]
        if zero:
            worth = ok | ((outcome == SILENT) & pl.col("period").is_in(zero))
            parts["w"] = pl.when(worth).then(pl.col(column.name("d")))
    if "k" in told:
        parts["k"] = pl.when(ok).then(pl.col(column.name("k")))
    if "e" in told:
        parts["e"] = ok & pl.col(column.name("e")).fill_null(value=False)
    items = {item for ratio in column.ratios if ratio is not None for item in ratio.items}
    if any(state_of(item) in have for item in items):
        parts["s"] = outcome == SUPPRESSED
    if "s" in parts or any(ratio is not None and ratio.contradiction is not None for ratio in column.ratios):
        parts["b"] = outcome.is_in([BAD_ITEM, CONTRADICTION])
    return [expression.alias(column.name(part)) for part, expression in parts.items()]


def _any_state(ratio: Ratio, state: str, have: frozenset[str]) -> pl.Expr | None:
    """Whether an item the answer needs is in this state; null states are none."""
    companions = [pl.col(state_of(item)) == state for item in ratio.items if state_of(item) in have]
    return pl.any_horizontal(companion.fill_null(value=False) for companion in companions) if companions else None


def _linked(ratio: Ratio, items: Mapping[str, Item]) -> pl.Expr | None:
    """Whether every item that needs a link has it; «no» and zero need none. None: no item needs one."""
    demanding = [name for name in ratio.linked if name in items and items[name].evidence == "required"]
    if not demanding:
        return None
    return pl.all_horizontal(pl.col(link_of(item)).is_not_null() | (pl.col(item) == 0) for item in demanding)
