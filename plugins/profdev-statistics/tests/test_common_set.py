from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from profdev_statistics.common_set import PARTS, apportioned, decompositions
from profdev_statistics.tree import descent

Answer = tuple[int, int] | None
Answers = Sequence[tuple[Answer, Answer]]  # before and now, of each organisation

SCHEMA = {
    "row": pl.UInt32,
    "line": pl.UInt32,
    "unit": pl.String,
    "position": pl.Int64,
    "period": pl.String,
    "own": pl.Boolean,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "value": pl.Float64,
    "definition": pl.String,
    "expected": pl.Int64,
    "reported": pl.Int64,
    "hurdle": pl.String,
}


def row(unit: str, year: int, x: float | None, n: float | None, **more: Any) -> dict[str, Any]:
    return {
        "line": 0,
        "unit": unit,
        "position": year,
        "period": str(year),
        "own": unit != "d",
        "numerator": x,
        "denominator": n,
        "value": None if x is None else 100 * x / n if n else None,
        "definition": "one",
        "expected": 1,
        "reported": int(x is not None),
        "hurdle": None if x is not None else "нет данных",
    } | more


def total(answers: Answers, which: int) -> tuple[int, int] | tuple[None, None]:
    told = [both[which] for both in answers if both[which]]
    return (sum(a[0] for a in told if a), sum(a[1] for a in told if a)) if told else (None, None)


def district(answers: Answers) -> list[dict[str, Any]]:
    rows = [
        row(f"s{number}", year, *(answer or (None, None)))
        for number, both in enumerate(answers)
        for year, answer in zip((2021, 2022), both, strict=True)
    ]
    return rows + [row("d", year, *total(answers, which)) for which, year in enumerate((2021, 2022))]


def decomposed(rows: Sequence[Mapping[str, Any]], parents: Mapping[tuple[str, int], str] | None = None) -> pl.DataFrame:
    frame = pl.DataFrame([dict(each, row=number) for number, each in enumerate(rows)], schema=SCHEMA)
    above = [
        (parents or {}).get((unit, year), "d") if unit != "d" else None
        for unit, year in frame.select("unit", "position").iter_rows()
    ]
    links = frame.select("unit", "period", parent=pl.Series(above, dtype=pl.String)).unique().lazy()
    return decompositions(frame.lazy(), descent(links), ["2022"])


def now(answers: Answers) -> dict[str, Any]:
    return decomposed(district(answers)).row(0, named=True)


def by_fractions(answers: Answers) -> dict[str, Fraction]:
    """The identity in exact numbers."""
    (x0, n0), (x1, n1) = total(answers, 0), total(answers, 1)
    assert x0 is not None
    assert x1 is not None
    common = [(before, after) for before, after in answers if before and after]
    m0, m1 = (sum(both[k][1] for both in common) for k in (0, 1))
    q0, q1 = (Fraction(sum(both[k][0] for both in common), sum(both[k][1] for both in common)) for k in (0, 1))
    within = mix = Fraction(0)
    for (b, m), (x, n) in common:
        p0, p1, w0, w1 = Fraction(b, m), Fraction(x, n), Fraction(m, m0), Fraction(n, m1)
        within += (w0 + w1) / 2 * (p1 - p0)
        mix += ((p0 + p1) / 2 - (q0 + q1) / 2) * (w1 - w0)
    parts = {"within": within, "mix": mix, "joined": Fraction(x1, n1) - q1, "left": q0 - Fraction(x0, n0)}
    assert sum(parts.values()) == Fraction(x1, n1) - Fraction(x0, n0)
    return {name: 100 * part for name, part in parts.items()}


counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
districts = st.tuples(
    st.lists(st.tuples(counts, counts), min_size=1, max_size=8),
    st.lists(st.tuples(st.none() | counts, st.none() | counts), max_size=5),
).map(lambda parts: [*parts[0], *parts[1]])


@given(districts)
def test_a_change_is_the_sum_of_its_parts_to_the_last_digit(answers: Answers) -> None:
    told, exact = now(answers), by_fractions(answers)
    for name in PARTS:
        assert told[name] == pytest.approx(float(exact[name]), abs=1e-9)
    assert sum(told[name] for name in PARTS) == pytest.approx(told["change"], abs=1e-9)
    assert told["within"] + told["mix"] == pytest.approx(told["common_change"], abs=1e-9)
    assert told["by_numerator"] + told["by_denominator"] == pytest.approx(told["change"], abs=1e-9)


@given(districts)
def test_organisations_are_counted_once(answers: Answers) -> None:
    told = now(answers)
    assert told["common"] == sum(bool(before and after) for before, after in answers)
    assert told["joiners"] == sum(bool(after and not before) for before, after in answers)
    assert told["leavers"] == sum(bool(before and not after) for before, after in answers)


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=8))
def test_where_nobody_joins_or_leaves_these_are_nothing(answers: Answers) -> None:
    told = now(answers)
    assert told["joined"] == pytest.approx(0, abs=1e-9)
    assert told["left"] == pytest.approx(0, abs=1e-9)


