"""Foreign texts as they may be seen: without characters that cannot be seen or that reorder what is seen."""

from __future__ import annotations

import re

_NEVER = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters: no form of document may hold them
    "\u200b\u200e\u200f\u061c\u2060\ufeff\u202a-\u202e\u2066-\u2069\ufffe\uffff]"  # unseen, or turning lines around
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile(r"\s*(?:\r\n|[\r\n\u2028\u2029])\s*")
_ALLOWED = re.compile(r"(?i)(?:https?://|mailto:)[^\s<>\"]+")


def visible(text: str) -> str:
    """The text with its line breaks and no-break spaces, without what only a computer would notice."""
    return _BREAKS.sub("\n", _SURROGATES.sub("\ufffd", _NEVER.sub("", text)))


def address(link: str | None) -> str | None:
    """The address of a link if it is one that a document may have; anything else is printed as text."""
    return link if link is not None and _ALLOWED.fullmatch(link) else None


def ink(shade: str) -> str:
    """Black or white, whichever is easier to read on a shade «#rrggbb»; either gives at least 4.5 to 1."""
    red, green, blue = (_linear(int(shade[start : start + 2], 16) / 255) for start in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (luminance + 0.05) ** 2 >= 1.05 * 0.05 else "#ffffff"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - of sRGB
