"""Whom an organisation is compared with: its cluster by the roster, else its kind; never by its results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from profdev_indicators.results import Monitoring
from profdev_indicators.wording import NBSP
from profdev_statistics.analyses.counts import Counts
from profdev_statistics.clusters import LEAST, banded

STABLE = LEAST
"""Organisations: what a group of fewer shows of its members is too unsteady to compare them by."""


def groups_of(monitoring: Monitoring) -> pl.DataFrame:
    """``unit, group``: the group of every unit on the last day of the last period asked, as it is called.

    Clusters with fewer than eight organisations are joined with the smallest of the same kind: «крупные школы + малые
    школы». A unit which does not exist on that day keeps its latest cluster and is not counted.
    """
    kinds, end = dict(monitoring.district.kinds), monitoring.periods[-1].end
    exists = (pl.col("valid_from").fill_null(end) <= end) & (pl.col("valid_to").fill_null(end) >= end)
    named = pl.col("kind").replace(kinds) if kinds else pl.col("kind")
    units = (
        monitoring.roster.with_columns(exists=exists)
        .sort("exists", pl.col("valid_from"), nulls_last=False, maintain_order=True)
        .unique("id", keep="last", maintain_order=True)
        .select("kind", "exists", unit="id", group=pl.coalesce("cluster", named))
    )
    sizes = units.group_by("group", maintain_order=True).agg(
        pl.col("kind").mode().sort().first(), pl.col("exists").sum()
    )
    joined = joined_clusters([(kind, group, members) for group, kind, members in sizes.rows()])
    return units.select("unit", group=pl.col("group").replace(joined))


def joined_clusters(clusters: Sequence[tuple[str, str, int]], least: int = STABLE) -> dict[str, str]:
    """What each cluster is called after those too small are joined with others of their kind.

    >>> joined_clusters([("school", "большие", 9), ("school", "средние", 8), ("school", "малые", 3), ("kg", "сады", 5)])
    {'большие': 'большие', 'средние': 'средние + малые', 'малые': 'средние + малые', 'сады': 'сады'}
    """
    names: dict[str, str] = {}
    for kind in dict.fromkeys(kind for kind, _, _ in clusters):
        parts = [([name], members) for each, name, members in clusters if each == kind]
        while len(parts) > 1 and min(members for _, members in parts) < least:
            (first, one), (second, other) = sorted(parts, key=lambda part: part[1])[:2]
            rest = [part for part in parts if part[0] not in (first, second)]
            order = [name for _, name, _ in clusters if name in {*first, *second}]
            parts = [*rest, (order, one + other)]
        names |= {name: " + ".join(part) for part, _ in parts for name in part}
    return {name: names[name] for _, name, _ in clusters}


def rows_by_group(
    counts: Counts, able: NDArray[np.bool_], sizes: Sequence[int] = ()
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Every group by name, and which rows of the counts are its own.

    Args:
        counts: an indicator.
        able: the rows to be grouped.
        sizes: where groups are cut by the number of persons in the last period; parts too small are joined.
    """
    members = counts.units.select("group", size=pl.Series(counts.n[:, -1])).filter(pl.Series(able))
    if sizes:
        cut = banded(members.lazy(), by=["group"], size="size", bounds=sizes, least=STABLE).collect()
        members = cut.with_columns(group=pl.concat_str("group", "band", separator=", ", ignore_nulls=True))
    rows = np.flatnonzero(able)
    for group in members["group"].drop_nulls().unique().sort():
        here = np.zeros(len(able), np.bool_)
        here[rows[(members["group"] == group).fill_null(value=False).to_numpy()]] = True
        yield group, here


def described(counts: Sequence[Counts]) -> str:
    """Who is compared with whom, for a note: «Группы: детские сады — 12 ОО; школы — 28 ОО.»."""
    units = pl.concat([each.units for each in counts]).unique("unit").drop_nulls("group") if counts else pl.DataFrame()
    if units.is_empty():
        return "Групп нет: сравнивать некого."
    sizes = units.group_by("group").len().sort("group").rows()
    told = [
        f"{group} — {number}{NBSP}ОО" + (f" (меньше {STABLE}: не сравниваются)" if number < STABLE else "")
        for group, number in sizes
    ]
    return f"Группы: {'; '.join(told)}."
