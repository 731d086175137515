"""Why a number is what it is: from the value back to the cells, the units, the formula and the act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

import attrs
import polars as pl

from profdev_indicators.engine.definitions import asked_kinds, definition, target_at
from profdev_indicators.engine.explanation import (
    Categorised,
    Cell,
    Component,
    Contribution,
    Defect,
    Earlier,
    Explanation,
    Formula,
    Judged,
    OtherReading,
    Part,
    Recorded,
)
from profdev_indicators.engine.roster import Roster
from profdev_indicators.errors import RequestError
from profdev_indicators.frames import MAIN, ROSTER, link_of, row_of, state_of
from profdev_indicators.model import Act, District, Indicator, Population, RecordItem
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring, Value
from profdev_indicators.views.breakdowns import called, in_order, titles_of

_ROOT = "район"
_EPOCH = date(1970, 1, 1)  # days of answers count from here
_COUNTED = "посчитано по строкам"
_LISTED = 20  # names a message lists where it has no better guess
_SILENCE = {
    "excluded": "не входит в суммы",
    "zero": "стоит ноль: знаменатель молчащего, если он известен, входит в сумму",
}
_MISSING = {
    "strict": "если не хватает хотя бы одного слагаемого, сумма неизвестна",
    "available": "складывается то, что есть",
}


def explain(
    monitoring: Monitoring, indicator: str, unit: str, period: Period | str | None = None, reading: str = MAIN
) -> Explanation:
    """Everything that stands behind one value.

    Args:
        monitoring: computed with ``readings="all"``, where the other readings are wanted.
        indicator: id of an indicator.
        unit: id of a unit, its exact name, or «район»: the unit above all others.
        period: one of those read; None: the last one asked.
        reading: the id of an alternative, if not the main reading.

    Raises:
        RequestError: there is no such indicator, unit, period or reading, or the unit is not asked.
    """
    asked = _indicator(monitoring.district, indicator)
    when = _period(monitoring, period)
    value = _value(monitoring, asked, _unit(monitoring, unit), when, _reading(asked, reading))
    formula = _formula(monitoring.district, asked, when, reading)
    units = _contributing(monitoring, asked, value, when) if not hasattr(asked.measure, "derive") else ()
    own = units == (value.unit,)
    items = _items(asked, when, reading, monitoring.district)
    return Explanation(
        district=str(monitoring.district.title),
        indicator=asked.id,
        title=asked.title,
        section=monitoring.section(asked.id).title,
        unit_of_value=asked.unit,
        decimals=monitoring.district.publication.decimals,
        better=asked.better,
        value=value,
        links_needed=any(monitoring.district.items[item].evidence == "required" for item in items),
        formula=formula,
        reading=next((a.reading for a in asked.alternatives if a.id == reading), asked.reading),
        basis=_basis(monitoring.district, asked),
        source=asked.source.title if asked.source is not None else None,
        cells=tuple(_cells(monitoring, value, items)) if own else (),
        recorded=_recorded(monitoring, value, items),
        contributions=() if own else _contributions(monitoring, value, units),
        categories=tuple(_categories(monitoring, value)),
        components=tuple(_components(monitoring, asked, value)),
        alternatives=tuple(_alternatives(monitoring, asked, value)),
        target=target_at(asked, when),
        target_basis=_target_basis(asked, when),
        earlier=_earlier(monitoring, value),
        judgements=tuple(_judgements(monitoring, value)),
        defects=tuple(_defects(monitoring, value, units, frozenset(items))),
        decisions=tuple(d.question for d in monitoring.district.decisions_needed if asked.id in d.indicators),
    )


# --- what is asked ----------------------------------------------------------------------------------------------


def _indicator(district: District, wanted: str) -> Indicator:
    found = {indicator.id: indicator for indicator in district.indicators}
    if wanted not in found:
        raise RequestError(f"нет показателя «{wanted}»{_perhaps(wanted, found)}")
    return found[wanted]


def _unit(monitoring: Monitoring, wanted: str) -> str:
    ids, names = monitoring.roster["id"].to_list(), monitoring.roster["name"].to_list()
    if wanted in ids:
        return wanted
    if wanted == _ROOT:
        return monitoring.root
    named = sorted({unit for unit, name in zip(ids, names, strict=True) if name == wanted})
    if len(named) == 1:
        return str(named[0])
    if named:
        raise RequestError(f"название «{wanted}» носят несколько организаций: укажите id: {', '.join(named)}")
    raise RequestError(f"нет организации «{wanted}»{_perhaps(wanted, [*ids, *names])}")


def _period(monitoring: Monitoring, wanted: Period | str | None) -> Period:
    if wanted is None:
        return monitoring.periods[-1]
    read = monitoring.history["period"].unique().sort().to_list()
    if str(wanted) not in read:
        raise RequestError(f"за период {wanted} ничего не прочитано; есть: {', '.join(read)}")
    return Period.parse(str(wanted), monitoring.district.calendar)


def _reading(indicator: Indicator, wanted: str) -> str:
    known = [MAIN, *(alternative.id for alternative in indicator.alternatives)]
    if wanted not in known:
        raise RequestError(f"у показателя {indicator.id} нет прочтения «{wanted}»{_perhaps(wanted, known)}")
    return wanted


def _value(monitoring: Monitoring, indicator: Indicator, unit: str, period: Period, reading: str) -> Value:
    found = _look_up(monitoring.history, indicator.id, unit, period, reading)
    if found is None:
        raise RequestError(
            f"у показателя {indicator.id} нет значения для «{unit}» за {period}:"
            " его не спрашивают у этой организации и у тех, кто под нею"
        )
    return found


def _look_up(history: pl.DataFrame, indicator: str, unit: str, period: Period | str, reading: str) -> Value | None:
    cell = {"indicator": indicator, "unit": unit, "period": str(period), "reading": reading}
    rows = history.filter(pl.col("breakdown").is_null(), **cell)
    return Value.of(rows.row(0, named=True)) if rows.height else None


def _perhaps(wrong: str, right: Iterable[str]) -> str:
    """What was probably meant, or what there is."""
    known = list(dict.fromkeys(right))
    near = get_close_matches(wrong, known, n=3)
    if near:
        return f" — может быть, {' или '.join(f'«{name}»' for name in near)}?"
    more = f" и ещё {len(known) - _LISTED}" if len(known) > _LISTED else ""
    return f" — есть: {', '.join(known[:_LISTED])}{more}"


# --- the formula ------------------------------------------------------------------------------------------------


def _formula(district: District, indicator: Indicator, period: Period, reading: str) -> Formula | None:
    known = definition(indicator, period, reading, items=district.items)
    if known is None:
        return None
    alternative = next((a for a in indicator.alternatives if a.id == reading), None)
    revised = [revision for revision in indicator.revisions if revision.since <= period.end]
    last = max(revised, key=lambda revision: revision.since, default=None)
    if alternative is not None and alternative.measure is not None:
        last = None  # a formula of its own is not touched by revisions of the main one
    return Formula(
        kind=_first_sentence(type(known.measure).__doc__ or ""),
        parts=tuple(_parts(known.measure, district)),
        silence=_SILENCE[known.silence],
        missing=_MISSING[known.missing],
        digest=known.digest,
        since=last.since if last else indicator.since,
        note=last.note if last else None,
    )


def _first_sentence(text: str) -> str:
    return " ".join(text.split()).split(". ", maxsplit=1)[0].rstrip(".")


def _parts(measure: Any, district: District) -> Iterator[Part]:  # noqa: ANN401 - whatever a plugin supplies
    for each in attrs.fields(type(measure)):
        words = tuple(_words(getattr(measure, each.name), district))
        if words:
            yield Part(label=_label(each), words=words)


def _label(of: attrs.Attribute[Any]) -> str:
    doc = str(of.metadata.get("doc") or of.name)
    return doc.replace(".", ":").split(":", maxsplit=1)[0].split(";", maxsplit=1)[0]


def _words(given: Any, district: District) -> Iterator[str]:  # noqa: ANN401 - the same
    if isinstance(given, Population):
        yield given.title
        yield from (_titled(item, district) for item in given.items)
        if given.having is not None:
            yield f"только те, у кого больше нуля {_titled(given.having, district)}"
    elif isinstance(given, str):
        yield _titled(given, district)
    elif isinstance(given, Mapping):
        yield from (f"{_titled(str(name), district)} × {value:g}" for name, value in given.items())
    elif isinstance(given, Sequence):
        for each in given:
            yield from _words(each, district)
    elif given is not None:
        yield f"{given:g}" if isinstance(given, float) else str(given)


def _titled(name: str, district: District) -> str:
    """A name of the configuration with the words for people, whatever it is a name of."""
    titles = {
        **{indicator.id: indicator.title for indicator in district.indicators},
        **district.kinds,
        **{item.id: item.title for item in district.items.values()},
    }
    return f"«{titles[name]}» ({name})" if name in titles else name


def _items(indicator: Indicator, period: Period, reading: str, district: District) -> Mapping[str, str]:
    """What the formula asks of an answering unit, each with what it is taken for."""
    known = definition(indicator, period, reading, items=district.items)
    if known is None:
        return {}
    roles: dict[str, str] = {}
    measure: Any = known.measure
    for each in attrs.fields(type(measure)):
        for name in _item_names(getattr(measure, each.name)):
            if name in district.items:
                roles.setdefault(name, _label(each))
    return roles


def _item_names(given: Any) -> Iterator[str]:  # noqa: ANN401 - the same
    if isinstance(given, Population):
        yield from given.items
        yield from (given.having,) if given.having else ()
    elif isinstance(given, str):
        yield given
    elif isinstance(given, Sequence):
        for each in given:
            yield from _item_names(each)


def _basis(district: District, indicator: Indicator) -> str | None:
    if indicator.basis is None:
        return None
    acts = {act.id: act for act in district.acts}
    act: Act | None = acts.get(indicator.basis.act or "")
    parts = (act.title if act else indicator.basis.act, indicator.basis.place, indicator.basis.note)
    return "; ".join(part for part in parts if part) or None


def _target_basis(indicator: Indicator, period: Period) -> str | None:
    marks = [mark for mark in indicator.target if mark.since <= period.end]
    return max(marks, key=lambda mark: mark.since).basis if marks else None


# --- where it came from -----------------------------------------------------------------------------------------


def _contributing(monitoring: Monitoring, indicator: Indicator, value: Value, period: Period) -> tuple[str, ...]:
    """Ids of the units whose own answers make the value: the unit itself, or the nearest asked ones below it."""
    frame = monitoring.roster.select(ROSTER.names())
    roster = Roster(frame=frame, ids=frame["id"].unique(maintain_order=True))
    units = roster.trees((period,))[0].units
    kinds = asked_kinds(indicator)
    asked = units["kind"].is_in(kinds) if kinds else units["height"] == 0
    has_row = set(
        monitoring.history.filter(indicator=value.indicator, period=value.period, reading=value.reading)["unit"]
    )
    answers = dict(zip(units["id"], asked, strict=True))
    if answers[value.unit]:
        return (value.unit,)
    below: dict[str, list[str]] = {}
    ids = units["id"].to_list()
    for unit, parent in units.select("id", "parent").iter_rows():
        if parent is not None:
            below.setdefault(ids[parent], []).append(unit)
    return tuple(unit for unit in _nearest(value.unit, below, answers) if unit in has_row)


def _nearest(unit: str, below: Mapping[str, Sequence[str]], asked: Mapping[str, bool]) -> Iterator[str]:
    for child in below.get(unit, ()):
        if asked[child]:
            yield child
        else:
            yield from _nearest(child, below, asked)


def _cells(monitoring: Monitoring, value: Value, items: Mapping[str, str]) -> Iterator[Cell]:
    answers = _row(monitoring.answers, value)
    places = monitoring.places.filter(unit=value.unit, period=value.period)
    for item, role in items.items():
        source = next(s for s in monitoring.district.sources if any(i.id == item for i in s.items))
        place = next(places.filter(source=source.id).iter_rows(named=True), None)
        if place is not None and answers.get(row_of(item)) is not None:
            place = place | {"row": answers[row_of(item)]}
        yield Cell(
            item=item,
            title=monitoring.district.items[item].title,
            role=role,
            type=monitoring.district.items[item].type,
            answer=answers.get(item),
            day=_day(answers.get(item)) if monitoring.district.items[item].type == "date" else None,
            state=answers.get(state_of(item)),
            link=answers.get(link_of(item)),
            source=source.title,
            file=place["file"] if place else None,
            address=None if place is None else _COUNTED if source.records else _address(monitoring, place, item),
        )


def _recorded(monitoring: Monitoring, value: Value, items: Mapping[str, str]) -> Recorded | None:
    """The counts of records behind a value; None: it is not made of them alone."""
    cell = {name: getattr(value, name) for name in ("unit", "period", "indicator", "reading")}
    rows = monitoring.tallies.filter(pl.col("breakdown").is_null(), **cell)
    source = next(
        (s for s in monitoring.district.sources if s.records and items.keys() <= s.records.items.keys()), None
    )
    if rows.is_empty() or source is None or source.records is None:
        return None
    conditions = tuple(
        (monitoring.district.items[item].title, _condition(source.records.items[item])) for item in items
    )
    counts = rows.row(0, named=True)
    names = ("counted", "population", "known", "unknown", "population_unknown")
    return Recorded(
        conditions=conditions, person=source.records.person is not None, **{name: counts[name] for name in names}
    )


def _condition(answer: RecordItem) -> str:
    where = " ".join((answer.where or "все строки").split())
    return where if answer.sum is None else f"сумма {' '.join(answer.sum.split())}, где {where}"


def _day(days: float | None) -> date | None:
    return None if days is None else _EPOCH + timedelta(days=days)


def _row(answers: pl.DataFrame, value: Value) -> Mapping[str, Any]:
    return next(answers.filter(unit=value.unit, period=value.period).iter_rows(named=True), {})


def _address(monitoring: Monitoring, place: Mapping[str, Any], item: str) -> str:
    column = monitoring.cells.get((place["file"], place["sheet"] or "", item))
    row = place["row"]
    if column is None:
        return "такого вопроса в файле нет" if row is None else f"строка {row}: такого столбца нет"
    if place["sheet"]:
        return f"«{place['sheet']}»!{column}{'' if row is None else row}"
    return f"ячейка {column}" if row is None else f"столбец «{column}», строка {row}"


def _contributions(monitoring: Monitoring, value: Value, units: Sequence[str]) -> tuple[Contribution, ...]:
    rows = monitoring.history.filter(
        pl.col("unit").is_in(units),
        pl.col("breakdown").is_null(),
        indicator=value.indicator,
        period=value.period,
        reading=value.reading,
    )
    found = {row["unit"]: Value.of(row) for row in rows.iter_rows(named=True)}
    return tuple(
        Contribution(
            unit=unit,
            name=found[unit].unit_name,
            numerator=found[unit].numerator,
            denominator=found[unit].denominator,
            value=found[unit].value,
            state=found[unit].state,
            reason=found[unit].reason,
            confirmed=found[unit].evidenced >= found[unit].reported,
        )
        for unit in units
        if unit in found
    )


def _categories(monitoring: Monitoring, value: Value) -> Iterator[Categorised]:
    titles = titles_of(monitoring.district)
    rows = monitoring.history.filter(
        pl.col("breakdown").is_not_null(),
        unit=value.unit,
        indicator=value.indicator,
        period=value.period,
        reading=value.reading,
    ).to_dicts()
    order = {column: place for place, column in enumerate(titles)}
    for row in sorted(rows, key=lambda row: (order.get(row["breakdown"], len(order)), in_order(row["category"]))):
        yield Categorised(
            breakdown=titles.get(row["breakdown"], row["breakdown"]),
            category=called(row["category"]),
            value=Value.of(row),
            known=row["known"],
        )


def _components(monitoring: Monitoring, indicator: Indicator, value: Value) -> Iterator[Component]:
    for name in getattr(indicator.measure, "needs", ()):
        needed = _indicator(monitoring.district, name)
        yield Component(
            indicator=name,
            title=needed.title,
            unit=needed.unit,
            value=_look_up(monitoring.history, name, value.unit, value.period, MAIN),
        )


# --- what it may be compared with ---------------------------------------------------------------------------------


def _alternatives(monitoring: Monitoring, indicator: Indicator, value: Value) -> Iterator[OtherReading]:
    readings = {MAIN: indicator.reading or "основное прочтение"} if indicator.alternatives else {}
    readings |= {alternative.id: alternative.reading for alternative in indicator.alternatives}
    for name, words in readings.items():
        if name != value.reading:
            found = _look_up(monitoring.history, indicator.id, value.unit, value.period, name)
            yield OtherReading(id=name, reading=words, value=found)


def _earlier(monitoring: Monitoring, value: Value) -> Earlier | None:
    calendar = monitoring.district.calendar
    rows = monitoring.history.filter(
        pl.col("breakdown").is_null(),
        pl.col("value").is_not_null(),
        indicator=value.indicator,
        unit=value.unit,
        reading=value.reading,
    )
    past = [Value.of(row) for row in rows.iter_rows(named=True)]
    now = Period.parse(value.period, calendar)
    past = [each for each in past if Period.parse(each.period, calendar) < now]
    if not past:
        return None
    last = max(past, key=lambda each: Period.parse(each.period, calendar))
    comparable = last.definition == value.definition
    change = value.value - last.value if comparable and value.value is not None and last.value is not None else None
    return Earlier(value=last, comparable=comparable, change=change)


def _judgements(monitoring: Monitoring, value: Value) -> Iterator[Judged]:
    cell = {name: getattr(value, name) for name in ("unit", "period", "indicator", "reading")}
    for row in monitoring.findings.filter(**cell).iter_rows(named=True):
        yield Judged(rule=row["rule"], severity=row["severity"], reason=row["suspended_by"])
    for row in monitoring.unchecked.filter(**cell).iter_rows(named=True):
        yield Judged(rule=row["rule"], severity=None, reason=row["reason"])


def _defects(monitoring: Monitoring, value: Value, units: Sequence[str], items: frozenset[str]) -> Iterator[Defect]:
    """What is wrong with the answers that make the value, and the sources it needs that stayed silent."""
    sources = {s.id for s in monitoring.district.sources if any(item.id in items for item in s.items)}
    rows = monitoring.defects.filter(
        pl.col("unit").is_in([value.unit, *units]),
        pl.col("item").is_in(list(items)) | (pl.col("item").is_null() & pl.col("source").is_in(list(sources))),
        period=value.period,
    )
    for row in rows.iter_rows(named=True):
        yield Defect(**{name: row[name] for name in ("unit", "message", "hint", "file", "row", "cell", "item")})
