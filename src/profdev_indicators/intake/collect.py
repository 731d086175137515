"""Who has answered, who is late, what is complete and what has to be mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from attrs import frozen

from profdev_indicators import engine
from profdev_indicators.engine.accepted import Decision
from profdev_indicators.engine.definitions import in_force
from profdev_indicators.engine.gathering import Gathered
from profdev_indicators.engine.observe import TOLD
from profdev_indicators.errors import Problem, RequestError
from profdev_indicators.frames import ENGINE, MAIN
from profdev_indicators.model import District, Source
from profdev_indicators.periods import Period, day_in

RESPONSE = pl.Enum(["answered", "remarks", "silent", "unreadable", "exempt"])
"""What is known of one organisation and one source.

``remarks``: answered, and something has to be mended or checked; ``unreadable``: no answer among those read, but files
of this source could not be read, and it may be in one of them; ``exempt``: it was asked for nothing, and said nothing.
"""

RESPONSES = pl.Schema(
    {
        "unit": pl.String(),
        "unit_name": pl.String(),  # as it is called in the period
        "unit_kind": pl.String(),
        "source": pl.String(),
        "own": pl.Boolean(),  # the organisation itself answers: it can be asked to
        "state": RESPONSE,
        "late": pl.Int64(),  # days since the deadline; null: not late, or no deadline
        "errors": pl.Int64(),  # remarks which keep something out of the sums
        "warnings": pl.Int64(),
        "file": pl.String(),  # where the answer that counts stands; null: nowhere, or in memory
        "sheet": pl.String(),
    }
)
"""One row per organisation and source that asks it, in the order of the roster and of the configuration."""

COMPLETENESS = pl.Schema(
    {
        "indicator": pl.String(),
        "section": pl.String(),
        "source": pl.String(),  # null: derived from other indicators
        "expected": pl.Int64(),  # organisations asked to whom the indicator applies
        "reported": pl.Int64(),  # of them, those whose answer enters the sums
        "evidenced": pl.Int64(),  # of them, those whose answer has the link it needs
    }
)
"""One row per indicator, of the district as a whole; a percent is for whoever prints."""

REPEATS = pl.Schema(
    {
        "unit": pl.String(),
        "unit_name": pl.String(),
        "source": pl.String(),
        "file": pl.String(),
        "sheet": pl.String(),
        "row": pl.Int64(),
        "same": pl.Boolean(),  # all tellings say the same
        "decided": pl.Boolean(),  # accepted.csv says which counts
        "counts": pl.Boolean(),
        "differs": pl.String(),  # from the one that counts, or from the first
    }
)
"""Every telling of whoever told a source more than once; what `--accept` chooses from."""

FILES = pl.Schema(
    {
        "file": pl.String(),
        "source": pl.String(),
        "read": pl.Boolean(),
        "organisations": pl.Int64(),  # recognised in it; null where it could not be read
        "rows": pl.Int64(),
        "unknown": pl.Int64(),  # rows of which nobody knows whose they are; totals are not among them
        "problem": pl.String(),  # in Russian
    }
)
"""Every file of the period, by name; a file that could not be read belongs to nobody: names of files prove nothing."""


@frozen(kw_only=True, eq=False)
class Collection:
    """How far gathering has come by one day."""

    district: District
    period: Period
    today: date
    deadline: date | None
    responses: pl.DataFrame  # RESPONSES
    completeness: pl.DataFrame  # COMPLETENESS
    remarks: pl.DataFrame  # frames.DEFECTS of the period, those of silence left out: RESPONSES tells it
    repeats: pl.DataFrame  # REPEATS
    files: pl.DataFrame  # FILES
    names: Mapping[str, str]  # id of an organisation → its name in the period
    problems: tuple[Problem, ...]  # files which could not be read
    notices: tuple[Problem, ...]  # sources of which nothing was found; files copied from another period
    sources: Mapping[str, str]  # file → SHA-256
    plugins: tuple[tuple[str, str], ...]  # name, version; in order of registration

    @property
    def own(self) -> pl.DataFrame:
        """One row per organisation that is itself asked: ``unit, unit_name, asked, answered, silent, late``."""
        states = pl.col("state").cast(pl.String)
        return (
            self.responses.filter(pl.col("own") & (pl.col("state") != "exempt"))
            .group_by("unit", "unit_name", maintain_order=True)
            .agg(
                asked=pl.len(),
                answered=states.is_in(["answered", "remarks"]).sum(),
                silent=states.is_in(["silent", "unreadable"]).sum(),
                late=pl.col("late").max(),
            )
        )


def collection(
    gathered: Gathered,
    unread: Mapping[str, Sequence[Problem]],
    today: date,
    plugins: Sequence[tuple[str, str]],
) -> Collection:
    """What has been gathered of the one period asked for, seen on ``today``.

    ``unread``: by source, the files of that period which could not be read. ``plugins``: names and versions, for the
    record.
    """
    district, [period] = gathered.district, gathered.asked
    remarks = gathered.defects.filter(
        pl.col("period").is_null() | (pl.col("period") == str(period)),
        pl.col("check") != "silent",
    )
    deadline = deadline_of(district, period)
    names = gathered.roster.trees([period])[0].units
    return Collection(
        district=district,
        period=period,
        today=today,
        deadline=deadline,
        responses=_responses(gathered, remarks, unread, late_by(deadline, today)),
        completeness=_completeness(gathered),
        remarks=remarks,
        repeats=_repeats(gathered),
        files=_files(gathered, unread),
        names=dict(names.select("id", "name").iter_rows()),
        problems=tuple(dict.fromkeys(problem for each in gathered.unread.values() for problem in each)),
        notices=_notices(gathered, unread),
        sources=engine.sources_read(gathered),
        plugins=tuple(plugins),
    )


def deadline_of(district: District, period: Period) -> date | None:
    """The last day to answer; ``ММ-ДД`` is in the year in which the period ends.

    Raises:
        RequestError: the configuration has something that is no day.
    """
    text = district.card.deadline
    if text is None:
        return None
    try:
        return day_in(text, period)
    except ValueError as error:
        raise RequestError(f"card.deadline: {error}") from error


def _notices(gathered: Gathered, unread: Mapping[str, Sequence[Problem]]) -> tuple[Problem, ...]:
    """Sources of which nothing was found, though nothing is unreadable, and files copied from another period."""
    lost = {f"sources.{source}" for source in unread}
    here = {table.file for told in gathered.heard for table in told.tables if table.period == gathered.asked[0]}
    nothing = [notice for notice in gathered.notices if notice.path not in lost]
    return (*nothing, *(notice for notice in engine.copied(gathered) if notice.file in here))


# --- who answered -------------------------------------------------------------------------------------------------


def late_by(deadline: date | None, today: date) -> int | None:
    """Days since the deadline; None: there is none, or it has not passed."""
    return (today - deadline).days if deadline is not None and today > deadline else None


def _responses(
    gathered: Gathered, remarks: pl.DataFrame, unread: Mapping[str, Sequence[Problem]], late: int | None
) -> pl.DataFrame:
    parts = [
        _of_source(source, gathered, remarks, late, lost=bool(unread.get(source.id)))
        for source in gathered.district.sources
    ]
    frame = pl.concat([pl.DataFrame(schema=RESPONSES), *parts])
    order = pl.DataFrame({"unit": gathered.roster.ids}).with_row_index("place")
    return frame.join(order, on="unit", maintain_order="left").sort("place", maintain_order=True).drop("place")


def _of_source(
    source: Source, gathered: Gathered, remarks: pl.DataFrame, late: int | None, *, lost: bool
) -> pl.DataFrame:
    observed, [period] = gathered.observed, gathered.asked
    at = observed.periods.index(period)
    asked = pl.col("kind").is_in(source.asked_of) if source.asked_of else pl.col("height") == 0
    told = pl.col(TOLD.format(source.id)).fill_null(value=False)
    units = observed.frame.lazy().filter(asked & pl.col("exists") & (pl.col("period") == at))
    places = observed.places.lazy().filter(pl.col("period") == at, pl.col("source") == source.id)
    count = (
        remarks.lazy()
        .filter(pl.col("source") == source.id, pl.col("check") != "totals", pl.col("unit").is_not_null())
        .group_by("unit")
        .agg(errors=(pl.col("severity") == "error").sum(), warnings=(pl.col("severity") == "warning").sum())
    )
    own = source.id in {each.id for each in gathered.district.asked_by_card}
    state = (
        pl.when("told")
        .then(pl.when(pl.col("errors") + pl.col("warnings") > 0).then(pl.lit("remarks")).otherwise(pl.lit("answered")))
        .when("exempt")
        .then(pl.lit("exempt"))
        .otherwise(pl.lit("unreadable" if lost else "silent"))
    )
    return (
        units.select("unit", "name", "kind", told=told)
        .join(places.select("unit", "file", "sheet"), on="unit", how="left", maintain_order="left")
        .with_columns(pl.lit(gathered.roster.ids).gather(pl.col("unit")).alias("unit"))
        .with_columns(exempt=pl.col("unit").is_in(_exempt(source, gathered.district, period)))
        .join(count, on="unit", how="left", maintain_order="left")
        .with_columns(pl.col("errors", "warnings").fill_null(0))
        .with_columns(state=state)
        .with_columns(
            unit_name=pl.col("name"),
            unit_kind=pl.col("kind"),
            source=pl.lit(source.id),
            own=pl.lit(own),
            late=pl.when(pl.col("state").is_in(["silent", "unreadable"])).then(pl.lit(late, pl.Int64)),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in RESPONSES.items())
        .collect(engine=ENGINE)
    )


def _exempt(source: Source, district: District, period: Period) -> list[str]:
    """Units which are exempt from everything the source is asked for."""
    wanted = {i.id for i in district.indicators if i.source is not None and i.source.id == source.id}
    freed: dict[str, set[str]] = {}
    for exemption in district.exemptions:
        if in_force(exemption.since, exemption.until, period):
            freed.setdefault(exemption.unit, set()).update(exemption.indicators or wanted)
    return sorted(unit for unit, indicators in freed.items() if wanted and wanted <= indicators)


# --- how complete it is -------------------------------------------------------------------------------------------


def _completeness(gathered: Gathered) -> pl.DataFrame:
    district = gathered.district
    values = engine.complete(gathered).filter(
        pl.col("unit") == district.id,
        pl.col("period") == str(gathered.asked[0]),
        pl.col("reading") == MAIN,
        pl.col("breakdown").is_null(),
        pl.col("state") != "not_defined",
    )
    sources = {i.id: i.source.id if i.source is not None else None for i in district.indicators}
    source = pl.col("indicator").replace_strict(sources, return_dtype=pl.String)
    return values.with_columns(source=source).select(pl.col(name).cast(dtype) for name, dtype in COMPLETENESS.items())


# --- what came, and in which files --------------------------------------------------------------------------------


def _repeats(gathered: Gathered) -> pl.DataFrame:
    period = gathered.asked[0]
    at = gathered.observed.periods.index(period)
    names = gathered.roster.trees([period])[0].units.select(unit="id", unit_name="name")
    return (
        gathered.observed.tellings.filter(pl.col("period") == at)
        .with_columns(pl.lit(gathered.roster.ids).gather(pl.col("unit")).alias("unit"))
        .join(names, on="unit", how="left", maintain_order="left")
        .select(pl.col(name).cast(dtype) for name, dtype in REPEATS.items())
    )


def _files(gathered: Gathered, unread: Mapping[str, Sequence[Problem]]) -> pl.DataFrame:
    at = gathered.observed.periods.index(gathered.asked[0])
    parts = [pl.DataFrame(schema=FILES)]
    for told in gathered.heard:
        totals = told.remarks.filter(pl.col("check") == "totals")
        keys = [name for name in totals.columns if name in told.frame.columns]
        lost = (
            told.frame.filter(pl.col("unit").is_null())
            .join(totals, on=keys, how="anti", nulls_equal=True)
            .group_by("file")
            .agg(unknown=pl.len())
        )
        parts.append(
            told.frame.filter(pl.col("file") != "")
            .group_by("file", maintain_order=True)
            .agg(
                organisations=pl.col("unit").drop_nulls().n_unique(),
                rows=pl.len(),
                here=(pl.col("period") == at).any(),
            )
            .filter("here")
            .join(lost, on="file", how="left", maintain_order="left")
            .with_columns(
                source=pl.lit(told.source.id), read=pl.lit(value=True), unknown=pl.col("unknown").fill_null(0)
            )
            .with_columns(problem=pl.lit(None, pl.String))
            .select(pl.col(name).cast(dtype) for name, dtype in FILES.items())
        )
    lost_files = [
        {"file": problem.file, "source": source, "read": False, "problem": _without_file(problem)}
        for source, problems in unread.items()
        for problem in problems
    ]
    parts.append(pl.DataFrame([dict.fromkeys(FILES) | row for row in lost_files], schema=FILES, orient="row"))
    return pl.concat(parts).sort("file", "source", "read", maintain_order=True)


def _without_file(problem: Problem) -> str:
    text = str(problem)
    return text.removeprefix(problem.file).lstrip(":, ") if problem.file else text


# --- what the district decides ------------------------------------------------------------------------------------


def accept(collection: Collection, wanted: Sequence[str], earlier: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions of ``accepted.csv`` with those that ``wanted`` adds: ``PATH``, ``PATH!sheet``, ``PATH:row``.

    Raises:
        RequestError: there is no such answer, it needs no decision, or it is still two answers; with what there is.
    """
    decisions = {decision.about: decision for decision in earlier}
    for text in wanted:
        chosen = _meant(collection.repeats, text)
        if not chosen:
            raise RequestError(_no_such_telling(collection, text))
        twice = [row for n, row in enumerate(chosen) if _about(row) in map(_about, chosen[:n])]
        if twice:
            ways = "; ".join(_way(row) for row in chosen if _about(row) == _about(twice[0]))
            raise RequestError(
                f"--accept {text}: у «{twice[0]['unit_name']}» там несколько ответов; назовите один: {ways}"
            )
        for row in chosen:
            decision = _decision(row, collection.period)
            decisions[decision.about] = decision
    return tuple(sorted(decisions.values()))


