"""How a value went over the periods: gaps where there is none, breaks where its definition changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from attrs import frozen

from profdev_indicators import wording
from profdev_indicators.model import Indicator
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring, Value
from profdev_indicators.views import notes
from profdev_indicators.views.form import Nature
from profdev_reports.charts import speech
from profdev_reports.charts.absences import ABSENCES, UNCONFIRMED
from profdev_reports.charts.axes import Axis, axis
from profdev_reports.charts.drawing import Chart, Drawing, Point, Role
from profdev_reports.charts.history import History, breaks, last_change
from profdev_reports.charts.lettering import width, wrapped
from profdev_reports.charts.placing import Box, free
from profdev_reports.charts.sparks import runs

WIDTH = 640.0
TOP, BOTTOM = 38.0, 226.0  # of the field
_LEFT, _RIGHT = 48.0, 12.0  # margins beside it
_SIZE = 14.0  # on a phone, where the picture is 390 pixels wide, still 8.5
_LINE = 19.0  # from one line of words to the next
_MOST_SLOTS = 72  # more, and only the periods that were read get one
_FIRST_ROW = 20.0  # from the field to the names of the periods
_AROUND = 6.0  # of a point, kept free of words


@frozen(kw_only=True)
class Slot:
    """A period on the axis."""

    period: Period
    x: float
    value: Value | None  # None: nothing was read for the period
    breaks: bool  # from here on the definition is another one


@frozen(kw_only=True)
class Scene:
    """Everything a trend is drawn of."""

    indicator: Indicator
    nature: Nature
    name: str  # of the unit
    slots: tuple[Slot, ...]
    values: Axis
    places: int  # decimals
    targets: tuple[tuple[float, float, float], ...]  # from x, to x, the target
    change: float | None  # of the last period from the one before

    @property
    def each(self) -> float:
        """Pixels of a slot."""
        return self.slots[1].x - self.slots[0].x if len(self.slots) > 1 else WIDTH

    @property
    def right(self) -> float:
        """The right edge of the field."""
        return self.slots[-1].x + min(self.each / 2, WIDTH - _RIGHT - self.slots[-1].x)

    def spot(self, slot: Slot) -> Point | None:
        """Where a value stands."""
        if slot.value is None or slot.value.value is None:
            return None
        return slot.x, self.values.at(slot.value.value)


def trend(monitoring: Monitoring, indicator: str, unit: str | None = None, *, id: str) -> Chart | None:  # noqa: A002 - the word of SVG
    """Values of a unit, the district itself unless told otherwise, over the periods read; None: it never had one."""
    scene = _scene(monitoring, indicator, unit or monitoring.root)
    if scene is None:
        return None
    legend = tuple(line for words in _legend(scene) for line in wrapped(words, _SIZE, WIDTH - 2 * _RIGHT))
    has_parts = any(_parts(scene, slot) for slot in scene.slots)
    first = BOTTOM + _FIRST_ROW + (_LINE if has_parts else 0.0) + (_LINE if scene.change is not None else 0.0)
    drawing = Drawing(WIDTH, first + _LINE * len(legend) + 10, id)
    _grid(drawing, scene)
    _gaps(drawing, scene)
    _target(drawing, scene)
    _path(drawing, scene)
    _labels(drawing, scene)
    _below(drawing, scene)
    for row, words in enumerate(legend, start=1):
        drawing.text((_RIGHT, first + _LINE * row), words, role="muted", size=_SIZE)
    return drawing.chart(_title(scene), _said(scene))


def _scene(monitoring: Monitoring, indicator: str, unit: str) -> Scene | None:
    history = History.of(monitoring)
    line, values = history.lines.get(indicator), history.values(indicator, unit)
    known = [value.value for value in values.values() if value.value is not None]
    if line is None or not known:
        return None
    periods = _periods(history.periods, values)
    aims = [_aim(line.indicator, period) for period in periods]
    words = [_aimed(aim, line.indicator.unit) for aim in aims if aim is not None]
    right = WIDTH - _RIGHT - max((width(text, _SIZE) + 6 for text in words), default=0.0)
    each = (right - _LEFT) / len(periods)
    own = [values.get(str(period)) for period in periods]
    broken = breaks(own)
    slots = [
        Slot(period=period, x=_LEFT + each * (place + 0.5), value=own[place], breaks=place in broken)
        for place, period in enumerate(periods)
    ]
    ends = [end for value in values.values() for end in (value.ci_low, value.ci_high) if end is not None]
    scale = axis([*known, *ends, *filter(None, aims)], line.indicator.unit, start=BOTTOM, end=TOP)
    last = list(values.values())[-1]
    return Scene(
        indicator=line.indicator,
        nature=line.nature,
        name=last.unit_name,
        slots=tuple(slots),
        values=scale,
        places=monitoring.district.publication.decimals,
        targets=tuple(_targets(slots, aims, each)),
        change=last_change(own),
    )


def _periods(read: Sequence[Period], values: Mapping[str, Value]) -> tuple[Period, ...]:
    """Every period between the first and the last, also those nobody asked about."""
    own = [period for period in read if str(period) in values]
    count = own[-1].ordinal - own[0].ordinal + 1
    return tuple(own[0].step(by) for by in range(count)) if count <= _MOST_SLOTS else tuple(own)


def _aim(indicator: Indicator, period: Period) -> float | None:
    mark = max(
        (mark for mark in indicator.target if mark.since <= period.end), key=lambda mark: mark.since, default=None
    )
    return None if mark is None else mark.at


def _aimed(aim: float, unit: str) -> str:
    return f"цель {wording.as_set(aim, unit)}"


def _targets(slots: Sequence[Slot], aims: Sequence[float | None], each: float) -> Iterator[tuple[float, float, float]]:
    """Stretches of one target."""
    start = 0
    for place in range(1, len(slots) + 1):
        if place == len(slots) or aims[place] != aims[start]:
            aim = aims[start]
            if aim is not None:
                yield slots[start].x - each / 2, slots[place - 1].x + each / 2, aim
            start = place


def _grid(drawing: Drawing, scene: Scene) -> None:
    is_answer = any(slot.value and speech.is_answer(slot.value, scene.nature) for slot in scene.slots)
    ticks = (0.0, 100.0) if is_answer else scene.values.ticks
    for tick in ticks:
        y = scene.values.at(tick)
        words = ("да" if tick else "нет") if is_answer else wording.decimal(tick, scene.values.places)
        drawing.line([(_LEFT, y), (scene.right, y)], "muted" if tick == 0 else "grid", thick=1)
        drawing.text((_LEFT - 8, y + 5), words, role="muted", size=_SIZE, anchor="end")
    if not is_answer:
        drawing.text((_LEFT - 8, TOP - 18), scene.indicator.unit, role="muted", size=_SIZE, anchor="end")


def _gaps(drawing: Drawing, scene: Scene) -> None:
    """Absences as a strip of the field with their words, breaks as a line across it."""
    for is_absent, group in groupby(scene.slots, key=lambda slot: scene.spot(slot) is None):
        slots = tuple(group)
        if not is_absent:
            continue
        half = min(scene.each / 2 - 3, max(width(_absent(scene, slot), _SIZE) for slot in slots) / 2 + 8)
        left, right = slots[0].x - half, slots[-1].x + half
        drawing.box(left, TOP, right - left, BOTTOM - TOP, "muted", dash="3 4")
        for slot in slots:
            at = (slot.x, (TOP + BOTTOM) / 2 + 5)
            drawing.text(at, _absent(scene, slot), size=_SIZE, anchor="middle", halo=True)
    for slot in scene.slots:
        if slot.breaks:
            x = slot.x - scene.each / 2
            drawing.line([(x, TOP - 8), (x, BOTTOM)], "muted", thick=1.5, dash="6 4")
            drawing.text((x, TOP - 13), "‡", size=15, anchor="middle", bold=True)


def _absent(scene: Scene, slot: Slot) -> str:
    if slot.value is None:
        return "" if _is_narrow(scene) else "не читали"
    state = slot.value.state
    if _is_narrow(scene):
        return "" if _is_narrowest(scene) else ABSENCES[state].sign
    return speech.said_absence(state)


def _is_narrow(scene: Scene) -> bool:
    return scene.each < max(width(speech.said_absence(state), _SIZE) for state in ABSENCES) + 8


def _is_narrowest(scene: Scene) -> bool:
    return scene.each < max(width(absence.sign, _SIZE) for absence in ABSENCES.values()) + 2


def _word_of_gap(scene: Scene, slot: Slot) -> Box:
    middle, half = (TOP + BOTTOM) / 2, width(_absent(scene, slot), _SIZE) / 2
    return Box(left=slot.x - half, top=middle - 9, right=slot.x + half, bottom=middle + 9)


def _target(drawing: Drawing, scene: Scene) -> None:
    for start, end, aim in scene.targets:
        y = scene.values.at(aim)
        drawing.line([(start, y), (end, y)], "target", thick=2, dash="8 4")
    if scene.targets:
        _, end, aim = scene.targets[-1]
        at = (end + 5, scene.values.at(aim) + 5)
        drawing.text(at, _aimed(aim, scene.indicator.unit), role="target", size=_SIZE, bold=False)


def _path(drawing: Drawing, scene: Scene) -> None:
    for run in _stretches(scene):
        if len(run) > 1:
            drawing.line(run, "line", thick=2)
    for slot in scene.slots:
        spot, value = scene.spot(slot), slot.value
        if spot is None or value is None:
            continue
        if value.ci_low is not None and value.ci_high is not None and _is_seen(scene, value):
            _whisker(drawing, slot.x, scene.values.at(value.ci_low), scene.values.at(value.ci_high))
        is_bad = slot is scene.slots[-1] and speech.is_worse(scene.change, scene.indicator)
        said = f"{slot.period}: {speech.amount(value, scene.indicator, scene.nature, scene.places)}"
        drawing.dot(spot, "bad" if is_bad else "line", radius=5, hollow=value.state == "partial", said=said)


def _stretches(scene: Scene) -> tuple[tuple[Point, ...], ...]:
    """Points that are joined: neither a gap nor a break lies between."""
    joined: list[Point | None] = []
    for slot in scene.slots:
        joined.extend((None, scene.spot(slot)) if slot.breaks else (scene.spot(slot),))
    return runs(joined)


def _is_seen(scene: Scene, value: Value) -> bool:
    """Whether the interval of a value reaches beyond its point."""
    if value.ci_low is None or value.ci_high is None:
        return False
    return abs(scene.values.at(value.ci_low) - scene.values.at(value.ci_high)) > 2 * _AROUND


def _whisker(drawing: Drawing, x: float, low: float, high: float) -> None:
    drawing.line([(x, low), (x, high)], "line", thick=1)
    for y in (low, high):
        drawing.line([(x - 4, y), (x + 4, y)], "line", thick=1)


def _labels(drawing: Drawing, scene: Scene) -> None:
    """The value beside each point, the last and the first before others where there is no room for all."""
    field = Box(left=_LEFT - 6, top=TOP - 22, right=WIDTH - 2, bottom=BOTTOM)
    known = [(slot, spot) for slot in scene.slots if (spot := scene.spot(slot))]
    points = [Box(left=x - _AROUND, top=y - _AROUND, right=x + _AROUND, bottom=y + _AROUND) for _, (x, y) in known]
    taken = [
        *points,
        *(_mark_of_break(scene, slot) for slot in scene.slots if slot.breaks),
        *(_word_of_gap(scene, slot) for slot in scene.slots if scene.spot(slot) is None),
        *_words_of_target(scene),
    ]
    strokes = [stroke for run in _stretches(scene) for stroke in pairwise(run)]
    for place in _by_weight(known):
        slot, (_, y) = known[place]
        if slot.value is None:
            continue
        words = speech.label(slot.value, scene.indicator, scene.nature, scene.places)
        is_last = slot is scene.slots[-1]
        half = width(words, _SIZE, bold=is_last) / 2
        x = min(max(slot.x, field.left + half), field.right - half)
        low, high = _reach(scene, slot, y)
        boxes = [Box(left=x - half, top=top, right=x + half, bottom=top + 16) for top in (high - 24, low + 8)]
        boxes.sort(key=lambda box: any(box.is_crossed(*stroke) for stroke in strokes))
        box = free(boxes, taken, field)
        if box:
            taken.append(box)
            drawing.text((x, box.bottom - 3.5), words, size=_SIZE, anchor="middle", bold=is_last, halo=True)


def _words_of_target(scene: Scene) -> Iterator[Box]:
    if scene.targets:
        _, end, aim = scene.targets[-1]
        y = scene.values.at(aim)
        yield Box(left=end + 5, top=y - 9, right=WIDTH, bottom=y + 9)


def _mark_of_break(scene: Scene, slot: Slot) -> Box:
    x = slot.x - scene.each / 2
    return Box(left=x - 6, top=TOP - 28, right=x + 6, bottom=TOP - 8)


def _reach(scene: Scene, slot: Slot, y: float) -> tuple[float, float]:
    """The lowest and the highest pixel of a point with its whisker."""
    value = slot.value
    ends = [end for end in (value.ci_low, value.ci_high) if end is not None] if value else []
    pixels = [y, *(scene.values.at(end) for end in ends)]
    return max(pixels), min(pixels)


def _by_weight(known: Sequence[tuple[Slot, Point]]) -> tuple[int, ...]:
    """The last, the first, the highest, the lowest, then all others from the last."""
    places = range(len(known))
    highest, lowest = (
        min(places, key=lambda place: known[place][1][1]),
        max(places, key=lambda place: known[place][1][1]),
    )
    return tuple(dict.fromkeys((len(known) - 1, 0, highest, lowest, *reversed(places))))


def _below(drawing: Drawing, scene: Scene) -> None:
    """Periods, what the values are made of, and how the last one moved."""
    names = [str(slot.period) for slot in scene.slots]
    every = _every(max(width(name, _SIZE) for name in names) + 10, scene.each)
    y = BOTTOM + _FIRST_ROW
    for place, slot in enumerate(scene.slots):
        if (len(names) - 1 - place) % every == 0:
            is_last = place == len(names) - 1
            drawing.text((slot.x, y), names[place], size=_SIZE, anchor="middle", bold=is_last)
        parts = _parts(scene, slot)
        if parts:
            drawing.text((slot.x, y + _LINE), parts, role="muted", size=_SIZE, anchor="middle")
    if scene.change is not None:
        words = speech.movement(scene.change, scene.indicator, scene.places)
        half = width(words, _SIZE, bold=True) / 2
        x = min(scene.slots[-1].x, WIDTH - 4 - half)
        worse = speech.is_worse(scene.change, scene.indicator)
        role: Role = "muted" if worse is None else ("bad" if worse else "good")
        rows = 2 if any(_parts(scene, slot) for slot in scene.slots) else 1
        drawing.text((x, y + _LINE * rows), words, role=role, size=_SIZE, anchor="middle", bold=bool(worse))


def _every(wanted: float, each: float) -> int:
    return next(every for every in range(1, 1000) if every * each >= wanted)


def _parts(scene: Scene, slot: Slot) -> str:
    """«420 из 547», where there is room for those of all."""
    if scene.each < max((width(_sums(scene, other), _SIZE) for other in scene.slots), default=0.0) + 6:
        return ""
    return _sums(scene, slot)


def _sums(scene: Scene, slot: Slot) -> str:
    if slot.value is None or slot.value.value is None or speech.is_answer(slot.value, scene.nature):
        return ""
    return notes.parts(slot.value, scene.nature)


def _legend(scene: Scene) -> Iterator[str]:
    values = [slot.value for slot in scene.slots if slot.value is not None]
    known = [value for value in values if value.value is not None]
    if any(value.state == "partial" for value in known):
        yield "○ — ответили не все: значение по тем, кто ответил"
    if any(_is_seen(scene, value) for value in known):
        yield "Отрезок у точки — где было бы значение, если бы ответили все (с вероятностью 95 %)"
    if any(value.evidenced < value.reported for value in known):
        yield f"{UNCONFIRMED} — {wording.NOT_EVIDENCED}"
    if since := _broken(scene):
        yield f"‡ — с {since} определение другое: с прежними значениями не сравнивается"
    states = {value.state for value in values if value.value is None}
    if states and _is_narrowest(scene):
        yield "Пунктирная рамка — значений нет; почему — в таблице"
    elif _is_narrow(scene):
        yield from (f"«{ABSENCES[state].sign}» — {ABSENCES[state].meaning}" for state in ABSENCES if state in states)


def _broken(scene: Scene) -> str:
    """«2020, 2022»: from which periods on the definition is another one."""
    return ", ".join(str(slot.period) for slot in scene.slots if slot.breaks)


def _title(scene: Scene) -> str:
    first, last = scene.slots[0].period, scene.slots[-1].period
    when = str(last) if first == last else f"{first}–{last}"
    return ", ".join(
        filter(None, (f"Показатель {speech.called(scene.indicator.id, 30)}", speech.called(scene.name), when))
    )


def _said(scene: Scene) -> str:
    told = [
        f"{slot.period} — {speech.amount(slot.value, scene.indicator, scene.nature, scene.places)}"
        for slot in scene.slots
    ]
    since = _broken(scene)
    always = [f"С {since} определение другое, линия прервана."] if since else []
    if scene.change is not None:
        always.insert(0, f"За последний период: {speech.spoken(scene.change, scene.indicator, scene.places)}.")
    if scene.targets:
        always.insert(0, f"Ц{_aimed(scene.targets[-1][2], scene.indicator.unit)[1:]}.")
    return speech.told(_title(scene), told, summary=f"Последнее значение: {told[-1]}", always=always)
