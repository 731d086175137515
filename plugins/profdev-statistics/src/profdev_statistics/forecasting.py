"""What comes next if conditions stay what they were: forecasts of shares, and how far they may be off.

Everything is an array over organisations (rows) and comparable periods (columns, in order of time). Shares are 0…1,
NaN stands for no value. Nothing here prefers up to down: with ``n − x`` in place of ``x`` all forecasts are mirrored.

Three ways, by how much is known:

* *pooled*: an organisation of a panel. Its level is drawn to what the panel shows (:mod:`profdev_statistics.pooling`),
  its trend is the district's, damped; how far off such forecasts are is measured on the panel's own past.
* *single*: one series (a district). Last level, half the trend, damped; the interval is a guess from its own errors.
* *naive*: two periods, or a panel too small: the last share, and what chance does to so many heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import ceil

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri, stdtr, stdtrit

from profdev_statistics.pooling import Pooled

Floats = NDArray[np.float64]

FEWEST_PERIODS = 3  # fewer do not show how far forecasts are off
FEWEST_ORGANISATIONS = 10
_WINDOW = 3  # periods that make a level
_PANEL_DAMPING = 0.8  # what is left of the district's trend after each period
_SINGLE_DAMPING = 0.7
_SINGLE_TREND = 0.5  # how much of its own trend one short series is trusted with
_PRIOR_SD = 0.15  # logits a period: what a district's share is wont to be off by, chance aside
_PRIOR_WEIGHT = 3.0  # errors which this is worth


@frozen(kw_only=True, eq=False)
class Panel:
    """Counts of many units over comparable periods; NaN in both arrays where there is no value."""

    x: Floats  # units × periods
    n: Floats  # the same; more than 0 where it is known
    at: NDArray[np.int64]  # when the periods are: adjacent ones differ by one; ascending, not all need be there

    @cached_property
    def share(self) -> Floats:
        """What part ``x`` is of ``n``."""
        return self.x / self.n

    @cached_property
    def logit(self) -> Floats:
        """Of the share, kept finite at none and at all: ``(x + ½) / (n + 1)``."""
        return np.asarray(logit((self.x + 0.5) / (self.n + 1)), np.float64)

    @cached_property
    def seen(self) -> NDArray[np.bool_]:
        """Where there is a value."""
        return ~np.isnan(self.n)

    @cached_property
    def periods(self) -> NDArray[np.int64]:
        """How many values a unit has, up to each period."""
        return np.cumsum(self.seen, axis=1)

    def gap(self, column: int) -> int:
        """Periods from one column to the next."""
        return int(self.at[column + 1] - self.at[column])


@frozen(kw_only=True, eq=False)
class Outlook:
    """The forecast of every unit of a panel, with the errors such forecasts had before."""

    share: Floats  # NaN: none can be made
    sd: Floats  # of what will be counted, as the model has it
    scatter: Floats  # absolute errors of earlier forecasts in units of their ``sd``, ascending

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Both ends: so wide that ``level`` of the earlier forecasts held (split conformal, one score for all)."""
        rank = min(ceil((len(self.scatter) + 1) * level), len(self.scatter))
        reach = self.scatter[rank - 1] * self.sd
        return np.maximum(self.share - reach, 0.0), np.minimum(self.share + reach, 1.0)

    def below(self, share: Floats) -> Floats:
        """The probability of less than ``share``; never quite 0 or 1, for the past is short."""
        distance = (share - self.share) / self.sd
        within = np.searchsorted(self.scatter, np.abs(distance), side="right") / (len(self.scatter) + 1)
        return np.where(np.isnan(distance), np.nan, 0.5 + np.sign(distance) * within / 2)


@frozen(kw_only=True, eq=False)
class Pool:
    """A panel of organisations and everything it could have forecast in each of its periods."""

    panel: Panel
    _standings: Sequence[_Standing | None]
    _errors: Sequence[Floats]  # of the forecasts made in each period for the next one

    @classmethod
    def of(cls, panel: Panel) -> Pool:
        """Every origin is seen with nothing but its own past."""
        district = _chained_logit(panel)
        standings = [_standing(panel, district, origin) for origin in range(len(panel.at))]
        errors = [_errors(panel, standing, origin) for origin, standing in enumerate(standings[:-1])]
        return cls(panel=panel, standings=standings, errors=errors)

    def ahead(self, origin: int, steps: int) -> Outlook | None:
        """The forecasts made in column ``origin`` for ``steps`` periods later; None: the panel is too small."""
        standing = self._standings[origin]
        scatter = np.sort(np.concatenate([np.empty(0), *self._errors[:origin]]))
        lasting = self.lasting(origin)
        if standing is None or lasting.sum() < FEWEST_ORGANISATIONS or len(scatter) < FEWEST_ORGANISATIONS:
            return None
        share, sd = standing.ahead(steps)
        return Outlook(share=np.where(lasting, share, np.nan), sd=sd, scatter=scatter)

    def lasting(self, origin: int) -> NDArray[np.bool_]:
        """Which organisations have a value there and enough of them before."""
        return self.panel.seen[:, origin] & (self.panel.periods[:, origin] >= FEWEST_PERIODS)


