from __future__ import annotations

from math import ceil, exp, log, sqrt
from statistics import fmean, median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t, theilslopes

from profdev_statistics.forecasting import Floats, Panel, Pool, Singles, _chained_logit, _theil_sen, naive_interval
from profdev_statistics.pooling import Pooled


def drawn(
    rng: np.random.Generator, organisations: int, periods: int, *, spread: float = 0.5, process: float = 0.1
) -> tuple[Floats, Floats]:
    """Counts whose true logits differ, wander, and drift together with the district."""
    n = np.repeat(rng.integers(10, 80, organisations)[:, None], periods, axis=1).astype(float)
    own = rng.normal(1, spread, organisations)[:, None] + rng.normal(0, process, n.shape).cumsum(axis=1)
    common = rng.normal(0.05, 0.08, periods).cumsum()
    return rng.binomial(n.astype(int), 1 / (1 + np.exp(-own - common))).astype(float), n


def panel(x: Floats, n: Floats, at: list[int] | None = None) -> Panel:
    return Panel(x=x, n=n, at=np.asarray(at or range(x.shape[1])))


def fixed(seed: int = 7, organisations: int = 30, periods: int = 5) -> Panel:
    return panel(*drawn(np.random.default_rng(seed), organisations, periods))


@pytest.mark.parametrize("periods", [3, 5])
@pytest.mark.parametrize("steps", [1, 2])
def test_eighty_per_cent_intervals_cover_75_to_85_of_100_future_shares(periods: int, steps: int) -> None:
    rng = np.random.default_rng(20221126)
    held: list[float] = []
    held_95: list[float] = []
    for _ in range(150):
        x, n = drawn(rng, 40, periods + steps)
        outlook = Pool.of(panel(x[:, :periods], n[:, :periods])).ahead(periods - 1, steps)
        assert outlook is not None
        future = x[:, -1] / n[:, -1]
        for level, into in ((0.80, held), (0.95, held_95)):
            low, high = outlook.interval(level)
            into.append(float(((low <= future) & (future <= high)).mean()))
    assert 0.75 <= fmean(held) <= 0.85
    assert 0.92 <= fmean(held_95) <= 0.98


def test_the_probability_to_fall_short_is_how_often_it_happens() -> None:
    rng = np.random.default_rng(3)
    told, came = [], []
    for _ in range(150):
        x, n = drawn(rng, 40, 6)
        outlook = Pool.of(panel(x[:, :5], n[:, :5])).ahead(4, 1)
        assert outlook is not None
        told.append(outlook.below(np.full(40, 0.75)))
        came.append(x[:, 5] / n[:, 5] < 0.75)
    probability, happened = np.concatenate(told), np.concatenate(came)
    for low, high in ((0.05, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 0.95)):
        between = (probability >= low) & (probability < high)
        assert happened[between].mean() == pytest.approx(probability[between].mean(), abs=0.06)


def test_a_level_drawn_to_the_panel_errs_less_than_the_last_share() -> None:
    rng = np.random.default_rng(11)
    pooled, naive = [], []
    for _ in range(60):
        x, n = drawn(rng, 40, 5)
        outlook = Pool.of(panel(x[:, :4], n[:, :4])).ahead(3, 1)
        assert outlook is not None
        future = x[:, 4] / n[:, 4]
        pooled.append(np.abs(outlook.share - future).mean())
        naive.append(np.abs(x[:, 3] / n[:, 3] - future).mean())
    assert fmean(pooled) < 0.9 * fmean(naive)


def test_the_interval_reaches_as_far_as_so_many_earlier_errors() -> None:
    outlook = Pool.of(fixed()).ahead(4, 1)
    assert outlook is not None
    m = len(outlook.scatter)
    assert m == 30 * 3  # of the second, third and fourth periods for the next
    low, high = outlook.interval(0.80)
    inside = (low > 0) & (high < 1)
    reach = sorted(outlook.scatter)[ceil((m + 1) * 0.80) - 1] * outlook.sd
    np.testing.assert_allclose((high - low)[inside], 2 * reach[inside])


def test_the_probability_agrees_with_the_interval() -> None:
    outlook = Pool.of(fixed()).ahead(4, 1)
    assert outlook is not None
    low, _ = outlook.interval(0.80)
    np.testing.assert_allclose(outlook.below(low)[low > 0], 0.10, atol=0.01)
    np.testing.assert_allclose(outlook.below(outlook.share), 0.5)


@given(seed=st.integers(0, 10**6), steps=st.integers(1, 3))
def test_what_is_mirrored_is_forecast_in_the_mirror(seed: int, steps: int) -> None:
    here = fixed(seed)
    there = panel(here.n - here.x, here.n)
    up, down = Pool.of(here).ahead(4, steps), Pool.of(there).ahead(4, steps)
    assert up is not None
    assert down is not None
    np.testing.assert_allclose(up.share, 1 - down.share)
    np.testing.assert_allclose(up.interval(0.80)[0], 1 - down.interval(0.80)[1], atol=1e-9)
    single, turned = Singles.of(here).ahead(4, steps), Singles.of(there).ahead(4, steps)
    np.testing.assert_allclose(single.share, 1 - turned.share)
    target = np.full(30, 0.7)
    np.testing.assert_allclose(single.below(target), 1 - turned.below(1 - target))


