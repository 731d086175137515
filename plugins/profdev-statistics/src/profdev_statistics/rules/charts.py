"""A control chart of shares: for series long enough to know their own usual level."""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import pairwise
from math import factorial

import numpy as np
import polars as pl
from attrs import frozen
from scipy.stats import binom

from profdev_indicators.frames import ENGINE, SEVERITY, Judgement, Severity
from profdev_indicators.model import AppliesTo, key
from profdev_statistics import panels
from profdev_statistics.chance import Floats
from profdev_statistics.rules import keys

_HAIR = 1e-9
_RUN = 7  # points on one side of the centre, or each worse than the one before
_NEAR = 3  # points of which two are near the limit
_LIMIT, _WARNING = 3.0, 2.0  # standard deviations
_DRAWS, _SEED = 100_000, 13
_YEARLY = r"^\d{4}(/\d{4})?$"


@frozen(kw_only=True)
class ControlChart:
    """Контрольная карта долей (p-карта): необычное для ряда значение или необычный ход последних периодов.

    Четыре признака, только в худшую сторону: значение за границей в три стандартных отклонения; два из трёх последних
    у границы (дальше двух); семь подряд хуже среднего; семь подряд каждое хуже предыдущего. Только для полугодий,
    кварталов и месяцев и не для показателей «нарастающим итогом».
    """

    at_least: int = key(
        "Сколько сопоставимых значений нужно, вместе с нынешним", default=13, validator=keys.between(8, 1e4)
    )
    coverage: float = key(keys.COVERAGE, default=80.0, validator=keys.between(0, 100))
    severity: Severity = key(keys.SEVERITY, default="attention")
    name: str | None = key(keys.NAME, default=None)
    applies_to: AppliesTo = key(keys.APPLIES_TO, default="all")

    def judge(self) -> Judgement:
        """One of the four signs, the gravest first."""
        is_yearly = pl.col("period").str.contains(_YEARLY)
        yearly = pl.lit("годовые данные: контрольная карта строится по полугодиям, кварталам или месяцам")
        points = pl.col("chart_points")
        few = pl.format(f"сопоставимых значений: {{}}, нужно {self.at_least}", points)
        return Judgement(
            prepare=partial(_charted, rule=self),
            needs=panels.NEEDS,
            fired=pl.when("share").then(pl.col("chart_signal").is_not_null()),
            unchecked=pl.when("share").then(
                pl.coalesce(pl.when(is_yearly).then(yearly), "obstacle", pl.when(points < self.at_least).then(few))
            ),
            base=pl.col("chart_centre"),
            change=pl.col("value") - pl.col("chart_centre"),
            chance=pl.col("chart_chance"),
            severity=pl.lit(self.severity).cast(SEVERITY),
            numbers={
                "signal": pl.col("chart_signal"),
                "points": points,
                "limit": pl.col("chart_limit"),
                "higher": pl.col("sign") > 0,
            },
        )


def _charted(series: pl.LazyFrame, *, rule: ControlChart) -> pl.LazyFrame:
    """Adds ``chart_…``: what the series so far says of its last point; null: the point may not be compared."""
    frame = panels.comparable(series, coverage=rule.coverage).collect(engine=ENGINE)
    x, n = pl.col("count"), pl.col("size")
    so_far = (
        frame.lazy()
        .filter(x.is_not_null())
        .select("row", "segment", "position", "sign", "count", "size")
        .with_columns(
            pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("segment").alias("chart_points"),
            (x.cum_sum().over("segment") / n.cum_sum().over("segment")).alias("centre"),
        )
    )
    lags = range(_RUN)
    back = (
        panels.earlier(so_far, ("count", "size", "position"), _RUN - 1)
        .filter(pl.col("chart_points") >= rule.at_least)
        .with_columns(_adjacent(f"{name}@{k}", k).alias(f"{name}@{k}") for name in ("count", "size") for k in lags[1:])
        .with_columns(pl.col("count").alias("count@0"), pl.col("size").alias("size@0"))
        .with_columns((pl.col(f"count@{k}") / pl.col(f"size@{k}")).alias(f"share@{k}") for k in lags)
        .with_columns(((pl.col(f"share@{k}") - pl.col("centre")) / _error(k)).alias(f"deviation@{k}") for k in lags)
        .collect(engine=ENGINE)
    )
    signs = back.select(
        "row",
        _signal().alias("chart_signal"),
        _turned(pl.col("centre")).alias("chart_centre"),
        _turned((pl.col("centre") - _LIMIT * _error(0)).clip(0)).alias("chart_limit"),
        pl.Series("chart_chance", _by_chance(back), nan_to_null=True),
    )
    counted = so_far.select("row", "chart_points").join(signs.lazy(), on="row", how="left")
    return frame.lazy().join(counted, on="row", how="left", maintain_order="left")


