"""The book: everything an answer says, as a workbook to look things up in, to filter and to reckon with."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.results import Monitoring
from profdev_indicators.views.form import forms
from profdev_indicators.views.judgements import findings
from profdev_indicators.views.units import in_order
from profdev_reports import naming
from profdev_reports.book import categories, exhibits, heat, origin, sheets, summary, values
from profdev_reports.book.binding import Binding


def render(_: object, monitoring: Monitoring) -> Mapping[str, bytes]:
    """``book-ПЕРИОД.xlsx``; the period is the last one asked."""
    units, filled = in_order(monitoring), forms(monitoring)
    found = findings(monitoring, units)
    binding = Binding.open(f"Книга мониторинга: {monitoring.district.title.nominative}", monitoring.provenance.newest)
    summary.sheet(binding, monitoring, filled, found)
    sheets.form(binding, monitoring, filled)
    sheets.dynamics(binding, monitoring, filled[-1])
    heat.sheet(binding, monitoring, filled[-1], units, heat.HEAT)
    for earlier in filled[:-1]:
        heat.sheet(binding, monitoring, earlier, units, f"{heat.HEAT} {naming.of_period(earlier.period)}")
    categories.sheet(binding, monitoring, filled)
    values.sheet(binding, monitoring)
    sheets.found(binding, monitoring, found)
    sheets.advice(binding, monitoring, units)
    sheets.not_checked(binding, monitoring)
    exhibits.sheets(binding, monitoring)
    origin.defects(binding, monitoring)
    origin.provenance(binding, monitoring)
    return {f"book-{naming.of_period(monitoring.periods[-1])}.xlsx": binding.close()}
