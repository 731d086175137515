"""The form of the order in Markdown: a table a section, how wordings are read, and all periods side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from profdev_indicators import wording
from profdev_indicators.builtin.renderers.marks import bold, bullets, heading, paragraph, recalled, table
from profdev_indicators.frames import MAIN
from profdev_indicators.model import Section
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring
from profdev_indicators.views import notes
from profdev_indicators.views.form import Form, Line, difference, periods_read, series


def sheet(form: Form, places: int) -> Iterator[str]:
    """The form for one period; ``places`` are digits after the comma."""
    before = form.before
    yield heading(2, f"Форма мониторинга за {form.period.title}")
    if before is None:
        yield paragraph("Сведений за более ранние периоды нет: сравнивать не с чем.")
    else:
        yield paragraph(f"Для сравнения — {before.title}; изменение посчитано по неокруглённым значениям.")
    for section, group in groupby(form.lines, key=lambda line: line.section):
        shown = tuple(group)
        yield heading(3, numbered(section))
        yield _section_table(shown, before, places)
        yield from _readings(shown, places)


def numbered(section: Section) -> str:
    """«1. Выявление профессиональных дефицитов …»."""
    return f"{section.number}. {section.title}" if section.number else section.title


def _section_table(lines: Sequence[Line], before: Period | None, places: int) -> str:
    compared = (before.title, "Изменение") if before else ()
    head = (
        "№",
        "Наименование критерия",
        "Методы сбора информации/ источники данных",
        "Значение показателя",
        "Код",
        "n из N",
        "Ответили",
        *compared,
        "Примечание",
    )
    rows = (
        (
            f"{line.number}.",
            line.indicator.title,
            notes.sources(line),
            bold(notes.shown(line.value, line.indicator.unit, places)),
            line.indicator.id,
            notes.parts(line.value, line.nature),
            notes.answered(line.value),
            *((_before(line, places), notes.changed(line, places)) if before else ()),
            "; ".join(notes.notes(line, places)),
        )
        for line in lines
    )
    return table(head, rows, numbers={"Значение показателя", "n из N", "Ответили", *compared})


def _before(line: Line, places: int) -> str:
    return "" if line.before is None else notes.shown(line.before, line.indicator.unit, places)


def _readings(lines: Sequence[Line], places: int) -> Iterator[str]:
    """How ambiguous wordings are read, and what the other readings give."""
    read = [f"{line.indicator.id} — {line.indicator.reading}" for line in lines if line.indicator.reading]
    if read:
        yield paragraph("Как прочитаны формулировки:")
        yield bullets(read)
    untold = [
        f"{line.indicator.id} — {'; '.join(alternative.reading for alternative in line.indicator.alternatives)}"
        for line in lines
        if line.indicator.alternatives and not line.readings
    ]
    if untold:
        yield paragraph("Возможны и другие прочтения (здесь не посчитаны):")
        yield bullets(untold)
    rows = [row for line in lines if line.readings for row in _reading_rows(line, places)]
    if rows:
        numbers = ("Значение", "n из N", "Ответили", "Отличие от принятого")
        yield paragraph("Другие прочтения тех же критериев:")
        yield table(("Код", "Прочтение", *numbers), rows, numbers=numbers)


def _reading_rows(line: Line, places: int) -> Iterator[tuple[str, ...]]:
    words = {alternative.id: alternative.reading for alternative in line.indicator.alternatives}
    unit = line.indicator.unit
    for value, nature in ((line.value, line.nature), *line.readings):
        if value is None:
            continue
        is_main = value.reading == MAIN
        other = None if is_main else difference(value, line.value)
        yield (
            line.indicator.id,
            f"принято: {line.indicator.reading or 'как в форме'}" if is_main else words[value.reading],
            notes.shown(value, unit, places),
            notes.parts(value, nature),
            notes.answered(value),
            "" if other is None else wording.change(other, unit, places),
        )


def dynamics(monitoring: Monitoring, form: Form) -> Iterator[str]:
    """All periods read side by side, where there are more than the form compares."""
    periods = periods_read(monitoring)
    if len(periods) <= 2:  # noqa: PLR2004 - the period and the one before stand in the form
        return
    values, places = series(monitoring), monitoring.district.publication.decimals
    rows, is_broken = [], False
    for line in form.lines:
        cells, definition = [], None
        for period in periods:
            value = values.get((str(period), line.indicator.id, MAIN))
            breaks = bool(definition and value and value.definition and value.definition != definition)
            is_broken |= breaks
            definition = value.definition if value and value.definition else definition
            cells.append(("‡ " if breaks else "") + notes.shown(value, line.indicator.unit, places))
        rows.append((line.indicator.id, recalled(line.indicator.title), *cells))
    names = tuple(map(str, periods))
    yield heading(2, "По периодам")
    yield table(("Код", "Критерий", *names), rows, numbers=names)
    if is_broken:
        yield paragraph("‡ — с этого периода определение другое: с прежними значениями не сравнивается.")
