"""Every unit with every criterion, in Markdown: numbers with what they are made of, absences by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import polars as pl

from profdev_indicators import wording
from profdev_indicators.builtin.renderers.marks import bold, bullets, heading, long_table
from profdev_indicators.builtin.renderers.sheet import numbered
from profdev_indicators.frames import MAIN
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring, Value
from profdev_indicators.views import notes
from profdev_indicators.views.form import Form, Line

_MOST_COLUMNS = 10  # of one table: as many as a landscape page holds
_UNCONFIRMED = "†"
_INCOMPLETE = "◐"

_LEGEND = (
    f"«{wording.STATE_WORDS['not_reported']}» — спросили, но ответа нет; это не «нет» и не ноль;",
    "«нет», «0» — ответ есть, и он отрицательный;",
    f"«{wording.STATE_WORDS['not_applicable']}» — не применимо: организации не касается, или она освобождена;",
    f"«{_UNCONFIRMED}» — {wording.NOT_EVIDENCED}: нет ссылки, которой требует показатель;",
    f"«{wording.STATE_WORDS['suppressed']}» — скрыто: источником или при публикации, чтобы не выдать малое число;",
    f"«{wording.STATE_WORDS['invalid']}» — ответ противоречит сам себе и в суммы не вошёл;",
    f"«{wording.STATE_WORDS['not_defined']}» — показателя или организации в этом периоде нет;",
    f"«{_INCOMPLETE}» — ответили не все: значение по тем, кто ответил;",
    "пусто — об этом не спрашивали.",
)

Cells = Mapping[tuple[str, str], Value]
"""Values of one period by unit and indicator."""


def organisations(monitoring: Monitoring, form: Form, units: Sequence[str]) -> Iterator[str]:
    """A table a section; totals stand above those they are made of."""
    cells = _cells(monitoring, form.period)
    existing = _existing(cells)
    shown = [unit for unit in units if unit in existing]
    if len(shown) < 2:  # noqa: PLR2004 - the district alone stands in the form already
        return
    yield heading(2, f"Организации и показатели за {form.period.title}")
    yield bullets(_LEGEND)
    for section, group in groupby(form.lines, key=lambda line: line.section):
        yield heading(3, numbered(section))
        together = tuple(group)
        for start in range(0, len(together), _MOST_COLUMNS):
            yield from _table(together[start : start + _MOST_COLUMNS], shown, cells, monitoring)


def _cells(monitoring: Monitoring, period: Period) -> Cells:
    rows = monitoring.values.filter(
        pl.col("period") == str(period), pl.col("reading") == MAIN, pl.col("breakdown").is_null()
    )
    return {(row["unit"], row["indicator"]): Value.of(row) for row in rows.iter_rows(named=True)}


def _existing(cells: Cells) -> frozenset[str]:
    """Units which have something to say about some indicator in this period, if only silence."""
    return frozenset(unit for (unit, _), value in cells.items() if value.state != "not_defined")


def _table(lines: Sequence[Line], units: Sequence[str], cells: Cells, monitoring: Monitoring) -> Iterator[str]:
    places = monitoring.district.publication.decimals
    head = [f"{line.indicator.id}, {line.indicator.unit}".rstrip(", ") for line in lines]
    rows = []
    for unit in units:
        values = [cells.get((unit, line.indicator.id)) for line in lines]
        known = next((value for value in values if value), None)
        if known:
            texts = [_cell(value, line, places) for value, line in zip(values, lines, strict=True)]
            rows.append([known.unit_name, *texts] if known.level == 0 else list(map(bold, (known.unit_name, *texts))))
    yield from long_table(["Организация", *head], rows, "values.csv")


def _cell(value: Value | None, line: Line, places: int) -> str:
    if value is None:
        return ""
    if value.value is None:
        return wording.STATE_WORDS[value.state]
    signs = (_UNCONFIRMED if value.evidenced < value.reported else "") + (
        _INCOMPLETE if value.state == "partial" else ""
    )
    return f"{_told(value, line, places)} {signs}".rstrip()


def _told(value: Value, line: Line, places: int) -> str:
    if line.nature == "flag" and value.level == 0 and value.denominator == 1:
        return "да" if value.numerator else "нет"
    number = wording.decimal(value.value or 0.0, places, trim=line.indicator.unit != "%")
    sums = notes.parts(value, line.nature)
    return f"{number} ({sums})" if sums else number
