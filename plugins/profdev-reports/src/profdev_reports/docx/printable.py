"""Texts as XML may hold them: whatever they contain is printed and never acts."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# What XML 1.0 forbids, and marks that turn the rest of a line around: one stays visible, none acts.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_LINES = re.compile("\r\n?|[\u2028\u2029\x85]")
_SPACES = re.compile(r"[\t\n]+")
_LINK = re.compile(r"(?i)(https?://[^\s/?#\\<>\"]+|mailto:[^\s@<>\"]+@)[^\s<>\"\\]*")


def printable(text: str) -> str:
    """The text with one kind of line ends, and «�» for each character that cannot be printed."""
    return _UNPRINTABLE.sub(REPLACEMENT, _LINES.sub("\n", text))


def escaped(text: str) -> str:
    """A text between tags."""
    return escape(printable(text))


def attribute(text: str) -> str:
    """A text between double quotes, on one line."""
    return escape(_SPACES.sub(" ", printable(text)), {'"': "&quot;"})


def address(link: str | None) -> str | None:
    """The link if a document may have it: http, https or mailto."""
    return link if link and _LINK.fullmatch(link) and printable(link) == link else None
