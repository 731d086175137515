"""Colours of the cells of a heat map: ten steps of blue, and words on them that can always be read."""

from __future__ import annotations

from math import isfinite

_NOTHING = ("#ffffff", "#4a4a4a")
_DARK, _LIGHT = "#10202f", "#ffffff"
_STEPS = (
    ("#f4f8fc", _DARK),
    ("#e3eef8", _DARK),
    ("#d0e2f3", _DARK),
    ("#bad5ed", _DARK),
    ("#a2c6e6", _DARK),
    ("#89b6de", _DARK),
    ("#2f75b5", _LIGHT),
    ("#26649e", _LIGHT),
    ("#1d5286", _LIGHT),
    ("#123d68", _LIGHT),
)
"""Background and words, from the least. Between the sixth and the seventh step neither black nor white reads well."""


def shade(value: float | None) -> tuple[str, str]:
    """Background and colour of the words for a per cent; for none, and for what is no number, plain paper."""
    if value is None or not isfinite(value):
        return _NOTHING
    return _STEPS[min(max(int(value // 10), 0), len(_STEPS) - 1)]


def steps() -> tuple[tuple[float, float, str, str], ...]:
    """For a legend: from and below which per cent, background, words; 100 belongs to the last step."""
    return tuple(
        (place * 10.0, (place + 1) * 10.0, background, words) for place, (background, words) in enumerate(_STEPS)
    )
