"""One indicator in one period: numbers of organisations and the totals they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import attrs
import numpy as np
import numpy.typing as npt

from profdev_reports.disclosure.subjects import Subject

Numbers = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


@attrs.define(kw_only=True, eq=False, slots=False)
class Tree:
    """Nodes are the units with a value, and sums that an earlier publication has told; arrays are parallel.

    Only ``hidden`` and ``revealed`` change, while the pattern is looked for.
    """

    subject: Subject
    period: str
    units: Sequence[str]  # empty: a sum that an earlier publication tells, no cell of its own
    parent: npt.NDArray[np.int64]  # the node it is added to; −1: nowhere
    adds_up: Marks  # it is the sum of its children
    x: Numbers
    n: Numbers  # NaN for a count
    lower: Numbers  # what everybody knows of a hidden number
    upper: Numbers
    need: Numbers  # how wide its range has to stay
    primary: Marks  # it says too much itself
    known: Marks  # an earlier publication tells it
    spare: Marks  # may be hidden for the sake of others
    favoured: Marks  # was hidden in the period before: hidden for the sake of others first
    whole: bool  # numbers are whole
    protect: bool = True  # its numbers need protection themselves; false: they only tell something of others
    hidden: Marks
    revealed: Marks  # somebody else's open number tells it

    @cached_property
    def children(self) -> Sequence[npt.NDArray[np.int64]]:
        """The nodes that a node adds up."""
        nodes: list[list[int]] = [[] for _ in self.units]
        for node, parent in enumerate(self.parent):
            if parent >= 0 and self.adds_up[parent]:
                nodes[parent].append(node)
        return [np.array(each, dtype=np.int64) for each in nodes]

    @cached_property
    def sums(self) -> Sequence[int]:
        """Nodes that add up others, those below before those above."""
        return sorted((t for t in range(len(self.units)) if len(self.children[t])), key=self._depth, reverse=True)

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Where a unit stands."""
        return {unit: node for node, unit in enumerate(self.units) if unit}

    @cached_property
    def above(self) -> Marks:
        """``above[a, b]``: a adds up b, directly or not."""
        marks = np.zeros((len(self.units), len(self.units)), dtype=np.bool_)
        for total in self.sums:
            for child in self.children[total]:
                marks[total, child] = True
                marks[total] |= marks[child]
        return marks

    @property
    def secret(self) -> Marks:
        """What a reader does not know."""
        return self.hidden & ~self.known & ~self.revealed

    @property
    def guarded(self) -> Marks:
        """What a reader may not reckon: numbers of organisations, and totals that are hidden for what they say."""
        alone = np.array([not len(children) for children in self.children], dtype=np.bool_)
        return self.secret & (alone | self.primary) & (self.upper > self.lower) & self.protect

    def group(self, node: int) -> int:
        """The total a node is added to; −1: none."""
        parent = int(self.parent[node])
        return parent if parent >= 0 and self.adds_up[parent] else -1

    def _depth(self, node: int) -> int:
        depth, at = 0, node
        while (at := self.group(at)) >= 0:
            depth += 1
        return depth


def nodes_of(marks: Marks) -> list[int]:
    """The nodes that are marked."""
    return [int(node) for node in np.flatnonzero(marks)]
