"""Within what a share may lie by chance, around a given centre, for every size of an organisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec

import numpy as np
from attrs import evolve, frozen
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr

Floats = NDArray[np.float64]
Band = tuple[Floats, Floats]
"""Lower and upper limits, an element a size."""

WARNING, ALARM = 1.96, 3.09  # standard deviations: 95 % and 99.8 % lie between
_TAILS = {WARNING: 0.025, ALARM: 0.001}
_TRIMMED = (0.1, 0.9)  # as profdev-statistics does: the outermost deviations are drawn in before they are squared


@frozen(kw_only=True, eq=False)
class Limits:
    """What members of a group of equals would keep to."""

    phi: float  # mean square of their deviations: how many times more they differ than by chance
    is_widened: bool  # the limits allow for that
    within: Callable[[Floats, float], Band]

    def inner(self, sizes: ArrayLike) -> Band:
        """Between them lie 95 %."""
        return self.within(np.asarray(sizes, np.float64), WARNING)

    def outer(self, sizes: ArrayLike) -> Band:
        """Between them lie 99.8 %."""
        return self.within(np.asarray(sizes, np.float64), ALARM)


def limits(x: Sequence[float], n: Sequence[float], share: float) -> Limits:
    """Limits about ``share`` (0…1), as members differ who have ``x`` of ``n`` > 0.

    With profdev-statistics they are its own, widened by what members truly differ by; else the binomial distribution.
    """
    if find_spec("profdev_statistics") is None:
        return by_chance(x, n, share)
    # A plugin of its own, which a district may do without.
    from profdev_statistics.funnel import Funnel  # noqa: PLC0415 - optional

    own = Funnel.of(x, n)
    funnel = evolve(own, share=np.asarray([share]))
    return Limits(
        phi=float(own.phi[0]),
        is_widened=bool(own.tau[0] > 0 and not funnel.is_exact[0]),
        within=lambda sizes, z: (funnel.below(sizes, -z), funnel.above(sizes, -z)),
    )


def by_chance(x: Sequence[float], n: Sequence[float], share: float) -> Limits:
    """Limits of chance alone: exact binomial ones."""
    counted, sizes = np.asarray(x, np.float64), np.asarray(n, np.float64)
    pooled = counted.sum() / sizes.sum()
    score = 2 * np.sqrt(sizes) * (np.arcsin(np.sqrt(counted / sizes)) - np.arcsin(np.sqrt(pooled)))
    drawn_in = np.clip(score, *np.quantile(score, _TRIMMED))
    return Limits(
        phi=float(np.mean(drawn_in**2)),
        is_widened=False,
        within=lambda of, z: (_fewest(of, share, z) / of, 1 - _fewest(of, 1 - share, z) / of),
    )


def _fewest(n: Floats, share: float, z: float) -> Floats:
    """The least x with P(X ≤ x) above the tail: whoever has fewer lies beyond the limit."""
    found = np.empty_like(n)
    for place, size in enumerate(np.rint(n)):
        below = bdtr(np.arange(size + 1), int(size), share)
        found[place] = np.searchsorted(below, _TAILS[z], side="right")
    return found
