"""What an organisation answered for the previous period: a help to whoever fills the card, and never in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from profdev_indicators.engine.audit import audit
from profdev_indicators.engine.observe import align, hear, read_tables
from profdev_indicators.engine.roster import Roster
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.model import District, Source, Table
from profdev_indicators.periods import Period


@frozen(kw_only=True)
class LastAnswers:
    """Numbers by unit and item, and what could not be read of them."""

    answers: Mapping[str, Mapping[str, float]]
    problems: tuple[Problem, ...] = ()


def last_answers(
    district: District,
    sources: Sequence[Source],
    *,
    period: Period,
    roster: Roster,
    root: Path | None,
    frames: Mapping[str, Any],
) -> LastAnswers:
    """The answers of one period without those which contradict themselves; a broken file costs only its own answers."""
    tables: dict[str, tuple[Table, ...]] = {}
    problems: list[Problem] = []
    for source in sources:
        if root is None and source.id not in frames:
            continue
        try:
            tables[source.id] = read_tables(
                source,
                root=root,
                frames=frames,
                calendar=district.calendar,
                since=period,
                until=period,
                district=district,
            )
        except SourceError as error:
            problems += error.problems
            tables[source.id] = error.tables
    heard = [
        hear(source, tables.get(source.id, ()), district=district, roster=roster, periods=(period,))
        for source in district.sources
    ]
    answers, _ = audit(align(heard, roster=roster, periods=(period,), kinds=()), district)
    items = [item.id for source in sources for item in source.items]
    known = {
        roster.ids[row["unit"]]: {item: row[item] for item in items if row[item] is not None}
        for row in answers.select("unit", *items).iter_rows(named=True)
    }
    return LastAnswers(answers=known, problems=tuple(problems))
