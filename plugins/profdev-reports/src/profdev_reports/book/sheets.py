"""What stands in the sheets of the book for the district itself: the form, its dynamics, findings, advice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

import polars as pl

from profdev_indicators import wording
from profdev_indicators.frames import MAIN
from profdev_indicators.model import Indicator
from profdev_indicators.periods import Period
from profdev_indicators.results import Finding, Monitoring, Telling, Value
from profdev_indicators.sentences import fact
from profdev_indicators.views import notes
from profdev_indicators.views.form import Form, Line, Series, periods_read, series
from profdev_indicators.views.judgements import kinds_of_rules, unchecked
from profdev_reports.book.binding import BOLD, CENTRE, NUMBER, PLAIN, Binding, Cell, Given, Look, Page
from profdev_reports.book.numbers import amount, change_look
from profdev_reports.charts.history import breaks, last_change
from profdev_reports.charts.speech import is_worse, movement

_SEVERITY: Mapping[str, Look] = {
    "critical": {**PLAIN, "bg_color": "#f8d7d4", "font_color": "#7a1410", "bold": True},
    "risk": {**PLAIN, "bg_color": "#fde8d0", "font_color": "#6b3a00", "bold": True},
    "attention": {**PLAIN, "bg_color": "#fff6d6", "font_color": "#5c4700"},
    "info": PLAIN,
}
_WORSE_INK: Look = {"font_color": "#b3261e", "bold": True}
_WORSE: Look = {**PLAIN, **_WORSE_INK}
_NOT_BY_NAME = (
    "Для публикации — только по итогам: находки и рекомендации организации отправлены ей самой, "
    "списка худших по названиям здесь нет."
)
_LEAST_SPARK = 2  # values
_BARS = 45.0  # points of a row in which bars can be compared
_FORM = (
    "Период",
    "№",
    "Код",
    "Наименование критерия",
    "Методы сбора информации/ источники данных",
    "Значение показателя",
    "n",
    "N",
    "Спрошено",
    "Ответили",
    "Было",
    "Изменение",
    "Цель",
    "Достигнута",
    "Примечание",
)


def form(binding: Binding, monitoring: Monitoring, filled: Sequence[Form]) -> None:
    """The lines of the form, one a row, for every period asked."""
    page = binding.page("Форма", (8, 4, 6, 50, 30, 13, 7, 7, 9, 9, 11, 13, 8, 11, 40))
    page.title(f"{monitoring.district.form_title or 'Форма мониторинга'}")
    page.note("Строки формы за запрошенные периоды. Значения не округлены: знаки после запятой — только на экране.")
    rows = sum(len(each.lines) + len(monitoring.district.sections) for each in filled)
    page.head(_FORM, freeze=3, last=page.row + rows)
    places = monitoring.district.publication.decimals
    for each in filled:
        for section, lines in groupby(each.lines, key=lambda line: line.section):
            words = f"{section.number}. {section.title}" if section.number else section.title
            page.band(f"{each.period}. Раздел {words}")
            for line in lines:
                page.line(_form_row(each, line, places))


def _form_row(filled: Form, line: Line, places: int) -> tuple[Given, ...]:
    value, indicator = line.value, line.indicator
    reached = {True: "да", False: "нет", None: None}[line.reached]
    return (
        str(filled.period),
        Cell(line.number, CENTRE),
        Cell(indicator.id, CENTRE),
        indicator.title,
        notes.sources(line),
        amount(value, indicator.unit, places, bold=True),
        *_sums(value, line),
        value.expected if value else None,
        value.reported if value else None,
        amount(line.before, indicator.unit, places) if line.before else None,
        _moved(line.change, indicator, places),
        Cell(line.target.at, NUMBER) if line.target else None,
        Cell(reached, {**CENTRE, **(_WORSE_INK if line.reached is False else {})}),
        "; ".join(notes.notes(line, places)),
    )


def _sums(value: Value | None, line: Line) -> tuple[Given, Given]:
    if value is None or line.nature == "derived":
        return None, None
    return value.numerator, value.denominator


def _moved(change: float | None, indicator: Indicator, places: int) -> Given:
    if change is None:
        return None
    return Cell(change, change_look(indicator.unit, places, worse=is_worse(change, indicator)))


def dynamics(binding: Binding, monitoring: Monitoring, filled: Form) -> None:
    """Every period read side by side, with bars of the size of a word."""
    periods, values = periods_read(monitoring), series(monitoring)
    places = monitoring.district.publication.decimals
    page = binding.page("Динамика", (7, 52, 8, *(11 for _ in periods), 22, 26, 30, *(9 for _ in periods)))
    page.title("Динамика по периодам, весь район")
    page.note(
        "Столбики показывают значения от последней смены определения (‡); для процентов их шкала всегда от 0 до 100, "
        "поэтому небольшое изменение не выглядит обвалом. Пропуск — значения нет."
    )
    heads = ["Код", "Критерий", "Единица", *map(str, periods), "График", "За последний период", "Примечание"]
    page.head([*heads, *(f"график {period}" for period in periods)], freeze=3, last=page.row + len(filled.lines))
    drawn = len(heads)
    page.sheet.set_column(drawn, drawn + len(periods) - 1, 9, None, {"hidden": True})  # what the bars are drawn of
    page.sheet.print_area(0, 0, page.row + len(filled.lines) - 1, drawn - 1)
    for line in filled.lines:
        _dynamics_row(page, line, periods, values, places)


def _dynamics_row(page: Page, line: Line, periods: Sequence[Period], values: Series, places: int) -> None:
    indicator = line.indicator
    own = [values.get((str(period), indicator.id, MAIN)) for period in periods]
    broken = breaks(own)
    cells = [amount(value, indicator.unit, places, broken=place in broken) for place, value in enumerate(own)]
    since = max(broken, default=0)
    drawn: list[Given] = [
        value.value if value is not None and place >= since else None for place, value in enumerate(own)
    ]
    changed = last_change(own)
    told = "" if changed is None else movement(changed, indicator, places)
    look = _WORSE if is_worse(changed, indicator) else PLAIN
    remark = "; ".join(f"‡ с {periods[place]} определение другое" for place in sorted(broken))
    start = 3 + len(periods) + 3
    _spark(page, start, drawn, is_per_cent=indicator.unit == "%", worse=bool(is_worse(changed, indicator)))
    page.line(
        [
            Cell(indicator.id, CENTRE),
            indicator.title,
            Cell(indicator.unit, CENTRE),
            *cells,
            None,
            Cell(told, look),
            remark,
            *drawn,
        ],
        least=_BARS,
    )


def _spark(page: Page, start: int, drawn: Sequence[Given], *, is_per_cent: bool, worse: bool) -> None:
    known = [value for value in drawn if isinstance(value, int | float)]
    if len(known) < _LEAST_SPARK:
        return
    row = page.row + 1
    first, last = (_letters(column) for column in (start, start + len(drawn) - 1))
    scale = {"min": 0, "max": 100} if is_per_cent and max(known) <= 100 and min(known) >= 0 else {"min": 0}  # noqa: PLR2004 - per cent
    page.sheet.add_sparkline(
        page.row,
        start - 3,
        {
            "range": f"'{page.sheet.get_name()}'!{first}{row}:{last}{row}",
            "type": "column",  # LibreOffice loses lines on paper
            "last_point": True,
            "series_color": "#89b6de",
            "last_color": "#b3261e" if worse else "#1f5c99",
            "show_hidden": True,
            "empty_cells": "gaps",
            **scale,
        },
    )


def _letters(column: int) -> str:
    letters = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        letters, column = chr(ord("A") + rest) + letters, column - 1
    return letters


def found(binding: Binding, monitoring: Monitoring, cells: Sequence[Finding]) -> None:
    """What the rules found, one row a cell, the gravest first."""
    page = binding.page("Находки", (13, 34, 10, 8, 46, 60, 24, 13, 13, 13, 30))
    page.title("Что ухудшилось и что требует внимания")
    if monitoring.profile == "publish":
        page.note(_NOT_BY_NAME)
        cells = [finding for finding in cells if finding.level]
    if not cells:
        page.note("Ни одно правило не сработало. Что проверить не удалось — на листе «Не проверено».")
        return
    indicators = {indicator.id: indicator for indicator in monitoring.district.indicators}
    kinds = kinds_of_rules(monitoring.district)
    heads = ("Важность", "Кто", "Период", "Код", "Критерий", "Что произошло", "Правило", "Значение", "База")
    page.head((*heads, "Изменение", "Сработало ещё"), freeze=2, last=page.row + len(cells))
    for finding in cells:
        page.line(_finding_row(finding, indicators[finding.indicator], monitoring, kinds))


def _finding_row(
    finding: Finding, indicator: Indicator, monitoring: Monitoring, kinds: Mapping[str, str]
) -> tuple[Given, ...]:
    places, tellings = monitoring.district.publication.decimals, monitoring.tellings
    reading = "" if finding.reading == MAIN else f" (прочтение «{finding.reading}»)"
    return (
        Cell(wording.SEVERITY_WORDS[finding.severity], _SEVERITY[finding.severity]),
        Cell(finding.unit_name, BOLD if finding.level else PLAIN),
        Cell(finding.period, CENTRE),
        Cell(finding.indicator, CENTRE),
        f"{indicator.title}{reading}",
        fact(finding, indicator, tellings, places=places),
        rule(finding.rule, kinds, tellings),
        _number(finding.value, places),
        _number(finding.base, places),
        _moved(finding.change, indicator, places),
        ", ".join(rule(name, kinds, tellings) for name in finding.others),
    )


def _number(value: float | None, places: int) -> Given:
    return None if value is None else Cell(value, {**NUMBER, "num_format": f"0.{'0' * places}" if places else "0"})


def rule(name: str, kinds: Mapping[str, str], tellings: Mapping[str, Telling]) -> str:
    """What a rule looks for, in words; a kind that has none goes by the name of the rule."""
    telling = tellings.get(kinds.get(name, name))
    return telling.name if telling else name


def advice(binding: Binding, monitoring: Monitoring, units: Sequence[str]) -> None:
    """Who should do what."""
    page = binding.page("Рекомендации", (34, 10, 8, 12, 50, 60, 12, 24, 34, 34))
    page.title("Рекомендации организациям")
    rows = list(monitoring.recommendations.iter_rows(named=True))
    if monitoring.profile == "publish":
        page.note(_NOT_BY_NAME)
        above = frozenset(monitoring.history.filter(pl.col("level") > 0)["unit"])
        rows = [row for row in rows if row["unit"] in above]
    if not rows:
        page.note("Рекомендаций нет.")
        return
    places = {unit: place for place, unit in enumerate(units)}
    rows.sort(key=lambda row: places.get(row["unit"], len(places)))  # stable: within a unit the gravest stay first
    heads = ("Кому", "Период", "Код", "Важность", "Факт", "Что сделать", "Срок", "Отвечает", "У кого перенять")
    page.head((*heads, "Как проверим"), freeze=1, last=page.row + len(rows))
    for row in rows:
        page.line(tuple(_advice_row(row)))


def _advice_row(row: Mapping[str, object]) -> Iterator[Given]:
    severity, deadline = str(row["severity"]), row["deadline"]
    yield str(row["unit_name"])
    yield str(row["period"])
    yield str(row["indicator"])
    yield Cell(wording.SEVERITY_WORDS[severity], _SEVERITY[severity])
    yield _said(row["fact"])
    yield _said(row["action"])
    yield wording.day(deadline) if isinstance(deadline, date) else None
    yield _said(row["responsible"])
    yield _said(row["learn_from"])
    yield _said(row["check"])


def _said(value: object) -> str | None:
    return None if value is None else str(value)


def not_checked(binding: Binding, monitoring: Monitoring) -> None:
    """Rules that could say neither yes nor no."""
    page = binding.page("Не проверено", (60, 30, 12, 14, 60))
    page.title("Что не удалось проверить")
    page.note("Правило, которое не удалось применить, не значит «ухудшения нет».")
    rows = unchecked(monitoring)
    if not rows:
        page.note("Проверить удалось всё.")
        return
    page.head(("Почему", "Правило", "Случаев", "Организаций", "Показатели"), last=page.row + len(rows))
    for row in rows:
        page.line(
            (row.reason, rule(row.rule, {}, monitoring.tellings), row.cells, row.units, ", ".join(row.indicators))
        )