def _adjacent(column: str, k: int) -> pl.Expr:
    """The column of the k-th point before, if no period between is missing."""
    return pl.when(pl.col("position") - pl.col(f"position@{k}") == k).then(pl.col(column))


def _error(k: int) -> pl.Expr:
    """The standard error of the k-th point before, in shares."""
    return (pl.col("centre") * (1 - pl.col("centre")) / pl.col(f"size@{k}")).sqrt()


def _signal() -> pl.Expr:
    """The first of the four signs that is there; null: none is."""
    deviation = [pl.col(f"deviation@{k}") for k in range(_RUN)]
    share = [pl.col(f"share@{k}") for k in range(_RUN)]
    is_near = [each < -_WARNING - _HAIR for each in deviation]
    falls = [later < before - _HAIR for later, before in pairwise(share)]
    return (
        pl.when(deviation[0] < -_LIMIT - _HAIR)
        .then(pl.lit("outside"))
        .when(is_near[0] & (is_near[1].fill_null(value=False) | is_near[2].fill_null(value=False)))
        .then(pl.lit("near"))
        .when(pl.all_horizontal(each < -_HAIR for each in deviation))
        .then(pl.lit("run"))
        .when(pl.all_horizontal(falls))
        .then(pl.lit("slide"))
    )


def _by_chance(points: pl.DataFrame) -> Floats:
    """How often one of the four signs appears if the share stays where it is; NaN: it is all or nothing.

    What concerns limits is taken from the binomial distribution of the last point, and the two before are taken to be
    of its size; rows of seven are those of any order of the points.
    """
    centre, n = points["centre"].to_numpy(), points["size"].to_numpy()
    error = np.sqrt(centre * (1 - centre) / n)
    outside, near = (
        binom.cdf(np.ceil(n * (centre - width * error) - _HAIR) - 1, n, centre) for width in (_LIMIT, _WARNING)
    )
    neighbours = sum(points[f"size@{k}"].is_not_null().to_numpy().astype(np.float64) for k in (1, 2))
    edge = outside + (near - outside) * (1 - (1 - near) ** neighbours)
    lengths, which = np.unique(points["chart_points"].to_numpy(), return_inverse=True)
    rows = np.array([_row_by_chance(int(length)) for length in lengths])[which]
    has_row = points[f"size@{_RUN - 1}"].is_not_null().to_numpy()
    return np.where(error > 0, 1 - (1 - edge) * (1 - has_row * rows), np.nan)


@lru_cache(maxsize=1024)
def _row_by_chance(points: int) -> float:
    """How often the last seven of so many points lie below the mean of all, or each below the one before."""
    last, others = np.split(np.random.default_rng(_SEED).standard_normal((_DRAWS, _RUN + 1)), [_RUN], axis=1)
    rest = points - _RUN
    centre = (last.sum(axis=1) + others[:, 0] * np.sqrt(rest)) / points
    return float((last < centre[:, None]).all(axis=1).mean()) + 1 / factorial(_RUN)


def _turned(share: pl.Expr) -> pl.Expr:
    """A share of the better ones as a per cent of the indicator."""
    return pl.when(pl.col("sign") < 0).then(100 - 100 * share).otherwise(100 * share)
