"""A change of a share taken apart, exactly: what the numerator did and what the denominator did."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor
from typing import TypeVar

import polars as pl

Number = TypeVar("Number", float, Fraction, pl.Expr)

_NOISE = 9  # digits after those printed in which arithmetic, not the quantity, may differ


def parts(now: Number, of: Number, before: Number, of_before: Number) -> tuple[Number, Number]:
    """What the numerator and the denominator add to ``now / of − before / of_before``; their sum is all of it.

    The numerator's part is its change among those who are there now, (x₁ − x₀) / n₁; the denominator's is what the
    earlier numerator loses by being divided among more, x₀ / n₁ − x₀ / n₀.

    >>> parts(Fraction(12), Fraction(30), Fraction(12), Fraction(20))
    (Fraction(0, 1), Fraction(-1, 5))
    """
    return (now - before) / of, before / of - before / of_before


def printed(terms: Sequence[float], places: int = 1) -> tuple[float, ...]:
    """The terms rounded so that they add up to their rounded sum: the largest remainders are rounded up.

    The sum itself is rounded half away from zero, as :func:`profdev_indicators.wording.decimal` does.

    >>> printed([0.25, 0.25, 0.25]), printed([-0.25, -0.25])
    ((0.3, 0.3, 0.2), (-0.2, -0.3))
    """
    unit = 10**places
    units = [round(term * unit, _NOISE) for term in terms]
    total = round(sum(units), _NOISE)
    whole = floor(abs(total) + 0.5) * (1 if total >= 0 else -1)
    floors = [floor(each) for each in units]
    by_remainder = sorted(range(len(units)), key=lambda place: floors[place] - units[place])
    raised = set(by_remainder[: whole - sum(floors)])
    return tuple((each + (place in raised)) / unit for place, each in enumerate(floors))
