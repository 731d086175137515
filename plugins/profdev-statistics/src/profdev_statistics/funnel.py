"""How far an organisation stands from its group, its size and the usual differences between members allowed for.

A funnel plot in numbers: D. J. Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in
Medicine 24 (2005), 1185-1202, with additive overdispersion on the arcsine scale. Near 0 % and 100 %, where that scale
takes nobody of eighty for an outlier and overlooks others, the exact binomial distribution takes its place. Everything
is written for «higher is better»; the caller counts ``n − x`` where lower is. Shares are 0…1.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri, owens_t
from scipy.stats import binom

from profdev_statistics.chance import below_by_chance

Floats = NDArray[np.float64]
Groups = NDArray[np.intp]

WARNING, ALARM = -1.96, -3.09  # one-sided 2.5 % and 0.1 %
_TRIMMED = 0.10  # of the deviations on either side, before they say how much the members differ
_EDGE = 0.03  # a group's share this near to 0 or 1 is judged exactly
_HAIR = 1e-12
_SURE = 1 - 1e-12  # where two deviations are one and the same, Owen's formula divides by nothing


@frozen(kw_only=True, eq=False)
class Funnel:
    """One group, or many at once: arrays with an element a group (see :meth:`at`)."""

    share: Floats  # the centre: pooled share of the members
    phi: Floats  # mean square of their deviations, the outermost tenth on either side drawn in; 1: chance alone
    tau: Floats  # standard deviation of what they truly differ by, on the scale of arcsin √p; 0: chance explains all
    members: Floats

    @classmethod
    def of(cls, x: ArrayLike, n: ArrayLike, groups: ArrayLike | None = None) -> Funnel:
        """The funnel of the members given, ``x`` of ``n`` > 0 each.

        Args:
            x: those counted.
            n: out of how many.
            groups: the number of each member's group, 0 … without gaps; None: all are one group.
        """
        x, n = np.asarray(x, np.float64), np.asarray(n, np.float64)
        group = np.zeros(len(x), np.intp) if groups is None else np.asarray(groups, np.intp)
        members = _summed(np.ones_like(x), group)
        share = _summed(x, group) / _summed(n, group)
        plain = _deviation(x, n, share[group])
        phi = _summed(_drawn_in(plain, group, members) ** 2, group) / members
        weight, squares = _summed(4 * n, group), _summed(16 * n * n, group)
        spare = weight - squares / weight  # 0 in a group of one
        excess = np.maximum(members * phi - (members - 1), 0)
        tau = np.sqrt(np.divide(excess, spare, out=np.zeros_like(spare), where=spare > 0))
        return cls(share=share, phi=phi, tau=tau, members=members)

    def at(self, groups: ArrayLike) -> Funnel:
        """The same with an element a member: what the methods below want beside members of many groups."""
        group = np.asarray(groups, np.intp)
        return Funnel(share=self.share[group], phi=self.phi[group], tau=self.tau[group], members=self.members[group])

    @property
    def is_exact(self) -> NDArray[np.bool_]:
        """Whether the share is so near to 0 or 1 that the binomial distribution itself is asked."""
        return np.asarray(np.minimum(self.share, 1 - self.share) <= _EDGE + _HAIR, np.bool_)

    def deviation(self, x: ArrayLike, n: ArrayLike) -> Floats:
        """How many standard deviations a member stands above the centre; below it the number is negative.

        In an exact group this is the normal score of the binomial mid-p, infinite where that is 0 or 1.
        """
        x, n, share, tau, exact = np.broadcast_arrays(
            np.asarray(x, np.float64), np.asarray(n, np.float64), self.share, self.tau, self.is_exact
        )
        adjusted: Floats = _deviation(x, n, share) / np.sqrt(1 + 4 * n * tau**2)
        adjusted[exact] = ndtri(below_by_chance(x[exact], n[exact], share[exact]))
        return adjusted

    def below(self, n: ArrayLike, z: float = WARNING) -> Floats:
        """The lower limit for members of ``n`` persons: whoever has a smaller share deviates by less than ``z``."""
        n, share, tau, exact = np.broadcast_arrays(np.asarray(n, np.float64), self.share, self.tau, self.is_exact)
        limit = _on_arcsine(n, share, tau, z)
        limit[exact] = _fewest(n[exact], share[exact], z) / n[exact]
        return limit

    def above(self, n: ArrayLike, z: float = WARNING) -> Floats:
        """The upper limit: whoever has a larger share deviates by more than ``−z``."""
        n, share, tau, exact = np.broadcast_arrays(np.asarray(n, np.float64), self.share, self.tau, self.is_exact)
        limit = _on_arcsine(n, share, tau, -z)
        limit[exact] = 1 - _fewest(n[exact], 1 - share[exact], z) / n[exact]
        return limit

    def chance_below(self, n: ArrayLike, z: float = WARNING) -> Floats:
        """How often a member of ``n`` persons falls below the lower limit if it differs no more than by τ.

        What the limit stands for. The drawn-in τ is smaller than what members truly differ by, so that where they do
        differ two or three times as many fall below.
        """
        n, share, exact = np.broadcast_arrays(np.asarray(n, np.float64), self.share, self.is_exact)
        chance = np.full(n.shape, ndtr(z))
        chance[exact] = binom.cdf(_fewest(n[exact], share[exact], z) - 1, n[exact], share[exact])
        return chance

    def alike(self, n: ArrayLike, n_before: ArrayLike) -> Floats:
        """The correlation of a member's deviations in two periods, if what makes it differ stays."""
        n, before, tau, exact = np.broadcast_arrays(
            np.asarray(n, np.float64), np.asarray(n_before, np.float64), self.tau, self.is_exact
        )
        lasting = tau**2
        alike = lasting / np.sqrt((lasting + 0.25 / n) * (lasting + 0.25 / before))
        return np.where(exact, 0.0, alike)


