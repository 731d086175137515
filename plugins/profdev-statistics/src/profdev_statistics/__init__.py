"""Whether a change could be chance, whether an indicator works, who does better, what helped, what comes next."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators import hookimpl
from profdev_indicators.model import Analysis
from profdev_statistics.analyses.effects import Effects
from profdev_statistics.analyses.health import Health
from profdev_statistics.analyses.practices import Practices


@hookimpl
def provide_analyses() -> Mapping[str, type[Analysis]]:
    """Effect of decisions, health of indicators, peers and practices."""
    return {"effects": Effects, "health": Health, "practices": Practices}
