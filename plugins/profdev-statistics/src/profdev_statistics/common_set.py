"""A total's change taken apart: within organisations, their mix, who joined and who left; and by numerator.

With p and w the share and the weight nᵢ / Σn of an organisation, a bar for the mean of both periods, C those who have
a value in both, and P the total's own value:

    P(now) − P(before) = Σ w̄ (p now − p before)            within organisations
                       + Σ (p̄ − P̄) (w now − w before)      mix
                       + P(now) − P of C now                joined
                       + P of C before − P(before)          left

The first two add up to the change of C. The whole is an identity: nothing is estimated. For a single pair of sums,
x₁/n₁ − x₀/n₀ = (x₁ − x₀)/n₁ [numerator] + x₀ (1/n₁ − 1/n₀) [denominator].
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from profdev_indicators.frames import ENGINE

Floats = NDArray[np.float64]

PARTS = ("within", "mix", "joined", "left")
_CELL = ("unit", "position", "line")
_HAIR = 1e-9


def decompositions(cells: pl.LazyFrame, below: pl.LazyFrame, asked: Sequence[str]) -> pl.DataFrame:
    """The change of every total in the periods asked against the period just before.

    Args:
        cells: ``row``, ``line``, ``unit``, ``position``, ``period``, ``own``, ``numerator``, ``denominator``,
            ``value``, ``definition``, ``expected``, ``reported``, ``hurdle`` (why there is no value); others stay.
        below: ``unit, period, ancestor``: who stands below whom.
        asked: periods, as they are printed.

    Returns:
        One row per total with a value, in the order of ``row``, with the columns of ``cells`` and, in the indicator's
        unit: ``before`` (the value; with ``before_period``, ``before_expected``,
        ``before_reported``), ``change``; ``common_change`` and its parts ``within`` and ``mix``; ``joined``
        and ``left``; ``by_numerator`` and ``by_denominator``, which add up to ``change`` as well;
        ``common``, ``joiners``, ``leavers``: how many organisations these are; ``reason``: why there is nothing to
        take apart, in Russian. Where nobody is in both periods, ``within`` to ``left`` are null.
    """
    totals = _changes(cells.filter(~pl.col("own"))).filter(pl.col("period").is_in(asked))
    own = cells.filter(pl.col("own"), pl.col("value").is_not_null(), pl.col("denominator") > 0)
    wanted = totals.filter(pl.col("reason").is_null()).select("row", "position", "line", "scale", ancestor="unit")
    now = _own_below(wanted, own, below, "now", 0)
    before = _own_below(wanted, own, below, "before", 1)
    sums = (
        now.join(before, on=["row", "unit"], how="full", coalesce=True)
        .group_by("row")
        .agg(*_parts())
        .join(wanted.select("row", "scale"), on="row")
        .with_columns(pl.col("within", "mix", "common_now", "common_before") * pl.col("scale"))
        .drop("scale")
    )
    return (
        totals.join(sums, on="row", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("common") > 0).then("within").alias("within"),
            pl.when(pl.col("common") > 0).then("mix").alias("mix"),
            (pl.col("common_now") - pl.col("common_before")).alias("common_change"),
            (pl.col("value") - pl.col("common_now")).alias("joined"),
            (pl.col("common_before") - pl.col("before")).alias("left"),
            pl.col("common", "joiners", "leavers").fill_null(0),
        )
        .drop("scale", "common_now", "common_before")
        .sort("row")
        .collect(engine=ENGINE)
    )


def apportioned(parts: Floats, whole: Floats, places: int) -> Floats:
    """Parts (columns) rounded so that in each row they add up to ``whole`` as it is printed, half up.

    Those with the largest remainders are rounded up, the first of equals first; each stays within one unit of its last
    place.
    """
    scale = 10.0**places
    printed = np.sign(whole) * np.floor(np.abs(whole) * scale + 0.5 + _HAIR)
    floors = np.floor(parts * scale + _HAIR)
    remainders = parts * scale - floors
    lacking = np.rint(printed - floors.sum(axis=1))
    order = np.argsort(-np.round(remainders, 6), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return np.asarray((floors + (rank < lacking[:, None])) / scale, np.float64)


def _changes(totals: pl.LazyFrame) -> pl.LazyFrame:
    """Totals with a value and the one before, or why there is none."""
    x, n = pl.col("numerator"), pl.col("denominator")
    before = ("numerator", "denominator", "value", "definition", "hurdle", "period", "expected", "reported")
    follows = (
        (pl.col("line").shift() == pl.col("line"))
        & (pl.col("unit").shift() == pl.col("unit"))
        & (pl.col("position").shift() == pl.col("position") - 1)
    ).fill_null(value=False)
    x0, n0 = pl.col("before.numerator"), pl.col("before.denominator")
    by_numerator, by_denominator = (x - x0) / n, x0 * (1 / n - 1 / n0)
    return (
        totals.sort("line", "unit", "position")
        .with_columns(pl.when(follows).then(pl.col(name).shift()).alias(f"before.{name}") for name in before)
        .with_columns(_scale().alias("scale"), _reason(follows).alias("reason"))
        .filter(pl.col("value").is_not_null())
        .with_columns(
            pl.when(pl.col("reason").is_null()).then(f"before.{name}").alias(f"before.{name}") for name in before
        )
        .with_columns(
            pl.col("before.value").alias("before"),
            *(pl.col(f"before.{name}").alias(f"before_{name}") for name in ("period", "expected", "reported")),
            (pl.col("value") - pl.col("before.value")).alias("change"),
            (pl.col("scale") * by_numerator).alias("by_numerator"),
            (pl.col("scale") * by_denominator).alias("by_denominator"),
        )
        .drop(f"before.{name}" for name in before)
    )


def _scale() -> pl.Expr:
    """100 for a per cent: what the formula multiplies by; where nobody counts anything it does not matter."""
    told = (pl.col("value") * pl.col("denominator") / pl.col("numerator")).filter(pl.col("numerator") > 0)
    return told.first().over("line", "definition").fill_null(1.0)


def _reason(follows: pl.Expr) -> pl.Expr:
    return (
        pl.when(pl.col("denominator").is_null())
        .then(pl.lit("у показателя нет знаменателя"))
        .when(~follows)
        .then(pl.lit("за предыдущий период данных нет"))
        .when(pl.col("before.value").is_null())
        .then(pl.format("за {} значения нет: {}", "before.period", "before.hurdle"))
        .when(pl.col("before.definition") != pl.col("definition"))
        .then(pl.lit("изменилось определение показателя"))
        .when((pl.col("denominator") == 0) | (pl.col("before.denominator") == 0))
        .then(pl.lit("знаменатель равен нулю"))
    )


def _own_below(wanted: pl.LazyFrame, own: pl.LazyFrame, below: pl.LazyFrame, when: str, back: int) -> pl.LazyFrame:
    """``row, unit`` with ``x_…`` and ``n_…`` of the organisations below each total, ``back`` periods earlier."""
    placed = own.select("position", "period").unique()
    stood = below.join(placed, on="period").select("ancestor", "unit", "position")
    return (
        wanted.select("row", "line", "ancestor", position=pl.col("position") - back)
        .join(stood, on=["ancestor", "position"])
        .join(own.select(*_CELL, "numerator", "denominator"), on=list(_CELL))
        .select("row", "unit", pl.col("numerator").alias(f"x_{when}"), pl.col("denominator").alias(f"n_{when}"))
    )


def _parts() -> tuple[pl.Expr, ...]:
    """Over the organisations of one total: sums of those who are in both periods, and how many are not."""
    both = pl.col("n_now").is_not_null() & pl.col("n_before").is_not_null()
    x1, n1, x0, n0 = (pl.col(name).filter(both) for name in ("x_now", "n_now", "x_before", "n_before"))
    now, before = x1.sum() / n1.sum(), x0.sum() / n0.sum()
    w1, w0 = n1 / n1.sum(), n0 / n0.sum()
    within = ((w1 + w0) / 2 * (x1 / n1 - x0 / n0)).sum()
    mix = (((x1 / n1 + x0 / n0) / 2 - (now + before) / 2) * (w1 - w0)).sum()
    return (
        both.sum().alias("common"),
        pl.col("n_before").is_null().sum().alias("joiners"),
        pl.col("n_now").is_null().sum().alias("leavers"),
        within.alias("within"),
        mix.alias("mix"),
        pl.when(both.any()).then(now).alias("common_now"),
        pl.when(both.any()).then(before).alias("common_before"),
    )
