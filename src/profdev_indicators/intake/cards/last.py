"""What an organisation answered for the previous period: a help to whoever fills the card, and never in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import evolve, frozen

from profdev_indicators.engine.gathering import gather
from profdev_indicators.errors import Problem
from profdev_indicators.model import District, Source
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
    root: Path | None,
    frames: Mapping[str, Any],
) -> LastAnswers:
    """The answers of one period without those which contradict themselves; a broken file costs only its own answers."""
    given = [source for source in sources if root is not None or source.id in frames]
    if not given:
        return LastAnswers(answers={})
    told = evolve(district, sources=tuple(source for source in district.sources if source.records is None))
    gathered = gather(told, asked=(period,), since=period, root=root, frames=frames)
    items = [item.id for source in given for item in source.items if item.type != "date"]
    answers = gathered.answers.filter(pl.col("period") == gathered.observed.periods.index(period))
    known = {
        gathered.roster.ids[row["unit"]]: {item: row[item] for item in items if row[item] is not None}
        for row in answers.select("unit", *items).iter_rows(named=True)
    }
    problems = [problem for source in given for problem in gathered.unread.get(source.id, ())]
    return LastAnswers(answers=known, problems=tuple(problems))
