"""All recommendations on one page, in the order of the roster."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from profdev_indicators import wording
from profdev_reports.site.addresses import page, slug
from profdev_reports.site.answer import Answer
from profdev_reports.site.parts import Block, Cell, Heading, Link, Page, Paragraph, Row, Table
from profdev_reports.site.told import recommendations

_MOST = 500  # recommendations one page holds; beyond that they stand on the pages of the organisations


def advice(answer: Answer) -> Page:
    """``recommendations.html``."""
    return Page(path="recommendations.html", title="Рекомендации", blocks=_blocks(answer))


def _blocks(answer: Answer) -> Iterator[Block]:
    if not answer.advice:
        yield Paragraph(text="Рекомендаций нет: правила не сработали, или советов к ним не написано.")
        return
    yield Paragraph(
        text="Кому, о чём, что сделать, к какому сроку, кто отвечает и как проверим через год. Порядок — как в списке "
        "района.",
        look="lead",
    )
    groups = [(unit, tuple(rows)) for unit, rows in groupby(answer.advice, key=lambda row: str(row["unit"]))]
    whole = len(answer.advice) <= _MOST
    here = [(unit, rows) for unit, rows in groups if whole or unit not in answer.with_pages]
    yield _contents(answer, [(unit, len(rows)) for unit, rows in groups], frozenset(unit for unit, _ in here))
    for unit, rows in here:
        yield Heading(text=rows[0]["unit_name"], id=f"u-{slug(unit)}")
        yield recommendations(answer, rows, without="unit")


def _contents(answer: Answer, counted: list[tuple[str, int]], here: frozenset[str]) -> Table:
    """Who gets how many; those not told of below stand on the pages of their organisations."""
    rows = []
    for unit, number in counted:
        path = f"recommendations.html#u-{slug(unit)}" if unit in here else f"{page('organisations', unit)}#advice"
        rows.append(Row(cells=(Cell(text=(Link(answer.names.get(unit, unit), path),)), wording.count(number))))
    return Table(
        id="contents",
        caption="Кому сколько рекомендаций",
        head=("Кому", "Рекомендаций"),
        rows=tuple(rows),
        numbers=frozenset({1}),
        look="narrow",
        lively=True,
    )
