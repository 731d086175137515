"""All criteria of the district over all periods."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from profdev_indicators.results import Value
from profdev_reports.site import drawn
from profdev_reports.site.answer import Answer
from profdev_reports.site.parts import Block, Cell, Page, Paragraph, Row, Table
from profdev_reports.site.sheet import numbered
from profdev_reports.site.shown import moved
from profdev_reports.site.told import indicator_link

_BREAK = "‡"


def dynamics(answer: Answer) -> Page:
    """``dynamics.html``."""
    return Page(path="dynamics.html", title="Динамика", blocks=_blocks(answer))


def _blocks(answer: Answer) -> Iterator[Block]:
    yield Paragraph(
        text="Критерии района за все периоды, за которые есть данные. Изменение посчитано по неокруглённым значениям и "
        "только там, где определение не менялось.",
        look="lead",
    )
    yield from drawn.slope(answer, "dynamics")
    yield _table(answer)


def _table(answer: Answer) -> Table:
    rows: list[Row] = []
    broken = False
    for section, group in groupby(answer.form.lines, key=lambda line: line.section):
        rows.append(Row(group=numbered(section)))
        for line in group:
            values = answer.series(answer.monitoring.root, line.indicator.id)
            breaks = _breaks(values)
            broken |= any(breaks)
            cells = [answer.cell(answer.monitoring.root, line.indicator.id, period) for period in answer.periods]
            move = moved(line.before, line.value, line, answer.places)
            rows.append(
                Row(
                    cells=(
                        Cell(text=(indicator_link(line.indicator),)),
                        *(
                            Cell(
                                text=cell.text,
                                small=cell.parts,
                                signs=f"{cell.signs}{_BREAK if other else ''}",
                                look=cell.look,
                                spoken="с этого периода определение другое" if other else "",
                            )
                            for cell, other in zip(cells, breaks, strict=True)
                        ),
                        drawn.spark(answer, answer.monitoring.root, line, f"d-{len(rows)}"),
                        Cell(text=move.text, look=move.way, order=move.order),
                    )
                )
            )
    since = f" к {answer.form.before}" if answer.form.before else ""
    return Table(
        id="dynamics-table",
        caption="Критерии по периодам",
        head=("Критерий", *(str(period) for period in answer.periods), "Линия, 0–100 %", f"Изменение{since}"),
        rows=tuple(rows),
        numbers=frozenset({*range(1, len(answer.periods) + 1), len(answer.periods) + 2}),
        look="wide" if len(answer.periods) > 4 else "",  # noqa: PLR2004 - as many as an upright page holds
        notes=(f"{_BREAK} — с этого периода определение другое: с прежними значениями не сравнивается.",)
        if broken
        else (),
    )


def _breaks(values: tuple[Value | None, ...]) -> tuple[bool, ...]:
    """Where a value has another definition than the one told before it."""
    told, breaks = "", []
    for value in values:
        now = value.definition if value is not None and value.definition else ""
        breaks.append(bool(told and now and told != now))
        told = now or told
    return tuple(breaks)
