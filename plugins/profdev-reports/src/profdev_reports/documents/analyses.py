"""What the analyses of the district say, as blocks; an analysis that is not there leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from profdev_indicators import wording
from profdev_indicators.results import Exhibit
from profdev_reports.blocks import Block, Bullets, Paragraph, Row, Table
from profdev_reports.documents.picture import Picture
from profdev_reports.documents.titles import recalled

_TOLD_ELSEWHERE = frozenset({"health", "health_grounds", "peers", "practices", "effects", "forecast"})
_MOST = 25  # a note is read; the rest is in the file beside it
_SENTENCE = "sentence"
_WIDE = 7  # columns that still fit into a table on an upright page


def sentences(picture: Picture, name: str, nothing: str) -> Iterator[Block]:
    """The sentences of an analysis with its notes; nothing at all where the district does not have it.

    Args:
        picture: the period.
        name: id of the exhibit.
        nothing: what is said where the analysis found nothing.
    """
    exhibit = picture.exhibits.get(name)
    if exhibit is None:
        return
    told = _sentences(exhibit, picture)
    yield from (_list(told, exhibit) if told else [Paragraph(text=nothing)])
    yield from (Paragraph(text=note, small=True) for note in exhibit.notes)


def forecast(picture: Picture) -> Iterator[Block]:
    """Where the district's own criteria would be next if nothing changed."""
    exhibit = picture.exhibits.get("forecast")
    if exhibit is None:
        return
    rows = exhibit.frame.filter(
        pl.col("unit") == picture.monitoring.root, pl.col("forecast").is_not_null(), pl.col("horizon") == 1
    )
    if rows.is_empty():
        yield Paragraph(text="По имеющимся данным прогноз построить нельзя.")
        return
    yield Table(
        caption=f"Прогноз на {rows['ahead'][0]}",
        head=("Показатель", "Сейчас, %", "Прогноз, %", "80 % интервал, %", "Цель, %", "Вероятность не достичь, %"),
        rows=tuple(Row(cells=_foretold(row, picture)) for row in rows.iter_rows(named=True)),
        widths=(0.4, 0.1, 0.11, 0.16, 0.09, 0.14),
        numbers=frozenset(range(1, 6)),
        small=True,
        notes=exhibit.notes,
    )


def _foretold(row: dict[str, object], picture: Picture) -> tuple[str, ...]:
    indicator, places = picture.indicator(str(row["indicator"])), picture.places
    low, high = _number(row["low80"], places), _number(row["high80"], places)
    numbers = (_number(row["value"], places), _number(row["forecast"], places), f"{low}–{high}")
    return f"{indicator.id}. {recalled(indicator.title)}", *numbers, _number(row["target"], 1), _number(row["miss"], 0)


def others(picture: Picture) -> tuple[Exhibit, ...]:
    """Analyses for which the note has no section of its own."""
    return tuple(
        exhibit
        for name, exhibit in picture.exhibits.items()
        if name not in _TOLD_ELSEWHERE and not exhibit.frame.is_empty()
    )


def blocks(exhibit: Exhibit, picture: Picture) -> Iterator[Block]:
    """An analysis as it is: its table where it has one that fits, else its sentences."""
    told = _sentences(exhibit, picture)
    if exhibit.headings and len(exhibit.headings) <= _WIDE:
        columns = list(exhibit.headings)
        rows = exhibit.frame.select(columns).head(_MOST).iter_rows(named=True)
        yield Table(
            caption="",
            head=tuple(exhibit.headings.values()),
            rows=tuple(Row(cells=tuple(_number(value, picture.places) for value in row.values())) for row in rows),
            widths=(1.0 / len(columns),) * len(columns),
            small=True,
            notes=_rest(exhibit, exhibit.frame.height),
        )
    elif told:
        yield from _list(told, exhibit)
    else:
        yield Paragraph(text=f"Таблица — в файле {exhibit.id}.csv.")
    yield from (Paragraph(text=note, small=True) for note in exhibit.notes)


def _sentences(exhibit: Exhibit, picture: Picture) -> Sequence[str]:
    """The sentences without the name of the district, of which the whole note speaks."""
    if _SENTENCE not in exhibit.frame.columns:
        return ()
    whole = f"{picture.name(picture.monitoring.root)}, "
    return tuple(sentence.removeprefix(whole) for sentence in exhibit.frame[_SENTENCE].drop_nulls())


def _list(told: Sequence[str], exhibit: Exhibit) -> Iterator[Block]:
    yield Bullets(items=tuple(told[:_MOST]))
    yield from (Paragraph(text=note, small=True) for note in _rest(exhibit, len(told)))


def _rest(exhibit: Exhibit, count: int) -> tuple[str, ...]:
    return (f"Показаны первые {_MOST} из {count}; все — в файле {exhibit.id}.csv.",) if count > _MOST else ()


def _number(value: object, places: int) -> str:
    match value:
        case None:
            return wording.DASH
        case bool():
            return "да" if value else "нет"
        case float():
            return wording.decimal(value, places)
        case _:
            return str(value)