@frozen(kw_only=True, eq=False)
class _Standing:
    """Where organisations stand in one period, as far as can be told from it and those before."""

    level: Floats  # logit; NaN: no value in that period
    n: Floats
    doubt: Floats  # variance of the level, in squared shares
    process: float  # variance which one more period adds
    slope: float  # of the district, logits a period

    def ahead(self, steps: int) -> tuple[Floats, Floats]:
        """Share and standard deviation ``steps`` periods later, for as many heads as now."""
        share, nearer = self._share(steps), self._share(1)
        # A share that nears the end leaves chance less room, but what is further off is not known better.
        chance = np.maximum(share * (1 - share), nearer * (1 - nearer)) / self.n
        return share, np.sqrt(chance + self.doubt + self.process * steps)

    def _share(self, steps: int) -> Floats:
        return np.asarray(expit(self.level + self.slope * _damped(_PANEL_DAMPING, steps)), np.float64)


@frozen(kw_only=True, eq=False)
class Singles:
    """Series each of which is forecast from itself alone."""

    panel: Panel
    _slopes: Floats  # logits a period, as seen from each period
    _squares: Floats  # Σ of squared errors of one-step forecasts up to each period
    _made: NDArray[np.int64]  # how many such forecasts there were

    @classmethod
    def of(cls, panel: Panel) -> Singles:
        """Every origin is seen with nothing but its own past."""
        columns = range(len(panel.at))
        slopes = np.stack([_theil_sen(panel.logit[:, : o + 1], panel.at[: o + 1]) for o in columns], axis=1)
        missed = np.full_like(panel.logit, np.nan)
        for o in columns[:-1]:
            trend = _SINGLE_TREND * slopes[:, o] * _damped(_SINGLE_DAMPING, panel.gap(o))
            missed[:, o + 1] = panel.logit[:, o + 1] - panel.logit[:, o] - trend
        return cls(
            panel=panel,
            slopes=slopes,
            squares=np.cumsum(np.nan_to_num(missed) ** 2, axis=1),
            made=np.cumsum(~np.isnan(missed), axis=1),
        )

    def ahead(self, origin: int, steps: int) -> Prospect:
        """The forecasts made in column ``origin`` for ``steps`` periods later."""
        trend = _SINGLE_TREND * self._slopes[:, origin] * _damped(_SINGLE_DAMPING, steps)
        freedom = _PRIOR_WEIGHT + self._made[:, origin].astype(np.float64)
        prior = _PRIOR_SD**2 + self._chance(origin)
        variance = (_PRIOR_WEIGHT * prior + self._squares[:, origin]) / freedom
        lasting = self.panel.periods[:, origin] >= FEWEST_PERIODS
        return Prospect(
            logit=np.where(lasting, self.panel.logit[:, origin] + trend, np.nan),
            scale=np.sqrt(variance * steps),
            freedom=freedom,
            n=self.panel.n[:, origin],
        )

    def _chance(self, origin: int) -> Floats:
        """Variance of a change of the logit by chance alone, now and then: next to nothing in a large district."""
        share = expit(self.panel.logit[:, origin])
        return np.asarray(2 / (self.panel.n[:, origin] * share * (1 - share)), np.float64)


