"""Bounds of what a configuration may write, told in Russian beside the line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs


def between(least: float, most: float) -> Callable[[Any, attrs.Attribute[Any], float], None]:
    """A validator: both ends are allowed."""

    def check(_: object, attribute: attrs.Attribute[Any], value: float) -> None:
        if not least <= value <= most:
            raise ValueError(f"{attribute.name}: должно быть от {least:g} до {most:g}, а не {value:g}")

    return check
