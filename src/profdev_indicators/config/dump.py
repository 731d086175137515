"""A district as YAML which loads back to the same district."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, get_args

import attrs
import yaml
from attrs import define, field

from profdev_indicators.config.nodes import nature
from profdev_indicators.config.shape import DECLARED, Key, Shape, Shapes, options
from profdev_indicators.errors import PluginError, RequestError
from profdev_indicators.model import District, Kinds, Population, Source

Plain = str | int | float | bool | date | list[Any] | dict[str, Any] | None
"""What YAML knows by itself."""

_WIDTH = 120


def dump(district: District, kinds: Kinds) -> str:
    """One file without bases: what is as by default is left out, sources and populations are named by id.

    Raises:
        PluginError: the district has an object of a kind which nobody provides.
        RequestError: an indicator's source is none of those the district declares.
    """
    return yaml.dump(
        Plainer(kinds=kinds, district=district).of(district),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=_WIDTH,
        default_flow_style=False,
    )


@define(kw_only=True)
class Plainer:
    """Turns objects of a configuration into what YAML knows by itself."""

    kinds: Kinds
    district: District
    shapes: Shapes = field(factory=Shapes)

    def of(self, value: Any, hint: Any = District) -> Plain:  # noqa: ANN401 - whatever a configuration holds
        """The value as plain texts, numbers, lists and mappings; ``hint`` is its declared type."""
        if attrs.has(type(value)):
            return self._of_object(value, hint)
        if isinstance(value, Mapping):
            element = next((get_args(member)[1] for member in options(hint) if len(get_args(member)) > 1), Any)
            return {name: self.of(one, element) for name, one in value.items()}
        if isinstance(value, tuple | list):
            element = next((get_args(member)[0] for member in options(hint) if get_args(member)), Any)
            return [self.of(one, element) for one in value]
        plain: Plain = value
        return plain

    def keys_of(self, shape: Shape, thing: object) -> Iterator[tuple[Key, Any]]:
        """The keys of an object which say more than the default."""
        for key in shape.keys.values():
            value = getattr(thing, key.attribute)
            if key.required or value != key.value_by_default():
                yield key, value

    def kind_of(self, thing: object, hint: Any) -> str | None:  # noqa: ANN401 - an annotation
        """The name of the kind of an object; None: its class is the declared one.

        Raises:
            PluginError: nobody provides its kind.
        """
        protocols = [member for member in options(hint) if member in self.kinds]
        if not protocols or type(thing) in options(hint):
            return None
        for protocol in protocols:
            for name, cls in sorted(self.kinds[protocol].items()):
                if cls is type(thing):
                    return name
        raise PluginError(f"ни один плагин не даёт вида для {type(thing).__module__}.{type(thing).__qualname__}")

    def _of_object(self, thing: Any, hint: Any) -> Plain:  # noqa: ANN401 - whatever a configuration holds
        cls = type(thing)
        if cls in DECLARED and cls in options(hint) and (cls is Source or thing in self.district.populations):
            return self._reference(thing)
        kind = self.kind_of(thing, hint)
        plain = self._fields(thing)
        return plain if kind is None else {kind: plain}

    def _fields(self, thing: Any) -> Plain:  # noqa: ANN401 - of any class of a configuration
        shape = self.shapes.of(type(thing))
        written = list(self.keys_of(shape, thing))
        if shape.shorthand is not None and [key for key, _ in written] == [shape.shorthand]:
            return self.of(written[0][1], shape.shorthand.hint)
        plain: dict[str, Plain] = {}
        for key, value in written:
            declared = shape.cls is District and key.name in DECLARED.values()
            plain[key.name] = [self._declared(one) for one in value] if declared else self.of(value, key.hint)
        return plain

    def _reference(self, thing: Source | Population) -> str:
        if thing not in getattr(self.district, DECLARED[type(thing)]):
            raise RequestError(f"источник «{thing.id}» показателя — не тот, что объявлен в sources")
        return thing.id

    def _declared(self, thing: Any) -> Plain:  # noqa: ANN401 - a source or a population
        """The thing itself where it is declared, not a reference to it."""
        return {key.name: self.of(value, key.hint) for key, value in self.keys_of(self.shapes.of(type(thing)), thing)}


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # one or the other, alike
    """Quotes what YAML 1.2 or this loader would take for something else than a text; repeats instead of aliases."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    peculiar = nature(text) != "text" or text == "<<"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if peculiar else None)


_Dumper.add_representer(str, _text)
