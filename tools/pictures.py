"""Pictures of the pages about rules and analyses: small invented series, judged by the very rule they explain.

`make docs` writes them, a test compares them. Where a rule fired, the mark is filled; under a series stands what the
rule answered: where it answers otherwise than the picture is meant to show, there is no picture but an error.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from attrs import evolve, frozen
from svg import GREY, INK, PALE, Picture

from profdev_indicators import load, monitor, plugin_manager
from profdev_indicators.engine.judge import judge
from profdev_indicators.facade import analyse
from profdev_indicators.frames import VALUES, conform
from profdev_indicators.model import District, Rule
from profdev_indicators.periods import Calendar, Period
from profdev_indicators.plugins import kinds
from profdev_indicators.wording import MINUS, NBSP, SEVERITY_WORDS, change, count, decimal, plural
from profdev_statistics.funnel import Funnel

DOCS = Path(__file__).parents[1] / "docs"
PLUGINS = plugin_manager()
RULE_NAMES: Mapping[type, str] = {kind: name for name, kind in kinds(PLUGINS)[Rule].items()}
LAST = {"year": Period.parse("2022", "year"), "quarter": Period.parse("2022-Q4", "quarter")}
ROOT = "район"

Point = tuple[float, float] | None  # x of n; None: no answer
Series = Sequence[Point]

CONFIG = """
id: район
title: Район
calendar: {calendar}
populations:
  - {{id: teachers, title: педагоги, items: [n_ped]}}
  - {{id: schools, title: организации, items: [school]}}
sources:
  - id: card
    title: Карта
    reader: {{csv: {{location: "{{period}}.csv"}}}}
    asked_of: [school]
    items:
      - {{id: n_ped, title: Педагогов, type: count}}
      - {{id: n_diag, title: Из них, type: count}}
      - {{id: plan, title: Есть план, type: flag}}
sections:
  - id: s
    title: Раздел
    indicators:
      - id: "1"
        title: Показатель
        source: card
        measure: {{share: {{counted: {counted}, population: {population}}}}}
        silence: excluded
        missing: strict
        target: {target}
dynamics:
  rules: [{{{kind}: {fields}}}]
