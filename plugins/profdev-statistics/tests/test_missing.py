from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import sqrt
from statistics import fmean
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from scipy.stats import t

from judging import cell, cells
from profdev_statistics.missing import estimate_intervals, ratio_interval, shortfalls

Answer = tuple[int, int] | None
Answers = Sequence[tuple[Answer, Answer]]  # before and now, of each organisation


def values(rows: Iterable[Mapping[str, Any]], parents: Mapping[str, str | None]) -> pl.LazyFrame:
    above = pl.col("unit").replace_strict(dict(parents), default="d", return_dtype=pl.String)
    return cells(rows).with_columns(
        pl.when(pl.col("unit") != "d").then(above).alias("parent"), (pl.col("level") == 0).alias("own")
    )


def district(answers: Answers, **more: Any) -> pl.LazyFrame:
    """A district over its organisations in 2021 and 2022."""
    rows = [
        cell(f"s{number:02}", year, *(answer or ()), **more)
        for number, both in enumerate(answers)
        for year, answer in zip(("2021", "2022"), both, strict=True)
    ]
    for year, told in zip(("2021", "2022"), zip(*answers, strict=True), strict=True):
        known = [answer for answer in told if answer]
        x, n = (sum(parts) for parts in zip(*known, strict=True)) if known else (None, None)
        rows.append(cell("d", year, x, n, level=1, expected=len(told), reported=len(known), state="partial", **more))
    return values(rows, {})


def now(answers: Answers, **more: Any) -> dict[str, Any]:
    frame = shortfalls(district(answers, **more)).filter(pl.col("period") == "2022")
    assert frame.height == 1
    return frame.row(0, named=True)


counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(st.tuples(st.none() | counts, st.none() | counts), min_size=2, max_size=12))
def test_bounds_are_those_of_a_plain_count(answers: Answers) -> None:
    known = [after for _, after in answers if after]
    mute = [before for before, after in answers if not after]
    assume(known)
    assume(mute)
    row = now(answers)
    x, n = sum(a for a, _ in known), sum(b for _, b in known)
    assert (row["answered"], row["silent"], row["size"]) == (len(known), len(mute), n)
    assert row["estimate"] == pytest.approx(float(Fraction(100 * x, n)))
    if all(b == 1 for _, b in known):  # «yes» and «no»: whoever is silent counts as one as well
        last: list[int] | None = [1] * len(mute)
    else:
        last = [before[1] for before in mute if before] if all(mute) else None
    if last is None:
        assert (row["hard_low"], row["hard_high"]) == (None, None)
        assert row["unknown"] == sum(before is None for before in mute)
    else:
        assert row["hard_low"] == pytest.approx(float(Fraction(100 * x, n + sum(last))))
        assert row["hard_high"] == pytest.approx(float(Fraction(100 * (x + sum(last)), n + sum(last))))
        assert row["hard_low"] <= row["estimate"] <= row["hard_high"]
    if all(mute):
        carried = Fraction(100 * (x + sum(b[0] for b in mute if b)), n + sum(b[1] for b in mute if b))
        assert row["carried"] == pytest.approx(float(carried))
    else:
        assert row["carried"] is None


@given(st.lists(counts, min_size=2, max_size=15), st.integers(0, 5))
def test_the_interval_is_the_textbook_one(answers: list[tuple[int, int]], silent: int) -> None:
    r, e = len(answers), len(answers) + silent
    x, n = sum(a for a, _ in answers), sum(b for _, b in answers)
    p, mean = x / n, n / r
    s2 = sum((a - p * b) ** 2 for a, b in answers) / (r - 1)
    se = sqrt((1 - r / e) * s2 / r) / mean
    low, high = ratio_interval(x, n, s2 * (r - 1), r, e)
    assert float(low) == pytest.approx(p - t.ppf(0.975, r - 1) * se, abs=1e-12)
    assert float(high) == pytest.approx(p + t.ppf(0.975, r - 1) * se, abs=1e-12)


def test_with_nobody_missing_nothing_is_uncertain() -> None:
    low, high = ratio_interval(30, 50, 12.5, 5, 5)
    assert float(low) == float(high) == 0.6


def test_one_answer_has_no_spread() -> None:
    assert np.isnan(ratio_interval(3, 5, 0, 1, 2)).all()


def test_the_interval_covers_the_district_where_silence_has_nothing_to_do_with_the_work() -> None:
    rng = np.random.default_rng(2022)
    held, widths = [], []
    for _ in range(2000):
        n = rng.integers(10, 80, 40)
        x = rng.binomial(n, np.clip(rng.normal(0.75, 0.10, 40), 0.02, 0.98))
        told = rng.permutation(40)[:36]
        p = x[told].sum() / n[told].sum()
        low, high = ratio_interval(x[told].sum(), n[told].sum(), ((x[told] - p * n[told]) ** 2).sum(), 36, 40)
        held.append(float(low) <= x.sum() / n.sum() <= float(high))
        widths.append(50 * float(high - low))
    assert 0.93 <= fmean(held) <= 0.965  # 94–95 % measured
    assert 0.9 <= fmean(widths) <= 1.4  # percentage points, half


