"""The question put to the answers: observe → audit → measure → roll_up → judge → advise."""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
from attrs import evolve, frozen

from profdev_indicators.engine.advise import advise
from profdev_indicators.engine.counting import Counting
from profdev_indicators.engine.derive import derive
from profdev_indicators.engine.gathering import Gathered, gather
from profdev_indicators.engine.judge import answers_itself, judge
from profdev_indicators.engine.measure import measure
from profdev_indicators.engine.observe import Observations
from profdev_indicators.engine.roll_up import roll_up
from profdev_indicators.engine.roster import Roster
from profdev_indicators.engine.tallied import Tallies, behind, broken_down, counted_again, persons_once, with_tallies
from profdev_indicators.engine.values import named, values
from profdev_indicators.errors import Problem
from profdev_indicators.frames import ENGINE, FINDINGS, RECOMMENDATIONS, TALLIES, UNCHECKED
from profdev_indicators.model import ACCEPTED, District, Table
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring, Protection, Provenance, Recommendation, Telling

__all__ = [
    "Counting",
    "Extensions",
    "complete",
    "copied",
    "gather",
    "monitor",
    "protected",
    "sha256_of",
    "sources_read",
]


@frozen(kw_only=True, eq=False)
class Extensions:
    """What the plugins in use bring to the answer."""

    recommend: Callable[..., Recommendation | None]  # the hook which answers findings
    estimate_intervals: Callable[..., pl.LazyFrame | None]  # the hook of the same name; and so
    protect: Callable[..., Protection | None]
    rule_names: Mapping[type, str]  # the name of each kind of rule
    tellings: Mapping[str, Telling]  # how findings are spoken of, by the name of their kind
    plugins: Sequence[tuple[str, str]]  # names and versions, for provenance


def monitor(
    district: District,
    *,
    asked: Sequence[Period],
    since: Period | None,
    root: Path | None,
    frames: Mapping[str, Any],
    readings: Collection[str] | None,
    extensions: Extensions,
    counting: Counting | None,
    provisional: bool = False,
) -> Monitoring:
    """Put the district's questions to its sources.

    Args:
        district: the questions.
        asked: the periods to report on; earlier ones are read as well, for the dynamics.
        since: the earliest period to read; None: as far back as there is anything.
        root: the folder of data; None: only ``frames``.
        frames: tables in memory, by the id of a source («units» for the roster); they stand in for its files.
        readings: ids of alternative readings to compute beside the main one; None: all of them.
        extensions: what the plugins in use bring.
        counting: with what records are counted; None: the district has none.
        provisional: answers of the last period asked may still be corrected.

    Raises:
        SourceError: files which cannot be read, a roster with mistakes, or nothing at all for the periods asked.
    """
    gathered = gather(
        district, asked=asked, since=since, root=root, frames=frames, counting=counting, readings=readings
    )
    gathered.refuse_what_is_lacking()
    asked, observed, answers = gathered.asked, gathered.observed, gathered.answers
    tree = _tree(answers, observed)
    measured, tallies = _values(gathered)
    history = _with_intervals(measured, district, tree, extensions)
    bare = Monitoring(
        district=district,
        periods=asked,
        values=_of_periods(history, asked, everything=len(asked) == len(observed.periods)),
        history=history,
        findings=pl.DataFrame(schema=FINDINGS),
        unchecked=pl.DataFrame(schema=UNCHECKED),
        recommendations=pl.DataFrame(schema=RECOMMENDATIONS),
        defects=gathered.defects,
        answers=_named_answers(answers, observed),
        places=_named_answers(observed.places, observed),
        roster=_leveled(gathered.roster, asked[-1]),
        tree=tree.collect(engine=ENGINE),
        cells={
            (t.file, t.sheet, item): at for told in gathered.heard for t in told.tables for item, at in t.cells.items()
        },
        tellings=extensions.tellings,
        tallies=tallies,
        provisional=provisional,
        notices=(*gathered.notices, *copied(gathered)),
        provenance=_provenance(gathered, extensions.plugins),
    )
    return _judged(bare, extensions)


