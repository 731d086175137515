"""Pages as HTML: templates, the frame around every page, and what is never let through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from profdev_reports import charts
from profdev_reports.provenance import lines
from profdev_reports.site.addresses import up
from profdev_reports.site.answer import Answer
from profdev_reports.site.parts import Link, Page, kind_of

_REPLACED = "\N{REPLACEMENT CHARACTER}"
# What no HTML document may hold: controls but tab and line ends, and code points that are no characters.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_ASSETS = ("style.css", "extras.js")


@cache
def environment() -> Environment:
    """The templates; whatever is put into them is text, unless we drew it ourselves."""
    made = Environment(
        loader=PackageLoader("profdev_reports.site"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["svg"] = Markup  # pictures come from `profdev_reports.charts`, which escapes texts
    made.globals["kind_of"] = kind_of
    return made


def html(answer: Answer, pages: Iterable[Page], menu: Iterable[Link]) -> Mapping[str, bytes]:
    """Every page as a file."""
    district = answer.monitoring.district
    template = environment().get_template("page.html")
    items = tuple(menu)
    around = {
        "district": str(district.title),
        "operator": district.operator or "",
        "period": ", ".join(form.period.title for form in answer.forms),
        "public": answer.is_public,
        "provisional": answer.monitoring.provisional,
        "foot": lines(answer.monitoring),
        "contact": district.contact or "",
    }
    return {
        page.path: template.render(page=page, root=up(page.path), menu=_current(items, page), **around).encode(
            "utf-8", "replace"
        )
        for page in pages
    }


def assets() -> Mapping[str, bytes]:
    """The stylesheet, with the colours of the charts, and the extras."""
    folder = files("profdev_reports.site") / "assets"
    style, extras = ((folder / name).read_bytes() for name in _ASSETS)
    return {"style.css": f"{charts.stylesheet()}{_shades()}\n".encode() + style, "extras.js": extras}


def _shades() -> str:
    """The steps of a heat map as classes: a page has no style of its own."""
    return "".join(
        f".heat td.h{place}{{background:{background};color:{words}}}\n"
        for place, (_, _, background, words) in enumerate(charts.steps())
    )


def _current(menu: tuple[Link, ...], page: Page) -> tuple[Link, ...]:
    above = {page.path, *(link.path for link in page.trail)}
    return tuple(Link(link.text, link.path, current=link.path in above) for link in menu)


def _printable(value: object) -> object:
    return _FORBIDDEN.sub(_REPLACED, value) if type(value) is str else value  # ours is Markup, which is let through
