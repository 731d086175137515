"""All criteria of the district at once, before and now: what got worse stands out by weight, mark and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from profdev_indicators import wording
from profdev_indicators.model import Indicator
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring
from profdev_indicators.views.form import Line
from profdev_reports.charts import speech
from profdev_reports.charts.axes import Axis
from profdev_reports.charts.drawing import Chart, Drawing, Role
from profdev_reports.charts.history import History
from profdev_reports.charts.lettering import plain, width, wrapped
from profdev_reports.charts.placing import spread

WIDTH = 640.0
_EDGE = 12.0
_TOP = 46.0  # of the field
_LEAST_HEIGHT = 240.0
_SIZE = 12.5
_GAP = 17.0  # between two labels
_LINE = 17.0
_LEADER = 14.0  # from a point to its label
_MOST_WORDS = 12  # criteria told in full below the picture


@frozen(kw_only=True)
class Change:
    """A criterion with both values, which may be compared."""

    indicator: Indicator
    before: float
    now: float
    by: float

    @property
    def is_worse(self) -> bool:
        """Whether it went to the worse side."""
        return bool(speech.is_worse(self.by, self.indicator))

    @property
    def role(self) -> Role:
        """The colour of its words."""
        return "bad" if self.is_worse else "ink"


def slope(monitoring: Monitoring, *, id: str) -> Chart | None:  # noqa: A002 - the word of SVG
    """Per cents of the district in the last period asked and in the one before; None: nothing can be compared."""
    form = History.of(monitoring).form
    lines = [line for line in form.lines if line.indicator.unit == "%"]
    changes = [change for line in lines if (change := _change(line))]
    if form.before is None or not changes:
        return None
    places = monitoring.district.publication.decimals
    height = max(_LEAST_HEIGHT, _GAP * (len(changes) - 1))
    below = list(_words(changes, lines, form.before))
    drawing = Drawing(WIDTH, _TOP + height + 22 + _LINE * len(below), id)
    ends = [end for change in changes for end in (change.before, change.now)]
    values = Axis(least=min(0.0, *ends), most=max(100.0, *ends), step=20.0, start=_TOP + height, end=_TOP)
    _draw(drawing, changes, values, places, (form.before, form.period))
    for row, (words, role, bold) in enumerate(below, start=1):
        drawing.text((_EDGE, _TOP + height + 14 + _LINE * row), words, role=role, size=_SIZE, bold=bold)
    title = f"Показатели: {speech.called(monitoring.district.title.nominative)}, {form.before} и {form.period}"
    return drawing.chart(title, _said(changes, lines, places))


def _change(line: Line) -> Change | None:
    if line.change is None or line.value is None or line.before is None:
        return None
    if line.value.value is None or line.before.value is None:
        return None
    return Change(indicator=line.indicator, before=line.before.value, now=line.value.value, by=line.change)


def _draw(
    drawing: Drawing, changes: Sequence[Change], values: Axis, places: int, periods: tuple[Period, Period]
) -> None:
    after = [_after(change, places) for change in changes]
    before = [_before(change, places) for change in changes]
    left = _EDGE + max(width(text, _SIZE, bold=True) for text in before) + _LEADER + 6
    right = WIDTH - _EDGE - max(width(text, _SIZE, bold=True) for text in after) - _LEADER - 6
    for x, period in zip((left, right), periods, strict=True):
        drawing.line([(x, values.end - 8), (x, values.start + 8)], "grid", thick=1.5)
        drawing.text((x, values.end - 20), str(period), size=14, anchor="middle", bold=True)
    ends = (values.end, values.start)
    at_left = spread([values.at(change.before) for change in changes], _GAP, *ends)
    at_right = spread([values.at(change.now) for change in changes], _GAP, *ends)
    for place in sorted(range(len(changes)), key=lambda place: changes[place].is_worse):
        change = changes[place]
        start, end = (left, values.at(change.before)), (right, values.at(change.now))
        stroke: Role = "bad" if change.is_worse else "line"
        drawing.line([(left - _LEADER, at_left[place]), (left - 4, start[1])], "grid", thick=1)
        drawing.line([(right + 4, end[1]), (right + _LEADER, at_right[place])], "grid", thick=1)
        drawing.line([start, end], stroke, thick=3 if change.is_worse else 1.25)
        said = f"{change.indicator.id}. {speech.called(change.indicator.title)}: {_told(change, places)}"
        for spot in (start, end):
            drawing.dot(spot, stroke, radius=4 if change.is_worse else 3, said=said)
        for x, y, anchor, words in (
            (left - _LEADER - 3, at_left[place], "end", before[place]),
            (right + _LEADER + 3, at_right[place], "start", after[place]),
        ):
            drawing.text(
                (x, y + 4.5),
                words,
                role=change.role,
                size=_SIZE,
                anchor="end" if anchor == "end" else "start",
                bold=change.is_worse,
            )


def _before(change: Change, places: int) -> str:
    return f"{_code(change)}   {wording.with_unit(change.before, '%', places)}"


def _after(change: Change, places: int) -> str:
    moved = speech.movement(change.by, change.indicator, places)
    words = moved if change.is_worse else moved.removesuffix(", лучше")
    return f"{wording.with_unit(change.now, '%', places)}   {_code(change)}   {words}"


def _code(change: Change) -> str:
    return speech.called(change.indicator.id, 14)


def _words(changes: Sequence[Change], lines: Sequence[Line], before: Period) -> Iterator[tuple[str, Role, bool]]:
    """Lines below the picture: titles of what got worse, and codes of what has no line."""
    worse = sorted((change for change in changes if change.is_worse), key=lambda change: -abs(change.by))
    for change in worse[:_MOST_WORDS]:
        words = f"{_code(change)} — {plain(change.indicator.title)}"
        for line in wrapped(f"▼▲"[change.by > 0] + f" {words}", _SIZE, WIDTH - 2 * _EDGE):
            yield line, "bad", False
    if len(worse) > _MOST_WORDS:
        codes = ", ".join(_code(change) for change in worse[_MOST_WORDS:])
        for line in wrapped(f"Хуже стали и: {codes}", _SIZE, WIDTH - 2 * _EDGE):
            yield line, "bad", False
    for line in wrapped(_missing(lines, before), _SIZE, WIDTH - 2 * _EDGE):
        yield line, "muted", False


def _missing(lines: Sequence[Line], before: Period) -> str:
    broken = [line.indicator.id for line in lines if not line.comparable and _has_both(line)]
    silent = [line.indicator.id for line in lines if not _has_both(line)]
    told = (
        f"изменилось определение — {', '.join(broken)}" if broken else "",
        f"нет значения за этот период или за {before} — {', '.join(silent)}" if silent else "",
    )
    reasons = "; ".join(filter(None, told))
    return f"Без линии: {reasons}" if reasons else ""


def _has_both(line: Line) -> bool:
    return all(value is not None and value.value is not None for value in (line.value, line.before))


def _told(change: Change, places: int) -> str:
    way = " → ".join(wording.with_unit(value, "%", places) for value in (change.before, change.now))
    return f"{way}, {speech.spoken(change.by, change.indicator, places)}"


def _said(changes: Sequence[Change], lines: Sequence[Line], places: int) -> str:
    worse = sorted((change for change in changes if change.is_worse), key=lambda change: -abs(change.by))
    better = sum(speech.is_worse(change.by, change.indicator) is False for change in changes)
    points = [f"{change.indicator.id}: {_told(change, places)}" for change in (*worse, *_others(changes))]
    counts = f"Хуже — {len(worse)}, лучше — {better}, всего сравнимых — {len(changes)} из {len(lines)}."
    most = "; ".join(f"{change.indicator.id}: {_told(change, places)}" for change in worse[:5])
    return speech.told(points, summary=f"Сильнее всего снизились: {most}." if most else "", always=[counts])


def _others(changes: Sequence[Change]) -> Iterator[Change]:
    return (change for change in changes if not change.is_worse)
