"""Filling the page: every text is escaped, pictures stand inside."""

from __future__ import annotations

from base64 import b64encode
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from profdev_reports.blocks import Document
from profdev_reports.plain import plain


def write(document: Document) -> bytes:
    """The document as HTML, in UTF-8."""
    page = Environment(
        loader=PackageLoader("profdev_reports", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.filters["picture"] = _picture
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return page.get_template("page.html.jinja").render(d=plain(document), style=style).encode()


def _picture(svg: str) -> str:
    """An address that holds the picture itself: ids inside it meet no others, and nothing in it can run."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode('ascii')}"
