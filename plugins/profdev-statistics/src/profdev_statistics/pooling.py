"""Shares of small organisations, drawn to what their group shows: a beta-binomial fitted by moments.

``x`` of ``n`` in each organisation is binomial around its own share θ; the shares of a group are Beta(P·M, (1 − P)·M).
P is the group's pooled share, M weighs as so many persons more. All in shares 0…1.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from scipy.special import betainc

Floats = NDArray[np.float64]
_LEAST_VARIANCE = 1e-6  # organisations that do not differ at all would weigh infinitely


@frozen(kw_only=True)
class Pooled:
    """A group of organisations: its share and how much its members truly differ."""

    share: float  # P = Σx / Σn
    variance: float  # of the true shares, chance taken away; never 0
    weight: float  # M = P(1 − P) / variance − 1, persons

    @classmethod
    def of(cls, x: Floats, n: Floats) -> Pooled:
        """Fitted by moments to two or more organisations with n > 0; unstable under eight of them."""
        total = n.sum()
        share = float(x.sum() / total)
        within = share * (1 - share)
        spread = float((n * (x / n - share) ** 2).sum())
        scale = float(total - (n**2).sum() / total) - (len(n) - 1)
        variance = max(_LEAST_VARIANCE, (spread - (len(n) - 1) * within) / scale) if scale > 0 else _LEAST_VARIANCE
        return cls(share=share, variance=variance, weight=max(within / variance - 1, 0.0))

    def mean(self, x: Floats, n: Floats) -> Floats:
        """The share to be expected of each organisation."""
        return np.asarray((self.share * self.weight + x) / (self.weight + n), np.float64)

    def reliability(self, n: Floats) -> Floats:
        """The part n / (n + M): how much of what is seen is the organisation's own."""
        return np.asarray(n / (n + self.weight), np.float64)

    def exceeds(self, x: Floats, n: Floats, share: float) -> Floats:
        """The probability that the organisation's true share is ``share`` or more."""
        if share >= 1:
            return np.zeros_like(x)
        a, b = self.share * self.weight + x, (1 - self.share) * self.weight + n - x
        tiny = np.finfo(np.float64).tiny
        return np.asarray(1 - betainc(np.maximum(a, tiny), np.maximum(b, tiny), max(share, 0.0)), np.float64)
