from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, false_discovery_control, fisher_exact, hypergeom
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from profdev_statistics.chance import (
    Floats,
    chance_of_firing,
    detectable_fall,
    fall_by_chance,
    false_discovery,
    newcombe,
    wilson,
)

SIZES = (10, 15, 40, 80)


def ways(n: int, m: int, both: int) -> list[tuple[int, int]]:
    """Every count of n that may come out, and in how many ways."""
    return [(x, comb(n, x) * comb(m, both - x)) for x in range(max(0, both - m), min(n, both) + 1)]


def mid_ps(n: int, m: int, both: int) -> Iterator[tuple[int, Fraction]]:
    """P(X < x) + ½ P(X = x) of every outcome, as a fraction."""
    below, every = 0, comb(n + m, both)
    for x, number in ways(n, m, both):
        yield x, Fraction(2 * below + number, 2 * every)
        below += number


@pytest.mark.parametrize("times", [1, 3])
def test_mid_p_is_the_sum_of_all_outcomes_for_every_table_up_to_forty(times: int) -> None:
    tables = [
        (x, n, both - x, m, float(p))
        for n in range(1, 41)
        for m in [n * times + times - 1]
        for both in range(n + m + 1)
        for x, p in mid_ps(n, m, both)
    ]
    x, n, b, m, expected = np.array(tables).T
    found = fall_by_chance(x, n, b, m)
    assert np.max(np.abs(found - expected)) < 1e-13
    assert np.max(np.abs(found / expected - 1)) < 1e-11


def test_mid_p_lies_between_fishers_p_with_and_without_what_was_seen() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        n, m = rng.integers(1, 60, 2)
        x, b = rng.integers(0, n + 1), rng.integers(0, m + 1)
        table = np.array([[x, n - x], [b, m - b]])
        at_most = fisher_exact(table, alternative="less").pvalue
        at_least = fisher_exact(table, alternative="greater").pvalue
        assert fall_by_chance(x, n, b, m) == pytest.approx((at_most + 1 - at_least) / 2, abs=1e-10)


def test_mid_p_holds_for_a_district_and_far_in_the_tail() -> None:
    rng = np.random.default_rng(2)
    n, m = rng.integers(100, 20_000, 500), rng.integers(100, 60_000, 500)
    x, b = rng.binomial(n, 0.62), rng.binomial(m, 0.65)
    drawn = hypergeom(n + m, x + b, n)
    assert np.allclose(fall_by_chance(x, n, b, m), drawn.cdf(x - 1) + drawn.pmf(x) / 2, rtol=1e-8, atol=1e-300)


@settings(deadline=None)
@given(st.integers(1, 90), st.integers(1, 200), st.data())
def test_mid_ps_of_a_fall_and_of_a_rise_add_up_to_one(n: int, m: int, data: st.DataObject) -> None:
    x, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    assert fall_by_chance(x, n, b, m) + fall_by_chance(n - x, n, m - b, m) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("n", [1, 7, 40])
@pytest.mark.parametrize("m", [1, 12])
def test_a_margin_of_nobody_or_of_everybody_says_nothing(n: int, m: int) -> None:
    assert fall_by_chance([0, n], n, [0, m], m) == pytest.approx([0.5, 0.5])


# --- how often a rule fires by chance ---------------------------------------------------------------------------------


def fired(n: int, m: int, fall: float, alpha: float) -> Floats:
    """Whether every pair of counts fires: rows are the counts of n, columns those of m."""
    x, b = np.arange(n + 1)[:, None], np.arange(m + 1)[None, :]
    by_points = x / n - b / m <= 1e-9 - fall
    return np.asarray(by_points & (fall_by_chance(x, n, b, m) <= alpha), np.float64)


