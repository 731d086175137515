"""The district by subject, by age and by whatever else its records are broken down by: to filter and to sort."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from profdev_indicators.results import Monitoring
from profdev_indicators.views.breakdowns import WARNING, Category, broken_down
from profdev_indicators.views.form import Form
from profdev_reports.book.binding import CENTRE, NUMBER, Binding, Cell, Given
from profdev_reports.book.numbers import amount

NAME = "Разрезы"


def sheet(binding: Binding, monitoring: Monitoring, filled: Sequence[Form]) -> None:
    """All breakdowns of all periods asked; no sheet where nothing is broken down, and in what is published."""
    rows = tuple(_rows(monitoring, filled))
    if not rows:
        return
    page = binding.page(NAME, (9, 18, 28, 8, 52, 14, 9, 9, 11))
    page.title("Район по разрезам")
    page.note(WARNING)
    heads = ("Период", "Разрез", "Группа", "Код", "Критерий", "Значение", "n", "N", "Известно")
    page.head(heads, freeze=3, last=page.row + len(rows))
    for cells in rows:
        page.line(cells)


def has(monitoring: Monitoring) -> bool:
    """Whether anything of what was asked is broken down."""
    return monitoring.values["breakdown"].null_count() < monitoring.values.height


def _rows(monitoring: Monitoring, filled: Sequence[Form]) -> Iterator[Sequence[Given]]:
    places = monitoring.district.publication.decimals
    for form in filled:
        for broken in broken_down(monitoring, form):
            for category in broken.categories:
                yield (str(form.period), broken.title, *_cells(category, places))


def _cells(category: Category, places: int) -> Iterator[Given]:
    indicator, value = category.line.indicator, category.value
    yield category.name
    yield Cell(indicator.id, CENTRE)
    yield indicator.title
    yield amount(value, indicator.unit, places)
    yield from (Cell(number, NUMBER) for number in (value.numerator, value.denominator, category.known))
