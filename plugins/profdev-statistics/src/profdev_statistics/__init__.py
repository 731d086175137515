"""Whether a change could be chance, whether an indicator works, who does better, what helped, what comes next."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Analysis, Rule
from profdev_indicators.results import Telling
from profdev_statistics import missing
from profdev_statistics.analyses.decomposition import Decomposition
from profdev_statistics.analyses.forecast import Forecast
from profdev_statistics.analyses.missing_reports import MissingReports
from profdev_statistics.rules.targets import MissedTarget, TargetAtRisk
from profdev_statistics.rules.targets_sentences import TELLINGS


@hookimpl
def provide_rules() -> Mapping[str, type[Rule]]:
    """Rules that ask whether chance alone could have done it."""
    return {"missed_target": MissedTarget, "target_at_risk": TargetAtRisk}


@hookimpl
def provide_sentences() -> Mapping[str, Telling]:
    """What those rules say."""
    return {**TELLINGS}


@hookimpl
def provide_analyses() -> Mapping[str, type[Analysis]]:
    """Questions to the whole answer."""
    return {"decomposition": Decomposition, "forecast": Forecast, "missing_reports": MissingReports}


@hookimpl
def estimate_intervals(values: pl.LazyFrame) -> pl.LazyFrame | None:
    """Where totals would lie had all who were asked answered."""
    return missing.estimate_intervals(values)
