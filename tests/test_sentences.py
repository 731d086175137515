from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging import COUNT, MEAN, PRESENCE, cell, cells, district, indicator, judged
from profdev_indicators.builtin.rules import BelowPeers, BelowTarget, Coverage, Drop, Lost, Streak
from profdev_indicators.builtin.rules.sentences import TELLINGS
from profdev_indicators.model import Indicator, Target
from profdev_indicators.results import Finding, leading
from profdev_indicators.sentences import fact

TARGET = (Target(since=date(2020, 1, 1), at=80),)


def told(rows: Sequence[Mapping[str, Any]], asked: Indicator) -> list[str]:
    """The facts of all cells with findings, as a person reads them."""
    findings, _ = judged(rows, district(asked))
    seen = leading(findings, cells(rows).collect())
    return [fact(Finding.of(row), asked, TELLINGS).replace("\N{NO-BREAK SPACE}", " ") for row in seen.rows(named=True)]


def pair(first: tuple[float, float | None], second: tuple[float, float | None], **more: object) -> list[dict[str, Any]]:
    """2021 and 2022."""
    return [cell(period="2021", numerator=first[0], denominator=first[1], **more), cell("a", "2022", *second, **more)]


FACTS = [
    (
        pair((34, 42), (31, 42)),
        indicator(Drop(points=5, name="own")),
        "Снижение с 81,0 % (34 из 42) до 73,8 % (31 из 42), −7,1 п.п. к 2021.",
    ),
    (
        pair((2, 10), (6, 10)),
        indicator(Drop(points=5, small=11), better="lower"),
        "Рост с 20,0 % (2 из 10) до 60,0 % (6 из 10), +40,0 п.п. к 2021. Знаменатель меньше 11: отмечено для сведения.",
    ),
    (
        pair((8, None), (3, None)),
        indicator(Drop(points=2), measure=COUNT, unit="ед."),
        "Снижение с 8 ед. до 3 ед., −5 ед. к 2021.",
    ),
    (
        pair((34, 42), (31, 42), expected=20, reported=18, state="partial", level=1),
        indicator(Drop(points=5)),
        "Снижение с 81,0 % (34 из 42) до 73,8 % (31 из 42), −7,1 п.п. к 2021. Ответили 18 из 20.",
    ),
    (
        [cell(period="2020", numerator=9, denominator=10), *pair((8, 10), (7, 10))],
        indicator(Streak(length=2)),
        "Снижается 2-й период подряд: с 90,0 % (9 из 10) в 2020 до 70,0 % (7 из 10), всего −20,0 п.п.",
    ),
    (
        pair((8, 10), (7, 10)),
        indicator(BelowTarget(), target=TARGET),
        "70,0 % (7 из 10) при целевом значении 80 %: −10,0 п.п.",
    ),
    ([cell()], indicator(Coverage()), "Данные за 2022 не представлены."),
    ([cell(state="invalid")], indicator(Coverage()), "Ответ за 2022 противоречив и не учтён."),
    (
        [cell(numerator=1, denominator=2, level=1, expected=26, reported=18, state="partial")],
        indicator(Coverage(at_least=90)),
        "Данные за 2022 учтены от 18 из 26 (69,2 %), нужно не меньше 90 %.",
    ),
    (pair((1, 1), (0, 1)), indicator(Lost(), measure=PRESENCE), "В 2021 было, в 2022 нет."),
    (pair((0, 1), (1, 1)), indicator(Lost(), measure=PRESENCE, better="lower"), "В 2021 не было, в 2022 есть."),
    (pair((3, None), (0, None)), indicator(Lost(), measure=COUNT, unit="ед."), "В 2021 было 3 ед., в 2022 — 0 ед."),
    (
        [row | {"value": row["numerator"] / row["denominator"]} for row in pair((123, 30), (90, 30))],
        indicator(Drop(points=1), measure=MEAN, unit="балл"),
        "Снижение: 4,1 балла (123 / 30) → 3 балла (90 / 30), −1,1 балла к 2021.",
    ),
]


@pytest.mark.parametrize(("rows", "asked", "sentence"), FACTS, ids=[sentence for *_, sentence in FACTS])
def test_a_fact_tells_its_own_numbers(rows: list[dict[str, Any]], asked: Indicator, sentence: str) -> None:
    assert told(rows, asked) == [sentence]


def test_a_unit_is_told_the_median_it_was_compared_with() -> None:
    rows = [cell(unit, numerator=n, denominator=100) for unit, n in zip("abcd", (50, 60, 70, 80), strict=True)]
    assert told(rows, indicator(BelowPeers(points=15))) == [
        "50,0 % (50 из 100) при медиане сопоставимых единиц 65,0 % (других в группе: 3): −15,0 п.п."
    ]


def _finding(**more: Any) -> Finding:
    given = {
        "unit": "a",
        "unit_name": "СОШ № 1",
        "unit_kind": "school",
        "level": 0,
        "period": "2022",
        "indicator": "1",
        "reading": "main",
        "rule": "funnel",
        "severity": "risk",
        "value": 61.0,
        "base": None,
        "change": None,
        "numerator": 25.0,
        "denominator": 41.0,
        "numbers": {},
    } | more
    return Finding(**given)


def test_a_rule_nobody_here_knows_is_told_by_its_numbers() -> None:
    numbers = {
        "kind": "funnel",
        "numerator": 25.0,
        "z": -3.14159,
        "absent": None,
        "is_far": True,
        "group": "село",
    }
    sentence = fact(_finding(numbers=numbers, base=75.0, change=-14.0), indicator(), TELLINGS).replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert sentence == (
        "Правило «funnel»: 61,0 % (25 из 41), база 75,0 %, −14,0 п.п. (z = −3,1416, is_far = да, group = село)."
    )
    assert fact(_finding(value=None), indicator(), TELLINGS) == "Правило «funnel»: –."


heads = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
KINDS = {
    "drop": {"small": None},
    "streak": {"length": 3},
    "below_peers": {"peers_median": 70.0, "peers_count": 4},
    "below_target": {"target": 80.0},
    "lost": {},
    "unknown": {},
}


@given(st.sampled_from(sorted(KINDS)), heads, heads, heads, heads)
def test_different_facts_are_told_differently(
    kind: str, base: tuple[int, int], now: tuple[int, int], other_base: tuple[int, int], other_now: tuple[int, int]
) -> None:
    def sentence(before: tuple[int, int], after: tuple[int, int]) -> str:
        compares = kind not in {"below_peers", "below_target"}
        value, earlier = after[0] / after[1] * 100, before[0] / before[1] * 100 if compares else 80.0
        numbers = KINDS[kind] | {"kind": kind, "base_period": "2021"}
        if compares:
            numbers |= {"base_numerator": before[0], "base_denominator": before[1]}
        return fact(
            _finding(
                value=value,
                base=earlier,
                change=value - earlier,
                numerator=after[0],
                denominator=after[1],
                numbers=numbers,
            ),
            indicator(),
            TELLINGS,
        )

    if kind in {"below_peers", "below_target"}:
        same = now == other_now
    elif kind == "lost" and base[1] == other_base[1] == 1:
        same = (now[0] / now[1] < base[0]) == (other_now[0] / other_now[1] < other_base[0])
    else:
        same = (base, now) == (other_base, other_now)
    assert (sentence(base, now) == sentence(other_base, other_now)) == same
