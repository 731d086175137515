"""Practices worth studying: organisations that are very probably better than their group, and not by chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

from profdev_indicators.engine.judge import answers_itself
from profdev_indicators.frames import MAIN
from profdev_indicators.results import Monitoring
from profdev_indicators.wording import NBSP, decimal
from profdev_statistics.analyses.counts import Counts
from profdev_statistics.analyses.groups import STABLE, rows_by_group
from profdev_statistics.analyses.quality import doubts
from profdev_statistics.analyses.spoken import per_cent, periods
from profdev_statistics.pooling import Pooled

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_HAIR = 1e-12

PRACTICES = pl.Schema(
    {
        "indicator": pl.String(),
        "group": pl.String(),
        "unit": pl.String(),
        "unit_name": pl.String(),
        "periods": pl.String(),
        "over": pl.Int64(),  # how many they are
        "value": pl.Float64(),  # per cent, pooled over the periods, as the indicator prints it
        "pooled": pl.Float64(),  # the same, drawn to the group as far as its numbers are small
        "centre": pl.Float64(),  # pooled share of the group
        "probability": pl.Float64(),  # that it truly is better than the centre by the margin or more
        "reliability": pl.Float64(),  # how much of what is seen is its own
        "above": pl.Int64(),  # in so many of the periods it did better than the centre of the period
        "declined": pl.String(),  # why it is not proposed all the same; null: it is
    }
)
"""Those who are probably better: candidates, and those who fail another criterion; in the order of the roster."""


@frozen(kw_only=True)
class Criteria:
    """What makes a candidate."""

    periods: int  # the last comparable ones
    margin: float  # percentage points
    probability: float
    above: int  # periods
    saturated: float  # per cent of the group
    reliability: float
    sizes: tuple[int, ...] = ()  # where groups are cut by the number of persons


def better(counts: Counts, unsound: pl.DataFrame, criteria: Criteria) -> pl.DataFrame:
    """PRACTICES of one indicator.

    Args:
        counts: of a share with a direction.
        unsound: ``indicator, unit, period`` of answers which are in doubt or not evidenced.
        criteria: what is asked.
    """
    span = counts.latest(criteria.periods)
    if not span:
        return pl.DataFrame(schema=PRACTICES)
    groups = rows_by_group(counts, np.isfinite(counts.n[:, -1]), criteria.sizes)
    parts = [_in_group(counts, rows, group, span, unsound, criteria) for group, rows in groups]
    return pl.concat([pl.DataFrame(schema=PRACTICES), *parts])


def unsound_answers(monitoring: Monitoring) -> pl.DataFrame:
    """``indicator, unit, period``: answers with a remark, or without the link they need."""
    unproven = (
        monitoring.history.filter(pl.col("reading") == MAIN, pl.col("breakdown").is_null())
        .filter(answers_itself(monitoring.district.indicators), pl.col("evidenced") < pl.col("reported"))
        .select("indicator", "unit", "period")
    )
    return pl.concat([doubts(monitoring).select("indicator", "unit", "period"), unproven]).unique(maintain_order=True)


def proposal(row: Mapping[str, Any], *, margin: float, places: int) -> str:
    """Why somebody's work is worth studying, in words."""
    return (
        f"Показатель {row['indicator']}. {row['unit_name']}: за {periods(row['over'])} доля "
        f"{per_cent(row['value'], places)} (оценка с поправкой на численность {per_cent(row['pooled'], places)}) "
        f"при {per_cent(row['centre'], places)} в группе «{row['group']}»; вероятность устойчивого превосходства "
        f"не менее чем на {decimal(margin, 1, trim=True)}{NBSP}п.п. — {_chance(row['probability'])}. "
        "Предлагается к изучению как практика (это не доказывает причину)."
    )


def _in_group(
    counts: Counts, rows: Mask, group: str, span: list[int], unsound: pl.DataFrame, criteria: Criteria
) -> pl.DataFrame:
    if rows.sum() < STABLE:
        return pl.DataFrame(schema=PRACTICES)
    x, n = counts.x[rows][:, span], counts.n[rows][:, span]
    whole, of = np.nansum(x, axis=1), np.nansum(n, axis=1)
    pooled = Pooled.of(whole, of)
    centres = np.nansum(x, axis=0) / np.nansum(n, axis=0)
    pooled_over = [str(counts.periods[at]) for at in span]
    measured = counts.units.filter(pl.Series(rows)).select(
        pl.lit(counts.indicator.id).alias("indicator"),
        pl.lit(group).alias("group"),
        "unit",
        "unit_name",
        pl.lit(", ".join(pooled_over)).alias("periods"),
        pl.lit(len(span), pl.Int64).alias("over"),
        pl.Series("value", counts.shown(whole / of)),
        pl.Series("pooled", counts.shown(pooled.mean(whole, of))),
        pl.lit(counts.shown(pooled.share)).alias("centre"),
        pl.Series("probability", pooled.exceeds(whole, of, pooled.share + criteria.margin / 100)),
        pl.Series("reliability", pooled.reliability(of)),
        pl.Series("above", (x / n > centres + _HAIR).sum(axis=1), dtype=pl.Int64),
    )
    doubtful = unsound.filter(pl.col("indicator") == counts.indicator.id, pl.col("period").is_in(pooled_over))["unit"]
    reasons = _reasons(doubtful, is_saturated=100 * pooled.share >= criteria.saturated - _HAIR, criteria=criteria)
    return (
        measured.filter(pl.col("probability") >= criteria.probability - _HAIR)
        .with_columns(declined=pl.concat_str(list(reasons), separator="; ", ignore_nulls=True))
        .with_columns(declined=pl.when(pl.col("declined") != "").then("declined"))
    )


def _reasons(doubtful: pl.Series, *, is_saturated: bool, criteria: Criteria) -> Iterator[pl.Expr]:
    """Why somebody probably better is not proposed; null: no reason."""
    yield pl.when(pl.col("above") < criteria.above).then(
        pl.format(f"лучше группы в {{}} из {{}} периодов, а нужно в {criteria.above}", "above", "over")
    )
    yield pl.when(pl.col("unit").is_in(doubtful.implode())).then(
        pl.lit("к ответам есть замечания или нет подтверждающих ссылок")
    )
    yield pl.when(pl.lit(is_saturated)).then(pl.lit("в группе показатель близок к пределу: учиться нечему"))
    yield pl.when(pl.col("reliability") < criteria.reliability - _HAIR).then(
        pl.lit("численность мала: отличие ненадёжно")
    )


def _chance(probability: float) -> str:
    """Two digits, and never a certainty that is none."""
    return "больше 0,99" if probability > 0.99 else decimal(probability, 2)  # noqa: PLR2004 - two digits
