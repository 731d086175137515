"""JSON Schema of a configuration, for editors: from the same classes the loader builds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from attrs import define, field

from profdev_indicators.config.merge import EXTENDS, INCLUDE, OMIT
from profdev_indicators.config.shape import DECLARED, Key, Shape, Shapes, options, unmarked
from profdev_indicators.model import District, Kinds, Population

Schema = dict[str, Any]

_DRAFT = "http://json-schema.org/draft-07/schema#"
_TYPES: Mapping[type, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
}
_NULL: Schema = {"type": "null"}
_LINK: Schema = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_EXTENDS = "Основа: имя из плагина или путь к файлу .yaml; что написано здесь, ложится поверх"
_INCLUDE = "Добавки поверх основы: имена из плагинов или пути к файлам .yaml"
_OMIT = "true — убрать из основы элемент с этим id"


def json_schema(kinds: Kinds) -> Schema:
    """The schema (draft 7) of a whole file, a base, or a fragment.

    A file which stands alone must have every required key; one that extends, includes, or is itself included
    (and so has no ``id``) need not.
    """
    maker = _Maker(kinds=kinds)
    whole, part = maker.of(District, part=False), maker.of(District, part=True)
    alone = {"required": ["id"], "not": {"anyOf": [{"required": [EXTENDS]}, {"required": [INCLUDE]}]}}
    return {
        "$schema": _DRAFT,
        "title": "Конфигурация profdev-indicators",
        "type": "object",
        "if": alone,
        "then": whole,
        "else": part,
        "definitions": dict(sorted(maker.definitions.items())),
    }


@define(kw_only=True)
class _Maker:
    kinds: Kinds
    shapes: Shapes = field(factory=Shapes)
    definitions: dict[str, Schema] = field(factory=dict)
    names: dict[tuple[type, bool], str] = field(factory=dict)

    def of(self, hint: Any, *, part: bool) -> Schema:  # noqa: ANN401 - an annotation
        """The schema of a type; ``part``: a base gives what is not here."""
        members = [unmarked(member) for member in options(hint)]
        protocols = [member for member in members if member in self.kinds]
        schemas = [self._one(member, part=part) for member in members if member not in {*protocols, NoneType}]
        if protocols:
            schemas.append(self._kind(protocols, part=part))
        if NoneType in members:
            schemas.append(_NULL)
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    def _one(self, hint: Any, *, part: bool) -> Schema:  # noqa: ANN401 - an annotation
        origin = get_origin(hint)
        if origin is Literal:
            return {"enum": list(get_args(hint))}
        if origin is tuple:
            return {"type": "array", "items": self.of(get_args(hint)[0], part=part)}
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(get_args(hint)[1], part=part)}
        if hint in _TYPES:
            return dict(_TYPES[hint])
        if hint in DECLARED:
            name = {"type": "string", "description": f"id из {DECLARED[hint]}"}
            return {"anyOf": [name, self._class(hint, part=part)]} if hint is Population else name
        return self._class(hint, part=part)

    def _kind(self, protocols: list[Any], *, part: bool) -> Schema:
        classes = {name: cls for protocol in protocols for name, cls in self.kinds[protocol].items()}
        if not classes:
            return {"not": {}}  # no installed plugin has any
        return {"oneOf": [self._named(name, cls, part=part) for name, cls in sorted(classes.items())]}

    def _named(self, name: str, cls: type, *, part: bool) -> Schema:
        shape = self.shapes.of(cls)
        fields = self._class(cls, part=part)
        if part or not any(key.required for key in shape.keys.values()):
            fields = {"anyOf": [fields, _NULL]}
        return {
            "type": "object",
            "description": shape.doc,
            "properties": {name: fields},
            "required": [name],
            "additionalProperties": False,
        }

    def _class(self, cls: type, *, part: bool) -> Schema:
        shape = self.shapes.of(cls)
        if (cls, part) not in self.names:
            name = self.names[cls, part] = self._name(cls, part=part)
            self.definitions[name] = {}  # taken before its fields are made: classes may hold one another
            self.definitions[name] = self._object(shape, part=part)
        reference = {"$ref": f"#/definitions/{self.names[cls, part]}"}
        if shape.shorthand is None:
            return reference
        return {"anyOf": [self.of(shape.shorthand.hint, part=part), reference]}

    def _name(self, cls: type, *, part: bool) -> str:
        name = f"{cls.__name__}-part" if part else cls.__name__
        while name in self.definitions:  # two plugins may call their classes alike
            name += "-"
        return name

    def _object(self, shape: Shape, *, part: bool) -> Schema:
        properties = {key.name: self._key(key, part=part) for key in shape.keys.values()}
        if shape.cls is District:
            for cls, name in DECLARED.items():  # here they are declared, elsewhere named
                properties[name]["anyOf"][0]["items"] = self._class(cls, part=part)
        required = [key.name for key in shape.keys.values() if key.required]
        if part:
            required = ["id"] if shape.identified and shape.cls is not District else []
        if part and shape.cls is District:
            properties[EXTENDS] = {"description": _EXTENDS, **_LINK}
            properties[INCLUDE] = {"description": _INCLUDE, **_LINK}
        elif part and shape.identified:
            properties[OMIT] = {"description": _OMIT, "type": "boolean"}
        schema: Schema = {
            "type": "object",
            "description": shape.doc,
            "properties": properties,
            "additionalProperties": False,
        }
        return {**schema, "required": required} if required else schema

    def _key(self, key: Key, *, part: bool) -> Schema:
        schema = self.of(key.hint, part=part)
        if not key.required and NoneType not in options(key.hint):
            schema = {"anyOf": [schema, _NULL]}  # an empty value takes back what a base says
        described: Schema = {"description": key.doc} if key.doc else {}
        if not key.required and isinstance(key.default, str | int | float):
            described["default"] = key.default
        if "$ref" in schema:  # draft 7 looks at nothing beside a reference
            return {**described, "allOf": [schema]}
        return {**schema, **described}
