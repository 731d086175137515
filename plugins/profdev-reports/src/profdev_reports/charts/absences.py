"""How the five ways of having no number look and read in a chart, a heat map and their legend."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from profdev_indicators import wording


@frozen(kw_only=True)
class Absence:
    """One of them."""

    sign: str  # where there is no room for a word
    word: str  # what stands in place of a value
    meaning: str
    background: str
    ink: str


ABSENCES: Mapping[str, Absence] = {
    "not_reported": Absence(
        sign="н/д",
        word=wording.STATE_WORDS["not_reported"],
        meaning="спросили, но ответа нет; это не «нет» и не ноль",
        background="#f1f1f1",
        ink="#4a4a4a",
    ),
    "not_applicable": Absence(
        sign=wording.STATE_WORDS["not_applicable"],
        word=wording.STATE_WORDS["not_applicable"],
        meaning="не применимо: организации не касается, или она освобождена",
        background="#ffffff",
        ink="#4a4a4a",
    ),
    "not_defined": Absence(
        sign="·",
        word=wording.STATE_WORDS["not_defined"],
        meaning="показателя или организации в этом периоде нет",
        background="#ffffff",
        ink="#4a4a4a",
    ),
    "invalid": Absence(
        sign="≠",
        word=wording.STATE_WORDS["invalid"],
        meaning="ответ противоречит сам себе и в суммы не вошёл",
        background="#fdf0d5",
        ink="#6b4300",
    ),
    "suppressed": Absence(
        sign=wording.STATE_WORDS["suppressed"],
        word=wording.STATE_WORDS["suppressed"],
        meaning="скрыто, чтобы по малым числам нельзя было узнать людей",
        background="#e4e4e4",
        ink="#333333",
    ),
}
"""By state, in the order of a legend."""

UNCONFIRMED = "†"
"""Stands beside a value: «заявлено, не подтверждено»."""

INCOMPLETE = "◐"
"""Stands beside a value of those who answered, where not all did."""
