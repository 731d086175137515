"""Whom to compare with whom: groups by context alone, cut by size and joined again where they are too small.

What an organisation is and where it stands (its kind and its cluster in the roster) are given; what is made here is
made of their numbers alone, never from the outcome. Clusters with too few members are compared together with the next
smallest of the same kind (:func:`together`). A group may then be cut by size (:func:`banded`): a band with too few
members joins the smaller of its neighbours, so that the bands of a group always lie side by side. Whoever is left in
too small a group has nobody to be compared with, and the caller says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from profdev_indicators.frames import ENGINE
from profdev_indicators.wording import counted

LEAST = 8
"""Members of a group, fewer than which say nothing about it; 15 are better."""

SIZES = (20, 50)
"""Where the bands of size begin: fewer than 20, 20-49, 50 and more."""


def together(members: pl.LazyFrame, *, by: Sequence[str], place: str, least: int = LEAST) -> pl.LazyFrame:
    """The members with ``group``, String: their place, or all the places compared together: «городские + сельские».

    The smallest places are joined until they have ``least`` members; those large enough stay by themselves. The rows
    stay as they are.

    Args:
        members: a row each.
        by: the columns within which places may be joined: never across kinds.
        place: the column with the place.
        least: fewer members are joined with others.
    """
    places = members.group_by(*by, place).len().sort(*by, "len", place)
    before = pl.col("len").cum_sum().over(by) - pl.col("len")
    is_joined = (pl.col("len") < least) | ((before > 0) & (before < least))
    named = places.with_columns(is_joined.alias("joined")).with_columns(
        pl.when("joined")
        .then(pl.col(place).sort().str.join(" + ").over(*by, "joined"))
        .otherwise(pl.col(place))
        .alias("group")
    )
    return members.join(
        named.select(*by, place, "group"), on=[*by, place], how="left", nulls_equal=True, maintain_order="left"
    )


def banded(
    members: pl.LazyFrame, *, by: Sequence[str], size: str, bounds: Sequence[int] = SIZES, least: int = LEAST
) -> pl.LazyFrame:
    """The members with ``band``, String: «до 20 чел.», «20–49 чел.», «от 50 чел.»; null where a group is one band.

    The rows stay as they are.

    Args:
        members: a row each.
        by: the columns that make the groups to be cut.
        size: the column with the number of persons.
        bounds: where the second band begins, and the third; rising.
        least: fewer members are joined with a neighbour.
    """
    cut = pl.sum_horizontal((pl.col(size) >= bound).cast(pl.Int64) for bound in bounds)
    placed = members.with_columns(cut.alias("cut"))
    bands = range(len(bounds) + 1)
    counts = placed.group_by(by).agg((pl.col("cut") == band).sum().alias(f"members@{band}") for band in bands)
    known = counts.collect(engine=ENGINE)
    columns = [f"members@{band}" for band in bands]
    kinds = known.select(columns).unique()
    named = [
        (*row, band, name)
        for row in kinds.iter_rows()
        for band, name in enumerate(_named(joined(row, least), tuple(bounds)))
    ]
    schema: dict[str, pl.DataType] = {
        **dict.fromkeys(columns, kinds[columns[0]].dtype),
        "cut": pl.Int64(),
        "band": pl.String(),
    }
    names = pl.LazyFrame(named, schema=schema, orient="row")
    of_groups = known.lazy().join(names, on=columns).select(*by, "cut", "band")
    return placed.join(of_groups, on=[*by, "cut"], how="left", nulls_equal=True, maintain_order="left").drop("cut")


@lru_cache(maxsize=4096)
def joined(members: Sequence[int], least: int) -> tuple[int, ...]:
    """The number of the joint band each band belongs to, from how many members each has.

    >>> joined((3, 9, 30), 8), joined((9, 2, 3), 8), joined((1, 2, 3), 8)
    ((0, 0, 1), (0, 1, 1), (0, 0, 0))
    """
    parts = [[band] for band in range(len(members))]
    sizes = list(members)
    while len(sizes) > 1 and min(sizes) < least:
        smallest = sizes.index(min(sizes))
        sides = [side for side in (smallest - 1, smallest + 1) if 0 <= side < len(sizes)]
        first = min(smallest, min(sides, key=lambda side: sizes[side]))
        parts[first : first + 2] = [parts[first] + parts[first + 1]]
        sizes[first : first + 2] = [sizes[first] + sizes[first + 1]]
    return tuple(number for number, part in enumerate(parts) for _ in part)


def described(members: pl.DataFrame, *, by: Sequence[str], least: int = LEAST) -> list[str]:
    """What has been made of the groups, a line each: «школы, сельские, до 50 чел.: 14 ОО».

    ``members`` are those of :func:`banded`; a group too small says so.
    """
    groups = members.group_by(*by, "band").len().sort(*by, "band")
    return [
        f"{', '.join(str(word) for word in words if word is not None)}: {counted(members, 'ОО', 'ОО', 'ОО')}"
        + (f", меньше {least}: сравнивать не с кем" if members < least else "")
        for *words, members in groups.iter_rows()
    ]


def _named(parts: Sequence[int], bounds: Sequence[int]) -> list[str | None]:
    """What each band is called once it is joined with others."""
    edges: list[int | None] = [None, *bounds, None]
    names: list[str | None] = []
    for part in parts:
        first, last = parts.index(part), len(parts) - 1 - list(reversed(parts)).index(part)
        begins, ends = edges[first], edges[last + 1]
        if begins is None and ends is None:
            names.append(None)
        elif begins is None:
            names.append(f"до {ends} чел.")
        elif ends is None:
            names.append(f"от {begins} чел.")
        else:
            names.append(f"{begins}–{ends - 1} чел.")
    return names
