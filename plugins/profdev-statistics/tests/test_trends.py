"""Trends of many series against exact sums, scipy, statsmodels and simulation."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import linregress, theilslopes
from statsmodels.stats.contingency_tables import Table

from profdev_statistics.trends import (
    cochran_armitage,
    falls_without_any_one,
    slopes_without_one,
    span,
    theil_sen,
    trend_by_chance,
)

NAN = math.nan
POINT = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@st.composite
def series(draw: st.DrawFn, *, least: int = 2) -> tuple[list[float], list[float], list[float]]:
    """Counts, sizes and positions with gaps."""
    points = draw(st.lists(POINT, min_size=least, max_size=7))
    positions = draw(st.lists(st.integers(0, 12), min_size=len(points), max_size=len(points), unique=True))
    x, n = zip(*points, strict=True)
    return [*map(float, x)], [*map(float, n)], [*map(float, sorted(positions))]


def _by_fractions(x: list[float], n: list[float], t: list[float]) -> float:
    """Armitage's sums, exact until the root."""
    xs, ns, ts = ([Fraction(int(each)) for each in row] for row in (x, n, t))
    total, share = sum(ns), sum(xs) / sum(ns)
    middle = sum(a * b for a, b in zip(ns, ts, strict=True)) / total
    score = sum(a * (b - middle) for a, b in zip(xs, ts, strict=True))
    variance = share * (1 - share) * sum(a * (b - middle) ** 2 for a, b in zip(ns, ts, strict=True))
    return NAN if variance == 0 else math.copysign(math.sqrt(score**2 / variance), score)


@given(series())
def test_the_binomial_trend_is_what_exact_sums_give(one: tuple[list[float], list[float], list[float]]) -> None:
    x, n, t = one
    assert cochran_armitage(x, n, t)[0] == pytest.approx(_by_fractions(x, n, t), abs=1e-9, nan_ok=True)


@given(series().filter(lambda one: 0 < sum(one[0]) < sum(one[1])))
def test_the_binomial_trend_is_that_of_an_ordered_table(one: tuple[list[float], list[float], list[float]]) -> None:
    """With both margins fixed the variance is larger by N / (N − 1)."""
    x, n, t = (np.array(each) for each in one)
    table = Table(np.column_stack((n - x, x)), shift_zeros=False)
    found = table.test_ordinal_association(row_scores=t, col_scores=np.array([0.0, 1.0]))
    total = n.sum()
    assert cochran_armitage(x, n, t)[0] * math.sqrt((total - 1) / total) == pytest.approx(found.zscore, abs=1e-9)


@given(series(least=3))
def test_a_slope_without_a_point_is_the_slope_of_the_others(one: tuple[list[float], list[float], list[float]]) -> None:
    x, n, t = (np.array(each) for each in one)
    logit = np.log((x + 0.5) / (n - x + 0.5))
    expected = [linregress(np.delete(t, k), np.delete(logit, k)).slope for k in range(len(t))]
    assert slopes_without_one(x, n, t)[0] == pytest.approx(expected, abs=1e-9)


@given(series())
def test_the_median_of_slopes_is_that_of_scipy(one: tuple[list[float], list[float], list[float]]) -> None:
    x, n, t = (np.array(each) for each in one)
    assert theil_sen([x / n], [t])[0] == pytest.approx(theilslopes(x / n, t).slope, abs=1e-12)


@given(series(least=3), st.data())
def test_a_column_without_a_point_changes_nothing(
    one: tuple[list[float], list[float], list[float]], data: st.DataObject
) -> None:
    hole = data.draw(st.integers(0, len(one[0])))
    x, n, t = (np.array([each]) for each in one)
    holed = [np.insert(each, hole, NAN, axis=1) for each in (x, n, t)]
    assert cochran_armitage(*holed) == pytest.approx(cochran_armitage(x, n, t), nan_ok=True)
    assert falls_without_any_one(*holed) == falls_without_any_one(x, n, t)
    assert theil_sen(holed[0] / holed[1], holed[2]) == pytest.approx(theil_sen(x / n, t))
    assert span(holed[2]) == span(t)
    chances = [trend_by_chance(*each, z=1.96, points=10) for each in (holed, (x, n, t))]
    assert chances[0] == pytest.approx(chances[1], nan_ok=True)


