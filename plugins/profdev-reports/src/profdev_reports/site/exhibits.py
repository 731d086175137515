"""What the analyses of the district say, a page each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import polars as pl

from profdev_indicators import wording
from profdev_indicators.results import Exhibit
from profdev_reports.site.addresses import page
from profdev_reports.site.answer import Answer
from profdev_reports.site.downloads import path_of
from profdev_reports.site.parts import Block, Bullets, Cell, Heading, Link, Page, Paragraph, Row, Table
from profdev_reports.site.told import indicator_link

_INDEX = Link("Анализы", "analyses/index.html")
_SENTENCE = "sentence"
_MOST = 200  # rows of a page that is to be read; all of them are in the file beside it
_WIDE = 7  # columns an upright page does not hold


def exhibits(answer: Answer) -> Iterator[Page]:
    """The list of analyses and a page for each; nothing where the district asked for none."""
    shown = answer.exhibits
    if not shown:
        return
    links = [Link(each.title, page("analyses", each.id)) for each in shown]
    yield Page(
        path=_INDEX.path,
        title="Анализы",
        blocks=(
            Paragraph(
                text="Что видно сверх значений и правил. На каждой странице сказано, как её читать.", look="lead"
            ),
            Bullets(items=tuple((link, f" — {_size(each)}") for link, each in zip(links, shown, strict=True))),
        ),
    )
    for place, exhibit in enumerate(shown):
        yield Page(
            path=links[place].path,
            title=exhibit.title,
            trail=(_INDEX,),
            blocks=_blocks(answer, exhibit),
            before=links[place - 1] if place else None,
            after=links[place + 1] if place + 1 < len(links) else None,
        )


def _size(exhibit: Exhibit) -> str:
    height = exhibit.frame.height
    return wording.counted(height, "строка", "строки", "строк") if height else "сказать нечего"


def _blocks(answer: Answer, exhibit: Exhibit) -> Iterator[Block]:
    if exhibit.internal:
        yield Paragraph(text="Для служебного пользования: не публикуется.", look="warning")
    if exhibit.notes:
        yield Bullets(items=exhibit.notes, look="notes")
    if exhibit.frame.is_empty():
        yield Paragraph(text="Сказать нечего.")
    elif exhibit.headings:
        yield _table(answer, exhibit)
    else:
        yield from _sentences(exhibit)
    yield Heading(text="Данные", id="data")
    yield Paragraph(text=("Все строки и столбцы: ", Link(f"{exhibit.id}.csv", path_of(exhibit.id)), "."))


def _table(answer: Answer, exhibit: Exhibit) -> Table:
    rows = exhibit.frame.select(list(exhibit.headings)).head(_MOST)
    numeric = {place for place, dtype in enumerate(rows.dtypes) if dtype.is_numeric()}
    return Table(
        id="exhibit-table",
        caption=exhibit.title,
        head=tuple(exhibit.headings.values()),
        rows=tuple(Row(cells=_cells(answer, row)) for row in rows.iter_rows(named=True)),
        numbers=frozenset(numeric),
        lively=True,
        look="wide" if len(exhibit.headings) > _WIDE else "",
        notes=tuple(_rest(exhibit.frame.height, "строк")),
    )


def _sentences(exhibit: Exhibit) -> Iterator[Block]:
    frame = exhibit.frame
    told = frame[_SENTENCE].drop_nulls() if _SENTENCE in frame.columns else pl.Series(dtype=pl.String)
    if told.is_empty():
        yield Paragraph(text="Сказать нечего.")
        return
    yield Bullets(items=tuple(told.head(_MOST)), look="sentences")
    yield from (Paragraph(text=rest, look="note") for rest in _rest(len(told), "записей"))


def _rest(count: int, what: str) -> Sequence[str]:
    return (f"Показаны первые {_MOST} {what} из {wording.count(count)}; все — в файле ниже.",) if count > _MOST else ()


def _cells(answer: Answer, row: Mapping[str, object]) -> tuple[Cell, ...]:
    return tuple(_cell(answer, name, value) for name, value in row.items())


def _cell(answer: Answer, name: str, value: object) -> Cell:
    if name == "indicator" and value in answer.indicators:
        return Cell(text=(indicator_link(answer.indicators[str(value)], short=True),))
    if value is None:
        return Cell(text=wording.DASH)
    if isinstance(value, bool):
        return Cell(text="да" if value else "нет")
    return _number(value, answer.places) or Cell(text=str(value))


def _number(value: object, places: int) -> Cell | None:
    """A number or a day, with what a column is sorted by."""
    match value:
        case float():
            return Cell(text=wording.decimal(value, places), order=repr(value))
        case int():
            return Cell(text=wording.count(value), order=repr(value))
        case date():
            return Cell(text=wording.day(value), order=value.isoformat())
    return None
