"""Whether a change could be chance, whether an indicator works, who does better, what helped, what comes next."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Analysis, Rule
from profdev_indicators.results import Telling
from profdev_statistics import missing
from profdev_statistics.analyses.decomposition import Decomposition
from profdev_statistics.analyses.effects import Effects
from profdev_statistics.analyses.forecast import Forecast
from profdev_statistics.analyses.health import Health
from profdev_statistics.analyses.missing_reports import MissingReports
from profdev_statistics.analyses.practices import Practices
from profdev_statistics.rules import (
    charts_sentences,
    falls_sentences,
    outliers_sentences,
    targets_sentences,
    totals_sentences,
    trend_sentences,
)
from profdev_statistics.rules.answers import DenominatorJump, Unreported
from profdev_statistics.rules.charts import ControlChart
from profdev_statistics.rules.falls import ObservedFall, RelativeFall, SignificantFall
from profdev_statistics.rules.outliers import LowOutlier
from profdev_statistics.rules.targets import MissedTarget, TargetAtRisk
from profdev_statistics.rules.totals import Stagnation, WideningGap
from profdev_statistics.rules.trend import Trend


@hookimpl
def provide_rules() -> Mapping[str, type[Rule]]:
    """Rules that ask whether chance alone could have done it."""
    return {
        "unreported": Unreported,
        "observed_fall": ObservedFall,
        "significant_fall": SignificantFall,
        "relative_fall": RelativeFall,
        "trend": Trend,
        "missed_target": MissedTarget,
        "low_outlier": LowOutlier,
        "target_at_risk": TargetAtRisk,
        "stagnation": Stagnation,
        "widening_gap": WideningGap,
        "denominator_jump": DenominatorJump,
        "control_chart": ControlChart,
    }


@hookimpl
def provide_sentences() -> Mapping[str, Telling]:
    """What those rules say."""
    return {
        **falls_sentences.TELLINGS,
        **trend_sentences.TELLINGS,
        **targets_sentences.TELLINGS,
        **outliers_sentences.TELLINGS,
        **totals_sentences.TELLINGS,
        **charts_sentences.TELLINGS,
    }


@hookimpl
def provide_analyses() -> Mapping[str, type[Analysis]]:
    """Questions to the whole answer."""
    return {
        "health": Health,
        "practices": Practices,
        "forecast": Forecast,
        "effects": Effects,
        "missing_reports": MissingReports,
        "decomposition": Decomposition,
    }


@hookimpl
def estimate_intervals(values: pl.LazyFrame) -> pl.LazyFrame | None:
    """Where totals would lie had all who were asked answered."""
    return missing.estimate_intervals(values)
