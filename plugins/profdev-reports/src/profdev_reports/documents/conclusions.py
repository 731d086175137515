"""Conclusions and draft decisions made of the numbers, for people to rewrite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from profdev_indicators import wording
from profdev_indicators.views.form import Line
from profdev_reports.blocks import Block, Bullets, Editable
from profdev_reports.documents.overview import summary
from profdev_reports.documents.picture import Picture, side, told

_MOST = 5
_MOST_NAMES = 12


def conclusions(picture: Picture) -> Iterator[Block]:
    """What follows from everything above."""
    yield Editable(id="conclusions", title="Выводы", blocks=(Bullets(items=tuple(_conclusions(picture))),))


def decisions(picture: Picture) -> Iterator[Block]:
    """What the department may decide."""
    items = tuple(_decisions(picture))
    yield Editable(id="decisions", title="Проект решений", blocks=(Bullets(items=items, numbered=True),))


def _conclusions(picture: Picture) -> Iterator[str]:
    yield " ".join(summary(picture))
    yield from _moved(picture)
    for reached, words in ((False, "Цель не достигнута"), (True, "Цель достигнута")):
        lines = [line for line in picture.known if line.reached is reached]
        if lines:
            said = (f"{line.indicator.id} — {told(line, line.value, picture.places)}" for line in lines)
            yield f"{words}: {'; '.join(said)}."
    below = picture.grave(above=False)
    if below:
        units = {found.unit for found in below}
        yield f"Случаев у организаций, которые требуют внимания: {len(below)} (организаций — {len(units)})."
    waited = {row.unit for row in picture.silent}
    if waited:
        yield f"Не ответили или ответили не на всё: организаций — {len(waited)}."
    doubted = [_doubted(line) for line in picture.known if line.value and line.value.evidenced < line.value.reported]
    if doubted:
        yield f"{wording.NOT_EVIDENCED.capitalize()}: {', '.join(doubted)}."


def _moved(picture: Picture) -> Iterator[str]:
    """What moved most, for the worse first; each with both its sums."""
    places = picture.places
    for way, words in (("worse", "Ухудшились"), ("better", "Улучшились")):
        lines = sorted((line for line in picture.known if side(line) == way), key=lambda line: -abs(line.change or 0.0))
        said = [
            f"{line.indicator.id} — {told(line, line.before, places)} → {told(line, line.value, places)}"
            for line in lines[:_MOST]
        ]
        if said:
            yield f"{words}{' сильнее других' if len(lines) > _MOST else ''}: {'; '.join(said)}."


def _doubted(line: Line) -> str:
    value = line.value
    lacking = value.reported - value.evidenced if value else 0
    return f"{line.indicator.id} ({wording.of(lacking, value.reported if value else 0)} без ссылки)"


def _decisions(picture: Picture) -> Iterator[str]:
    district, period = picture.district, picture.form.period.title
    whose = f" {district.title.genitive}" if district.title.genitive else ""
    yield f"Утвердить аналитическую справку по итогам мониторинга показателей{whose} за {period}."
    operator = district.operator or "Оператор мониторинга"
    site = f" ({district.documents.site})" if district.documents.site else ""
    yield f"{operator}: разместить результаты мониторинга на официальном сайте{site}."
    if picture.advice:
        units = {row["unit"] for row in picture.advice}
        deadlines = [row["deadline"] for row in picture.advice if isinstance(row["deadline"], date)]
        due = f", последний срок — {wording.day(max(deadlines))}" if deadlines else ""
        yield f"{operator}: направить организациям ({len(units)}) адресные рекомендации ({len(picture.advice)})."
        yield f"Руководителям этих организаций: выполнить рекомендации в указанные в них сроки{due}."
    worse = [line.indicator.id for line in picture.known if side(line) == "worse"]
    if worse:
        yield f"{operator}: предложить меры по показателям, которые стали хуже ({', '.join(worse)})."
    missed = [line.indicator.id for line in picture.known if line.reached is False]
    if missed:
        yield f"{operator}: уточнить план по показателям, где цель не достигнута ({', '.join(missed)})."
    waited = tuple(dict.fromkeys(row.unit_name for row in picture.silent))
    if waited:
        more = f" и ещё {len(waited) - _MOST_NAMES}" if len(waited) > _MOST_NAMES else ""
        yield f"Представить недостающие сведения: {', '.join(waited[:_MOST_NAMES])}{more}."
    if district.decisions_needed:
        yield f"Решить вопросы, которые приказ оставил открытыми ({len(district.decisions_needed)}, см. приложение)."
    if district.documents.controller:
        yield f"Контроль исполнения возложить на {district.documents.controller}."
