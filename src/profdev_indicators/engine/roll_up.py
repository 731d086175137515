"""Sums of sums up the tree; the only division comes later, in VALUES."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from profdev_indicators.engine.measure import (
    BAD_ITEM,
    KEYS,
    NO_INDICATOR,
    NOT_ASKED,
    NOT_IN_POPULATION,
    OK,
    PARTIAL,
    SILENT,
    SUPPRESSED,
    Column,
)
from profdev_indicators.frames import ENGINE

_SUMMED = ("n", "d", "w", "x", "r", "e", "b", "s", "k")


def roll_up(own: pl.DataFrame, answering: pl.DataFrame, wanted: Sequence[Column]) -> list[pl.DataFrame]:
    """Frames of cells of the units above, the highest first.

    Args:
        own: cells of units which have others below: their own answers where they are asked.
        answering: cells of units without units below.
        wanted: the Columns.

    A unit which is asked itself stands for all below it: its own answer is its value and goes further up, and no
    sum over its descendants is made, so that levels given side by side in one file are not added twice.
    """
    above = own.filter(pl.col("height") > 0)
    pending = [answering]
    levels: list[pl.DataFrame] = []
    for height in above["height"].unique().sort().to_list():
        units = above.filter(pl.col("height") == height)
        below = [_contribution(cells, height, wanted) for cells in pending if (cells["parent_height"] == height).any()]
        level = _level(units, below, wanted)
        levels.append(level)
        pending.append(level)
    return levels[::-1]


def _contribution(cells: pl.DataFrame, height: int, wanted: Sequence[Column]) -> pl.LazyFrame:
    """What units of one level add to each unit above them that stands at ``height``."""
    frame = cells.lazy()
    if (cells["parent_height"] != height).any() or cells["parent_height"].has_nulls():
        frame = frame.filter(pl.col("parent_height") == height)
    summed = [name for column in wanted for part in _SUMMED if (name := column.name(part)) in cells.columns]
    # Whether anybody was asked need not be counted where everybody was.
    partly = [column for column in wanted if (cells[column.name("o")] == NOT_ASKED).any()]
    asked = [(pl.col(column.name("o")) != NOT_ASKED).any().alias(column.name("a")) for column in partly]
    sums = frame.group_by("parent", "period").agg(*(pl.col(name).sum() for name in summed), *asked)
    everybody = [pl.lit(value=True).alias(column.name("a")) for column in wanted if column not in partly]
    return sums.with_columns(everybody).select("parent", "period", *summed, *(column.name("a") for column in wanted))


def _level(units: pl.DataFrame, below: Sequence[pl.LazyFrame], wanted: Sequence[Column]) -> pl.DataFrame:
    sums = below[0] if len(below) == 1 else _added(below)
    names = sums.collect_schema().names()
    joined = (
        units.lazy()
        .select(*KEYS)
        .join(sums, left_on=["unit", "period"], right_on=["parent", "period"], how="left", maintain_order="left")
        .with_columns(outcome for column in wanted for outcome in _outcome(column, names))
        .collect(engine=ENGINE)
    )
    kinds = set(units["kind"])
    standing = [column for column in wanted if kinds & set(column.asked)]
    return _own_answers(joined, units, standing) if standing else joined


def _added(below: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """Contributions of several levels to the same units."""
    together = pl.concat(below)
    names = [name for name in together.collect_schema().names() if name not in {"parent", "period"}]
    return together.group_by("parent", "period").agg(
        pl.col(name).any() if name.endswith(".a") else pl.col(name).sum() for name in names
    )


def _outcome(column: Column, names: Sequence[str]) -> list[pl.Expr]:
    """The outcome of sums, and the sums blanked where they say nothing."""
    expected, reported = pl.col(column.name("x")), pl.col(column.name("r"))
    defined = [number for number, known in enumerate(column.definitions) if known is not None]
    outcomes = [
        (~pl.col(column.name("a")).fill_null(value=False), NOT_ASKED),
        (~pl.col("period").is_in(defined), NO_INDICATOR),
        (expected == 0, NOT_IN_POPULATION),
    ]
    outcomes += [
        ((reported == 0) & (pl.col(column.name(part)) > 0), code)
        for part, code in (("s", SUPPRESSED), ("b", BAD_ITEM))
        if column.name(part) in names
    ]
    outcomes += [(reported == 0, SILENT), (reported < expected, PARTIAL)]
    outcome = pl.coalesce(*(pl.when(is_so).then(code) for is_so, code in outcomes), OK)
    told = reported > 0
    parts = [
        outcome.cast(pl.UInt8).alias(column.name("o")),
        pl.when(told).then(pl.col(column.name("n"))).alias(column.name("n")),
    ]
    if column.name("d") in names:
        # Where silence is worth zero, the silent are in the denominator of all sums above.
        worth = column.name("w") if column.name("w") in names else column.name("d")
        parts.append(pl.when(told).then(pl.col(worth)).alias(column.name("d")))
    return parts


def _own_answers(level: pl.DataFrame, units: pl.DataFrame, standing: Sequence[Column]) -> pl.DataFrame:
    """Put the own answer of a unit in place of the sums over those below it."""
    replaced = []
    for column in standing:
        asked = level["kind"].is_in(list(column.asked))
        for part in (*_SUMMED, "o"):
            name = column.name(part)
            if name in level.columns and name in units.columns:
                own = units[name].cast(level[name].dtype)
                replaced.append(pl.when(asked).then(own).otherwise(level[name]).alias(name))
    return level.with_columns(replaced)
