"""The card each organisation fills: one workbook for everyone who is asked, from the configuration alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from profdev_indicators.engine.roster import Roster, read_roster
from profdev_indicators.errors import Problem, RequestError
from profdev_indicators.frames import ENGINE
from profdev_indicators.intake.cards.form import Asked, Card, Question, questions_of
from profdev_indicators.intake.cards.last import LastAnswers, last_answers
from profdev_indicators.intake.cards.names import file_names
from profdev_indicators.intake.cards.sheet import workbook
from profdev_indicators.model import District, Source
from profdev_indicators.periods import Period, day_in


@frozen(kw_only=True)
class Cards(Mapping[str, bytes]):
    """Workbooks by the names of their files, in the order of the roster."""

    files: Mapping[str, bytes]
    units: Mapping[str, str]  # the id of the organisation by the name of its file
    notices: tuple[Problem, ...] = ()  # what could not be read of last period's answers

    def __getitem__(self, name: str) -> bytes:
        return self.files[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def make_cards(
    district: District,
    *,
    period: Period,
    root: Path | None,
    frames: Mapping[str, Any],
    deadline: str | None,
    units: Collection[str] | None,
) -> Cards:
    """A card for every organisation which exists on the last day of the period and is asked anything.

    Args:
        district: the questions.
        period: what the card asks about.
        root: the folder of data: the roster and last period's answers; None: only ``frames``.
        frames: tables in memory, by the id of a source («units» for the roster).
        deadline: another than the configuration's, written the same way.
        units: ids of those who get a card; None: everybody.

    Raises:
        SourceError: a roster with mistakes.
        RequestError: nobody is asked, a unit which is not, a deadline which is no day, or the extra ``xlsx`` is absent.
    """
    until = _deadline(deadline or district.card.deadline, period)
    sources = _sources(district)
    roster = read_roster(district, root, frames)
    asked = _asked(roster, period, sources)
    names = file_names((unit.id, unit.name) for unit, _ in asked)
    wanted = _wanted(asked, units)
    last = last_answers(district, sources, period=period.previous, root=root, frames=frames)
    made = {
        names[unit.id]: workbook(
            Card(
                district=district,
                period=period,
                deadline=until,
                unit=unit,
                questions=_questions(unit, sources, last, is_leaf=is_leaf),
            )
        )
        for unit, is_leaf in wanted
    }
    return Cards(files=made, units={names[unit.id]: unit.id for unit, _ in wanted}, notices=last.problems)


def _deadline(text: str | None, period: Period) -> date | None:
    try:
        return day_in(text, period) if text is not None else None
    except ValueError as error:
        raise RequestError(f"срок: {error}") from error


def _sources(district: District) -> tuple[Source, ...]:
    sources = district.asked_by_card
    if not any(source.items for source in sources):
        raise RequestError("в конфигурации нет ни одного вопроса организациям (sources, card.sources)")
    return sources


def _asked(roster: Roster, period: Period, sources: Sequence[Source]) -> list[tuple[Asked, bool]]:
    """The units which are asked, and whether nobody stands below them."""
    tree = roster.trees((period,))[0].units.lazy().filter("exists").select("id", "height")
    now = roster.frame.lazy().filter(
        pl.col("valid_from").fill_null(period.end) <= period.end, pl.col("valid_to").fill_null(period.end) >= period.end
    )
    units = tree.join(now, on="id", maintain_order="left").collect(engine=ENGINE)
    every = [
        (Asked(**{name: row[name] for name in ("id", "name", "kind", "inn", "ogrn")}), row["height"] == 0)
        for row in units.iter_rows(named=True)
    ]
    asked = [(unit, is_leaf) for unit, is_leaf in every if questions_of(unit, sources, is_leaf=is_leaf)]
    if not asked:
        kinds = ", ".join(sorted({kind for source in sources for kind in source.asked_of})) or "любые"
        raise RequestError(f"некому готовить карты: на {period.end:%d.%m.%Y} в списке нет единиц таких видов: {kinds}")
    return asked


def _wanted(asked: Sequence[tuple[Asked, bool]], units: Collection[str] | None) -> list[tuple[Asked, bool]]:
    known = [unit.id for unit, _ in asked]
    for name in units or ():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"может быть, «{near[0]}»?" if near else f"есть: {', '.join(known[:10])}"
            raise RequestError(f"такой организации карта не нужна: «{name}» — {hint}")
    return [(unit, is_leaf) for unit, is_leaf in asked if units is None or unit.id in units]


def _questions(unit: Asked, sources: Sequence[Source], last: LastAnswers, *, is_leaf: bool) -> tuple[Question, ...]:
    before = last.answers.get(unit.id, {})
    items = questions_of(unit, sources, is_leaf=is_leaf)
    return tuple(Question(number=n, item=item, before=before.get(item.id)) for n, item in enumerate(items, start=1))