def protected(
    monitoring: Monitoring, extensions: Extensions, published: pl.DataFrame | None = None
) -> tuple[Monitoring, Protection] | None:
    """The answer made anew from the values that may be published, and what was hidden; None: nobody can tell.

    Rules, recommendations and sentences see the protected values alone, so that nothing they say goes beyond them.
    Exhibits are left out: whoever wants them lets the analyses look at the protected answer.

    Args:
        monitoring: the whole answer.
        extensions: what the plugins in use bring.
        published: VALUES of an earlier publication; None: there was none.
    """
    told = with_tree(monitoring.history, monitoring.district, monitoring.tree.lazy())
    protection = extensions.protect(values=told, district=monitoring.district, published=published)
    if protection is None:
        return None
    history = protection.values
    bare = evolve(
        monitoring,
        history=history,
        values=_of_periods(history, monitoring.periods, everything=False),
        defects=monitoring.defects.clear(),
        answers=monitoring.answers.clear(),
        tallies=monitoring.tallies.clear(),
        places=_only_who_answered(monitoring.places),
        cells={},
        exhibits=(),
        notices=(),
        profile="publish",
        provenance=evolve(monitoring.provenance, sources={}),
    )
    return _judged(bare, extensions), protection


def _only_who_answered(places: pl.DataFrame) -> pl.DataFrame:
    """Who answered which source, without where the answers stood."""
    known = ("unit", "period", "source")
    return places.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in places.schema.items() if name not in known
    )


def _of_periods(history: pl.DataFrame, asked: Sequence[Period], *, everything: bool) -> pl.DataFrame:
    return history if everything else history.filter(pl.col("period").is_in([str(period) for period in asked]))


def _judged(bare: Monitoring, extensions: Extensions) -> Monitoring:
    """The answer with what the rules say of its values, and with advice."""
    district, tree = bare.district, bare.tree.lazy()
    judged = judge(
        bare.history.lazy(),
        district,
        tree=tree,
        asked=bare.periods,
        rule_names=extensions.rule_names,
        provisional=bare.provisional,
    )
    findings, unchecked = pl.collect_all([judged.findings, judged.unchecked], engine=ENGINE)
    recommendations = advise(
        findings,
        bare.history.lazy(),
        district,
        recommend=extensions.recommend,
        tellings=extensions.tellings,
        clusters=tree,
    )
    return evolve(bare, findings=findings, unchecked=unchecked, alarms=judged.alarms, recommendations=recommendations)


def complete(gathered: Gathered) -> pl.DataFrame:
    """VALUES of what has been gathered so far, in every period read: who is asked, who answered, with what proof."""
    return _values(gathered)[0]


def _values(gathered: Gathered) -> tuple[pl.DataFrame, pl.DataFrame]:
    """VALUES of every period read, in the order of the form, from the top of the tree down; and TALLIES."""
    district, observed, wanted, exempt = gathered.district, gathered.observed, gathered.wanted, gathered.exempt
    numbers = {name: number for number, name in enumerate(observed.roster.ids)}
    exempted = [(numbers[e.unit], e) for e in district.exemptions]
    first = [Tallies(asked=each.asked, frame=gathered.counts[name].frame) for name, each in gathered.counters.items()]
    answering, above = _split(with_tallies(gathered.answers, first))
    own = measure(above, wanted, exempt, district.items)
    cells = measure(answering, wanted, exempt, district.items)
    tallies = counted_again(gathered.counters, gathered.counts, wanted, cells)
    higher = [persons_once(level, wanted, tallies) for level in roll_up(own, cells, wanted)]
    levels = [named(level, observed.roster.ids, observed.periods) for level in (*higher, cells)]
    plans = [(c.indicator.id, values(level, c, district, exempted)) for c in wanted for level in levels]
    parts: dict[str, list[pl.DataFrame]] = {indicator.id: [] for indicator in district.indicators}
    for (name, _), frame in zip(plans, pl.collect_all([plan for _, plan in plans], engine=ENGINE), strict=True):
        parts[name].append(frame)
    derived = derive([f for frames in parts.values() for f in frames], district, observed.periods)
    counted = _counted(parts, gathered, tallies)
    for name, frame in derived.items():
        parts[name].append(frame)
    return pl.concat((f for frames in parts.values() for f in frames), rechunk=False), counted


def _counted(parts: Mapping[str, list[pl.DataFrame]], gathered: Gathered, tallies: Sequence[Tallies]) -> pl.DataFrame:
    """TALLIES; and the VALUES of categories, put after the totals of their indicators."""
    ids, periods = gathered.roster.ids, gathered.observed.periods
    found = []
    for each in tallies:
        for column in gathered.wanted:
            if column.number not in each.asked.columns:
                continue
            name = column.indicator.id
            totals = pl.concat(parts[name]).lazy().filter(
                pl.col("reading") == column.reading, pl.col("breakdown").is_null()
            )  # fmt: skip
            found.append(behind(column, each, totals, ids, periods))
            if each.asked.records.breakdowns:
                parts[name].append(broken_down(column, each, totals, ids, periods).collect(engine=ENGINE))
    return pl.concat(pl.collect_all(found, engine=ENGINE)) if found else pl.DataFrame(schema=TALLIES)


