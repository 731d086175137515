"""What a chart shows, in words: the numbers themselves as long as somebody would listen to them."""

from __future__ import annotations

from collections.abc import Sequence

from profdev_indicators import wording
from profdev_indicators.model import Indicator
from profdev_indicators.results import Value
from profdev_indicators.views import notes
from profdev_indicators.views.form import Nature
from profdev_reports.charts.absences import ABSENCES, UNCONFIRMED
from profdev_reports.charts.lettering import plain

_LONGEST = 600  # characters: longer, and a screen reader is switched off
_NAME = 90


def told(
    title: str, points: Sequence[str], *, summary: str = "", always: Sequence[str] = (), count: int | None = None
) -> str:
    """The points and what must ``always`` be said; where they are too many, the summary and how many there are.

    ``count``: of the points in the picture, where it has more than it tells.
    """
    whole = " ".join(filter(None, (_ended("; ".join(points)), *always)))
    if len(title) + len(whole) + 2 <= _LONGEST:
        return _capital(whole)
    counted = wording.counted(len(points) if count is None else count, "точка", "точки", "точек")
    return _capital(" ".join(filter(None, (_ended(summary), *always, f"Всего {counted}; числа — в таблице."))))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def called(text: str, most: int = _NAME) -> str:
    """A name as one line, cut at a word where it is very long."""
    words = plain(text)
    return words if len(words) <= most else f"{words[:most].rsplit(' ', 1)[0].rstrip(' ,;')} …"


def amount(value: Value | None, indicator: Indicator, nature: Nature, places: int) -> str:
    """«76,8 % (420 из 547), ответили 24 из 25», or the absence in words."""
    if value is None:
        return "не запрашивали"
    if value.value is None:
        return said_absence(value.state)
    if is_answer(value, nature):
        return ("да" if value.numerator else "нет") + (
            f" ({wording.NOT_EVIDENCED})" if value.evidenced < value.reported else ""
        )
    parts = notes.parts(value, nature)
    text = wording.with_unit(value.value, indicator.unit, places) + (f" ({parts})" if parts else "")
    if value.state == "partial":
        text += f", ответили {notes.answered(value)}"
    return f"{text}, {wording.NOT_EVIDENCED}" if value.evidenced < value.reported else text


def said_absence(state: str) -> str:
    """An absence as it is spoken: signs alone say nothing to a screen reader."""
    return {"not_applicable": "не применимо", "suppressed": "скрыто"}.get(state, ABSENCES[state].word)


def is_answer(value: Value, nature: Nature) -> bool:
    """Whether the value is the yes or no of one organisation."""
    return nature == "flag" and value.level == 0 and value.denominator == 1


def label(value: Value, indicator: Indicator, nature: Nature, places: int) -> str:
    """What stands beside a point: «76,8 %», «4,1», «да»; with the sign of what is not confirmed."""
    sign = UNCONFIRMED if value.evidenced < value.reported else ""
    if is_answer(value, nature):
        return ("да" if value.numerator else "нет") + sign
    number = value.value or 0.0
    if indicator.unit == "%":
        return wording.with_unit(number, "%", places) + sign
    return wording.decimal(number, places, trim=True) + sign


def movement(change: float, indicator: Indicator, places: int) -> str:
    """«▼ −7,2 п.п., хуже»: an arrow and, where there is a better side, a word."""
    if change == 0:
        return "без изменений"
    arrow = "▼" if change < 0 else "▲"
    verdict = {True: ", хуже", False: ", лучше", None: ""}[is_worse(change, indicator)]
    return f"{arrow} {wording.change(change, indicator.unit, places)}{verdict}"


def spoken(change: float, indicator: Indicator, places: int) -> str:
    """The same without an arrow, which a screen reader would spell."""
    return movement(change, indicator, places).removeprefix("▼ ").removeprefix("▲ ")


def is_worse(change: float | None, indicator: Indicator) -> bool | None:
    """None: nothing changed, or neither side is better."""
    if not change or indicator.better == "neutral":
        return None
    return (change < 0) == (indicator.better == "higher")


def _ended(text: str) -> str:
    """One full stop, also after «ед.»."""
    return text if not text or text.endswith(".") else f"{text}."
