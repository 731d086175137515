"""What chance alone can do to two shares: exact tests, intervals, and the false discovery rate.

Everything takes and returns arrays (a cell each) and is written for a fall where higher is better; the caller turns
round what is better when lower by counting ``n − x`` instead of ``x``. Counts are whole numbers in float64.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, betaln, ndtri
from scipy.stats import binom

Floats = NDArray[np.float64]

HAIR = 1e-12
"""How far a probability may be off by arithmetic; a threshold is reached if missed by no more."""

_POINT_HAIR = 1e-11  # the same of a difference of shares: 0.3 − 0.2 must still reach 0.1
_NEGLIGIBLE = 1e-18  # a term that adds nothing to a sum of order one in float64
_STRIDE = 8  # terms added between two looks at who is ready
_STEPS = 14  # halvings of the interval 0…1: to a hundredth of a percentage point
_MIDDLES: Floats = ndtri((np.arange(11) + 0.5) / 11)
_NODES: Floats = _MIDDLES / _MIDDLES.std()  # where a base may lie, in standard deviations, all equally likely


def fall_by_chance(now: ArrayLike, of: ArrayLike, before: ArrayLike, of_before: ArrayLike) -> Floats:
    """One-sided Fisher mid-p of a fall: how often so low a count, or a lower one, comes out if nothing has changed.

    P(X < x) + ½ P(X = x) with X hypergeometric: both margins are taken as they are, so unequal sizes are handled
    exactly. 0.5 where the margin allows one outcome only (nobody at all, or everybody).
    """
    counts = _counts(now, of, before, of_before)
    (x, n, b, m), where = _distinct(counts)
    k = x + b
    is_high = x * (n + m) > n * k  # the nearer tail is the shorter sum: look at those who are not counted
    x, k = np.where(is_high, n - x, x), np.where(is_high, n + m - k, k)
    tail = _outcome(x, n, k, m) * (_lower(x, n, k, m) + 0.5)
    return np.where(is_high, 1 - tail, tail)[where].reshape(counts[0].shape)


def chance_of_firing(
    of: ArrayLike, of_before: ArrayLike, both: ArrayLike, fall: ArrayLike, alpha: ArrayLike, *, relative: float = 0.0
) -> Floats:
    """How often a fall of at least ``fall`` (0…1) with a mid-p of at most ``alpha`` comes out if nothing has changed.

    ``relative``: and of at least such a part (0…1) of the share of the base. The margins are those of
    :func:`fall_by_chance`: two sizes, and how many were counted in ``both`` together. Low counts fire and high ones do
    not, so this is P(X ≤ c) of the largest count c that does; 0 where none does.
    """
    given = _counts(of, of_before, both, fall, alpha)
    (n, m, k, least, rare), where = _distinct(given)
    kept = 1 - relative
    first = np.maximum(k - m, 0)
    by_points = (k / m - least + _POINT_HAIR) / (1 / n + 1 / m)
    by_part = (kept * k / m + _POINT_HAIR) / (1 / n + kept / m)
    last = np.floor(np.minimum(by_points, by_part))
    mean = n * k / (n + m)
    spread = np.sqrt(mean * m * (n + m - k) / ((n + m) * np.maximum(n + m - 1, 1)))
    start = np.where(rare < 1, np.floor(mean + ndtri(np.minimum(rare, 0.5)) * spread), np.inf)
    c = np.clip(start, first, np.maximum(np.minimum(last, np.minimum(n, k)), first))
    at = _outcome(c, n, k, m)
    chance = _grown(*_shrunk(c, at, at * _lower(c, n, k, m), n, k, m, rare), n, k, m, rare, last)
    return np.where(first <= last, chance, 0.0)[where].reshape(given[0].shape)


def detectable_fall(
    of: ArrayLike, of_before: ArrayLike, share: ArrayLike, fall: ArrayLike, alpha: ArrayLike, *, power: float = 0.8
) -> Floats:
    """The smallest true fall (0…1) from ``share`` (0…1) that a rule would see with probability ``power``.

    The rule: a fall of at least ``fall`` with a mid-p of at most ``alpha``. Both counts are binomial; that of the base
    is taken at eleven points instead of all: that is a third of a percentage point off on average, and up to two for
    ten people. NaN: not even a fall to nothing would be seen so often.
    """
    given = _counts(of, of_before, share, fall, alpha)
    (n, m, p, least, rare), where = _distinct(given)
    spread = np.sqrt(m * p * (1 - p))
    critical = [_critical(n, np.clip(np.rint(m * p + z * spread), 0, m), m, least, rare) for z in _NODES]
    low, high = np.zeros_like(p), p.copy()
    for _ in range(_STEPS):
        middle = (low + high) / 2
        is_seen = _seen(critical, n, p - middle) >= power
        low, high = np.where(is_seen, low, middle), np.where(is_seen, middle, high)
    return np.where(_seen(critical, n, np.zeros_like(p)) >= power, high, np.nan)[where].reshape(given[0].shape)


def false_discovery(p: str, family: Sequence[str]) -> pl.Expr:
    """Benjamini and Hochberg's q of every p-value: the part of false alarms if all up to it were raised.

    A null is no member of its family and has no q.

    Source: Y. Benjamini, Y. Hochberg, Controlling the false discovery rate, JRSS B 57 (1995), 289-300.
    """
    column = pl.col(p)
    scaled = column * column.count().over(family) / column.rank("max").over(family)
    return scaled.cum_min().over(family, order_by=p, descending=True)


def below_by_chance(now: ArrayLike, of: ArrayLike, share: ArrayLike) -> Floats:
    """One-sided binomial mid-p of being below a known ``share`` (0…1): P(X < x) + ½ P(X = x)."""
    x, n, p = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in (now, of, share)))
    return np.asarray(binom.cdf(x - 1, n, p) + binom.pmf(x, n, p) / 2, np.float64)


def wilson(count: ArrayLike, of: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's score interval of a share, both ends in 0…1."""
    x, n = np.broadcast_arrays(np.asarray(count, np.float64), np.asarray(of, np.float64))
    z = float(ndtri((1 + level) / 2))
    centre, spread = x + z * z / 2, z * np.sqrt(x * (n - x) / n + z * z / 4)
    low, high = (centre - spread) / (n + z * z), (centre + spread) / (n + z * z)
    return np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high)


