"""Scales from numbers to pixels: per cent always from 0 to 100, anything else between round numbers."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor, log10

from attrs import frozen

_PER_CENT = "%"
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_NOISE = 1e-9


@frozen(kw_only=True)
class Axis:
    """A scale between two ends; ``start`` and ``end`` are the pixels of ``least`` and ``most``."""

    least: float
    most: float
    step: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (self.end - self.start) * (value - self.least) / (self.most - self.least)

    @property
    def ticks(self) -> tuple[float, ...]:
        """Where lines of the grid stand."""
        count = round((self.most - self.least) / self.step)
        return tuple(self.least + self.step * place for place in range(count + 1))

    @property
    def places(self) -> int:
        """How many decimals its ticks need."""
        return next((places for places in range(4) if abs(self.step - round(self.step, places)) < _NOISE), 4)


def axis(values: Iterable[float], unit: str, *, start: float, end: float, ticks: int = 5) -> Axis:
    """The scale for values of a unit: 0 to 100 for per cent, so that one point is not a collapse; 0 is on every one."""
    known = [*values, 0.0]
    least, most = min(known), max(known)
    if unit == _PER_CENT and least >= 0 and most <= 100 + _NOISE:
        return Axis(least=0.0, most=100.0, step=100.0 / ticks, start=start, end=end)
    step = _step(most - least, ticks)
    upper = ceil(most / step - _NOISE) * step if most > least else step  # nothing but zeros: there still is an axis
    return Axis(least=floor(least / step) * step, most=upper, step=step, start=start, end=end)


def sizes(most: float, *, start: float, end: float, ticks: int = 6) -> Axis:
    """The scale for numbers of persons, from none to ``most``."""
    step = max(1.0, _step(most, ticks))
    step = float(ceil(step))
    return Axis(least=0.0, most=ceil(most / step - _NOISE) * step, step=step, start=start, end=end)


def _step(span: float, ticks: int) -> float:
    """A round number, so that about so many of them cover the span."""
    if span <= 0:
        return 1.0
    rough = span / ticks
    power = 10.0 ** floor(log10(rough))
    return next(times * power for times in _STEPS if times * power >= rough * (1 - _NOISE))