def power(n: int, m: int, before: float, now: float, *, fall: float = 0.1, alpha: float = 0.05) -> float:
    """The exact probability of firing when the true shares are these."""
    return float(
        binom.pmf(np.arange(n + 1), n, now) @ fired(n, m, fall, alpha) @ binom.pmf(np.arange(m + 1), m, before)
    )


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("n", SIZES)
def test_false_alarms_are_not_more_than_promised(n: int, times: int) -> None:
    m = n * times
    counts = fired(n, m, 0.1, 0.05)
    for share in np.linspace(0.01, 0.99, 50):
        size = binom.pmf(np.arange(n + 1), n, share) @ counts @ binom.pmf(np.arange(m + 1), m, share)
        assert size <= 0.055


@pytest.mark.parametrize(
    ("start", "fall", "n", "expected"),
    [  # of methods, table 2.1: no change, and true falls of 5, 10, 20 points
        (0.70, 0.0, 15, (4, 8, 13, 29)),
        (0.70, 0.0, 40, (5, 12, 23, 56)),
        (0.70, 0.0, 80, (5, 16, 37, 82)),
        (0.70, 0.1, 15, (4, 8, 13, 29)),
        (0.70, 0.1, 40, (5, 12, 23, 56)),
        (0.70, 0.1, 80, (5, 16, 37, 82)),
        (0.95, 0.1, 15, (0.3, 3, 11, 37)),
        (0.95, 0.1, 40, (2, 16, 41, 83)),
        (0.95, 0.1, 80, (0.4, 14, 55, 98)),
    ],
)
def test_false_alarms_and_power_are_those_of_the_table(
    start: float, fall: float, n: int, expected: tuple[float, ...]
) -> None:
    found = [100 * power(n, n, start, start - true, fall=fall) for true in (0.0, 0.05, 0.1, 0.2)]
    assert found == pytest.approx(expected, abs=0.51)


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.3, 1.0])
@pytest.mark.parametrize(("fall", "relative"), [(0.0, 0.0), (0.1, 0.0), (0.25, 0.0), (0.1, 0.2), (0.0, 1.0)])
def test_the_chance_of_firing_is_the_sum_over_every_outcome_of_the_margin(
    fall: float, relative: float, alpha: float
) -> None:
    margins, expected = [], []
    for n in range(1, 16):
        for m in (n, 2 * n + 1):
            for both in range(1, n + m):
                rare = {x for x, p in mid_ps(n, m, both) if float(p) <= alpha + 1e-12}
                large = {
                    x
                    for x, _ in ways(n, m, both)
                    if x / n - (both - x) / m <= 1e-9 - fall and x / n <= (1 - relative) * (both - x) / m + 1e-9
                }
                margins.append((n, m, both))
                expected.append(sum(number for x, number in ways(n, m, both) if x in rare & large) / comb(n + m, both))
    n, m, both = np.array(margins).T
    assert chance_of_firing(n, m, both, fall, alpha, relative=relative) == pytest.approx(np.array(expected), abs=1e-12)


def test_as_many_alarms_are_expected_as_come_by_chance() -> None:
    rng = np.random.default_rng(3)
    n, share = rng.integers(10, 81, 60_000), rng.uniform(0.3, 0.97, 60_000)
    m = n * rng.integers(1, 4, n.size) + rng.integers(0, 5, n.size)
    x, b = rng.binomial(n, share), rng.binomial(m, share)
    rows, columns = (fall_by_chance(x, n, b, m) <= 0.05, x / n - b / m <= 1e-9 - 0.1)
    expected = chance_of_firing(n, m, x + b, 0.1, 0.05)
    error = np.sqrt((expected * (1 - expected)).sum())
    assert abs((rows & columns).sum() - expected.sum()) < 3 * error
    assert expected.sum() > 20 * error


# --- the smallest fall to be seen -------------------------------------------------------------------------------------


def test_the_smallest_fall_to_be_seen_is_that_of_the_table() -> None:
    n = np.array([10, 15, 25, 40, 80, 400, 1500])
    least = 100 * detectable_fall(n, 3 * n, 0.8, 0.0, 0.05)
    assert least == pytest.approx([44, 36, 27, 21, 15, 7, 3], abs=1)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("n", [12, 33, 70])
