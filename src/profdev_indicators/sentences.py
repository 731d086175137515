"""One Russian sentence per finding, made of nothing but its own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from profdev_indicators.model import Indicator
from profdev_indicators.results import Finding, Telling
from profdev_indicators.wording import DASH, change, count, decimal, with_unit

PROVISIONAL = "provisional"
"""What stands in ``suspended_by`` where the answers may still be corrected."""

_COMMON = frozenset({"kind", "numerator", "denominator", "expected", "reported"})


def fact(finding: Finding, indicator: Indicator, tellings: Mapping[str, Telling], *, places: int = 1) -> str:
    """What was found, for an official: «Снижение с 81,0 % (34 из 42) до 73,8 % (31 из 42), −7,2 п.п. к 2021.».

    ``numbers["kind"]`` chooses the telling, so rules with names of their own keep it; a kind that has none gets a plain
    list of its numbers. ``places`` are decimals of a value.
    """
    told = Told(finding=finding, unit=indicator.unit, places=places)
    telling = tellings.get(str(finding.numbers.get("kind")))
    sentence = telling.sentence(told) if telling else _plain(told)
    return " ".join(filter(None, (_ended(sentence), _shortage(finding), _raised(finding), _provisional(finding))))


def amount(
    value: float | None, numerator: float | None, denominator: float | None, *, unit: str, places: int = 1
) -> str:
    """«73,8 % (31 из 42)»; «4,1 балл (123 / 30)» where it is no part of a whole; a dash for null."""
    if value is None:
        return DASH
    text = with_unit(value, unit, places)
    if numerator is None or denominator is None:
        return text
    between = " из " if unit == "%" and numerator <= denominator else " / "
    return f"{text} ({count(numerator)}{between}{count(denominator)})"


@frozen(kw_only=True)
class Told:
    """A finding ready to be spoken of."""

    finding: Finding
    unit: str
    places: int

    @property
    def numbers(self) -> Mapping[str, Any]:
        """The numbers of the finding, by the rule's own names."""
        return self.finding.numbers

    @property
    def value(self) -> str:
        """«73,8 % (31 из 42)»."""
        found = self.finding
        return amount(found.value, found.numerator, found.denominator, unit=self.unit, places=self.places)

    @property
    def base(self) -> str:
        """The same of what the value was compared with."""
        numerator, denominator = self.numbers.get("base_numerator"), self.numbers.get("base_denominator")
        return amount(self.finding.base, numerator, denominator, unit=self.unit, places=self.places)

    @property
    def change(self) -> str:
        """«−7,2 п.п.»."""
        return DASH if self.finding.change is None else change(self.finding.change, self.unit, self.places)

    @property
    def is_down(self) -> bool:
        """Whether the value is less than its base."""
        return (self.finding.change or 0.0) < 0

    def way(self, since: str = "") -> str:
        """From the base to the value; an arrow where «с … до …» would put a noun into another case."""
        start = f"{self.base}{since}"
        return f"{start} → {self.value}" if self.unit.isalpha() else f"с {start} до {self.value}"


def _plain(told: Told) -> str:
    text = f"Правило «{told.finding.rule}»: {told.value}"
    if told.finding.base is not None:
        text += f", база {told.base}, {told.change}"
    known = {name: number for name, number in told.numbers.items() if name not in _COMMON and number is not None}
    listed = ", ".join(f"{name} = {_number(number)}" for name, number in known.items())
    return f"{text} ({listed})" if listed else text


def _number(number: object) -> str:
    if isinstance(number, bool):
        return "да" if number else "нет"
    return decimal(number, 4, trim=True) if isinstance(number, int | float) else str(number)


def _shortage(finding: Finding) -> str:
    """What a total over some of those asked must not keep silent about."""
    reported, expected = finding.numbers.get("reported"), finding.numbers.get("expected")
    if finding.numbers.get("kind") == "coverage" or not reported or not expected or reported >= expected:
        return ""
    return f"Ответили {count(reported)} из {count(expected)}."


def _raised(finding: Finding) -> str:
    """Why it is graver than its rule alone says."""
    if finding.raised_by is None:
        return ""
    if finding.raised_by.isdigit():
        return f"Важность повышена: так {finding.raised_by}-й период подряд."
    return "Важность повышена: сработали вместе и другие правила."


def _provisional(finding: Finding) -> str:
    return "Данные предварительные, важность ограничена." if finding.suspended_by == PROVISIONAL else ""


def _ended(text: str) -> str:
    """One full stop, also after «п.п.»."""
    return text if text.endswith(".") else f"{text}."
