"""From files and frames to ANSWERS: one lazy plan per source, then one row per unit and period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from profdev_indicators.engine.identity import SAID, identify
from profdev_indicators.engine.roster import Roster
from profdev_indicators.engine.spelling import counts, interpret
from profdev_indicators.engine.tellings import TELLINGS, settle, unsettled
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.frames import ENGINE, link_of, row_of
from profdev_indicators.model import District, Opened, Request, Source, Table
from profdev_indicators.periods import Calendar, Period

TOLD = "{}@told"
_COMMON_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "unit": ("Организация", "ОО", "ИНН", "unit_id", "id"),
    "inn": ("ИНН", "ИНН организации"),
    "ogrn": ("ОГРН", "ОГРН организации"),
    "name": ("Наименование организации", "Название организации", "Название ОО", "Организация"),
    "period": ("Период", "Год"),
    "link": ("Ссылка",),
}
_PLACES = pl.Schema(
    {
        "unit": pl.UInt32,
        "period": pl.UInt16,
        "source": pl.String,
        "file": pl.String,
        "sheet": pl.String,
        "row": pl.Int64,
    }
)


@frozen(kw_only=True, eq=False)
class Heard:
    """What one source told: rows as they came, matched to units and periods.

    ``frame``: ``unit`` (number in the roster, null: counted nowhere), how the unit was written (the columns of
    :data:`~profdev_indicators.engine.identity.SAID`), ``period`` (number, null: not a period), ``file``, ``sheet``,
    ``row``, Float64 items and their companions.
    """

    source: Source
    frame: pl.DataFrame
    tables: tuple[Table, ...]
    remarks: pl.DataFrame  # about ways of writing whose answer it is, as `identify` gives them


@frozen(kw_only=True, eq=False)
class Observations:
    """All answers, aligned.

    ``frame``: a row for every unit and period, in that order, with ``unit`` and ``period`` (numbers), ``exists``,
    ``kind``, ``cluster``, ``height``, ``parent`` (number), ``name``, then the items with their companions and, for
    every source, whether it told anything (``source@told``).
    """

    frame: pl.DataFrame
    periods: tuple[Period, ...]
    roster: Roster
    heard: tuple[Heard, ...]
    places: pl.DataFrame  # unit, period, source, file, sheet, row: where the answers stand; only what has a file
    tellings: pl.DataFrame  # TELLINGS: whoever told a source more than once
    unsettled: pl.DataFrame  # DECISIONS which no telling answers


def read_tables(
    source: Source,
    *,
    root: Path | None,
    frames: Mapping[str, Any],
    calendar: Calendar,
    since: Period | None,
    until: Period,
    district: District,
    opened: Opened | None = None,
) -> tuple[Table, ...]:
    """All tables of a source which lie in the span of periods.

    Raises:
        SourceError: with every problem of every file.
    """
    columns = ["unit", "inn", "ogrn", "name", "period", "link"]
    columns += [name for item in source.items for name in (item.id, f"{item.id}.link")]
    request = Request(
        source=source.id,
        columns=tuple(columns),
        titles={**_COMMON_HEADINGS, **{item.id: (item.title,) for item in source.items}},
        root=root,
        frames=frames,
        calendar=calendar,
        since=since,
        until=until,
        district=district.id,
        counts=counts(source.items, (district.spellings, source.spellings)),
        elsewhere=frozenset(district.items),
        opened=opened or Opened(),
    )
    return tuple(source.reader.read(request))


def periods_told(tables: Iterable[Table], calendar: Calendar) -> frozenset[Period]:
    """The periods found in file names and in columns of periods; what is not a period is reported later."""
    found: set[Period] = set()
    for table in tables:
        if table.period is not None:
            found.add(table.period)
        elif "period" in table.frame.collect_schema():
            found |= _readable(_texts_of_periods(table), calendar).keys()
    return frozenset(found)


def hear(
    source: Source, tables: Sequence[Table], *, district: District, roster: Roster, periods: Sequence[Period]
) -> Heard:
    """One source, interpreted and matched; the only place where its query runs."""
    numbers = {period: number for number, period in enumerate(periods)}
    parts = [_plan(table, source, district, numbers) for table in tables]
    if not parts:
        told = {name: dtype for name, dtype in _PLACES.items() if name != "source"}
        nothing = pl.DataFrame(schema={"said": pl.String, **told})
        return Heard(source=source, frame=nothing, tables=(), remarks=identify(nothing, roster)[1])
    spellings = (district.spellings, source.spellings)
    answers = [interpret(pl.concat(alike, how="diagonal"), source.items, spellings) for alike in _alike(parts)]
    frame = pl.concat(answers, how="diagonal").collect(engine=ENGINE)
    units, remarks = identify(frame, roster)
    return Heard(source=source, frame=frame.with_columns(unit=units), tables=tuple(tables), remarks=remarks)


def skeleton(roster: Roster, periods: Sequence[Period], kinds: Iterable[str]) -> pl.DataFrame:
    """Every unit in every period, before anybody has told anything: the first columns of Observations.frame.

    ``kinds``: the kinds of units which populations count; each becomes an item of 0 and 1.
    """
    numbers = {period: number for number, period in enumerate(periods)}
    trees = [
        tree.units.lazy()
        .join(
            pl.LazyFrame({"period": [numbers[period] for period in tree.periods]}, schema={"period": pl.UInt16}),
            how="cross",
            maintain_order="left_right",
        )
        .drop("id")
        for tree in roster.trees(periods)
    ]
    every = pl.concat(trees)
    if len(trees) > 1:
        every = every.sort("unit", "period")
    return every.with_columns(
        (pl.col("kind") == kind).fill_null(value=False).cast(pl.Float64).alias(kind) for kind in kinds
    ).collect(engine=ENGINE)


def align(
    heard: Sequence[Heard],
    *,
    frame: pl.DataFrame,
    roster: Roster,
    periods: Sequence[Period],
    decisions: pl.DataFrame,
) -> Observations:
    """Every unit in every period, with what each source told about it.

    ``frame``: the :func:`skeleton`. ``decisions``: DECISIONS, which of two answers counts.
    """
    keys = _key(frame, len(periods))
    columns = list(frame.iter_columns())
    places, tellings, lost = [pl.DataFrame(schema=_PLACES)], [pl.DataFrame(schema=TELLINGS)], [decisions.clear()]
    for told in heard:
        decided = decisions.filter(pl.col("source") == told.source.id)
        once, several = _once(told, len(periods), decided)
        tellings.append(several)
        lost.append(unsettled(decided, told.frame, several))
        places.append(_standing(once, told.source))
        columns += _placed(once, keys, told.source).iter_columns()
    return Observations(
        frame=pl.DataFrame(columns),
        periods=tuple(periods),
        roster=roster,
        heard=tuple(heard),
        places=pl.concat(places),
        tellings=pl.concat(tellings),
        unsettled=pl.concat(lost),
    )


def _plan(table: Table, source: Source, district: District, numbers: Mapping[Period, int]) -> pl.LazyFrame:
    """The answers of one table, not yet interpreted, with the columns of :class:`Heard` but ``unit``."""
    frame = table.frame
    have = frame.collect_schema().names()
    if table.period is not None:
        frame = frame.with_columns(period=pl.lit(numbers.get(table.period), pl.UInt16))
    else:
        by_text = {
            text: numbers[period]
            for period, spelt in _readable(_texts_of_periods(table), district.calendar).items()
            if period in numbers
            for text in spelt
        }
        said = pl.col("period").cast(pl.String)
        frame = frame.with_columns(
            said_period=said, period=said.replace_strict(by_text, default=None, return_dtype=pl.UInt16)
        )
    return frame.select(
        *_said(table, have),
        "period",
        *(["said_period"] if table.period is None else []),
        pl.lit(table.file).alias("file"),
        pl.lit(table.sheet).alias("sheet"),
        (pl.col("row").cast(pl.Int64) if "row" in have else pl.lit(None, pl.Int64)).alias("row"),
        *(item.id for item in source.items if item.id in have),
        *_links(source, have),
        *(
            pl.col(f"{item.id}.row").cast(pl.Int64).alias(row_of(item.id))
            for item in source.items
            if f"{item.id}.row" in have
        ),
    )


def _said(table: Table, have: Sequence[str]) -> list[pl.Expr]:
    """How the unit is written; a name that is the same column under another word says nothing new."""
    columns = {"said": "unit", "inn": "inn", "ogrn": "ogrn", "name": "name"}
    if "name" in table.cells and table.cells["name"] == table.cells.get("unit"):
        del columns["name"]
    told = {word: column for word, column in columns.items() if column in have}
    said = [pl.col(column).cast(pl.String, strict=False).alias(word) for word, column in told.items()]
    return said if "said" in told else [pl.lit(None, pl.String).alias("said"), *said]


def _alike(parts: Iterable[pl.LazyFrame]) -> list[list[pl.LazyFrame]]:
    """Tables whose columns have the same types, together: to interpret once is cheaper than table by table."""
    groups: list[tuple[dict[str, pl.DataType], list[pl.LazyFrame]]] = []
    for part in parts:
        schema = part.collect_schema()
        for known, members in groups:
            if all(known.get(name, dtype) == dtype for name, dtype in schema.items()):
                known.update(schema)
                members.append(part)
                break
        else:
            groups.append((dict(schema), [part]))
    return [members for _, members in groups]


def _links(source: Source, have: Sequence[str]) -> list[pl.Expr]:
    """The evidence of each item that may have some: its own link, else the link of the row."""
    links = []
    for item in source.items:
        given = [pl.col(name).cast(pl.String).str.strip_chars() for name in (f"{item.id}.link", "link") if name in have]
        if given and (item.evidence != "none" or f"{item.id}.link" in have):
            told = pl.coalesce(pl.when(link != "").then(link) for link in given)
            links.append(told.alias(link_of(item.id)))
    return links


def _texts_of_periods(table: Table) -> pl.Series:
    texts = table.frame.select(pl.col("period").cast(pl.String).unique()).collect(engine=ENGINE)
    return texts.to_series().drop_nulls()


def _readable(texts: Iterable[str], calendar: Calendar) -> dict[Period, list[str]]:
    found: dict[Period, list[str]] = {}
    for text in texts:
        try:
            found.setdefault(Period.parse(text, calendar), []).append(text)
        except ValueError:
            continue
    return found


def _key(frame: pl.DataFrame, periods: int) -> pl.Series:
    return frame.select((pl.col("unit").cast(pl.UInt64) * periods + pl.col("period")).alias("key")).to_series()


def _once(told: Heard, periods: int, decisions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row per unit and period, and TELLINGS."""
    frame = told.frame
    if frame["unit"].has_nulls() or frame["period"].has_nulls():
        frame = frame.filter(pl.col("unit").is_not_null() & pl.col("period").is_not_null())
    frame = frame.with_columns(_key(frame, periods))
    if frame["key"].n_unique() == frame.height:
        return frame, pl.DataFrame(schema=TELLINGS)
    doubled = frame["key"].is_duplicated()
    once, tellings = settle(frame.filter(doubled), told.source, decisions)
    return pl.concat([frame.filter(~doubled), once], how="diagonal"), tellings


