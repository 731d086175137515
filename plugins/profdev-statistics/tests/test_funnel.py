"""Funnels of many groups at once against the published formulas written out member by member, and their laws."""

from __future__ import annotations

import math
from statistics import NormalDist

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, multivariate_normal

from profdev_statistics.funnel import ALARM, WARNING, Funnel, both

MEMBERS = st.lists(
    st.integers(10, 90).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=40
)
MIDDLING = MEMBERS.filter(lambda group: 0.03 < sum(x for x, _ in group) / sum(n for _, n in group) < 0.97)


def _split(members: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    x, n = zip(*members, strict=True)
    return np.array(x, float), np.array(n, float)


def _by_hand(members: list[tuple[int, int]]) -> tuple[float, float, float, list[float]]:
    """Spiegelhalter 2005, appendix A.3: centre, φ, τ and the adjusted deviations, one member after another."""
    centre = sum(x for x, _ in members) / sum(n for _, n in members)
    plain = [2 * math.sqrt(n) * (math.asin(math.sqrt(x / n)) - math.asin(math.sqrt(centre))) for x, n in members]
    ordered, count = sorted(plain), len(members)

    def quantile(part: float) -> float:
        place = (count - 1) * part
        low = math.floor(place)
        return ordered[low] + (place - low) * (ordered[min(low + 1, count - 1)] - ordered[low])

    low, high = quantile(0.1), quantile(0.9)
    phi = sum(min(max(z, low), high) ** 2 for z in plain) / count
    weights = [4 * n for _, n in members]
    spare = sum(weights) - sum(weight**2 for weight in weights) / sum(weights)
    tau = math.sqrt((count * phi - (count - 1)) / spare) if count * phi > count - 1 else 0.0
    adjusted = [
        (math.asin(math.sqrt(x / n)) - math.asin(math.sqrt(centre))) / math.sqrt(1 / (4 * n) + tau**2)
        for x, n in members
    ]
    return centre, phi, tau, adjusted


@given(MIDDLING)
def test_a_funnel_is_what_the_published_formulas_give(members: list[tuple[int, int]]) -> None:
    x, n = _split(members)
    funnel = Funnel.of(x, n)
    centre, phi, tau, adjusted = _by_hand(members)
    assert float(funnel.share[0]) == pytest.approx(centre)
    assert float(funnel.phi[0]) == pytest.approx(phi, abs=1e-9)
    assert float(funnel.tau[0]) == pytest.approx(tau, abs=1e-7)
    assert funnel.deviation(x, n) == pytest.approx(adjusted, abs=1e-6)


@given(st.lists(MEMBERS, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_many_funnels_at_once_in_any_order_are_the_funnels_one_by_one(
    groups: list[list[tuple[int, int]]], random: object
) -> None:
    rows = [(number, x, n) for number, members in enumerate(groups) for x, n in members]
    random.shuffle(rows)  # type: ignore[attr-defined]  # a Random, which hypothesis does not say
    group, x, n = (np.array(column, float) for column in zip(*rows, strict=True))
    group = group.astype(int)
    together = Funnel.of(x, n, group)
    for number, members in enumerate(groups):
        alone = Funnel.of(*_split(members))
        for name in ("share", "phi", "tau", "members"):
            assert getattr(together, name)[number] == pytest.approx(getattr(alone, name)[0], abs=1e-7)
        mine = group == number
        assert together.at(group).deviation(x, n)[mine] == pytest.approx(alone.deviation(x[mine], n[mine]), abs=1e-5)


@given(MEMBERS, st.sampled_from([WARNING, ALARM]))
def test_whoever_is_below_the_limit_deviates_by_more_than_it_stands_for(
    members: list[tuple[int, int]], z: float
) -> None:
    x, n = _split(members)
    funnel = Funnel.of(x, n)
    clear = np.abs(x / n - funnel.below(n, z)) > 1e-9
    assert ((x / n < funnel.below(n, z)) == (funnel.deviation(x, n) < z))[clear].all()


@given(MEMBERS)
def test_counting_those_who_are_not_there_turns_the_funnel_over(members: list[tuple[int, int]]) -> None:
    x, n = _split(members)
    funnel, opposite = Funnel.of(x, n), Funnel.of(n - x, n)
    assert opposite.above(n) == pytest.approx(1 - funnel.below(n), abs=1e-6)
    assert opposite.deviation(n - x, n) == pytest.approx(-funnel.deviation(x, n), abs=1e-5)


def test_one_missing_person_in_a_group_near_a_hundred_per_cent_is_no_outlier() -> None:
    n = np.full(20, 40.0)
    x = n - (np.arange(20) % 3 == 0)
    funnel = Funnel.of(x, n)
    assert funnel.is_exact.all()
    assert funnel.deviation(x, n).min() > WARNING
    assert funnel.deviation(np.array([34.0]), np.array([40.0])) < ALARM


def test_nobody_of_eighty_in_a_group_of_a_few_per_cent_is_no_outlier() -> None:
    """On the arcsine scale that is −2.8; but one of seven such organisations has nobody."""
    n, x = np.full(20, 80.0), np.array([0.0] + [2.0] * 19)
    plain = 2 * np.sqrt(80) * (0 - np.arcsin(np.sqrt(x.sum() / n.sum())))
    assert plain < -2.7
    assert Funnel.of(x, n).deviation([0.0], [80.0])[0] > WARNING


def test_an_exact_limit_is_the_first_count_whose_mid_p_is_large_enough() -> None:
    for n in range(1, 60):
        funnel = Funnel.of([980.0, 970.0], [1000.0, 1000.0])
        share = float(funnel.share[0])
        kept = [
            x for x in range(n + 1) if binom.cdf(x, n, share) - binom.pmf(x, n, share) / 2 >= NormalDist().cdf(WARNING)
        ]
        assert funnel.below([n])[0] * n == pytest.approx(kept[0])
        assert funnel.chance_below([n])[0] == pytest.approx(binom.cdf(kept[0] - 1, n, share), abs=1e-15)


@pytest.mark.parametrize("everybody", [True, False])
def test_where_all_have_all_or_nothing_nobody_stands_apart(everybody: bool) -> None:  # noqa: FBT001 - a parameter
    n = np.arange(10.0, 30.0)
    funnel = Funnel.of(n * everybody, n)
    assert funnel.tau.tolist() == [0.0]
    assert funnel.deviation(n * everybody, n).tolist() == [0.0] * 20
    assert funnel.chance_below(n).tolist() == [0.0] * 20


def test_overdispersion_is_found_again_and_widens_the_limits() -> None:
    random = np.random.default_rng(5)
    n = random.integers(20, 60, 4000).astype(float)
    theta = np.sin(np.arcsin(np.sqrt(0.7)) + 0.1 * random.standard_normal(4000)) ** 2
    x = random.binomial(n.astype(int), theta).astype(float)
    funnel = Funnel.of(x, n)
    # Drawn in, the deviations of a tenth on either side lose some of their squares.
    assert 0.06 < float(funnel.tau[0]) < 0.1
    plain = np.mean(2 * np.sqrt(n) * (np.arcsin(np.sqrt(x / n)) - np.arcsin(np.sqrt(funnel.share))) < WARNING)
    adjusted = np.mean(funnel.deviation(x, n) < WARNING)
    assert plain > 0.08
    assert 0.02 < adjusted < 0.055


def test_two_periods_of_a_member_are_alike_as_far_as_it_differs_for_good() -> None:
    random = np.random.default_rng(6)
    n = random.integers(20, 60, 6000).astype(float)
    funnel = Funnel.of(random.binomial(n.astype(int), 0.7).astype(float), n)
    differing = attrs.evolve(funnel, tau=np.array([0.12]))
    angle = np.arcsin(np.sqrt(0.7)) + 0.12 * random.standard_normal(6000)
    first, second = (random.binomial(n.astype(int), np.sin(angle) ** 2).astype(float) for _ in range(2))
    seen = np.corrcoef(differing.deviation(first, n), differing.deviation(second, n))[0, 1]
    assert float(differing.alike(n, n).mean()) == pytest.approx(seen, abs=0.03)
    assert funnel.alike(n, n).max() == 0


@given(st.floats(1e-4, 0.4), st.floats(1e-4, 0.4), st.floats(0, 0.95))
def test_two_low_deviations_are_as_frequent_as_the_normal_law_of_two_says(p: float, q: float, rho: float) -> None:
    normal = NormalDist()
    expected = multivariate_normal(cov=[[1, rho], [rho, 1]]).cdf([normal.inv_cdf(p), normal.inv_cdf(q)])
    assert both(p, q, rho) == pytest.approx(expected, abs=1e-5)


def test_one_deviation_seen_twice_is_as_frequent_as_seen_once() -> None:
    assert both([0.025, 0.0], [0.025, 0.5], 1.0) == pytest.approx([0.025, 0.0], abs=1e-7)


@pytest.mark.parametrize(("size", "seen"), [(15, 0.27), (40, 0.38), (80, 0.46)])
def test_a_member_twenty_points_lower_is_seen_as_often_as_the_methods_say(size: int, seen: float) -> None:
    """Forty members around 75 % whose true shares differ by 10 points; one of them is lower by 20 more."""
    random = np.random.default_rng(7)
    theta = 0.75 + 0.1 * random.standard_normal((800, 40))
    theta[:, 0] -= 0.2
    x = random.binomial(size, theta.clip(0, 1)).astype(float).ravel()
    group, n = np.repeat(np.arange(800), 40), np.full(x.shape, float(size))
    deviations = Funnel.of(x, n, group).at(group).deviation(x, n).reshape(800, 40)
    assert (deviations[:, 0] < WARNING).mean() == pytest.approx(seen, abs=0.05)
    assert (deviations[:, 1:] < WARNING).mean() < 0.04