"""


@frozen(kw_only=True)
class Verdict:
    """What a rule said of a series in its last period."""

    severity: str | None  # in Russian; None: it did not fire
    reason: str | None  # why it could not be applied
    change: float | None
    p_value: float | None
    numbers: Mapping[str, Any]

    @property
    def fired(self) -> bool:
        """Whether it fired."""
        return self.severity is not None

    @property
    def word(self) -> str:
        """«внимание», «молчит» or «не проверялось»."""
        return self.severity or ("не проверялось" if self.reason else "молчит")


def asked(
    kind: str,
    fields: str = "{}",
    *,
    calendar: Calendar = "year",
    target: float | None = None,
    flag: bool = False,
) -> District:
    """A district of one indicator and one rule."""
    text = CONFIG.format(
        kind=kind,
        fields=fields,
        calendar=calendar,
        counted="plan" if flag else "n_diag",
        population="schools" if flag else "teachers",
        target="[]" if target is None else f"[{{since: 2000-01-01, at: {target}}}]",
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "district.yaml"
        file.write_text(text, encoding="utf-8")
        return load(file, PLUGINS)


def verdicts(district: District, units: Mapping[str, Series]) -> dict[str, Verdict]:
    """What the rule says of every unit, and of the district above them."""
    last = LAST[district.calendar]
    rows = [
        (unit, str(last.step(back - len(series) + 1)), *(point or (None, None)))
        for unit, series in units.items()
        for back, point in enumerate(series)
    ]
    own = pl.DataFrame(
        rows,
        schema={"unit": pl.String, "period": pl.String, "numerator": pl.Float64, "denominator": pl.Float64},
        orient="row",
    ).with_columns(level=0, unit_kind=pl.lit("school"), expected=1)
    total = (
        own.drop_nulls()
        .group_by("period", maintain_order=True)
        .agg(pl.col("numerator", "denominator").sum(), expected=pl.len().cast(pl.Int32))
        .with_columns(unit=pl.lit(ROOT), level=1, unit_kind=pl.lit("district"))
        .select(own.columns)
    )
    told = pl.col("numerator").is_not_null()
    values = conform(
        pl.concat([own, total])
        .lazy()
        .with_columns(
            unit_name="unit",
            indicator=pl.lit("1"),
            reading=pl.lit("main"),
            value=100 * pl.col("numerator") / pl.col("denominator"),
            reported=pl.when(told).then("expected").otherwise(0),
            evidenced=pl.when(told).then("expected").otherwise(0),
            state=pl.when(told).then(pl.lit("ok")).otherwise(pl.lit("not_reported")),
            definition=pl.lit("one"),
        ),
        VALUES,
    )
    tree = values.select("unit", "period").with_columns(
        cluster=pl.lit(None, pl.String), parent=pl.when(pl.col("unit") != ROOT).then(pl.lit(ROOT))
    )
    said = judge(values, district, tree=tree, asked=(last,), rule_names=RULE_NAMES)
    findings = {row["unit"]: row for row in said.findings.collect().to_dicts()}
    reasons = dict(said.unchecked.select("unit", "reason").collect().iter_rows())
    return {unit: _verdict(findings.get(unit), reasons.get(unit)) for unit in (*units, ROOT)}


def _verdict(finding: Mapping[str, Any] | None, reason: str | None) -> Verdict:
    if finding is None:
        return Verdict(severity=None, reason=reason, change=None, p_value=None, numbers={})
    return Verdict(
        severity=SEVERITY_WORDS[finding["severity"]],
        reason=None,
        change=finding["change"],
        p_value=finding["p_value"],
        numbers=finding["numbers"],
    )


# --- frames of a picture --------------------------------------------------------------------------------------------

WIDTH, HEIGHT = 640, 262
TOP, BOTTOM = 52, 172  # of the field of a chart
FEW = 6  # points whose every number is written

Note = Callable[["Verdict"], str]
Over = Callable[[Picture, "Field", Series, Verdict], None]  # what is drawn into a field beside the series


@frozen(kw_only=True)
class Field:
    """Where a series is drawn: from per cent and places to the picture."""

    left: float
    right: float
    least: float
    most: float
    places: int

    def x(self, place: float) -> float:
        """The middle of a place, from 0."""
        return self.left + (self.right - self.left) * (place + 0.5) / self.places

    def y(self, percent: float) -> float:
        """The height of a share."""
        return BOTTOM - (BOTTOM - TOP) * (percent - self.least) / (self.most - self.least)


@frozen(kw_only=True)
class Style:
    """How series are drawn."""

    note: Note = lambda _: ""  # a word to the answer of the rule
    span: tuple[float, float] | None = None  # per cent; None: as the series want
    over: Over = lambda *_: None
    calendar: Calendar = "year"


def charts(title: str, parts: Sequence[tuple[str, Series, Verdict]], style: Style) -> str:
    """Series side by side, each with what the rule answered under it."""
    picture = Picture(WIDTH, HEIGHT, title)
    each = WIDTH / len(parts)
    least, most = style.span or _span([series for _, series, _ in parts])
    for number, (name, series, verdict) in enumerate(parts):
        left, right = each * number + 14, each * (number + 1) - 14
        field = Field(left=left, right=right, least=least, most=most, places=len(series))
        picture.text(each * (number + 0.5), 20, name, size=13, bold=True)
        style.over(picture, field, series, verdict)
        _series(picture, field, series, LAST[style.calendar], fired=verdict.fired)
        _answer(picture, each * (number + 0.5), verdict, style.note(verdict))
    return picture.svg()


def _span(all_series: Sequence[Series]) -> tuple[float, float]:
    shares = [100 * x / n for series in all_series for point in series if point for x, n in [point]]
    return min(shares) - 14, max(shares) + 6


def _series(picture: Picture, field: Field, series: Series, last: Period, *, fired: bool, counts: bool = True) -> None:
    """The points, joined where no period is missing; the last one is filled where the rule fired."""
    shares = [None if point is None else 100 * point[0] / point[1] for point in series]
    spots = [None if share is None else (field.x(k), field.y(share)) for k, share in enumerate(shares)]
    for run in _runs(spots):
        picture.line(run, ink=GREY)
    few = len(series) <= FEW
    for k, (point, spot) in enumerate(zip(series, spots, strict=True)):
        filled = fired and k == len(series) - 1
        if point is None or spot is None:
            middle = (TOP + BOTTOM) / 2
            picture.box(field.x(k) - 9, middle - 9, 18, 18, ink=INK if filled else GREY, dash="3 3")
        else:
            picture.dot(*spot, filled=filled)
        if few:
            _share(picture, point, field.x(k), spot, spots[k - 1] if k else None)
        if few and counts and point and point[1] > 1:
            picture.text(field.x(k), BOTTOM + 34, f"{count(point[0])} из {count(point[1])}", size=11, ink=GREY)
        if few or k % 4 == 0:
            period = last.step(k - len(series) + 1)
            picture.text(field.x(k), BOTTOM + 20, str(period) if few else str(period.year), size=11, ink=GREY)
    picture.line([(field.left, BOTTOM + 6), (field.right, BOTTOM + 6)], ink=PALE, width=1)


def _share(
    picture: Picture,
    point: Point,
    x: float,
    spot: tuple[float, float] | None,
    before: tuple[float, float] | None,
) -> None:
    """The share beside its point, on the side from which no line comes."""
    if point is None or spot is None:
        picture.text(x, BOTTOM + 34, "нет данных", size=11, ink=GREY)
        return
    counted, of = point
    share = f"{decimal(100 * counted / of, 0)}{NBSP}%"
    is_falling = before is not None and spot[1] > before[1] + 1
    words = ("да" if counted else "нет") if of == 1 else share
    picture.text(x, spot[1] + (19 if is_falling else -10), words)


def _runs(spots: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    for spot in (*spots, None):
        if spot is not None:
            run.append(spot)
        elif run:
            yield run
            run = []


def _answer(picture: Picture, middle: float, verdict: Verdict, note: str) -> None:
    """What the rule answered, and a word to it below."""
    words = f"сработало — {verdict.severity}" if verdict.fired else "правило молчит"
    if verdict.reason:
        words, note = "не проверялось", verdict.reason
    picture.text(middle, HEIGHT - 26, words, bold=verdict.fired, ink=INK if verdict.fired else GREY)
    picture.text(middle, HEIGHT - 10, note, size=11, ink=GREY)


def _in_hundred(p: float) -> str:
    """«случайно — 3 раза из 100»."""
    times = 100 * p
    shown = decimal(times, 0) if times >= 1 else "меньше 1"
    return f"случайно — {shown} {plural(round(times), 'раз', 'раза', 'раз') if times >= 1 else 'раза'} из 100"


# --- the pictures ---------------------------------------------------------------------------------------------------


def pair(
    kind: str,
    title: str,
    quiet: tuple[str, Series],
    loud: tuple[str, Series],
    style: Style = Style(),
    *,
    fields: str = "{}",
    target: float | None = None,
    flag: bool = False,
) -> str:
    """A series about which the rule keeps silent beside one at which it fires.

    Raises:
        ValueError: it answers otherwise.
    """
    district = asked(kind, fields, calendar=style.calendar, target=target, flag=flag)
    parts = []
    for (name, series), fires in ((quiet, False), (loud, True)):
        verdict = verdicts(district, {name: series})[name]
        if verdict.fired != fires:
            raise ValueError(f"{kind}, «{name}»: the rule answers {verdict.word}")
        parts.append((name, series, verdict))
    return charts(title, parts, style)


def drop() -> str:
    """A threshold and heads."""
    return pair(
        "drop",
        "Снижение на пункты и на людей",
        ("ушёл один человек", [(5, 6), (4, 6)]),
        ("стало меньше на четверых", [(34, 40), (30, 40)]),
        Style(note=_change, span=(55, 95)),
        fields="{points: 10, persons: 2}",
    )


def streak() -> str:
    """Falls in a row."""
    return pair(
        "streak",
        "Три снижения подряд",
        ("ряд прервало равное значение", [(34, 40), (32, 40), (32, 40), (29, 40)]),
        ("три снижения подряд", [(34, 40), (32, 40), (31, 40), (28, 40)]),
        Style(note=_change),
        fields="{length: 3, points: 10, severity: info}",
    )


def lost() -> str:
    """Yes and then no."""
    return pair(
        "lost",
        "Было и не стало",
        ("план есть", [(1, 1), (1, 1), (1, 1)]),
        ("плана больше нет", [(1, 1), (1, 1), (0, 1)]),
        Style(span=(-40, 112)),
        flag=True,
    )


def unreported() -> str:
    """Silence."""
    return pair(
        "unreported",
        "Нет ответа",
        ("ответила", [(30, 40), (31, 40), (31, 40), (30, 40)]),
        ("второй раз без ответа", [(30, 40), (31, 40), None, None]),
    )


def observed_fall() -> str:
    """A fact."""
    return pair(
        "observed_fall",
        "Факт снижения: не тревога",
        ("один человек — не снижение", [(9, 12), (8, 12)]),
        ("факт: минус два человека", [(9, 12), (7, 12)]),
        Style(note=_change, span=(45, 90)),
    )


def significant_fall() -> str:
    """The same per cent, and other sizes."""
    return pair(
        "significant_fall",
        "Одно и то же снижение при разной численности",
        ("15 человек", [(11, 15), (10, 15), (11, 15), (8, 15)]),
        ("80 человек", [(58, 80), (54, 80), (58, 80), (43, 80)]),
        Style(
            note=lambda v: _in_hundred(v.p_value) if v.p_value is not None else "бывает и случайно",
            span=(45, 82),
            over=_base_line,
        ),
    )


def relative_fall() -> str:
    """A part of what there was."""
    return pair(
        "relative_fall",
        "Снизилось на заметную часть прежнего",
        ("с 80 % — на шестую часть", [(64, 80), (64, 80), (64, 80), (53, 80)]),
        ("с 40 % — на треть", [(32, 80), (32, 80), (32, 80), (20, 80)]),
        Style(
            note=lambda v: (
                f"на {decimal(v.numbers['percent'], 0)}{NBSP}% прежнего" if v.fired else "меньше пятой части"
            ),
            over=_base_line,
        ),
    )


def trend() -> str:
    """Slowly down, and one bad year."""
    return pair(
        "trend",
        "Устойчивое снижение и один плохой год",
        ("один плохой год", [(34, 40), (33, 40), (35, 40), (34, 40), (29, 40)]),
        ("пять лет вниз", [(34, 40), (33, 40), (30, 40), (28, 40), (24, 40)]),
        Style(
            note=lambda v: (
                f"{decimal(v.numbers['slope'])}{NBSP}п.п. за период" if v.fired else "ряд держится на одном годе"
            )
        ),
    )


def missed_target() -> str:
    """The same shortfall, and other sizes."""
    district = asked("missed_target", target=80)
    parts = []
    for name, series in (("15 человек", [(10, 15)]), ("80 человек", [(53, 80)])):
        parts.append((name, series, verdicts(district, {name: series})[name]))
    small, large = (verdict for _, _, verdict in parts)
    if (small.severity, large.severity) != (SEVERITY_WORDS["info"], SEVERITY_WORDS["risk"]):
        raise ValueError(f"missed_target: {small.word}, {large.word}")
    return charts(
        "Ниже цели на столько же при разной численности",
        parts,
        Style(
            note=lambda v: _in_hundred(v.p_value) if v.p_value is not None else "",
            span=(55, 95),
            over=lambda picture, field, *_: _target_line(picture, field, 80),
        ),
    )


def denominator_jump() -> str:
    """As many of more."""
    return pair(
        "denominator_jump",
        "Доля снизилась, потому что людей стало больше",
        ("численность прежняя", [(12, 20), (12, 20), (11, 20)]),
        ("численность выросла", [(12, 20), (12, 20), (12, 30)]),
    )


def control_chart() -> str:
    """Quarters within their limits and one without."""
    quiet = [(31, 40), (30, 40), (32, 40), (29, 40), (31, 40), (33, 40), (30, 40), (31, 40), (32, 40), (30, 40)]
    series = [*quiet, (31, 40), (29, 40), (32, 40), (30, 40)]
    return pair(
        "control_chart",
        "Контрольная карта: пределы обычного хода",
        ("обычный ход", [*series, (31, 40)]),
        ("вышло за предел", [*series, (21, 40)]),
        Style(span=(40, 100), over=_limits, calendar="quarter"),
    )


def stagnation() -> str:
    """A growth whose interval lies below what is expected."""
    return pair(
        "stagnation",
        "Застой: рост заведомо меньше ожидаемого",
        ("растёт", [(1020, 1500), (1065, 1500), (1110, 1500)]),
        ("не растёт", [(1020, 1500), (1026, 1500), (1029, 1500)]),
        Style(
            note=lambda v: f"рост не больше {decimal(v.numbers['bound'])}{NBSP}п.п." if v.fired else "",
            span=(62, 90),
            over=lambda picture, field, *_: _target_line(picture, field, 85),
        ),
        fields="{applies_to: all}",
        target=85,
    )


def target_at_risk() -> str:
    """A fan of what may come."""
    chance = np.random.default_rng(4)
    others = {f"о{k:02}": _drawn(chance, float(chance.normal(0.8, 0.1)), 40, 4) for k in range(14)}
    ours: dict[str, Series] = {
        "вниз": [(33, 40), (29, 40), (27, 40), (23, 40)],
        "ровно": [(36, 40), (37, 40), (36, 40), (37, 40)],
    }
    said = verdicts(asked("target_at_risk", target=80), {**others, **ours})
    if said["ровно"].fired or not said["вниз"].fired:
        raise ValueError(f"target_at_risk: {said}")
    numbers = said["вниз"].numbers
    picture = Picture(WIDTH, HEIGHT, "Прогноз на следующий период с интервалом и цель")
    picture.text(290, 20, "если всё пойдёт как шло", size=13, bold=True)
    field = Field(left=60, right=520, least=45, most=95, places=5)
    _target_line(picture, field, 80, beside=True)
    _fan(picture, field, ours["вниз"], [(numbers["forecast"], numbers["low80"], numbers["high80"])], fired=True)
    _answer(picture, 290, said["вниз"], f"вероятность не достичь цели — {decimal(numbers['miss'], 2)}")
    return picture.svg()


def low_outlier() -> str:
    """A funnel."""
    chance = np.random.default_rng(9)
    sizes = [12, 14, 16, 18, 20, 22, 25, 27, 30, 33, 36, 38, 42, 45, 48, 52, 55, 60, 64, 70, 75, 78]
    units = {f"о{k:02}": _drawn(chance, float(chance.normal(0.78, 0.05)), n, 2) for k, n in enumerate(sizes)}
    units |= {"малая": [(9, 14), (8, 14)], "низкая": [(29, 56), (27, 56)]}
    said = verdicts(asked("low_outlier"), units)
    fired = {unit: said[unit].fired for unit in units}
    if [unit for unit, is_fired in fired.items() if is_fired] != ["низкая"]:
        raise ValueError(f"low_outlier fires at {[unit for unit, is_fired in fired.items() if is_fired]}")
    picture = Picture(WIDTH, HEIGHT, "Воронка: чем больше организация, тем уже пределы")
    area = Area(left=40, right=500, fewest=10, most=80, least=40, greatest=102)
    picture.text(270, 20, "доли организаций одной группы по их численности", size=13, bold=True)
    _funnel(picture, area, units, fired, upper=False)
    x, n = units["низкая"][-1] or (0, 1)
    picture.text(area.x(n) + 9, area.y(100 * x / n) + 4, "ниже предела два года подряд", size=11, at="start")
    x, n = units["малая"][-1] or (0, 1)
    spot = (area.x(n), area.y(100 * x / n))
    picture.line([(spot[0] + 4, spot[1] + 4), (area.x(22), area.y(45) - 4)], ink=GREY, width=1)
    picture.text(area.x(22) + 4, area.y(45), "так же низко, но людей мало", size=11, at="start")
    _answer(picture, WIDTH / 2, said["низкая"], "")
    return picture.svg()


def widening_gap() -> str:
    """The same organisations a year ago and now."""
    before = [0.64, 0.68, 0.71, 0.74, 0.76, 0.78, 0.8, 0.81, 0.82, 0.83, 0.85, 0.87, 0.88, 0.9, 0.92, 0.95]
    now = [0.46, 0.5, 0.56, 0.62, 0.7, 0.75, 0.79, 0.82, 0.84, 0.86, 0.88, 0.9, 0.92, 0.94, 0.96, 0.98]
    units = {
        f"о{k:02}": [(round(60 * p), 60), (round(60 * q), 60)] for k, (p, q) in enumerate(zip(before, now, strict=True))
    }
    verdict = verdicts(asked("widening_gap"), units)[ROOT]
    if not verdict.fired:
        raise ValueError(f"widening_gap answers {verdict.word}")
    picture = Picture(WIDTH, HEIGHT, "Организации разошлись")
    field = Field(left=150, right=490, least=45, most=100, places=2)
    picture.text(WIDTH / 2, 20, f"те же {len(units)} организаций", size=13, bold=True)
    for series in units.values():
        shares = [100 * x / n for x, n in series]
        picture.line([(field.x(k), field.y(p)) for k, p in enumerate(shares)], ink=PALE, width=1)
        for k, p in enumerate(shares):
            picture.dot(field.x(k), field.y(p), filled=k == 1, radius=3.5)
    for k, name in enumerate(("spread_before", "spread")):
        picture.text(field.x(k), BOTTOM + 20, str(2021 + k), size=11, ink=GREY)
        picture.text(field.x(k), BOTTOM + 36, f"разброс {decimal(verdict.numbers[name])}{NBSP}п.п.", size=12)
    _answer(picture, WIDTH / 2, verdict, "разброс — без случайных колебаний")
    return picture.svg()


# --- of analyses ------------------------------------------------------------------------------------------------------


def exhibits(analyses: str, units: Mapping[str, Series], *, target: float = 80) -> dict[str, pl.DataFrame]:
    """What analyses say of invented organisations, by the name of the table."""
    text = CONFIG.format(
        kind="drop",
        fields="{points: 10}",
        calendar="year",
        counted="n_diag",
        population="teachers",
        target=f"[{{since: 2000-01-01, at: {target}}}]",
    )
    roster = "".join(f"  - {{id: {unit}, name: {unit}, kind: school}}\n" for unit in units)
    last = LAST["year"]
    rows = [
        (unit, str(last.step(place - len(series) + 1)), *point)
        for unit, series in units.items()
        for place, point in enumerate(series)
        if point is not None
    ]
    card = pl.DataFrame(rows, schema=["unit", "period", "n_diag", "n_ped"], orient="row")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "district.yaml"
        file.write_text(f"{text}analyses: {analyses}\nunits:\n{roster}", encoding="utf-8")
        district = load(file, PLUGINS)
    found = analyse(monitor(district, period=str(last), frames={"card": card}, plugins=PLUGINS))
    return {exhibit.id: exhibit.frame for exhibit in found.exhibits}


def organisations(seed: int, *, level: float = 0.8, number: int = 20, periods: int = 4) -> dict[str, Series]:
    """Organisations that truly differ, each with a level of its own."""
    chance = np.random.default_rng(seed)
    sizes = chance.integers(14, 78, number)
    return {f"о{k:02}": _drawn(chance, float(chance.normal(level, 0.09)), int(n), periods) for k, n in enumerate(sizes)}


def forecast() -> str:
    """An organisation, by what all of them teach, and the district by itself."""
    units = organisations(4) | {"о20": [(30, 40), (33, 40), (34, 40), (36, 40)]}
    told = exhibits("[{forecast: {horizon: 2}}]", units)["forecast"]
    total = [_pooled([series[k] for series in units.values()]) for k in range(4)]
    picture = Picture(WIDTH, HEIGHT, "Прогноз с интервалами")
    parts = (
        ("организация", "о20", units["о20"], "сбываются 80 таких интервалов из 100"),
        ("район", ROOT, total, "один короткий ряд: интервал для ориентира"),
    )
    for number, (name, unit, series, note) in enumerate(parts):
        left = number * WIDTH / 2
        rows = told.filter(pl.col("unit") == unit).sort("horizon").select("forecast", "low80", "high80").rows()
        picture.text(left + WIDTH / 4, 20, name, size=13, bold=True)
        _fan(
            picture,
            Field(left=left + 8, right=left + WIDTH / 2 - 30, least=60, most=100, places=6),
            series,
            rows,
            counts=False,
        )
        method = told.filter(pl.col("unit") == unit)["method"][0]
        picture.text(left + WIDTH / 4, HEIGHT - 26, method)
        picture.text(left + WIDTH / 4, HEIGHT - 10, note, size=11, ink=GREY)
    return picture.svg()


def practices() -> str:
    """Far above the group, and surely so."""
    units = organisations(7, number=24)
    told = exhibits("[{practices: {}}]", units)["practices"]
    chosen = set(told["unit"])
    last = {unit: _pooled(series[-3:]) for unit, series in units.items()}
    picture = Picture(WIDTH, HEIGHT, "Кого предложено изучить")
    picture.text(270, 20, "доли за три года по численности", size=13, bold=True)
    area = Area(left=40, right=500, fewest=10, most=80, least=48, greatest=104)
    centre = area.y(told["centre"][0])
    picture.line([(area.left, centre), (area.right, centre)], ink=GREY, width=1, dash="2 3")
    picture.text(area.right + 6, centre + 4, f"группа: {decimal(told['centre'][0], 0)}{NBSP}%", size=11, at="start")
    for unit, (x, n) in last.items():
        picture.dot(area.x(n / 3), area.y(100 * x / n), filled=unit in chosen, radius=4)
    _sizes(picture, area)
    picture.text(270, HEIGHT - 26, f"предложено изучить: {len(chosen)} из {len(units)}", bold=True)
    picture.text(270, HEIGHT - 10, "лучше группы на 5 п.п. и больше с вероятностью от 0,8", size=11, ink=GREY)
    return picture.svg()


def decomposition() -> str:
    """What a change is made of."""
    units = organisations(4, periods=2)
    units["о03"], units["о05"] = [units["о03"][0], None], [None, (19.0, 20.0)]
    units["о07"] = [(50.0, 70.0), (64.0, 78.0)]
    told = exhibits("[{decomposition: {}}]", units)["decomposition"].row(0, named=True)
    names = {"within": "внутри ОО", "mix": "состав", "joined": "вошли", "left": "вышли", "change": "всего"}
    picture = Picture(WIDTH, HEIGHT, "Из чего сложилось изменение")
    span = max(abs(told[name]) for name in names)
    middle, scale = 330, 190 / span
    for row, (name, words) in enumerate(names.items()):
        y = 44 + 36 * row
        part, end = told[name], middle + told[name] * scale
        picture.box(min(middle, end), y - 11, abs(end - middle), 22, ink=INK if name == "change" else PALE)
        picture.text(120, y + 4, words, at="end", bold=name == "change")
        at, place = ("start", end + 8) if part >= 0 else ("end", end - 8)
        picture.text(place, y + 4, change(part, "%"), at=at)
    picture.line([(middle, 24), (middle, 44 + 36 * 4 + 18)], ink=GREY, width=1)
    way = f"{decimal(told['before'])}{NBSP}% → {decimal(told['value'])}{NBSP}%"
    picture.text(WIDTH / 2, HEIGHT - 10, f"доля района: {way}", size=12, ink=GREY)
    return picture.svg()


def missing_reports() -> str:
    """How far those who did not answer can move a share."""
    units = organisations(4)
    for unit in ("о03", "о04"):
        units[unit] = [*units[unit][:-1], None]
    told = exhibits("[{missing_reports: {}}]", units)["missing_reports"].row(0, named=True)
    picture = Picture(WIDTH, HEIGHT, "Границы и интервал")
    title = f"ответили {told['reported']} из {told['expected']} организаций"
    picture.text(WIDTH / 2, 20, title, size=13, bold=True)
    least, most = told["hard_low"] - 2, told["hard_high"] + 2
    rows = (
        ("наверняка", told["hard_low"], told["hard_high"], 1.5),
        ("95 из 100, если молчат случайно", told["ci_low"], told["ci_high"], 5.0),
    )
    for row, (words, low, high, width) in enumerate(rows):
        y = 72 + 56 * row
        ends = [230 + 330 * (each - least) / (most - least) for each in (low, high)]
        picture.line([(ends[0], y), (ends[1], y)], width=width)
        picture.text(210, y + 4, words, at="end")
        picture.text(ends[0], y + 20, f"{decimal(low)}{NBSP}%", size=11, ink=GREY)
        picture.text(ends[1], y + 20, f"{decimal(high)}{NBSP}%", size=11, ink=GREY)
    x = 230 + 330 * (told["value"] - least) / (most - least)
    picture.line([(x, 46), (x, 168)], ink=GREY, width=1, dash="2 3")
    picture.dot(x, 176, filled=True)
    picture.text(x, 198, f"по ответившим {decimal(told['value'])}{NBSP}%", bold=True)
    return picture.svg()


# --- what stands in them --------------------------------------------------------------------------------------------


def _pooled(series: Series) -> tuple[float, float]:
    """X and n of all points together."""
    points = [point for point in series if point]
    return sum(x for x, _ in points), sum(n for _, n in points)


def _drawn(chance: np.random.Generator, share: float, n: int, periods: int) -> list[Point]:
    return [(float(x), float(n)) for x in chance.binomial(n, min(max(share, 0.02), 0.98), periods)]


def _change(verdict: Verdict) -> str:
    return "" if verdict.change is None else f"{MINUS}{decimal(abs(verdict.change))}{NBSP}п.п."


def _base_line(picture: Picture, field: Field, series: Series, _: Verdict) -> None:
    """The pooled share of all periods but the last."""
    x, n = _pooled(series[:-1])
    share = 100 * x / n
    picture.line([(field.left, field.y(share)), (field.right, field.y(share))], ink=GREY, width=1, dash="2 3")
    picture.text(field.right, field.y(share) - 6, "прежде, вместе", size=10, ink=GREY, at="end")


def _target_line(picture: Picture, field: Field, target: float, *, beside: bool = False) -> None:
    picture.line([(field.left, field.y(target)), (field.right, field.y(target))], ink=INK, width=1, dash="6 3")
    x, y = (field.right + 6, field.y(target) + 4) if beside else (field.left, field.y(target) - 5)
    picture.text(x, y, f"цель {count(target)}{NBSP}%", size=11, at="start")


def _fan(
    picture: Picture,
    field: Field,
    series: Series,
    ahead: Sequence[tuple[float, float, float]],
    *,
    fired: bool = False,
    counts: bool = True,
) -> None:
    """A series and what is forecast of the next periods: share, lower and upper end of the interval, per cent."""
    now = len(series) - 1
    x, n = series[-1] or (0, 1)
    start = (field.x(now), field.y(100 * x / n))
    spots = [[(field.x(now + k), field.y(each)) for each in told] for k, told in enumerate(ahead, 1)]
    picture.area([start, *(low for _, low, _ in spots), *(high for *_, high in reversed(spots))])
    picture.line([start, *(middle for middle, *_ in spots)], ink=GREY, dash="4 3")
    _series(
        picture,
        evolve(field, right=field.x(now + 0.5), places=now + 1),
        series,
        LAST["year"],
        fired=fired,
        counts=counts,
    )
    for (middle, low, high), (share, least, most), k in zip(spots, ahead, range(1, len(ahead) + 1), strict=True):
        picture.line([low, high])
        picture.dot(*middle, filled=False)
        picture.text(high[0], high[1] - 7, f"{decimal(share, 0)}{NBSP}%")
        picture.text(middle[0], BOTTOM + 20, str(LAST["year"].step(k)), size=11, ink=GREY)
        picture.text(middle[0], BOTTOM + 34, f"{decimal(least, 0)}–{decimal(most, 0)}", size=11, ink=GREY)


def _limits(picture: Picture, field: Field, _: Series, verdict: Verdict) -> None:
    if not verdict.fired:
        return
    limit = verdict.numbers["limit"]
    picture.line([(field.left, field.y(limit)), (field.right, field.y(limit))], ink=INK, width=1, dash="6 3")
    picture.text(field.left, field.y(limit) + 14, f"предел {decimal(limit, 0)}{NBSP}%", size=11, at="start")


def _funnel(
    picture: Picture, area: Area, units: Mapping[str, Series], fired: Mapping[str, bool], *, upper: bool
) -> None:
    """Shares by sizes, the centre, and the limits within which organisations of a group usually lie."""
    last = np.array([series[-1] for series in units.values()], np.float64)
    funnel = Funnel.of(last[:, 0], last[:, 1])
    n = np.arange(area.fewest, area.most + 1, dtype=np.float64)
    low, high = (100 * each(n) for each in (funnel.below, funnel.above))
    edges = [list(zip(map(area.x, n), map(area.y, ends), strict=True)) for ends in (low, high)]
    picture.area([*edges[0], *reversed(edges[1])])
    centre = area.y(100 * float(funnel.share[0]))
    picture.line([(area.left, centre), (area.right, centre)], ink=GREY, width=1, dash="2 3")
    picture.text(
        area.right + 6, centre + 4, f"группа: {decimal(100 * float(funnel.share[0]), 0)}{NBSP}%", size=11, at="start"
    )
    bound = edges[1 if upper else 0]
    picture.line(bound, ink=INK, width=1)
    picture.text(bound[-1][0] + 6, bound[-1][1] + (0 if upper else 10), "предел обычного", size=11, at="start")
    for (x, y), is_fired in zip(last, fired.values(), strict=True):
        picture.dot(area.x(y), area.y(100 * x / y), filled=is_fired, radius=4)
    _sizes(picture, area)


def _sizes(picture: Picture, area: Area) -> None:
    """The axis of persons."""
    for tick in range(20, int(area.most) + 1, 20):
        picture.text(area.x(tick), BOTTOM + 20, f"{tick} чел.", size=11, ink=GREY)
    picture.line([(area.left, BOTTOM + 6), (area.right, BOTTOM + 6)], ink=PALE, width=1)


@frozen(kw_only=True)
class Area:
    """Where a funnel is drawn: from persons and per cent to the picture."""

    left: float
    right: float
    fewest: float
    most: float
    least: float
    greatest: float

    def x(self, persons: float) -> float:
        """The place of a size."""
        return self.left + (self.right - self.left) * (persons - self.fewest) / (self.most - self.fewest)

    def y(self, percent: float) -> float:
        """The height of a share."""
        return BOTTOM - (BOTTOM - TOP + 20) * (percent - self.least) / (self.greatest - self.least)


RULES: Mapping[str, Callable[[], str]] = {
    "drop": drop,
    "streak": streak,
    "lost": lost,
    "unreported": unreported,
    "observed_fall": observed_fall,
    "significant_fall": significant_fall,
    "relative_fall": relative_fall,
    "trend": trend,
    "missed_target": missed_target,
    "low_outlier": low_outlier,
    "target_at_risk": target_at_risk,
    "stagnation": stagnation,
    "widening_gap": widening_gap,
    "denominator_jump": denominator_jump,
    "control_chart": control_chart,
}


ANALYSES: Mapping[str, Callable[[], str]] = {
    "forecast": forecast,
    "practices": practices,
    "decomposition": decomposition,
    "missing_reports": missing_reports,
}


def pictures() -> dict[str, str]:
    """Every picture by its path in docs/."""
    drawn = {"rules": RULES, "analyses": ANALYSES}
    return {f"pictures/{about}/{kind}.svg": draw() for about, kinds_ in drawn.items() for kind, draw in kinds_.items()}


def main() -> None:
    """Write what has changed; with `--check` only say so, and fail."""
    stale = {path: svg for path, svg in pictures().items() if _read(DOCS / path) != svg}
    if "--check" in sys.argv[1:]:
        print(*stale, sep="\n")
        sys.exit(1 if stale else 0)
    for path, svg in stale.items():
        (DOCS / path).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / path).write_text(svg, encoding="utf-8")
        print(f"docs/{path}")


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


if __name__ == "__main__":
    main()
