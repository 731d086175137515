from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from profdev_statistics.effects.adjustment import Adjusted


def panel(seed: int, organisations: int = 40, treated: int = 8, effect: float = 0.0) -> tuple[np.ndarray, ...]:
    """Shares before (three periods pooled), after, sizes after, and who was chosen: the worst of the last period."""
    rng = np.random.default_rng(seed)
    n = rng.integers(15, 61, organisations).astype(float)
    true = np.clip(rng.normal(0.7, 0.08, organisations), 0.05, 0.95)
    x = rng.binomial(n.astype(int)[:, None], true[:, None], (organisations, 3)).astype(float)
    last = x[:, -1] / n
    chosen = np.isin(np.arange(organisations), np.argsort(last)[:treated])
    after = rng.binomial(n.astype(int), np.clip(true + effect * chosen, 0, 1)).astype(float) / n
    return x.sum(axis=1) / (3 * n), after, n, chosen, last


@pytest.mark.parametrize("seed", range(20))
def test_the_regression_is_that_of_statsmodels(seed: int) -> None:
    before, after, n, chosen, _ = panel(seed)
    found = Adjusted.of(before, after, n, chosen)
    fit = sm.WLS(after, np.column_stack([np.ones(40), chosen, before]), weights=1 / (0.25 / n + 0.03**2)).fit()
    assert found is not None
    low, high = fit.conf_int(0.10)[1]
    assert (found.estimate, found.error) == pytest.approx((fit.params[1], fit.bse[1]))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.high - found.estimate == pytest.approx(t.ppf(0.95, 37) * found.error)


def test_measures_that_do_nothing_for_the_worst_are_hardly_ever_called_a_success() -> None:
    """Regression to the mean: before and after alone say +8 points of nothing."""
    drawn = [panel(seed) for seed in range(600)]
    found = [each for b, a, n, c, _ in drawn if (each := Adjusted.of(b, a, n, c)) is not None]
    raw = np.mean([(after[c] - last[c]).mean() for _, after, _, c, last in drawn])
    assert len(found) == 600
    assert abs(np.mean([each.estimate for each in found])) < 0.01
    assert np.mean([each.low > 0 for each in found]) <= 0.07
    assert np.mean([each.high < 0 for each in found]) <= 0.07
    assert 0.075 < raw < 0.09


def test_a_true_effect_of_ten_points_is_mostly_seen() -> None:
    found = [Adjusted.of(b, a, n, c) for b, a, n, c, _ in (panel(seed, effect=0.1) for seed in range(300))]
    assert np.mean([each is not None and each.low > 0 for each in found]) > 0.5
    assert np.mean([each.estimate for each in found if each]) == pytest.approx(0.1, abs=0.01)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(12, 60))
def test_what_is_better_when_lower_gives_the_same_with_the_sign_turned(seed: int, organisations: int) -> None:
    before, after, n, chosen, _ = panel(seed, organisations, 4)
    up, down = Adjusted.of(before, after, n, chosen), Adjusted.of(1 - before, 1 - after, n, chosen)
    assert up is not None
    assert down is not None
    assert (down.estimate, down.low, down.high) == pytest.approx((-up.estimate, -up.high, -up.low), abs=1e-9)


def test_a_level_before_that_tells_nothing_apart_gives_no_estimate() -> None:
    chosen = np.arange(20) < 5
    after, n = np.linspace(0.2, 0.9, 20), np.full(20, 30.0)
    assert Adjusted.of(np.full(20, 0.5), after, n, chosen) is None
    assert Adjusted.of(np.where(chosen, 0.0, 1.0), after, n, chosen) is None
    assert Adjusted.of([0.1, 0.2, 0.3], [0.1, 0.2, 0.3], [9, 9, 9], [1, 0, 0]) is None


def test_no_change_at_all_is_an_effect_of_exactly_nothing() -> None:
    chosen = np.arange(20) < 5
    found = Adjusted.of(np.linspace(0.3, 0.9, 20), np.full(20, 0.7), np.full(20, 30.0), chosen)
    assert found == Adjusted(estimate=0.0, error=0.0, low=0.0, high=0.0)