@given(seed=st.integers(0, 10**6))
def test_an_origin_sees_nothing_that_came_later(seed: int) -> None:
    x, n = drawn(np.random.default_rng(seed), 20, 6)
    whole, past = Pool.of(panel(x, n)).ahead(3, 1), Pool.of(panel(x[:, :4], n[:, :4])).ahead(3, 1)
    assert whole is not None
    assert past is not None
    np.testing.assert_array_equal(whole.share, past.share)
    np.testing.assert_array_equal(whole.scatter, past.scatter)
    later, then = Singles.of(panel(x, n)).ahead(3, 2), Singles.of(panel(x[:, :4], n[:, :4])).ahead(3, 2)
    np.testing.assert_array_equal(later.interval(0.80), then.interval(0.80))


@given(seed=st.integers(0, 10**6), shuffle=st.randoms(use_true_random=False))
def test_the_order_of_organisations_changes_nothing(seed: int, shuffle: object) -> None:
    x, n = drawn(np.random.default_rng(seed), 15, 4)
    order = list(range(15))
    shuffle.shuffle(order)  # type: ignore[attr-defined]  # a random.Random
    straight, mixed = Pool.of(panel(x, n)).ahead(3, 1), Pool.of(panel(x[order], n[order])).ahead(3, 1)
    assert straight is not None
    assert mixed is not None
    np.testing.assert_allclose(straight.share[order], mixed.share)
    np.testing.assert_allclose(straight.interval(0.95)[0][order], mixed.interval(0.95)[0])


@given(seed=st.integers(0, 10**6))
def test_what_is_further_off_is_not_known_better(seed: int) -> None:
    pool = Pool.of(fixed(seed))
    one, two = pool.ahead(4, 1), pool.ahead(4, 2)
    assert one is not None
    assert two is not None
    assert (two.sd >= one.sd).all()


def test_everybody_at_a_hundred_per_cent_is_no_certainty() -> None:
    n = np.full((12, 4), 20.0)
    outlook = Pool.of(panel(n, n)).ahead(3, 1)
    assert outlook is not None
    low, _ = outlook.interval(0.80)
    assert (outlook.share < 1).all()
    assert (low < outlook.share).all()
    assert (naive_interval(n[:, 0], n[:, 0], 0.80)[0] < 1).all()
    single = Singles.of(panel(n, n)).ahead(3, 1)
    assert (single.interval(0.80)[0] < 19 / 20).all()  # one fewer is nothing unusual
    np.testing.assert_allclose(single.share, 1)


def test_a_panel_needs_ten_organisations_with_three_periods() -> None:
    for organisations, periods, is_made in ((10, 3, True), (9, 3, False), (10, 2, False)):
        x, n = drawn(np.random.default_rng(0), organisations, periods)
        assert (Pool.of(panel(x, n)).ahead(periods - 1, 1) is not None) is is_made


def test_organisations_silent_now_or_new_get_no_pooled_forecast() -> None:
    x, n = drawn(np.random.default_rng(1), 20, 4)
    x[0, 3] = n[0, 3] = np.nan
    x[1, :2] = n[1, :2] = np.nan
    outlook = Pool.of(panel(x, n)).ahead(3, 1)
    assert outlook is not None
    assert np.isnan(outlook.share).tolist() == [True, True] + [False] * 18


def test_the_loss_of_a_weak_reporter_is_no_growth_of_the_district() -> None:
    x = np.array([[8.0, 8.0], [8.0, 8.0], [1.0, np.nan]])
    n = np.array([[10.0, 10.0], [10.0, 10.0], [10.0, np.nan]])
    assert np.diff(_chained_logit(panel(x, n))) == pytest.approx(0)


@given(st.lists(st.none() | st.floats(-5, 5), min_size=2, max_size=9))
def test_the_slope_is_that_of_theil_and_sen(values: list[float | None]) -> None:
    at = np.cumsum(np.arange(1, len(values) + 1))
    known = [(position, value) for position, value in zip(at, values, strict=True) if value is not None]
    y = np.array([[np.nan if value is None else value for value in values]])
    expected = theilslopes([v for _, v in known], [p for p, _ in known]).slope if len(known) > 1 else 0.0
    assert _theil_sen(y, at)[0] == pytest.approx(expected)


