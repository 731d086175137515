"""Totals over some of those who were asked: what the silent could change, and what may be said in spite of them.

Who answered is a sample of a small, finite population. If silence has nothing to do with the work, the share of those
who answered estimates the share of all (a ratio estimator, with the finite-population correction: W. G. Cochran,
Sampling Techniques, 3rd ed. 1977, ch. 6). It is not so where many are silent, for the weak are silent first: measured
cover falls from 94–95 % to 46–70 % with 30 % missing. The hard bounds hold whatever the reason of silence.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from profdev_indicators.frames import ENGINE
from profdev_statistics.tree import descent

Floats = NDArray[np.float64]

MOST_MISSING = 0.2  # part of the organisations; with more silent ones an interval would mislead
_CELL = ("unit", "period", "indicator", "reading")
_SERIES = ("unit", "indicator", "reading")
_HAIR = 1e-9

_NOTHING = pl.DataFrame(
    schema={
        "place": pl.UInt32,
        **dict.fromkeys(("answered", "silent", "unknown"), pl.UInt32),
        **dict.fromkeys(("count", "size", "squares", "count_silent", "size_silent"), pl.Float64),
        **dict.fromkeys(("ones", "part"), pl.Boolean),
    }
)


def ratio_interval(
    x: ArrayLike, n: ArrayLike, squares: ArrayLike, answered: ArrayLike, asked: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Interval of the ratio Σx / Σn of all who were asked, from those who answered; NaN for fewer than two of them.

    Args:
        x: Σx over those who answered.
        n: Σn over them.
        squares: Σ(x − P·n)², P = Σx / Σn, over them.
        answered: how many they are.
        asked: how many were asked.
        level: of confidence.
    """
    sums = (np.asarray(each, np.float64) for each in (x, n, squares, answered, asked))
    count, size, spread, r, e = np.broadcast_arrays(*sums)
    several = (r > 1) & (size > 0)
    size, r = (np.where(several, each, np.nan) for each in (size, r))
    freedom = r - 1
    error = np.sqrt((1 - r / e) * spread / freedom / r) / (size / r)
    reach = np.asarray(stdtrit(freedom, (1 + level) / 2), np.float64) * error
    return count / size - reach, count / size + reach


def shortfalls(values: pl.LazyFrame) -> pl.DataFrame:
    """Every total with fewer answers than were asked for, and what can be said of the silent.

    Args:
        values: VALUES of all periods, with ``parent`` (the unit directly above; null: none) and ``own`` (the unit
            answers itself). Breakdowns are left out.

    Returns:
        One row per total, in the order of ``values``, with its own columns and, in the indicator's unit (per cent):

        * ``answered``, ``silent``: organisations below it; ``unknown``: silent ones that never told their numbers;
        * ``size``, ``size_silent``: Σn of both; null: not known of all; ``ones``: each counts as one (answers «yes»);
        * ``estimate``: of those who answered; ``hard_low``, ``hard_high``: had all the silent none, or all; null:
          not known;
        * ``ci_low``, ``ci_high``: 95 %, where the silent are few and it is a share; clipped to the hard bounds;
        * ``carried``: with the last numbers of the silent in place of their answers; null: not known of all;
        * ``reason``: why there is no interval, in Russian; null: there is one.
    """
    told = values.filter(pl.col("breakdown").is_null()).with_row_index("place")
    short = told.filter(~pl.col("own"), pl.col("reported") < pl.col("expected"))
    wanted = short.select("place", *_CELL).rename({"unit": "ancestor"}).collect(engine=ENGINE)
    sums = _sums(told, wanted) if not wanted.is_empty() else _NOTHING
    frame = short.drop("ci_low", "ci_high").join(sums.lazy(), on="place", how="left", maintain_order="left")
    return _bounded(frame.with_columns(pl.col("answered", "silent", "unknown").fill_null(0)).collect(engine=ENGINE))


def estimate_intervals(values: pl.LazyFrame) -> pl.LazyFrame:
    """What the hook of the same name gives: ``unit, period, indicator, reading, ci_low, ci_high`` of some totals."""
    return shortfalls(values).lazy().filter(pl.col("ci_low").is_not_null()).select(*_CELL, "ci_low", "ci_high")