def newcombe(
    now: ArrayLike, of: ArrayLike, before: ArrayLike, of_before: ArrayLike, level: float = 0.90
) -> tuple[Floats, Floats]:
    """Newcombe's interval (his method 10) of the change of a share, now minus before, both ends in −1…1.

    Source: R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17 (1998), 873-890. Two-sided 90 % leaves one-sided 5 %.
    """
    x, n, b, m = _counts(now, of, before, of_before)
    p, q = x / n, b / m
    p_low, p_high = wilson(x, n, level)
    q_low, q_high = wilson(b, m, level)
    change = p - q
    return (
        change - np.sqrt((p - p_low) ** 2 + (q_high - q) ** 2),
        change + np.sqrt((p_high - p) ** 2 + (q - q_low) ** 2),
    )


def _counts(*counts: ArrayLike) -> list[Floats]:
    return list(np.broadcast_arrays(*(np.asarray(each, np.float64) for each in counts)))


def _distinct(columns: Sequence[Floats]) -> tuple[list[Floats], NDArray[np.intp]]:
    """The rows that differ, and where each row stands among them: many cells share a margin."""
    where = np.zeros(columns[0].size, np.int64)
    for column in columns:
        values, codes = np.unique(column, return_inverse=True)
        where = np.unique(where * len(values) + codes.ravel(), return_inverse=True)[1]
    first = np.zeros(where.max(initial=-1) + 1, np.intp)
    first[where[::-1]] = np.arange(len(where))[::-1]
    return [column.ravel()[first] for column in columns], where


