"""A count as one would do it with a pencil: row by row, person by person, in dicts. Slow and plain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from profdev_indicators.expressions import Expression, to_polars
from profdev_indicators.records import Counted, Part, Question, Tally

Row = Mapping[str, Any]
Key = tuple[int, int, str | None, str | None]
YES, UNKNOWN, NO = "yes", "unknown", "no"


def count(
    question: Question, parts: Sequence[Part]
) -> tuple[dict[Key, dict[str, Any]], Counter[tuple[str, str | None]]]:
    """What is counted, by unit, period, breakdown and category; and what is lost."""
    found: dict[Key, dict[str, Any]] = {}
    gone: Counter[tuple[str, str | None]] = Counter()
    groups: dict[Key, list[Row]] = defaultdict(list)
    for part in parts:
        for row in _rows(question, part, gone):
            for key, own in _groups(question, row):
                groups[key].append({**row, "own": own})
    for key, rows in groups.items():
        found[key] = {"rows": len(rows)}
        for tally in question.tallies:
            for name, value in zip("npku", _tally(question, tally, key, rows), strict=True):
                found[key][f"{tally.name}.{name}"] = value
    return found, gone


def _rows(question: Question, part: Part, gone: Counter[tuple[str, str | None]]) -> Iterator[Row]:
    expressions = {id(e): e for t in question.tallies for e in _expressions(t)}
    assert part.frame is not None
    told = part.frame.with_columns(to_polars(e).alias(f"@{name}") for name, e in expressions.items()).collect()
    texts = told.with_columns(pl.col(question.unit).cast(pl.String))
    for row in texts.iter_rows(named=True):
        unit = question.match_units(pl.Series([row[question.unit]], dtype=pl.String))[0]
        period = (
            question.numbers[part.period]
            if question.period is None and part.period is not None
            else question.match_periods(pl.Series([row[question.period or ""]], dtype=pl.String))[0]
        )
        if unit is None:
            gone["unit", row[question.unit]] += 1
        elif period is None:
            gone["period", row[question.period or ""]] += 1
        else:
            if question.person is not None and row[question.person] is None:
                gone["person", None] += 1
            yield {**row, "@unit": unit, "@period": period}


def _expressions(tally: Tally) -> Iterator[Expression]:
    yield from tally.population
    for counted in tally.counted:
        yield from (each for each in (counted.where, counted.sum) if each is not None)


def _groups(question: Question, row: Row) -> Iterator[tuple[Key, bool]]:
    unit, period = row["@unit"], row["@period"]
    links = set(question.above.iter_rows())
    totals = {(above, at) for _, at, above in links}
    targets = [(unit, True), *((above, False) for below, at, above in links if (below, at) == (unit, period))]
    for target, own in targets:
        yield (target, period, None, None), own
        for breakdown in question.breakdowns:
            total = (target, period) in totals
            if breakdown.applies_to == "all" or (breakdown.applies_to == "totals") == total:
                said = row[breakdown.column]
                yield (target, period, breakdown.column, None if said is None else str(said)), own


def _tally(question: Question, tally: Tally, key: Key, rows: Sequence[Row]) -> tuple[float | None, ...]:
    if tally.own_only:
        rows = [row for row in rows if row["own"]]
        if key[2] is not None or not rows:
            return None, None, None, None
    elif tally.excluded is not None:
        out = set(tally.excluded.iter_rows())
        rows = [row for row in rows if row["own"] or (row["@unit"], row["@period"]) not in out]
    n, p, k, u = 0.0, 0, 0, 0
    for person in _persons(question, rows):
        population = _best([_population(tally, row) for row in person])
        u += population == UNKNOWN
        if population != YES:
            continue
        p += 1
        inside = [row for row in person if _population(tally, row) == YES]
        answers = [_answer(counted, inside) for counted in tally.counted]
        known = [state != UNKNOWN for state, _ in answers]
        if known and not (all(known) if tally.missing == "strict" else any(known)):
            continue
        k += 1
        n += sum(amount for state, amount in answers if state == YES)
    return n, p, k, u


def _persons(question: Question, rows: Sequence[Row]) -> Iterator[list[Row]]:
    several: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        who = row[question.person] if question.person is not None else None
        if who is None:
            yield [row]
        else:
            several[who].append(row)
    yield from several.values()


def _population(tally: Tally, row: Row) -> str:
    said = [row[f"@{id(flag)}"] for flag in tally.population]
    if not said or any(said):
        return YES
    return UNKNOWN if None in said else NO


def _answer(counted: Counted, person: Sequence[Row]) -> tuple[str, float]:
    states, amounts = [], []
    for row in person:
        where = True if counted.where is None else row[f"@{id(counted.where)}"]
        amount = 1 if counted.sum is None else row[f"@{id(counted.sum)}"]
        state = NO if where is False else UNKNOWN if where is None or amount is None else YES
        states.append(state)
        amounts.append(amount if state == YES else 0)
    return _best(states), 1 if counted.sum is None else sum(amounts)


def _best(states: Sequence[str]) -> str:
    return next(state for state in (YES, UNKNOWN, NO) if state in states)
