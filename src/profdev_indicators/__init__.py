"""Indicators of how well a district helps its teachers grow; every number explains itself."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profdev_indicators.facade import analyse, cards, collect, load, monitor, publish
    from profdev_indicators.hookspecs import hookimpl
    from profdev_indicators.intake.pseudonyms import pseudonymise
    from profdev_indicators.periods import Period
    from profdev_indicators.plugins import plugin_manager

__all__ = [
    "Period",
    "analyse",
    "cards",
    "collect",
    "hookimpl",
    "load",
    "monitor",
    "plugin_manager",
    "pseudonymise",
    "publish",
]

_HOMES = {
    "Period": "periods",
    "analyse": "facade",
    "cards": "facade",
    "collect": "facade",
    "hookimpl": "hookspecs",
    "load": "facade",
    "monitor": "facade",
    "plugin_manager": "plugins",
    "pseudonymise": "intake.pseudonyms",
    "publish": "facade",
}


def __getattr__(name: str) -> object:
    # Polars alone is most of the start of a process; `profdev --help` should not wait for it.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
