"""Trends of many short series at once: the binomial test, slopes without any one point, the median of slopes.

A series is a row of a matrix, a period one of its columns; ``x`` of ``n`` is null (NaN) where there is no point, and
so is what cannot be computed. ``t`` are the real positions of the periods, so that a gap keeps its length. Everything
is written for «higher is better»: a fall has a negative sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_DRAWS = 40_000
_SEED = 5
_HAIR = 1e-9  # equal shares have a slope of nothing but rounding


def cochran_armitage(x: ArrayLike, n: ArrayLike, t: ArrayLike) -> Floats:
    """The standard normal score of a linear trend in shares; NaN where the margin is all or nothing.

    Sources: W. G. Cochran, Biometrics 10 (1954), 417-451; P. Armitage, Biometrics 11 (1955), 375-386.
    """
    x, n, t = _points(x, n, t)
    total = n.sum(axis=1)
    share = _divided(x.sum(axis=1), total)
    apart = t - _divided((n * t).sum(axis=1), total)[:, None]
    score = ((x - n * share[:, None]) * apart).sum(axis=1)
    variance = share * (1 - share) * (n * apart**2).sum(axis=1)
    return _divided(score, np.sqrt(variance))


def slopes_without_one(x: ArrayLike, n: ArrayLike, t: ArrayLike) -> Floats:
    """The slopes of the empirical logit ln((x + ½) / (n − x + ½)), each without the point of its column.

    Least squares; NaN where there is no such point, or fewer than two others.
    """
    x, n, t = _points(x, n, t)
    is_point = n > 0
    y = np.log((x + 0.5) / (n - x + 0.5))  # 0 where there is no point
    times = np.where(is_point, t - t[:, :1], 0.0)
    others = is_point.sum(axis=1, keepdims=True) - 1.0
    rest_t, rest_y = (each.sum(axis=1, keepdims=True) - each for each in (times, y))
    rest_ty = (times * y).sum(axis=1, keepdims=True) - times * y
    rest_tt = (times**2).sum(axis=1, keepdims=True) - times**2
    rise, run = others * rest_ty - rest_t * rest_y, others * rest_tt - rest_t**2
    return np.where(is_point, _divided(rise, run), np.nan)


def falls_without_any_one(x: ArrayLike, n: ArrayLike, t: ArrayLike) -> NDArray[np.bool_]:
    """Whether the slope is negative whichever one point is left out: no single period makes the trend."""
    steepest_rise = np.fmax.reduce(slopes_without_one(x, n, t), axis=1)
    return np.asarray(steepest_rise < -_HAIR, np.bool_)


def theil_sen(y: ArrayLike, t: ArrayLike) -> Floats:
    """The median of the slopes between any two points, in units of ``y`` per period; NaN with fewer than two.

    Source: P. K. Sen, Journal of the American Statistical Association 63 (1968), 1379-1389.
    """
    y, t = np.asarray(y, np.float64), np.asarray(t, np.float64)
    pairs = list(combinations(range(y.shape[1]), 2))
    slopes = np.empty((len(y), len(pairs)))
    for place, (i, j) in enumerate(pairs):
        slopes[:, place] = (y[:, j] - y[:, i]) / (t[:, j] - t[:, i])
    slopes.sort(axis=1)  # NaN goes last
    known = len(pairs) - np.isnan(slopes).sum(axis=1)
    here = np.arange(len(slopes))
    return np.asarray((slopes[here, np.maximum(known - 1, 0) // 2] + slopes[here, known // 2]) / 2)


def span(t: ArrayLike) -> Floats:
    """How many periods lie between the first and the last point; NaN: there is none."""
    t = np.asarray(t, np.float64)
    return np.asarray(np.fmax.reduce(t, axis=1) - np.fmin.reduce(t, axis=1), np.float64)


def trend_by_chance(x: ArrayLike, n: ArrayLike, t: ArrayLike, *, z: float, points: float) -> Floats:
    """How often all three conditions of a falling trend are met if nothing changes; NaN: the margin forbids it.

    The test at ``−z``, the sign without any one point and a median slope that makes ``points`` percentage points over
    the window are tried on normal noise of the margin's variance: one fixed sample for every pattern of gaps.
    """
    x, n, t = _points(x, n, t)
    is_point = n > 0
    total = n.sum(axis=1)
    share = _divided(x.sum(axis=1), total)
    inverse = _divided(np.ones_like(n), n)
    noise = 100 * np.sqrt(share * (1 - share) * np.nansum(inverse, axis=1) / np.maximum(is_point.sum(axis=1), 1))
    first = np.where(is_point, t, np.inf).min(axis=1, keepdims=True)
    # A bit for each place in the window that has a point: rows of one number share their sample.
    patterns = np.where(is_point, np.exp2(np.where(is_point, t - first, 0)), 0).sum(axis=1)
    chance = np.full(len(x), np.nan)
    possible = np.flatnonzero(noise > 0)
    for pattern in np.unique(patterns[possible]):
        cells = possible[patterns[possible] == pattern]
        falls = _falls_by_chance(tuple(place for place, bit in enumerate(f"{int(pattern):b}"[::-1]) if bit == "1"), z)
        chance[cells] = (len(falls) - np.searchsorted(falls, points / noise[cells])) / _DRAWS
    return chance


@lru_cache(maxsize=256)
def _falls_by_chance(places: Sequence[int], z: float) -> Floats:
    """Over the window, in standard errors of one point and in order: falls of those draws that pass the rest."""
    t = np.asarray(places, np.float64)
    y = np.random.default_rng(_SEED).standard_normal((_DRAWS, len(t)))
    apart = t - t.mean()
    score = y @ apart / np.sqrt((apart**2).sum())
    without = [np.delete(y, k, axis=1) @ (np.delete(t, k) - np.delete(t, k).mean()) for k in range(len(t))]
    passing = (score <= -z) & (np.max(without, axis=0) < 0)
    slopes: Floats = theil_sen(y[passing], np.broadcast_to(t, (int(passing.sum()), len(t))))
    return np.asarray(np.sort(-slopes * (t[-1] - t[0])), np.float64)


def _points(x: ArrayLike, n: ArrayLike, t: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """As matrices; what is no point weighs nothing."""
    x, n, t = (np.atleast_2d(np.asarray(each, np.float64)) for each in (x, n, t))
    x, n, t = np.broadcast_arrays(x, n, t)
    no_point = np.isnan(x) | np.isnan(n) | np.isnan(t)
    return np.where(no_point, 0, x), np.where(no_point, 0, n), np.where(no_point, 0, t)


def _divided(a: Floats, b: Floats) -> Floats:
    """NaN where there is nothing to divide by."""
    return np.asarray(np.divide(a, b, out=np.full(np.broadcast(a, b).shape, np.nan), where=b > 0), np.float64)
