"""The cells of a monitoring with what the configuration says of them: who answers, what is counted, what comes when."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from profdev_indicators.engine.judge import answers_itself
from profdev_indicators.model import District, Indicator
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring

LEAST_COVERAGE = 80  # per cent; below it a total says more of who answered than of what was done

_HUNDRED = 100.0
_HAIR = 1e-7  # values are quotients
_HURDLES = {
    "not_reported": "нет данных",
    "not_applicable": "не применимо",
    "invalid": "противоречие в ответе",
    "suppressed": "скрыто",
}
_SIGNS = {"higher": 1.0, "lower": -1.0, "neutral": None}


def cells(monitoring: Monitoring) -> pl.LazyFrame:
    """Totals (no breakdown) of all measured indicators up to the last period asked, in the order of the form.

    VALUES with ``row`` (UInt32, unique), ``line`` (UInt32: one indicator and one reading), ``position``
    (:attr:`Period.ordinal`), ``own`` (the unit answers itself), ``sign`` (1: higher is better, −1: lower, null:
    neither), ``heads`` (a per cent of heads of a whole) and ``hurdle`` (why there is no value, in Russian; null: there
    is one). Where a unit or an indicator does not exist there is no row.
    """
    district = monitoring.district
    measured = [indicator for indicator in district.indicators if hasattr(indicator.measure, "ratio")]
    words = pl.col("state").cast(pl.String).replace_strict(_HURDLES, default="нет данных", return_dtype=pl.String)
    return (
        monitoring.history.lazy()
        .filter(pl.col("breakdown").is_null(), pl.col("state") != "not_defined")
        .join(_places(periods_read(monitoring)), on="period")
        .join(_marks(measured, district), on="indicator")
        .sort("order", "reading", "unit", "position")
        .with_columns(
            answers_itself(measured).alias("own"),
            pl.struct("order", "reading").rle_id().cast(pl.UInt32).alias("line"),
            pl.when(pl.col("value").is_null()).then(words).alias("hurdle"),
        )
        .drop("order")
        .with_row_index("row")
    )


def periods_read(monitoring: Monitoring) -> tuple[Period, ...]:
    """Every period of the history up to the last one asked, in order."""
    read = monitoring.history["period"].unique().to_list()
    periods = {Period.parse(text, monitoring.district.calendar) for text in read}
    return tuple(sorted(period for period in periods if period <= monitoring.periods[-1]))


def is_share() -> pl.Expr:
    """Whether a cell with a value is x of n heads, in per cent."""
    x, n, value = pl.col("numerator"), pl.col("denominator"), pl.col("value")
    is_of = (x >= 0) & (x <= n) & (n > 0) & ((value * n - _HUNDRED * x).abs() <= _HAIR * n)
    return is_of.fill_null(value=False)


def _places(periods: Sequence[Period]) -> pl.LazyFrame:
    rows = [(str(period), period.ordinal) for period in periods]
    return pl.LazyFrame(rows, schema={"period": pl.String, "position": pl.Int64}, orient="row")


def _marks(indicators: Sequence[Indicator], district: District) -> pl.LazyFrame:
    rows = [(i.id, order, _SIGNS[i.better], _counts_heads(i, district)) for order, i in enumerate(indicators)]
    schema = {
        "indicator": pl.String,
        "order": pl.UInt32,
        "sign": pl.Float64,
        "heads": pl.Boolean,
    }
    return pl.LazyFrame(rows, schema=schema, orient="row")


def _counts_heads(indicator: Indicator, district: District) -> bool:
    """By the formula the indicator is given with."""
    ratio = indicator.measure.ratio(indicator.missing)  # type: ignore[union-attr]  # derived ones are left out before
    counted = {district.items[name].type for name in ratio.linked if name in district.items}
    is_of = bool(counted) and counted <= {"count", "flag"} and ratio.denominator is not None
    return is_of and ratio.scale == _HUNDRED
