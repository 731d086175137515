"""Stock reports: the form of the order in Markdown, as a table for Excel, and for other programs."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.builtin.renderers.flat import Csv
from profdev_indicators.builtin.renderers.markdown import Markdown
from profdev_indicators.builtin.renderers.structured import Json
from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Renderer


@hookimpl
def provide_renderers() -> Mapping[str, type[Renderer]]:
    """The stock reports."""
    return {"markdown": Markdown, "csv": Csv, "json": Json}
