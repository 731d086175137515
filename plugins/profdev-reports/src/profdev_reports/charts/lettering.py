"""How much room words take, before anybody knows the font: widths of a usual sans serif, a little on the safe side."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
# What XML forbids, what nobody sees, and what makes text run backwards.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
_PLANES_END = re.compile(
    "[" + "".join(chr(plane + end) for plane in range(0x1FFFE, 0x110000, 0x10000) for end in (0, 1)) + "]"
)
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_FIRST_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"

_SAFE = 1.06  # Noto Sans is so much wider than Arial, whose widths these are
_BOLD = 1.06
_USUAL, _WIDE = 0.56, 1.0  # em: a letter of no list; anything beyond the European scripts
_EUROPEAN = 0x0600
_WIDTHS = {
    sign: em
    for em, signs in (
        (0.0, "\u2068\u2069"),
        (0.24, "'ijl|"),
        (0.29, " !,./:;I[\\]ft\N{NO-BREAK SPACE}"),
        (0.36, '"()-`r{}г*'),
        (0.46, "^зкт"),
        (0.51, "JcksvxyzсухчьэГ"),
        (0.57, "#$0123456789?L_abdeghnopquабвеёийнопрця«»–†‡"),
        (0.60, "+<=>FTZ~длъЗКТ−×"),
        (0.68, "&ABEKPSVXYжАБВЕЁЛРУХЧЬ"),
        (0.73, "CDHNRUwмыДИЙНПСЭЯЦюФ"),
        (0.84, "GOQфшщОЪMmМ"),
        (0.96, "%ЖШЫWЩ"),
        (1.06, "@Ю—…▼▲№"),
    )
    for sign in signs
}


def plain(text: str) -> str:
    """One line of visible characters in their own order, and nothing XML forbids."""
    seen = _PLANES_END.sub("", _UNSEEN.sub("", _BREAKS.sub(" ", text)))
    return re.sub(" {2,}", " ", seen).strip()


def name(text: str) -> str:
    """A name to stand among other words: written from right to left, it does not drag the numbers after it along."""
    words = plain(text)
    turned = any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in words)
    return f"{_FIRST_ISOLATE}{words}{_POP_ISOLATE}" if turned else words


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Of one line in pixels, more likely too much than too little."""
    em = sum(_WIDTHS.get(sign) or (_USUAL if ord(sign) < _EUROPEAN else _WIDE) for sign in text)
    return em * size * _SAFE * (_BOLD if bold else 1.0)


def wrapped(text: str, size: float, most: float, *, bold: bool = False) -> tuple[str, ...]:
    """Lines no wider than ``most``, broken between words; a word that is wider itself is broken anywhere."""
    return tuple(_lines(text, size, most, bold))


def _lines(text: str, size: float, most: float, bold: bool) -> Iterator[str]:  # noqa: FBT001 - the other half of `wrapped`
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if width(joined, size, bold=bold) <= most:
            line = joined
            continue
        if line:
            yield line
        line = word
        while width(line, size, bold=bold) > most and len(line) > 1:
            fitting = _fitting(line, size, most, bold=bold)
            yield line[:fitting]
            line = line[fitting:]
    if line:
        yield line


def _fitting(word: str, size: float, most: float, *, bold: bool) -> int:
    taken = 0.0
    for place, sign in enumerate(word):
        taken += width(sign, size, bold=bold)
        if taken > most:
            return max(place, 1)
    return len(word)
