"""Organisations: all of them with all criteria in one table, and a page for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from profdev_indicators.views.form import Line
from profdev_reports.site import drawn
from profdev_reports.site.addresses import page
from profdev_reports.site.answer import Answer
from profdev_reports.site.legend import absences
from profdev_reports.site.parts import (
    Block,
    Cell,
    Heading,
    HeatColumn,
    HeatMap,
    HeatRow,
    Link,
    Page,
    Paragraph,
    Row,
    Table,
)
from profdev_reports.site.sheet import numbered
from profdev_reports.site.shown import Shown, moved
from profdev_reports.site.told import findings, indicator_link, recommendations

_MOST_COLUMNS = 24  # of one heat map: as many as a landscape page holds
_INDEX = Link("Организации", "organisations/index.html")


def organisations(answer: Answer) -> Iterator[Page]:
    """The heat map and a page for each organisation."""
    yield Page(path=_INDEX.path, title="Организации и критерии", blocks=_index(answer))
    units = [unit for unit in answer.units if unit in answer.with_pages]
    links = [Link(answer.names[unit], page("organisations", unit)) for unit in units]
    for place, unit in enumerate(units):
        yield Page(
            path=links[place].path,
            title=answer.names[unit],
            kicker=answer.kinds[unit],
            trail=(_INDEX,),
            blocks=_blocks(answer, unit, place),
            before=links[place - 1] if place else None,
            after=links[place + 1] if place + 1 < len(links) else None,
        )


def _index(answer: Answer) -> Iterator[Block]:
    if not answer.units:
        yield Paragraph(text="Значений отдельных организаций здесь нет: в данных их нет, или все они скрыты.")
        return
    yield Paragraph(
        text=f"Значения за {answer.period.title}, в процентах, если не указано иное. Порядок организаций — как в "
        "списке района: мест и рейтингов здесь нет. Сколько посчитано и от скольких — на странице критерия и на "
        "странице организации; за каждым числом оно есть и во всплывающей подсказке.",
        look="lead",
    )
    yield absences(answer)
    chunks = list(_chunks(answer.form.lines))
    for number, lines in enumerate(chunks, start=1):
        part = f", часть {number} из {len(chunks)}" if len(chunks) > 1 else ""
        yield _heat_map(answer, lines, number, part)


def _chunks(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """Whole sections while they fit into one table; a longer section is cut."""
    waiting: list[Line] = []
    for _, group in groupby(lines, key=lambda line: line.section):
        section = list(group)
        if waiting and len(waiting) + len(section) > _MOST_COLUMNS:
            yield waiting
            waiting = []
        waiting += section
        while len(waiting) > _MOST_COLUMNS:
            yield waiting[:_MOST_COLUMNS]
            waiting = waiting[_MOST_COLUMNS:]
    if waiting:
        yield waiting


def _heat_map(answer: Answer, lines: Sequence[Line], number: int, part: str) -> HeatMap:
    sections = [
        (numbered(section), len(list(group))) for section, group in groupby(lines, key=lambda line: line.section)
    ]
    columns = tuple(_column(line) for line in lines)
    rows = [
        HeatRow(
            name=answer.names[unit],
            path=page("organisations", unit) if unit in answer.with_pages else "",
            cells=tuple(_cell(answer, unit, line) for line in lines),
            total=answer.levels[unit] > 0,
        )
        for unit in answer.units
    ]
    root = answer.monitoring.root
    whole = HeatRow(
        name=answer.names.get(root, str(answer.monitoring.district.title)),
        path="index.html",
        cells=tuple(_cell(answer, root, line) for line in lines),
        total=True,
    )
    return HeatMap(
        id=f"heat-{number}",
        caption=f"Организации и критерии, {answer.period.title}{part}",
        groups=tuple(sections),
        columns=columns,
        rows=(whole, *rows),
        ordered=answer.is_public,  # nobody should make a league table of it
    )


def _column(line: Line) -> HeatColumn:
    unit = "" if line.indicator.unit == "%" else f", {line.indicator.unit}".rstrip(", ")
    return HeatColumn(
        code=f"{line.indicator.id}{unit}", title=line.indicator.title, path=page("criteria", line.indicator.id)
    )


def _cell(answer: Answer, unit: str, line: Line) -> Shown:
    return answer.cell(unit, line.indicator.id)


def _blocks(answer: Answer, unit: str, place: int) -> Iterator[Block]:
    found = answer.findings_of_unit.get(unit, ())
    advice = answer.advice_of_unit.get(unit, ())
    if found:
        yield Heading(text="На что обратить внимание", id="findings")
        yield findings(answer, found, without="unit")
    if advice:
        yield Heading(text="Рекомендации", id="advice")
        yield recommendations(answer, advice, without="unit")
    yield Heading(text="Значения", id="values")
    yield _values(answer, unit)
    yield Heading(text="По периодам", id="dynamics")
    yield _dynamics(answer, unit, place)
    yield Heading(text="Как читать", id="reading")
    yield absences(answer)


def _values(answer: Answer, unit: str) -> Table:
    before = answer.form.before
    rows: list[Row] = []
    for section, group in groupby(_own(answer, unit), key=lambda line: line.section):
        rows.append(Row(group=numbered(section)))
        for line in group:
            code = line.indicator.id
            value = answer.value(unit, code)
            cell = answer.cell(unit, code)
            move = moved(answer.value(unit, code, before) if before else None, value, line, answer.places)
            whole = answer.cell(answer.monitoring.root, code)
            rows.append(
                Row(
                    cells=(
                        Cell(text=(indicator_link(line.indicator),)),
                        Cell(text=cell.text, signs=cell.signs, look=cell.look, order=cell.order),
                        cell.parts,
                        Cell(text=move.text, look=move.way, order=move.order),
                        Cell(text=whole.text, small=whole.parts, look=whole.look),
                        cell.words,
                    )
                )
            )
    since = f" к {before}" if before else ""
    return Table(
        id="values-table",
        caption=f"Значения за {answer.period.title}",
        head=("Критерий", "Значение", "Сколько из скольких", f"Изменение{since}", "По району", "Пояснение"),
        rows=tuple(rows),
        numbers=frozenset({1, 2, 3, 4}),
    )


def _dynamics(answer: Answer, unit: str, place: int) -> Table:
    rows = []
    for number, line in enumerate(_own(answer, unit)):
        cells = [answer.cell(unit, line.indicator.id, period) for period in answer.periods]
        rows.append(
            Row(
                cells=(
                    Cell(text=(indicator_link(line.indicator, short=True),)),
                    *(Cell(text=cell.text, small=cell.parts, signs=cell.signs, look=cell.look) for cell in cells),
                    drawn.spark(answer, unit, line, f"u{place}-{number}"),
                )
            )
        )
    return Table(
        id="dynamics-table",
        caption="Все периоды, которые есть",
        head=("Код", *(str(period) for period in answer.periods), "Линия, 0–100 %"),
        rows=tuple(rows),
        numbers=frozenset(range(1, len(answer.periods) + 1)),
    )


def _own(answer: Answer, unit: str) -> Sequence[Line]:
    """Criteria of which this unit has something to say, if only silence, in some period."""
    return [line for line in answer.form.lines if any(answer.series(unit, line.indicator.id))]
