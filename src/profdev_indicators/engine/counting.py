"""Records become answers: some engine counts them part by part, and what was counted before is not counted again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import define, evolve, field, frozen

from profdev_indicators.engine.identity import matched
from profdev_indicators.engine.roster import Roster
from profdev_indicators.engine.store import Store, combined, stacked
from profdev_indicators.engine.tallies import OWN, Asked
from profdev_indicators.errors import Problem
from profdev_indicators.frames import ENGINE
from profdev_indicators.model import District, Engine, Records, Request, Source
from profdev_indicators.periods import Calendar, Period
from profdev_indicators.records import Part, Question, Tallied, Tally, keys, lost

_AT_ONCE = 2_000_000  # rows of `Question.above` with which an engine is asked at once: memory, at 32 bytes each


@frozen(kw_only=True)
class Progress:
    """How far the counting of one source is."""

    source: str  # its title
    parts: int
    parts_done: int
    share: float  # of the bytes (rows) to be read, 0–1; 0 where nothing is known of sizes
    rows: int  # read so far
    seconds: float  # since the counting began

    @property
    def rows_per_second(self) -> float | None:
        """None: too early to say."""
        return self.rows / self.seconds if self.rows and self.seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """None: too early to say."""
        return self.seconds * (1 - self.share) / self.share if 0 < self.share <= 1 and self.rows else None


@frozen(kw_only=True, eq=False)
class Counting:
    """With what records are counted, and who wants to know how far it is."""

    engine: Engine
    name: str  # of the engine
    version: str  # of the project: what another version has counted is counted anew
    store: Store | None = None  # None: nothing is kept, and nothing kept is used
    on_progress: Callable[[Progress], None] = field(default=lambda _: None)


@frozen(kw_only=True, eq=False)
class Counts:
    """What was counted in the records of one source."""

    frame: pl.DataFrame  # as `records.Tallied.frame`, of all parts; tallies by their names
    lost: pl.DataFrame  # records.LOST of all parts, with `name`: the part
    notes: tuple[Problem, ...]


def scan(
    source: Source,
    district: District,
    *,
    root: Path | None,
    frames: Mapping[str, Any],
    since: Period | None,
    until: Period,
) -> tuple[Part, ...]:
    """The records of a source in the span of periods, not yet read.

    Raises:
        SourceError: with every problem of every file.
    """
    records = source.records
    if records is None:
        return ()
    request = Request(
        source=source.id,
        whole_periods=records.person is not None,
        spellings=(district.spellings, source.spellings),
        columns=tuple(records.types),
        titles={},
        root=root,
        frames=frames,
        calendar=district.calendar,
        since=since,
        until=until,
        district=district.id,
    )
    parts = source.reader.scan(request, records.types)  # type: ignore[attr-defined]  # the checks saw that it can
    return tuple(_with_keys(part, records) for part in parts)


def _with_keys(part: Part, records: Records) -> Part:
    """An empty text names nobody: all who have it must not become one person."""
    person = records.person
    if part.frame is None or person is None or records.types[person] != "text":
        return part
    return evolve(part, frame=part.frame.with_columns(pl.when(pl.col(person) != "").then(person).alias(person)))


def periods_of(parts: Sequence[Part], column: str | None, calendar: Calendar) -> frozenset[Period]:
    """The periods found in names of files and in the column of periods; what is not a period is told later."""
    found = {part.period for part in parts if part.period is not None}
    for part in parts:
        if part.period is None and part.frame is not None and column is not None:
            texts = part.frame.select(pl.col(column).cast(pl.String).unique()).collect(engine="streaming")
            found |= {p for text in texts.to_series().drop_nulls() if (p := period_of(text, calendar)) is not None}
    return frozenset(found)


@define(kw_only=True, eq=False)
class Counter:
    """Counts the records of one source; asked again, it counts only what it has not."""

    asked: Asked
    parts: tuple[Part, ...]
    roster: Roster
    periods: tuple[Period, ...]
    calendar: Calendar
    counting: Counting
    _above: pl.DataFrame = field(init=False)
    _digests: dict[int, str] = field(factory=dict, init=False)
    _units: str = field(default="", init=False)

    def __attrs_post_init__(self) -> None:
        self._above = _above(self.roster, self.periods)

    def count(self, tallies: Sequence[Tally]) -> Counts:
        """The sums of all parts.

        Raises:
            SourceError: records which cannot be read.
        """
        done: dict[int, Tallied] = {}
        started = time.monotonic()
        for at, tallied in self._each(tallies):
            done[at] = tallied
            self.counting.on_progress(self._progress(done, time.monotonic() - started))
        parts = [done[at] for at in sorted(done)]
        gone = [
            done[at].lost.with_columns(name=pl.lit(self.parts[at].name)) for at in sorted(done) if done[at].lost.height
        ]
        return Counts(
            frame=_added([part.frame for part in parts], tallies),
            lost=pl.concat(gone) if gone else pl.DataFrame(schema={**lost(), "name": pl.String}),
            notes=tuple(note for part in parts for note in part.notes),
        )

    def _each(self, tallies: Sequence[Tally]) -> Iterator[tuple[int, Tallied]]:
        """Every part, in any order: first what is kept, then what has to be counted, each kept as soon as it is."""
        names = frozenset(tally.name for tally in tallies)
        lacking: dict[frozenset[str], list[int]] = {}
        known: dict[int, Tallied] = {}
        for at in range(len(self.parts)):
            kept = self._kept(at, tallies)
            have = (
                frozenset(n.removesuffix(".n") for n in kept.frame.columns if n.endswith(".n")) if kept else frozenset()
            )
            if kept is not None and have == names:
                yield at, kept
                continue
            if kept is not None:
                known[at] = kept
            lacking.setdefault(names - have, []).append(at)
        for wanted, group in lacking.items():
            missing = [tally for tally in tallies if tally.name in wanted]
            for at, counted in self._ask(missing, group):
                tallied = evolve(counted, notes=(*counted.notes, *self.parts[at].unread()))
                self._keep(at, tallied, missing)
                whole = stacked([known[at].frame, tallied.frame]) if at in known else tallied.frame
                yield at, evolve(tallied, frame=whole)

    def _ask(self, tallies: Sequence[Tally], group: Sequence[int]) -> Iterator[tuple[int, Tallied]]:
        """What the engine counts in some of the parts; they are handed over in lots which do not fill the memory."""
        for lot in self._lots(group):
            question = self._question(tallies, [self.parts[at] for at in lot])
            for number, tallied in self.counting.engine.tally(question, [self.parts[at] for at in lot]):
                yield lot[number], tallied

    def _lots(self, group: Sequence[int]) -> Iterator[list[int]]:
        most = max(1, _AT_ONCE * len(self.periods) // max(1, self._above.height))
        for start in range(0, len(group), most):
            yield list(group[start : start + most])

    def _question(self, tallies: Sequence[Tally], parts: Sequence[Part]) -> Question:
        records = self.asked.records
        numbers = {period: number for number, period in enumerate(self.periods)}
        here = [numbers[part.period] for part in parts if part.period is not None]
        above = self._above.filter(pl.col("period").is_in(here)) if len(here) == len(parts) else self._above
        return Question(
            source=self.asked.source.id,
            unit=records.unit,
            person=records.person,
            period=records.period,
            columns=records.types,
            tallies=tuple(tallies),
            breakdowns=records.breakdowns,
            above=above,
            match_units=self._match_units,
            match_periods=self._match_periods,
            numbers=numbers,
        )

    def _match_units(self, said: pl.Series) -> pl.Series:
        return matched(said.cast(pl.String).str.strip_chars(), self.roster).cast(pl.UInt32)

    def _match_periods(self, said: pl.Series) -> pl.Series:
        numbers = {period: number for number, period in enumerate(self.periods)}
        found = [period_of(str(text), self.calendar) if text is not None else None for text in said]
        return pl.Series([numbers.get(p) if p is not None else None for p in found], dtype=pl.UInt16)

    # --- what was counted before ---

    def _kept(self, at: int, tallies: Sequence[Tally]) -> Tallied | None:
        """What is kept of a part, in numbers of units and periods."""
        store, key = self.counting.store, self._key(at)
        if store is None or not key:
            return None
        names = self._stored_names(at, tallies)
        kept = store.found(key, frozenset(names.values()))
        if kept is None:
            return None
        have = frozenset(kept.frame.columns)
        back = [
            pl.col(f"{stored}.{part}").alias(f"{name}.{part}")
            for name, stored in names.items()
            for part in "npku"
            if f"{stored}.{part}" in have
        ]
        frame = kept.frame.select(*keys(), *back)
        units = pl.LazyFrame({"id": self.roster.ids}).with_row_index("number")
        periods = pl.LazyFrame(
            {"text": [str(period) for period in self.periods], "at": range(len(self.periods))},
            schema={"text": pl.String, "at": pl.UInt16},
        )
        numbered = (
            frame.lazy()
            .join(units, left_on="unit", right_on="id", how="left", maintain_order="left")
            .join(periods, left_on="period", right_on="text", how="left", maintain_order="left")
            .with_columns(unit=pl.col("number").cast(pl.UInt32), period="at")
            .drop("number", "at")
            .collect(engine=ENGINE)
        )
        if numbered.select("unit", "period").null_count().sum_horizontal().item():
            return None  # a unit or a period it speaks of is there no more
        return Tallied(frame=numbered, lost=kept.lost, rows=kept.rows)

    def _keep(self, at: int, tallied: Tallied, tallies: Sequence[Tally]) -> None:
        store, key = self.counting.store, self._key(at)
        if store is None or not key:
            return
        names = self._stored_names(at, tallies)
        once = {stored: name for name, stored in names.items()}  # who is left out may make no difference here
        sums = [pl.col(f"{name}.{part}").alias(f"{stored}.{part}") for stored, name in once.items() for part in "npku"]
        texts = pl.Series([str(period) for period in self.periods], dtype=pl.String)
        frame = tallied.frame.select(*keys(), *sums).with_columns(
            unit=pl.lit(self.roster.ids).gather(pl.col("unit")), period=pl.lit(texts).gather(pl.col("period"))
        )
        store.keep(key, evolve(tallied, frame=frame))

    def _key(self, at: int) -> str:
        """The hash of all a part's sums depend on, but for the tallies themselves; empty: it cannot be told."""
        if at not in self._digests:
            self._digests[at] = self._hashed(self.parts[at])
        return self._digests[at]

    def _hashed(self, part: Part) -> str:
        store, counting = self.counting.store, self.counting
        if store is None or not (part.digest or part.files):
            return ""
        try:
            content = part.digest or combined(*(store.hashed(path) for path in part.files))
        except OSError:
            return ""  # the engine will say what is wrong with it
        records = self.asked.records
        written = [f"{name}={value}" for name, value in sorted({**part.options, **part.renamed}.items())]
        return combined(
            content,
            str(part.period),  # last year's file copied: the same rows, of another year
            counting.name,
            counting.version,
            pl.__version__,
            part.format,
            *written,
            *(f"{name}:{kind}" for name, kind in sorted(records.types.items())),
            records.unit,
            records.person or "",
            records.period or "",
            *(f"{breakdown.column}:{breakdown.applies_to}" for breakdown in records.breakdowns),
            self._units_of(part),
        )

    def _units_of(self, part: Part) -> str:
        """The hash of the units that existed then: where they stand and how they may be called."""
        frame = self.roster.frame
        periods = [part.period] if part.period is not None else self.periods
        alive = [
            (pl.col("valid_from").fill_null(period.start) <= period.end)
            & (pl.col("valid_to").fill_null(period.end) >= period.end)
            for period in periods
        ]
        dates = frame.select("valid_from", "valid_to").null_count().sum_horizontal().item()
        always = dates == 2 * frame.height  # the same units in every period: told once for all parts
        if not always or not self._units:
            rows = frame.filter(pl.any_horizontal(alive)).drop("name", "cluster").sort("id", "valid_from")
            self._units = rows.write_json()
        return combined(*("" if part.period is not None else str(p) for p in periods), self._units)

    def _stored_names(self, at: int, tallies: Sequence[Tally]) -> Mapping[str, str]:
        """Names under which tallies of a part are kept: who is excluded is a part of what was counted."""
        period = self.parts[at].period
        texts = pl.Series([str(each) for each in self.periods], dtype=pl.String)
        names = {}
        for tally in tallies:
            out = tally.excluded
            if out is not None and period is not None:
                out = out.filter(pl.col("period") == self.periods.index(period))
            names[tally.name] = tally.name.partition(OWN)[0]
            if out is not None and out.height:
                named = out.select(
                    pl.lit(self.roster.ids).gather(pl.col("unit")).alias("unit"),
                    pl.lit(texts).gather(pl.col("period")).alias("period"),
                )
                names[tally.name] += combined(named.sort("unit", "period").write_json())[:16]
        return names

    def _progress(self, done: Mapping[int, Tallied], seconds: float) -> Progress:
        whole = sum(part.size for part in self.parts)
        return Progress(
            source=self.asked.source.title,
            parts=len(self.parts),
            parts_done=len(done),
            share=sum(self.parts[at].size for at in done) / whole if whole else 0.0,
            rows=sum(tallied.rows for tallied in done.values()),
            seconds=seconds,
        )


