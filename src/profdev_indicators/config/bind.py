"""A tree of nodes as objects: each built by the annotations of its class, nothing coerced, every problem told."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import attrs
from attrs import define, field, frozen

from profdev_indicators.config.hints import Hints
from profdev_indicators.config.merge import OMIT, Assembled, Omitted
from profdev_indicators.config.nodes import (
    BrokenNode,
    Entry,
    MappingNode,
    Node,
    Place,
    ScalarNode,
    SequenceNode,
    described,
    ids_in,
    nature,
    shown,
    text_of,
)
from profdev_indicators.config.shape import DECLARED, Key, Shape, Shapes, optional, options
from profdev_indicators.errors import PluginError, Problem
from profdev_indicators.frames import RESERVED
from profdev_indicators.model import (
    Analysis,
    Derived,
    District,
    Engine,
    Exemption,
    Indicator,
    Item,
    Kinds,
    Measure,
    Reader,
    Ref,
    Renderer,
    Rule,
    Source,
    Unit,
)

Build = Callable[[Node, Place], Any]
"""Makes a value of a node; the place is where to complain. What cannot be made is :data:`BROKEN`."""

BROKEN: Final = object()
"""Stands for what has been complained about."""

_ITEM_ID = re.compile(r"[a-z][a-z0-9_]*")
_MAX_DIGITS = 18
_LISTED_IN = {
    # where the things a name may refer to are declared
    "indicator": ("sections", "indicators"),
    "item": ("sources", "items"),
    "section": ("sections",),
    "source": ("sources",),
    "population": ("populations",),
    "act": ("acts",),
    "unit": ("units",),
}
_ABSENT = {
    "indicator": "нет такого показателя",
    "item": "нет такого поля",
    "kind": "нет такого вида организаций",
    "unit": "нет такой единицы",
    "section": "нет такого раздела",
    "source": "нет такого источника",
    "population": "нет такого знаменателя",
    "act": "нет такого акта",
}
_NO_KIND: Mapping[type, str] = {
    Reader: "нет такого способа чтения",
    Measure: "нет такой формулы",
    Derived: "нет такой формулы",
    Rule: "нет такого правила",
    Analysis: "нет такого анализа",
    Renderer: "нет такого отчёта",
    Engine: "нечем так считать записи",
}
_DATE = "ожидалась дата ГГГГ-ММ-ДД"
_TRUTH = {"true": True, "false": False}
_TRUTH_WORDS = {"да": "true", "yes": "true", "on": "true", "нет": "false", "no": "false", "off": "false"}
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_PERCENT = re.compile(r"([-+]?[0-9]+([.,][0-9]+)?) ?%")
_RUSSIAN_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_COMPARED = re.compile(r"'(?P<name>\w+)' must be (?P<sign><=|>=|<|>) (?P<limit>.+): (?P<given>.+)", re.DOTALL)
_COMPARISONS = {"<=": "не больше", ">=": "не меньше", "<": "меньше", ">": "больше"}


@frozen(kw_only=True)
class Bound:
    """What came of a tree."""

    district: District | None  # None: there are problems
    problems: tuple[Problem, ...]


def bind(assembled: Assembled, root: MappingNode, kinds: Kinds, hints: Hints, file: Path | None = None) -> Bound:
    """The district a tree describes.

    Args:
        assembled: what is known of the files.
        root: their tree.
        kinds: the classes behind the names of kinds.
        hints: guesses at what was meant.
        file: where the district will say it comes from.

    Raises:
        PluginError: a kind's class cannot be written in YAML.
    """
    binder = _Binder(
        kinds=kinds,
        hints=hints,
        omitted=assembled.omitted,
        complete=assembled.complete,
        declared=_declared(root),
        hidden={"file": file, "digest": assembled.digest},
    )
    district = binder.of_class(binder.shapes.of(District))(root, root.place)
    problems = tuple(binder.problems)
    return Bound(district=None if problems or district is BROKEN else district, problems=problems)


def where(entry: Entry) -> Place:
    """Where to complain of a value: at the value, or at its key where the value begins on a later line."""
    here = entry.node.place
    return here if here[:2] == entry.place[:2] else entry.place


@frozen(kw_only=True)
class _Declared:
    """Names a reference may use, gathered before anything is built."""

    names: Mapping[str, frozenset[str]]
    root: str  # the id of the district
    all_units: bool  # every unit is written in the configuration, so that an unknown one is a mistake
    kinds_listed: bool  # the district lists kinds of units, so that an unknown one is a mistake


def _declared(root: MappingNode) -> _Declared:
    names = {to: frozenset(ids_in(root, *keys)) for to, keys in _LISTED_IN.items()}
    recorded = {name for source in _elements(root, "sources") for name in _recorded(source)}
    kinds = _keys_at(root, "kinds") | set(_kinds_of_units(root))
    asked = {
        element.text
        for keys in (("sources",), ("sections", "indicators"))
        for thing in _elements(root, *keys)
        for element in _elements(thing, "asked_of")
        if isinstance(element, ScalarNode)
    }
    units = list(_elements(root, "units"))
    return _Declared(
        names={**names, "item": names["item"] | recorded | kinds | asked, "kind": frozenset(kinds)},
        root=text_of(root, "id"),
        all_units=bool(units) and all(isinstance(unit, MappingNode) and "id" in unit.entries for unit in units),
        kinds_listed=bool(_keys_at(root, "kinds")),
    )


def _keys_at(root: MappingNode, key: str) -> set[str]:
    return set(_entries(root, key))


def _recorded(source: Node) -> Mapping[str, Entry]:
    """The questions of a source that its records answer: ``records.items``."""
    records = source.entries.get("records") if isinstance(source, MappingNode) else None
    return _entries(records.node, "items") if records is not None else {}


def _entries(node: Node, key: str) -> Mapping[str, Entry]:
    entry = node.entries.get(key) if isinstance(node, MappingNode) else None
    return entry.node.entries if entry is not None and isinstance(entry.node, MappingNode) else {}


def _kinds_of_units(root: MappingNode) -> Iterator[str]:
    for unit in _elements(root, "units"):
        if isinstance(unit, MappingNode) and (kind := text_of(unit, "kind")):
            yield kind


def _elements(node: Node, *keys: str) -> Iterator[Node]:
    """Elements of a list, or of a list in each element of a list."""
    if not keys:
        yield node
    elif isinstance(node, MappingNode) and keys[0] in node.entries:
        listed = node.entries[keys[0]].node
        for element in listed.elements if isinstance(listed, SequenceNode) else ():
            yield from _elements(element, *keys[1:])


@define(kw_only=True)
class _Binder:
    kinds: Kinds
    hints: Hints
    omitted: Omitted
    complete: bool  # a part of the tree is not missing, so that what is not there is a mistake
    declared: _Declared
    hidden: Mapping[str, Any]
    problems: list[Problem] = field(factory=list)
    shapes: Shapes = field(factory=Shapes)
    path: list[str] = field(factory=list)
    made: dict[type, dict[str, Any]] = field(factory=lambda: {cls: {} for cls in DECLARED})
    builds: dict[Any, Build] = field(factory=dict)
    seen: dict[type, dict[tuple[str, str], Place]] = field(factory=dict)

    def complain(self, place: Place, message: str, hint: str = "", inside: str = "") -> Any:  # noqa: ANN401 - BROKEN
        """Note a problem of what is being built, or of a part of it («.id»); the answer is BROKEN."""
        path = "".join([*self.path, inside]).removeprefix(".")
        self.problems.append(place.problem(message, hint, path))
        return BROKEN

    def _expected(self, what: str, node: Node, place: Place, hint: str = "") -> Any:  # noqa: ANN401 - BROKEN
        if isinstance(node, BrokenNode):
            return BROKEN
        return self.complain(place, f"{what}, {described(node)}", hint)

    def _inside(self, step: str, build: Build, node: Node, place: Place) -> Any:  # noqa: ANN401 - what build makes
        self.path.append(step)
        try:
            return build(node, place)
        finally:
            self.path.pop()

    # --- by annotation ---

    def of(self, hint: Any) -> Build:  # noqa: ANN401 - an annotation
        """The way to build a value of a type."""
        build = self.builds.get(hint)
        if build is None:
            build = self.builds[hint] = self._choose(hint)
        return build

    def _choose(self, hint: Any) -> Build:  # noqa: ANN401, PLR0911 - one line for each shape an annotation may have
        origin = get_origin(hint)
        if origin is Annotated:
            return self._marked(hint)
        if origin in {Union, UnionType}:
            return self._union(get_args(hint))
        if origin is Literal:
            return self._literal(get_args(hint))
        if origin is tuple and get_args(hint)[1:] == (...,):
            return self._tuple(get_args(hint)[0])
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return self._mapping(*get_args(hint))
        scalar = self._scalars().get(hint)
        if scalar is not None:
            return scalar
        if hint in self.kinds:
            return self._kind((hint,))
        if hint in DECLARED:
            return self._reference(hint)
        if isinstance(hint, type) and attrs.has(hint):
            return self.of_class(self.shapes.of(hint))
        raise PluginError(f"{'.'.join(self.path)}: такой тип поля в YAML не записать: {hint}")

    def _scalars(self) -> Mapping[Any, Build]:
        return {
            str: self._text,
            int: self._int,
            float: self._float,
            bool: self._bool,
            date: self._date,
        }

    def _marked(self, hint: Any) -> Build:  # noqa: ANN401 - an annotation
        plain, *marks = get_args(hint)
        build = self.of(plain)
        references = [mark for mark in marks if isinstance(mark, Ref)]
        if not references:
            return build

        def checked(node: Node, place: Place) -> Any:  # noqa: ANN401 - what build makes
            value = build(node, place)
            if value is not BROKEN and not all(self._names(value, mark.to, place) for mark in references):
                return BROKEN
            return value

        return checked

    def _names(self, name: str, to: str, place: Place, inside: str = "") -> bool:
        """Whether a name is declared; complains if it is not."""
        names = self.declared.names[to]
        if name in names or not self.complete:
            return True
        if (to == "unit" and (not self.declared.all_units or name == self.declared.root)) or (
            to == "kind" and not self.declared.kinds_listed
        ):
            return True
        gone = self.omitted.get((_LISTED_IN[to][-1], name)) if to in _LISTED_IN else None
        if gone is not None:
            hint = f"убрано ключом {OMIT}: {gone.file}:{gone.line}"
        else:
            hint = self.hints.meant(name, names, "ничего такого не объявлено")
        self.complain(place, f"{_ABSENT[to]}: «{shown(name)}»", hint, inside)
        return False

    def _union(self, members: tuple[Any, ...]) -> Build:
        """The member which the shape of the node asks for."""
        protocols = tuple(member for member in members if member in self.kinds)
        kind = self._kind(protocols) if protocols else None
        rest = [member for member in members if member is not NoneType and member not in protocols]
        known = {name for member in rest if attrs.has(member) for name in self.shapes.of(member).keys}
        lists = [self.of(member) for member in rest if get_origin(member) is tuple]
        mappings = [self.of(member) for member in rest if self._is_mapping(member)]
        scalars = {member: self.of(member) for member in rest if self._takes_scalar(member)}
        nothing = NoneType in members
        fallback = [*([kind] if kind else []), *scalars.values(), *mappings, *lists]

        def build(node: Node, place: Place) -> Any:  # noqa: ANN401 - of one of the members
            if isinstance(node, SequenceNode) and lists:
                return lists[0](node, place)
            if isinstance(node, MappingNode):
                if kind and (not mappings or (len(node.entries) == 1 and node.entries.keys().isdisjoint(known))):
                    return kind(node, place)
                if mappings:
                    return mappings[0](node, place)
            if isinstance(node, ScalarNode):
                if nothing and node.nature == "empty":
                    return None
                if scalars:
                    return self._fitting(node, scalars)(node, place)
            return fallback[0](node, place)

        return build

    def _is_mapping(self, member: Any) -> bool:  # noqa: ANN401 - an annotation
        origin = get_origin(member)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return True
        return isinstance(member, type) and attrs.has(member)

    def _takes_scalar(self, member: Any) -> bool:  # noqa: ANN401 - an annotation
        if get_origin(member) in {Annotated, Literal} or member in self._scalars() or member in DECLARED:
            return True
        return self._is_mapping(member) and getattr(member, "__shorthand__", None) is not None

    def _fitting(self, node: ScalarNode, scalars: Mapping[Any, Build]) -> Build:
        types: dict[str, tuple[type, ...]] = {
            "int": (int, float),
            "float": (float,),
            "bool": (bool,),
            "date": (date,),
        }
        wanted = types.get(node.nature, (str,))
        for member, build in scalars.items():
            plain = get_args(member)[0] if get_origin(member) is Annotated else member
            if plain in wanted or (get_origin(plain) is Literal and node.text in get_args(plain)):
                return build
        return next(iter(scalars.values()))

    # --- scalars ---

    def _text(self, node: Node, place: Place) -> Any:  # noqa: ANN401 - a text
        if not isinstance(node, ScalarNode):
            return self._expected("ожидался текст", node, place)
        if node.nature == "text":
            return node.text
        hint = f'возьмите в кавычки: "{shown(node.text)}"' if node.text else "напишите значение после двоеточия"
        return self._expected("ожидался текст", node, place, hint)

    def _int(self, node: Node, place: Place) -> Any:  # noqa: ANN401 - an int
        if isinstance(node, ScalarNode) and node.nature == "int":
            if len(node.text) > _MAX_DIGITS:
                return self.complain(place, f"слишком большое число: {shown(node.text)}")
            return int(node.text, 16 if "x" in node.text else 8 if "o" in node.text else 10)
        return self._expected("ожидалось целое число", node, place, _number_hint(node))

    def _float(self, node: Node, place: Place) -> Any:  # noqa: ANN401 - a float
        if isinstance(node, ScalarNode) and node.nature == "float":
            number = math.inf if node.text.lower().endswith(("inf", "nan")) else float(node.text)
            return number if math.isfinite(number) else self.complain(place, f"не число: {shown(node.text)}")
        if isinstance(node, ScalarNode) and node.nature == "int":
            whole = self._int(node, place)
            return whole if whole is BROKEN else float(whole)
        return self._expected("ожидалось число", node, place, _number_hint(node))

    def _bool(self, node: Node, place: Place) -> Any:  # noqa: ANN401 - a bool
        if not isinstance(node, ScalarNode):
            return self._expected("ожидалось true или false", node, place)
        if node.nature == "bool":
            return _TRUTH[node.text.lower()]
        word = node.text.lower()
        truth = _TRUTH_WORDS.get(word) or (word if word in _TRUTH else "")
        return self._expected("ожидалось true или false", node, place, f"напишите {truth} без кавычек" if truth else "")

    def _date(self, node: Node, place: Place) -> Any:  # noqa: ANN401 - a date
        if isinstance(node, ScalarNode):
            text = node.text
            if nature(text) == "date":
                try:
                    return date.fromisoformat(text)
                except ValueError:
                    return self.complain(place, f"нет такого дня: {text}")
            if (match := _RUSSIAN_DATE.fullmatch(text)) is not None:
                day, month, year = match.groups()
                return self._expected(_DATE, node, place, f"напишите {year}-{month:>02}-{day:>02}")
        return self._expected(_DATE, node, place)

    def _literal(self, words: tuple[Any, ...]) -> Build:
        by_text = {str(word): word for word in words}

        def build(node: Node, place: Place) -> Any:  # noqa: ANN401 - one of the words
            if isinstance(node, ScalarNode) and node.text in by_text:
                word = by_text[node.text]
                if isinstance(word, str) is (node.nature == "text"):
                    return word
            one_of = f"ожидалось {_one_of(by_text)}"
            nearest = self.hints.nearest(node.text, by_text) if isinstance(node, ScalarNode) and node.text else None
            return self._expected(one_of, node, place, f"может быть, «{nearest}»?" if nearest else "")

        return build

    # --- lists and mappings ---

    def _tuple(self, hint: Any) -> Build:  # noqa: ANN401 - an annotation
        build = self.of(hint)
        things = [member for member in options(hint) if isinstance(member, type) and attrs.has(member)]
        identified = [cls for cls in things if self.shapes.of(cls).identified]

        def build_all(node: Node, place: Place) -> Any:  # noqa: ANN401 - a tuple
            if not isinstance(node, SequenceNode):
                one = f"напишите списком: [{shown(node.text)}]" if isinstance(node, ScalarNode) and node.text else ""
                hint = one or ("перед каждым элементом ставят «- »" if isinstance(node, MappingNode) else "")
                return self._expected("ожидался список", node, place, hint)
            values = [
                self._inside(f"[{index}]", build, element, element.place) for index, element in enumerate(node.elements)
            ]
            if identified:
                self._refuse_repeated(identified[0], node)
            return BROKEN if BROKEN in values else tuple(values)

        return build_all

    def _refuse_repeated(self, cls: type, node: SequenceNode) -> None:
        """Complain of a second thing with the same id; items and indicators are one list, wherever they stand."""
        seen = self.seen.setdefault(cls, {}) if cls in {Item, Indicator} else {}
        for index, element in enumerate(node.elements):
            if not isinstance(element, MappingNode) or not (identity := text_of(element, "id")):
                continue
            version = text_of(element, "valid_from") if cls is Unit else ""
            place = where(element.entries["id"])
            first = seen.setdefault((identity, version), place)
            if first is not place:
                self._repeated(identity, first, place, f"[{index}].id")

    def _mapping(self, key_hint: Any, value_hint: Any) -> Build:  # noqa: ANN401 - annotations
        build_key, build_value = self.of(key_hint), self.of(value_hint)

        def build(node: Node, place: Place) -> Any:  # noqa: ANN401 - a dict
            if not isinstance(node, MappingNode):
                return self._expected("ожидался набор ключей", node, place)
            values = {}
            for name, entry in node.entries.items():
                key = self._inside(f".{name}", build_key, ScalarNode(entry.place, name), entry.place)
                value = self._inside(f".{name}", build_value, entry.node, where(entry))
                values[name] = value if key is not BROKEN else BROKEN
            return BROKEN if BROKEN in values.values() else values

        return build

    def _kind(self, protocols: tuple[type, ...]) -> Build:
        """One key, the name of a kind, with the fields of the kind under it."""
        classes = {name: cls for protocol in protocols for name, cls in self.kinds[protocol].items()}
        absent = _NO_KIND.get(protocols[0], "нет такого вида")

        def build(node: Node, place: Place) -> Any:  # noqa: ANN401 - an object of a kind
            if isinstance(node, ScalarNode) and node.nature == "text":
                if node.text in classes:
                    return self.complain(place, "вид пишут ключом", f"напишите {{{node.text}: {{}}}}")
                return self.complain(place, f"{absent}: «{shown(node.text)}»", self.hints.meant(node.text, classes))
            if not isinstance(node, MappingNode):
                return self._expected("ожидался вид с полями", node, place, f"есть: {', '.join(sorted(classes))}")
            if len(node.entries) != 1:
                return self._not_one_kind(node, place, classes)
            name, entry = next(iter(node.entries.items()))
            if name not in classes:
                return self.complain(entry.place, f"{absent}: «{shown(name)}»", self.hints.meant(name, classes))
            fields = entry.node
            if isinstance(fields, ScalarNode) and fields.nature == "empty":
                fields = MappingNode(fields.place, {})
            shape = self.shapes.of(classes[name])
            return self._inside(f".{name}", self.of_class(shape), fields, where(Entry(entry.place, fields)))

        return build

    def _not_one_kind(self, node: MappingNode, place: Place, classes: Mapping[str, type]) -> Any:  # noqa: ANN401 - BROKEN
        named = [name for name in node.entries if name in classes]
        if not node.entries:
            return self.complain(place, "вид не назван", f"есть: {', '.join(sorted(classes))}")
        if len(named) == 1:
            extra = [entry for name, entry in node.entries.items() if name not in classes]
            hint = f"сдвиньте поля вправо, под «{named[0]}:»"
            return self.complain(extra[0].place, "здесь стоит один ключ — вид, а поля — под ним", hint)
        second = list(node.entries.values())[1]
        return self.complain(second.place, f"ожидался один вид, а ключей {len(node.entries)}")

    # --- classes ---

    def _reference(self, cls: type) -> Build:
        """A text names a declared thing; a mapping is the thing itself."""
        whole = self.of_class(self.shapes.of(cls))
        listed = DECLARED[cls]
        to = listed.removesuffix("s")

        def build(node: Node, place: Place) -> Any:  # noqa: ANN401 - of the class
            if self.path[0] == f".{listed}":
                thing = whole(node, place)
                if thing is not BROKEN:
                    self.made[cls].setdefault(thing.id, thing)
                return thing
            if isinstance(node, MappingNode):
                return self._inline(cls, whole, node, place)
            name = self._text(node, place)
            if name is BROKEN or not self._names(name, to, place):
                return BROKEN
            if name not in self.made[cls] and self._comes_later(listed):
                return self.complain(place, f"{listed} стоят ниже: отсюда на них не сослаться")
            return self.made[cls].get(name, BROKEN)

        return build

    def _comes_later(self, key: str) -> bool:
        """Whether a key of the district is built after the one being built."""
        order = list(self.shapes.of(District).keys)
        return order.index(self.path[0].removeprefix(".")) < order.index(key)

    def _inline(self, cls: type, whole: Build, node: MappingNode, place: Place) -> Any:  # noqa: ANN401 - of the class
        if cls is Source:
            return self.complain(place, "источник объявляют в sources, а здесь называют его id")
        identity = text_of(node, "id")
        if identity in self.declared.names["population"]:
            return self.complain(place, f"знаменатель «{shown(identity)}» уже объявлен", f"напишите просто {identity}")
        return whole(node, place)

    def of_class(self, shape: Shape) -> Build:
        """The way to build an object."""
        keys: list[tuple[Key, Build]] = []  # found out at the first use, since classes may hold one another

        def build(node: Node, place: Place) -> Any:  # noqa: ANN401 - of the class
            if not isinstance(node, MappingNode):
                return self._shorthand(shape, node, place)
            if not keys:
                keys.extend((key, self.of(key.hint)) for key in shape.keys.values())
            before = len(self.problems)
            values = self._values(keys, node, place)
            for name, entry in node.entries.items():
                if name not in shape.keys:
                    self._unknown(name, entry, shape, node)
            if len(self.problems) > before or BROKEN in values.values() or not self.complete:
                return BROKEN
            return self._make(shape, values, node, place)

        return build

    def _values(self, keys: list[tuple[Key, Build]], node: MappingNode, place: Place) -> dict[str, Any]:
        """Arguments of the constructor, in the order of the class: things are declared before they are used."""
        values: dict[str, Any] = {}
        for key, build in keys:
            given = node.entries.get(key.name)
            if given is None:
                if key.required and self.complete:
                    self.complain(place, f"нет ключа «{key.name}»", key.doc)
            elif key.required or optional(key.hint) or not _is_empty(given.node):
                values[key.argument] = self._inside(f".{key.name}", build, given.node, where(given))
            # else: an empty value takes back what a base says, and the default holds again
        return values

    def _shorthand(self, shape: Shape, node: Node, place: Place) -> Any:  # noqa: ANN401 - of the class
        if shape.shorthand is None or not isinstance(node, ScalarNode):
            hint = f"ключи: {', '.join(shape.keys)}" if shape.keys else "пишут {}"
            return self._expected("ожидался набор ключей", node, place, hint)
        value = self.of(shape.shorthand.hint)(node, place)
        if value is BROKEN:
            return BROKEN
        return self._make(shape, {shape.shorthand.argument: value}, MappingNode(place, {}), place)

    def _unknown(self, name: str, entry: Entry, shape: Shape, node: MappingNode) -> None:
        nearest = self.hints.nearest(name, shape.keys)
        if name == OMIT:
            hint = "убрать можно только элемент списка, у которого есть id"
        elif nearest is not None and nearest not in node.entries:
            hint = f"возможно, «{nearest}»?"
        else:
            hint = f"ключи: {', '.join(shape.keys)}" if shape.keys else "ключей здесь нет"
        self.complain(entry.place, "неизвестный ключ", hint, f".{shown(name)}")

    def _make(self, shape: Shape, values: dict[str, Any], node: MappingNode, place: Place) -> Any:  # noqa: ANN401 - of the class
        if not self._acceptable(shape.cls, values, node):
            return BROKEN
        try:
            return shape.cls(**values, **(self.hidden if shape.cls is District else {}))
        except (ValueError, TypeError) as error:
            key, message = _explained(error, shape)
            if key is not None and key.name in node.entries:
                return self.complain(where(node.entries[key.name]), message, inside=f".{key.name}")
            return self.complain(place, message)

    def _acceptable(self, cls: type, values: Mapping[str, Any], node: MappingNode) -> bool:
        """What annotations cannot say about ids and names of units; complains of what is wrong."""
        before = len(self.problems)
        identity = values.get("id")
        if isinstance(identity, str) and "id" in node.entries:
            message, hint = self._wrong_id(cls, identity)
            if message:
                self.complain(where(node.entries["id"]), message, hint, ".id")
        if cls is Source:
            self._acceptable_records(node)
        name = {Unit: "parent", Exemption: "unit"}.get(cls)
        if name is not None and values.get(name) is not None:
            self._names(values[name], "unit", where(node.entries[name]), f".{name}")
        return len(self.problems) == before

    def _acceptable_records(self, source: MappingNode) -> None:
        """Complain of questions of records that cannot be called so, or that another source asks."""
        listed = set(ids_in(source, "items"))
        seen = self.seen.setdefault(Item, {})
        for name, entry in _recorded(source).items():
            message, hint = self._wrong_id(Item, name)
            if message:
                self.complain(entry.place, message, hint, f".records.items.{shown(name)}")
            first = seen.setdefault((name, ""), entry.place)
            if name not in listed and first is not entry.place:
                self._repeated(name, first, entry.place, f".records.items.{shown(name)}")

    def _repeated(self, identity: str, first: Place, place: Place, inside: str) -> None:
        at = f"строке {first.line}" if first.file == place.file else f"{first.file}:{first.line}"
        self.complain(place, f"id «{shown(identity)}» повторён", f"впервые — в {at}", inside)

    def _wrong_id(self, cls: type, identity: str) -> tuple[str, str]:
        if identity != identity.strip() or not identity:
            return "id пуст или начинается и кончается пробелами", ""
        if cls is not Item:
            return "", ""
        if not _ITEM_ID.fullmatch(identity):
            return f"id поля «{shown(identity)}»: латинские строчные буквы, цифры и _", "например, n_ped"
        if identity in RESERVED:
            return f"id поля «{identity}» занят: так называется столбец ответа", f"например, n_{identity}"
        if identity in self.declared.names["kind"]:
            return f"id поля «{identity}» занят: так называется вид организаций", f"например, n_{identity}"
        return "", ""


def _one_of(words: Iterable[str]) -> str:
    *rest, last = (word if word.isidentifier() else f"«{word}»" for word in words)
    return f"{', '.join(rest)} или {last}" if rest else last


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.nature == "empty"


def _number_hint(node: Node) -> str:
    if not isinstance(node, ScalarNode):
        return ""
    if not node.plain and nature(node.text) in {"int", "float"}:
        return "уберите кавычки"
    if _DECIMAL_COMMA.fullmatch(node.text):
        return f"дробная часть — после точки: {node.text.replace(',', '.')}"
    if (match := _PERCENT.fullmatch(node.text)) is not None:
        return f"без знака процента: {match[1].replace(',', '.')}"
    return ""


def _explained(error: Exception, shape: Shape) -> tuple[Key | None, str]:
    """Which key an error of a constructor is about, as far as can be told, and what it says."""
    by_attribute = {key.attribute: key for key in shape.keys.values()}
    name = next((arg.name for arg in error.args if isinstance(arg, attrs.Attribute)), None) or _validated(error)
    message = str(error.args[0]) if error.args else type(error).__name__
    if (match := _COMPARED.fullmatch(message)) is not None:
        message = f"должно быть {_COMPARISONS[match['sign']]} {match['limit']}, а не {shown(match['given'])}"
    if name is not None:
        message = re.sub(rf"^['«]?{re.escape(name)}['»]?:? ", "", message)
    return by_attribute.get(name or ""), message


def _validated(error: Exception) -> str | None:
    """The attribute whose validator raised: attrs hands it over, and the traceback still has it."""
    traceback, found = error.__traceback__, None
    while traceback is not None:
        for value in traceback.tb_frame.f_locals.values():
            if isinstance(value, attrs.Attribute):
                found = value.name
        traceback = traceback.tb_next
    return found
