"""Whom an organisation is compared with: its cluster by the roster, else its kind; never by its results."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from profdev_indicators.results import Monitoring
from profdev_statistics.analyses.counts import Counts

STABLE = 8
"""Organisations: what a group of fewer shows of its members is too unsteady to compare them by."""


def groups_of(monitoring: Monitoring) -> pl.DataFrame:
    """``unit, group``: the group of every unit on the last day of the last period asked, as it is called.

    A unit which does not exist on that day keeps its latest group.
    """
    kinds, end = dict(monitoring.district.kinds), monitoring.periods[-1].end
    exists = (pl.col("valid_from").fill_null(end) <= end) & (pl.col("valid_to").fill_null(end) >= end)
    kind = pl.col("kind").replace(kinds) if kinds else pl.col("kind")
    return (
        monitoring.roster.sort(exists, pl.col("valid_from"), nulls_last=False, maintain_order=True)
        .unique("id", keep="last", maintain_order=True)
        .select(unit="id", group=pl.coalesce("cluster", kind))
    )


def rows_by_group(counts: Counts) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Every group by name, and which rows of the counts are its own."""
    groups = counts.units["group"]
    for group in groups.drop_nulls().unique().sort():
        yield group, (groups == group).fill_null(value=False).to_numpy()