@frozen(kw_only=True, eq=False)
class Prospect:
    """The forecast of single series: Student's t around a logit of ``(x + ½) / (n + 1)``."""

    logit: Floats  # NaN: none can be made
    scale: Floats
    freedom: Floats
    n: Floats

    @property
    def share(self) -> Floats:
        """The median."""
        return self._share(self.logit)

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Both ends; for orientation only: one short series does not show how far it may be off."""
        reach = stdtrit(self.freedom, (1 + level) / 2) * self.scale
        return self._share(self.logit - reach), self._share(self.logit + reach)

    def below(self, share: Floats) -> Floats:
        """The probability of less than ``share``."""
        kept_open = (share * self.n + 0.5) / (self.n + 1)
        return np.asarray(stdtr(self.freedom, (logit(kept_open) - self.logit) / self.scale), np.float64)

    def _share(self, logits: Floats) -> Floats:
        """Back to x / n: where all did all, all may do all again."""
        return np.clip((expit(logits) * (self.n + 1) - 0.5) / self.n, 0.0, 1.0)


def naive_interval(x: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    """Where the next share of ``n`` heads may lie if nothing but chance changes: binomial twice, now and then."""
    share = (x + 0.5) / (n + 1)
    reach = float(ndtri((1 + level) / 2)) * np.sqrt(2 * share * (1 - share) / n)
    return np.maximum(x / n - reach, 0.0), np.minimum(x / n + reach, 1.0)


# --- what they share --------------------------------------------------------------------------------------------


def _damped(by: float, steps: int) -> float:
    """Σ byʲ over j = 1 … steps: how many periods' worth of trend are left of so many."""
    return sum(by**j for j in range(1, steps + 1))


def _theil_sen(y: Floats, at: NDArray[np.int64]) -> Floats:
    """The median of the slopes between all pairs of each row's values; 0 where there is only one value.

    Source: P. K. Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 63 (1968), 1379-1389.
    """
    slopes = np.zeros(len(y))
    several = (~np.isnan(y)).sum(axis=1) > 1
    if several.any():
        first, second = np.triu_indices(len(at), 1)
        pairs = (y[several][:, second] - y[several][:, first]) / (at[second] - at[first])
        slopes[several] = np.nanmedian(pairs, axis=1)
    return slopes


def _chained_logit(panel: Panel) -> Floats:
    """The logit of the whole panel's share in each period, with changes taken from those who are there in both.

    Who joins or leaves moves nothing: a district that lost its weakest reporter has not become better.
    """
    both = panel.seen[:, 1:] & panel.seen[:, :-1]
    changes = [_logit_of(panel, both[:, o], o + 1) - _logit_of(panel, both[:, o], o) for o in range(both.shape[1])]
    return np.cumsum([_logit_of(panel, panel.seen[:, 0], 0), *changes])


def _logit_of(panel: Panel, who: NDArray[np.bool_], column: int) -> float:
    return float(logit((panel.x[who, column].sum() + 0.5) / (panel.n[who, column].sum() + 1)))


def _standing(panel: Panel, district: Floats, origin: int) -> _Standing | None:
    """None: fewer than two organisations have a value in the periods that make a level."""
    window = slice(max(0, origin + 1 - _WINDOW), origin + 1)
    x, n = np.nan_to_num(panel.x[:, window]), np.nan_to_num(panel.n[:, window])
    count, size = x.sum(axis=1), n.sum(axis=1)
    known = size > 0
    if known.sum() <= 1:
        return None
    pooled = Pooled.of(count[known], size[known])
    # Half a head more on either side: somewhere all may have done all, and tomorrow somebody may not.
    share = pooled.mean(count + 0.5, size + 1)
    when = np.divide(n @ district[window], size, out=np.full_like(size, np.nan), where=known)
    here = panel.seen[:, origin]
    return _Standing(
        level=np.where(here, logit(share) + district[origin] - when, np.nan),
        n=panel.n[:, origin],
        doubt=share * (1 - share) / (pooled.weight + size + 2),
        process=_process_variance(panel, origin),
        slope=float(_theil_sen(district[None, : origin + 1], panel.at[: origin + 1])[0]),
    )


def _process_variance(panel: Panel, origin: int) -> float:
    """What a period adds to organisations' shares beyond the district's change and chance, by moments."""
    excess = weight = 0.0
    for o in range(origin):
        both = panel.seen[:, o] & panel.seen[:, o + 1]
        if not both.any():
            continue
        (b, x), (m, n) = panel.x[both, o : o + 2].T, panel.n[both, o : o + 2].T
        common = x.sum() / n.sum() - b.sum() / m.sum()
        size = m + n
        share = (b + x) / size
        chance = share * (1 - share) * size / np.maximum(size - 1, 1.0) * (1 / m + 1 / n)
        weights = m * n / size
        excess += float((weights * ((x / n - b / m - common) ** 2 - chance)).sum())
        weight += float(weights.sum()) * panel.gap(o)
    return max(excess / weight, 0.0) if weight else 0.0


def _errors(panel: Panel, standing: _Standing | None, origin: int) -> Floats:
    """How far off the next period's shares were, in standard deviations, for those with two values or more."""
    if standing is None:
        return np.empty(0)
    share, sd = standing.ahead(panel.gap(origin))
    error = np.abs(panel.share[:, origin + 1] - share) / sd
    return error[(panel.periods[:, origin] > 1) & ~np.isnan(error)]