def _sums(told: pl.LazyFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """Sums over the organisations below each total that is wanted."""
    keys = wanted.lazy().select("indicator", "reading").unique()
    own = _with_last(told.filter("own").join(keys, on=["indicator", "reading"], how="semi"))
    below = descent(told)
    x, n = pl.col("numerator"), pl.col("denominator")
    spoke = pl.col("value").is_not_null()
    mute = ~spoke & (pl.col("expected") > pl.col("reported"))
    residual = x - x.filter(spoke).sum() / n.filter(spoke).sum() * n
    is_part = (x >= 0) & (x <= n) & ((pl.col("value") * n - 100 * x).abs() <= _HAIR * 100 * n)
    return (
        wanted.lazy()
        .join(below, on=["ancestor", "period"])
        .join(own, on=list(_CELL))
        .group_by("place")
        .agg(
            spoke.sum().alias("answered"),
            mute.sum().alias("silent"),
            (mute & pl.col("last_n").is_null()).sum().alias("unknown"),
            x.filter(spoke).sum().alias("count"),
            n.filter(spoke).sum().alias("size"),
            (residual**2).filter(spoke).sum().alias("squares"),
            pl.col("last_x").filter(mute).sum().alias("count_silent"),
            pl.col("last_n").filter(mute).sum().alias("size_silent"),
            ((n == 1).filter(spoke).all() & spoke.any()).alias("ones"),
            is_part.fill_null(value=False).filter(spoke).all().alias("part"),
        )
        .collect(engine=ENGINE)
    )


def _with_last(own: pl.LazyFrame) -> pl.LazyFrame:
    """``last_x`` and ``last_n``: the nearest earlier counts of the same definition; null: there are none."""
    told = pl.when(pl.col("value").is_not_null()).then(pl.struct(*_SERIES, "numerator", "denominator", "definition"))
    last = told.forward_fill().shift()
    same = pl.all_horizontal(last.struct.field(name) == pl.col(name) for name in (*_SERIES, "definition"))
    # Periods of one calendar sort as texts in order of time.
    return own.sort(*_SERIES, "period").with_columns(
        pl.when(same).then(last.struct.field("numerator")).alias("last_x"),
        pl.when(same).then(last.struct.field("denominator")).alias("last_n"),
    )


def _bounded(short: pl.DataFrame) -> pl.DataFrame:
    """Bounds, interval and reason from the sums."""
    x, n, squares, answered, silent = (
        short[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        for name in ("count", "size", "squares", "answered", "silent")
    )
    low, high = ratio_interval(x, n, squares, answered, answered + silent)
    count, size, part = pl.col("count"), pl.col("size"), pl.col("part").fill_null(value=False)
    # Where everyone who answered counts as one, so does everyone who did not.
    mute = pl.when("ones").then(pl.col("silent").cast(pl.Float64)).when(pl.col("unknown") == 0).then("size_silent")
    whole = size + pl.col("size_silent")
    carried = pl.when((pl.col("unknown") == 0) & (whole > 0)).then(100 * (count + pl.col("count_silent")) / whole)
    return (
        short.lazy()
        .with_columns(
            pl.lit(pl.Series(100 * low)).alias("ci_low"),
            pl.lit(pl.Series(100 * high)).alias("ci_high"),
            pl.when(pl.col("ones") & part).then(0).otherwise("unknown").alias("unknown"),
            pl.when(part).then(mute).alias("size_silent"),
            pl.when(part).then(carried).alias("carried"),
            pl.when(part & (size > 0)).then(100 * count / size).alias("estimate"),
        )
        .with_columns(
            pl.when(whole > 0).then(100 * count / whole).alias("hard_low"),
            pl.when(whole > 0).then(100 * (count + pl.col("size_silent")) / whole).alias("hard_high"),
            _no_interval(part).alias("reason"),
        )
        .with_columns(
            pl.when(pl.col("reason").is_null())
            .then(pl.max_horizontal("ci_low", pl.col("hard_low").fill_null(0.0)))
            .alias("ci_low"),
            pl.when(pl.col("reason").is_null())
            .then(pl.min_horizontal("ci_high", pl.col("hard_high").fill_null(100.0)))
            .alias("ci_high"),
        )
        .drop("place", "squares", "count", "count_silent", "part")
        .collect(engine=ENGINE)
    )


def _no_interval(part: pl.Expr) -> pl.Expr:
    answered, silent = pl.col("answered"), pl.col("silent")
    missing = silent / (answered + silent)
    return (
        pl.when(answered == 0)
        .then(pl.lit("не ответил никто"))
        .when(~part)
        .then(pl.lit("показатель — не доля"))
        .when(silent == 0)
        .then(pl.lit("кто не ответил, неизвестно"))
        .when(missing > MOST_MISSING + _HAIR)
        .then(
            pl.format(
                f"не ответили {{}} из {{}} — больше {100 * MOST_MISSING:g} %, а молчат чаще слабые",
                silent,
                answered + silent,
            )
        )
        .when(answered == 1)
        .then(pl.lit("ответила одна ОО"))
        .when(pl.col("squares") <= _HAIR * pl.col("size"))
        .then(pl.lit("у всех ответивших одна и та же доля: разброса не видно"))
    )
