"""What may be wrong with records: their columns, conditions and sums, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from profdev_indicators.errors import Problem
from profdev_indicators.expressions import TYPE_WORDS, ColumnType, ExpressionError, drawn, parse
from profdev_indicators.model import District, Indicator, Item, RecordItem, Records, Source

_READERS = "csv, parquet, xlsx, json, ndjson, files, sql, frame"
_KEYS: tuple[ColumnType, ...] = ("text", "integer")
_CATEGORIES: tuple[ColumnType, ...] = ("text", "flag", "integer")
_OF_CARDS = {
    # settings of a question which only a card can mean, and what they are without
    "required": "пустых ячеек у записи нет",
    "hint": "карты, в которой его напечатали бы, нет",
    "group": "карты, в которой его напечатали бы, нет",
    "only_if": "его проверяют по ответам карты; условие впишите в where",
    "levels": "из записей получается число, а не уровень",
}
_PERIOD = "{period}"
_PARAMETERS = (":period", ":start", ":end")


def objections(district: District) -> Iterator[Problem]:
    """Every objection to sources with ``records``, to what is made of them, and to engines."""
    for n, source in enumerate(district.sources):
        if source.records is not None:
            yield from _source(source, source.records, f"sources[{n}]")
    yield from _measures(district)
    kinds = [type(engine) for engine in district.engines]
    for n, kind in enumerate(kinds):
        if kind in kinds[:n]:
            yield Problem(path=f"engines[{n}]", message="этим уже велено считать выше", hint="оставьте один")


def _source(source: Source, records: Records, path: str) -> Iterator[Problem]:
    yield from _reader(source, records, path)
    yield from _keys(records, f"{path}.records")
    yield from _breakdowns(records, f"{path}.records.breakdowns")
    if not records.items:
        hint = "впишите: items: {n_ped: условие}"
        yield Problem(path=f"{path}.records.items", message="из записей ничего не считают", hint=hint)
    for name, answer in records.items.items():
        yield from _answer(answer, records.types, f"{path}.records.items.{name}")
    for n, item in enumerate(source.items):
        yield from _item(item, records, f"{path}.items[{n}]")


def _reader(source: Source, records: Records, path: str) -> Iterator[Problem]:
    reader = source.reader
    if not hasattr(reader, "scan"):
        message = "этим способом записи не читаются"
        yield Problem(path=f"{path}.reader", message=message, hint=f"записи умеют читать: {_READERS}")
        return
    if getattr(reader, "shared", False):
        message = "shared: файл записей не бывает общим с картами"
        yield Problem(path=f"{path}.reader.shared", message=message, hint="назовите файлы реестра в location")
    if records.person is not None and records.person in (getattr(reader, "constants", None) or ()):
        message = f"constants: {records.person}: у всех строк стал бы один человек"
        yield Problem(path=f"{path}.reader.constants", message=message, hint="нужен столбец с ключом человека")
    told = _tells_period(reader)
    if told is True and records.period is not None:
        hint = "оставьте одно: period или {period}"
        yield Problem(path=f"{path}.records.period", message="период назван и столбцом, и при чтении", hint=hint)
    if told is False and records.period is None:
        message = "неизвестен отчётный период записей"
        hint = "назовите столбец: period: … — или поставьте {period} в location, :period в query"
        yield Problem(path=f"{path}.records", message=message, hint=hint)
    if told is None:
        message = "период есть не в каждом образце location"
        yield Problem(path=f"{path}.reader.location", message=message, hint="поставьте {period} во все или ни в один")


def _tells_period(reader: object) -> bool | None:
    """Whether what is read says its period itself; None: a part of it does. A reader we do not know is believed."""
    location = getattr(reader, "location", None)
    if isinstance(location, str | tuple):
        patterns = (location,) if isinstance(location, str) else location
        told = {_PERIOD in pattern for pattern in patterns}
        return told.pop() if len(told) == 1 else None if told else False
    query = getattr(reader, "query", None)
    return isinstance(query, str) and any(name in query for name in _PARAMETERS)


def _keys(records: Records, path: str) -> Iterator[Problem]:
    """The columns that say whose a row is must be different ones, and texts or whole numbers."""
    taken: dict[str, str] = {}
    for key in ("unit", "person", "period"):
        name = getattr(records, key)
        if name is None:
            continue
        if name in taken:
            message = f"{key} — тот же столбец, что {taken[name]}: «{name}»"
            yield Problem(path=f"{path}.{key}", message=message, hint="назовите разные столбцы")
        taken.setdefault(name, key)
        if records.types[name] not in _KEYS:
            message = f"«{name}» — {TYPE_WORDS[records.types[name]]}, а здесь нужен text или integer"
            yield Problem(path=f"{path}.columns.{name}", message=message, hint="объявите его text")
    alike: dict[str, str] = {}
    for name in records.types:
        if not name.strip():
            yield Problem(path=f"{path}.columns", message="у столбца пустое имя")
        other = alike.setdefault(name.casefold(), name)
        if other != name:
            # SQL engines would take one for the other, and this machine's would not.
            message = f"«{other}» и «{name}» различаются только заглавными буквами"
            yield Problem(path=f"{path}.columns", message=message, hint="переименуйте один из столбцов")


def _breakdowns(records: Records, path: str) -> Iterator[Problem]:
    seen: set[str] = set()
    keys = {records.person: "person", records.unit: "unit", records.period: "period"}
    for n, breakdown in enumerate(records.breakdowns):
        name = breakdown.column
        kind = records.types[name]
        if name in seen:
            yield Problem(path=f"{path}[{n}]", message=f"разрез «{name}» повторён", hint="оставьте один")
        elif name in keys:
            hint = "разрез по человеку выдал бы людей" if keys[name] == "person" else "по нему и так считается всё"
            yield Problem(path=f"{path}[{n}]", message=f"«{name}» — столбец {keys[name]}, а не разрез", hint=hint)
        elif kind not in _CATEGORIES:
            message = f"по столбцу «{name}» ({kind}) не разбить: нужен text, flag или integer"
            close = get_close_matches(name, [one for one in records.columns if one != name], n=1)
            hint = f"может быть, «{close[0]}»?" if close else "заведите столбец с группами"
            yield Problem(path=f"{path}[{n}]", message=message, hint=hint)
        seen.add(name)


def _answer(answer: RecordItem, types: Mapping[str, ColumnType], path: str) -> Iterator[Problem]:
    if answer.where is not None:
        yield from _expression(answer.where, types, ("flag",), f"{path}.where")
    if answer.sum is not None:
        yield from _expression(answer.sum, types, ("integer", "number"), f"{path}.sum")


def _expression(
    text: str, types: Mapping[str, ColumnType], wanted: tuple[ColumnType, ...], path: str
) -> Iterator[Problem]:
    """The flaws of an expression, each at its place in the text."""
    try:
        parse(text, types, wanted=wanted)
    except ExpressionError as error:
        for flaw in error.flaws:
            before = text[: flaw.start]
            line = before.count("\n") + 1
            column = len(before) - before.rfind("\n")
            yield Problem(path=path, line=line, column=column, message=drawn(text, flaw))


def _item(item: Item, records: Records, path: str) -> Iterator[Problem]:
    """A question listed beside the records that answer it."""
    answer = records.items.get(item.id)
    if answer is None:
        close = get_close_matches(item.id, records.items, n=1)
        hint = f"может быть, «{close[0]}»?" if close else f"впишите: records: {{items: {{{item.id}: условие}}}}"
        yield Problem(path=f"{path}.id", message=f"на «{item.id}» записи не отвечают", hint=hint)
        return
    wanted = ("count", "number") if answer.sum is not None else ("count",)
    if item.type not in wanted:
        message = f"«{item.id}»: из записей получается {' или '.join(wanted)}, а не {item.type}"
        yield Problem(path=f"{path}.type", message=message, hint=f"напишите type: {wanted[-1]}")
    if item.evidence != "none":
        message = f"«{item.id}»: ссылок у записей нет"
        yield Problem(path=f"{path}.evidence", message=message, hint="уберите evidence")
    for setting, reason in _OF_CARDS.items():
        if getattr(item, setting):
            message = f"«{item.id}»: {setting} у вопроса к записям не имеет смысла: {reason}"
            yield Problem(path=f"{path}.{setting}", message=message, hint="уберите его")


def _measures(district: District) -> Iterator[Problem]:
    """Formulas over answers only an organisation can give, used on sums over persons."""
    counted = {name for source in district.sources if source.records is not None for name in source.records.items}
    for n, section in enumerate(district.sections) if counted else ():
        for m, indicator in enumerate(section.indicators):
            yield from _measure(indicator, counted, f"sections[{n}].indicators[{m}]")


def _measure(indicator: Indicator, counted: set[str], path: str) -> Iterator[Problem]:
    formulas: list[tuple[Any, str]] = [(indicator.measure, f"{path}.measure")]
    formulas += [(one.measure, f"{path}.alternatives[{n}].measure") for n, one in enumerate(indicator.alternatives)]
    formulas += [(one.measure, f"{path}.revisions[{n}].measure") for n, one in enumerate(indicator.revisions)]
    for measure, place in formulas:
        if getattr(measure, "of_organisations", False) and hasattr(measure, "ratio"):
            for name in sorted(counted.intersection(measure.ratio(indicator.missing).items)):
                message = f"«{name}» — число людей из записей, а эта формула складывает ответы организаций"
                yield Problem(path=place, message=message, hint="для записей: share, rate, count, mean")
