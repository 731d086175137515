"""Findings which together are graver than each alone."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from profdev_indicators.frames import SEVERITY
from profdev_indicators.model import Escalation

CELL = ("unit", "indicator", "reading")


def look_back(escalations: Sequence[Escalation]) -> int:
    """How many periods before the one asked have to be judged as well: each may rest on what those before it raised."""
    return sum(escalation.periods - 1 for escalation in escalations)


def escalated(findings: pl.DataFrame, escalations: Sequence[Escalation]) -> pl.DataFrame:
    """The same findings, some of them graver; ``raised_by`` says why.

    Args:
        findings: one row per fired rule with ``unit, indicator, reading, position, rule, severity, suspended_by``;
            earlier periods included, as many as :func:`look_back` says.
        escalations: applied in their order, so that a later one sees what an earlier one has raised.
    """
    found = findings.with_columns(pl.lit(None, pl.String).alias("raised_by"))
    for escalation in escalations:
        found = _raised(found, escalation)
    return found


def _raised(found: pl.DataFrame, escalation: Escalation) -> pl.DataFrame:
    names = escalation.together or escalation.any
    grave = (
        pl.col("rule").is_in(names)
        & (pl.col("severity") >= pl.lit(escalation.at_least, SEVERITY))
        & pl.col("suspended_by").is_null()
    )
    at = [*CELL, "position"]
    cells = found.filter(grave).group_by(at).agg(pl.col("rule").n_unique().alias("fired"))
    each = cells.filter(pl.col("fired") == len(set(names))) if escalation.together else cells
    reached = each.select(at)
    for back in range(1, escalation.periods):
        reached = reached.join(each.select(*CELL, pl.col("position") + back), on=at, how="semi")
    reason = str(escalation.periods) if escalation.periods > 1 else ", ".join(names)
    rises = grave & pl.col("reached").fill_null(value=False) & (pl.col("severity") < pl.lit(escalation.to, SEVERITY))
    return (
        found.join(reached.with_columns(reached=pl.lit(value=True)), on=at, how="left", maintain_order="left")
        .with_columns(
            pl.when(rises).then(pl.lit(escalation.to, SEVERITY)).otherwise("severity").alias("severity"),
            pl.when(rises).then(pl.lit(reason)).otherwise("raised_by").alias("raised_by"),
        )
        .drop("reached")
    )
