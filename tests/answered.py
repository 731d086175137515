"""A monitoring made of cells written by hand: what an analysis may be given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from judging import cells, district
from profdev_indicators.frames import DEFECTS, FINDINGS, RECOMMENDATIONS, ROSTER, UNCHECKED
from profdev_indicators.model import Indicator
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring, Provenance


def monitored(
    rows: Iterable[Mapping[str, Any]],
    *indicators: Indicator,
    periods: Sequence[str] = ("2022",),
    versions: Sequence[Mapping[str, Any]] = (),
    **more: Any,
) -> Monitoring:
    """Cells (:func:`judging.cell`) as the answer of the district «d»; units without ``versions`` are below it."""
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
