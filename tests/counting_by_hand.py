"""An engine that counts records in a loop, by the words of `records.Tally`: slow, and obviously right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import polars as pl
from attrs import frozen

from profdev_indicators.expressions import to_polars
from profdev_indicators.records import Part, Question, Tallied, Tally, keys, lost

_Sums = tuple[float, int, int, int]


@frozen(kw_only=True)
class ByHand:
    """Считает записи строка за строкой: для проверки других."""

    def tally(self, question: Question, parts: Sequence[Part]) -> Iterator[tuple[int, Tallied]]:
        for number, part in enumerate(parts):
            yield number, _tallied(question, part)


def _tallied(question: Question, part: Part) -> Tallied:
    rows, gone, read = _rows(question, part)
    above: dict[tuple[int, int], list[int]] = {}
    for unit, period, higher in question.above.select("unit", "period", "above").rows():
        above.setdefault((unit, period), []).append(higher)
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    highest = set(question.above["above"])
    for row in rows:
        unit, period = row["unit"], row["period"]
        for where in (unit, *above.get((unit, period), ())):
            groups.setdefault((where, period, None, None), []).append(row)
            for cut in question.breakdowns:
                who = {"totals": where in highest, "organisations": where not in highest, "all": True}
                if who[cut.applies_to]:
                    category = row["row"][cut.column]
                    groups.setdefault((where, period, cut.column, category), []).append(row)
    out = []
    for (unit, period, breakdown, category), members in groups.items():
        sums: dict[str, Any] = {}
        for tally in question.tallies:
            ours = _entering(members, tally, unit)
            told: Sequence[Any] = _sums(ours, tally, question)
            if tally.own_only:
                own = [row for row in ours if row["unit"] == unit]
                told = _sums(own, tally, question) if own and breakdown is None else [None] * 4
            sums |= {f"{tally.name}.{name}": value for name, value in zip("npku", told, strict=True)}
        out.append(
            {"unit": unit, "period": period, "breakdown": breakdown, "category": category}
            | {"rows": len(members)}
            | sums
        )
    types = {f"{t.name}.{name}": pl.Float64 if name == "n" else pl.Int64 for t in question.tallies for name in "npku"}
    return Tallied(frame=pl.DataFrame(out, schema={**keys(), **types}), lost=gone, rows=read)


def _rows(question: Question, part: Part) -> tuple[list[dict[str, Any]], pl.DataFrame, int]:
    assert part.frame is not None
    frame = part.frame.collect()
    units = question.match_units(frame[question.unit].cast(pl.String))
    if part.period is not None:
        periods = pl.Series([question.numbers[part.period]]).new_from_index(0, frame.height)
    else:
        periods = question.match_periods(frame[question.period or ""].cast(pl.String))
    answers = {
        (tally.name, place, number): frame.select(to_polars(expression).alias("x"))["x"].to_list()
        for tally in question.tallies
        for place, expressions in (
            ("population", tally.population),
            ("where", [c.where for c in tally.counted]),
            ("sum", [c.sum for c in tally.counted]),
        )
        for number, expression in enumerate(expressions)
        if expression is not None
    }
    rows, gone = [], []
    for n, row in enumerate(frame.iter_rows(named=True)):
        if periods[n] is None:
            gone.append(("period", row[question.period or ""]))
        elif units[n] is None:
            gone.append(("unit", row[question.unit]))
        else:
            told = {key: values[n] for key, values in answers.items()}
            rows.append({"unit": units[n], "period": periods[n], "row": row, "told": told, "number": n})
            if question.person is not None and row[question.person] is None:
                gone.append(("person", None))
    frame_of_lost = pl.DataFrame(
        [(what, None if said is None else str(said), gone.count((what, said))) for what, said in dict.fromkeys(gone)],
        schema=lost(),
        orient="row",
    )
    return rows, frame_of_lost, frame.height


def _entering(members: list[dict[str, Any]], tally: Tally, unit: int) -> list[dict[str, Any]]:
    if tally.excluded is None:
        return members
    out = set(tally.excluded.select("unit", "period").rows())
    return [row for row in members if row["unit"] == unit or (row["unit"], row["period"]) not in out]


def _sums(members: list[dict[str, Any]], tally: Tally, question: Question) -> _Sums:
    def who(row: dict[str, Any]) -> str:
        key = row["row"][question.person] if question.person else None
        return f"n{row['number']}" if key is None else f"k{key}"

    total, whole, known, doubtful = 0.0, 0, 0, 0
    for _, own in groupby(sorted(members, key=who), key=who):
        rows = list(own)
        belongs = [_population(row, tally) for row in rows]
        inside = [row for row, told in zip(rows, belongs, strict=True) if told]
        if not inside:
            doubtful += None in belongs
            continue
        whole += 1
        answers = [_answer(inside, tally, number) for number in range(len(tally.counted))]
        silent = [answer is None for answer in answers]
        if any(silent) if tally.missing == "strict" else all(silent):
            continue
        known += 1
        total += sum(answer for answer in answers if answer is not None)
    return total, whole, known, doubtful


def _population(row: dict[str, Any], tally: Tally) -> bool | None:
    if not tally.population:
        return True
    told = [row["told"][tally.name, "population", number] for number in range(len(tally.population))]
    return True if True in told else None if None in told else False


def _answer(rows: list[dict[str, Any]], tally: Tally, number: int) -> float | None:
    counted = tally.counted[number]
    truths = [row["told"].get((tally.name, "where", number), True) for row in rows]
    if counted.sum is None:
        return 1.0 if True in truths else None if None in truths else 0.0
    amounts: list[float | None] = [
        None if truth is None else 0.0 if not truth else row["told"][tally.name, "sum", number]
        for row, truth in zip(rows, truths, strict=True)
    ]
    told = [amount for amount in amounts if amount is not None]
    return float(sum(told)) if len(told) == len(amounts) else None
