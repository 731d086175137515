"""From a folder of answers to audited observations: what can be read is read, and every problem is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import evolve, frozen

from profdev_indicators.engine.accepted import numbered, read_decisions
from profdev_indicators.engine.audit import audit
from profdev_indicators.engine.counting import Counter, Counting, Counts, periods_of, scan
from profdev_indicators.engine.measure import Column, columns, exemptions
from profdev_indicators.engine.observe import (
    Heard,
    Observations,
    align,
    hear,
    nothing_found,
    periods_told,
    read_tables,
    skeleton,
)
from profdev_indicators.engine.recorded import hear_records
from profdev_indicators.engine.roster import Roster, read_roster
from profdev_indicators.engine.tallies import asked_of_records
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.frames import RESERVED
from profdev_indicators.model import District, Opened, Source, Table
from profdev_indicators.periods import Period
from profdev_indicators.records import Part

_CHANGED = "файл изменился, пока его читали"


@frozen(kw_only=True, eq=False)
class Gathered:
    """Everything that could be read, and everything that could not."""

    district: District
    asked: tuple[Period, ...]
    root: Path | None
    observed: Observations
    answers: pl.DataFrame  # the observations without what contradicts itself
    defects: pl.DataFrame  # frames.DEFECTS of every period read
    unread: Mapping[str, tuple[Problem, ...]]  # by source: files which could not be read; of all periods
    empty: tuple[Period, ...]  # periods asked for which no source has anything
    notices: tuple[Problem, ...]
    wanted: tuple[Column, ...]  # every reading of every measured indicator
    exempt: Mapping[str | None, pl.Expr]  # which rows are exempt, by indicator
    counters: Mapping[str, Counter]  # of sources with records
    counts: Mapping[str, Counts]  # of the same: what was counted

    @property
    def roster(self) -> Roster:
        """The units of all times."""
        return self.observed.roster

    @property
    def heard(self) -> tuple[Heard, ...]:
        """What each source told."""
        return self.observed.heard

    def refuse_what_is_lacking(self) -> None:
        """Let nobody compute from a part of the answers.

        Raises:
            SourceError: files which could not be read, or nothing at all for the periods asked.
        """
        problems = [problem for each in self.unread.values() for problem in each]
        if problems:
            raise SourceError(problems)
        if self.empty and self.district.sources:
            patterns = {source.id: looked_for(source, self.empty) for source in self.district.sources}
            raise nothing_found(self.district.sources, patterns, self.empty)


def gather(
    district: District,
    *,
    asked: Sequence[Period],
    since: Period | None,
    root: Path | None,
    frames: Mapping[str, Any],
    counting: Counting | None = None,
    readings: Collection[str] | None = (),
) -> Gathered:
    """Read, match and check all answers; a broken file hides nothing but itself.

    Args:
        district: the questions.
        asked: the periods to report on.
        since: the earliest period to read.
        root: the folder of data.
        frames: tables in memory.
        counting: with what records are counted; None: sources with records tell nothing.
        readings: alternative readings to compute beside the main one; None: all of them.

    Raises:
        SourceError: a roster or a table of decisions with mistakes: nothing can be said of anybody.
    """
    asked = tuple(sorted(set(asked)))
    roster = read_roster(district, root, frames)
    decisions = read_decisions(root)
    tables, unread = _read(district, root, frames, since, asked)
    recorded = [source for source in district.sources if source.records is not None and counting is not None]
    parts, unread = _scanned(recorded, district, root, frames, since, asked, unread)
    periods, empty, notices = _periods(district, _told(district, tables, parts), asked=asked, since=since)
    numbers = {name: number for number, name in enumerate(roster.ids)}
    exempt = exemptions(district.exemptions, periods, numbers)
    frame = skeleton(roster, periods, _kinds_as_items(district))
    wanted, of_records = asked_of_records(district, columns(district, periods, readings), frame, exempt)
    counters = {
        name: Counter(
            asked=each,
            parts=parts[name],
            roster=roster,
            periods=periods,
            calendar=district.calendar,
            counting=counting,
        )
        for name, each in of_records.items()
        if counting is not None
    }
    counts, unread = _counted(counters, unread)
    heard = [
        hear_records(
            of_records[s.id],
            counts[s.id],
            parts[s.id],
            roster=roster,
            periods=periods,
            calendar=district.calendar,
            root=root,
        )
        if s.id in counters
        else hear(s, tables[s.id], district=district, roster=roster, periods=periods)
        for s in district.sources
    ]
    observed = align(
        heard,
        frame=frame,
        roster=roster,
        periods=periods,
        decisions=numbered(decisions, district, roster, periods),
    )
    answers, defects = audit(observed, district)
    return Gathered(
        district=district,
        asked=asked,
        root=root,
        observed=observed,
        answers=answers,
        defects=defects,
        unread=_with_changed(unread, tables, root),
        empty=empty,
        notices=notices,
        wanted=wanted,
        exempt=exempt,
        counters=counters,
        counts=counts,
    )


def _scanned(
    recorded: Sequence[Source],
    district: District,
    root: Path | None,
    frames: Mapping[str, Any],
    since: Period | None,
    asked: Sequence[Period],
    unread: Mapping[str, tuple[Problem, ...]],
) -> tuple[dict[str, tuple[Part, ...]], dict[str, tuple[Problem, ...]]]:
    """The records of every source that has some, and what is wrong with any of their files."""
    parts: dict[str, tuple[Part, ...]] = {}
    problems = dict(unread)
    for source in recorded:
        try:
            parts[source.id] = scan(source, district, root=root, frames=frames, since=since, until=asked[-1])
        except SourceError as error:
            parts[source.id], problems[source.id] = (), error.problems
    return parts, problems


def _told(
    district: District, tables: Mapping[str, Sequence[Table]], parts: Mapping[str, Sequence[Part]]
) -> Mapping[str, frozenset[Period]]:
    """The periods of which each source tells something."""
    return {
        source.id: periods_of(parts[source.id], source.records.period, district.calendar)
        if source.records is not None and source.id in parts
        else periods_told(tables[source.id], district.calendar)
        for source in district.sources
    }


def _counted(
    counters: Mapping[str, Counter], unread: Mapping[str, tuple[Problem, ...]]
) -> tuple[dict[str, Counts], dict[str, tuple[Problem, ...]]]:
    """What is counted in the records of every source; of one that cannot be read, nothing."""
    counts: dict[str, Counts] = {}
    problems = dict(unread)
    for name, counter in counters.items():
        tallies = [*counter.asked.items.values(), *counter.asked.tallies.values()]
        unique = list({tally.name: tally for tally in tallies}.values())
        try:
            counts[name] = counter.count(unique)
        except SourceError as error:
            problems[name] = (*problems.get(name, ()), *error.problems)
            counts[name] = evolve(counter, parts=()).count(unique)
    return counts, problems


def _read(
    district: District,
    root: Path | None,
    frames: Mapping[str, Any],
    since: Period | None,
    asked: Sequence[Period],
) -> tuple[dict[str, tuple[Table, ...]], dict[str, tuple[Problem, ...]]]:
    """Tables of every source, and what is wrong with any of their files."""
    tables: dict[str, tuple[Table, ...]] = {}
    unread: dict[str, tuple[Problem, ...]] = {}
    opened = Opened()
    for source in district.sources:
        if source.records is not None:
            tables[source.id] = ()
            continue
        try:
            tables[source.id] = read_tables(
                source,
                root=root,
                frames=frames,
                calendar=district.calendar,
                since=since,
                until=asked[-1],
                district=district,
                opened=opened,
            )
        except SourceError as error:
            tables[source.id], unread[source.id] = tuple(error.tables), error.problems
    return tables, unread


def unread_of_asked(gathered: Gathered, frames: Mapping[str, Any]) -> Mapping[str, tuple[Problem, ...]]:
    """Of the files which could not be read, those of the periods asked for, by source.

    Only sources with such files are read again: a problem does not say which period its file is of.
    """
    district, found = gathered.district, {}
    for source in district.sources:
        if source.id not in gathered.unread:
            continue
        if source.records is not None:
            found[source.id] = gathered.unread[source.id]
            continue
        changed = {problem for problem in gathered.unread[source.id] if problem.message == _CHANGED}
        try:
            read_tables(
                source,
                root=gathered.root,
                frames=frames,
                calendar=district.calendar,
                since=gathered.asked[0],
                until=gathered.asked[-1],
                district=district,
            )
            now: set[Problem] = set()
        except SourceError as error:
            now = set(error.problems)
        kept = tuple(problem for problem in gathered.unread[source.id] if problem in now | changed)
        if kept:
            found[source.id] = kept
    return found


def _with_changed(
    unread: Mapping[str, tuple[Problem, ...]], tables: Mapping[str, Sequence[Table]], root: Path | None
) -> Mapping[str, tuple[Problem, ...]]:
    """The problems, and the files which somebody changed while they were read."""
    found = dict(unread)
    for source, each in tables.items():
        stamps = {table.file: table.stamp for table in each if table.stamp is not None}
        changed = [file for file, stamp in stamps.items() if root is not None and _stamp(root / file) != stamp]
        if changed:
            hint = "дождитесь, пока его сохранят, и запустите ещё раз"
            told = [Problem(file=file, message=_CHANGED, hint=hint) for file in changed]
            found[source] = (*found.get(source, ()), *told)
    return found


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns


def _periods(
    district: District, told: Mapping[str, frozenset[Period]], *, asked: Sequence[Period], since: Period | None
) -> tuple[tuple[Period, ...], tuple[Period, ...], tuple[Problem, ...]]:
    """All periods to compute, those asked of which nobody has anything, and which sources have nothing for some."""
    found = {p for periods in told.values() for p in periods if p <= asked[-1] and (since is None or p >= since)}
    notices = tuple(
        Problem(
            path=f"sources.{source.id}",
            message=f"«{source.title}»: нет данных за {period}",
            hint="искали: " + ", ".join(looked) if (looked := looked_for(source, [period])) else "",
        )
        for source in district.sources
        for period in asked
        if period not in told[source.id]
    )
    return tuple(sorted(found | set(asked))), tuple(period for period in asked if period not in found), notices


def looked_for(source: Source, periods: Sequence[Period]) -> tuple[str, ...]:
    """Where a reader of files looks, as a person would write it."""
    location = getattr(source.reader, "location", ())
    patterns = (location,) if isinstance(location, str) else tuple(location)
    found = (pattern.replace("{period}", period.slug) for period in periods for pattern in patterns)
    return tuple(dict.fromkeys(found))


def _kinds_as_items(district: District) -> list[str]:
    """Kinds of units which populations count as items."""
    items = district.items
    named_items = {name for population in district.populations for name in population.items}
    return sorted(name for name in named_items if name not in items and name not in RESERVED)
