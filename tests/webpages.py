"""Pages as a browser and a strict reader see them: what is in a table, where links lead, what is left open."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser

from selectolax.lexbor import LexborHTMLParser, LexborNode

_VOID = {"meta", "link", "br", "hr", "img", "input", "col", "wbr"}
_EMPTY_SVG = {"polyline", "polygon", "circle", "rect", "line", "path", "ellipse"}


def pages(files: Mapping[str, bytes]) -> Mapping[str, LexborHTMLParser]:
    """Every page of a site, parsed as HTML 5 says, by its path."""
    return {name: LexborHTMLParser(content) for name, content in files.items() if name.endswith(".html")}


def cells(page: LexborHTMLParser, table: str) -> list[list[str]]:
    """Texts of a table's rows, the head first, without what only a screen reader says and what stands small."""
    found = page.css_first(f"table#{table}")
    assert found is not None, f"no table {table}"
    return [[_text(cell) for cell in row.css("th, td")] for row in found.css("tr")]


def targets(page: LexborHTMLParser) -> Iterator[str]:
    """Everything a page asks a browser for or leads to."""
    for node in page.css("[href], [src], [action], [data], [poster], [srcset]"):
        yield from (
            str(node.attributes[name]) for name in ("href", "src", "action", "data") if node.attributes.get(name)
        )


def resolved(path: str, target: str) -> tuple[str, str]:
    """Where a link of the page at ``path`` leads: a path and an anchor."""
    way, _, anchor = target.partition("#")
    return (posixpath.normpath(posixpath.join(posixpath.dirname(path), way)) if way else path), anchor


def faults(html: str) -> list[str]:
    """What a strict reader stumbles over: tags left open or closed out of order, ids and attributes given twice."""
    reader = _Strict()
    reader.feed(html)
    reader.close()
    return [*reader.faults, *(f"left open: {tag}" for tag in reader.open)]


def _text(cell: LexborNode) -> str:
    copy = LexborHTMLParser(f"<table><tr>{cell.html}</tr></table>")
    for part in copy.css(".spoken, small, .mark, .signs"):
        part.decompose()
    return " ".join(copy.text().split()) if copy.css_first("svg") is None else ""


class _Strict(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self._ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag, attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag, attrs)
        if tag not in _EMPTY_SVG:
            self.faults.append(f"closed at once: {tag}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"closed out of order: {tag} within {self.open[-3:]}")
        elif self.open:
            self.open.pop()

    def _look(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.faults.extend(f"{tag}: {name} twice" for name in set(names) if names.count(name) > 1)
        for name, value in attrs:
            if name == "id":
                if not value or value in self._ids or value != "".join(value.split()):
                    self.faults.append(f"id {value!r}")
                self._ids.add(value or "")