@given(series(least=3))
def test_counting_those_who_are_not_there_turns_the_trend_over(
    one: tuple[list[float], list[float], list[float]],
) -> None:
    x, n, t = (np.array(each) for each in one)
    assert cochran_armitage(n - x, n, t) == pytest.approx(-cochran_armitage(x, n, t), nan_ok=True)
    assert slopes_without_one(n - x, n, t) == pytest.approx(-slopes_without_one(x, n, t), abs=1e-12)


@pytest.mark.parametrize("share", [0, 1])
def test_all_or_nothing_has_no_trend(share: int) -> None:
    n = np.array([[10.0, 20, 30, 40]])
    t = np.array([[0.0, 1, 2, 3]])
    assert np.isnan(cochran_armitage(n * share, n, t)).all()
    assert np.isnan(trend_by_chance(n * share, n, t, z=1.96, points=10)).all()


def test_a_point_at_a_hundred_per_cent_is_a_point() -> None:
    x, n, t = [20, 19, 17, 14, 11], [20] * 5, [0, 1, 2, 3, 4]
    assert cochran_armitage(x, n, t) < -3.09
    assert falls_without_any_one(x, n, t).all()


def test_one_bad_period_is_not_a_trend() -> None:
    x, n, t = [16, 16, 16, 16, 4], [20] * 5, [0, 1, 2, 3, 4]
    assert cochran_armitage(x, n, t) < -1.96
    assert not falls_without_any_one(x, n, t).any()


@pytest.mark.parametrize(("size", "expected"), [(15, 0.024), (40, 0.026), (80, 0.023)])
def test_false_alarms_of_the_binomial_trend_are_those_of_the_methods(size: int, expected: float) -> None:
    x = np.random.default_rng(11).binomial(size, 0.75, (40_000, 5)).astype(float)
    z = cochran_armitage(x, np.full_like(x, size), np.arange(5.0))
    assert (z <= -1.96).mean() == pytest.approx(expected, abs=0.004)


@pytest.mark.parametrize(("size", "linear", "step"), [(15, 0.26, 0.20), (40, 0.56, 0.43), (80, 0.85, 0.70)])
def test_the_power_of_the_binomial_trend_is_that_of_the_methods(size: int, linear: float, step: float) -> None:
    random = np.random.default_rng(12)
    for path, expected in ((0.75 - 0.05 * np.arange(5), linear), (np.array([0.75] * 4 + [0.55]), step)):
        x = random.binomial(size, path, (20_000, 5)).astype(float)
        z = cochran_armitage(x, np.full_like(x, size), np.arange(5.0))
        assert (z <= -1.96).mean() == pytest.approx(expected, abs=0.015)


@pytest.mark.parametrize("present", [[0, 1, 2, 3, 4], [0, 1, 3, 4], [0, 2, 3, 4]])
def test_the_expected_number_of_chance_trends_is_the_simulated_one(present: list[int]) -> None:
    random = np.random.default_rng(13)
    t = np.array(present, float)
    series_count = 60_000
    n = random.integers(10, 81, (series_count, len(t))).astype(float)
    x = random.binomial(n.astype(int), random.uniform(0.5, 0.95, (series_count, 1))).astype(float)
    fell = -theil_sen(100 * x / n, np.broadcast_to(t, n.shape)) * 4
    fired = (cochran_armitage(x, n, t) <= -1.96) & falls_without_any_one(x, n, t) & (fell >= 10)
    expected = np.nansum(trend_by_chance(x, n, t, z=1.96, points=10))
    assert fired.sum() == pytest.approx(expected, abs=3 * math.sqrt(expected))
