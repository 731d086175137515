"""All criteria of the district at once, before and now: what got worse stands out by weight, mark and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
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
_SIZE = 14.0
_GAP = 19.0  # between two labels
_LINE = 19.0
_LEADER = 26.0  # from a point to its label
_PART = 10.0  # between the parts of a label
_AIR = 1.3  # the field is so much higher than its labels, lest each stand far from its point
_MOST_WORDS = 6  # criteria told in full below the picture


@frozen(kw_only=True)
class Change:
    """A criterion with both values, which may be compared."""

    indicator: Indicator
    before: float
    now: float
    by: float
    is_found: bool  # a rule says that it should be attended to

    @property
    def is_worse(self) -> bool:
        """Whether it went to the worse side."""
        return bool(speech.is_worse(self.by, self.indicator))

    @property
    def is_loud(self) -> bool:
        """Whether it is drawn so that nobody overlooks it."""
        return self.is_worse and self.is_found

    @property
    def role(self) -> Role:
        """The colour of its words."""
        return "bad" if self.is_worse else "ink"


def slope(monitoring: Monitoring, *, id: str) -> Chart | None:  # noqa: A002 - the word of SVG
    """Per cents of the district in the last period asked and in the one before; None: nothing can be compared."""
    form = History.of(monitoring).form
    lines = [line for line in form.lines if line.indicator.unit == "%"]
    found = _found(monitoring)
    changes = [change for line in lines if (change := _change(line, is_found=line.indicator.id in found))]
    if form.before is None or not changes:
        return None
    places = monitoring.district.publication.decimals
    height = max(_LEAST_HEIGHT, _AIR * _GAP * (len(changes) - 1))
    below = list(_words(changes, lines, form.before))
    drawing = Drawing(WIDTH, _TOP + height + 22 + _LINE * len(below), id)
    ends = [end for change in changes for end in (change.before, change.now)]
    values = Axis(least=min(0.0, *ends), most=max(100.0, *ends), step=20.0, start=_TOP + height, end=_TOP)
    _draw(drawing, changes, values, places, (form.before, form.period))
    for row, (words, role, bold) in enumerate(below, start=1):
        drawing.text((_EDGE, _TOP + height + 14 + _LINE * row), words, role=role, size=_SIZE, bold=bold)
    title = f"Показатели: {speech.called(monitoring.district.title.nominative)}, {form.before} и {form.period}"
    return drawing.chart(title, _said(title, changes, lines, places))


def _found(monitoring: Monitoring) -> frozenset[str]:
    """Criteria of the district which its rules call worth attention; all of them where there are no rules."""
    district = monitoring.district
    if not (district.dynamics.rules or any(indicator.rules for indicator in district.indicators)):
        return frozenset(indicator.id for indicator in district.indicators)
    rows = monitoring.findings.filter(
        pl.col("unit") == monitoring.root, pl.col("period") == str(monitoring.periods[-1]), pl.col("severity") != "info"
    )
    return frozenset(rows["indicator"])


def _change(line: Line, *, is_found: bool) -> Change | None:
    if line.change is None or line.value is None or line.before is None:
        return None
    if line.value.value is None or line.before.value is None:
        return None
    return Change(
        indicator=line.indicator, before=line.before.value, now=line.value.value, by=line.change, is_found=is_found
    )


@frozen(kw_only=True)
class Columns:
    """Where the parts of the labels stand, on both sides of the field."""

    left: float  # the left edge of the field
    right: float
    value_before: float  # numbers end here
    value_now: float  # and here
    code: float
    moved: float

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Columns:
        """As wide as the widest of each."""
        before = max(width(row.before, _SIZE, bold=True) for row in rows)
        now = max(width(row.now, _SIZE, bold=True) for row in rows)
        code = max(width(row.code, _SIZE, bold=True) for row in rows)
        moved = max(width(row.moved, _SIZE, bold=True) for row in rows)
        start = WIDTH - _EDGE - moved
        return cls(
            left=_EDGE + code + _PART + before + _LEADER + 4,
            right=start - _PART - code - _PART - now - _LEADER - 4,
            value_before=_EDGE + code + _PART + before,
            value_now=start - _PART - code - _PART,
            code=start - _PART - code,
            moved=start,
        )


@frozen(kw_only=True)
class Row:
    """The words beside both ends of a line."""

    code: str
    before: str
    now: str
    moved: str

    @classmethod
    def of(cls, change: Change, places: int) -> Row:
        """The words for a change; that it is to the better is left unsaid."""
        return cls(
            code=_code(change),
            before=wording.with_unit(change.before, "%", places),
            now=wording.with_unit(change.now, "%", places),
            moved=speech.movement(change.by, change.indicator, places).removesuffix(", лучше"),
        )


def _draw(
    drawing: Drawing, changes: Sequence[Change], values: Axis, places: int, periods: tuple[Period, Period]
) -> None:
    rows = [Row.of(change, places) for change in changes]
    columns = Columns.of(rows)
    for x, period in zip((columns.left, columns.right), periods, strict=True):
        drawing.line([(x, values.end - 8), (x, values.start + 8)], "grid", thick=1.5)
        drawing.text((x, values.end - 22), str(period), size=15, anchor="middle", bold=True)
    ends = (values.end - 8, values.start + 8)
    before = spread([values.at(change.before) for change in changes], _GAP, *ends)
    now = spread([values.at(change.now) for change in changes], _GAP, *ends)
    for place in sorted(range(len(changes)), key=lambda place: (changes[place].is_worse, changes[place].is_loud)):
        _line(drawing, changes[place], values, columns, places, (before[place], now[place]))
        _label(drawing, changes[place], rows[place], columns, (before[place], now[place]))


def _line(
    drawing: Drawing, change: Change, values: Axis, columns: Columns, places: int, labels: tuple[float, float]
) -> None:
    start, end = (columns.left, values.at(change.before)), (columns.right, values.at(change.now))
    role: Role = "bad" if change.is_worse else "line"
    drawing.line([(start[0] - _LEADER, labels[0]), (start[0] - 4, start[1])], "grid", thick=1)
    drawing.line([(end[0] + 4, end[1]), (end[0] + _LEADER, labels[1])], "grid", thick=1)
    drawing.line([start, end], role, thick=3 if change.is_loud else 1.5)
    said = f"{change.indicator.id}. {speech.called(change.indicator.title)}: {_told(change, places)}"
    for spot in (start, end):
        drawing.dot(spot, role, radius=4.5 if change.is_loud else 3, said=said)


def _label(drawing: Drawing, change: Change, row: Row, columns: Columns, labels: tuple[float, float]) -> None:
    before, now = (y + 5 for y in labels)
    role, bold = change.role, change.is_loud
    drawing.text((_EDGE, before), row.code, role=role, size=_SIZE, bold=bold)
    drawing.text((columns.value_before, before), row.before, role=role, size=_SIZE, anchor="end", bold=bold)
    drawing.text((columns.value_now, now), row.now, role=role, size=_SIZE, anchor="end", bold=bold)
    drawing.text((columns.code, now), row.code, role=role, size=_SIZE, bold=bold)
    drawing.text((columns.moved, now), row.moved, role=role, size=_SIZE, bold=bold)


def _code(change: Change) -> str:
    return speech.called(change.indicator.id, 14)


def _words(changes: Sequence[Change], lines: Sequence[Line], before: Period) -> Iterator[tuple[str, Role, bool]]:
    """Lines below the picture: titles of what got worse, and codes of what has no line."""
    worse = sorted((change for change in changes if change.is_worse), key=lambda change: -abs(change.by))
    for change in worse[:_MOST_WORDS]:
        words = f"{_code(change)} — {plain(change.indicator.title)}"
        for line in wrapped(f"{'▲' if change.by > 0 else '▼'} {words}", _SIZE, WIDTH - 2 * _EDGE, bold=change.is_loud):
            yield line, "ink", change.is_loud
    if len(worse) > _MOST_WORDS:
        codes = ", ".join(_code(change) for change in worse[_MOST_WORDS:])
        for line in wrapped(f"Хуже стали и: {codes}", _SIZE, WIDTH - 2 * _EDGE):
            yield line, "ink", False
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


def _said(title: str, changes: Sequence[Change], lines: Sequence[Line], places: int) -> str:
    worse = sorted((change for change in changes if change.is_worse), key=lambda change: -abs(change.by))
    better = sum(speech.is_worse(change.by, change.indicator) is False for change in changes)
    points = [f"{change.indicator.id}: {_told(change, places)}" for change in (*worse, *_others(changes))]
    counts = f"Хуже — {len(worse)}, лучше — {better}, всего сравнимых — {len(changes)} из {len(lines)}."
    most = "; ".join(f"{change.indicator.id}: {_told(change, places)}" for change in worse[:5])
    return speech.told(title, points, summary=f"Сильнее всего ухудшились: {most}" if most else "", always=[counts])


def _others(changes: Sequence[Change]) -> Iterator[Change]:
    return (change for change in changes if not change.is_worse)