def _meant(repeats: pl.DataFrame, text: str) -> list[dict[str, Any]]:
    """The tellings which ``text`` names; a name of a file goes before a file with a row or a sheet."""
    written = text.strip().replace("\\", "/").removeprefix("./")
    rows = [row for row in repeats.iter_rows(named=True) if row["file"]]
    for way in (_by_file, _by_sheet, _by_row):
        found = [row for row in rows if way(row) == written]
        if found:
            return found
    return []


def _by_file(row: Mapping[str, Any]) -> str:
    return str(row["file"])


def _by_sheet(row: Mapping[str, Any]) -> str:
    return f"{row['file']}!{row['sheet']}"


def _by_row(row: Mapping[str, Any]) -> str:
    return f"{row['file']}:{row['row']}"


def _about(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["source"], row["unit"]


def _decision(row: Mapping[str, Any], period: Period) -> Decision:
    return Decision(
        period=str(period),
        source=row["source"],
        unit=row["unit"],
        name=row["unit_name"],
        file=row["file"],
        sheet=row["sheet"],
        row=row["row"],
    )


def _way(row: Mapping[str, Any]) -> str:
    """How a telling is named in ``--accept``."""
    if row["row"] is not None:
        return _by_row(row)
    return _by_sheet(row) if row["sheet"] else _by_file(row)


def _no_such_telling(collection: Collection, text: str) -> str:
    rows = [row for row in collection.repeats.iter_rows(named=True) if row["file"]]
    if not rows:
        return f"--accept {text}: решать нечего — за {collection.period} никто не ответил дважды"
    read = set(collection.files.filter("read")["file"])
    why = "решать нечего: никто из ответивших в этом файле не ответил дважды" if text in read else "такого ответа нет"
    ways = "".join(f"\n  {_way(row)} — {row['unit_name']}" for row in rows)
    return f"--accept {text}: {why}. Выбрать можно из:{ways}"
