"""Whoever attacks a publication recovers nothing narrower than the policy; and the attack does find what leaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs
import polars as pl
import pytest
from hypothesis import assume, find, given, settings
from hypothesis import strategies as st

from attacking import Attack, Column, World
from disclosing import bare, district, flat, policies, worlds, years
from profdev_indicators.model import DisclosureClass, DisclosurePolicy, District
from profdev_reports.disclosure import protect

Classes = Mapping[str, DisclosureClass]
_PEOPLE: list[DisclosureClass] = ["B", "C"]
CLASSES = st.sampled_from(_PEOPLE)


def _threshold(policy: DisclosurePolicy, disclosure: DisclosureClass) -> int:
    return policy.sensitive_threshold if disclosure == "C" else policy.threshold


def _leaks(
    world: World, published: pl.DataFrame, asked: District, before: pl.DataFrame | None = None
) -> Iterator[tuple[str | None, str, Column, set[int]]]:
    """Numbers which an outsider, or one who knows his own, puts into a narrower range than the policy allows."""
    policy = asked.publication.disclosure
    classes = {indicator.id: indicator.disclosure or "B" for indicator in asked.indicators}
    nothing = Attack.on(world, published.with_columns(numerator=pl.lit(None, pl.Float64)))
    by_nature = {(unit, column): max(found) - min(found) for unit, column, found in nothing.recovered()}
    attack = Attack.on(world, published, before)
    for knower in (None, *world.organisations):
        for unit, column, found in attack.recovered(knower):
            n = world.n[unit, column]
            need = min(max(_threshold(policy, classes[column[0]]), policy.width * n / 100), n, by_nature[unit, column])
            if max(found) - min(found) < need - 1e-9:
                yield knower, unit, column, found


def _told_differences(
    world: World, published: pl.DataFrame, asked: District
) -> Iterator[tuple[str | None, str, set[int]]]:
    """Small differences of a number and its part that are known too well."""
    policy = asked.publication.disclosure
    classes = {indicator.id: indicator.disclosure or "B" for indicator in asked.indicators}
    nothing = Attack.on(world, published.with_columns(numerator=pl.lit(None, pl.Float64)))
    by_nature = {(unit, pair): max(found) - min(found) for unit, pair, found in nothing.differences()}
    for knower in (None, *world.organisations):
        for unit, (whole, part), found in Attack.on(world, published).differences(knower):
            threshold = _threshold(policy, max(classes[whole[0]], classes[part[0]]))
            real = world.x[unit, whole] - world.x[unit, part]
            if 0 < real < threshold and max(found) - min(found) < min(threshold, by_nature[unit, (whole, part)]):
                yield knower, unit, found


@given(world=worlds(["all"], people=14), policy=policies(), disclosure=CLASSES)
@settings(deadline=None)
def test_one_indicator_gives_nothing_away(world: World, policy: DisclosurePolicy, disclosure: DisclosureClass) -> None:
    asked = district({"all": disclosure}, policy)
    answer = protect(world.values().lazy(), asked, None)
    assert (list(_leaks(world, answer.values, asked)), answer.notices) == ([], ())


@pytest.mark.parametrize("names", [("all", "again"), ("all", "of_tested"), ("all", "young")], ids="+".join)
@given(data=st.data(), policy=policies())
@settings(deadline=None, max_examples=12)
def test_indicators_about_the_same_people_give_nothing_away(
    names: tuple[str, ...], data: st.DataObject, policy: DisclosurePolicy
) -> None:
    world = data.draw(worlds(names, most=6, people=6))
    asked = district({name: data.draw(CLASSES) for name in names}, policy)
    answer = protect(world.values().lazy(), asked, None)
    assert (list(_leaks(world, answer.values, asked)), answer.notices) == ([], ())


@given(world=worlds(["all", "young"], most=5, people=5), policy=policies(), one=CLASSES, other=CLASSES)
@settings(deadline=None, max_examples=12)
def test_those_who_are_not_young_are_not_told_by_a_difference(
    world: World, policy: DisclosurePolicy, one: DisclosureClass, other: DisclosureClass
) -> None:
    asked = district({"all": one, "young": other}, policy)
    answer = protect(world.values().lazy(), asked, None)
    assert list(_told_differences(world, answer.values, asked)) == []


@given(world=years(), policy=policies(cumulative=True), disclosure=CLASSES)
@settings(deadline=None, max_examples=12)
def test_a_year_that_grows_does_not_tell_who_came_since(
    world: World, policy: DisclosurePolicy, disclosure: DisclosureClass
) -> None:
    asked = district({"all": disclosure}, policy, calendar="quarter")
    answer = protect(world.values().lazy(), asked, None)
    assert list(_leaks(world, answer.values, asked)) == []
    assert list(_told_differences(world, answer.values, asked)) == []


@given(world=worlds(["all"], people=9, sure=True), policy=policies(), disclosure=CLASSES, data=st.data())
@settings(deadline=None)
def test_two_publications_give_no_more_away_than_one(
    world: World, policy: DisclosurePolicy, disclosure: DisclosureClass, data: st.DataObject
) -> None:
    """Some answers come after the first publication."""
    late = data.draw(st.sets(st.sampled_from(sorted(world.x)), max_size=len(world.x) - 1))
    early = attrs.evolve(
        world,
        x={key: x for key, x in world.x.items() if key not in late},
        n={key: n for key, n in world.n.items() if key not in late},
    )
    asked = district({"all": disclosure}, policy)
    first = protect(early.values().lazy(), asked, None).values
    second = protect(world.values().lazy(), asked, first)
    assume(not second.notices)  # it says itself what is beyond help
    assert list(_leaks(world, second.values, asked, first)) == []


# --- the attack itself ----------------------------------------------------------------------------------------------


def test_the_attack_recovers_a_number_hidden_alone() -> None:
    asked = district({"all": "B"})
    world = flat({"s1": (1, 20), "s2": (9, 20), "s3": (8, 20)})
    values = world.values()
    naive = bare(values, protect(values.lazy(), asked, None).hidden)
    assert (None, "s1", ("all", "2022"), {1}) in list(_leaks(world, naive, asked))


def test_the_attack_knows_what_a_participant_knows() -> None:
    asked = district({"all": "B"})
    world = flat({"s1": (1, 20), "s2": (2, 20), "s3": (8, 20)})
    values = world.values()
    naive = bare(values, protect(values.lazy(), asked, None).hidden)
    assert ("s2", "s1", ("all", "2022"), {1}) in list(_leaks(world, naive, asked))


@pytest.mark.parametrize("names", [("all",), ("all", "again"), ("all", "of_tested")], ids="+".join)
def test_hiding_only_what_is_small_leaks(names: tuple[str, ...]) -> None:
    asked = district(dict.fromkeys(names, "B"))

    def leaks(world: World) -> bool:
        values = world.values()
        return any(_leaks(world, bare(values, protect(values.lazy(), asked, None).hidden), asked))

    few = settings(deadline=None, max_examples=200)
    assert find(worlds(names, most=4, people=6), leaks, settings=few) is not None


def test_an_attack_that_compares_two_quarters_finds_the_one_who_came_since() -> None:
    asked = district({"all": "B"}, DisclosurePolicy(cumulative=True), calendar="quarter")
    first, second = ("all", "2022-Q1"), ("all", "2022-Q2")
    units = [f"s{k}" for k in range(6)]
    world = World(
        columns=[first, second],
        parent=dict.fromkeys(units, "district"),
        x={(u, q): 10 + (u == "s0" and q == second) for u in units for q in (first, second)},
        n={(u, q): 20 for u in units for q in (first, second)},
        inside=[(second, first)],
    )
    values = world.values()
    apart = protect(values.lazy(), district({"all": "B"}, calendar="quarter"), None)
    assert (None, "s0", {1}) in list(_told_differences(world, apart.values, asked))
    together = protect(values.lazy(), asked, None)
    assert list(_told_differences(world, together.values, asked)) == []


def test_an_attack_that_compares_two_publications_finds_who_came_late() -> None:
    numbers = {f"s{k}": (10 + k, 30) for k in range(8)} | {"s0": (1, 10)}
    asked, world = district({"all": "B"}), flat(numbers | {"late": (2, 10)})
    first = protect(flat(numbers).values().lazy(), asked, None).values
    careless = protect(world.values().lazy(), asked, None).values
    assert (None, "late", ("all", "2022"), {2}) in list(_leaks(world, careless, asked, first))
