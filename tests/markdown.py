"""Pages of the documentation, their fenced blocks, headings and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[1]
OWN = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_ANCHOR = re.compile(r'<a id="([^"]+)">')


@frozen
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path, *languages: str) -> list[Block]:
    """The blocks of a page in these languages, in order."""
    text = page.read_text(encoding="utf-8")
    found = (Block(page, text.count("\n", 0, match.start()) + 1, *match.groups()) for match in _FENCE.finditer(text))
    return [block for block in found if block.language in languages]


def links(page: Path) -> list[str]:
    """Where a page points to, code left out."""
    prose = re.sub(r"`[^`\n]*`", "``", _FENCE.sub("", page.read_text(encoding="utf-8")))
    return _LINK.findall(prose)


def headings(page: Path) -> list[str]:
    """The headings of a page."""
    return _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> Iterator[str]:
    """The names one may put after «#»: as GitHub makes them of headings, and those written out."""
    for heading in headings(page):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
    yield from _ANCHOR.findall(page.read_text(encoding="utf-8"))