def period_of(text: str, calendar: Calendar) -> Period | None:
    """The period a text says; None: it says none."""
    try:
        return Period.parse(text.strip(), calendar)
    except ValueError:
        return None


def _above(roster: Roster, periods: Sequence[Period]) -> pl.DataFrame:
    """``unit, period, above``: everything that stands above each unit, however high."""
    numbers = {period: number for number, period in enumerate(periods)}
    parts = []
    for tree in roster.trees(periods):
        links = tree.units.lazy().drop_nulls("parent").select("unit", pl.col("parent").alias("above"))
        reach, chains = links, [links]
        for _ in range(int(tree.units["height"].max() or 0) - 1):  # type: ignore[arg-type]  # heights are integers
            reach = reach.join(links, left_on="above", right_on="unit").select("unit", above="above_right")
            chains.append(reach)
        spans = pl.LazyFrame({"period": [numbers[p] for p in tree.periods]}, schema={"period": pl.UInt16})
        parts.append(pl.concat(chains).join(spans, how="cross", maintain_order="left_right"))
    whole = pl.concat(parts).select(pl.col("unit").cast(pl.UInt32), "period", pl.col("above").cast(pl.UInt32))
    return whole.collect(engine=ENGINE)


def _added(frames: Sequence[pl.DataFrame], tallies: Sequence[Tally]) -> pl.DataFrame:
    """The sums of all parts in one frame; parts without persons may speak of the same unit and period."""
    sums = [f"{tally.name}.{part}" for tally in tallies for part in "npku"]
    if not frames:
        types = {name: pl.Float64 if name.endswith(".n") else pl.Int64 for name in sums}
        return pl.DataFrame(schema={**keys(), **types})
    on = keys().names()[:4]
    whole = pl.concat([frame.select(*on, "rows", *sums) for frame in frames])
    if len(frames) == 1 or not whole.select(on).is_duplicated().any():
        return whole.sort(on)  # engines answer in any order, and the same input must give the same bytes
    added = [pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in sums]
    return whole.lazy().group_by(on).agg(pl.col("rows").sum(), *added).sort(on).collect(engine=ENGINE)
