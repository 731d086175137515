"""The audit of trees that tell of one another, by linear programming: what can a reader reckon from all of them?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from attrs import define, field, frozen
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from profdev_reports.disclosure.families import Family, Link, Spot
from profdev_reports.disclosure.ranges import NOISE
from profdev_reports.disclosure.subjects import BOUNDLESS
from profdev_reports.disclosure.tree import Numbers, Tree, nodes_of

_LOOKS, _SEED = 3, 1  # pairs of solutions to begin with; the same every time

Terms = tuple[tuple[int, float], ...]  # unknowns with their factors


@frozen(kw_only=True)
class Leak:
    """A number, or a difference of two, that some reader can put between bounds too narrow."""

    spot: Spot | None = None
    link: Link | None = None
    low: float
    high: float


@define
class Meter:
    """How many programs were solved."""

    solved: int = 0


@frozen(kw_only=True, eq=False)
class _Target:
    """Something to protect: what it is made of, how wide its range must stay, whose it is."""

    terms: Terms
    constant: float
    need: float
    whole: bool
    units: frozenset[str]  # who needs no protection from it: himself, those above him, those below
    spot: Spot | None = None
    link: Link | None = None


@define(eq=False)
class _System:
    """All that can be written down about the unknown numbers of a family."""

    x: list[float] = field(factory=list)  # what they really are
    low: list[float] = field(factory=list)
    high: list[float] = field(factory=list)
    owners: list[set[str]] = field(factory=list)
    equations: list[Terms] = field(factory=list)
    limits: list[tuple[Terms, float]] = field(factory=list)  # the sum of the terms is at most that
    targets: list[_Target] = field(factory=list)


@define(eq=False)
class Audit:
    """What readers can reckon of one family; the pattern of its trees may change between two looks."""

    family: Family
    meter: Meter
    _natural: dict[Spot | Link | None, float] = field(factory=dict, init=False)
    # Whoever cannot reckon something now cannot do so when more is hidden: nobody asks twice.
    _turn: str = field(default="", init=False)  # the reader to begin with: whoever could reckon something last time
    _safe: set[tuple[str, Spot | Link | None]] = field(factory=set, init=False)

    def leaks(self, given_up: Collection[Spot | Link] = ()) -> Iterator[Leak]:
        """What the first reader who can reckon anything can reckon, in each connected part."""
        system = _system(self.family, given_up)
        parts = _parts(system) if system.targets else []
        for part in sorted(set(parts)):
            members = [v for v, p in enumerate(parts) if p == part]
            targets = [t for t in system.targets if parts[t.terms[0][0]] == part]
            if targets:
                yield from self._leaks_of(system, members, targets)

    def spans(self) -> dict[Spot, tuple[float, float]]:
        """What an outsider can reckon of every guarded number: for whoever wants to compare."""
        system = _system(self.family, ())
        solver = _Solver(system, range(len(system.x)), self.meter)
        return {t.spot: solver.span(t) for t in system.targets if t.spot is not None}

    def _leaks_of(self, system: _System, members: Sequence[int], targets: Sequence[_Target]) -> list[Leak]:
        """All that the first reader can reckon: an outsider, or one who knows his own numbers."""
        solver = _Solver(system, members, self.meter)
        knowers = sorted({unit for v in members for unit in system.owners[v] if unit})
        for knower in sorted(("", *knowers), key=lambda name: (name < self._turn, name)):
            wanted = [t for t in targets if knower not in t.units and (knower, _name(t)) not in self._safe]
            if not wanted:
                continue
            solver.look_around({v: system.x[v] for v in members if knower in system.owners[v]})
            found = [leak for target in wanted if (leak := self._leak(solver, target)) is not None]
            if found:
                self._turn = knower
                return found
            self._safe.update((knower, _name(target)) for target in wanted)
        return []

    def _leak(self, solver: _Solver, target: _Target) -> Leak | None:
        if solver.seen_wide(target):
            return None
        low, high = solver.span(target)
        width = _wide(low, high, whole=target.whole)
        if target.need - width <= NOISE or min(target.need, self._attainable(target)) - width <= NOISE:
            return None
        return Leak(spot=target.spot, link=target.link, low=low, high=high)

    def _attainable(self, wanted: _Target) -> float:
        """How wide the range is for whoever reads nothing at all: no pattern makes it wider."""
        if not self._natural:
            system = _system(self.family, (), nothing_told=True)
            parts = _parts(system)
            for part in sorted(set(parts)):
                solver = _Solver(system, [v for v, p in enumerate(parts) if p == part], self.meter)
                for target in system.targets:
                    if parts[target.terms[0][0]] == part:
                        self._natural[_name(target)] = _wide(*solver.span(target), whole=target.whole)
        return self._natural.get(_name(wanted), wanted.need)


def _name(target: _Target) -> Spot | Link | None:
    return target.spot or target.link


def _system(family: Family, given_up: Collection[Spot | Link], *, nothing_told: bool = False) -> _System:
    """All that is known of a family, by its pattern; or if nothing were told at all."""
    system, unknown = _System(), dict[Spot, int]()
    secret = [np.ones_like(tree.hidden) if nothing_told else tree.secret for tree in family.trees]
    for group in _groups(family):
        first = family.trees[group[0][0]]
        if not all(secret[at][node] for at, node in group):
            continue
        for spot in group:
            unknown[spot] = len(system.x)
        system.x.append(float(first.x[group[0][1]]))
        system.low.append(max(float(family.trees[at].lower[node]) for at, node in group))
        system.high.append(min(float(family.trees[at].upper[node]) for at, node in group))
        system.owners.append({family.trees[at].units[node] for at, node in group})
    for at, tree in enumerate(family.trees):
        system.equations += _equations(tree, at, unknown)
        for node in nodes_of(secret[at] if nothing_told else tree.guarded):
            spot = (at, node)
            if spot in unknown and spot not in given_up and tree.units[node]:
                system.targets.append(_about(tree, spot, unknown[spot], system))
    for link in family.links:
        _tie(system, link, family, unknown, given_up)
    while _drop_idle(system):
        pass
    return system


def _drop_idle(system: _System) -> bool:
    """Leave out a total that is unknown itself and of no other use: it may be anything its children make of it."""
    uses = Counter(v for terms in system.equations for v, _ in terms)
    uses.update(v for terms, _ in system.limits for v, _ in terms)
    uses.update(v for target in system.targets for v, _ in target.terms)
    idle = [
        terms
        for terms in system.equations
        if terms[-1][1] < 0
        and uses[terms[-1][0]] == 1
        and sum(system.low[v] for v, _ in terms[:-1]) >= system.low[terms[-1][0]]
        and sum(system.high[v] for v, _ in terms[:-1]) <= system.high[terms[-1][0]]
    ]
    system.equations = [terms for terms in system.equations if terms not in idle]
    return bool(idle)


def _equations(tree: Tree, at: int, unknown: Mapping[Spot, int]) -> Iterator[Terms]:
    for total in tree.sums:
        terms = [(unknown[at, int(child)], 1.0) for child in tree.children[total] if (at, int(child)) in unknown]
        if (at, total) in unknown:
            terms.append((unknown[at, total], -1.0))
        if terms:
            yield tuple(terms)


def _about(tree: Tree, spot: Spot, v: int, system: _System) -> _Target:
    return _Target(
        terms=((v, 1.0),),
        constant=0.0,
        need=min(float(tree.need[spot[1]]), system.high[v] - system.low[v]),
        whole=tree.whole,
        units=_kin(tree, spot[1]),
        spot=spot,
    )


def _kin(tree: Tree, node: int) -> frozenset[str]:
    others = nodes_of(tree.above[node] | tree.above[:, node])
    return frozenset({tree.units[node], *(tree.units[other] for other in others)})


def _groups(family: Family) -> Iterator[Sequence[Spot]]:
    """Numbers which are one unknown."""
    together = {spot: group for group in family.equal for spot in group}
    done: set[Spot] = set()
    for at, tree in enumerate(family.trees):
        for node in range(len(tree.units)):
            group = together.get((at, node), ((at, node),))
            if (at, node) not in done:
                done.update(group)
                yield group


def _tie(
    system: _System, link: Link, family: Family, unknown: dict[Spot, int], given_up: Collection[Spot | Link]
) -> None:
    """A part is no more than its whole, and the difference no more than there can be."""
    terms, constant = [], 0.0
    for spot, sign in ((link.whole, 1.0), (link.part, -1.0)):
        if spot in unknown:
            terms.append((unknown[spot], sign))
        else:
            constant += sign * float(family.trees[spot[0]].x[spot[1]])
    if not terms or (len(terms) == 2 and terms[0][0] == terms[1][0]):  # noqa: PLR2004 - one and the same unknown
        return
    if link.own:
        system.limits.append((tuple((v, -sign) for v, sign in terms), constant))
        if link.most < BOUNDLESS:
            system.limits.append((tuple(terms), link.most - constant))
    if link.need > 0 and link not in given_up:
        trees = [family.trees[spot[0]] for spot in (link.whole, link.part)]
        system.targets.append(
            _Target(
                terms=tuple(terms),
                constant=constant,
                need=link.need,
                whole=all(tree.whole for tree in trees),
                units=_kin(trees[0], link.whole[1]),
                link=link,
            )
        )


def _parts(system: _System) -> list[int]:
    """Which unknowns hang together."""
    ties = [*system.equations, *(terms for terms, _ in system.limits), *(target.terms for target in system.targets)]
    first = [terms[0][0] for terms in ties for _ in terms]
    other = [v for terms in ties for v, _ in terms]
    count = len(system.x)
    graph = csr_array((np.ones(len(first)), (first, other)), shape=(count, count))
    return [int(part) for part in connected_components(graph, directed=False)[1]]


def _wide(low: float, high: float, *, whole: bool) -> float:
    return float(np.floor(high + NOISE) - np.ceil(low - NOISE)) if whole else high - low


class _Solver:
    """Programs over one connected part; remembers the solutions of one reader, for they bound ranges from within."""

    def __init__(self, system: _System, members: Sequence[int], meter: Meter) -> None:
        self._place = {v: at for at, v in enumerate(members)}
        self._meter = meter
        self._anybody = np.array([(system.low[v], system.high[v]) for v in members], dtype=np.float64)
        self._bounds = self._anybody
        here = self._place.keys()
        self._equations = self._matrix([t for t in system.equations if t[0][0] in here])
        real = np.array([system.x[v] for v in members], dtype=np.float64)
        self._sums = None if self._equations is None else self._equations @ real
        limits = [(terms, most) for terms, most in system.limits if terms[0][0] in here]
        self._limits = self._matrix([terms for terms, _ in limits])
        self._mosts = np.array([most for _, most in limits]) if limits else None
        self._points: list[Numbers] = []

    def look_around(self, own: Mapping[int, float]) -> None:
        """Become another reader, who knows these unknowns; see what some solutions far apart look like."""
        self._bounds, self._points = self._anybody.copy(), []
        for v, x in own.items():
            self._bounds[self._place[v]] = x
        # Any directions would do: most ranges are seen to be wide at once and need no programs of their own.
        directions = np.random.default_rng(_SEED).uniform(-1.0, 1.0, (_LOOKS, len(self._place)))
        for direction in directions:
            for sign in (1.0, -1.0):
                self._solve(sign * direction)

    def seen_wide(self, target: _Target) -> bool:
        """Whether two solutions are already as far apart as they should be."""
        found = [self._at(target, point) for point in self._points]
        return bool(found) and target.need - _wide(min(found), max(found), whole=target.whole) <= NOISE

    def span(self, target: _Target) -> tuple[float, float]:
        """Least and greatest."""
        costs = np.zeros(len(self._place))
        for v, factor in target.terms:
            costs[self._place[v]] += factor
        low, high = (self._solve(sign * costs) for sign in (1.0, -1.0))
        return self._at(target, low), self._at(target, high)

    def _at(self, target: _Target, point: Numbers) -> float:
        return target.constant + sum(factor * float(point[self._place[v]]) for v, factor in target.terms)

    def _solve(self, costs: Numbers) -> Numbers:
        self._meter.solved += 1
        answer = linprog(
            costs,
            A_ub=self._limits,
            b_ub=self._mosts,
            A_eq=self._equations,
            b_eq=self._sums,
            bounds=[(float(low), float(high)) for low, high in self._bounds],
            method="highs",
        )
        point = np.asarray(answer.x, dtype=np.float64)  # the real numbers are a solution, and every range has ends
        self._points.append(point)
        return point

    def _matrix(self, rows: Sequence[Terms]) -> Numbers | None:
        if not rows:
            return None
        matrix = np.zeros((len(rows), len(self._place)))
        for row, terms in enumerate(rows):
            for v, factor in terms:
                matrix[row, self._place[v]] += factor
        return matrix
