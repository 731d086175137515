"""Organisations by their size: who differs from the total by more than chance and usual differences explain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from attrs import frozen

from profdev_indicators import wording
from profdev_indicators.model import Indicator, Population
from profdev_indicators.results import Monitoring, Value
from profdev_indicators.views.form import Line
from profdev_reports.charts import speech
from profdev_reports.charts.axes import Axis, sizes
from profdev_reports.charts.drawing import Chart, Drawing, Point, Role
from profdev_reports.charts.history import History
from profdev_reports.charts.lettering import name, width, wrapped
from profdev_reports.charts.limits import Limits, limits
from profdev_reports.charts.placing import Box, free, spread

WIDTH = 640.0
TOP, BOTTOM = 22.0, 330.0  # of the field
_LEFT, _EDGE = 48.0, 12.0
_SIZE = 14.0
_LINE = 19.0
_LEAST = 5  # organisations: fewer are told one by one
_STEPS = 160  # points of a limit
_LONG_NAME = 360.0  # pixels: a longer one is told below, by its number
_MOST_LABELS = 24
_MOST_TOLD = 12  # organisations below the picture
_MOST_SAID = 3  # organisations in words, where there are too many for all
_HAIR = 1e-9
_KEY = (
    "▼▲ — вне границ; крупные — вне 99,8 %. "
    "Между штриховыми линиями — 95 % организаций, которые не отличаются от района"
)


@frozen(kw_only=True)
class Member:
    """An organisation in the funnel."""

    name: str
    share: float  # per cent
    x: float
    n: float
    beyond: int  # 0: within 95 %; 1: beyond it; 2: beyond 99.8 %
    is_below: bool


@frozen(kw_only=True)
class Scene:
    """Everything a funnel is drawn of."""

    line: Line
    centre: float  # per cent
    members: tuple[Member, ...]
    hidden: int  # organisations whose values are not shown
    limits: Limits
    across: Axis
    up: Axis
    places: int
    names: bool  # organisations are called by their names

    def spot(self, member: Member) -> Point:
        """Where a member stands."""
        return self.across.at(member.n), self.up.at(member.share)

    @property
    def outliers(self) -> tuple[Member, ...]:
        """Those beyond a limit, the farther ones first, then the larger ones."""
        beyond = [member for member in self.members if member.beyond]
        return tuple(sorted(beyond, key=lambda member: (-member.beyond, -member.n, member.name)))

    def role(self, member: Member) -> Role:
        """The colour of a member."""
        if not member.beyond:
            return "point"
        worse = speech.is_worse(-1.0 if member.is_below else 1.0, self.line.indicator)
        return "ink" if worse is None else ("bad" if worse else "good")


def funnel(monitoring: Monitoring, indicator: str, *, id: str) -> Chart | None:  # noqa: A002 - the word of SVG
    """Organisations in the last period asked, with limits about the district's total.

    None: fewer than five have a value, or it is not a share of persons, or all have all or nothing.
    """
    scene = _scene(monitoring, indicator)
    if scene is None:
        return None
    labels = _labels(scene)
    below = [line for words in _below(scene, labels) for line in wrapped(words, _SIZE, WIDTH - 2 * _EDGE)]
    first = BOTTOM + 2 * _LINE + 8
    drawing = Drawing(WIDTH, first + _LINE * len(below) + 10, id)
    _field(drawing, scene)
    _marks(drawing, scene)
    for label in labels:
        at, bold = (label.box.left, label.box.bottom - 3.5), label.member.beyond > 1
        drawing.text(at, label.words, role=scene.role(label.member), size=_SIZE, bold=bold, halo=True)
    for row, words in enumerate(below, start=1):
        drawing.text((_EDGE, first + _LINE * row), words, role="muted", size=_SIZE)
    title = _title(monitoring, scene)
    return drawing.chart(title, _said(title, scene))


def _scene(monitoring: Monitoring, indicator: str) -> Scene | None:
    history = History.of(monitoring)
    line = history.lines.get(indicator)
    rows = history.organisations(indicator)
    known = rows.filter(pl.col("value").is_not_null(), pl.col("denominator") > 0).sort("unit")
    if line is None or not _is_share_of_persons(line, known) or known.height < _LEAST:
        return None
    x, n = known["numerator"].to_list(), known["denominator"].to_list()
    total = line.value.value if line.value is not None and line.value.value is not None else 100 * sum(x) / sum(n)
    if not 0 < total < 100:  # noqa: PLR2004 - per cent
        return None
    found = limits(x, n, total / 100)
    right = WIDTH - _EDGE - width(_centre_words(total, monitoring.district.publication.decimals), _SIZE) - 10
    return Scene(
        line=line,
        centre=total,
        members=tuple(_members(known, found, total)),
        hidden=rows.filter(pl.col("state") == "suppressed").height,
        limits=found,
        across=sizes(max(n) * 1.02, start=_LEFT, end=right),
        up=Axis(least=0.0, most=100.0, step=20.0, start=BOTTOM, end=TOP),
        places=monitoring.district.publication.decimals,
        names=monitoring.profile == "internal",
    )


def _is_share_of_persons(line: Line, known: pl.DataFrame) -> bool:
    measure = line.indicator.measure
    if line.indicator.unit != "%" or line.nature != "part" or not hasattr(measure, "population"):
        return False
    return known.filter(pl.col("denominator") > 1).height >= _LEAST


def _members(known: pl.DataFrame, found: Limits, total: float) -> Iterator[Member]:
    of = known["denominator"].to_numpy()
    inner, outer = found.inner(of), found.outer(of)
    for place, row in enumerate(known.iter_rows(named=True)):
        share = row["numerator"] / row["denominator"]
        beyond = [not float(low[place]) - _HAIR <= share <= float(high[place]) + _HAIR for low, high in (inner, outer)]
        yield Member(
            name=name(row["unit_name"]),
            share=row["value"],
            x=row["numerator"],
            n=row["denominator"],
            beyond=2 if beyond[1] else int(beyond[0]),
            is_below=row["value"] < total,
        )


def _field(drawing: Drawing, scene: Scene) -> None:
    up, across = scene.up, scene.across
    most = max(member.n for member in scene.members)
    of = np.unique(np.rint(np.linspace(1, max(across.most, most), _STEPS)))
    (low, high), (lowest, highest) = scene.limits.inner(of), scene.limits.outer(of)
    upper = [(across.at(n), up.at(100 * share)) for n, share in zip(of, high, strict=True)]
    lower = [(across.at(n), up.at(100 * share)) for n, share in zip(of, low, strict=True)]
    drawing.area([*upper, *reversed(lower)], "band")
    for tick in up.ticks:
        drawing.line([(across.start, up.at(tick)), (across.end, up.at(tick))], "muted" if not tick else "grid", thick=1)
        words = wording.decimal(tick, 0) if tick else "0"
        drawing.text((across.start - 8, up.at(tick) + 5), words, role="muted", size=_SIZE, anchor="end")
    drawing.text((across.start - 8, up.end - 9), "%", role="muted", size=_SIZE, anchor="end")
    for tick in across.ticks:
        drawing.text((across.at(tick), BOTTOM + 19), wording.count(tick), role="muted", size=_SIZE, anchor="middle")
    drawing.text(((across.start + across.end) / 2, BOTTOM + 39), _who(scene.line), size=_SIZE, anchor="middle")
    for edge, dash in ((high, "6 4"), (low, "6 4"), (highest, "2 3"), (lowest, "2 3")):
        path = [(across.at(n), up.at(100 * share)) for n, share in zip(of, edge, strict=True)]
        drawing.line(path, "muted", thick=1.25, dash=dash)
    drawing.line([(across.start, up.at(scene.centre)), (across.end, up.at(scene.centre))], "line", thick=2)
    _ends(drawing, scene, [float(edge[-1]) for edge in (highest, high, low, lowest)])


def _ends(drawing: Drawing, scene: Scene, ends: Sequence[float]) -> None:
    """What the lines mean, at their right ends."""
    words = (("99,8 %", ends[0]), ("95 %", ends[1]), ("", scene.centre / 100), ("95 %", ends[2]), ("99,8 %", ends[3]))
    wanted = [scene.up.at(100 * share) for _, share in words]
    for y, (text, share) in zip(spread(wanted, 16, TOP, BOTTOM), words, strict=True):
        at = (scene.across.end + 7, y + 5)
        if text:
            drawing.text(at, text, role="muted", size=_SIZE)
        else:
            drawing.text(at, _centre_words(100 * share, scene.places), role="line", size=_SIZE, bold=True)


def _centre_words(total: float, places: int) -> str:
    return f"район {wording.with_unit(total, '%', places)}"


def _who(line: Line) -> str:
    population = getattr(line.indicator.measure, "population", None)
    if isinstance(population, Population):
        return f"Сколько в организации: {speech.called(population.title, 60)}"
    return "Знаменатель показателя"


def _marks(drawing: Drawing, scene: Scene) -> None:
    for member in sorted(scene.members, key=lambda member: member.beyond):
        at, role = scene.spot(member), scene.role(member)
        amount = _amount(member, scene.places)
        said = f"{speech.called(member.name)} — {amount}" if scene.names else amount
        if member.beyond:
            drawing.area(_triangle(at, 4.5 + 1.5 * member.beyond, down=member.is_below), role, said=said)
        else:
            drawing.dot(at, role, radius=4, faint=True, said=said)


def _triangle(at: Point, reach: float, *, down: bool) -> tuple[Point, ...]:
    x, y = at
    sign = 1 if down else -1
    return (x - reach, y - 0.7 * reach * sign), (x + reach, y - 0.7 * reach * sign), (x, y + reach * sign)


@frozen(kw_only=True)
class Label:
    """Words beside an outlier."""

    member: Member
    words: str
    box: Box
    is_number: bool  # the lines below say whose


def _labels(scene: Scene) -> tuple[Label, ...]:
    """Names beside outliers as long as there is room; numbers beside the others, whom the lines below name."""
    if not scene.names:
        return ()
    taken = [Box(left=x - 8, top=y - 7, right=x + 8, bottom=y + 7) for x, y in map(scene.spot, scene.members)]
    labels: list[Label] = []
    for member in scene.outliers[:_MOST_LABELS]:
        number = sum(label.is_number for label in labels) + 1
        full = f"{member.name} — {wording.with_unit(member.share, '%', scene.places)}"
        for words in (full, str(number)):
            is_number = words != full
            box = _beside(scene, member, words, taken)
            if box is not None and (not is_number or number <= _MOST_TOLD):
                taken.append(box)
                labels.append(Label(member=member, words=words, box=box, is_number=is_number))
                break
    return tuple(labels)


def _beside(scene: Scene, member: Member, words: str, taken: Sequence[Box]) -> Box | None:
    long = width(words, _SIZE, bold=member.beyond > 1)
    if long > _LONG_NAME:
        return None
    x, y = scene.spot(member)
    reach = Box(left=x - long - 20, top=y - 45, right=x + long + 20, bottom=y + 45)
    near = [box for box in taken if box.overlaps(reach)]
    field = Box(left=_LEFT + 2, top=TOP - 16, right=scene.across.end, bottom=BOTTOM + 9)
    return free(_around((x, y), long), near, field)


def _around(at: Point, long: float) -> Iterator[Box]:
    """To the right, to the left, above, below; then farther away."""
    x, y = at
    for away in (0.0, 7.0):
        for left, middle in (
            (x + 10, y - away),
            (x - 10 - long, y - away),
            (x + 10, y + away),
            (x - 10 - long, y + away),
            (x - long / 2, y - 17 - away),
            (x - long / 2, y + 17 + away),
        ):
            yield Box(left=left, top=middle - 8.5, right=left + long, bottom=middle + 8.5)


def _below(scene: Scene, labels: Sequence[Label]) -> Iterator[str]:
    yield _KEY
    if told := _overdispersion(scene):
        yield told
    for label in labels:
        if label.is_number:
            yield f"{label.words} — {speech.called(label.member.name, 150)}: {_amount(label.member, scene.places)}"
    if scene.names and len(labels) < len(scene.outliers):
        yield f"Без подписи — ещё {len(scene.outliers) - len(labels)}: значения в таблице"
    if scene.hidden:
        yield _hidden(scene)


def _amount(member: Member, places: int) -> str:
    return f"{wording.with_unit(member.share, '%', places)} ({wording.of(member.x, member.n)})"


def _overdispersion(scene: Scene) -> str:
    if scene.limits.phi <= 1:
        return ""
    times = wording.decimal(scene.limits.phi)
    if scene.limits.is_widened:
        return f"Организации различаются сильнее, чем по случайности (разброс больше в {times} раза): границы расширены"
    return f"Границы — только случайность, а разброс организаций больше неё в {times} раза: точек вне границ больше"


def _hidden(scene: Scene) -> str:
    units = wording.counted(scene.hidden, "организации", "организаций", "организаций")
    return f"Значения {units} скрыты: так защищены малые числа"


def _title(monitoring: Monitoring, scene: Scene) -> str:
    indicator: Indicator = scene.line.indicator
    return f"Показатель {speech.called(indicator.id, 30)}: организации по численности, {monitoring.periods[-1]}"


def _said(title: str, scene: Scene) -> str:
    far = sum(member.beyond > 1 for member in scene.members)
    near = len(scene.outliers) - far
    counts = f"Вне границы 99,8 % — {far}, между 95 и 99,8 % — {near}."
    points = [_outlier(member, scene.places) for member in scene.outliers] if scene.names else []
    hidden = f"{_hidden(scene)}." if scene.hidden else ""
    farthest = f"{'; '.join(points[:_MOST_SAID])} и другие" if points else ""
    always = [counts, _total(scene), hidden]
    return speech.told(title, points, summary=farthest, always=always, count=len(scene.members))


def _total(scene: Scene) -> str:
    value: Value | None = scene.line.value
    sums = ""
    if value is not None and value.numerator is not None and value.denominator is not None:
        sums = f" ({wording.of(value.numerator, value.denominator)})"
    shown = wording.counted(len(scene.members), "организация", "организации", "организаций")
    return f"По району {wording.with_unit(scene.centre, '%', scene.places)}{sums}; на графике {shown}."


def _outlier(member: Member, places: int) -> str:
    side = "ниже" if member.is_below else "выше"
    limit = "99,8 %" if member.beyond > 1 else "95 %"
    return f"{side} границы {limit}: {speech.called(member.name)} — {_amount(member, places)}"
