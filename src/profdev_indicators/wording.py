"""Numbers, plurals, states and severities as an official reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from math import isfinite

from profdev_indicators.errors import RequestError

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"

STATE_WORDS: Mapping[str, str] = {
    "ok": "все ответили",
    "partial": "ответили не все",
    "not_reported": "нет данных",
    "not_applicable": DASH,
    "not_defined": "не определён",
    "invalid": "противоречие",
    "suppressed": "…",
}
"""What stands in place of a value; `ok` and `partial` have one."""

SEVERITY_WORDS: Mapping[str, str] = {
    "info": "информация",
    "attention": "внимание",
    "risk": "риск",
    "critical": "критично",
}

NOT_EVIDENCED = "заявлено, не подтверждено"

_UNIT_FORMS: Mapping[str, tuple[str, str, str]] = {
    "балл": ("балл", "балла", "баллов"),
    "час": ("час", "часа", "часов"),
    "человек": ("человек", "человека", "человек"),
    "педагог": ("педагог", "педагога", "педагогов"),
    "организация": ("организация", "организации", "организаций"),
}
_MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
# A quotient of two floats is off by some 1e-14; fewer than 5e8 in the denominator never come this near to a half.
_NOISE = 9
_ODDITIES = {"inf": "∞", "-inf": f"{MINUS}∞", "nan": "не число"}


def decimal(value: float, places: int = 1, *, trim: bool = False) -> str:
    """A number with a decimal comma, rounded half up, thousands apart, and a true minus.

    Rounding is that of a person with paper: 12.25 gives «12,3», 73.05 gives «73,1», and so does a 73.05 which
    arithmetic has turned into 73.04999999999998. ``trim``: drop a fraction of zeros («11», not «11,0»).

    >>> decimal(-7.25), decimal(73.04999999999998), decimal(11.0, trim=True)
    ('−7,3', '73,1', '11')
    """
    if not isfinite(value):  # no value of the library is such, but a plugin's odds may be
        return _ODDITIES[repr(float(value))]
    digits = repr(round(abs(float(value)), places + _NOISE))  # the shortest decimal that reads back as the same float
    if "e" in digits:
        digits = f"{Decimal(digits):f}"
    whole, _, fraction = digits.partition(".")
    rounded = int(whole + fraction[:places].ljust(places, "0")) + (fraction[places : places + 1] >= "5")
    units, rest = divmod(rounded, 10**places)
    sign = MINUS if value < 0 and rounded else ""
    after = f",{rest:0{places}}" if places and not (trim and rest == 0) else ""
    return f"{sign}{units:,}".replace(",", NBSP) + after


def count(value: float) -> str:
    """A number of persons or organisations: whole where it is whole, else at most two digits («63,5»)."""
    whole, comma, fraction = decimal(value, 2).partition(",")
    return f"{whole}{comma}{fraction.rstrip('0')}".rstrip(",")


def with_unit(value: float, unit: str, places: int = 1) -> str:
    """«73,8 %», «4 балла», «3 ед.»: the number, a no-break space, the unit; no empty fraction but in per cent."""
    text = decimal(value, places, trim=unit != "%")
    return f"{text}{NBSP}{_declined(text, unit)}" if unit else text


def as_set(value: float, unit: str) -> str:
    """«75 %», «0,5 балла»: a target or a threshold just as somebody set it, not rounded to what is printed."""
    number = count(value)
    return f"{number}{NBSP}{_declined(number, unit)}" if unit else number


def day(when: date) -> str:
    """«01.10.2023»."""
    return f"{when:%d.%m}.{when.year:04}"


def long_day(when: date) -> str:
    """«1 октября 2023 года»."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year} года".replace(" ", NBSP, 1)


def change(value: float, unit: str, places: int = 1) -> str:
    """«−7,2 п.п.», «+3 ед.»: a difference of two values of this unit."""
    text = decimal(value, places, trim=unit != "%")
    sign = "+" if value > 0 and any(digit in text for digit in "123456789") else ""
    noun = "п.п." if unit == "%" else _declined(text, unit)
    return f"{sign}{text}{NBSP}{noun}" if noun else f"{sign}{text}"


def of(numerator: float, denominator: float | None) -> str:
    """«11 из 17», or just «11» for a count."""
    return count(numerator) if denominator is None else f"{count(numerator)} из {count(denominator)}"


def plural(number: float, one: str, few: str, many: str) -> str:
    """The form of a noun after a number: 1 педагог, 2 педагога, 5 педагогов; 2,5 педагога.

    >>> [plural(number, "балл", "балла", "баллов") for number in (1, 3, 11, 21, 0.5)]
    ['балл', 'балла', 'баллов', 'балл', 'балла']
    """
    if number != int(number):
        return few
    tens, units = abs(int(number)) % 100, abs(int(number)) % 10
    if units == 1 and tens != 11:  # noqa: PLR2004 - the rule of the language
        return one
    return few if units in {2, 3, 4} and tens not in {12, 13, 14} else many


def counted(number: float, one: str, few: str, many: str) -> str:
    """«5 педагогов»: the number with its noun."""
    return f"{count(number)}{NBSP}{plural(number, one, few, many)}"


def severity_from(word: str) -> str:
    """A severity by its English or Russian word.

    Raises:
        RequestError: there is no such severity.
    """
    by_word = {russian: name for name, russian in SEVERITY_WORDS.items()} | {name: name for name in SEVERITY_WORDS}
    name = by_word.get(word.strip().lower())
    if name is None:
        raise RequestError(f"нет такой важности: «{word}»; бывают: {', '.join(by_word)}")
    return name


def _declined(text: str, unit: str) -> str:
    """The unit in the form its printed number asks for, where it is a word and not a sign."""
    forms = _UNIT_FORMS.get(unit)
    return plural(_read(text), *forms) if forms else unit


def _read(text: str) -> float:
    return float(text.replace(NBSP, "").replace(",", ".").replace(MINUS, "-"))
