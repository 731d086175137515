"""`profdev diff`: what changed between two configurations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import click

from profdev_indicators.cli.console import say, say_json
from profdev_indicators.cli.options import FILE, format_option, manager, without_option
from profdev_indicators.cli.speech import Command
from profdev_indicators.config.compare import Difference, compare
from profdev_indicators.config.shape import Shapes
from profdev_indicators.facade import load
from profdev_indicators.plugins import kinds

_NOTHING = "—"
_LONGEST = 100  # characters of a value; the rest is in the files


@click.command(cls=Command, examples=("profdev diff chegem-2022.yaml configs/chegem.yaml",))
@click.argument("before", metavar="БЫЛО", type=FILE, help="Прежняя конфигурация.")
@click.argument("after", metavar="СТАЛО", type=FILE, help="Новая конфигурация.")
@format_option
@without_option
def command(before: Path, after: Path, form: str, without: tuple[str, ...]) -> None:
    """Сравнить две конфигурации: что изменилось и какие сравнения это рвёт.

    Сначала — изменения, после которых значения показателя до и после не сравнить, затем остальные; «слова» —
    изменился только текст для людей. Сравнивается смысл: порядок ключей, отступы и комментарии не важны.
    """
    plugins = manager(without)
    found = compare(load(before, plugins), load(after, plugins))
    named = {cls: name for classes in kinds(plugins).values() for name, cls in classes.items()}
    if form == "json":
        say_json([_plain(difference, named) for difference in found])
    else:
        say(*(_lines(found, named) if found else ("Различий нет.",)))


def _plain(difference: Difference, named: Mapping[type, str]) -> dict[str, Any]:
    sides = {side: _said(getattr(difference, side), named) for side in ("before", "after")}
    return attrs.asdict(difference, recurse=False) | sides


def _lines(found: Sequence[Difference], named: Mapping[type, str]) -> Iterator[str]:
    breaking = [difference for difference in found if difference.breaks]
    others = [difference for difference in found if not difference.breaks]
    if breaking:
        yield "Рвут сравнение:"
        for difference in breaking:
            yield f"  {_line(difference, named)}"
            yield f"    не сравнить до и после: {', '.join(difference.indicators)}"
    if others:
        yield "Сравнение не рвут:"
        yield from (f"  {_line(difference, named)}" for difference in others)


def _line(difference: Difference, named: Mapping[type, str]) -> str:
    before, after = (_short(_said(side, named)) for side in (difference.before, difference.after))
    words = " (слова)" if difference.wording else ""
    match difference.what:
        case "added":
            return f"+ {difference.path}: {after}{words}"
        case "removed":
            return f"- {difference.path}: {before}{words}"
        case _:
            return f"{difference.path}: {before} → {after}{words}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _said(value: Any, named: Mapping[type, str]) -> str:  # noqa: ANN401 - whatever a configuration holds
    """A value much as the YAML has it, on one line."""
    if value is None or value == ():
        return _NOTHING
    if isinstance(value, tuple):
        return f"[{', '.join(_said(each, named) for each in value)}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_said(each, named)}' for name, each in value.items())}}}"
    if attrs.has(type(value)):
        return _said_object(value, named)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _said_object(value: Any, named: Mapping[type, str]) -> str:  # noqa: ANN401 - the same
    title = getattr(value, "title", None) or getattr(value, "name", None)
    if getattr(value, "id", None):
        return f"{value.id} «{title}»" if title else str(value.id)
    keys = Shapes().of(type(value)).keys.values()
    told = {key.name: getattr(value, key.attribute) for key in keys}
    given = {
        key.name: _reference(told[key.name]) for key in keys if key.required or told[key.name] != key.value_by_default()
    }
    kind = named.get(type(value))
    return f"{kind}: {_said(given, named)}" if kind else _said(given, named)


def _reference(value: Any) -> Any:  # noqa: ANN401 - the same
    """What is declared elsewhere goes by its id."""
    return value.id if attrs.has(type(value)) and hasattr(value, "id") else value
