"""The form of the order as lines: each indicator of the district with what it is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import polars as pl
from attrs import frozen

from profdev_indicators.frames import MAIN
from profdev_indicators.model import Derived, Indicator, Item, Measure, Revision, Section, Silence, Target
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring, Value

_NOISE = 1e-9  # of subtracting two quotients

_PER_CENT = 100.0

Nature = Literal["flag", "part", "quotient", "derived"]
"""How two sums of an indicator are told: «да» of one organisation, «31 из 42», «63 / 15», not at all."""

Series = Mapping[tuple[str, str, str], Value]
"""Values of one unit by period, indicator and reading."""


@frozen(kw_only=True)
class Line:
    """One row of the form for one period."""

    section: Section
    number: int  # restarts in each section, as in the form
    indicator: Indicator
    nature: Nature
    value: Value | None  # None: there is no such row
    readings: tuple[tuple[Value, Nature], ...]  # the alternatives that were asked for
    before: Value | None  # of the latest period read before this one
    comparable: bool  # both have one definition
    change: float | None  # value − before, unrounded; None where it cannot be told
    revised: tuple[Revision, ...]  # changes of the definition between the two
    silence: Silence  # in force in this period, like the target
    target: Target | None
    reached: bool | None  # None: no target, no value, or no better side


@frozen(kw_only=True)
class Form:
    """The rows of the form for one period, in its order."""

    period: Period
    before: Period | None  # the latest period read before this one; None: nothing to compare with
    lines: tuple[Line, ...]


def forms(monitoring: Monitoring) -> tuple[Form, ...]:
    """The form for each period asked."""
    values, items, read = series(monitoring), monitoring.district.items, periods_read(monitoring)
    filled = []
    for period in monitoring.periods:
        before = max((earlier for earlier in read if earlier < period), default=None)
        lines = (
            _line(section, number, indicator, items, values, period, before)
            for section in monitoring.district.sections
            for number, indicator in enumerate(section.indicators, start=1)
        )
        filled.append(Form(period=period, before=before, lines=tuple(lines)))
    return tuple(filled)


def series(monitoring: Monitoring) -> Series:
    """All values of the district itself, every period read."""
    rows = monitoring.history.filter(pl.col("unit") == monitoring.root, pl.col("breakdown").is_null())
    values = map(Value.of, rows.iter_rows(named=True))
    return {(value.period, value.indicator, value.reading): value for value in values}


def periods_read(monitoring: Monitoring) -> tuple[Period, ...]:
    """Every period with values, in order."""
    calendar = monitoring.district.calendar
    return tuple(sorted(Period.parse(text, calendar) for text in monitoring.history["period"].unique()))


def difference(value: Value | None, other: Value | None) -> float | None:
    """How much more the first one is; exactly zero where only the noise of division is left."""
    if value is None or other is None or value.value is None or other.value is None:
        return None
    by = value.value - other.value
    return by if abs(by) > _NOISE else 0.0


def _line(
    section: Section,
    number: int,
    indicator: Indicator,
    items: Mapping[str, Item],
    values: Series,
    period: Period,
    before: Period | None,
) -> Line:
    def at(when: Period | None, reading: str = MAIN) -> Value | None:
        return values.get((str(when), indicator.id, reading)) if when else None

    value, earlier = at(period), at(before)
    comparable = bool(value and earlier and value.definition == earlier.definition)
    revisions = sorted((r for r in indicator.revisions if r.since <= period.end), key=lambda revision: revision.since)
    target = max((t for t in indicator.target if t.since <= period.end), key=lambda mark: mark.since, default=None)
    measure = next((r.measure for r in reversed(revisions) if r.measure), indicator.measure)
    readings = ((at(period, other.id), _nature(other.measure or measure, items)) for other in indicator.alternatives)
    return Line(
        section=section,
        number=number,
        indicator=indicator,
        nature=_nature(measure, items),
        value=value,
        readings=tuple((other, nature) for other, nature in readings if other is not None),
        before=earlier,
        comparable=comparable,
        change=difference(value, earlier) if comparable else None,
        revised=tuple(revision for revision in revisions if before is None or revision.since > before.end),
        silence=next((r.silence for r in reversed(revisions) if r.silence), indicator.silence),
        target=target,
        reached=_reached(indicator, value, target),
    )


def _nature(measure: Measure | Derived, items: Mapping[str, Item]) -> Nature:
    ratio_of = getattr(measure, "ratio", None)
    if ratio_of is None:
        return "derived"
    ratio = ratio_of("strict")  # what is counted does not depend on what a missing item does
    if ratio.scale == _PER_CENT and ratio.linked and all(items[item].type == "flag" for item in ratio.linked):
        return "flag"
    whole = ratio.denominator is None or (ratio.contradiction is not None and ratio.scale == _PER_CENT)
    return "part" if whole else "quotient"


def _reached(indicator: Indicator, value: Value | None, target: Target | None) -> bool | None:
    if value is None or value.value is None or target is None or indicator.better == "neutral":
        return None
    lacking = target.at - value.value if indicator.better == "higher" else value.value - target.at
    return lacking <= _NOISE
