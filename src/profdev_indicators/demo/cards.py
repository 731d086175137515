"""The cards of the later years: blanks which the library makes, filled as each organisation would, and sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from profdev_indicators.builtin.readers import cardsheets
from profdev_indicators.demo.answers import Answers
from profdev_indicators.demo.files import Told, link, typed
from profdev_indicators.demo.filling import STATUS, filled
from profdev_indicators.demo.mistakes import CORRECTED, ON_LAST_YEARS_BLANK, REMARKS, RENAMED, SILENT
from profdev_indicators.demo.organisations import Organisation
from profdev_indicators.demo.questions import Question, card, organisations
from profdev_indicators.engine.accepted import Decision
from profdev_indicators.facade import cards
from profdev_indicators.intake.cards.checks import GOOD, READY, SKIPPABLE
from profdev_indicators.model import District

Blanks = Mapping[str, tuple[str, bytes]]  # by organisation: the name of the file and the card itself

_WORDS = ("нет", "да")
_SKIPPED = ("n_schoolteachers",)  # asked by the card, required by nobody, answered by nobody
_SOURCES = ("card", "organisations")  # what one card answers


def blanks(district: District, year: int, data: Path) -> Blanks:
    """What the organisations are sent; the answers of the year before lie under ``data`` already.

    Raises:
        RequestError: the extra ``xlsx`` is not installed.
    """
    made = cards(district, period=str(year), data=data)
    return {unit: (name, made[name]) for name, unit in made.units.items()}


def year_of_cards(year: int, told: Told, blank: Blanks, older: Blanks) -> Mapping[str, bytes]:
    """What comes back, by path.

    Args:
        year: of the answers.
        told: who exists and what is true of it.
        blank: what was sent this year.
        older: what was sent a year ago: one organisation fills that.
    """
    heard = [(one, answers) for one, answers in told if (year, one.id) not in SILENT]
    return {
        f"{year}/cards/{name}": content
        for one, answers in heard
        for name, content in _sent(year, one, answers, blank, older)
    }


def decisions(year: int, told: Told, blank: Blanks) -> Iterator[Decision]:
    """Which of two cards counts: the corrected one."""
    for one, _ in told:
        correction = CORRECTED.get((year, one.id))
        if correction is not None:
            name, _ = blank[one.id]
            file = f"{year}/cards/{_corrected(name, correction.suffix)}"
            version = one.version(year)
            for source in _SOURCES:
                yield Decision(
                    period=str(year),
                    source=source,
                    unit=one.id,
                    name=version.name if version else "",
                    file=file,
                    sheet=cardsheets.SHEET,
                )


def _sent(year: int, one: Organisation, answers: Answers, blank: Blanks, older: Blanks) -> Iterator[tuple[str, bytes]]:
    """The files of one organisation: name and content."""
    name, this_years = blank[one.id]
    _, taken = older[one.id] if (year, one.id) in ON_LAST_YEARS_BLANK else (name, this_years)
    name = RENAMED.get((year, one.id), name)
    correction = CORRECTED.get((year, one.id))
    if correction is not None:
        yield name, _filled(year, one, {**answers, correction.item: correction.at_first}, taken)
        name = _corrected(name, correction.suffix)
    yield name, _filled(year, one, answers, taken)


def _corrected(name: str, suffix: str) -> str:
    path = PurePosixPath(name)
    return f"{path.stem}{suffix}{path.suffix}"


def _filled(year: int, one: Organisation, answers: Answers, blank: bytes) -> bytes:
    asked = (*card(), *organisations())
    links = {question.item: link(year, one, question, answers) for question in asked}
    return filled(
        blank,
        {question.item: _typed(year, one, question, answers[question.item]) for question in asked},
        {item: address for item, address in links.items() if address},
        _remarks(year, one, [question.item for question in asked]),
    )


def _remarks(year: int, one: Organisation, answered: Sequence[str]) -> Mapping[str, str]:
    """What the formulas of the card give, which whoever filled it has saved with it."""
    told = {item: REMARKS.get((year, one.id, item), GOOD) for item in answered}
    wrong = sum(text != GOOD for text in told.values())
    asked = len(told) + len(_SKIPPED)
    status = f"Заполнено {len(told)} из {asked}; замечаний: {wrong}; обязательных осталось: 0" if wrong else READY
    return {**told, **dict.fromkeys(_SKIPPED, SKIPPABLE), STATUS: status}


def _typed(year: int, one: Organisation, question: Question, answer: int) -> object:
    """What is typed into a cell: a spreadsheet takes figures for a number."""
    written = typed(year, one, question, answer)
    if written is not None:
        return int(written) if written.isdecimal() else written
    return _WORDS[answer] if question.flag else answer
