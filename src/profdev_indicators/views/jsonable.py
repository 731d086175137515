"""Values as JSON can hold them."""

from __future__ import annotations

from datetime import date
from math import isfinite
from typing import Any


def plain(thing: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold, and what it cannot
    """The same without what JSON lacks: dates become texts, tuples lists, and NaN or infinity null."""
    match thing:
        case dict():
            return {str(name): plain(value) for name, value in thing.items()}
        case list() | tuple():
            return [plain(value) for value in thing]
        case float():
            return thing if isfinite(thing) else None
        case date():
            return thing.isoformat()
        case _:
            return thing
