"""What a measure changed beyond what the starting level foretells: a weighted regression on the level before.

Those who do worst are chosen for help, and those who did worst by chance rise by themselves. So the level before must
include the period by which organisations were chosen: then this rise belongs to the level and not to the measure.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]
LEVEL = 0.90  # of the interval, two-sided
_COEFFICIENTS = 3  # the common level, the measure, the level before
_WIDEST = 0.25  # p(1 − p) at most
_BETWEEN = 0.03  # how much organisations differ beyond chance, as a share
_NOTHING = 1e-12  # a share so small is the rounding of a zero


@frozen(kw_only=True)
class Adjusted:
    """The effect of a measure as a difference of shares, −1…1."""

    estimate: float
    error: float  # standard error
    low: float
    high: float

    @classmethod
    def of(cls, before: ArrayLike, after: ArrayLike, of_after: ArrayLike, treated: ArrayLike) -> Adjusted | None:
        """Regression of the shares ``after`` on ``treated`` and the shares ``before``, an element an organisation.

        Weights are 1 / (0.25 / ``of_after`` + 0.03²). None: the level before is the same for all or divides those
        treated from the others, so that nothing tells the two apart; or there are too few organisations.
        """
        p, y = np.asarray(before, np.float64), np.asarray(after, np.float64)
        n, is_treated = np.asarray(of_after, np.float64), np.asarray(treated, np.float64)
        free = len(p) - _COEFFICIENTS
        root = 1 / np.sqrt(_WIDEST / n + _BETWEEN**2)
        known = np.column_stack([np.ones_like(p), is_treated, p])
        if free < 1 or np.linalg.matrix_rank(known) < _COEFFICIENTS:
            return None
        q, r = np.linalg.qr(known * root[:, None])
        found = np.linalg.solve(r, q.T @ (y * root))
        rest = (y - known @ found) * root
        spread = float(rest @ rest) / free
        error = float(np.sqrt(spread * (np.linalg.inv(r)[1] ** 2).sum()))
        estimate = float(found[1])
        estimate, error = (0.0 if abs(each) < _NOTHING else each for each in (estimate, error))
        reach = float(stdtrit(free, (1 + LEVEL) / 2)) * error
        return cls(estimate=estimate, error=error, low=estimate - reach, high=estimate + reach)
