"""Trees that tell of one another: the same people in two indicators, a part and its whole, a year that grows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import attrs
import numpy as np
from attrs import frozen

from profdev_indicators.model import DisclosurePolicy, District
from profdev_indicators.periods import Period
from profdev_reports.disclosure.planting import Ground
from profdev_reports.disclosure.ranges import NOISE
from profdev_reports.disclosure.subjects import BOUNDLESS, Subject
from profdev_reports.disclosure.tree import Tree, nodes_of

Spot = tuple[int, int]  # the number of a tree in its family, and a node of it


@frozen(kw_only=True)
class Link:
    """A number and its part: whoever knows both knows the difference, and it is about people too."""

    whole: Spot
    part: Spot
    most: float  # the greatest difference there can be
    need: float  # how wide its range has to stay; zero: it may be known
    own: bool  # it is one organisation's: for totals the same follows from those below


@frozen(kw_only=True, eq=False)
class Family:
    """Trees, and which of their numbers are equal or differ by a number about people."""

    trees: Sequence[Tree]
    equal: Sequence[Sequence[Spot]]
    links: Sequence[Link]


@frozen(kw_only=True)
class _Pair:
    """Two trees of which one is about a part of what the other is about."""

    whole: int
    part: int
    later: bool  # the whole is the same indicator, later in the year
    narrower: bool  # the part's denominator is a part of the whole's


def families(trees: Sequence[Tree], on: Ground) -> Iterator[Family]:
    """Trees that have to be looked at together; most stand alone."""
    every = [*trees, *_denominators(trees, on.district)]
    pairs = list(_pairs(every, on.district))
    twins = [group for group in _by_items(every).values() if len(group) > 1]
    joined = [{pair.whole, pair.part} for pair in pairs] + [set(group) for group in twins]
    joined += [{number, _holder(every, number)} for number in range(len(trees), len(every))]
    for members in _components(len(every), joined):
        place = {number: at for at, number in enumerate(members)}
        if len(members) == 1:
            yield Family(trees=[every[members[0]]], equal=(), links=())
            continue
        yield Family(
            trees=[every[number] for number in members],
            equal=[
                spots
                for group in twins
                if group[0] in place
                for spots in _equal([(place[number], every[number]) for number in group])
            ],
            links=[
                link
                for pair in pairs
                if pair.whole in place
                for link in _links(pair, place, every, on.district.publication.disclosure)
            ],
        )


def _holder(trees: Sequence[Tree], number: int) -> int:
    """The tree whose pattern another one shares."""
    return next(at for at, tree in enumerate(trees) if tree.hidden is trees[number].hidden)


def _denominators(trees: Sequence[Tree], district: District) -> Iterator[Tree]:
    """Denominators that are themselves numbers about some of the people, as trees with the pattern of their tree.

    A denominator which another indicator counts, and one of a sensitive indicator which counts a part of somebody.
    """
    counted = {(tree.subject.counted, tree.period): tree.subject for tree in trees if tree.subject.counted}
    for tree in trees:
        among = tree.subject.among
        other = counted.get((among, tree.period)) if among else None
        sensitive = tree.subject.disclosure == "C" and any(district.items[item].at_most for item in among)
        if other is None and not sensitive:
            continue
        subject = attrs.evolve(tree.subject, counted=among, among=frozenset(), kind="count", per_person=1.0)
        x = np.where(np.isnan(tree.n), 0.0, tree.n)
        sums = np.array([not unit for unit in tree.units])
        for node in nodes_of(sums):
            x[node] = x[tree.children[int(node)]].sum()
        if any(abs(float(x[t]) - float(x[tree.children[t]].sum())) > NOISE for t in tree.sums):
            continue  # the denominator has those in it who were silent: it is no sum of numbers that are told
        yield attrs.evolve(
            tree,
            subject=subject,
            x=x,
            n=np.full(len(x), np.nan),
            lower=np.where(sums, x, 0.0),
            upper=np.where(sums, x, BOUNDLESS),
            need=np.where(sums, 0.0, float(subject.threshold)),
            protect=other is None,
            revealed=np.zeros(len(x), dtype=np.bool_),
            hidden=tree.hidden,
        )


def _by_items(trees: Sequence[Tree]) -> Mapping[tuple[frozenset[str], str], list[int]]:
    """Trees which add up the same fields in the same period."""
    found: dict[tuple[frozenset[str], str], list[int]] = {}
    for number, tree in enumerate(trees):
        if tree.subject.counted:
            found.setdefault((tree.subject.counted, tree.period), []).append(number)
    return found


def _pairs(trees: Sequence[Tree], district: District) -> Iterator[_Pair]:
    declared = {(each.whole, each.part) for each in district.publication.disclosure.differences}
    by_period: dict[str, list[int]] = {}
    for number, tree in enumerate(trees):
        by_period.setdefault(tree.period, []).append(number)
    for numbers in by_period.values():
        for a, b in combinations(numbers, 2):
            for whole, part in ((a, b), (b, a)):
                one, other = trees[whole], trees[part]
                if not (one.protect and other.protect):
                    continue
                names = (one.subject.indicator, other.subject.indicator)
                if names in declared or _contains(one.subject.counted, other.subject.counted, district):
                    narrower = _contains(one.subject.among, other.subject.among, district)
                    yield _Pair(whole=whole, part=part, later=False, narrower=narrower)
    if district.publication.disclosure.cumulative:
        yield from _growing(trees, district)


def _growing(trees: Sequence[Tree], district: District) -> Iterator[_Pair]:
    series: dict[str, list[tuple[Period, int]]] = {}
    for number, tree in enumerate(trees):
        if tree.subject.kind != "score" and tree.protect:
            at = Period.parse(tree.period, district.calendar)
            series.setdefault(f"{tree.subject.indicator} {sorted(tree.subject.counted)}", []).append((at, number))
    for line in series.values():
        for (earlier, part), (later, whole) in zip(sorted(line), sorted(line)[1:], strict=False):
            if earlier.end.year == later.end.year and later.previous == earlier:
                yield _Pair(whole=whole, part=part, later=True, narrower=False)


def _contains(whole: frozenset[str], part: frozenset[str], district: District) -> bool:
    """Whether the sum of some fields is a part of the sum of others, by the questions themselves."""
    if not whole or not part or whole == part:
        return False
    return all(item in whole or any(up in whole for up in _up(item, district)) for item in part) and (
        part < whole or len(part) == 1
    )


def _up(item: str, district: District) -> Iterator[str]:
    """Fields that are at least as great, the nearest first."""
    seen = {item}
    greater = district.items[item].at_most if item in district.items else None
    while greater is not None and greater not in seen:
        yield greater
        seen.add(greater)
        greater = district.items[greater].at_most


def _components(count: int, joined: Iterable[set[int]]) -> list[list[int]]:
    root = list(range(count))

    def find(number: int) -> int:
        while root[number] != number:
            root[number] = root[root[number]]
            number = root[number]
        return number

    for group in joined:
        first, *others = sorted(group)
        for other in others:
            root[find(other)] = find(first)
    found: dict[int, list[int]] = {}
    for number in range(count):
        found.setdefault(find(number), []).append(number)
    return list(found.values())


def _equal(trees: Sequence[tuple[int, Tree]]) -> Iterator[Sequence[Spot]]:
    """Numbers which trees share: of organisations, and of totals which are the same sum."""
    spots: dict[tuple[str, frozenset[str]], list[Spot]] = {}
    for at, tree in trees:
        for unit, node in tree.place.items():
            spots.setdefault((unit, _below(tree, node)), []).append((at, node))
    yield from (group for group in spots.values() if len(group) > 1)


def _below(tree: Tree, node: int) -> frozenset[str]:
    """Who is in a sum: sums of others are other numbers."""
    return frozenset(tree.units[other] for other in nodes_of(tree.above[node]) if tree.units[other])


def _links(pair: _Pair, place: Mapping[int, int], trees: Sequence[Tree], policy: DisclosurePolicy) -> Iterator[Link]:
    whole, part = trees[pair.whole], trees[pair.part]
    for unit, node in whole.place.items():
        other = part.place.get(unit)
        if other is None or whole.x[node] < part.x[other] - NOISE or _below(whole, node) != _below(part, other):
            continue
        most = _most(pair, whole, node, part, other)
        difference = float(whole.x[node] - part.x[other])
        small = _small(difference, most, pair, max(whole.subject, part.subject, key=_strictness), policy)
        threshold = max(whole.subject.threshold, part.subject.threshold)
        yield Link(
            whole=(place[pair.whole], node),
            part=(place[pair.part], other),
            most=most,
            need=min(float(threshold), most) if small else 0.0,
            own=not len(whole.children[node]),
        )


def _strictness(subject: Subject) -> str:
    return subject.disclosure


def _most(pair: _Pair, whole: Tree, node: int, part: Tree, other: int) -> float:
    if pair.narrower and whole.n[node] - part.n[other] >= whole.x[node] - part.x[other] - NOISE:
        return float(whole.n[node] - part.n[other])
    return float(whole.upper[node])


def _small(difference: float, most: float, pair: _Pair, subject: Subject, policy: DisclosurePolicy) -> bool:
    if pair.later:  # how many came since says something of few people if it is few
        return 0 < difference < subject.threshold
    if pair.narrower and 0 < most < policy.minimum_denominator:
        return True
    if subject.disclosure == "C" and pair.narrower and (difference <= 0 or difference >= most):
        return most > 0
    rest = most - difference if pair.narrower else float(subject.threshold)
    return 0 < difference < subject.threshold or 0 < rest < subject.threshold
