"""The spread of organisations and its rise: against the pooled fit, every shuffling there is, and simulation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from profdev_statistics.pooling import Pooled
from profdev_statistics.spreads import Widening, between, widening

Floats = NDArray[np.float64]
MEMBER = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def _asked(before: Floats, of_before: Floats, now: Floats, of_now: Floats, *, draws: int = 999) -> Widening:
    return widening(before=before, of_before=of_before, now=now, of_now=of_now, points=3.0, alpha=0.05, draws=draws)


def _panel(random: np.random.Generator, was: float, has: float, members: int = 40) -> tuple[Floats, ...]:
    """Organisations of 10-80 around 75 %, whose true shares differ by so many points; sizes drift by 5 %."""
    first = random.integers(10, 81, members)
    second = np.maximum(10, np.round(first * (1 + 0.05 * random.standard_normal(members)))).astype(int)
    own = random.standard_normal(members)
    counted = [
        random.binomial(n, np.clip(0.75 + points / 100 * own, 0, 1)) for n, points in ((first, was), (second, has))
    ]
    return tuple(each.astype(float) for each in (counted[0], first, counted[1], second))


@given(st.lists(MEMBER, min_size=2, max_size=30))
def test_the_spread_is_that_of_the_pooled_fit(members: list[tuple[int, int]]) -> None:
    x, n = (np.array(column, float) for column in zip(*members, strict=True))
    fitted = Pooled.of(x, n).variance
    # The fit never lets the variance be 0: nothing could be weighed then.
    assert between(x, n) == pytest.approx(100 * np.sqrt(fitted if fitted > 1e-6 else 0), abs=0.11)


@given(st.lists(MEMBER, min_size=2, max_size=30))
def test_those_who_are_not_there_differ_as_much(members: list[tuple[int, int]]) -> None:
    x, n = (np.array(column, float) for column in zip(*members, strict=True))
    assert between(n - x, n) == pytest.approx(between(x, n), abs=1e-4)


def test_the_p_value_is_the_part_of_all_shufflings() -> None:
    """Twelve organisations have 4096 of them; a sample of 9999 comes as near as its error allows."""
    x0, n0, x1, n1 = _panel(np.random.default_rng(21), 4, 10, members=12)
    rises = []
    for swapped in product([False, True], repeat=12):
        swap = np.array(swapped)
        later = between(np.where(swap, x0, x1), np.where(swap, n0, n1))
        earlier = between(np.where(swap, x1, x0), np.where(swap, n1, n0))
        rises.append(later - earlier)
    observed = rises[0]
    exact = np.mean(np.array(rises) >= observed - 1e-9)
    found = _asked(x0, n0, x1, n1, draws=9999)
    assert found.rise == pytest.approx(observed)
    assert found.p_value == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 9999) + 1e-4)


def test_the_same_question_has_the_same_answer_and_order_does_not_matter_to_the_rise() -> None:
    panel = _panel(np.random.default_rng(22), 5, 10)
    first, again = _asked(*panel), _asked(*panel)
    assert (first.p_value, first.chance) == (again.p_value, again.chance)
    turned = _asked(*(each[::-1] for each in panel))
    assert turned.rise == pytest.approx(first.rise)
    assert turned.p_value == pytest.approx(first.p_value, abs=0.03)


def test_the_size_of_a_block_is_of_no_matter_but_for_the_coins(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = _panel(np.random.default_rng(23), 5, 10)
    monkeypatch.setattr("profdev_statistics.spreads._AT_ONCE", 80)
    by_pairs = _asked(*panel, draws=99)
    monkeypatch.setattr("profdev_statistics.spreads._AT_ONCE", 100 * 40)
    at_once = _asked(*panel, draws=99)
    assert (by_pairs.before, by_pairs.now) == (at_once.before, at_once.now)
    assert by_pairs.p_value == pytest.approx(at_once.p_value, abs=0.1)


def test_false_alarms_and_power_are_those_of_the_methods() -> None:
    """3-5 % where nothing changes, 77-84 % for a spread of 5 → 10 and of 10 → 15 points."""
    random = np.random.default_rng(24)
    fired: dict[tuple[float, float], list[bool]] = {}
    expected = 0.0
    for spreads in ((5.0, 5.0), (5.0, 10.0), (10.0, 15.0)):
        for _ in range(300):
            found = _asked(*_panel(random, *spreads))
            fired.setdefault(spreads, []).append(found.rise >= 3 and found.p_value <= 0.05)
            expected += found.chance if spreads == (5.0, 5.0) else 0.0
    assert sum(fired[5.0, 5.0]) == pytest.approx(expected, abs=3 * np.sqrt(expected))
    assert np.mean(fired[5.0, 5.0]) < 0.08
    assert np.mean(fired[5.0, 10.0]) == pytest.approx(0.80, abs=0.07)
    assert np.mean(fired[10.0, 15.0]) == pytest.approx(0.80, abs=0.07)
