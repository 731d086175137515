"""What of a panel may be compared with what: shares of heads, series of one definition, the periods pooled as a base.

The functions go into :attr:`Judgement.prepare` and take the frame of :mod:`profdev_indicators.engine.judge`: they add
columns and leave the rows where they are. A cell that may not be compared has null counts and says why; no other
function here looks at its numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from profdev_indicators.model import Jump
from profdev_indicators.wording import DASH, as_set, counted

NEEDS = (
    "base_definition",
    "base_position",
    "definition",
    "denominator",
    "expected",
    "first",
    "heads",
    "hurdle",
    "numerator",
    "presence",
    "reported",
    "sign",
    "value",
)
"""Columns of the series which :func:`comparable` and :func:`no_base` look at: for :attr:`Judgement.needs`."""

CHANGED = "изменилось определение показателя"
_HAIR = 1e-9


def comparable(series: pl.LazyFrame, *, coverage: float = 80.0) -> pl.LazyFrame:
    """The frame with what a rule about shares of heads may count.

    Adds ``share``, Boolean: the indicator of that day is a per cent of heads (a plain count, an average, a rate per
    thousand and the «yes» of one organisation are not, and no rule of shares is in force for them);
    ``segment``, UInt32: one series as long as its definition stays the same;
    ``count`` and ``size``, Float64: x and n, with n − x for x where lower is better, so that less is always worse;
    null: the cell may not be compared;
    ``obstacle``, String: why it may not, in Russian; null: it may, or no such rule is in force.

    Args:
        series: what a rule sees.
        coverage: a total over fewer per cent of those asked is not compared with other totals.
    """
    x, n = pl.col("numerator"), pl.col("denominator")
    return (
        series.with_columns(_share().alias("share"), _segment().alias("segment"))
        .with_columns(pl.when("share").then(_obstacle(coverage)).alias("obstacle"))
        .with_columns(
            pl.when(pl.col("share") & pl.col("obstacle").is_null())
            .then(pl.struct(pl.when(pl.col("sign") < 0).then(n - x).otherwise(x).alias("count"), n.alias("size")))
            .alias("counts")
        )
        .with_columns(
            pl.col("counts").struct.field("count").alias("count"), pl.col("counts").struct.field("size").alias("size")
        )
        .drop("counts")
    )


def with_base(frame: pl.LazyFrame, *, periods: int = 3, within: int = 5, every: int = 1) -> pl.LazyFrame:
    """A comparable frame with the last earlier periods of every cell put together.

    Adds ``pooled_count`` and ``pooled_size``, Float64: their Σx and Σn; null: there is no base;
    ``pooled_over``, Int64: how many periods they are;
    ``pooled_period``, String: which, as it is printed («2019–2021», «2018, 2020»);
    ``pooled_since``, Int64: the position of the earliest.

    Args:
        frame: what :func:`comparable` returned.
        periods: at most so many; gaps do not count.
        within: none of them further back than so many steps.
        every: the length of a step in periods; 4: the same quarter of the years before.
    """
    counted_cells = (
        frame.filter(pl.col("count").is_not_null())
        .select("row", "segment", "position", "period", "count", "size", (pl.col("position") % every).alias("season"))
        .sort("segment", "season", "position")
    )
    known = earlier(counted_cells, ("count", "size", "position", "period"), periods, by=("segment", "season"))
    back = range(1, periods + 1)
    near = [(pl.col("position") - pl.col(f"position@{k}") <= within * every).fill_null(value=False) for k in back]
    taken = {
        name: [pl.when(is_near).then(pl.col(f"{name}@{k}")) for k, is_near in zip(back, near, strict=True)]
        for name in ("count", "size", "position", "period")
    }
    over = pl.sum_horizontal(near).cast(pl.Int64)
    since = pl.min_horizontal(taken["position"])
    pooled = known.select(
        "row",
        pl.when(over > 0).then(pl.sum_horizontal(taken["count"])).alias("pooled_count"),
        pl.when(over > 0).then(pl.sum_horizontal(taken["size"])).alias("pooled_size"),
        pl.when(over > 0).then(over).alias("pooled_over"),
        pl.when(over > 0)
        .then(_printed(taken["period"], over, pl.col("position@1") - since, every))
        .alias("pooled_period"),
        since.alias("pooled_since"),
    ).filter(pl.col("pooled_over").is_not_null())
    return frame.join(pooled, on="row", how="left", maintain_order="left")


def earlier(
    cells: pl.LazyFrame, columns: Sequence[str], times: int, *, by: Sequence[str] = ("segment",)
) -> pl.LazyFrame:
    """The columns of the cells before: ``count@1`` of the one just before, ``count@2`` of the one before that.

    ``cells`` lie in groups of ``by`` and, within them, in order of time; null: the group begins later.
    """
    return cells.with_columns(
        pl.when(pl.all_horizontal(pl.col(key).shift(k) == pl.col(key) for key in by))
        .then(pl.col(column).shift(k))
        .alias(f"{column}@{k}")
        for k in range(1, times + 1)
        for column in columns
    )


def no_base(within: int, every: int = 1) -> pl.Expr:
    """Why a cell of a frame with a base cannot be compared, in Russian; null: it can, or it is no share."""
    steps = counted(within, "предыдущий период", "предыдущих периода", "предыдущих периодов")
    none = f"нет сопоставимых данных за {steps}" + (f" с шагом {every}" if every > 1 else "")
    is_near = pl.col("position") - pl.col("base_position") <= within * every
    reason = pl.coalesce(
        "obstacle",
        pl.when("first").then(pl.lit("первый период наблюдения")),
        pl.when(pl.col("pooled_size").is_not_null())
        .then(None)
        .when(is_near & (pl.col("base_definition") != pl.col("definition")))
        .then(pl.lit(CHANGED))
        .otherwise(pl.lit(none)),
    )
    return pl.when("share").then(reason)


def too_few(size: str, at_least: int, *, where: str = "") -> pl.Expr:
    """«численность меньше 10» where there are fewer, one reason for all of them; else null."""
    return pl.when(pl.col(size) < at_least).then(pl.lit(f"численность{where} меньше {at_least}"))


def leaps(former: pl.Expr, jump: Jump) -> pl.Expr:
    """Whether the size has moved from a former one by more than is usual."""
    moved = (pl.col("size") - former).abs()
    return (moved > jump.percent / 100 * former + _HAIR) & (moved >= jump.at_least - _HAIR)


def _share() -> pl.Expr:
    """Whether the definition of that day is a per cent of heads; the same for all units, whoever of them answered."""
    n, per_cent = pl.col("denominator"), 100 * pl.col("numerator")
    odd = pl.col("value").is_not_null() & (
        n.is_null() | ((pl.col("value") * n - per_cent).abs() > _HAIR * per_cent.abs().clip(lower_bound=1.0))
    )
    is_of_heads = pl.col("heads") & ~odd.any().over("line", "position")
    return is_of_heads & ~(pl.col("presence") & pl.col("own"))


def _segment() -> pl.Expr:
    """A number that changes with the series, and with the definition of its cells that have a value."""
    seen = pl.when(pl.col("value").is_not_null()).then(pl.struct("series", "definition")).forward_fill().shift()
    redefined = (
        pl.col("value").is_not_null()
        & (seen.struct.field("series") == pl.col("series"))
        & (seen.struct.field("definition") != pl.col("definition"))
    )
    begins = pl.col("series") != pl.col("series").shift()
    return (redefined.fill_null(value=False) | begins.fill_null(value=True)).cum_sum().cast(pl.UInt32)


def _obstacle(coverage: float) -> pl.Expr:
    x, n = pl.col("numerator"), pl.col("denominator")
    answered = pl.format(
        f"ответили {{}} из {{}}: меньше {as_set(coverage, '%')}", pl.col("reported"), pl.col("expected")
    )
    return pl.coalesce(
        pl.when(pl.col("sign").is_null()).then(pl.lit("направление не задано")),
        "hurdle",
        pl.when((x > n) | (x < 0)).then(pl.lit("числитель вне пределов знаменателя: это не доля")),
        pl.when((x != x.round()) | (n != n.round())).then(pl.lit("численность дробная: точной проверки нет")),
        pl.when(100 * pl.col("reported") < coverage * pl.col("expected") - _HAIR).then(answered),
    )


def _printed(periods: Sequence[pl.Expr], over: pl.Expr, length: pl.Expr, every: int) -> pl.Expr:
    """The periods in order of time: a span where there are no gaps, else one by one."""
    last = periods[0]
    first = pl.coalesce(*reversed(periods))
    is_span = (over > 1) & (length == over - 1) & (every == 1)
    listed = pl.concat_str(list(reversed(periods)), separator=", ", ignore_nulls=True)
    return pl.when(is_span).then(pl.concat_str(first, pl.lit(DASH), last)).otherwise(listed)
