"""The pattern of a family: hide small differences, settle each tree, audit them together, until nothing leaks."""

from __future__ import annotations

from collections.abc import Iterator

from profdev_indicators.model import DisclosurePolicy
from profdev_reports.disclosure.families import Family, Link, Spot
from profdev_reports.disclosure.hiding import hide, hideable, settle, widen
from profdev_reports.disclosure.linear import Audit, Leak, Meter
from profdev_reports.disclosure.tree import Tree

Cell = tuple[str, str, str]  # unit, period, indicator


def settled(family: Family, policy: DisclosurePolicy, meter: Meter) -> frozenset[Cell]:
    """Cells that stay hidden but could not be protected; all others of the family are safe now."""
    audit = Audit(family=family, meter=meter) if len(family.trees) > 1 else None
    given_up: set[Spot | Link] = set()
    while True:
        hopeless: set[Spot | Link] = set(_settle_each(family, policy.minimum_hidden))
        found = list(audit.leaks(given_up | hopeless)) if audit is not None else []
        if not found:
            break
        given_up.update(target for leak in found if (target := leak.spot or leak.link) and not _mend(family, leak))
    if audit is not None and (given_up or hopeless):
        hopeless = _still_leaking(audit)
    return frozenset(cell for target in hopeless for cell in _cells(family, target))


def _still_leaking(audit: Audit) -> set[Spot | Link]:
    """What was given up may have become safe by what was hidden later."""
    found: set[Spot | Link] = set()
    while more := [target for leak in audit.leaks(found) if (target := leak.spot or leak.link)]:
        found.update(more)
    return found


def _cells(family: Family, target: Spot | Link) -> Iterator[Cell]:
    for at, node in (target.whole, target.part) if isinstance(target, Link) else (target,):
        tree = family.trees[at]
        if tree.units[node]:
            yield tree.units[node], tree.period, tree.subject.indicator


def _settle_each(family: Family, minimum: int) -> frozenset[Spot]:
    while True:
        _share(family)
        hopeless: set[Spot] = set()
        for at, tree in enumerate(family.trees):
            hopeless.update((at, node) for node in settle(tree, minimum))
        if not _share(family) and not _separate(family):
            return frozenset(hopeless)


def _share(family: Family) -> bool:
    """One number hidden in one place is hidden in all; true: the trees know something new."""
    changed = False
    for group in family.equal:
        guarded = any(family.trees[at].hidden[node] and family.trees[at].protect for at, node in group)
        for at, node in group:
            if guarded and not family.trees[at].hidden[node]:
                hide(family.trees[at], (node,))
                changed = True
        for at, node in group:
            told = any(not family.trees[a].hidden[n] for a, n in group if (a, n) != (at, node))
            changed |= bool(family.trees[at].revealed[node]) != told
            family.trees[at].revealed[node] = told
    return changed


def _separate(family: Family) -> bool:
    """Hide one of each two numbers whose difference says too much; true: something was hidden."""
    changed = False
    for link in family.links:
        told = not any(family.trees[at].hidden[node] for at, node in (link.whole, link.part))
        changed |= link.need > 0 and told and _hide_one(family, link)
    return changed


def _hide_one(family: Family, link: Link) -> bool:
    """The part, or what came later; what an earlier publication tells is of no use."""
    whole, part = family.trees[link.whole[0]], family.trees[link.part[0]]
    later = whole.subject.indicator == part.subject.indicator
    for at, node in (link.whole, link.part) if later else (link.part, link.whole):
        if hideable(family.trees[at], node):
            hide(family.trees[at], (node,))
            return True
    return False


def _mend(family: Family, leak: Leak) -> bool:
    """Hide one thing more; false: there is nothing left to hide.

    What tells the number may stand in another tree: then its unit is looked for there, and at last any total is hidden.
    """
    if leak.link is not None and _hide_one(family, leak.link):
        return True
    spots = [leak.link.part, leak.link.whole] if leak.link is not None else [leak.spot] if leak.spot is not None else []
    units = {family.trees[at].units[node] for at, node in spots}
    elsewhere = [(at, tree.place[unit]) for at, tree in enumerate(family.trees) for unit in units if unit in tree.place]
    for at, node in dict.fromkeys((*spots, *elsewhere)):
        tree = family.trees[at]
        low, high = (leak.low, leak.high) if (at, node) == leak.spot else (tree.lower[node], tree.lower[node])
        if widen(tree, node, low=float(low), high=float(high), sure=False):
            return True
    return any(_hide_total(tree) for tree in family.trees)


def _hide_total(tree: Tree) -> bool:
    for total in tree.sums:
        if hideable(tree, total) and tree.secret[tree.children[total]].any():
            hide(tree, (total,))
            return True
    return False