def many(silent: int, of: int = 20) -> Answers:
    told = [((5 + k % 3, 20), (6 + k % 4, 20)) for k in range(of)]
    return [(before, None if k < silent else after) for k, (before, after) in enumerate(told)]


def test_the_interval_is_given_up_to_a_fifth_of_silence() -> None:
    assert now(many(4))["reason"] is None
    row = now(many(5))
    assert row["reason"] == "не ответили 5 из 20 — больше 20 %, а молчат чаще слабые"
    assert (row["ci_low"], row["ci_high"]) == (None, None)
    assert row["hard_low"] is not None


def test_the_interval_stays_inside_what_is_possible() -> None:
    spread: Answers = [((20, 20), (20, 20) if k % 2 else (1, 20)) for k in range(9)] + [((1, 1), None)]
    row = now(spread)
    assert (row["ci_low"], row["ci_high"]) == (row["hard_low"], row["hard_high"])


def test_equal_shares_show_no_spread_and_are_no_certainty() -> None:
    row = now([((20, 20), (20, 20))] * 9 + [((18, 20), None)])
    assert row["reason"] == "у всех ответивших одна и та же доля: разброса не видно"
    assert (row["ci_low"], row["hard_low"], row["hard_high"]) == (None, 90.0, 100.0)


def test_nobody_answered() -> None:
    row = now([((5, 20), None)] * 3)
    assert row["reason"] == "не ответил никто"
    assert (row["value"], row["estimate"]) == (None, None)
    assert (row["hard_low"], row["hard_high"]) == (0.0, 100.0)


def test_numbers_of_another_definition_are_not_known_numbers() -> None:
    frame = district(many(2)).with_columns(
        pl.when(pl.col("period") == "2021").then(pl.lit("old")).otherwise("definition").alias("definition")
    )
    row = shortfalls(frame).filter(pl.col("period") == "2022").row(0, named=True)
    assert (row["unknown"], row["hard_low"], row["carried"]) == (2, None, None)


def test_what_is_told_later_is_not_known_now() -> None:
    row = shortfalls(district([*many(0)[:9], (None, (5, 20))])).row(0, named=True)
    assert row["period"] == "2021"
    assert (row["unknown"], row["hard_low"]) == (1, None)


def test_a_mean_has_no_bounds() -> None:
    row = now(many(2), value=3.0)
    assert row["reason"] == "показатель — не доля"
    assert (row["hard_low"], row["estimate"], row["carried"]) == (None, None, None)


def test_a_count_has_no_bounds() -> None:
    rows = [cell(f"s{k}", "2022", 3.0) for k in range(9)] + [cell("s9")]
    total = cell("d", "2022", 27.0, level=1, expected=10, reported=9, state="partial")
    assert shortfalls(values([*rows, total], {}))["reason"].to_list() == ["показатель — не доля"]


def test_not_applicable_is_not_silent() -> None:
    rows = [cell(f"s{k}", "2022", 5.0 + k, 20) for k in range(8)]
    rows += [cell("s8", expected=0, state="not_applicable"), cell("s9")]
    total = cell("d", "2022", 68.0, 160, level=1, expected=9, reported=8, state="partial")
    row = shortfalls(values([*rows, total], {})).row(0, named=True)
    assert (row["answered"], row["silent"]) == (8, 1)


def test_a_level_in_the_middle_sees_its_own_and_the_top_sees_all() -> None:
    rows = [cell(f"s{k}", "2022", 5.0 + k % 3, 20) for k in range(11)] + [cell("s11")]
    rows += [
        cell("a", "2022", 34, 120, level=1, expected=6, reported=6),
        cell("b", "2022", 30, 100, level=1, expected=6, reported=5, state="partial"),
        cell("d", "2022", 64, 220, level=2, expected=12, reported=11, state="partial"),
    ]
    parents = {f"s{k}": "a" if k < 6 else "b" for k in range(12)} | {"a": "d", "b": "d"}
    told = shortfalls(values(rows, parents))
    assert told.select("unit", "answered", "silent").rows() == [("b", 5, 1), ("d", 11, 1)]


@given(st.lists(st.tuples(st.none() | counts, st.none() | counts), min_size=2, max_size=10), st.randoms())
def test_the_order_of_rows_changes_nothing(answers: Answers, shuffle: Any) -> None:
    straight = district(answers)
    order = list(range(straight.collect().height))
    shuffle.shuffle(order)
    key = ["unit", "period"]
    assert_frame_equal(shortfalls(straight.collect()[order].lazy()).sort(key), shortfalls(straight).sort(key))


def test_the_hook_answers_with_the_totals_it_can_speak_of() -> None:
    frame = estimate_intervals(district(many(2))).collect()
    assert frame.select("unit", "period", "indicator", "reading").rows() == [("d", "2022", "1", "main")]
    assert frame.columns == ["unit", "period", "indicator", "reading", "ci_low", "ci_high"]
    assert estimate_intervals(district(many(0))).collect().is_empty()
