"""«Мониторинг сайтов ОО»: a checker's protocol as a source of answers, and the pages it lists opened again."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Reader
from profdev_sites.protocol import SiteProtocol


@hookimpl
def provide_readers() -> Mapping[str, type[Reader]]:
    """``site_protocol``: what a checker wrote down."""
    return {"site_protocol": SiteProtocol}


@hookimpl
def provide_configs() -> Mapping[str, Traversable]:
    """``sites``: the source of criteria 1.2 and 1.3, read from a protocol."""
    return {"sites": files(__name__) / "sites.yaml"}
