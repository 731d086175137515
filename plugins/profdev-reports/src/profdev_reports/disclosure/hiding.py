"""The pattern of one tree: what else has to be hidden so that nobody reckons what is hidden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import frozen

from profdev_reports.disclosure.ranges import NOISE, lacking
from profdev_reports.disclosure.tree import Tree, nodes_of


@frozen(kw_only=True)
class Option:
    """Nodes that may be hidden together for the sake of others, and the room it gives them."""

    nodes: tuple[int, ...]
    up: float  # by how much the greatest possible value of the others grows
    down: float  # by how much the least possible one falls
    order: tuple[bool, float, str]  # what was hidden before, then the smallest, comes first


def settle(tree: Tree, minimum: int) -> frozenset[int]:
    """Hide until nobody can reckon anything; what is beyond help is the answer."""
    hopeless: set[int] = set()
    while True:
        gaps, _, low, high = lacking(tree, tree.secret, tree.guarded & ~_marked(tree, hopeless))
        reader, node = (int(k) for k in np.unravel_index(int(np.argmax(gaps)), gaps.shape))
        if gaps[reader, node] > NOISE:
            if not widen(tree, node, low=float(low[reader, node]), high=float(high[reader, node])):
                hopeless.add(node)
        elif not _too_few(tree, minimum, hopeless):
            return frozenset(hopeless)


def widen(tree: Tree, node: int, *, low: float, high: float, sure: bool = True) -> bool:
    """Hide one thing more so that the range of ``node`` grows; false: there is nothing left to hide.

    Args:
        tree: whose pattern grows.
        node: the number a reader knows too well.
        low: the least it can be for him.
        high: the greatest.
        sure: hide a total at once where hiding all below it would not be enough; false: do not ask.
    """
    top = node
    while (group := tree.group(top)) >= 0:
        top = group
        if not tree.secret[top]:
            break
    offers = list(options(tree, top))
    if offers and (not sure or _enough(tree, node, offers)):
        hide(tree, _best(offers, tree, node, low=low, high=high).nodes)
        return True
    if hideable(tree, top):
        hide(tree, (top,))
        return True
    return False


def options(tree: Tree, total: int) -> Iterator[Option]:
    """What may still be hidden below a total."""
    for child in tree.children[total]:
        if len(tree.children[child]):
            if tree.hidden[child] or hideable(tree, child):
                more = () if tree.hidden[child] else (int(child),)
                for option in options(tree, child):
                    yield Option(nodes=(*more, *option.nodes), up=option.up, down=option.down, order=option.order)
        elif not tree.hidden[child] and tree.spare[child]:
            x, n = float(tree.x[child]), float(tree.n[child])
            yield Option(
                nodes=(int(child),),
                up=x - float(tree.lower[child]),
                down=float(tree.upper[child]) - x,
                order=(not tree.favoured[child], x if np.isnan(n) else n, tree.units[child]),
            )


def favour(tree: Tree, units: frozenset[str]) -> None:
    """Hide these units first where others have to be hidden: those hidden a period ago, so that the pattern is steady.

    Later periods never decide about earlier ones: what is published once stays as it is when years are added.
    """
    tree.favoured = np.array([unit in units for unit in tree.units], dtype=np.bool_)


def away(tree: Tree) -> frozenset[str]:
    """The units whose numbers are hidden."""
    return frozenset(tree.units[node] for node in nodes_of(tree.hidden))


def hideable(tree: Tree, node: int) -> bool:
    """Whether hiding it would hide anything: an earlier publication cannot be taken back."""
    return bool(tree.units[node]) and not tree.hidden[node] and not tree.known[node]


def hide(tree: Tree, nodes: Sequence[int]) -> None:
    """Hide them."""
    tree.hidden[list(nodes)] = True


def _marked(tree: Tree, nodes: set[int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    marks = np.zeros(len(tree.units), dtype=np.bool_)
    marks[list(nodes)] = True
    return marks


def _too_few(tree: Tree, minimum: int, hopeless: set[int]) -> bool:
    """Mend one published total that hides fewer than it must; false: there is none."""
    secret = tree.secret
    free = secret & (tree.upper > tree.lower)
    for total in tree.sums:
        below = tree.children[total]
        hiding = int(free[below].sum())
        if not tree.units[total] or secret[total] or not 0 < hiding < minimum or total in hopeless:
            continue
        offers = [offer for offer in options(tree, total) if not tree.hidden[offer.nodes[0]]]
        if hiding + len({offer.nodes[0] for offer in offers}) >= minimum:
            hide(tree, min(offers, key=lambda offer: offer.order).nodes)
            return True
        if hideable(tree, total):
            hide(tree, (total,))
            return True
        hopeless.add(total)
    return False


def _enough(tree: Tree, node: int, offers: Sequence[Option]) -> bool:
    """Whether the range of a node would be wide enough if everything on offer were hidden."""
    trial = tree.secret
    trial[[node for offer in offers for node in offer.nodes]] = True
    target = np.zeros(len(tree.units), dtype=np.bool_)
    target[node] = True
    return float(lacking(tree, trial, target)[0].max()) <= NOISE


def _best(offers: Sequence[Option], tree: Tree, node: int, *, low: float, high: float) -> Option:
    """The one that leaves the least to be done; of several, the first in order."""
    above, below = float(tree.upper[node]) - high, low - float(tree.lower[node])
    lacks = float(tree.need[node]) - (high - low)

    def left(offer: Option) -> float:
        return max(0.0, lacks - min(above, offer.up) - min(below, offer.down))

    return min(offers, key=lambda offer: (left(offer), offer.order))
