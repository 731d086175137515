"""Documents made of an answer, and the control of what they may disclose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from profdev_indicators import hookimpl
from profdev_reports.kinds import Book, Form, Letters, Note, OpenData, Order, Site
from profdev_reports.objections import of_district

if TYPE_CHECKING:
    import polars as pl

    from profdev_indicators.errors import Problem
    from profdev_indicators.model import District, Renderer
    from profdev_indicators.results import Protection


@hookimpl
def provide_renderers() -> Mapping[str, type[Renderer]]:
    """The documents a district sends and publishes."""
    return {
        "form": Form,
        "note": Note,
        "letters": Letters,
        "order": Order,
        "book": Book,
        "site": Site,
        "opendata": OpenData,
    }


@hookimpl
def check_district(district: District) -> Iterable[Problem]:
    """Object to settings that no document could be made with."""
    return of_district(district)


@hookimpl
def protect(values: pl.LazyFrame, district: District, published: pl.DataFrame | None) -> Protection | None:
    """Hide small numbers and whatever would tell them."""
    # scipy's solver takes half a second to load: only whoever publishes waits for it.
    protection: Protection = import_module("profdev_reports.disclosure").protect(values, district, published)
    return protection
