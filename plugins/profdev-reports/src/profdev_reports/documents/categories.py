"""Appendices of a note: the district by subject, by age and by whatever else its records are broken down by."""

from __future__ import annotations

from collections.abc import Iterator

from profdev_indicators import wording
from profdev_indicators.views import notes
from profdev_indicators.views.breakdowns import WARNING, Broken, Category, broken_down
from profdev_reports.blocks import Block, Paragraph, Row, Table
from profdev_reports.documents.picture import Picture
from profdev_reports.documents.titles import recalled


def appendices(picture: Picture) -> Iterator[tuple[str, Iterator[Block]]]:
    """Title and blocks of each breakdown; nothing where nothing is broken down, and in what is published."""
    for broken in broken_down(picture.monitoring, picture.form):
        yield f"Разрез: {broken.title}", _blocks(broken, picture.places)


def _blocks(broken: Broken, places: int) -> Iterator[Block]:
    yield Paragraph(text=WARNING)
    yield Table(
        caption=f"Район по разрезу «{broken.title}»",
        head=(broken.title, "Значение", "n из N", "Известно"),
        rows=tuple(_rows(broken, places)),
        widths=(0.46, 0.2, 0.2, 0.14),
        numbers=frozenset({1, 2, 3}),
        small=True,
    )


def _rows(broken: Broken, places: int) -> Iterator[Row]:
    """Those of an indicator under its name."""
    last = ""
    for category in broken.categories:
        indicator = category.line.indicator
        if indicator.id != last:
            yield Row(cells=(f"{indicator.id}. {recalled(indicator.title)}",), kind="section")
            last = indicator.id
        yield Row(cells=tuple(_cells(category, places)))


def _cells(category: Category, places: int) -> Iterator[str]:
    line, value = category.line, category.value
    yield category.name
    yield notes.shown(value, line.indicator.unit, places)
    yield notes.parts(value, line.nature)
    yield wording.DASH if category.known is None else wording.count(category.known)
