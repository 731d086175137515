"""How much room texts take: neither Excel nor LibreOffice makes a row of a new book as high as its wrapped text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from math import ceil

_DIGIT = 7  # pixels of a digit in Arial 10, in which columns are measured
_PADDING = 8  # pixels of a cell which no text enters
_POINT = 96 / 72  # pixels
_LEADING = 1.24  # the height of a line in heights of its letters: Excel's is the greater of the two programs
_CAUTION = 1.03  # widths of letters are estimates, and a row too high is better than a text cut off
_HIGHEST = 409.0  # points: Excel's limit
_LOWEST = 18.0

# Widths of letters in Arial (and its metric twin Liberation Sans), in heights of the letters.
_NARROW = frozenset(" .,:;!|'’`()[]{}/\\-ijlItfrг\"°·")
_WIDE = frozenset("мжшщфыюЖМШЩЮФДЫЪmwMWОQO@%—№✓")
_BASIC_PLANE = 0xFFFF  # beyond it: pictures
_NARROW_WIDTH, _COMMON_WIDTH, _CAPITAL_WIDTH, _WIDE_WIDTH, _FULL_WIDTH = 0.33, 0.555, 0.7, 0.82, 1.15
_BOLD = 1.07


def width(text: str, points: float, *, bold: bool = False) -> float:
    """Pixels of a line of text."""
    heights = sum(map(_letter, text)) * (_BOLD if bold else 1.0)
    return heights * points * _POINT * _CAUTION


@lru_cache(maxsize=1 << 14)  # forty cards say the same
def lines(text: str, columns: float, points: float, *, bold: bool = False) -> int:
    """How many lines a wrapped text takes in a cell ``columns`` wide (Excel's units)."""
    room = max(columns * _DIGIT + 5 - _PADDING, 1.0)
    return sum(_wrapped(paragraph, room, points, bold=bold) for paragraph in text.split("\n"))


def height(parts: Iterable[tuple[str, float, bool]], columns: float) -> float:
    """Points of a row whose cell holds these texts one under another.

    Args:
        parts: text, size in points, whether bold.
        columns: the width of the cell in Excel's units.
    """
    needed = sum(lines(text, columns, points, bold=bold) * points * _LEADING for text, points, bold in parts if text)
    return min(max(ceil(needed) + 5.0, _LOWEST), _HIGHEST)


def _wrapped(paragraph: str, room: float, points: float, *, bold: bool) -> int:
    count, used = 1, 0.0
    space = width(" ", points, bold=bold)
    for word in paragraph.split(" "):
        wide = width(word, points, bold=bold)
        if used and used + space + wide > room:
            count, used = count + 1, 0.0
        if wide > room:  # longer than a line: it is broken wherever the line ends
            over = ceil(wide / room)
            count, used = count + over - 1, wide - (over - 1) * room
        else:
            used += (space if used else 0.0) + wide
    return count


def _letter(sign: str) -> float:
    if unicodedata.combining(sign) or unicodedata.category(sign) in {"Cf", "Mn", "Me"}:
        return 0.0
    if ord(sign) > _BASIC_PLANE or unicodedata.east_asian_width(sign) in {"W", "F"}:
        return _FULL_WIDTH
    if sign in _NARROW:
        return _NARROW_WIDTH
    if sign in _WIDE:
        return _WIDE_WIDTH
    return _CAPITAL_WIDTH if sign.isupper() else _COMMON_WIDTH
