"""What the analyses say, a sheet each: their tables with numbers, or their sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from profdev_indicators import wording
from profdev_indicators.results import Exhibit, Monitoring
from profdev_reports.book.binding import NUMBER, Binding, Cell, Given
from profdev_reports.book.numbers import digits

_SENTENCE = "sentence"
_FEW, _WIDE = 12, 46  # letters
_LONG = 18  # letters of a text that wants a wide column


def sheets(binding: Binding, monitoring: Monitoring) -> None:
    """Each table with its notes, in the order of the configuration; those of the department are not published."""
    for exhibit in monitoring.exhibits:
        if not (exhibit.internal and monitoring.profile == "publish"):
            _sheet(binding, exhibit, monitoring.district.publication.decimals)


def _sheet(binding: Binding, exhibit: Exhibit, places: int) -> None:
    heads = _heads(exhibit)
    frame = exhibit.frame.select(list(heads))
    if not exhibit.headings:
        frame = frame.drop_nulls()  # what has no sentence is not worth one
    page = binding.page(exhibit.title, tuple(_width(frame[name]) for name in heads) or (80,))
    page.title(exhibit.title)
    for words in exhibit.notes:
        page.note(words)
    if frame.is_empty() or not heads:
        page.note("Сказать нечего.")
        return
    page.head(tuple(heads.values()), last=page.row + frame.height)
    for row in frame.iter_rows():
        page.line(tuple(_cells(row, places)))


def _heads(exhibit: Exhibit) -> dict[str, str]:
    if exhibit.headings:
        return dict(exhibit.headings)
    return {_SENTENCE: "Вывод"} if _SENTENCE in exhibit.frame.columns else {}


def _width(column: pl.Series) -> float:
    if column.name == _SENTENCE:
        return 120
    if column.dtype != pl.String:
        return _FEW
    longest = column.str.len_chars().max()
    return _WIDE if isinstance(longest, int) and longest > _LONG else _FEW + 4


def _cells(row: tuple[object, ...], places: int) -> Iterator[Given]:
    for value in row:
        match value:
            case None:
                yield wording.DASH
            case bool():
                yield "да" if value else "нет"
            case float():
                yield Cell(value, {**NUMBER, "num_format": digits(places)})
            case int():
                yield value
            case date():
                yield wording.day(value)
            case _:
                yield str(value)
