"""What one rule of a plugin says of cells written by hand: severities, sentences, reasons, expected alarms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from judging import cell, district, indicator, verdict
from profdev_indicators.model import Rule
from profdev_indicators.periods import Calendar
from profdev_indicators.results import Finding, Telling
from profdev_indicators.sentences import fact
from profdev_indicators.wording import NBSP

PAGES = Path(__file__).parents[1] / "docs" / "explanation" / "rules"


@frozen(kw_only=True)
class Said:
    """Of the last period asked; sentences have plain spaces, to be read in a test."""

    fired: Mapping[str, str]  # unit → severity
    sentences: Mapping[str, str]  # unit → sentence
    reasons: Mapping[str, str]  # unit → why it was not checked
    expected: float | None  # alarms by chance
    tested: int
    findings: pl.DataFrame


def said(
    rows: Iterable[Mapping[str, Any]],
    rule: Rule,
    kind: str,
    telling: Telling,
    *,
    period: str = "2022",
    calendar: Calendar = "year",
    clusters: Mapping[str, str] | None = None,
    parents: Mapping[str, str] | None = None,
    **more: Any,
) -> Said:
    """What a rule says; ``more`` is of the indicator."""
    cells = list(rows)
    asked = district(indicator(rule, **more), calendar=calendar)
    found = verdict(cells, asked, period, rule_names={type(rule): kind}, clusters=clusters, parents=parents)
    findings, unchecked = pl.collect_all([found.findings, found.unchecked])
    known = {row["unit"]: row for row in cells if row["period"] == period}
    kept = ("unit_name", "unit_kind", "level", "numerator", "denominator")
    sentences = {
        row["unit"]: fact(
            Finding.of(row | {name: known[row["unit"]][name] for name in kept}), asked.indicators[0], {kind: telling}
        ).replace(NBSP, " ")
        for row in findings.iter_rows(named=True)
    }
    alarms = found.alarms.select("expected", "tested").rows() or [(None, 0)]
    return Said(
        fired=dict(findings.select("unit", "severity").iter_rows()),
        sentences=sentences,
        reasons={unit: reason.replace(NBSP, " ") for unit, reason in unchecked.select("unit", "reason").iter_rows()},
        expected=alarms[0][0],
        tested=alarms[0][1],
        findings=findings,
    )


def is_quoted(sentence: str, kind: str) -> bool:
    """Whether the page of the rule gives just this sentence as its example."""
    page = (PAGES / f"{kind}.md").read_text(encoding="utf-8")
    return f"«{sentence}»" in " ".join(page.split())


def history(
    unit: str, points: Sequence[tuple[float, float] | None], periods: Sequence[str] | None = None, **more: Any
) -> list[dict[str, Any]]:
    """The cells of a unit, x of n each, the last of them of 2022 unless told otherwise; None: it said nothing."""
    when = periods or [str(2023 - len(points) + number) for number in range(len(points))]
    return [cell(unit, period, *(point or (None, None)), **more) for period, point in zip(when, points, strict=True)]
