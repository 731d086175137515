"""`profdev kinds`: what a configuration may name, and the fields of each kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import click

from profdev_indicators.cli.console import say, say_json
from profdev_indicators.cli.options import format_option, manager, without_option
from profdev_indicators.cli.speech import Command, no_such
from profdev_indicators.config.shape import Key, Shapes, options, unmarked
from profdev_indicators.model import (
    Analysis,
    Derived,
    Engine,
    Kinds,
    Measure,
    Population,
    Reader,
    Ref,
    Renderer,
    Rule,
    Source,
)
from profdev_indicators.plugins import kinds

_PROTOCOLS: Mapping[type, tuple[str, str]] = {
    Reader: ("Чем читать", "reader: {{{}}}"),
    Measure: ("Как считать", "measure: {{{}}}"),
    Derived: ("Как считать из других показателей", "measure: {{{}}}"),
    Rule: ("Чем судить", "rules: [{{{}}}]"),
    Analysis: ("Что узнать сверх значений и правил", "analyses: [{{{}}}]"),
    Renderer: ("Что печатать", "reports: [{{{}}}]"),
    Engine: ("Чем считать записи", "engines: [{{{}}}]"),
}
_REFERENCES = {
    "item": ("поле карты (id)", "n_ped"),
    "kind": ("вид единиц", "school"),
    "indicator": ("показатель (код)", '"1.1"'),
    "unit": ("единица (id)", "school-1"),
    "section": ("раздел (id)", "deficits"),
    "source": ("источник (id)", "card"),
    "act": ("акт (id)", "order"),
}
_SCALARS: Mapping[Any, tuple[str, str]] = {
    str: ("текст", "текст"),
    float: ("число", "10"),
    int: ("целое число", "1"),
    bool: ("true или false", "true"),
    date: ("дата ГГГГ-ММ-ДД", "2022-09-01"),
    Population: ("совокупность (id из populations)", "teachers"),
    Source: ("источник (id из sources)", "card"),
}
_LOCATION = '"{{period}}/cards.{}"'


@click.command(cls=Command, examples=("profdev kinds", "profdev kinds share", "profdev kinds share --format json"))
@click.argument("kind", metavar="[ВИД]", required=False, help="Имя вида: share. Без него — список всех.")
@format_option
@without_option
def command(kind: str | None, form: str, without: tuple[str, ...]) -> None:
    """Показать, чем можно читать, считать, судить и печатать; поля одного вида.

    Вид — слово, которое в конфигурации стоит под reader, measure или rules, а в команде run — после --render.
    """
    known = kinds(manager(without))
    if kind is None:
        say_json(_listed(known)) if form == "json" else say(*_list(known))
        return
    found = [(protocol, kinds_[kind]) for protocol, kinds_ in known.items() if kind in kinds_]
    if not found:
        raise no_such("вида", kind, [name for kinds_ in known.values() for name in kinds_])
    if form == "json":
        say_json([_described(protocol, kind, cls) for protocol, cls in found])
    else:
        say(*"\n\n".join("\n".join(_describe(protocol, kind, cls)) for protocol, cls in found).splitlines())


def _listed(known: Kinds) -> dict[str, list[str]]:
    return {protocol.__name__.lower(): list(kinds_) for protocol, kinds_ in known.items()}


def _list(known: Kinds) -> Iterator[str]:
    width = max(len(name) for kinds_ in known.values() for name in kinds_)
    for protocol, kinds_ in known.items():
        if kinds_:
            yield f"{_PROTOCOLS[protocol][0]}:"
            yield from (f"  {name:{width}}  {_doc(cls).splitlines()[0]}" for name, cls in kinds_.items())
            yield ""
    yield "Поля одного вида: profdev kinds ВИД"


def _doc(cls: type) -> str:
    return Shapes().of(cls).doc or "—"


def _described(protocol: type, kind: str, cls: type) -> dict[str, Any]:
    return {
        "kind": kind,
        "protocol": protocol.__name__.lower(),
        "doc": _doc(cls),
        "fields": [
            {
                "name": key.name,
                "type": _type(key.hint),
                "required": key.required,
                "default": None if key.required else _default(key),
                "doc": key.doc,
            }
            for key in Shapes().of(cls).keys.values()
        ],
        "example": example(protocol, kind, cls),
    }


def _describe(protocol: type, kind: str, cls: type) -> Iterator[str]:
    yield f"{kind} — {_PROTOCOLS[protocol][0].lower()}"
    yield from _doc(cls).splitlines()
    keys = list(Shapes().of(cls).keys.values())
    yield ""
    for key in keys:
        yield f"  {key.name}: {_type(key.hint)}; {'обязательно' if key.required else f'без него: {_default(key)}'}"
        yield f"      {key.doc}"
    if not keys:
        yield "  Полей нет."
    yield from ("", "Пример:", f"  {example(protocol, kind, cls)}")


def example(protocol: type, kind: str, cls: type) -> str:
    """One line of YAML (or of a command) which uses the kind with the fields it must have."""
    keys = Shapes().of(cls).keys.values()
    given = ", ".join(
        f"{key.name}: {key.sample or (_LOCATION.format(kind) if key.name == 'location' else _sample(key.hint))}"
        for key in keys
        if key.required or key.sample
    )
    return _PROTOCOLS[protocol][1].format(kind if protocol is Renderer else f"{kind}: {{{given}}}")


def _type(hint: Any) -> str:  # noqa: ANN401 - an annotation
    return " или ".join(dict.fromkeys(_word(option) for option in options(hint) if option is not NoneType))


def _word(hint: Any) -> str:  # noqa: ANN401 - an annotation
    mark = next((mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Ref)), None)
    if mark is not None:
        return _REFERENCES[mark.to][0]
    hint = unmarked(hint)
    inside = get_args(hint)
    if get_origin(hint) is Literal:
        return " | ".join(map(str, inside))
    if get_origin(hint) in {tuple, Sequence}:
        return f"список: {_type(inside[0])}"
    if inside and issubclass(get_origin(hint), Mapping):
        return f"ключи ({_type(inside[0])}) со значениями ({_type(inside[1])})"
    return _SCALARS[hint][0] if hint in _SCALARS else "вложенные ключи"


def _sample(hint: Any) -> str:  # noqa: ANN401 - an annotation
    hint = next(option for option in options(hint) if option is not NoneType)
    mark = next((mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Ref)), None)
    if mark is not None:
        return _REFERENCES[mark.to][1]
    hint = unmarked(hint)
    inside = get_args(hint)
    if get_origin(hint) is Literal:
        return str(inside[0])
    if get_origin(hint) in {tuple, Sequence}:
        return f"[{_sample(inside[0])}]"
    if inside and issubclass(get_origin(hint), Mapping):
        return f"{{{_sample(inside[0])}: {_sample(inside[1])}}}"
    return _SCALARS[hint][1] if hint in _SCALARS else "{}"


def _default(key: Key) -> str:
    value = key.value_by_default()
    match value:
        case None | ():
            return "пусто"
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case tuple() | dict():
            return ", ".join(map(str, value)) or "пусто"
        case _:
            return str(value)
