"""What records told: the answers of each unit, made of its rows, and what became of rows that are nobody's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from profdev_indicators.engine.counting import Counts, period_of
from profdev_indicators.engine.identity import identify
from profdev_indicators.engine.observe import Heard
from profdev_indicators.engine.roster import Roster
from profdev_indicators.engine.tallies import Asked
from profdev_indicators.errors import Problem
from profdev_indicators.frames import ENGINE
from profdev_indicators.model import Table
from profdev_indicators.periods import Calendar, Period
from profdev_indicators.records import Part
from profdev_indicators.wording import counted

_TOLD_APART = 200  # unknown organisations named one by one; the others are only counted


def hear_records(
    asked: Asked,
    counts: Counts,
    parts: Sequence[Part],
    *,
    roster: Roster,
    periods: Sequence[Period],
    calendar: Calendar,
    root: Path | None,
) -> Heard:
    """The answers of one source with records, as if every unit had counted its own rows."""
    strangers = _strangers(counts)
    frame = pl.concat([_answers(asked, counts, parts, periods), strangers.drop("rows")], how="diagonal")
    _, remarks = identify(strangers, roster)
    tables = _tables(asked, counts, parts, calendar, root)
    return Heard(source=asked.source, frame=frame, tables=tables, remarks=_with_rows(remarks, strangers))


def _answers(asked: Asked, counts: Counts, parts: Sequence[Part], periods: Sequence[Period]) -> pl.DataFrame:
    """A row for each unit and period with records; an item of which nothing is known is not told."""
    files = {
        number: next((part.name for part in parts if part.period in {None, period}), "")
        for number, period in enumerate(periods)
    }
    items = []
    for name, tally in asked.items.items():
        total, rows, known = (pl.col(f"{tally.name}.{part}") for part in ("n", "p", "k"))
        items.append(pl.when((known > 0) | (rows == 0)).then(total).alias(name))
    # Units above have rows of their own only if somebody is counted there directly.
    own = pl.any_horizontal(pl.col(f"{tally.name}.p").is_not_null() for tally in asked.items.values())
    return (
        counts.frame.lazy()
        .filter(pl.col("breakdown").is_null(), own)
        .select(
            "unit",
            "period",
            pl.lit(None, pl.String).alias("said"),
            pl.col("period").replace_strict(files, default="", return_dtype=pl.String).alias("file"),
            pl.lit("").alias("sheet"),
            pl.lit(None, pl.Int64).alias("row"),
            *items,
        )
        .collect(engine=ENGINE)
    )


def _strangers(counts: Counts) -> pl.DataFrame:
    """Rows for what is nobody's, as `identify` takes them; those with most records first."""
    lost = (
        counts.lost.filter(pl.col("what") == "unit").group_by("said").agg(pl.col("rows").sum(), pl.col("name").first())
    )
    first = lost.sort("rows", "said", descending=[True, False], nulls_last=True).head(_TOLD_APART)
    return first.select(
        pl.lit(None, pl.UInt32).alias("unit"),
        pl.lit(None, pl.UInt16).alias("period"),
        "said",
        pl.col("name").alias("file"),
        pl.lit("").alias("sheet"),
        pl.lit(None, pl.Int64).alias("row"),
        "rows",
    )


def _with_rows(remarks: pl.DataFrame, strangers: pl.DataFrame) -> pl.DataFrame:
    """The remarks with how many rows each is about."""
    if remarks.is_empty():
        return remarks
    return (
        remarks.join(strangers.select("said", "rows"), on="said", how="left", nulls_equal=True, maintain_order="left")
        .with_columns(message=pl.format("{} (строк: {})", "message", "rows"))
        .drop("rows")
    )


def _tables(
    asked: Asked, counts: Counts, parts: Sequence[Part], calendar: Calendar, root: Path | None
) -> tuple[Table, ...]:
    """The files of the records, for the record of the run, and what is to be said of their rows."""
    nothing = pl.LazyFrame()
    tables = []
    for part in parts:
        found = (note for note in counts.notes if note.file in part.name.split(", "))
        notes = (*part.notes, *found, *_notes(asked, counts, part, calendar))
        names = [_relative(path, root) for path in part.files] or [part.name]
        for number, name in enumerate(names):
            tables.append(
                Table(
                    frame=nothing,
                    file=name,
                    period=part.period,
                    notes=notes if number == 0 else (),
                    digest="" if part.files else part.digest,
                )
            )
    return tuple(tables)


def _relative(path: Path, root: Path | None) -> str:
    if root is not None and path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    return path.name


def _notes(asked: Asked, counts: Counts, part: Part, calendar: Calendar) -> Iterator[Problem]:
    lost = counts.lost.filter(pl.col("name") == part.name)
    nameless = int(lost.filter(pl.col("what") == "person")["rows"].sum())
    if nameless:
        rows = counted(nameless, "строки", "строк", "строк")
        yield Problem(
            file=part.name,
            message=f"у {rows} пуст ключ человека («{asked.records.person}»)",
            hint="каждая такая строка посчитана отдельным человеком: заполните ключ",
        )
    for said, rows in lost.filter(pl.col("what") == "period").select("said", "rows").iter_rows():
        if said is None or period_of(said, calendar) is None:
            yield Problem(
                file=part.name,
                message=f"это не период: «{said or ''}» (строк: {rows})",
                hint="строки не учтены: исправьте период",
            )
    hidden = lost.filter(pl.col("what") == "unit").height - _TOLD_APART
    if hidden > 0:
        yield Problem(
            file=part.name,
            message=f"ещё {counted(hidden, 'организации', 'организаций', 'организаций')} нет в списке",
            hint="их строки не учтены: проверьте, тот ли это реестр",
        )
