"""The text of the queries: what is counted, as SQL; nothing here needs Spark.

A flag is a code, so that the greatest of a person's codes is the one that speaks for the person: 0 «no», 1 «not
known», 2 «yes». One projection makes the codes; all else adds them up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl
from attrs import field, frozen

from profdev_indicators.expressions import Expression, to_sql
from profdev_indicators.records import Counted, Question, Tally

NO, UNKNOWN, YES = 0, 1, 2

PART, PERIOD = "@part", "@period"
"""Columns of the records that a question does not name: the number of the part, and of its period if it says its own."""

_KEYS = ("part", "unit", "period")


@frozen(kw_only=True, eq=False)
class Plan:
    """Columns of codes and amounts, and the counters made of them."""

    codes: Mapping[str, str]  # expression → its column
    amounts: Mapping[str, str]
    masks: tuple[pl.DataFrame | None, ...]  # rows (unit, period) kept out above their own unit; None: all above
    counters: Mapping[str, str]  # aggregate → its column
    answers: Mapping[str, str]  # «tally.n» → column of a counter
    person: str | None


@frozen(eq=False)
class _Columns:
    """Columns as they are asked for; the same text is one column."""

    prefix: str
    found: dict[str, str] = field(factory=dict, init=False)

    def __getitem__(self, text: str) -> str:
        return self.found.setdefault(text, f"{self.prefix}{len(self.found)}")


def planned(question: Question) -> Plan:
    """What is to be counted; whatever two tallies share is counted once."""
    codes, amounts, counters = _Columns("c"), _Columns("a"), _Columns("s")
    masks: list[pl.DataFrame | None] = []
    answers: dict[str, str] = {}
    for tally in question.tallies:
        mask = _mask(tally, masks)
        population = codes[_population(tally.population)]
        parts = [_counted(counted, codes, amounts) for counted in tally.counted]
        for suffix, aggregate in _aggregates(tally, population, parts, mask):
            answers[f"{tally.name}.{suffix}"] = counters[aggregate]
    return Plan(
        codes=codes.found,
        amounts=amounts.found,
        masks=tuple(masks),
        counters=counters.found,
        answers=answers,
        person=question.person,
    )


def _mask(tally: Tally, masks: list[pl.DataFrame | None]) -> str:
    """The column that says which rows a tally leaves out; empty: none."""
    if not tally.own_only and tally.excluded is None:
        return ""
    wanted = None if tally.own_only else tally.excluded
    for number, mask in enumerate(masks):
        if (mask is None) == (wanted is None) and (mask is None or wanted is None or mask.equals(wanted)):
            return f"m{number}"
    masks.append(wanted)
    return f"m{len(masks) - 1}"


def _population(flags: Sequence[Expression]) -> str:
    return _code(" OR ".join(f"({to_sql(flag, 'spark')})" for flag in flags) or "TRUE")


def _code(condition: str) -> str:
    return f"COALESCE(CAST(({condition}) AS INT) * {YES}, {UNKNOWN})"


def _counted(counted: Counted, codes: _Columns, amounts: _Columns) -> tuple[str, str]:
    """Columns of the code and of the amount; where rows are counted there is none."""
    where = "TRUE" if counted.where is None else to_sql(counted.where, "spark")
    if counted.sum is None:
        return codes[_code(where)], ""
    amount = f"CAST(({to_sql(counted.sum, 'spark')}) AS DOUBLE)"
    known = f"(({where}) AND CASE WHEN ({where}) AND ({amount}) IS NULL THEN NULL ELSE TRUE END)"
    return codes[_code(known)], amounts[f"CASE WHEN ({where}) THEN COALESCE({amount}, 0D) ELSE 0D END"]


def _aggregates(
    tally: Tally, population: str, parts: Sequence[tuple[str, str]], mask: str
) -> Iterable[tuple[str, str]]:
    inside = f"{population} = {YES}" + (f" AND NOT {mask}" if mask else "")
    unclear = f"{population} = {UNKNOWN}" + (f" AND NOT {mask}" if mask else "")
    each = [f"{code} <> {UNKNOWN}" for code, _ in parts]
    known = (" AND " if tally.missing == "strict" else " OR ").join(each)
    known = f"({known})" if known else "TRUE"
    worth = " + ".join(_worth(code, amount) for code, amount in parts) or "0"
    yield "n", f"SUM(CASE WHEN {inside} AND {known} THEN {worth} ELSE 0 END)"
    yield "p", f"COUNT_IF({inside})"
    yield "k", f"COUNT_IF({inside} AND {known})"
    yield "u", f"COUNT_IF({unclear})"


def _worth(code: str, amount: str) -> str:
    return f"CASE WHEN {code} = {YES} THEN {amount or '1'} ELSE 0 END"


def flagged(question: Question, plan: Plan, records: str) -> str:
    """Codes and amounts of each row beside its keys: the one projection."""
    keys = [f"{quoted(PART)} AS part", f"{quoted(question.unit)} AS said_unit"]
    keys.append(f"{quoted(PERIOD if question.period is None else question.period)} AS said_period")
    keys += [f"{quoted(question.person)} AS person"] if question.person else []
    keys += [f"{quoted(one.column)} AS g{number}" for number, one in enumerate(question.breakdowns)]
    made = [f"{text} AS {column}" for text, column in (plan.codes | plan.amounts).items()]
    return f"SELECT {', '.join([*keys, *made])} FROM {records}"  # noqa: S608 - names are quoted, expressions checked


def quoted(name: str) -> str:
    """A name as SQL of Spark takes it, whatever stands in it."""
    return "`{}`".format(name.replace("`", "``"))
