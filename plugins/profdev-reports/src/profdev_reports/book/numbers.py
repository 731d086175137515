"""How numbers and the five absences look in a cell: the number stays whole, the look rounds it."""

from __future__ import annotations

from profdev_indicators import wording
from profdev_indicators.results import Value
from profdev_reports.book.binding import NUMBER, Cell, Given, Look
from profdev_reports.charts.absences import ABSENCES, INCOMPLETE, UNCONFIRMED

_UNKNOWN = "не рассчитан"
_BROKEN: Look = {"left": 5, "left_color": "#52606d"}  # a thick line before the cell: another definition


def digits(places: int) -> str:
    """The format of a number with so many decimals; the comma comes from the language of the reader's program."""
    return f"0.{'0' * places}" if places else "0"


def absence(state: str, look: Look = NUMBER) -> Cell:
    """The words in place of a value."""
    told = ABSENCES[state]
    return Cell(
        told.word,
        {**look, "bg_color": told.background, "font_color": told.ink, "italic": True, "align": "center"},
    )


def marks(value: Value) -> str:
    """Signs beside a value: not confirmed, not all have answered."""
    unconfirmed = UNCONFIRMED if value.evidenced < value.reported else ""
    return unconfirmed + (INCOMPLETE if value.state == "partial" else "")


def amount(
    value: Value | None, unit: str, places: int, *, bold: bool = False, broken: bool = False, look: Look = NUMBER
) -> Given:
    """A value as a number that is shown with its unit and its marks, or its absence."""
    own: Look = {**look, **(_BROKEN if broken else {}), **({"bold": True} if bold else {})}
    if value is None:
        return Cell(_UNKNOWN, {**own, "italic": True, "align": "center"})
    if value.value is None:
        return absence(value.state, own)
    return Cell(value.value, {**own, "num_format": shown(value.value, unit, places, marks(value))})


def change_look(unit: str, places: int, *, worse: bool | None) -> Look:
    """«+4,1 п.п.», «−7,2 п.п.», in bold red to the worse."""
    word = "п.п." if unit == "%" else unit
    number = digits(places)
    told = f'{number}"{wording.NBSP}{_quoted(word)}"' if word else number
    look: Look = {**NUMBER, "num_format": f'"+"{told};"{wording.MINUS}"{told};{told}'}
    return {**look, "font_color": "#b3261e", "bold": True} if worse else look


def shown(number: float, unit: str, places: int, signs: str = "") -> str:
    """The format of a number of this unit: «73,8 %», «1 234», «4,1», with signs after it."""
    if unit == "%":
        form, after = digits(places), f"{wording.NBSP}%"
    else:
        form, after = "#,##0" if float(number).is_integer() else f"#,##{digits(places)}", ""
    tail = f"{after}{wording.NBSP if signs else ''}{signs}"
    return f'{form}"{tail}"' if tail else form


def _quoted(text: str) -> str:
    """Words within the quotes of a number format."""
    return text.replace('"', "”")
