"""Units as a person looks for them: the district, then each unit above, then its organisations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import polars as pl

from profdev_indicators.results import Monitoring


def in_order(monitoring: Monitoring) -> tuple[str, ...]:
    """Ids of all units: parents before their children, children as the roster lists them."""
    last = monitoring.roster.group_by("id", maintain_order=True).agg(pl.col("parent").last())
    children: defaultdict[str | None, list[str]] = defaultdict(list)
    for unit, parent in last.select("id", "parent").iter_rows():
        children[parent if unit != monitoring.root else None].append(unit)
    rooted = [monitoring.root, *(unit for unit in children[None] if unit != monitoring.root)]
    ordered = dict.fromkeys(_descend(rooted, children))
    # What hangs under a unit that the roster lacks is printed all the same.
    return tuple(dict.fromkeys((*ordered, *last["id"], *monitoring.values["unit"].unique(maintain_order=True))))


def _descend(units: Sequence[str], children: dict[str | None, list[str]]) -> Iterator[str]:
    waiting = list(reversed(units))
    seen = set[str]()
    while waiting:
        unit = waiting.pop()
        if unit not in seen:
            seen.add(unit)
            yield unit
            waiting.extend(reversed(children.get(unit, ())))
