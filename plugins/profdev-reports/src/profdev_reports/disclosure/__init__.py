"""Disclosure control: hide small numbers, and whatever else would let a reader reckon them."""

from __future__ import annotations

import polars as pl

from profdev_indicators.frames import ENGINE
from profdev_indicators.model import District
from profdev_indicators.results import Protection
from profdev_reports.disclosure.families import families
from profdev_reports.disclosure.hiding import away, favour
from profdev_reports.disclosure.linear import Meter
from profdev_reports.disclosure.pattern import Cell, settled
from profdev_reports.disclosure.planting import ground, trees
from profdev_reports.disclosure.public import public

__all__ = ["Meter", "protect"]


def protect(
    values: pl.LazyFrame, district: District, published: pl.DataFrame | None, *, meter: Meter | None = None
) -> Protection:
    """VALUES in which nobody can reckon a number about few people, and what was hidden for it.

    Args:
        values: VALUES of every period read, with ``parent`` and ``own``.
        district: whose policy (``publication.disclosure``) and whose classes.
        published: VALUES of the publication before this one.
        meter: told how many linear programs were solved.
    """
    every = values.collect(engine=ENGINE)
    on = ground(every, district, published)
    grown = list(trees(every, on))
    policy, meter = district.publication.disclosure, meter or Meter()
    hopeless: set[Cell] = set()
    last: dict[str, frozenset[str]] = {}
    for family in families(grown, on):
        for tree in family.trees:
            favour(tree, last.get(tree.subject.indicator, frozenset()))
        hopeless |= settled(family, policy, meter)
        last |= {tree.subject.indicator: away(tree) for tree in family.trees}
    return public(every, grown, on, hopeless)
