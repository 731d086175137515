"""What chance alone can do to two shares: exact tests, intervals, and the false discovery rate.

Everything takes and returns arrays (a cell each) and is written for a fall where higher is better; the caller turns
round what is better when lower by counting ``n − x`` instead of ``x``. Counts are whole numbers in float64.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import binom, hypergeom

Floats = NDArray[np.float64]


def fall_by_chance(now: ArrayLike, of: ArrayLike, before: ArrayLike, of_before: ArrayLike) -> Floats:
    """One-sided Fisher mid-p of a fall: how often so low a count, or a lower one, comes out if nothing has changed.

    P(X < x) + ½ P(X = x) with X hypergeometric: both margins are taken as they are, so unequal sizes are handled
    exactly. 0.5 where the margin allows one outcome only (nobody at all, or everybody).
    """
    x, n, b, m = _counts(now, of, before, of_before)
    drawn = hypergeom(n + m, x + b, n)
    return np.asarray(drawn.cdf(x - 1) + drawn.pmf(x) / 2, np.float64)


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
