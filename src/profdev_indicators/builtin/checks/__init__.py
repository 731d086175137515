"""What a well-formed configuration may still get wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from typing import Any

from profdev_indicators.builtin.checks import records
from profdev_indicators.codes import is_inn, is_ogrn
from profdev_indicators.errors import Problem
from profdev_indicators.frames import MAIN
from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import District, Goal, Indicator, Item, Source, Unit
from profdev_indicators.periods import Period, day_in

_OKTMO_LENGTHS = {8, 11}
_MOST_DECIMALS = 6
_COMMON_YEAR = Period("year", 2023)  # any without 29 February: a day without a year must exist in every one


@hookimpl
def check_district(district: District) -> Iterator[Problem]:
    """The objections of the core."""
    yield from _district(district)
    if isinstance(district.units, tuple):
        yield from _units(tuple((n, unit) for n, unit in enumerate(district.units) if isinstance(unit, Unit)), district)
    for n, source in enumerate(district.sources):
        yield from _columns(source, f"sources[{n}].reader")
        for m, item in enumerate(source.items):
            yield from _item(item, district, f"sources[{n}].items[{m}]")
    for path, indicator in _indicators(district):
        yield from _indicator(indicator, path)
    yield from records.objections(district)
    yield from _dates(district)
    yield from _derived(district)
    yield from _card(district)
    yield from _reports(district)
    yield from _exemptions(district)
    yield from _goals(district.goals, "goals")
    yield from _goals(district.topics, "topics")


def _district(district: District) -> Iterator[Problem]:
    if district.oktmo is not None and not (district.oktmo.isdecimal() and len(district.oktmo) in _OKTMO_LENGTHS):
        yield Problem(path="oktmo", message=f"«{district.oktmo}» — не код ОКТМО", hint="8 или 11 цифр, в кавычках")
    if not 0 <= district.publication.decimals <= _MOST_DECIMALS:
        yield Problem(path="publication.decimals", message=f"от 0 до {_MOST_DECIMALS}")
    if not district.sections:
        yield Problem(path="sections", message="нет ни одного раздела", hint="добавьте раздел с показателями")
    for n, section in enumerate(district.sections):
        if not section.indicators:
            yield Problem(path=f"sections[{n}]", message=f"в разделе «{section.id}» нет ни одного показателя")


def _units(units: tuple[tuple[int, Unit], ...], district: District) -> Iterator[Problem]:
    names = {unit.id for _, unit in units} | {district.id}
    whole = len(units) == len(district.units)  # type: ignore[arg-type]  # asked only of a list
    for n, unit in units:
        path = f"units[{n}]"
        if whole and unit.parent is not None and unit.parent not in names:
            yield Problem(path=f"{path}.parent", message=f"нет такой единицы: «{unit.parent}»")
        if unit.parent == unit.id:
            yield Problem(path=f"{path}.parent", message=f"«{unit.id}» не может стоять над самой собой")
        if unit.inn is not None and not is_inn(unit.inn):
            yield Problem(path=f"{path}.inn", message=f"«{unit.inn}» — не ИНН: не сходится контрольная цифра")
        if unit.ogrn is not None and not is_ogrn(unit.ogrn):
            yield Problem(path=f"{path}.ogrn", message=f"«{unit.ogrn}» — не ОГРН: не сходится контрольная цифра")
        yield from _span(unit.valid_from, unit.valid_to, f"{path}.valid_to")


def _columns(source: Source, path: str) -> Iterator[Problem]:
    """A mapped column which nobody asks for is a misprint: its answers would be lost in silence."""
    known = {"unit", "period", "link"} | {name for item in source.items for name in (item.id, f"{item.id}.link")}
    known = known if source.records is None else set(source.records.types)
    for option in ("columns", "constants"):
        for name in getattr(source.reader, option, None) or ():
            if name not in known:
                close = get_close_matches(name, known, n=1)
                place = "items" if source.records is None else "records.columns"
                hint = f"возможно, «{close[0]}»?" if close else f"сначала опишите его в {place}"
                what = "поля" if source.records is None else "столбца"
                yield Problem(path=path, message=f"{option}: нет {what} «{name}»", hint=hint)


def _item(item: Item, district: District, path: str) -> Iterator[Problem]:
    if (item.type == "level") != bool(item.levels):
        hint = "перечислите слова и баллы" if item.type == "level" else "levels бывают только у type: level"
        yield Problem(path=f"{path}.levels", message=f"«{item.id}»: type {item.type} и levels не подходят", hint=hint)
    for relation, names in (("at_most", (item.at_most,)), ("only_if", (item.only_if,)), ("sum_of", item.sum_of)):
        if item.id in names:
            yield Problem(path=f"{path}.{relation}", message=f"«{item.id}» сравнивается с самим собой")
        yield from (
            Problem(path=f"{path}.{relation}", message=f"«{name}» — вид организации, а нужно поле карты")
            for name in names
            if name is not None and name not in district.items
        )
    if item.minimum is not None and item.maximum is not None and item.minimum > item.maximum:
        yield Problem(path=f"{path}.maximum", message="наибольшее меньше наименьшего")


def _indicators(district: District) -> Iterator[tuple[str, Indicator]]:
    for n, section in enumerate(district.sections):
        for m, indicator in enumerate(section.indicators):
            yield f"sections[{n}].indicators[{m}]", indicator


def _indicator(indicator: Indicator, path: str) -> Iterator[Problem]:
    derived = hasattr(indicator.measure, "derive")
    if not derived and indicator.source is None:
        yield Problem(path=path, message=f"показатель «{indicator.id}»: нет ключа source", hint="откуда берутся ответы")
    if derived and indicator.alternatives:
        yield Problem(path=f"{path}.alternatives", message="у производного показателя прочтений не бывает")
    for n, revision in enumerate(indicator.revisions):
        if revision.measure is not None and hasattr(revision.measure, "derive") != derived:
            yield Problem(
                path=f"{path}.revisions[{n}].measure",
                message="производная формула не заменяет обычную, и наоборот",
                hint="заведите новый показатель",
            )
    names = [alternative.id for alternative in indicator.alternatives]
    if MAIN in names:
        yield Problem(
            path=f"{path}.alternatives[{names.index(MAIN)}].id", message=f"«{MAIN}» — имя основного прочтения"
        )
    yield from _repeated_dates([mark.since for mark in indicator.target], f"{path}.target")
    yield from _repeated_dates([revision.since for revision in indicator.revisions], f"{path}.revisions")
    yield from _span(indicator.since, indicator.until, f"{path}.until")


def _repeated_dates(dates: Iterable[date], path: str) -> Iterator[Problem]:
    seen: set[date] = set()
    for n, day in enumerate(dates):
        if day in seen:
            yield Problem(path=f"{path}[{n}].since", message=f"с {day:%d.%m.%Y} уже задано другое")
        seen.add(day)


def _span(since: date | None, until: date | None, path: str) -> Iterator[Problem]:
    if since is not None and until is not None and since > until:
        yield Problem(path=path, message=f"кончается {until:%d.%m.%Y} раньше, чем начинается {since:%d.%m.%Y}")


def _dates(district: District) -> Iterator[Problem]:
    """A date is no quantity: a sum of days of the calendar means nothing."""
    dates = {item.id for source in district.sources for item in source.items if item.type == "date"}
    for n, source in enumerate(district.sources):
        for m, item in enumerate(source.items):
            yield from _summed(dates.intersection(item.sum_of), f"sources[{n}].items[{m}].sum_of")
            if item.type == "date" and item.sum_of:
                yield from _summed({item.id}, f"sources[{n}].items[{m}].sum_of")
    for path, indicator in _indicators(district) if dates else ():
        measures: list[tuple[Any, str]] = [(indicator.measure, f"{path}.measure")]
        measures += [(one.measure, f"{path}.alternatives[{n}].measure") for n, one in enumerate(indicator.alternatives)]
        measures += [(one.measure, f"{path}.revisions[{n}].measure") for n, one in enumerate(indicator.revisions)]
        for measure, place in measures:
            if hasattr(measure, "ratio"):
                yield from _summed(dates.intersection(measure.ratio(indicator.missing).items), place)


def _summed(dates: Iterable[str], path: str) -> Iterator[Problem]:
    for name in sorted(dates):
        hint = "дату только спрашивают; чтобы считать, заведите рядом вопрос flag или count"
        yield Problem(path=path, message=f"«{name}» — дата: она не складывается и не считается", hint=hint)


def _card(district: District) -> Iterator[Problem]:
    registers = {source.id for source in district.sources if source.records is not None}
    for n, name in enumerate(district.card.sources):
        if name in registers:
            message = f"«{name}» — записи (records): на них отвечает реестр, а не организация"
            yield Problem(path=f"card.sources[{n}]", message=message, hint="уберите его из card.sources")
    text = district.card.deadline
    if text is None:
        return
    try:
        day_in(text, _COMMON_YEAR)
    except ValueError as error:
        hint = 'ММ-ДД или ГГГГ-ММ-ДД в кавычках, например "10-01"'
        yield Problem(path="card.deadline", message=str(error).partition(" (")[0], hint=hint)


def _reports(district: District) -> Iterator[Problem]:
    kinds = [type(report) for report in district.reports]
    for n, kind in enumerate(kinds):
        if kind in kinds[:n]:
            yield Problem(path=f"reports[{n}]", message="такой отчёт уже назван выше", hint="оставьте один")
    for n, pair in enumerate(district.publication.disclosure.differences):
        if pair.whole == pair.part:
            path = f"publication.disclosure.differences[{n}].part"
            yield Problem(path=path, message="целое и часть — один показатель", hint="назовите два разных")


def _derived(district: District) -> Iterator[Problem]:
    """Derived indicators must not need one another in a circle."""
    needs = {indicator.id: set(_needs(indicator.measure)) for _, indicator in _indicators(district)}
    settled = {name for name, needed in needs.items() if not needed}
    while more := {name for name, needed in needs.items() if name not in settled and needed <= settled}:
        settled |= more
    for path, indicator in _indicators(district):
        circular = needs[indicator.id] - settled if indicator.id not in settled else set()
        if circular & needs.keys():
            yield Problem(
                path=f"{path}.measure",
                message=f"«{indicator.id}» выводится сам из себя: через {', '.join(sorted(circular))}",
            )


def _needs(measure: Any) -> Iterable[str]:  # noqa: ANN401 - a Measure or a Derived
    return getattr(measure, "needs", ())


def _exemptions(district: District) -> Iterator[Problem]:
    for n, exemption in enumerate(district.exemptions):
        yield from _span(exemption.since, exemption.until, f"exemptions[{n}].until")


def _goals(goals: Iterable[Goal], path: str) -> Iterator[Problem]:
    for n, goal in enumerate(goals):
        if not goal.indicators and goal.gap is None:
            yield Problem(
                path=f"{path}[{n}]",
                message=f"«{goal.title}»: нет ни одного показателя и не сказано почему",
                hint="назовите показатели в indicators или пробел в gap",
            )