@pytest.mark.parametrize("times", [1, 3])
def test_the_smallest_fall_to_be_seen_is_seen_four_times_out_of_five(n: int, share: float, times: int) -> None:
    least = float(detectable_fall(n, times * n, share, 0.1, 0.05))
    if np.isnan(least):
        assert power(n, times * n, share, 0.02) < 0.8
    else:
        assert power(n, times * n, share, max(share - least - 0.02, 0.0)) > 0.8
        assert power(n, times * n, share, share - least + 0.02) < 0.8


def test_where_nothing_would_be_seen_there_is_no_smallest_fall() -> None:
    assert np.isnan(detectable_fall(10, 10, [0.0, 0.05, 0.1], 0.1, 0.05)).all()


def test_a_rule_that_asks_for_more_points_sees_only_larger_falls() -> None:
    least = [float(detectable_fall(400, 1200, 0.8, points, 0.05)) for points in (0.0, 0.05, 0.1, 0.2)]
    assert least == pytest.approx([0.06, 0.07, 0.12, 0.22], abs=0.005)


# --- the false discovery rate -----------------------------------------------------------------------------------------


def q_values(p: list[float | None], family: list[int] | None = None) -> list[float | None]:
    frame = pl.DataFrame({"p": p, "family": family or [0] * len(p)}, schema={"p": pl.Float64, "family": pl.Int64})
    return frame.select(false_discovery("p", ["family"])).to_series().to_list()


P_VALUES = st.floats(0, 1, allow_subnormal=False)


@settings(deadline=None)
@given(st.lists(st.sampled_from([0.01, 0.02, 0.3]) | P_VALUES, min_size=1, max_size=40))
def test_q_values_are_those_of_scipy_and_statsmodels(p: list[float]) -> None:
    found = q_values(list(p))
    assert found == pytest.approx(false_discovery_control(p))
    assert found == pytest.approx(multipletests(p, method="fdr_bh")[1])


@settings(deadline=None)
@given(st.lists(st.none() | P_VALUES, max_size=20))
def test_what_was_not_tested_is_no_member_of_the_family(p: list[float | None]) -> None:
    members = [each for each in p if each is not None]
    found = q_values(p)
    assert [q for q, each in zip(found, p, strict=True) if each is None] == [None] * (len(p) - len(members))
    assert [q for q in found if q is not None] == q_values(list(members))


def test_families_do_not_know_one_another() -> None:
    assert q_values([0.01, 0.01, 0.5, 0.9], [1, 2, 1, 2]) == pytest.approx([0.02, 0.02, 0.5, 0.9])


@settings(deadline=None)
@given(st.lists(P_VALUES, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_cells_changes_no_q(p: list[float], random: object) -> None:
    order = list(range(len(p)))
    random.shuffle(order)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    found = q_values(list(p))
    assert q_values([p[at] for at in order]) == [found[at] for at in order]


def test_the_example_of_benjamini_and_hochberg() -> None:
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590]
    found = q_values([*p, 1.0])
    assert sum(q is not None and q <= 0.05 for q in found) == 4


# --- intervals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_intervals_of_newcombes_first_paper(count: int, of: int, low: float, high: float) -> None:
    assert np.round(wilson(count, of), 4).tolist() == [low, high]


@pytest.mark.parametrize(
    ("x", "n", "b", "m", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_the_examples_of_newcombes_second_paper(x: int, n: int, b: int, m: int, low: float, high: float) -> None:
    assert np.round(newcombe(x, n, b, m, 0.95), 4).tolist() == [low, high]


def test_newcombes_interval_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(4)
    for _ in range(100):
        n, m = rng.integers(1, 120, 2)
        x, b = rng.integers(0, n + 1), rng.integers(0, m + 1)
        expected = confint_proportions_2indep(x, n, b, m, method="newcomb", alpha=0.1)
        assert newcombe(x, n, b, m) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_an_interval_holds_what_was_seen_and_turns_round_with_it(n: int, m: int, data: st.DataObject) -> None:
    x, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    low, high = newcombe(x, n, b, m)
    assert -1 <= low <= x / n - b / m <= high <= 1
    assert newcombe(n - x, n, m - b, m) == pytest.approx((-high, -low), abs=1e-12)
