"""What was probably meant, and what there is to choose from."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from attrs import define

_LONGEST = 80  # a longer word is not a slip of the finger
_LISTED = 20


@define
class Hints:
    """Guesses at misspelt names; a limited number, since each costs time and a file may be all mistakes."""

    left: int = 300

    def nearest(self, word: str, names: Iterable[str]) -> str | None:
        """The name most like the word; None: nothing is like it."""
        if self.left <= 0 or len(word) > _LONGEST:
            return None
        self.left -= 1
        by_folded = {name.casefold(): name for name in sorted(names, reverse=True)}
        found = difflib.get_close_matches(word.casefold(), by_folded, n=1)
        return by_folded[found[0]] if found else None

    def meant(self, word: str, names: Iterable[str], nothing: str = "") -> str:
        """«может быть, «n_ped»?», else what there is; ``nothing`` where there is nothing at all."""
        names = tuple(names)
        nearest = self.nearest(word, names)
        if nearest is not None:
            return f"может быть, «{nearest}»?"
        return f"есть: {listed(names)}" if names else nothing


def listed(names: Iterable[str]) -> str:
    """Names in order of the alphabet, not too many."""
    ordered = sorted(names)
    more = f" и ещё {len(ordered) - _LISTED}" if len(ordered) > _LISTED else ""
    return ", ".join(ordered[:_LISTED]) + more
