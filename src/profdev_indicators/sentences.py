"""One Russian sentence per finding, made of nothing but its own numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from profdev_indicators.model import Indicator
from profdev_indicators.results import Finding
from profdev_indicators.wording import DASH, as_set, change, count, decimal, with_unit

_COMMON = frozenset({"kind", "numerator", "denominator", "expected", "reported"})


def fact(finding: Finding, indicator: Indicator, *, places: int = 1) -> str:
    """What was found, for an official: «Снижение с 81,0 % (34 из 42) до 73,8 % (31 из 42), −7,2 п.п. к 2021.».

    ``numbers["kind"]`` chooses the sentence, so rules with names of their own keep it; a kind that is unknown here gets
    a plain list of its numbers. ``places`` are decimals of a value.
    """
    told = _Told(finding=finding, unit=indicator.unit, places=places)
    sentence = _SENTENCES.get(str(finding.numbers.get("kind")), _plain)
    return " ".join(filter(None, (_ended(sentence(told)), _shortage(finding))))


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
class _Told:
    """A finding ready to be spoken of."""

    finding: Finding
    unit: str
    places: int

    @property
    def numbers(self) -> Mapping[str, Any]:
        return self.finding.numbers

    @property
    def value(self) -> str:
        found = self.finding
        return amount(found.value, found.numerator, found.denominator, unit=self.unit, places=self.places)

    @property
    def base(self) -> str:
        numerator, denominator = self.numbers.get("base_numerator"), self.numbers.get("base_denominator")
        return amount(self.finding.base, numerator, denominator, unit=self.unit, places=self.places)

    @property
    def change(self) -> str:
        return DASH if self.finding.change is None else change(self.finding.change, self.unit, self.places)

    @property
    def is_down(self) -> bool:
        return (self.finding.change or 0.0) < 0

    def way(self, since: str = "") -> str:
        """From the base to the value; an arrow where «с … до …» would put a noun into another case."""
        start = f"{self.base}{since}"
        return f"{start} → {self.value}" if self.unit.isalpha() else f"с {start} до {self.value}"


def _drop(told: _Told) -> str:
    word = "Снижение" if told.is_down else "Рост"
    colon = ":" if told.unit.isalpha() else ""
    text = f"{word}{colon} {told.way()}, {told.change} к {told.numbers['base_period']}"
    small = told.numbers.get("small")
    return text if small is None else f"{text}. Знаменатель меньше {count(small)}: отмечено для сведения"


def _streak(told: _Told) -> str:
    word = "Снижается" if told.is_down else "Растёт"
    way = told.way(f" в {told.numbers['base_period']}")
    return f"{word} {told.numbers['length']}-й период подряд: {way}, всего {told.change}"


def _below_target(told: _Told) -> str:
    return f"{told.value} при целевом значении {as_set(told.numbers['target'], told.unit)}: {told.change}"


def _below_peers(told: _Told) -> str:
    others = told.numbers["peers_count"]
    return f"{told.value} при медиане сопоставимых единиц {told.base} (других в группе: {others}): {told.change}"


def _coverage(told: _Told) -> str:
    numbers, period = told.numbers, told.finding.period
    if numbers["own"]:
        is_invalid = numbers["state"] == "invalid"
        return f"Ответ за {period} противоречив и не учтён" if is_invalid else f"Данные за {period} не представлены"
    reached, wanted = with_unit(numbers["coverage"], "%", told.places), as_set(numbers["threshold"], "%")
    return (
        f"Данные за {period} учтены от {count(numbers['reported'])} из {count(numbers['expected'])} ({reached}), "
        f"нужно не меньше {wanted}"
    )


def _lost(told: _Told) -> str:
    before, now = told.numbers["base_period"], told.finding.period
    if told.numbers["base_denominator"] == 1:
        return f"В {before} было, в {now} нет" if told.is_down else f"В {before} не было, в {now} есть"
    return f"В {before} было {told.base}, в {now} — {told.value}"


def _plain(told: _Told) -> str:
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


def _ended(text: str) -> str:
    """One full stop, also after «п.п.»."""
    return text if text.endswith(".") else f"{text}."


_SENTENCES: Mapping[str, Callable[[_Told], str]] = {
    "drop": _drop,
    "streak": _streak,
    "below_target": _below_target,
    "below_peers": _below_peers,
    "coverage": _coverage,
    "lost": _lost,
}
