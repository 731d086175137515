"""Footnotes of a table: one number for one text, in the order in which they are met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve

from profdev_indicators.views import notes
from profdev_indicators.views.form import Line

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def beside(line: Line, places: int) -> tuple[str, ...]:
    """What must be read together with the number; nothing that would tell a hidden one.

    Only a «да» or a number above zero needs a link: that one is missing says that there is something.
    """
    value = line.value
    if value is not None and value.state == "suppressed":
        line = evolve(line, value=evolve(value, evidenced=value.reported))
    return notes.notes(line, places)


def footnotes(rows: Iterable[Sequence[str]]) -> Mapping[str, str]:
    """The mark of each text: «¹⁾», «²⁾»."""
    texts = dict.fromkeys(text for row in rows for text in row)
    return {text: f"{number}⁾".translate(_RAISED) for number, text in enumerate(texts, start=1)}


def listed(marks: Mapping[str, str]) -> tuple[str, ...]:
    """What stands under the table."""
    return tuple(
        f"{mark} {text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}" for text, mark in marks.items()
    )
