"""Sums of shrunk rows by a number: one group-by, in which several counters are added in one word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from profdev_indicators.builtin.engines.lanes import lanes
from profdev_indicators.builtin.engines.plan import Amount, Counter, Plan

Collect = Callable[[pl.LazyFrame], pl.DataFrame]

_USUAL: Final = 255  # rows of a group, until it is known better


def summed(rows: pl.LazyFrame, plan: Plan, collect: Collect, *, largest: int = _USUAL) -> pl.DataFrame:
    """The sums of each ``key``: ``key, rows`` and the columns of the plan, without masks.

    Args:
        rows: ``key``, ``b0 …``, ``s…``; ``rows`` where a row stands for several.
        plan: what is summed.
        collect: runs the query.
        largest: how many rows a group has at most, as far as one can guess: if it has more, sums are made again.
    """
    names = [plan.columns[each] for each in plan.counters]
    amounts = [name for each, name in plan.columns.items() if isinstance(each, Amount)]
    stands = "rows" in rows.collect_schema().names()
    while True:
        width = lanes(-(-len(names) // 8), largest)
        words = width.words()
        sums = [pl.col(r"^w\d+$").sum(), *(pl.col(name).sum() for name in [*amounts, *(["rows"] if stands else [])])]
        found = collect(
            rows.select("key", *(["rows"] if stands else []), *words, *amounts)
            .group_by("key")
            .agg(pl.len().cast(pl.Int64).alias("len"), *sums)
        )  # fmt: skip
        most = int(found["len"].max() or 0)  # type: ignore[arg-type]  # an integer
        if width.hold(most):
            break
        largest = most
    every = plan.columns.get(Counter())
    return found.select(
        "key",
        "rows" if stands else pl.col("len").alias("rows"),
        pl.col("len"),
        *width.counters(names),
        *amounts,
        *([pl.col("len").alias(every)] if every else []),
    )


def raised(sums: pl.LazyFrame, masks: Mapping[str, Plan], by: list[str]) -> pl.LazyFrame:
    """Sums of places added up by what stands in ``by``; of a masked column only where its mask does not hold."""
    added = [
        pl.when(pl.col(mask)).then(0).otherwise(pl.col(name)).sum().alias(name + mask) if mask else pl.col(name).sum()
        for mask, plan in masks.items()
        for name in plan.columns.values()
    ]
    return sums.group_by(by).agg(pl.col("rows").sum(), *added)
