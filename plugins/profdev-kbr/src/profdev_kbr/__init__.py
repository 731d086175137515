"""What is common to the districts of Kabardino-Balkaria: the form with its nineteen criteria, the municipalities."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from profdev_indicators.hookspecs import hookimpl


@hookimpl
def provide_configs() -> Mapping[str, Traversable]:
    """``kbr``, a base to extend; ``kbr-municipalities``, units to include."""
    here = files(__name__)
    return {
        "kbr": here / "kbr.yaml",
        "kbr-municipalities": here / "municipalities.yaml",
    }
