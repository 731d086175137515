"""A case: answers, and what must follow from them."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from profdev_indicators.config.nodes import Place
from profdev_indicators.frames import MAIN, State
from profdev_indicators.model import Exemption, Unit
from profdev_indicators.periods import Period

ROOT = "район"  # the unit above all others, whatever its id
TOLERANCE = 0.05  # half of the last digit that is printed
ABSENT = "не спрашивают"  # there is no such row: the indicator does not concern the unit
WORDS: Mapping[str, State] = {
    "все ответили": "ok",
    "ответили не все": "partial",
    "нет данных": "not_reported",
    "не применимо": "not_applicable",
    "не определён": "not_defined",
    "противоречие": "invalid",
    "скрыто": "suppressed",
}


@frozen(kw_only=True)
class Answer:
    """One answer, as it would be written in a card."""

    place: Place
    period: Period
    unit: str
    item: str | None  # None: the unit sent an empty card
    text: str | None = None
    link: str | None = None


@frozen(kw_only=True)
class Expectation:
    """What one cell must be; None: no matter."""

    place: Place
    indicator: str
    unit: str
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    state: State | None = None
    rules: tuple[str, ...] | None = None  # exactly these fire
    absent: bool = False  # there must be no such cell at all


@frozen(kw_only=True)
class Case:
    """Answers and what must follow from them."""

    place: Place
    name: str
    period: Period
    reading: str = MAIN
    tolerance: float = TOLERANCE
    units: tuple[Unit, ...] = ()  # empty: those of the district
    exemptions: tuple[Exemption, ...] = ()
    answers: tuple[Answer, ...]
    expectations: tuple[Expectation, ...]


@frozen(kw_only=True)
class Failure:
    """One expectation that was not met."""

    place: Place
    case: str
    message: str

    def __str__(self) -> str:
        return str(self.place.problem(self.message, path=f"«{self.case}»"))
