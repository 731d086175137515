"""Conclusions and draft decisions made of the numbers, for people to rewrite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from profdev_indicators import wording
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
    places = picture.places
    worse = [line for line in picture.known if side(line) == "worse"]
    if worse:
        worse.sort(key=lambda line: -abs(line.change or 0.0))
        told_ones = (
            f"{line.indicator.id} — с {told(line, line.before, places)} до {told(line, line.value, places)}"
            for line in worse[:_MOST]
        )
        yield f"Снизились сильнее других: {'; '.join(told_ones)}." if all(
            line.indicator.better == "higher" for line in worse[:_MOST]
        ) else f"Ухудшились сильнее других: {'; '.join(told_ones)}."
    better = sorted((line for line in picture.known if side(line) == "better"), key=lambda line: -abs(line.change or 0))
    if better:
        told_ones = (
            f"{line.indicator.id} — с {told(line, line.before, places)} до {told(line, line.value, places)}"
            for line in better[:_MOST]
        )
        yield f"Улучшились сильнее других: {'; '.join(told_ones)}."
    for reached, words in ((False, "Цель не достигнута"), (True, "Цель достигнута")):
        lines = [line for line in picture.known if line.reached is reached]
        if lines:
            said = (f"{line.indicator.id} ({told(line, line.value, places)})" for line in lines)
            yield f"{words}: {', '.join(said)}."
    below = picture.grave(above=False)
    if below:
        cases = wording.counted(len(below), "случай", "случая", "случаев")
        yield f"У организаций внимания требуют {cases} (организаций — {len({found.unit for found in below})})."
    waited = {row.unit for row in picture.silent}
    if waited:
        yield f"Не ответили или ответили не на всё: организаций — {len(waited)}."
    doubted = [line for line in picture.known if line.value and line.value.evidenced < line.value.reported]
    if doubted:
        said = (
            f"{line.indicator.id} ({wording.of(line.value.reported - line.value.evidenced, line.value.reported)} без ссылки)"
            for line in doubted
            if line.value
        )
        yield f"{wording.NOT_EVIDENCED.capitalize()}: {', '.join(said)}."


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
