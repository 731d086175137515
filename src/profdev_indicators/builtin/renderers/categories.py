"""The district by subject, age and whatever else its records are broken down by, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from profdev_indicators import wording
from profdev_indicators.builtin.renderers.marks import heading, long_table, paragraph
from profdev_indicators.results import Monitoring
from profdev_indicators.views import notes
from profdev_indicators.views.breakdowns import WARNING, Category, broken_down
from profdev_indicators.views.form import Form


def categories(monitoring: Monitoring, form: Form) -> Iterator[str]:
    """A table a breakdown; nothing where nothing is broken down."""
    found, places = broken_down(monitoring, form), monitoring.district.publication.decimals
    if not found:
        return
    yield heading(2, f"Разрезы за {form.period.title}")
    yield paragraph(WARNING)
    for each in found:
        yield heading(3, each.title)
        head = ("Показатель", each.title, "Значение", "n из N", "Известно")
        yield from long_table(head, [_row(category, places) for category in each.categories], "values.csv")


def _row(category: Category, places: int) -> tuple[str, ...]:
    line, value = category.line, category.value
    known = wording.DASH if category.known is None else wording.count(category.known)
    return (
        line.indicator.id,
        category.name,
        notes.shown(value, line.indicator.unit, places),
        notes.parts(value, line.nature),
        known,
    )
