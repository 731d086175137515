"""The question put to the answers: observe → audit → measure → roll_up → judge → advise."""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from profdev_indicators.engine.advise import advise
from profdev_indicators.engine.audit import audit
from profdev_indicators.engine.derive import derive
from profdev_indicators.engine.judge import judge
from profdev_indicators.engine.measure import columns, exemptions, measure
from profdev_indicators.engine.observe import Heard, Observations, align, hear, nothing_found, periods_told, read_tables
from profdev_indicators.engine.roll_up import roll_up
from profdev_indicators.engine.roster import Roster, read_roster
from profdev_indicators.engine.values import named, values
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.frames import ENGINE, RESERVED
from profdev_indicators.model import District, Source, Table
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring, Provenance, Recommendation

__all__ = ["monitor"]


def monitor(
    district: District,
    *,
    asked: Sequence[Period],
    since: Period | None,
    root: Path | None,
    frames: Mapping[str, Any],
    readings: Collection[str] | None,
    recommend: Callable[..., Recommendation | None],
    rule_names: Mapping[type, str],
    plugins: Sequence[tuple[str, str]],
) -> Monitoring:
    """Put the district's questions to its sources.

    Args:
        district: the questions.
        asked: the periods to report on; earlier ones are read as well, for the dynamics.
        since: the earliest period to read; None: as far back as there is anything.
        root: the folder of data; None: only ``frames``.
        frames: tables in memory, by the id of a source («units» for the roster); they stand in for its files.
        readings: ids of alternative readings to compute beside the main one; None: all of them.
        recommend: the hook which answers findings.
        rule_names: the name of each kind of rule.
        plugins: names and versions, for provenance.

    Raises:
        SourceError: files which cannot be read, a roster with mistakes, or nothing at all for the periods asked.
    """
    asked = tuple(sorted(set(asked)))
    roster = read_roster(district, root, frames)
    tables = _read(district, root, frames, since, asked)
    periods, notices = _periods(district, tables, asked=asked, since=since)
    heard = [hear(s, tables[s.id], district=district, roster=roster, periods=periods) for s in district.sources]
    observed = align(heard, roster=roster, periods=periods, kinds=_kinds_as_items(district))
    answers, defects = audit(observed, district)
    history = _values(answers, district, observed, readings)
    clusters = _clusters(answers, observed)
    wanted = [str(period) for period in asked]
    findings, unchecked = pl.collect_all(
        judge(history.lazy(), district, clusters=clusters, asked=asked, rule_names=rule_names),
        engine=ENGINE,
    )
    everything = len(asked) == len(periods)
    recommendations = advise(findings, history.lazy(), district, recommend=recommend, clusters=clusters)
    return Monitoring(
        district=district,
        periods=asked,
        values=history if everything else history.filter(pl.col("period").is_in(wanted)),
        history=history,
        findings=findings,
        unchecked=unchecked,
        recommendations=recommendations,
        defects=defects,
        answers=_named_answers(answers, observed),
        places=_named_answers(observed.places, observed),
        roster=_leveled(roster, asked[-1]),
        cells={(t.file, t.sheet, item): at for told in heard for t in told.tables for item, at in t.cells.items()},
        notices=(*notices, *_noted(heard), *_same_file_twice(heard, root)),
        provenance=_provenance(district, heard, root, periods, plugins),
    )


def _read(
    district: District,
    root: Path | None,
    frames: Mapping[str, Any],
    since: Period | None,
    asked: Sequence[Period],
) -> dict[str, tuple[Table, ...]]:
    """Tables of every source; what is wrong with any of them is told at once."""
    tables: dict[str, tuple[Table, ...]] = {}
    problems: list[Problem] = []
    for source in district.sources:
        try:
            tables[source.id] = read_tables(
                source, root=root, frames=frames, calendar=district.calendar, since=since, until=asked[-1]
            )
        except SourceError as error:
            problems.extend(error.problems)
    if problems:
        raise SourceError(problems)
    return tables


def _periods(
    district: District, tables: Mapping[str, Sequence[Table]], *, asked: Sequence[Period], since: Period | None
) -> tuple[tuple[Period, ...], list[Problem]]:
    """All periods to compute, and which sources have nothing for those asked."""
    told = {source.id: periods_told(tables[source.id], district.calendar) for source in district.sources}
    found = {p for periods in told.values() for p in periods if p <= asked[-1] and (since is None or p >= since)}
    empty = [period for period in asked if period not in found]
    if empty and district.sources:
        patterns = {source.id: _looked_for(source, empty) for source in district.sources}
        raise nothing_found(district.sources, patterns, empty)
    notices = [
        Problem(
            path=f"sources.{source.id}",
            message=f"«{source.title}»: нет данных за {period}",
            hint="искали: " + ", ".join(looked) if (looked := _looked_for(source, [period])) else "",
        )
        for source in district.sources
        for period in asked
        if period not in told[source.id]
    ]
    return tuple(sorted(found | set(asked))), notices


