"""Who stands above whom, over several levels."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from profdev_indicators.frames import ENGINE
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring


def descent(cells: pl.LazyFrame) -> pl.LazyFrame:
    """``unit, period, ancestor``: every unit with every unit above it in that period, one row each.

    Args:
        cells: rows with ``unit, period, parent``; those of the units between must be among them.
    """
    known = cells.select("unit", "period", "parent").filter(pl.col("parent").is_not_null())
    links = known.unique().collect(engine=ENGINE)
    found = [links.rename({"parent": "ancestor"})]
    while found[-1].height:
        above = found[-1].lazy().join(links.lazy(), left_on=["ancestor", "period"], right_on=["unit", "period"])
        found.append(above.select("unit", "period", pl.col("parent").alias("ancestor")).collect(engine=ENGINE))
    return pl.concat(found).lazy()


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
