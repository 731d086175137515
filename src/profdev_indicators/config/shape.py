"""How a class is written in YAML: its keys, in the order of the class."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import attrs
from attrs import define, frozen

from profdev_indicators.errors import PluginError
from profdev_indicators.model import Population, Source

DECLARED: Mapping[type, str] = {Source: "sources", Population: "populations"}
"""Classes whose objects a plain text refers to by id, and the key of the district under which they are declared."""


@frozen(kw_only=True)
class Key:
    """One key of a mapping."""

    name: str  # as the file has it
    attribute: str
    argument: str  # of the constructor
    hint: Any  # the type, resolved
    default: Any  # attrs.NOTHING: the key is required
    doc: str
    wording: bool
    sample: str | None = None  # what an example writes for it; None: only if it is required

    @property
    def required(self) -> bool:
        """Whether the file must have it."""
        return self.default is attrs.NOTHING

    def value_by_default(self) -> Any:  # noqa: ANN401 - of the type of the attribute
        """What the attribute is where the file says nothing."""
        return self.default.factory() if isinstance(self.default, attrs.Factory) else self.default  # type: ignore[arg-type]  # a function to the stubs, a class at run time


@frozen(kw_only=True)
class Shape:
    """A mapping with a fixed set of keys."""

    cls: type
    keys: Mapping[str, Key]  # by the name in the file
    shorthand: Key | None  # what a plain text or number fills
    doc: str

    @property
    def identified(self) -> bool:
        """Whether its objects have ids."""
        return "id" in self.keys


@define
class Shapes:
    """Shapes by class, each made once."""

    _known: dict[type, Shape] = attrs.field(factory=dict)

    def of(self, cls: type) -> Shape:
        """The shape of an attrs class.

        Raises:
            PluginError: the class is not of attrs, or its annotations name what is not there.
        """
        if cls not in self._known:
            self._known[cls] = _shape(cls)
        return self._known[cls]


def _shape(cls: type) -> Shape:
    if not attrs.has(cls):
        raise PluginError(f"{cls.__module__}.{cls.__qualname__}: вид должен быть классом attrs")
    try:
        hints = get_type_hints(cls, include_extras=True)
    except (NameError, TypeError) as error:
        raise PluginError(f"{cls.__module__}.{cls.__qualname__}: не понять типы полей: {error}") from error
    keys = [
        Key(
            name=field.metadata.get("name") or field.name,
            attribute=field.name,
            argument=field.alias or field.name,
            hint=hints[field.name],
            default=field.default,
            doc=field.metadata.get("doc", ""),
            wording=bool(field.metadata.get("wording")),
            sample=field.metadata.get("sample"),
        )
        for field in attrs.fields(cls)
        if field.init and not field.metadata.get("hidden")
    ]
    short = getattr(cls, "__shorthand__", None)
    return Shape(
        cls=cls,
        keys={key.name: key for key in keys},
        shorthand=next((key for key in keys if key.attribute == short), None),
        doc=inspect.cleandoc(cls.__doc__ or ""),
    )


def options(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401 - an annotation
    """The members of a union, or the type itself; marks (`Annotated`) stay on."""
    return get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)


def optional(hint: Any) -> bool:  # noqa: ANN401 - an annotation
    """Whether nothing is a value of this type."""
    return NoneType in options(hint)


def unmarked(hint: Any) -> Any:  # noqa: ANN401 - an annotation
    """The type without its marks."""
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint
