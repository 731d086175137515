"""Counts of the organisations that answer themselves, one indicator at a time: organisations down, periods across."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import polars as pl
from attrs import field, frozen
from numpy.typing import NDArray

from profdev_indicators.engine.judge import answers_itself
from profdev_indicators.frames import MAIN
from profdev_indicators.model import Indicator, Item
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring
from profdev_statistics.analyses.cells import periods_read

Floats = NDArray[np.float64]
Nature = Literal["share", "presence", "other"]
"""What an indicator counts: heads of a whole, answers «yes», or nothing that chance could be reckoned for."""


@frozen(kw_only=True, eq=False)
class Counts:
    """One indicator, main reading: ``x`` of ``n`` by organisation and period, turned so that more is better.

    Where less is better, ``x`` counts the others (n − x). NaN: there is no value, whatever the reason.
    """

    indicator: Indicator
    nature: Nature
    periods: tuple[Period, ...]
    definitions: tuple[str | None, ...]  # one per period: equal ones may be compared; None: nobody answered
    units: pl.DataFrame  # unit, unit_name, unit_kind, group; one row per organisation, in the order of the roster
    x: Floats = field(repr=False)  # organisations × periods
    n: Floats = field(repr=False)

    @property
    def is_turned(self) -> bool:
        """Less is better, so ``x`` counts the others."""
        return self.indicator.better == "lower"

    @property
    def has_direction(self) -> bool:
        """It is said what is better."""
        return self.indicator.better != "neutral"

    def comparable(self, until: int) -> list[int]:
        """Columns of the periods up to ``until`` whose definition is that of ``until``."""
        wanted = self.definitions[until]
        return [at for at in range(until + 1) if wanted is not None and self.definitions[at] == wanted]

    def latest(self, periods: int) -> list[int]:
        """Columns of the last periods with values that may be compared with the last one; it must have some itself."""
        last = len(self.periods) - 1
        told = [at for at in self.comparable(last) if np.isfinite(self.n[:, at]).any()]
        return told[-periods:] if told and told[-1] == last else []

    def median_size(self) -> float:
        """Persons in the middle organisation of the last period; 0: nobody answered."""
        n = self.n[:, -1]
        told = n[np.isfinite(n)]
        return float(np.median(told)) if len(told) else 0.0

    def shown(self, share: Any) -> Any:  # noqa: ANN401 - a number or an array of them
        """A share of the turned count as the indicator itself prints it, per cent."""
        return 100 * (1 - share if self.is_turned else share)

    def change_shown(self, change: float) -> float:
        """A change of the turned share as the indicator itself prints it, percentage points."""
        return -100 * change if self.is_turned else 100 * change


def counts_of(monitoring: Monitoring, groups: pl.DataFrame) -> Iterator[Counts]:
    """The counts of every indicator, in the order of the form.

    Args:
        monitoring: whose history, up to the last period asked.
        groups: ``unit, group``: whom each organisation is compared with.
    """
    district = monitoring.district
    periods = periods_read(monitoring)
    places = pl.DataFrame(
        {"period": [str(period) for period in periods], "at": range(len(periods))},
        schema={"period": pl.String, "at": pl.UInt32},
    )
    order = monitoring.roster.select(unit=pl.col("id").unique(maintain_order=True)).with_row_index("place")
    cells = (
        monitoring.history.lazy()
        .filter(pl.col("reading") == MAIN, pl.col("breakdown").is_null(), pl.col("state") != "not_defined")
        .filter(answers_itself(district.indicators))
        .join(places.lazy(), on="period")
        .join(order.lazy(), on="unit")
        .sort("place", "at")
        .select(
            *("indicator", "unit", "unit_name", "unit_kind", "place", "at"),
            *("numerator", "denominator", "definition"),
            is_told=pl.col("value").is_not_null(),
        )
        .collect()
        .partition_by("indicator", as_dict=True)
    )
    nothing = next(iter(cells.values())).clear() if cells else None
    for indicator in district.indicators:
        rows = cells.get((indicator.id,), nothing)
        if rows is not None:
            yield _counts(indicator, nature(indicator, district.items, periods[-1]), rows, periods, groups)


def nature(indicator: Indicator, items: Mapping[str, Item], period: Period) -> Nature:
    """What an indicator counts by the formula in force on the last day of ``period``.

    A share is of heads and is never above the whole; a rate, a mean, a rubric and a formula over other indicators have
    no binomial chance.
    """
    measure = indicator.measure
    for revision in sorted(indicator.revisions, key=lambda revision: revision.since):
        measure = revision.measure if revision.measure and revision.since <= period.end else measure
    if not hasattr(measure, "ratio"):
        return "other"
    ratio = measure.ratio(indicator.missing)
    counted = {items[name].type for name in ratio.linked if name in items}
    if ratio.denominator is None or ratio.scale == 1 or not counted:
        return "other"
    if counted == {"flag"}:
        return "presence"
    return "share" if counted == {"count"} and ratio.contradiction is not None else "other"


def _counts(
    indicator: Indicator, kind: Nature, rows: pl.DataFrame, periods: Sequence[Period], groups: pl.DataFrame
) -> Counts:
    units = (
        rows.group_by("place", maintain_order=True)
        .agg(pl.col("unit", "unit_name", "unit_kind").last())
        .sort("place")
        .join(groups, on="unit", how="left", maintain_order="left")
        .with_row_index("line")
    )
    lines = rows.select("place").join(units.select("place", "line"), on="place", maintain_order="left")["line"]
    told = rows["is_told"] & rows["denominator"].is_not_null() & (rows["denominator"] > 0).fill_null(value=False)
    x, n = (np.full((units.height, len(periods)), np.nan) for _ in range(2))
    at = (lines.filter(told).to_numpy(), rows["at"].filter(told).to_numpy())
    n[at] = rows["denominator"].filter(told).to_numpy()
    x[at] = rows["numerator"].filter(told).to_numpy()
    defined = dict(
        rows.drop_nulls("definition").unique("at", keep="first", maintain_order=True).select("at", "definition").rows()
    )
    return Counts(
        indicator=indicator,
        nature=kind,
        periods=tuple(periods),
        definitions=tuple(defined.get(at) for at in range(len(periods))),
        units=units.select("unit", "unit_name", "unit_kind", "group"),
        x=n - x if indicator.better == "lower" else x,
        n=n,
    )
