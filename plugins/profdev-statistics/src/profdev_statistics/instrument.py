"""Whether an indicator can be a measuring instrument: does it tell organisations apart, does it move, is it copied.

Everything takes arrays (an organisation each) of counts ``x`` of ``n``; shares are 0…1.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from scipy.special import ive

Floats = NDArray[np.float64]
_LEAST = 2  # persons: one answer says nothing of its own noise
_SEED = 20220701


@frozen(kw_only=True)
class Reliability:
    """How much of what is seen between organisations is theirs: 0 nothing, 1 everything."""

    share: float  # R = τ² / (τ² + noise)
    high: float  # upper end of the two-sided 90 % interval of the bootstrap
    between: float  # τ: standard deviation of the true shares
    organisations: int

    @classmethod
    def of(cls, x: Floats, n: Floats, draws: int) -> Reliability | None:
        """From organisations with two persons or more; None: all of them show nobody or everybody, or there is none.

        The noise of an organisation is p(1 − p) / (n − 1), which is right on average for any n. The bootstrap draws
        organisations, with a seed of its own: the same answers give the same bound.
        """
        enough = n >= _LEAST
        x, n = x[enough], n[enough]
        if not 0 < x.sum() < n.sum():
            return None
        summed = np.column_stack([x, n, x**2 / n, n**2, x * (n - x) / n**2 / (n - 1)])
        between, share = _split(summed.sum(axis=0, keepdims=True), len(n))
        drawn = _drawn(len(n), draws) @ summed
        high = float(np.quantile(_split(drawn, len(n))[1], 0.95))
        return cls(share=float(share[0]), high=high, between=float(np.sqrt(between[0])), organisations=len(n))


def _drawn(organisations: int, draws: int) -> Floats:
    """How often each organisation (column) is drawn in each sample (row)."""
    chosen = np.random.default_rng(_SEED).integers(organisations, size=(draws, organisations))
    places = chosen + organisations * np.arange(draws)[:, None]
    counted = np.bincount(places.ravel(), minlength=draws * organisations)
    return counted.reshape(draws, organisations).astype(np.float64)


def _split(summed: Floats, organisations: int) -> tuple[Floats, Floats]:
    """τ² and R from rows of sums over organisations: the moments of :class:`pooling.Pooled`, for many samples at once.

    Where a sample shows nobody or everybody, there is nothing between its organisations: R is 0.
    """
    x, n, squares, sizes, noise = summed.T
    share = x / n
    within = (organisations - 1) * share * (1 - share)
    scale = n - sizes / n - (organisations - 1)
    between = np.maximum(np.divide(squares - x * share - within, scale, out=np.zeros_like(x), where=scale > 0), 0.0)
    whole = between + noise / organisations
    return between, np.divide(between, whole, out=np.zeros_like(x), where=whole > 0)


def dispersion_of_changes(now: Floats, of: Floats, before: Floats, of_before: Floats) -> Floats:
    """z² of every organisation's change less the common one: 1 on average where only chance moves them.

    The variance is the hypergeometric one of both margins, so the average is exactly 1 where nothing is common. Null
    margins (nobody in both periods, or everybody) cannot change and are left out.
    """
    total, persons = now + before, of + of_before
    able = (total > 0) & (total < persons)
    common = now.sum() / of.sum() - before.sum() / of_before.sum() if len(now) else 0.0
    change = now[able] / of[able] - before[able] / of_before[able] - common
    total, persons = total[able], persons[able]
    share = total / persons
    variance = share * (1 - share) * persons**2 / (persons - 1) / (of[able] * of_before[able])
    return np.asarray(change**2 / variance, np.float64)


def copies(now: Floats, of: Floats, before: Floats, of_before: Floats) -> tuple[float, float]:
    """The part of organisations which tell the same (x, n) as the period before, and the part chance would give.

    Chance: two draws of ``of`` persons with the organisation's share of both periods come out equal, as if nobody had
    come or gone: e^(−2v) I₀(2v) with v = npq, which is exact for Skellam's difference of that variance and within two
    hundredths of the binomial from ten persons on.
    """
    same = (now == before) & (of == of_before)
    share = (now + before) / (of + of_before)
    by_chance = ive(0, 2 * of * share * (1 - share))
    return float(same.mean()), float(by_chance.mean())