@given(districts)
def test_seen_in_the_mirror_every_part_changes_its_sign(answers: Answers) -> None:
    turned = [
        tuple((n - x, n) if answer else None for answer in both for x, n in [answer or (0, 0)]) for both in answers
    ]
    here, there = now(answers), now(turned)  # type: ignore[arg-type]  # pairs stay pairs
    for name in ("change", "common_change", *PARTS):
        assert here[name] == pytest.approx(-there[name], abs=1e-9)


def test_equal_work_with_other_sizes_is_mix() -> None:
    told = now([((9, 10), (27, 30)), ((3, 10), (3, 10))])
    assert told["within"] == pytest.approx(0, abs=1e-12)
    assert told["mix"] == pytest.approx(told["change"])
    assert told["change"] == pytest.approx(15)


def test_the_fall_of_the_book_is_all_denominator() -> None:
    told = now([((12, 20), (12, 30))])
    assert (told["by_numerator"], told["by_denominator"]) == (0, pytest.approx(-20))


def test_a_school_that_moves_leaves_one_total_and_joins_the_other() -> None:
    rows = [
        *(row(unit, year, x, 10) for unit, x in (("s0", 5), ("s1", 8), ("s2", 6)) for year in (2021, 2022)),
        *(row("a", year, x, n, own=False) for year, x, n in ((2021, 13, 20), (2022, 5, 10))),
        *(row("b", year, x, n, own=False) for year, x, n in ((2021, 6, 10), (2022, 14, 20))),
        *(row("d", year, 19, 30) for year in (2021, 2022)),
    ]
    parents = {("s0", y): "a" for y in (2021, 2022)} | {("s2", y): "b" for y in (2021, 2022)}
    told = decomposed(rows, parents | {("s1", 2021): "a", ("s1", 2022): "b"})
    assert told.select("unit", "common", "joiners", "leavers").rows() == [
        ("a", 1, 0, 1),
        ("b", 1, 1, 0),
        ("d", 3, 0, 0),
    ]
    assert told["left"].to_list() == pytest.approx([-15, 0, 0])
    assert told["joined"].to_list() == pytest.approx([0, 10, 0])


def test_nobody_in_both_periods() -> None:
    told = now([((5, 10), None), (None, (6, 10))])
    assert told["change"] == pytest.approx(10)
    assert [told[name] for name in (*PARTS, "common_change")] == [None] * 5


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (row("d", 2021, 5, 10, definition="old"), "изменилось определение показателя"),
        (row("d", 2021, None, None), "за 2021 значения нет: нет данных"),
        (row("d", 2020, 5, 10), "за предыдущий период данных нет"),
    ],
)
def test_what_cannot_be_compared_says_why(before: dict[str, Any], reason: str) -> None:
    told = decomposed([row("s0", 2021, 5, 10), row("s0", 2022, 6, 10), before, row("d", 2022, 6, 10)])
    last = told.row(0, named=True)
    assert last["reason"] == reason
    assert [last[name] for name in ("before", "change", "by_numerator", *PARTS)] == [None] * 7


def test_a_mean_is_taken_apart_in_its_own_unit() -> None:
    def mean(unit: str, year: int, points: float, answers: float) -> dict[str, Any]:
        return row(unit, year, points, answers, value=points / answers)

    rows = [mean(unit, year, 30 + 10 * (year - 2021), 10) for unit in ("s0", "d") for year in (2021, 2022)]
    told = decomposed(rows).row(0, named=True)
    assert told["within"] == pytest.approx(1)
    assert told["by_numerator"] == pytest.approx(1)


@given(districts, st.randoms())
def test_the_order_of_organisations_changes_nothing(answers: Answers, shuffle: Any) -> None:
    mixed = list(answers)
    shuffle.shuffle(mixed)
    straight = decomposed(district(answers)).drop("row")
    assert_frame_equal(decomposed(district(mixed)).drop("row"), straight, check_exact=False, abs_tol=1e-9)


def test_the_largest_remainder_is_rounded_up() -> None:
    parts = np.array([[0.03, 0.08, 0.04], [0.05, 0.05, 0.05]])
    assert apportioned(parts, parts.sum(axis=1), 1).tolist() == [[0.0, 0.1, 0.1], [0.1, 0.1, 0.0]]


@given(
    st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=5),
    st.integers(0, 2),
)
def test_printed_parts_add_up_to_the_printed_whole(thousandths: list[int], places: int) -> None:
    parts = np.array([thousandths]) / 1000
    whole = parts.sum(axis=1)
    printed = apportioned(parts, whole, places)
    half_up = Decimal(sum(thousandths)).scaleb(-3).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert round(float(printed.sum()), places) == float(half_up)
    assert (np.abs(printed - parts) < 10.0**-places + 1e-9).all()
