"""Numbers, plurals, states and severities as an official reads them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

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


def decimal(value: float, places: int = 1, *, trim: bool = False) -> str:
    """A number with a decimal comma, rounded half up, thousands apart, and a true minus.

    Rounding starts from the shortest decimal that reads back as the same float, so 12.25 gives «12,3» and
    73.05 gives «73,1» as a person with paper would. ``trim``: drop a fraction of zeros («11», not «11,0»).
    """
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if trim and rounded == rounded.to_integral_value():
        rounded = rounded.quantize(Decimal(1))
    text = f"{abs(rounded):,f}".replace(",", NBSP).replace(".", ",")
    return f"{MINUS}{text}" if rounded < 0 else text


def count(value: float) -> str:
    """A number of persons or organisations: whole where it is whole."""
    return decimal(value, 2, trim=True)


def with_unit(value: float, unit: str, places: int = 1) -> str:
    """«73,8 %», «4,0 балла» …: the number, a no-break space, the unit; whole for «ед.»."""
    text = decimal(value, places, trim=unit != "%")
    return f"{text}{NBSP}{unit}" if unit else text


def change(value: float, unit: str, places: int = 1) -> str:
    """«−7,2 п.п.», «+3 ед.»: a difference of two values of this unit."""
    text = decimal(value, places, trim=unit != "%")
    sign = "+" if value > 0 and any(digit in text for digit in "123456789") else ""
    return f"{sign}{text}{NBSP}{'п.п.' if unit == '%' else unit}".rstrip()


def of(numerator: float, denominator: float | None) -> str:
    """«11 из 17», or just «11» for a count."""
    return count(numerator) if denominator is None else f"{count(numerator)} из {count(denominator)}"


def plural(number: int, one: str, few: str, many: str) -> str:
    """The form of a noun after a number: 1 педагог, 2 педагога, 5 педагогов."""
    tens, units = abs(number) % 100, abs(number) % 10
    if units == 1 and tens != 11:  # noqa: PLR2004 - the rule of the language
        return one
    return few if units in {2, 3, 4} and tens not in {12, 13, 14} else many


def counted(number: int, one: str, few: str, many: str) -> str:
    """«5 педагогов»: the number with its noun."""
    return f"{count(number)}{NBSP}{plural(number, one, few, many)}"


def severity_from(word: str) -> str:
    """A severity by its English or Russian word.

    Raises:
        RequestError: there is no such severity.
    """
    by_word = {russian: name for name, russian in SEVERITY_WORDS.items()} | {name: name for name in SEVERITY_WORDS}
    if word.lower() not in by_word:
        raise RequestError(f"нет такой важности: «{word}»; бывают: {', '.join(SEVERITY_WORDS)}")
    return by_word[word.lower()]
