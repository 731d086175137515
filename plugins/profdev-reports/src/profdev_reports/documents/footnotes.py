"""Footnotes of a table: one number for one text, in the order in which they are met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def footnotes(notes: Iterable[Sequence[str]]) -> Mapping[str, str]:
    """The mark of each text: «¹⁾», «²⁾»."""
    texts = dict.fromkeys(text for row in notes for text in row)
    return {text: f"{number}⁾".translate(_RAISED) for number, text in enumerate(texts, start=1)}


def listed(marks: Mapping[str, str]) -> tuple[str, ...]:
    """What stands under the table."""
    return tuple(
        f"{mark} {text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}" for text, mark in marks.items()
    )
