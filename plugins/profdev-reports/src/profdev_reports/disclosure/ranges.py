"""Between which bounds a reader can put each number of one tree: a closed form, no solver.

A tree of sums is solved exactly by passing bounds up and down it once: what the children can be bounds their total,
what is left of the total bounds each child. For one published total this is the well-known
``total − what the others can be at most … total − what they are at least``. For whole numbers the same bounds hold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from profdev_reports.disclosure.tree import Marks, Numbers, Tree

NOISE = 1e-6


def ranges(tree: Tree, secret: Marks, knowers: Sequence[int]) -> tuple[Numbers, Numbers]:
    """Least and greatest, a row for an outsider and one more for each knower: a node whose own number he knows."""
    rows = 1 + len(knowers)
    low = np.tile(np.where(secret, tree.lower, tree.x), (rows, 1))
    high = np.tile(np.where(secret, tree.upper, tree.x), (rows, 1))
    at, nodes = np.arange(1, rows), np.asarray(knowers, dtype=np.int64)
    low[at, nodes] = high[at, nodes] = tree.x[nodes]
    for total in tree.sums:
        below = tree.children[total]
        low[:, total] = np.maximum(low[:, total], low[:, below].sum(axis=1))
        high[:, total] = np.minimum(high[:, total], high[:, below].sum(axis=1))
    for total in reversed(tree.sums):
        below = tree.children[total]
        least, most = low[:, below], high[:, below]
        others_least = least.sum(axis=1, keepdims=True) - least
        others_most = most.sum(axis=1, keepdims=True) - most
        low[:, below] = np.maximum(least, low[:, [total]] - others_most)
        high[:, below] = np.minimum(most, high[:, [total]] - others_least)
    return low, high


def width(low: Numbers, high: Numbers, *, whole: bool) -> Numbers:
    """How wide the ranges are; of whole numbers, from the least whole one to the greatest."""
    if whole:
        return np.floor(high + NOISE) - np.ceil(low - NOISE)
    return high - low


def lacking(tree: Tree, secret: Marks, targets: Marks) -> tuple[Numbers, Sequence[int], Numbers, Numbers]:
    """How much too narrow each range is (a row for each reader, −1 where it does not matter), who the readers are.

    Nobody is protected from himself, nor from those above him, who have his number anyway; and what somebody learns of
    a total above him beyond his own number are the others, who are looked at themselves.
    """
    knowers = np.flatnonzero(secret & (tree.upper > tree.lower))
    low, high = ranges(tree, secret, knowers.tolist())
    gaps = tree.need - width(low, high, whole=tree.whole)
    gaps[:, ~targets] = -1.0
    if len(knowers):
        rows = gaps[1:]
        rows[np.arange(len(knowers)), knowers] = -1.0
        rows[tree.above[knowers]] = -1.0
        rows[tree.above.T[knowers]] = -1.0
    return gaps, [-1, *knowers.tolist()], low, high
