"""A share that goes down steadily over several periods, whichever one of them is left out."""

from __future__ import annotations

from functools import partial

import attrs
import numpy as np
import polars as pl
from attrs import frozen
from scipy.special import ndtr

from profdev_indicators.frames import ENGINE, Judgement, Severity
from profdev_indicators.model import AppliesTo, key
from profdev_indicators.wording import counted
from profdev_statistics import panels
from profdev_statistics.rules import grades, keys
from profdev_statistics.trends import cochran_armitage, falls_without_any_one, span, theil_sen, trend_by_chance

_HAIR = 1e-9  # thresholds are decimal and slopes are quotients
_POINT = ("count", "size", "position", "period", "value", "numerator", "denominator")


def _fits(rule: Trend, attribute: attrs.Attribute[int], value: int) -> None:
    if value > rule.window:
        raise ValueError(f"{attribute.name}: больше, чем всё окно ({rule.window})")


@frozen(kw_only=True)
class Trend:
    """Устойчивое снижение за несколько периодов: численность учтена, и ни один период не решает дела.

    Там, где меньше — лучше, то же о росте. Пропуск периода не прерывает ряд, смена определения — прерывает.
    """

    window: int = key("За сколько последних периодов смотреть", default=5, validator=keys.between(3, 40))
    at_least: int = key("За сколько из них должны быть данные", default=4, validator=[keys.between(3, 40), _fits])
    points: float = key(
        "На столько процентных пунктов или больше за всё окно (по медианному наклону)",
        default=10.0,
        validator=keys.between(0, 100),
    )
    z: float = key(
        "При таком отклонении от «без изменений» и больше (в стандартных отклонениях; 1,96 — 25 случаев из 1000)",
        default=1.96,
        validator=keys.between(0, 10),
    )
    z_strong: float = key(
        "При таком и больше — на ступень важнее (3,09 — 1 случай из 1000)", default=3.09, validator=keys.between(0, 10)
    )
    small: float = key(f"{grades.SMALL} (в любом из периодов)", default=10.0, validator=keys.between(0, 1e9))
    every: int = key(grades.STEP, default=1, validator=keys.between(1, 12))
    coverage: float = key(keys.COVERAGE, default=80.0, validator=keys.between(0, 100))
    severity: Severity = key(keys.SEVERITY, default="attention")
    name: str | None = key(keys.NAME, default=None)
    applies_to: AppliesTo = key(keys.APPLIES_TO, default="organisations")

    def judge(self) -> Judgement:
        """The binomial trend is clear, stays a fall without any one point, and makes ``points`` over the window."""
        z, known = pl.col("trend_z"), pl.col("trend_points")
        falls = (z <= -self.z) & pl.col("trend_steady") & (pl.col("trend_fall") >= self.points - _HAIR)
        severity, suspended_by = grades.capped(
            grades.graded(self.severity, strong=z <= -self.z_strong), small=pl.col("trend_least") < self.small
        )
        return Judgement(
            prepare=partial(_with_trends, rule=self),
            needs=panels.NEEDS,
            fired=pl.when("share").then(falls.fill_null(value=False)),
            unchecked=pl.when("share").then(pl.coalesce("obstacle", _too_short(known, self))),
            base=pl.col("trend_value"),
            change=pl.col("value") - pl.col("trend_value"),
            p_value=pl.col("trend_p"),
            chance=pl.col("trend_chance"),
            severity=severity,
            suspended_by=suspended_by,
            numbers={
                "base_period": pl.col("trend_period"),
                "base_numerator": pl.col("trend_numerator"),
                "base_denominator": pl.col("trend_denominator"),
                "periods": pl.col("trend_periods"),
                "points": known,
                "slope": pl.col("trend_slope"),
                "small": pl.when(pl.col("trend_least") < self.small).then(pl.lit(self.small, pl.Float64)),
            },
        )


def _too_short(known: pl.Expr, rule: Trend) -> pl.Expr:
    window = counted(rule.window, "последний период", "последних периода", "последних периодов")
    few = pl.format(f"сопоставимых значений за {window}: {{}}, нужно {rule.at_least}", known)
    restarted = pl.col("segment") != pl.col("segment").first().over("series")
    told = pl.when(restarted).then(pl.concat_str(few, pl.lit(f"; раньше {panels.CHANGED}"))).otherwise(few)
    return pl.when(known < rule.at_least).then(told)


def _with_trends(series: pl.LazyFrame, *, rule: Trend) -> pl.LazyFrame:
    """Adds ``trend_…`` of the window that ends in the cell; null: the cell may not be compared, or stands alone."""
    frame = panels.comparable(series, coverage=rule.coverage).collect(engine=ENGINE)
    season = (pl.col("position") % rule.every).alias("season")
    cells = (
        frame.lazy()
        .filter(pl.col("count").is_not_null())
        .select("row", "segment", season, "sign", *_POINT)
        .sort("segment", "season", "position")
    )
    back = range(1, rule.window)
    windows = (
        panels.earlier(cells, _POINT, rule.window - 1, by=("segment", "season"))
        .with_columns(
            pl.when(pl.col("position") - pl.col(f"position@{k}") < rule.window * rule.every)
            .then(pl.col(f"{name}@{k}"))
            .alias(f"{name}@{k}")
            for name in _POINT
            for k in back
        )
        .with_columns(
            (1 + pl.sum_horizontal(pl.col(f"size@{k}").is_not_null() for k in back)).cast(pl.Int64).alias("points")
        )
        .collect(engine=ENGINE)
    )
    return frame.lazy().join(_trends(windows, rule), on="row", how="left", maintain_order="left")


def _trends(windows: pl.DataFrame, rule: Trend) -> pl.LazyFrame:
    names = ["", *(f"@{k}" for k in range(1, rule.window))]
    oldest_first = list(reversed(names))
    long_enough = windows.filter(pl.col("points") >= rule.at_least)
    x, n, t = (
        np.column_stack([long_enough[name + at].cast(pl.Float64).to_numpy() for at in oldest_first])
        for name in ("count", "size", "position")
    )
    t /= rule.every
    z, slope, chance = (
        cochran_armitage(x, n, t),
        theil_sen(100 * x / n, t),
        trend_by_chance(x, n, t, z=rule.z, points=rule.points),
    )
    computed = long_enough.select(
        "row",
        pl.Series("trend_z", z, nan_to_null=True),
        pl.Series("trend_p", ndtr(z), nan_to_null=True),
        pl.Series("trend_steady", falls_without_any_one(x, n, t)),
        pl.Series("trend_fall", -slope * span(t), nan_to_null=True),
        (pl.Series("trend_slope", slope, nan_to_null=True) * pl.col("sign")).alias("trend_slope"),
        pl.Series("trend_chance", chance, nan_to_null=True),
        pl.Series("trend_periods", span(t) + 1).cast(pl.Int64),
    )
    first = {
        f"trend_{name}": pl.coalesce(f"{name}{at}" for at in oldest_first)
        for name in ("period", "value", "numerator", "denominator")
    }
    told = windows.lazy().select(
        "row",
        pl.col("points").alias("trend_points"),
        pl.min_horizontal(f"size{at}" for at in names).alias("trend_least"),
        **first,
    )
    return told.join(computed.lazy(), on="row", how="left")