def _looked_for(source: Source, periods: Sequence[Period]) -> tuple[str, ...]:
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


def _values(
    answers: pl.DataFrame, district: District, observed: Observations, readings: Collection[str] | None
) -> pl.DataFrame:
    """VALUES of every period read, in the order of the form, from the top of the tree down."""
    numbers = {name: number for number, name in enumerate(observed.roster.ids)}
    exempt = [(numbers[e.unit], e) for e in district.exemptions]
    rows = exemptions(district.exemptions, observed.periods, numbers)
    wanted = columns(district, observed.periods, readings)
    answering, above = _split(answers)
    own = measure(above, wanted, rows, district.items)
    cells = measure(answering, wanted, rows, district.items)
    levels = [named(level, observed.roster.ids, observed.periods) for level in (*roll_up(own, cells, wanted), cells)]
    plans = [(c.indicator.id, values(level, c, district, exempt)) for c in wanted for level in levels]
    parts: dict[str, list[pl.DataFrame]] = {indicator.id: [] for indicator in district.indicators}
    for (name, _), frame in zip(plans, pl.collect_all([plan for _, plan in plans], engine=ENGINE), strict=True):
        parts[name].append(frame)
    for name, frame in derive([f for frames in parts.values() for f in frames], district, observed.periods).items():
        parts[name].append(frame)
    return pl.concat((f for frames in parts.values() for f in frames), rechunk=False)


def _split(answers: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Units without units below, and the others; a slice where the roster does not change, as it is free."""
    above = int((answers["height"] > 0).sum())
    if answers["height"].slice(above).max() in {0, None}:
        return answers.slice(above), answers.slice(0, above)
    return answers.filter(pl.col("height") == 0), answers.filter(pl.col("height") > 0)


def _clusters(answers: pl.DataFrame, observed: Observations) -> pl.LazyFrame:
    return _with_names(answers.lazy().select("unit", "period", "cluster"), observed)


def _named_answers(frame: pl.DataFrame, observed: Observations) -> pl.DataFrame:
    """What was told, without what the engine knows of units."""
    internal = ("exists", "kind", "cluster", "height", "parent", "parent_height", "name")
    return _with_names(frame.lazy().drop(internal, strict=False), observed).collect(engine=ENGINE)


def _with_names(frame: pl.LazyFrame, observed: Observations) -> pl.LazyFrame:
    """Numbers of units and periods become their names."""
    periods = pl.Series([str(period) for period in observed.periods], dtype=pl.String)
    return frame.with_columns(
        pl.lit(observed.roster.ids).gather(pl.col("unit")).alias("unit"),
        pl.lit(periods).gather(pl.col("period")).alias("period"),
    )


def _leveled(roster: Roster, period: Period) -> pl.DataFrame:
    tree = roster.trees([period])[0].units
    return roster.frame.join(tree.select("id", level="height"), on="id", how="left", maintain_order="left")


def _noted(heard: Sequence[Heard]) -> list[Problem]:
    """What the readers told about their tables."""
    return [note for told in heard for table in told.tables for note in table.notes]


def _same_file_twice(heard: Sequence[Heard], root: Path | None) -> list[Problem]:
    """The same bytes under two periods: somebody copied last year's file."""
    seen: dict[str, tuple[str, Period]] = {}
    problems = []
    for told in heard:
        for table in told.tables:
            if root is None or not table.file or table.period is None:
                continue
            digest = _sha256(root / table.file)
            earlier = seen.setdefault(f"{told.source.id}:{digest}", (table.file, table.period))
            if earlier[1] != table.period:
                problems.append(
                    Problem(
                        file=table.file,
                        message=f"тот же файл лежит и под периодом {earlier[1]}: {earlier[0]}",
                        hint="проверьте, не прошлогодние ли это сведения",
                    )
                )
    return problems


def _provenance(
    district: District,
    heard: Sequence[Heard],
    root: Path | None,
    periods: Sequence[Period],
    plugins: Sequence[tuple[str, str]],
) -> Provenance:
    files = sorted({table.file for told in heard for table in told.tables if table.file}) if root else []
    times = [(root / file).stat().st_mtime for file in files] if root else []
    return Provenance(
        version=version("profdev-indicators"),
        polars=pl.__version__,
        python=platform.python_version(),
        config=district.digest,
        sources={file: _sha256(root / file) for file in files} if root else {},
        plugins=tuple(plugins),
        periods=tuple(map(str, periods)),
        newest=datetime.fromtimestamp(max(times), UTC) if times else None,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
