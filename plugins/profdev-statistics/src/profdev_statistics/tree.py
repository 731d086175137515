"""Who stands above whom, over several levels."""

from __future__ import annotations

import polars as pl

from profdev_indicators.frames import ENGINE


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
