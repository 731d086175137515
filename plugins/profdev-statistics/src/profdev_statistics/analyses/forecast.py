"""What the next periods would bring if conditions stayed what they are, and how probably targets would be missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from profdev_indicators.frames import ENGINE
from profdev_indicators.model import AppliesTo, District, Indicator, key
from profdev_indicators.periods import Period
from profdev_indicators.results import Exhibit, Monitoring
from profdev_statistics.analyses.cells import LEAST_COVERAGE, cells, is_share
from profdev_statistics.outlook import NAIVE, POOLED, SINGLE, looked_ahead
from profdev_statistics.printing import printed, printed_as_set
from profdev_statistics.rules.keys import between

_FURTHEST = 3
_TRUSTED = 2
_COLUMNS = (
    *("unit", "unit_name", "level", "indicator", "reading", "period", "ahead", "horizon", "value"),
    *("forecast", "low80", "high80", "low95", "high95", "target", "miss", "method", "refusal", "caveat", "sentence"),
)
_HEADINGS: Mapping[str, str] = {
    "unit_name": "Кто",
    "indicator": "Показатель",
    "ahead": "Прогноз на",
    "value": "Сейчас, %",
    "forecast": "Прогноз, %",
    "low80": "от (80 %)",
    "high80": "до (80 %)",
    "low95": "от (95 %)",
    "high95": "до (95 %)",
    "target": "Цель, %",
    "miss": "Вероятность не достичь цели, %",
    "method": "Способ",
    "refusal": "Почему прогноза нет",
}
_NOTES = (
    "Прогноз — продолжение прежних условий, не план.",
    f"«{POOLED}»: уровень ОО с поправкой на численность и затухающий тренд района; интервал — по прежним ошибкам.",
    f"«{NAIVE}»: последнее значение; интервал учитывает только случайность.",
    f"«{SINGLE}»: по одному ряду; на интервал можно только ориентироваться.",
)
_FAR = "На три периода вперёд прогноз заметно менее надёжен: 95 % интервал накрывает 92–94 % значений."


@frozen(kw_only=True)
class Forecast:
    """Прогноз долей на следующие периоды с интервалами и вероятностью не достичь целевого значения."""

    horizon: int = key(
        "На сколько периодов вперёд: 1 или 2; 3 — с предупреждением",
        default=_TRUSTED,
        validator=between(1, _FURTHEST),
    )
    applies_to: AppliesTo = key(
        "О ком: all — обо всех, organisations — о тех, кто отвечает сам, totals — об итогах над ними", default="all"
    )

    def analyse(self, monitoring: Monitoring, *, root: Path | None, frames: Mapping[str, Any]) -> Sequence[Exhibit]:  # noqa: ARG002 - the protocol's
        """One table: unit × indicator × period ahead, totals first; refusals are rows with a reason."""
        now = monitoring.periods[-1]
        # What an organisation will probably come to is between it and the district.
        public = monitoring.profile == "publish"
        known = _points(monitoring, "totals" if public else self.applies_to)
        steps = [(step, now.step(step)) for step in range(1, self.horizon + 1)]
        ahead = [_ahead(known, monitoring.district, now, step, period) for step, period in steps]
        frame = pl.concat([_sentenced(one) for one in ahead]).sort("own", "row", "horizon").select(_COLUMNS)
        notes = (*_NOTES, _FAR) if self.horizon > _TRUSTED else _NOTES
        return [
            Exhibit(
                id="forecast",
                title=f"Прогноз по состоянию на {now}",
                frame=frame,
                headings=_HEADINGS,
                notes=notes,
                internal=self.applies_to == "organisations",
            )
        ]


def _points(monitoring: Monitoring, applies_to: AppliesTo) -> pl.DataFrame:
    """Every cell, with the reason why it is no point of a series to go on from."""
    covered = pl.col("own") | (100 * pl.col("reported") >= LEAST_COVERAGE * pl.col("expected"))
    answered = pl.format("ответили {} из {}: динамика — только по общему кругу", "reported", "expected")
    concerned = {"all": pl.lit(value=True), "organisations": pl.col("own"), "totals": ~pl.col("own")}[applies_to]
    return (
        cells(monitoring)
        .filter(concerned)
        .with_columns(
            pl.coalesce(
                pl.when(~pl.col("heads")).then(pl.lit("прогноз строится только для долей от численности")),
                "hurdle",
                pl.when(~is_share()).then(pl.lit("числитель вне пределов знаменателя: это не доля")),
                pl.when(~covered).then(answered),
            ).alias("hurdle")
        )
        .collect(engine=ENGINE)
    )


def _ahead(known: pl.DataFrame, district: District, now: Period, steps: int, period: Period) -> pl.DataFrame:
    """The forecasts made in ``now`` for one period."""
    targets = {indicator.id: target_at(indicator, period) for indicator in district.indicators}
    target = pl.col("indicator").replace_strict(targets, default=None, return_dtype=pl.Float64)
    made = looked_ahead(known.with_columns(target.alias("target")), steps)
    return made.filter(pl.col("period") == str(now)).with_columns(
        pl.col("miss") * 100, pl.lit(str(period)).alias("ahead"), pl.lit(steps, pl.Int64).alias("horizon")
    )


def target_at(indicator: Indicator, period: Period) -> float | None:
    """The target that will be in force on the last day of ``period``, as far as it is set today."""
    marks = [mark for mark in indicator.target if mark.since <= period.end]
    return max(marks, key=lambda mark: mark.since).at if marks else None


def _sentenced(made: pl.DataFrame) -> pl.DataFrame:
    """«Прогноз на 2023: 76,4 % (80 % интервал 66,1–84,0 %). Вероятность не достичь 80 % — 71 %.»."""
    way = (
        pl.when(pl.col("method") == NAIVE)
        .then(pl.lit(", наивный"))
        .when(pl.col("method") == SINGLE)
        .then(pl.lit(", ориентировочный"))
        .otherwise(pl.lit(""))
    )
    told = pl.format(
        "Прогноз на {}{}: {} % (80 % интервал {}–{} %).",
        "ahead",
        way,
        printed(pl.col("forecast")),
        printed(pl.col("low80")),
        printed(pl.col("high80")),
    )
    verb = pl.when(pl.col("sign") < 0).then(pl.lit("превысить")).otherwise(pl.lit("не достичь"))
    miss = pl.format(
        " Вероятность {} {} % — {} %.", verb, printed_as_set(pl.col("target")), printed(pl.col("miss").clip(1, 99), 0)
    )
    refused = pl.format("Прогноза на {} нет: {}.", "ahead", "refusal")
    return made.with_columns(
        sentence=pl.when(pl.col("method").is_null()).then(refused).otherwise(told + miss.fill_null(""))
    )