def both(first: ArrayLike, second: ArrayLike, alike: ArrayLike) -> Floats:
    """How often two normal deviations so correlated are both among the lowest ``first`` and ``second`` of their kind.

    Source: D. B. Owen, Tables for computing bivariate normal probabilities, Annals of Mathematical Statistics 27
    (1956), 1075-1090. The two parts are below ½.
    """
    p, q, rho = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in (first, second, alike)))
    together = np.zeros(p.shape)
    possible = (p > 0) & (q > 0)
    h, k, rho = ndtri(p[possible]), ndtri(q[possible]), np.minimum(rho[possible], _SURE)
    apart = np.sqrt(1 - rho**2)
    triangles = owens_t(h, (k / h - rho) / apart) + owens_t(k, (h / k - rho) / apart)
    together[possible] = (ndtr(h) + ndtr(k)) / 2 - triangles
    return together.clip(0)


def _deviation(x: Floats, n: Floats, share: Floats) -> Floats:
    """On the arcsine scale, by chance alone: the standard error of arcsin √p is 1 / (2 √n)."""
    return np.asarray(2 * np.sqrt(n) * (np.arcsin(np.sqrt(x / n)) - np.arcsin(np.sqrt(share))), np.float64)


def _on_arcsine(n: Floats, share: Floats, tau: Floats, z: float) -> Floats:
    angle = np.arcsin(np.sqrt(share)) + z * np.sqrt(0.25 / n + tau**2)
    return np.asarray(np.sin(np.clip(angle, 0, np.pi / 2)) ** 2, np.float64)


def _fewest(n: Floats, share: Floats, z: float) -> Floats:
    """The least x whose mid-p still is no smaller than that of ``z``."""
    chance = float(ndtr(z))
    least = np.asarray(binom.ppf(chance, n, share), np.float64).clip(0)
    return np.where(below_by_chance(least, n, share) < chance, least + 1, least)


def _drawn_in(deviations: Floats, group: Groups, members: Floats) -> Floats:
    """Winsorised: what lies beyond the tenth and the ninetieth hundredth of its group is put there."""
    order = np.lexsort((deviations, group))
    ranked = deviations[order]
    starts = np.concatenate(([0], np.cumsum(members)[:-1]))
    low, high = (_quantile(ranked, starts, members, part)[group] for part in (_TRIMMED, 1 - _TRIMMED))
    return np.clip(deviations, low, high)


def _quantile(ranked: Floats, starts: Floats, members: Floats, part: float) -> Floats:
    """Of every group, linear between neighbours: the usual definition."""
    place = (members - 1) * part
    before = np.floor(place)
    first = (starts + before).astype(np.intp)
    after = (starts + np.minimum(before + 1, members - 1)).astype(np.intp)
    return np.asarray(ranked[first] + (place - before) * (ranked[after] - ranked[first]), np.float64)


def _summed(what: Floats, group: Groups) -> Floats:
    return np.asarray(np.bincount(group, weights=what), np.float64)
