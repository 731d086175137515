"""Values of one organisation as tables: now and before, beside others like it, and over the years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from profdev_indicators import wording
from profdev_indicators.model import Indicator
from profdev_indicators.results import Value
from profdev_indicators.views.form import Line, difference
from profdev_reports.blocks import Block, Cell, Heading, PageBreak, Row, Table, Text, Tone
from profdev_reports.documents.recipients import Recipient, Round, shown
from profdev_reports.documents.titles import numbered

_MOST_PERIODS = 5
_REDEFINED = "считалось иначе"
_LEGEND = {
    "†": f"† {wording.NOT_EVIDENCED}: нет ссылки, которой требует показатель.",
    "◐": "◐ ответы есть не на все вопросы показателя.",
    wording.STATE_WORDS["not_reported"]: "«нет данных» — спросили, но ответа нет; это не «нет» и не ноль.",
    wording.STATE_WORDS["not_applicable"]: f"«{wording.DASH}» — не применимо к вашей организации.",
    wording.STATE_WORDS["invalid"]: "«противоречие» — ответ противоречит сам себе и в суммы не вошёл.",
    wording.STATE_WORDS["suppressed"]: "«…» — скрыто источником.",
    _REDEFINED: "«считалось иначе» — определение показателя изменилось, сравнивать нельзя.",
}


def values(recipient: Recipient, told: Round) -> Iterator[Block]:
    """The heading and the table of the last period."""
    form = told.form
    before = (form.before.title, "Изменение") if form.before else ()
    others = "Сопоставимые организации"
    rows, seen = [], set[str]()
    for section, lines in groupby(form.lines, key=lambda line: line.section):
        rows.append(Row(cells=(numbered(section),), kind="section"))
        for line in lines:
            cells = tuple(_cells(recipient, line, told))
            seen |= {sign for cell in cells for sign in _LEGEND if _holds(cell, sign)}
            rows.append(Row(cells=cells))
    yield Heading(text=f"Показатели вашей организации за {form.period.title}")
    yield Table(
        caption="",
        head=("№", "Критерий", "Значение", *before, others, "Цель"),
        rows=tuple(rows),
        widths=(0.05, 0.28, 0.14, 0.13, 0.13, 0.15, 0.12) if before else (0.06, 0.42, 0.19, 0.2, 0.13),
        small=True,
        notes=(
            f"Сопоставимые организации — «{recipient.group}», вместе и без вашей; там, где их меньше трёх, — пусто.",
            *(text for sign, text in _LEGEND.items() if sign in seen),
        ),
    )


def history(recipient: Recipient, told: Round) -> Iterator[Block]:
    """All periods side by side, where there are more than the two that stand in the first table."""
    periods = sorted({value.period for series in recipient.series.values() for value in series})[-_MOST_PERIODS:]
    if len(periods) < 3:  # noqa: PLR2004 - two of them stand in the table of values already
        return
    rows = []
    for line in told.form.lines:
        by_period = {value.period: value for value in recipient.series.get(line.indicator.id, ())}
        if any(value.value is not None for value in by_period.values()):
            texts = (_past(by_period.get(period), line, told.places) for period in periods)
            rows.append(Row(cells=(line.indicator.id, line.indicator.title, *texts)))
    if rows:
        share = 0.56 / len(periods)
        yield PageBreak()
        yield Heading(text="Приложение. Значения за прошлые периоды")
        yield Table(
            caption="",
            head=("№", "Критерий", *periods),
            rows=tuple(rows),
            widths=(0.06, 0.38, *(share,) * len(periods)),
            numbers=frozenset(),
            small=True,
        )


def sides(recipient: Recipient, told: Round) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Criteria which went up, down and nowhere, as better and worse are meant; those that can be compared only."""
    better, worse, same = list[str](), list[str](), list[str]()
    for line in told.form.lines:
        by = _change(recipient, line, told)
        if by is None or (by and line.indicator.better == "neutral"):
            continue
        side = same if by == 0 else better if _is_better(by, line.indicator) else worse
        side.append(line.indicator.id)
    return better, worse, same


def at(recipient: Recipient, line: Line, period: object) -> Value | None:
    """The organisation's value of a period."""
    series = recipient.series.get(line.indicator.id, ())
    return next((value for value in series if value.period == str(period)), None)


def _cells(recipient: Recipient, line: Line, told: Round) -> Iterator[Text | Cell]:
    now, before = at(recipient, line, told.form.period), at(recipient, line, told.form.before)
    yield line.indicator.id
    yield line.indicator.title
    yield shown(now, line, told.places)
    if told.form.before:
        yield shown(before, line, told.places) if before else ""
        yield _changed(now, before, line, told)
    yield told.comparable(recipient, line)
    yield _aim(now, line)


def _changed(now: Value | None, before: Value | None, line: Line, told: Round) -> Text | Cell:
    by = difference(now, before)
    if now is None or before is None or by is None:
        return ""
    if now.definition != before.definition:
        return _REDEFINED
    if line.nature == "flag" and now.denominator == 1:
        return "" if by == 0 else Cell(text="появилось" if by > 0 else "больше нет", tone=_tone(by, line.indicator))
    return Cell(text=wording.change(by, line.indicator.unit, told.places), tone=_tone(by, line.indicator))


def _change(recipient: Recipient, line: Line, told: Round) -> float | None:
    now, before = at(recipient, line, told.form.period), at(recipient, line, told.form.before)
    if now is None or before is None or now.definition != before.definition:
        return None
    return difference(now, before)


def _tone(by: float, indicator: Indicator) -> Tone:
    if by == 0 or indicator.better == "neutral":
        return "plain"
    return "good" if _is_better(by, indicator) else "bad"


def _is_better(by: float, indicator: Indicator) -> bool:
    return (by > 0) == (indicator.better == "higher")


def _aim(now: Value | None, line: Line) -> str:
    if line.target is None:
        return ""
    aim = wording.as_set(line.target.at, line.indicator.unit)
    if now is None or now.value is None or line.indicator.better == "neutral":
        return aim
    lacking = line.target.at - now.value if line.indicator.better == "higher" else now.value - line.target.at
    return f"{aim}, {'достигнута' if lacking <= 0 else 'не достигнута'}"


def _past(value: Value | None, line: Line, places: int) -> str:
    return "" if value is None else shown(value, line, places)


def _holds(cell: Text | Cell, sign: str) -> bool:
    text = cell.text if isinstance(cell, Cell) else cell
    if not isinstance(text, str):
        return False
    return text == sign if sign == wording.DASH or len(sign) > 1 else sign in text
