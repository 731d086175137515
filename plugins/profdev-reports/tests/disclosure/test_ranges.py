"""The closed form says what the solver says, and both say what trying every number says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from hypothesis import given, settings

from attacking import Attack, World
from disclosing import district, flat, policies, worlds
from profdev_indicators.model import DisclosurePolicy, District
from profdev_reports.disclosure import protect
from profdev_reports.disclosure.families import Family
from profdev_reports.disclosure.linear import Audit, Meter
from profdev_reports.disclosure.planting import ground, trees
from profdev_reports.disclosure.ranges import ranges
from profdev_reports.disclosure.tree import Tree


def _grown(world: World, asked: District) -> Iterator[Tree]:
    values = world.values()
    hidden = set(protect(values.lazy(), asked, None).hidden.select("unit", "indicator").iter_rows())
    for tree in trees(values, ground(values, asked, None)):
        tree.hidden |= np.array([(unit, tree.subject.indicator) in hidden for unit in tree.units], dtype=np.bool_)
        yield tree


@given(world=worlds(["all"]), policy=policies())
@settings(deadline=None)
def test_the_closed_form_is_what_linear_programming_says(world: World, policy: DisclosurePolicy) -> None:
    for tree in _grown(world, district({"all": "B"}, policy)):
        low, high = ranges(tree, tree.secret, [])
        solved = Audit(family=Family(trees=[tree], equal=(), links=()), meter=Meter()).spans()
        for (_, node), span in solved.items():
            np.testing.assert_allclose((low[0, node], high[0, node]), span, atol=1e-6)


@given(world=worlds(["all"]), policy=policies())
@settings(deadline=None)
def test_the_closed_form_is_what_trying_every_number_says(world: World, policy: DisclosurePolicy) -> None:
    asked = district({"all": "B"}, policy)
    published = protect(world.values().lazy(), asked, None).values
    tried = {unit: (min(found), max(found)) for unit, _, found in Attack.on(world, published).recovered()}
    for tree in _grown(world, asked):
        low, high = ranges(tree, tree.secret, [])
        told = {unit: (low[0, tree.place[unit]], high[0, tree.place[unit]]) for unit in tried}
        assert told == tried


FOUR = {"s1": (1, 20), "s2": (2, 20), "s3": (3, 20), "s4": (12, 20)}


def _widths(hidden: set[str]) -> dict[str | None, float]:
    """How narrow the narrowest range is: for an outsider, and for each of those hidden."""
    values = flat(FOUR).values()
    (tree,) = trees(values, ground(values, district({"all": "B"}), None))
    tree.hidden = np.array([unit in hidden for unit in tree.units], dtype=np.bool_)
    nodes = [tree.place[unit] for unit in sorted(hidden)]
    low, high = ranges(tree, tree.secret, nodes)
    found: dict[str | None, float] = {}
    for row, knower in enumerate([None, *sorted(hidden)]):
        others = [node for node in nodes if tree.units[node] != knower]
        found[knower] = float((high - low)[row, others].min())
    return found


def test_the_page_about_disclosure_reckons_right() -> None:
    assert _widths({"s1", "s2", "s3"}) == {None: 6, "s1": 5, "s2": 4, "s3": 3}
    assert _widths({"s1", "s2", "s3", "s4"}) == {None: 18, "s1": 17, "s2": 16, "s3": 15, "s4": 6}


def test_the_pattern_is_that_of_the_page() -> None:
    hidden = protect(flat(FOUR).values().lazy(), district({"all": "B"}), None).hidden
    assert set(hidden["unit"]) == {"s1", "s2", "s3", "s4"}