def _standing(once: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Where the answers of one source stand."""
    return (
        once.lazy()
        .filter(pl.col("file") != "")
        .with_columns(source=pl.lit(source.id))
        .select(pl.col(name).cast(dtype) for name, dtype in _PLACES.items())
        .collect(engine=ENGINE)
    )


def _placed(once: pl.DataFrame, keys: pl.Series, source: Source) -> pl.DataFrame:
    """The columns of one source, row for row with ``keys``."""
    about = ("unit", "period", *SAID, "said_period", "file", "sheet", "row")
    answers = once.drop(*about, strict=False).with_columns(pl.lit(value=True).alias(TOLD.format(source.id)))
    if not (once.height == keys.len() and once["key"].equals(keys)):
        answers = _spread(answers, once["key"], keys.len())
    absent = [pl.lit(None, pl.Float64).alias(item.id) for item in source.items if item.id not in answers.columns]
    absent += [
        pl.lit(None, pl.String).alias(link_of(item.id))
        for item in source.items
        if item.evidence != "none" and link_of(item.id) not in answers.columns
    ]
    return answers.with_columns(absent).drop("key")


def _spread(answers: pl.DataFrame, at: pl.Series, height: int) -> pl.DataFrame:
    """Rows at their positions, null between them: a key is its own position, since every unit has every period."""
    first = at[0] if at.len() else 0
    if at.equals(pl.int_range(first, first + at.len(), eager=True).cast(at.dtype)):
        # One block, as files in the order of the roster are: only what surrounds it is new.
        around = (first, height - first - at.len())
        before, after = (answers.clear(n=rows) for rows in around)
        return pl.concat([before, answers, after], rechunk=False)
    rows = pl.Series([None], dtype=pl.UInt32).new_from_index(0, height)
    return answers.select(pl.all().gather(rows.scatter(at, pl.int_range(at.len(), dtype=pl.UInt32, eager=True))))


def nothing_found(
    sources: Sequence[Source], patterns: Mapping[str, Sequence[str]], periods: Sequence[Period]
) -> SourceError:
    """No source has anything for the periods asked."""
    asked = ", ".join(map(str, periods))
    return SourceError(
        Problem(
            path=f"sources.{source.id}",
            message=f"нет данных за {asked}",
            hint="искали: " + ", ".join(patterns.get(source.id, ())) if patterns.get(source.id) else "",
        )
        for source in sources
    )
