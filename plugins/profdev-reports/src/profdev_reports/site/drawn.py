"""Pictures on pages: each with its words, none where there is nothing to draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from profdev_indicators import wording
from profdev_indicators.results import Value
from profdev_indicators.views.form import Line
from profdev_reports import charts
from profdev_reports.site.answer import Answer
from profdev_reports.site.parts import Cell, Figure
from profdev_reports.site.shown import moved


def slope(answer: Answer, id: str) -> Iterator[Figure]:  # noqa: A002 - the word of HTML
    """All criteria of the district, before and now."""
    chart = charts.slope(answer.monitoring, id=f"{id}-slope")
    if chart is not None and answer.form.before is not None:
        yield Figure(
            svg=chart.svg,
            caption=f"Критерии района: {answer.form.before.title} и {answer.period.title}. Числа — в таблицах.",
            look="tall",
        )


def trend(answer: Answer, line: Line, id: str) -> Iterator[Figure]:  # noqa: A002 - the same
    """A criterion over all periods read."""
    chart = charts.trend(answer.monitoring, line.indicator.id, id=f"{id}-trend")
    if chart is not None:
        yield Figure(svg=chart.svg, caption=f"{line.indicator.id} по периодам; числа — в таблице ниже.")


def funnel(answer: Answer, line: Line, id: str) -> Iterator[Figure]:  # noqa: A002 - the same
    """Organisations by size, with what chance explains."""
    chart = charts.funnel(answer.monitoring, line.indicator.id, id=f"{id}-funnel")
    if chart is not None:
        yield Figure(
            svg=chart.svg,
            caption="Чем меньше организация, тем сильнее её доля колеблется сама по себе. Внутри границ отличие от "
            "района объясняется численностью; за ними — повод разобраться. Числа — в таблице ниже.",
        )


def spark(answer: Answer, unit: str, line: Line, id: str) -> Cell:  # noqa: A002 - the same
    """All periods of one value in a cell; across a break of the definition nothing is drawn."""
    values = answer.series(unit, line.indicator.id)
    now = next((value for value in reversed(values) if value is not None and value.value is not None), None)
    points = [
        value.value if value is not None and now is not None and value.definition == now.definition else None
        for value in values
    ]
    known = sum(point is not None for point in points)
    if known < 2 or line.indicator.unit != "%":  # noqa: PLR2004 - a line has two ends
        return Cell(text=wording.DASH, spoken="рисовать нечего", look="muted", order="")
    told = ", ".join(
        f"{period}: {answer.cell(unit, line.indicator.id, period).text or 'не спрашивали'}" for period in answer.periods
    )
    worse = moved(*_last_two(values), line, answer.places).way == "worse"
    return Cell(svg=charts.spark(points, id=id, alt=told, worse=worse).svg)


def _last_two(values: Sequence[Value | None]) -> tuple[Value | None, Value | None]:
    return (values[-2] if len(values) > 1 else None), values[-1]
