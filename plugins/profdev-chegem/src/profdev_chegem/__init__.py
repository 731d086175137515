"""What is Chegem's own: sections for what the form leaves out, thresholds of negative dynamics, advice."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from profdev_indicators.hookspecs import hookimpl


@hookimpl
def provide_configs() -> Mapping[str, Traversable]:
    """Three fragments to ``include`` over the base ``kbr``; the other two speak of the rules of ``chegem-dynamics``."""
    here = files(__name__)
    return {
        "chegem-sections": here / "sections.yaml",
        "chegem-dynamics": here / "dynamics.yaml",
        "chegem-advice": here / "advice.yaml",
    }