def _split(answers: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Units without units below, and the others; a slice where the roster does not change, as it is free."""
    above = int((answers["height"] > 0).sum())
    if answers["height"].slice(above).max() in {0, None}:
        return answers.slice(above), answers.slice(0, above)
    return answers.filter(pl.col("height") == 0), answers.filter(pl.col("height") > 0)


def _tree(answers: pl.DataFrame, observed: Observations) -> pl.LazyFrame:
    """``unit, period, cluster, parent`` by their names."""
    known = answers.lazy().select("unit", "period", "cluster", "parent")
    return _with_names(known, observed).with_columns(
        pl.lit(observed.roster.ids).gather(pl.col("parent")).alias("parent")
    )


def with_tree(history: pl.DataFrame, district: District, tree: pl.LazyFrame) -> pl.LazyFrame:
    """VALUES with ``parent``, the unit directly above, and ``own``, whether the unit answers itself."""
    return (
        history.lazy()
        .join(tree.select("unit", "period", "parent"), on=["unit", "period"], how="left", maintain_order="left")
        .with_columns(answers_itself(district.indicators).alias("own"))
    )


def _with_intervals(
    history: pl.DataFrame, district: District, tree: pl.LazyFrame, extensions: Extensions
) -> pl.DataFrame:
    """VALUES with the intervals some plugin estimates."""
    intervals = extensions.estimate_intervals(values=with_tree(history, district, tree))
    if intervals is None:
        return history
    on = ["unit", "period", "indicator", "reading"]
    estimated = intervals.select(*on, "ci_low", "ci_high").with_columns(breakdown=pl.lit(None, pl.String))
    return (
        history.lazy()
        .drop("ci_low", "ci_high")
        .join(estimated, on=[*on, "breakdown"], how="left", nulls_equal=True, maintain_order="left")
        .select(history.columns)
        .collect(engine=ENGINE)
    )


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


def copied(gathered: Gathered) -> list[Problem]:
    """The same bytes under two periods: somebody copied last year's file."""
    root = gathered.root
    seen: dict[str, tuple[str, Period]] = {}
    problems = []
    for told in gathered.heard:
        for table in told.tables:
            if (root is None and not table.digest) or not table.file or table.period is None:
                continue
            path = Path(root or "") / table.file
            if not table.digest and not path.is_file():
                continue  # it is gone by now, and told as changed
            digest = table.digest or sha256_of(path)
            earlier = seen.setdefault(f"{told.source.id}:{digest}", (table.file, table.period))
            if earlier[1] != table.period:
                problems.append(
                    Problem(
                        file=table.file,
                        message=f"{'те же сведения есть' if table.digest else 'тот же файл лежит'} "
                        f"и под периодом {earlier[1]}: {earlier[0]}",
                        hint="проверьте, не прошлогодние ли это сведения",
                    )
                )
    return problems


def _provenance(gathered: Gathered, plugins: Sequence[tuple[str, str]]) -> Provenance:
    root, district = gathered.root, gathered.district
    files = sources_read(gathered)
    times = [(root / file).stat().st_mtime for file in files if (root / file).exists()] if root else []
    return Provenance(
        version=version("profdev-indicators"),
        polars=pl.__version__,
        python=platform.python_version(),
        config=district.digest,
        sources=files,
        plugins=tuple(plugins),
        periods=tuple(map(str, gathered.observed.periods)),
        newest=datetime.fromtimestamp(max(times), UTC) if times else None,
    )


def sources_read(gathered: Gathered) -> dict[str, str]:
    """SHA-256 of everything that had a say, decisions about answers included; one for all that came under one name."""
    root = gathered.root
    tables = [table for told in gathered.heard for table in told.tables if table.file]
    # A file that is gone by now is told as changed; its hash is nobody's.
    lying = {table.file for table in tables if not table.digest} | {ACCEPTED}
    hashes = {file: sha256_of(root / file) for file in lying if (root / file).is_file()} if root else {}
    return dict(sorted((hashes | _fetched(tables)).items()))


def _fetched(tables: Iterable[Table]) -> dict[str, str]:
    """The digests of what does not lie in the folder of data."""
    digests: dict[str, set[str]] = {}
    for table in tables:
        if table.digest:
            digests.setdefault(table.file, set()).add(table.digest)
    return {
        file: next(iter(each)) if len(each) == 1 else sha256("".join(sorted(each)).encode()).hexdigest()
        for file, each in digests.items()
    }


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
