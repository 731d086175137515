"""Stock engines that count records: ``polars`` on this machine."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Engine


@hookimpl
def provide_engines() -> Mapping[str, type[Engine]]:
    """The stock kinds."""
    return {}
