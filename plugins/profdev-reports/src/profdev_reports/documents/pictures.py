"""The charts of a note, drawn when a document is made."""

from __future__ import annotations

from profdev_reports import charts
from profdev_reports.charts import Chart
from profdev_reports.documents.picture import Picture


def slope(picture: Picture) -> Chart | None:
    """All criteria, the period before beside this one; only of the last period, which the chart speaks of."""
    if picture.form.period != picture.monitoring.periods[-1] or picture.form.before is None:
        return None
    return charts.slope(picture.monitoring, id="slope")


def trend(picture: Picture, code: str) -> Chart | None:
    """One criterion over the periods."""
    return charts.trend(picture.monitoring, code, id=f"trend-{code}")


def shade(value: float | None) -> str | None:
    """The background of a cell of a heat map; none where there is nothing to show."""
    return None if value is None else charts.shade(value)[0]