def _outcome(x: Floats, n: Floats, k: Floats, m: Floats) -> Floats:
    """P(X = x) where ``n`` of ``n + m`` are drawn and ``k`` of all are counted."""
    return np.asarray(np.exp(_log_ways(n, x) + _log_ways(m, k - x) - _log_ways(n + m, k)), np.float64)


def _log_ways(n: Floats, k: Floats) -> Floats:
    """Logarithm of the number of ways to choose ``k`` of ``n``."""
    return np.asarray(-np.log1p(n) - betaln(n - k + 1, k + 1), np.float64)


def _lower(x: Floats, n: Floats, k: Floats, m: Floats) -> Floats:
    """P(X < x) / P(X = x): term by term downward from ``x``, in which every next one is smaller."""
    total, alive = np.zeros_like(x), np.arange(len(x))
    now, term, sums, others, n, k = x.copy(), np.ones_like(x), np.zeros_like(x), m - k, n + 1, k + 1
    while alive.size:
        for _ in range(_STRIDE):  # beyond the last outcome a term is 0 and stays so
            term *= now * (others + now) / ((n - now) * (k - now))
            sums += term
            now -= 1
        total[alive] = sums
        goes_on = term > _NEGLIGIBLE
        alive = alive[goes_on]
        now, term, sums, others, n, k = (each[goes_on] for each in (now, term, sums, others, n, k))
    return total


def _shrunk(
    c: Floats, at: Floats, below: Floats, n: Floats, k: Floats, m: Floats, rare: Floats
) -> tuple[Floats, Floats, Floats]:
    """``c``, P(X = c) and P(X < c) of the first count downward whose mid-p is rare."""
    while (high := below + at / 2 > rare + HAIR).any():
        at = np.where(high, at * c * (m - k + c) / ((n - c + 1) * (k - c + 1)), at)
        below = np.where(high, np.maximum(below - at, 0), below)
        c = c - high
    return c, at, below


def _grown(c: Floats, at: Floats, below: Floats, n: Floats, k: Floats, m: Floats, rare: Floats, last: Floats) -> Floats:
    """P(X ≤ c) of the last count upward, up to ``last``, whose mid-p is still rare."""
    while True:
        after = at * (n - c) * (k - c) / (np.maximum(c + 1, 1) * np.maximum(m - k + c + 1, 1))
        low = (c < last) & (after > 0) & (below + at + after / 2 <= rare + HAIR)
        if not low.any():
            return below + at
        c, at, below = c + low, np.where(low, after, at), np.where(low, below + at, below)


def _critical(n: Floats, b: Floats, m: Floats, fall: Floats, alpha: Floats) -> Floats:
    """The largest count of ``n`` that fires after ``b`` of ``m``; −1: none does."""
    last = np.clip(np.floor((b / m - fall + _POINT_HAIR) * n), -1, n)
    c, pooled = last, b / m
    for _ in range(2):  # the count at which a test of two shares would give as much
        c = n * (b / m + ndtri(alpha) * np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)))
        c = np.clip(np.floor(c), -1, last)
        pooled = (np.maximum(c, 0) + b) / (n + m)
    alive = np.arange(len(n))
    while alive.size:
        fires, more = (_fires(c[alive] + up, n[alive], b[alive], m[alive], last[alive], alpha[alive]) for up in (0, 1))
        step = np.where(fires, more.astype(np.float64), -1.0)
        c[alive] += step
        alive = alive[step != 0]
    return c


def _fires(c: Floats, n: Floats, b: Floats, m: Floats, last: Floats, alpha: Floats) -> NDArray[np.bool_]:
    p = fall_by_chance(np.clip(c, 0, n), n, b, m)
    return np.asarray((c < 0) | ((c <= last) & (p <= alpha + HAIR)), np.bool_)


def _seen(critical: Sequence[Floats], n: Floats, p: Floats) -> Floats:
    """How often a count of ``n`` with the share ``p`` is at most the critical one."""
    often = [np.where(c < 0, 0.0, bdtr(np.maximum(c, 0), n.astype(np.int64), np.clip(p, 0, 1))) for c in critical]
    return np.asarray(np.mean(often, axis=0), np.float64)
