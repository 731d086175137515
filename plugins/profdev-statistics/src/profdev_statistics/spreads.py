"""How much organisations truly differ, chance taken away, and whether they differ more than a period ago.

Sums over organisations are all that is needed, so that a shuffling of the two periods is one product of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SEED = 10
_AT_ONCE = 400_000  # coins of a block of shufflings: what a processor keeps at hand
_HAIR = 1e-9


@frozen(kw_only=True, eq=False)
class Widening:
    """Two periods of the same organisations; standard deviations in percentage points."""

    before: float
    now: float
    p_value: float  # how often so great a rise, or a greater one, comes out if the two periods are interchangeable
    chance: float  # how often such a shuffling would meet all conditions of the rule

    @property
    def rise(self) -> float:
        """In percentage points."""
        return self.now - self.before


def between(x: Floats, n: Floats) -> float:
    """The standard deviation of the organisations' true shares, in percentage points, by moments; 0: chance alone.

    The weighted estimate of :class:`profdev_statistics.pooling.Pooled`: (Σn(p − P)² − (I − 1)P(1 − P)) /
    (Σn − Σn²/Σn − (I − 1)).
    """
    return float(_deviations(_moments(x, n).sum(axis=0), len(x)))


def widening(
    *, before: Floats, of_before: Floats, now: Floats, of_now: Floats, points: float, alpha: float, draws: int
) -> Widening:
    """Whether the same organisations differ more than they did.

    In every draw a fair coin says of each organisation whether its two periods change places; the sample of coins is
    fixed. The rise as it happened counts as one of the draws, so the least p-value is 1 / (draws + 1).

    Args:
        before: those counted in the earlier period, an element an organisation.
        of_before: out of how many.
        now: those counted in the later period.
        of_now: out of how many.
        points: the rise, in percentage points, from which on it matters.
        alpha: the p-value up to which it is no chance.
        draws: how many shufflings.
    """
    earlier, later = _moments(before, of_before), _moments(now, of_now)
    members, sums, moved = len(before), (earlier.sum(axis=0), later.sum(axis=0)), later - earlier
    was, has = (float(_deviations(each, members)) for each in sums)
    # Not «@»: threads of a linear algebra library would change the last digits, and wait for one another.
    columns = np.ascontiguousarray(moved.T)
    exchanged = np.concatenate([np.einsum("ij,kj->ik", coins, columns) for coins in _coins(members, draws)])
    rises = _deviations(sums[1] - exchanged, members) - _deviations(sums[0] + exchanged, members)
    as_great = int((rises >= has - was - _HAIR).sum())
    # The rise that is the last to be rare enough; greater ones are rarer still.
    rare = int(alpha * (draws + 1) + _HAIR)
    enough = max(points, float(np.sort(rises)[-rare])) if 0 < rare <= draws else np.inf
    return Widening(
        before=was,
        now=has,
        p_value=(as_great + 1) / (draws + 1),
        chance=float((rises >= enough - _HAIR).mean()),
    )


def _moments(x: Floats, n: Floats) -> Floats:
    """What is summed over organisations: x, n, n², x²/n."""
    return np.column_stack((x, n, n * n, x * x / n))


def _deviations(sums: Floats, members: int) -> Floats:
    """Standard deviations in percentage points from sums of moments, a row each."""
    x, n, squares, weighted = np.moveaxis(sums, -1, 0)
    share = x / n
    excess = weighted - x * share - (members - 1) * share * (1 - share)
    spare = n - squares / n - (members - 1)
    variance = np.divide(excess, spare, out=np.zeros_like(spare), where=(spare > 0) & (excess > 0))
    return np.asarray(100 * np.sqrt(variance), np.float64)


def _coins(members: int, draws: int) -> Iterator[Floats]:
    """Zeros and ones, a row a draw and a column an organisation, in blocks that fit in memory."""
    random = np.random.default_rng(_SEED)
    block = max(1, _AT_ONCE // members)
    for start in range(0, draws, block):
        rows = min(block, draws - start)
        bits = np.unpackbits(np.frombuffer(random.bytes(-(-rows * members // 8)), np.uint8), count=rows * members)
        yield bits.reshape(rows, members).astype(np.float64)
