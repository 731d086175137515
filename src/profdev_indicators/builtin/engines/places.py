"""Where a record counts: in its unit, in every unit above it, and which of them leave it out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import polars as pl
from attrs import frozen

from profdev_indicators.model import AppliesTo
from profdev_indicators.records import Question

_KEY = ["unit", "period"]


@frozen(kw_only=True, eq=False)
class Tree:
    """What stands above what, in each period."""

    above: pl.DataFrame  # unit, period, target
    totals: pl.DataFrame  # target, period, total: those who have units below

    @classmethod
    def of(cls, question: Question) -> Tree:
        """The tree of a question."""
        links = question.above.select(
            pl.col("unit").cast(pl.UInt32), pl.col("period").cast(pl.UInt16), target=pl.col("above").cast(pl.UInt32)
        )
        totals = links.select("target", "period").unique().with_columns(total=pl.lit(value=True))
        return cls(above=links, totals=totals)

    @cached_property
    def by_period(self) -> Mapping[int, Tree]:
        """The trees of single periods."""
        totals = self.totals.partition_by("period", as_dict=True)
        return {
            int(period): Tree(above=above, totals=totals[period,])
            for (period,), above in self.above.partition_by("period", as_dict=True).items()
        }


def targets(tree: Tree, cells: pl.DataFrame, excluded: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Every unit in which the records of a cell count, itself included.

    Args:
        tree: what stands above what.
        cells: ``cell, unit, period``: whose records there are.
        excluded: by mask, the ``unit, period`` whose records do not count above.

    Returns:
        ``cell, target, period, own, total`` (has the target units below) and for each mask whether it leaves the
        records out.
    """
    periods = cells["period"].unique()
    if periods.len() == 1:
        tree = tree.by_period.get(periods[0], tree)
    masked = cells.lazy().select("cell", *_KEY)
    for mask, out in excluded.items():
        here = out.lazy().with_columns(pl.lit(value=True).alias(mask))
        masked = masked.join(here, on=_KEY, how="left").with_columns(pl.col(mask).fill_null(value=False))
    raised = masked.join(tree.above.lazy(), on=_KEY).with_columns(own=pl.lit(value=False), total=pl.lit(value=True))
    own = masked.with_columns(target="unit", own=pl.lit(value=True))
    own = own.join(tree.totals.lazy(), on=["target", "period"], how="left")
    own = own.with_columns(pl.col("total").fill_null(value=False), *(pl.lit(value=False).alias(m) for m in excluded))
    columns = ["cell", "target", "period", "own", "total", *excluded]
    return pl.concat([own.select(columns), raised.select(columns)]).collect(engine="in-memory")


def of_breakdown(links: pl.DataFrame, units: AppliesTo) -> pl.DataFrame:
    """The targets for which a breakdown is wanted."""
    wanted = {"all": pl.lit(value=True), "totals": pl.col("total"), "organisations": ~pl.col("total")}[units]
    return links.filter(wanted)


def placed(links: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cells whose records count in the same targets are one place: their sums are made once.

    Returns:
        ``cell, place`` and the links of places: as those of cells, with ``place``.
    """
    masks = links.columns[5:]
    signs = pl.struct("target", "period", *masks)
    sets = (
        links.lazy()
        .with_columns(sign=signs.rank("dense").cast(pl.UInt32))
        .group_by("cell")
        .agg(pl.col("sign").sort())
        .group_by("sign")
        .agg("cell")
        .with_row_index("place")
        .select("place", "cell")
    ).collect(engine="in-memory")  # fmt: skip
    cells = sets.explode("cell")
    first = sets.select("place", cell=pl.col("cell").list.first())
    return cells, links.join(first, on="cell").drop("cell")
