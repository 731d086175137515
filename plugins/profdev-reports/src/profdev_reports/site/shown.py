"""A value as a cell of a page: its words, what it is made of, its marks and the step of its colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from profdev_indicators import wording
from profdev_indicators.results import Value
from profdev_indicators.views import notes
from profdev_indicators.views.form import Line, difference

UNCONFIRMED = "†"
INCOMPLETE = "◐"
_STEPS = 10  # of the colours of a heat map, as `charts.steps` has them
_WIDTH = 10.0  # of a step, per cent

Look = Literal["value", "yes", "no", "missing", "na", "hidden", "invalid", "undefined", "none"]
Way = Literal["better", "worse", "same", "moved", "none"]

SHORT: Mapping[Look, str] = {"invalid": "!", "undefined": "×"}
"""What stands in a cell of a heat map, where the words are too long for it."""

_LOOKS: Mapping[str, Look] = {
    "not_reported": "missing",
    "not_applicable": "na",
    "not_defined": "undefined",
    "invalid": "invalid",
    "suppressed": "hidden",
}
_HIDDEN = "скрыто, чтобы число не говорило об отдельных людях"
_REASONS = {
    "not_reported": "спросили, ответа нет",
    "not_applicable": "не применимо",
    "not_defined": "в этом периоде не определён",
    "invalid": "ответ противоречит сам себе и в суммы не вошёл",
    "suppressed": _HIDDEN,
}


@frozen(kw_only=True)
class Shown:
    """A cell."""

    text: str  # «73,8 %», «да», «нет данных», «–», «…»
    short: str  # the same for a cell of a heat map: without the unit
    parts: str  # «31 из 42»; empty where there is nothing to tell
    signs: str  # «†», «◐»
    words: str  # what the state is, in words; empty: an answer like any other
    look: Look
    step: int | None  # 0–9 of the scale of colours; None: no percentage
    order: str  # what a column is sorted by; empty: after all others


@frozen(kw_only=True)
class Moved:
    """A change between two periods."""

    text: str  # «−7,2 п.п.», or why there is none
    way: Way
    order: str


NOTHING = Shown(text="", short="", parts="", signs="", words="не спрашивали", look="none", step=None, order="")


def shown(value: Value | None, line: Line, places: int) -> Shown:
    """The cell of one unit, indicator and period."""
    if value is None:
        return NOTHING
    if value.value is None:
        word = wording.STATE_WORDS[value.state]
        look = _LOOKS[value.state]
        reason = value.reason or _REASONS.get(value.state, "")
        return Shown(
            text=word,
            short=SHORT.get(look, word),
            parts="",
            signs="",
            words=reason,
            look=look,
            step=None,
            order="",
        )
    unit = line.indicator.unit
    flag = line.nature == "flag" and value.level == 0 and value.denominator == 1
    said = ("да" if value.numerator else "нет") if flag else ""
    return Shown(
        text=said or wording.with_unit(value.value, unit, places),
        short=said or wording.decimal(value.value, places, trim=unit != "%"),
        parts="" if flag else notes.parts(value, line.nature),
        signs=_signs(value),
        words=_words(value),
        look="value" if not flag else ("yes" if value.numerator else "no"),
        step=_step(value.value) if unit == "%" and not flag else None,
        order=repr(value.value),
    )


def moved(before: Value | None, value: Value | None, line: Line, places: int) -> Moved:
    """How a value differs from an earlier one; nothing is told across a break of the definition."""
    if before is None or before.value is None or value is None or value.value is None:
        return Moved(text="", way="none", order="")
    if before.definition != value.definition:
        return Moved(text="определение другое", way="none", order="")
    by = difference(value, before) or 0.0
    return Moved(
        text=wording.change(by, line.indicator.unit, places), way=way(by, line.indicator.better), order=repr(by)
    )


def way(by: float, better: str) -> Way:
    """Whether a change is for the better."""
    if by == 0:
        return "same"
    if better == "neutral":
        return "moved"
    return "better" if (by > 0) == (better == "higher") else "worse"


def _signs(value: Value) -> str:
    return (UNCONFIRMED if value.evidenced < value.reported else "") + (INCOMPLETE if value.state == "partial" else "")


def _words(value: Value) -> str:
    told = []
    if value.state == "partial":
        told.append(f"ответили {wording.of(value.reported, value.expected)}")
    if value.evidenced < value.reported:
        one = value.reported == 1
        lacking = wording.of(value.reported - value.evidenced, value.reported)
        told.append(wording.NOT_EVIDENCED if one else f"{wording.NOT_EVIDENCED}: {lacking} без ссылки")
    if value.reason:
        told.append(value.reason)
    return "; ".join(told)


def _step(value: float) -> int:
    return min(_STEPS - 1, max(0, int(value // _WIDTH)))
