"""Numbers of the analyses as they stand in sentences."""

from __future__ import annotations

from profdev_indicators.wording import NBSP, change, counted, decimal

_UNIT = f"{NBSP}п.п."


def per_cent(value: float, places: int) -> str:
    """«73,8 %»."""
    return f"{decimal(value, places)}{NBSP}%"


def points(value: float, places: int) -> str:
    """«−7,2 п.п.»."""
    return change(value, "%", places)


def interval(low: float, high: float, places: int) -> str:
    """«90 %: −1,2…+3,0»: percentage points."""
    ends = (points(end, places).removesuffix(_UNIT) for end in (low, high))
    return f"90{NBSP}%: {'…'.join(ends)}"


def periods(number: int) -> str:
    """«3 периода», fit to stand after «за»."""
    return counted(number, "период", "периода", "периодов")
