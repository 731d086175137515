"""Who stands below whom: every unit under every unit above it, in each period."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from profdev_indicators.frames import ENGINE
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring


def descent(links: pl.LazyFrame) -> pl.LazyFrame:
    """``total, unit, period``: one row for each pair of a unit and one of those above it, at any height.

    Args:
        links: ``unit, period, parent``, one row a unit and period; a null parent: nobody is above.
    """
    steps = links.select("unit", "period", "parent").drop_nulls("parent").collect(engine=ENGINE)
    climbing = steps.select("unit", "period", total="parent")
    found = [climbing]
    above = steps.select("period", total="unit", higher="parent")
    while not climbing.is_empty():
        climbing = climbing.join(above, on=["period", "total"]).select("unit", "period", total="higher")
        found.append(climbing)
    return pl.concat(found).lazy().select("total", "unit", "period")


def links_of(monitoring: Monitoring, periods: Sequence[Period]) -> pl.LazyFrame:
    """``unit, period, parent`` as the roster has them on the last day of each period."""
    parent = pl.when(pl.col("id") != monitoring.root).then(pl.col("parent").fill_null(monitoring.root))
    return pl.concat(
        [
            monitoring.roster.lazy()
            .filter(
                pl.col("valid_from").fill_null(period.start) <= period.end,
                pl.col("valid_to").fill_null(period.end) >= period.end,
            )
            .select(pl.col("id").alias("unit"), pl.lit(str(period)).alias("period"), parent.alias("parent"))
            for period in periods
        ]
    )
