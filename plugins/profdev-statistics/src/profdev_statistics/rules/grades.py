"""How grave a finding is: a step up where the signal is strong, no more than information where few are counted."""

from __future__ import annotations

import polars as pl

from profdev_indicators.frames import SEVERITIES, SEVERITY, Severity

STEP = "Шаг сравнения в периодах: 4 — с тем же кварталом прошлых лет (для «нарастающим итогом»)"
SMALL = "При знаменателе меньше этого — только информация"


def graded(severity: Severity, *, strong: pl.Expr) -> pl.Expr:
    """``severity``, or the next one where ``strong`` holds."""
    above = SEVERITIES[min(SEVERITIES.index(severity) + 1, len(SEVERITIES) - 1)]
    return pl.when(strong).then(pl.lit(above)).otherwise(pl.lit(severity)).cast(SEVERITY)


def capped(grave: pl.Expr, *, small: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """No more than information where ``small`` holds; and why, where that has changed anything."""
    info = pl.lit("info", SEVERITY)
    severity = pl.when(small).then(info).otherwise(grave)
    return severity, pl.when(small & (grave > info)).then(pl.lit("small"))