def test_a_single_series_is_forecast_by_the_written_formula() -> None:
    x, n = np.array([[300.0, 320.0, 310.0, 350.0]]), np.full((1, 4), 500.0)
    y = [log((count + 0.5) / (500 - count + 0.5)) for count in x[0]]

    def slope(until: int) -> float:
        pairs = [(y[b] - y[a]) / (b - a) for b in range(until + 1) for a in range(b)]
        return median(pairs) if pairs else 0.0

    errors = [y[k + 1] - (y[k] + 0.5 * slope(k) * 0.7) for k in range(3)]
    freedom = 3 + 3
    now = 350.5 / 501
    prior = 0.15**2 + 2 / (500 * now * (1 - now))
    sd = sqrt((3 * prior + sum(e * e for e in errors)) / freedom) * sqrt(2)
    centre = y[3] + 0.5 * slope(3) * (0.7 + 0.49)

    def share(log_odds: float) -> float:
        return (501 / (1 + exp(-log_odds)) - 0.5) / 500

    low = share(centre - t.ppf(0.9, freedom) * sd)
    prospect = Singles.of(panel(x, n)).ahead(3, 2)
    assert prospect.share[0] == pytest.approx(share(centre))
    assert prospect.interval(0.80)[0][0] == pytest.approx(low)
    assert prospect.below(np.array([low]))[0] == pytest.approx(0.10)


@pytest.mark.parametrize(("heads", "share"), [(25, 0.95), (25, 0.7), (400, 0.8), (2000, 0.9)])
def test_a_steady_total_stays_inside_its_interval(heads: int, share: float) -> None:
    rng = np.random.default_rng(17)
    x = rng.binomial(heads, share, (4000, 6)).astype(float)
    prospect = Singles.of(panel(x[:, :5], np.full((4000, 5), float(heads)))).ahead(4, 1)
    low, high = prospect.interval(0.80)
    future = x[:, 5] / heads
    assert float(((low <= future) & (future <= high)).mean()) >= 0.8


def by_hand(x: Floats, n: Floats, origin: int, steps: int) -> list[tuple[float, float]]:
    """Share and standard deviation of every organisation, one number after another."""

    def log_odds(share: float) -> float:
        return log(share / (1 - share))

    def district(period: int) -> float:
        return log_odds((x[:, period].sum() + 0.5) / (n[:, period].sum() + 1))

    window = range(max(0, origin - 2), origin + 1)
    slopes = [(district(b) - district(a)) / (b - a) for b in range(origin + 1) for a in range(b)]
    slope = median(slopes) if slopes else 0.0
    counts = [sum(row[k] for k in window) for row in x]
    sizes = [sum(row[k] for k in window) for row in n]
    pooled = Pooled.of(np.array(counts), np.array(sizes))
    excess = weight = 0.0
    for k in range(origin):
        common = x[:, k + 1].sum() / n[:, k + 1].sum() - x[:, k].sum() / n[:, k].sum()
        for c, m, d, q in zip(x[:, k], n[:, k], x[:, k + 1], n[:, k + 1], strict=True):
            p = (c + d) / (m + q)
            chance = p * (1 - p) * (m + q) / (m + q - 1) * (1 / m + 1 / q)
            excess += m * q / (m + q) * ((d / q - c / m - common) ** 2 - chance)
            weight += m * q / (m + q)
    process = max(0.0, excess / weight) if weight else 0.0
    told = []
    for count, size, sizes_then, heads in zip(counts, sizes, n, n[:, origin], strict=True):
        mean = (pooled.share * pooled.weight + count + 0.5) / (pooled.weight + size + 1)
        when = sum(sizes_then[k] * district(k) for k in window) / size
        level = log_odds(mean) + district(origin) - when
        near, far = (1 / (1 + exp(-level - slope * sum(0.8**j for j in range(1, h + 1)))) for h in (1, steps))
        chance = max(near * (1 - near), far * (1 - far)) / heads
        told.append((far, sqrt(chance + mean * (1 - mean) / (pooled.weight + size + 2) + process * steps)))
    return told


def test_a_pooled_forecast_is_the_written_formula() -> None:
    x, n = drawn(np.random.default_rng(6), 12, 4, process=0.4)
    outlook = Pool.of(panel(x, n)).ahead(3, 2)
    assert outlook is not None
    expected = by_hand(x, n, 3, 2)
    np.testing.assert_allclose(outlook.share, [share for share, _ in expected])
    np.testing.assert_allclose(outlook.sd, [sd for _, sd in expected])
    errors = [
        abs(x[unit, origin + 1] / n[unit, origin + 1] - share) / sd
        for origin in (1, 2)
        for unit, (share, sd) in enumerate(by_hand(x, n, origin, 1))
    ]
    np.testing.assert_allclose(outlook.scatter, sorted(errors))


def test_a_naive_interval_holds_what_is_drawn_now_and_then() -> None:
    rng = np.random.default_rng(5)
    x, later = (rng.binomial(40, 0.7, 20_000).astype(float) for _ in range(2))
    low, high = naive_interval(x, np.full_like(x, 40), 0.80)
    share = later / 40
    assert 0.77 <= float(((low <= share) & (share <= high)).mean()) <= 0.85
    p = 28.5 / 41
    expected = 0.7 - norm.ppf(0.9) * sqrt(2 * p * (1 - p) / 40)
    assert naive_interval(np.array([28.0]), np.array([40.0]), 0.80)[0][0] == pytest.approx(expected)
