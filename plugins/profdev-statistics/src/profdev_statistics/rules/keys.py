"""Keys and limits of keys that the rules of this package have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

SEVERITY = "Важность: info, attention, risk или critical"
NAME = "Имя, если правил этого вида несколько: под ним находки и рекомендации"
APPLIES_TO = "К кому: all — ко всем, organisations — к тем, кто отвечает сам, totals — к итогам над ними"
COVERAGE = "Итоги, в которые вошли меньше этого процента спрошенных, не сравниваются"

Validator = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def between(least: float, most: float = float("inf")) -> Validator:
    """A validator which speaks Russian: the loader shows its words beside the line. An absent value is let through."""

    def check(_: object, attribute: attrs.Attribute[Any], value: float | None) -> None:
        if value is not None and not least <= value <= most:
            wanted = f"не меньше {least:g}" if most == float("inf") else f"от {least:g} до {most:g}"
            raise ValueError(f"{attribute.name}: должно быть {wanted}, а не {value:g}")

    return check
