"""How often properties are tried, and a monitoring made of cells written by hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from judging import cells, district

from profdev_indicators.frames import DEFECTS, FINDINGS, RECOMMENDATIONS, ROSTER, UNCHECKED
from profdev_indicators.model import Indicator
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring, Provenance

# The same as in tests/conftest.py: this folder may be run without that one.
settings.register_profile("default", deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("slow", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

Make = Callable[..., Monitoring]


@pytest.fixture
def monitored() -> Make:
    """A monitoring of cells (:func:`judging.cell`) under the district «d»; all units of level 0 are below it."""

    def make(
        rows: Iterable[Mapping[str, Any]],
        *indicators: Indicator,
        periods: Sequence[str] = ("2022",),
        versions: Sequence[Mapping[str, Any]] = (),
        **more: Any,
    ) -> Monitoring:
        asked = district(*indicators, **more)
        history = cells(rows).collect()
        known = {version["id"] for version in versions}
        units = [u for u in history["unit"].unique(maintain_order=True) if u != asked.id and u not in known]
        plain = [{"id": u, "name": f"Организация {u}", "kind": "school", "parent": asked.id} for u in units]
        top = {"id": asked.id, "name": "Район", "kind": "district"}
        roster = [dict.fromkeys(ROSTER) | dict(each) for each in (*plain, *versions, top)]
        return Monitoring(
            district=asked,
            periods=tuple(Period.parse(period, asked.calendar) for period in periods),
            values=history.filter(pl.col("period").is_in(list(periods))),
            history=history,
            findings=FINDINGS.to_frame(),
            unchecked=UNCHECKED.to_frame(),
            recommendations=RECOMMENDATIONS.to_frame(),
            defects=DEFECTS.to_frame(),
            answers=pl.DataFrame(),
            places=pl.DataFrame(),
            roster=pl.DataFrame(roster, schema=ROSTER),
            provenance=Provenance(
                version="0", polars="0", python="0", config="", sources={}, plugins=(), periods=(), newest=None
            ),
        )

    return make
