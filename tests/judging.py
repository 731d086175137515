"""A small district, cells of VALUES written by hand, and what the rules say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from profdev_indicators.builtin.measures import Count, Mean, Share
from profdev_indicators.builtin.rules import provide_rules
from profdev_indicators.engine.judge import Judged, judge
from profdev_indicators.frames import VALUES
from profdev_indicators.model import (
    Better,
    District,
    Dynamics,
    Escalation,
    Indicator,
    Item,
    Measure,
    Name,
    Population,
    Rule,
    Section,
    Source,
)
from profdev_indicators.periods import Calendar, Period

RULE_NAMES: Mapping[type, str] = {kind: name for name, kind in provide_rules().items()}

TEACHERS = Population(id="teachers", title="педагоги", items=("n_ped",))
ORGANISATIONS = Population(id="organisations", title="организации", items=("school",))
SHARE = Share(counted="n_diag", population=TEACHERS)
PRESENCE = Share(counted="mentoring", population=ORGANISATIONS)
COUNT = Count(counted="events")
MEAN = Mean(points="points", answers="n_ped")


class NoReader:
    """Cells are written by hand: nobody reads."""

    def read(self, request: object) -> Sequence[Any]:
        raise NotImplementedError


CARD = Source(
    id="card",
    title="Карта",
    reader=NoReader(),
    items=(
        Item(id="n_ped", title="Педагогов", type="count"),
        Item(id="n_diag", title="Прошли диагностику", type="count"),
        Item(id="mentoring", title="Есть наставничество", type="flag"),
        Item(id="events", title="Мероприятий", type="count"),
        Item(id="points", title="Сумма баллов", type="number"),
    ),
)


def indicator(
    *rules: Rule,
    id: str = "1",  # noqa: A002 - the word of the configuration
    measure: Measure = SHARE,
    better: Better = "higher",
    **more: Any,
) -> Indicator:
    """An indicator with rules of its own."""
    given: dict[str, Any] = {
        "title": f"Показатель {id}",
        "source": CARD,
        "silence": "excluded",
        "missing": "strict",
    } | more
    return Indicator(id=id, measure=measure, better=better, rules=rules, **given)


def district(
    *indicators: Indicator,
    rules: Sequence[Rule] = (),
    escalations: Sequence[Escalation] = (),
    calendar: Calendar = "year",
    **more: Any,
) -> District:
    """A district of one section."""
    return District(
        id="d",
        title=Name(nominative="район"),
        calendar=calendar,
        sources=(CARD,),
        sections=(Section(id="s", title="раздел", indicators=indicators),),
        dynamics=Dynamics(rules=tuple(rules), escalations=tuple(escalations)),
        **more,
    )


def cell(
    unit: str = "a",
    period: str = "2022",
    numerator: float | None = None,
    denominator: float | None = None,
    **more: object,
) -> dict[str, Any]:
    """One row of VALUES: a share in per cent, or a count where there is no denominator; silent without a numerator."""
    value = numerator if denominator is None or numerator is None else numerator / denominator * 100
    is_told = numerator is not None
    return {
        "district": "d",
        "unit": unit,
        "unit_name": f"Организация {unit}",
        "unit_kind": "school",
        "level": 0,
        "period": period,
        "section": "s",
        "indicator": "1",
        "reading": "main",
        "numerator": numerator,
        "denominator": denominator,
        "value": value,
        "expected": 1,
        "reported": int(is_told),
        "evidenced": int(is_told),
        "state": "ok" if is_told else "not_reported",
        "definition": "one",
    } | more


def cells(rows: Iterable[Mapping[str, Any]]) -> pl.LazyFrame:
    """VALUES."""
    full = [dict.fromkeys(VALUES) | dict(row) for row in rows]
    return pl.LazyFrame(full, schema=VALUES)


def in_tree(
    values: pl.LazyFrame, clusters: Mapping[str, str] | None = None, parents: Mapping[str, str] | None = None
) -> pl.LazyFrame:
    """The clusters of the units of ``values`` and the units above them."""
    named = {"cluster": clusters or {}, "parent": parents or {}}
    return (
        values.select("unit", "period")
        .unique(maintain_order=True)
        .with_columns(
            pl.col("unit").replace_strict(known, default=None, return_dtype=pl.String).alias(name)
            for name, known in named.items()
        )
    )


def verdict(
    rows: Iterable[Mapping[str, Any]],
    asked: District,
    *periods: str,
    clusters: Mapping[str, str] | None = None,
    parents: Mapping[str, str] | None = None,
    rule_names: Mapping[type, str] = RULE_NAMES,
    provisional: bool = False,
) -> Judged:
    """All that the rules say for some periods; 2022 unless told otherwise."""
    values = cells(rows)
    return judge(
        values,
        asked,
        tree=in_tree(values, clusters, parents),
        asked=[Period.parse(period, asked.calendar) for period in periods or ("2022",)],
        rule_names=rule_names,
        provisional=provisional,
    )


def judged(
    rows: Iterable[Mapping[str, Any]], asked: District, *periods: str, **more: Any
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Findings and unchecked cells; ``more`` as for :func:`verdict`."""
    found = verdict(rows, asked, *periods, **more)
    both = pl.collect_all([found.findings, found.unchecked])
    return both[0], both[1]


def reasons(rows: Iterable[Mapping[str, Any]], rule: Rule, **more: Any) -> list[str]:
    """Why one rule of one indicator could not be applied."""
    return judged(rows, district(indicator(rule, **more)))[1]["reason"].to_list()


def fired(rows: Iterable[Mapping[str, Any]], rule: Rule, **more: Any) -> list[tuple[str, str]]:
    """Units and severities of the findings of one rule of one indicator."""
    found = judged(rows, district(indicator(rule, **more)))[0]
    return list(found.select("unit", "severity").iter_rows())
