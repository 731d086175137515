"""Whether a change could be chance, whether an indicator works, who does better, what helped, what comes next."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Rule
from profdev_indicators.results import Telling
from profdev_statistics.rules import (
    charts_sentences,
    outliers_sentences,
    totals_sentences,
    trend_sentences,
)
from profdev_statistics.rules.charts import ControlChart
from profdev_statistics.rules.outliers import LowOutlier
from profdev_statistics.rules.totals import Stagnation, WideningGap
from profdev_statistics.rules.trend import Trend


@hookimpl
def provide_rules() -> Mapping[str, type[Rule]]:
    """Rules that ask whether chance could have done it."""
    return {
        "trend": Trend,
        "low_outlier": LowOutlier,
        "stagnation": Stagnation,
        "widening_gap": WideningGap,
        "control_chart": ControlChart,
    }


@hookimpl
def provide_sentences() -> Mapping[str, Telling]:
    """What those rules say."""
    return {
        **trend_sentences.TELLINGS,
        **outliers_sentences.TELLINGS,
        **totals_sentences.TELLINGS,
        **charts_sentences.TELLINGS,
    }
