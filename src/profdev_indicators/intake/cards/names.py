"""Names of files which Windows, archives and mail programs carry unharmed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

_LONGEST = 100  # characters with the extension: folders of a mail program eat the rest of the 260 which Windows allows
_MOST_BYTES = 240  # of the 255 of most disks; letters of Russian take two, pictures four
_EXTENSION = ".xlsx"
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$| )", re.IGNORECASE)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # controls, marks of direction, halves of characters


def file_names(units: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """A name for the card of each organisation: «{id} {название}.xlsx», no two alike whatever the case.

    Args:
        units: ids, no id twice, and names.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for unit, name in units:
        stem = _cleaned(f"{unit} {name}")
        made, nth = _cut(stem, ""), 1
        while _folded(made) in taken:
            nth += 1
            made = _cut(stem, f" ({nth})")
        taken.add(_folded(made))
        names[unit] = made
    return names


def _cleaned(text: str) -> str:
    spaced = "".join(" " if unicodedata.category(sign) in _UNSEEN else sign for sign in text)
    plain = " ".join(_FORBIDDEN.sub(" ", spaced.replace('"', "'")).split()).strip(". ")
    plain = plain.lstrip("~") or "карта"  # «~$» marks the locks of Office
    return f"_{plain}" if _RESERVED.match(plain) else plain


def _cut(stem: str, suffix: str) -> str:
    short = stem[: _LONGEST - len(suffix) - len(_EXTENSION)].encode()[:_MOST_BYTES].decode(errors="ignore")
    return short.rstrip(". ") + suffix + _EXTENSION


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
