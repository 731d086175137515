"""What the analyses of the district say, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from profdev_indicators import wording
from profdev_indicators.builtin.renderers.marks import bullets, heading, long_table, paragraph
from profdev_indicators.results import Exhibit, Monitoring

_SENTENCE = "sentence"
_MOST = 40  # a report is read; the rest is in the file beside it


def exhibits(monitoring: Monitoring) -> Iterator[str]:
    """Each table with its notes, in the order of the configuration."""
    for exhibit in monitoring.exhibits:
        yield heading(2, exhibit.title)
        yield paragraph(*exhibit.notes)
        if exhibit.frame.is_empty():
            yield paragraph("Сказать нечего.")
        elif exhibit.headings:
            yield from _table(exhibit, monitoring.district.publication.decimals)
        else:
            yield from _sentences(exhibit)


def _table(exhibit: Exhibit, places: int) -> Iterator[str]:
    rows = exhibit.frame.select(list(exhibit.headings))
    yield from long_table(
        tuple(exhibit.headings.values()),
        [_cells(row, places) for row in rows.iter_rows(named=True)],
        f"{exhibit.id}.csv",
    )


def _sentences(exhibit: Exhibit) -> Iterator[str]:
    told = exhibit.frame[_SENTENCE].drop_nulls() if _SENTENCE in exhibit.frame.columns else pl.Series(dtype=pl.String)
    yield bullets(told.head(_MOST).to_list())
    if len(told) > _MOST:
        yield paragraph(f"Показано {_MOST} из {len(told)}; все — в {exhibit.id}.csv.")


def _cells(row: Mapping[str, object], places: int) -> tuple[str, ...]:
    return tuple(_cell(value, places) for value in row.values())


def _cell(value: object, places: int) -> str:
    match value:
        case None:
            return wording.DASH
        case bool():
            return "да" if value else "нет"
        case float():
            return wording.decimal(value, places)
        case _:
            return str(value)
