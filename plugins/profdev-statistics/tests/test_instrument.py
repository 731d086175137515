from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom

from profdev_statistics.instrument import Reliability, copies, dispersion_of_changes
from profdev_statistics.pooling import Pooled

DRAWS = 499


def organisations(
    seed: int, spread: float, sizes: tuple[int, int] = (20, 80), number: int = 40
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = rng.integers(*sizes, number).astype(float)
    true = np.clip(rng.normal(0.7, spread, number), 0.02, 0.98)
    return rng.binomial(n.astype(int), true).astype(float), n


@pytest.mark.parametrize("seed", range(10))
def test_what_lies_between_organisations_is_what_pooling_says(seed: int) -> None:
    x, n = organisations(seed, 0.1)
    found = Reliability.of(x, n, DRAWS)
    assert found is not None
    pooled = Pooled.of(x, n)
    assert found.between**2 == pytest.approx(pooled.variance)
    noise = np.mean(x / n * (1 - x / n) / (n - 1))
    assert found.share == pytest.approx(pooled.variance / (pooled.variance + noise))


def test_organisations_that_do_not_differ_are_called_so_and_those_that_do_are_not() -> None:
    alike = [Reliability.of(*organisations(seed, 0.0), DRAWS) for seed in range(60)]
    apart = [Reliability.of(*organisations(seed, 0.15), DRAWS) for seed in range(60)]
    assert np.mean([each is not None and each.share < 0.2 for each in alike]) > 0.6
    assert not any(each is not None and each.share < 0.2 for each in apart)
    assert all(each is not None and each.high >= 0.7 for each in apart)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1000))
def test_reliability_is_a_share_the_same_every_time_and_for_those_who_did_not(seed: int) -> None:
    x, n = organisations(seed, 0.05)
    found = Reliability.of(x, n, 99)
    assert found is not None
    assert 0 <= found.share <= 1
    assert 0 <= found.high <= 1
    assert found == Reliability.of(x, n, 99)
    turned = Reliability.of(n - x, n, 99)
    assert turned is not None
    assert (turned.share, turned.high) == pytest.approx((found.share, found.high), abs=1e-9)


def test_where_all_show_everybody_there_is_nothing_to_rely_on() -> None:
    n = np.array([5.0, 10.0, 20.0])
    assert Reliability.of(n, n, 9) is None
    assert Reliability.of(np.zeros(3), n, 9) is None
    assert Reliability.of(np.array([1.0, 0.0]), np.ones(2), 9) is None


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 12), st.integers(2, 12), st.data())
def test_a_change_by_chance_alone_has_a_square_of_exactly_one_on_average(n: int, m: int, draw: st.DataObject) -> None:
    """By enumeration of everything the margins allow; the common change is nothing."""
    total = draw.draw(st.integers(1, n + m - 1))
    x = np.arange(max(0, total - m), min(n, total) + 1, dtype=float)
    chance = hypergeom(n + m, total, n).pmf(x)
    share = total / (n + m)
    # One organisation so large that nothing common is left beside it, and with a change of its own of nothing.
    big = 1e12
    squares = [
        dispersion_of_changes(
            np.array([k, share * big]), np.array([n, big]), np.array([total - k, share * big]), np.array([m, big])
        )[0]
        for k in x
    ]
    assert float(chance @ np.array(squares)) == pytest.approx(1.0, rel=1e-6)


def test_changes_of_chance_have_a_dispersion_of_about_one_and_real_ones_more() -> None:
    def drawn(seed: int, process: float) -> float:
        rng = np.random.default_rng(seed)
        n = rng.integers(15, 80, 60).astype(float)
        true = np.clip(rng.normal(0.7, 0.1, 60), 0.1, 0.9)
        later = np.clip(true + 0.05 + rng.normal(0, process, 60), 0.02, 0.98)
        before, now = (rng.binomial(n.astype(int), p).astype(float) for p in (true, later))
        return float(dispersion_of_changes(now, n, before, n).mean())

    assert np.mean([drawn(seed, 0.0) for seed in range(100)]) == pytest.approx(1.0, abs=0.05)
    assert np.mean([drawn(seed, 0.15) for seed in range(100)]) > 2


def test_nobody_twice_and_everybody_twice_are_no_changes() -> None:
    n = np.array([10.0, 10.0, 10.0])
    assert dispersion_of_changes(np.array([0.0, 10.0, 5.0]), n, np.array([0.0, 10.0, 5.0]), n).tolist() == [0.0]


def test_copied_answers_are_counted_beside_what_chance_would_repeat() -> None:
    rng = np.random.default_rng(1)
    n = rng.integers(20, 60, 50).astype(float)
    x = rng.binomial(n.astype(int), 0.6).astype(float)
    seen, chance = copies(x, n, x, n)
    assert seen == 1
    assert 0.05 < chance < 0.15
    fresh = rng.binomial(n.astype(int), 0.6).astype(float)
    assert copies(fresh, n, x, n)[0] < 0.25
    one = np.ones(50)
    assert copies(one, one, one, one) == (1.0, 1.0)


@pytest.mark.parametrize("n", [10, 25, 60])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_chance_repeats_a_count_as_often_as_two_binomials_meet(n: int, share: float) -> None:
    each = binom(n, share).pmf(np.arange(n + 1))
    x, of = np.array([share * n]), np.array([float(n)])
    assert copies(x, of, x, of)[1] == pytest.approx(float(each @ each), abs=0.02)
