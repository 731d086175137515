"""What a card says before anybody draws it: to whom, until when, which questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from attrs import frozen

from profdev_indicators.model import District, Item, Source
from profdev_indicators.periods import Period
from profdev_indicators.wording import count, day

_FIRST_DAY = date(1970, 1, 1)  # answers count days from it
_FARTHEST = 300_000  # days: farther away a number is no date, whoever took it for one


@frozen(kw_only=True)
class Asked:
    """An organisation on the last day of the period."""

    id: str
    name: str
    kind: str
    inn: str | None = None
    ogrn: str | None = None


@frozen(kw_only=True)
class Question:
    """One row of the card."""

    number: int
    item: Item
    before: float | None = None  # what the organisation answered for the previous period


@frozen(kw_only=True)
class Card:
    """One card."""

    district: District
    period: Period
    deadline: date | None
    unit: Asked
    questions: tuple[Question, ...]


def questions_of(unit: Asked, sources: Sequence[Source], *, is_leaf: bool) -> tuple[Item, ...]:
    """What these sources ask such a unit, in their order."""
    return tuple(
        item
        for source in sources
        if (unit.kind in source.asked_of if source.asked_of else is_leaf)
        for item in source.items
    )


def answer(item: Item, value: float) -> str:
    """An answer in words: «42», «да», «28.08.2022»."""
    if item.type == "flag":
        return "да" if value else "нет"
    if item.type == "level":
        return next((word for word, points in item.levels.items() if points == value), count(value))
    if item.type == "date" and abs(value) < _FARTHEST:
        return day(_FIRST_DAY + timedelta(days=value))
    return count(value)
