"""What one period gave, gathered once: all that a note speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import polars as pl
from attrs import frozen

from profdev_indicators.frames import MAIN, SEVERITIES
from profdev_indicators.model import District, Indicator
from profdev_indicators.results import Exhibit, Finding, Monitoring, Value
from profdev_indicators.views import notes
from profdev_indicators.views.coverage import Silent, silent, units_asked
from profdev_indicators.views.form import Form, Line
from profdev_indicators.views.judgements import findings
from profdev_indicators.views.units import in_order

Side = Literal["better", "worse", "changed", "same", "unknown"]
"""Which way a criterion went since the period before."""

Cells = Mapping[tuple[str, str], Value]
"""Values by unit and indicator, as they are read."""


@frozen(kw_only=True, eq=False)
class Picture:
    """One period of an answer."""

    monitoring: Monitoring
    form: Form
    units: Sequence[str]  # every unit, in the order in which a person looks for it
    cells: Cells
    known_units: Mapping[str, Value]  # any value of each unit that existed in the period: its name, kind and height
    found: tuple[Finding, ...]  # the leading finding of each cell, the gravest first
    asked: pl.DataFrame  # `coverage.units_asked`
    silent: tuple[Silent, ...]
    advice: tuple[Mapping[str, object], ...]  # rows of RECOMMENDATIONS, the gravest first within a unit
    exhibits: Mapping[str, Exhibit]  # by id; analyses speak of the last period only

    @property
    def district(self) -> District:
        """What was asked."""
        return self.monitoring.district

    @property
    def places(self) -> int:
        """Digits after the comma."""
        return self.district.publication.decimals

    @property
    def is_public(self) -> bool:
        """Whether it is made of the values that may be published."""
        return self.monitoring.profile == "publish"

    @property
    def known(self) -> tuple[Line, ...]:
        """The lines that have a value."""
        return tuple(line for line in self.form.lines if line.value is not None and line.value.value is not None)

    @property
    def existing(self) -> tuple[str, ...]:
        """Units that existed in the period, in order."""
        return tuple(unit for unit in self.units if unit in self.known_units)

    @property
    def answering(self) -> tuple[str, ...]:
        """Those of them that answer themselves."""
        return tuple(unit for unit in self.existing if self.known_units[unit].level == 0)

    def name(self, unit: str) -> str:
        """How a unit was called in the period."""
        return self.known_units[unit].unit_name if unit in self.known_units else unit

    def indicator(self, code: str) -> Indicator:
        """The indicator with this code."""
        return self.monitoring.indicator(code)

    def grave(self, *, above: bool) -> tuple[Finding, ...]:
        """Findings that ask for attention: of the totals, or of those who answer themselves."""
        return tuple(
            finding
            for finding in self.found
            if SEVERITIES.index(finding.severity) >= SEVERITIES.index("attention") and (finding.level > 0) == above
        )


def picture(monitoring: Monitoring, form: Form) -> Picture:
    """The period of a filled form."""
    period, units = str(form.period), in_order(monitoring)
    asked = units_asked(monitoring).filter(pl.col("period") == period)
    rows = monitoring.values.filter(
        pl.col("period") == period, pl.col("reading") == MAIN, pl.col("breakdown").is_null()
    )
    order = {unit: place for place, unit in enumerate(units)}
    cells = {(row["unit"], row["indicator"]): Value.of(row) for row in rows.iter_rows(named=True)}
    advice = monitoring.recommendations.filter(pl.col("period") == period).iter_rows(named=True)
    return Picture(
        monitoring=monitoring,
        form=form,
        units=units,
        cells=cells,
        known_units={unit: value for (unit, _), value in cells.items() if value.state != "not_defined"},
        found=tuple(finding for finding in findings(monitoring, units) if finding.period == period),
        asked=asked,
        silent=silent(asked, units),
        advice=tuple(sorted(advice, key=lambda row: order.get(str(row["unit"]), len(order)))),
        exhibits={exhibit.id: exhibit for exhibit in monitoring.exhibits if form.period == monitoring.periods[-1]},
    )


def side(line: Line) -> Side:
    """Which way a line went."""
    if line.change is None:
        return "unknown"
    if line.change == 0:
        return "same"
    if line.indicator.better == "neutral":
        return "changed"
    return "better" if (line.change > 0) == (line.indicator.better == "higher") else "worse"


def told(line: Line, value: Value | None, places: int) -> str:
    """«73,8 % (31 из 42)», or what stands in its place."""
    sums = notes.parts(value, line.nature)
    return notes.shown(value, line.indicator.unit, places) + (f" ({sums})" if sums else "")
