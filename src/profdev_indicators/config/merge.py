"""A file, the bases it extends and the fragments it includes, laid over one another into one tree."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from attrs import define, field, frozen

from profdev_indicators.config.hints import Hints
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
    read_document,
    shown,
    text_of,
)
from profdev_indicators.errors import Problem

EXTENDS = "extends"
INCLUDE = "include"
OMIT = "omit"
KINDRED = frozenset({"measure", "reader", "units"})
"""Keys whose value is one key, the name of a kind: another kind replaces it, their fields having nothing in common."""

_MAX_CHAIN = 8
_MAX_FILES = 64
_SUFFIXES = (".yaml", ".yml")
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_REFERRING = {
    # lists whose elements name what may have been omitted: the key inside an element, the list of what it names
    "exemptions": ("indicators", "indicators"),
    "goals": ("indicators", "indicators"),
    "topics": ("indicators", "indicators"),
    "decisions_needed": ("indicators", "indicators"),
    "information_sources": ("sources", "sources"),
}

Omitted = Mapping[tuple[str, str], Place]
"""What was taken out of the bases: (key of the list, id) → the place which says so."""


@frozen(kw_only=True)
class Assembled:
    """All files as one tree; every node remembers its own file and line."""

    root: MappingNode | None  # None: there is nothing to work with
    problems: tuple[Problem, ...]
    omitted: Omitted
    complete: bool  # every file could be read; else what is missing may stand in the one that could not
    digest: str  # SHA-256 over the contents of all files, wherever they lie


def assemble(path: Path, configs: Mapping[str, Traversable], hints: Hints) -> Assembled:
    """The tree of a file with all it extends and includes."""
    assembler = _Assembler(configs=configs, hints=hints)
    root = assembler.tree(_File(source=path, name=str(path)), ())
    if root is not None and assembler.omits:
        root = assembler.settle(root)
    together = "".join(sorted(set(assembler.digests)))
    return Assembled(
        root=root,
        problems=tuple(assembler.problems),
        omitted=assembler.omitted,
        complete=assembler.complete,
        digest=hashlib.sha256(together.encode()).hexdigest(),
    )


@frozen(kw_only=True)
class _File:
    source: Path | Traversable
    name: str  # as messages call it

    @property
    def identity(self) -> str:
        """The same for one file, however it was come by."""
        try:
            return os.path.realpath(self.source) if isinstance(self.source, Path) else str(self.source)
        except ValueError:  # a zero byte in the name: reading will say so
            return self.name


@define(kw_only=True)
class _Assembler:
    configs: Mapping[str, Traversable]
    hints: Hints
    problems: list[Problem] = field(factory=list)
    digests: list[str] = field(factory=list)
    trees: dict[str, MappingNode | None] = field(factory=dict)
    complete: bool = True
    omits: bool = False  # some file has the word, so there may be something to settle
    omitted: dict[tuple[str, str], Place] = field(factory=dict)
    thinned: set[tuple[str, ...]] = field(factory=set)  # paths of lists out of which something was taken

    # --- files ---

    def tree(self, file: _File, chain: tuple[_File, ...]) -> MappingNode | None:
        """The tree of one file laid over its bases and fragments."""
        if file.identity in self.trees:
            return self.trees[file.identity]
        document, raw = read_document(file.source, file.name)
        self.problems.extend(document.problems)
        self.digests.append(hashlib.sha256(raw).hexdigest())
        self.omits = self.omits or OMIT.encode() in raw
        tree: MappingNode | None = None
        if isinstance(document.root, MappingNode):
            tree = self._with_bases(document.root, file, (*chain, file))
        elif isinstance(document.root, ScalarNode | SequenceNode):
            message = f"ожидались ключи конфигурации, {described(document.root)}"
            self.problems.append(document.root.place.problem(message, "первая строка файла — например, «id: chegem»"))
        self.trees[file.identity] = tree
        return tree

    def _with_bases(self, root: MappingNode, file: _File, chain: tuple[_File, ...]) -> MappingNode:
        layers: list[MappingNode] = []
        for key in (EXTENDS, INCLUDE):
            for link in self._links(root, key):
                linked = self._resolve(link, file, key)
                tree = self._follow(link, linked, chain, key) if linked is not None else None
                if tree is None:
                    self.complete = False
                else:
                    layers.append(tree)
        own = {key: entry for key, entry in root.entries.items() if key not in {EXTENDS, INCLUDE}}
        layers.append(MappingNode(root.place, own))
        merged = layers[0]
        for layer in layers[1:]:
            merged = self._overlay(merged, layer, ())
        return merged

    def _links(self, root: MappingNode, key: str) -> Iterator[ScalarNode]:
        entry = root.entries.get(key)
        if entry is None:
            return
        nodes = entry.node.elements if isinstance(entry.node, SequenceNode) else (entry.node,)
        seen: dict[str, int] = {}
        for node in nodes:
            if isinstance(node, BrokenNode):
                continue
            if not isinstance(node, ScalarNode) or node.nature != "text":
                self.complete = False
                message = f"ожидалось имя или путь к файлу .yaml, {described(node)}"
                self.problems.append(node.place.problem(message, path=key))
            elif node.text in seen:
                message = f"«{shown(node.text)}» повторено"
                hint = f"впервые — в строке {seen[node.text]}"
                self.problems.append(node.place.problem(message, hint, path=key))
            else:
                seen[node.text] = node.place.line
                yield node

    def _resolve(self, link: ScalarNode, file: _File, key: str) -> _File | None:
        text = link.text
        if text in self.configs:
            return _File(source=self.configs[text], name=str(self.configs[text]))
        if text.lower().endswith(_SUFFIXES):
            found = _beside(file, text)
            if found is not None and _is_file(found.source):
                return found
            hint = "пишите путь через /" if "\\" in text else self.hints.meant(text, _neighbours(found))
            message = f"нет такого файла: «{shown(text)}»"
        elif "/" in text or "\\" in text or "." in text:
            message = f"путь «{shown(text)}» не оканчивается на .yaml"
            hint = "подключить можно только файл .yaml или .yml"
        else:
            message = f"ни один плагин не даёт конфигурации «{shown(text)}»"
            hint = self.hints.meant(text, self.configs, "установите плагин с нею или укажите путь к файлу .yaml")
        self.problems.append(link.place.problem(message, hint, path=key))
        return None

    def _follow(self, link: ScalarNode, linked: _File, chain: tuple[_File, ...], key: str) -> MappingNode | None:
        before = [file.identity for file in chain]
        if linked.identity in before:
            circle = [file.name for file in chain[before.index(linked.identity) :]]
            message = "файлы подключают друг друга по кругу: " + " → ".join([*circle, linked.name])
            self.problems.append(link.place.problem(message, "разорвите круг", path=key))
        elif len(chain) > _MAX_CHAIN:
            self.problems.append(link.place.problem(f"файлы подключают друг друга глубже {_MAX_CHAIN} раз", path=key))
        elif len(self.trees) > _MAX_FILES:
            self.problems.append(link.place.problem(f"подключено больше {_MAX_FILES} файлов", path=key))
        else:
            return self.tree(linked, chain)
        return None

    # --- trees ---

    def _overlay(self, base: MappingNode, own: MappingNode, path: tuple[str, ...]) -> MappingNode:
        entries = dict(base.entries)
        for key, entry in own.entries.items():
            inherited = entries.get(key)
            if inherited is not None:
                entry = Entry(entry.place, self._merge(inherited.node, entry.node, (*path, key)))  # noqa: PLW2901 - laid over
            entries[key] = entry
        return MappingNode(own.place, entries)

    def _merge(self, base: Node, own: Node, path: tuple[str, ...]) -> Node:
        if isinstance(base, MappingNode) and isinstance(own, MappingNode):
            if path[-1] in KINDRED and base.entries.keys() != own.entries.keys():
                return own
            return self._overlay(base, own, path)
        if isinstance(base, SequenceNode) and isinstance(own, SequenceNode):
            inherited, added = _identified(base), _identified(own)
            if inherited and added:
                return SequenceNode(own.place, tuple(self._merge_lists(inherited, added, path)))
        return own

    def _merge_lists(
        self, base: tuple[MappingNode, ...], own: tuple[MappingNode, ...], path: tuple[str, ...]
    ) -> Iterator[MappingNode]:
        slots: list[MappingNode | None] = list(base)
        where: dict[tuple[str, str], list[int]] = {}
        for index, element in enumerate(base):
            if not _omits(element):  # one that omits waits for a base of its own
                where.setdefault(_key(element), []).append(index)
        seen: set[tuple[str, str]] = set()
        for element in own:
            key = _key(element)
            if _omits(element):
                self._omit(element, slots, where, path)
            elif key in where and key not in seen:
                index = where[key][0]
                slots[index] = self._overlay(_mapping(slots[index]), element, (*path, key[0]))
            else:  # a second one with the same id stays by itself, to be complained of
                slots.append(element)
            seen.add(key)
        return (slot for slot in slots if slot is not None)

    def _omit(
        self,
        element: MappingNode,
        slots: list[MappingNode | None],
        where: dict[tuple[str, str], list[int]],
        path: tuple[str, ...],
    ) -> None:
        identity, version = _key(element)
        gone = [key for key in where if key[0] == identity and (not version or key[1] == version)]
        if not gone:
            slots.append(element)  # it may be meant for a base under the file that includes this one
            return
        for key in gone:
            for index in where.pop(key):
                self._forget(_mapping(slots[index]), path[-1], element.place)
                slots[index] = None
        self.thinned.add(path)

    def _forget(self, node: Node, key: str, place: Place) -> None:
        """Remember the ids in a part of the tree which is taken out."""
        if isinstance(node, MappingNode):
            if (identity := _id(node)) is not None:
                self.omitted[key, identity] = place
            for name, entry in node.entries.items():
                self._forget(entry.node, name, place)
        elif isinstance(node, SequenceNode):
            for element in node.elements:
                self._forget(element, key, place)

    # --- what was omitted ---

    def settle(self, root: MappingNode) -> MappingNode:
        """The tree without what was omitted: sections left empty and references to what is no more go too."""
        settled = _mapping(self._settle(root, ()))
        present = {
            "indicators": set(ids_in(settled, "sections", "indicators")),
            "sources": set(ids_in(settled, "sources")),
        }
        entries = dict(settled.entries)
        for key, (inner, names) in _REFERRING.items():
            gone = {identity for kind, identity in self.omitted if kind == names} - present[names]
            if gone and key in entries:
                entries[key] = Entry(entries[key].place, _without(entries[key].node, inner, gone, key == "exemptions"))
        return MappingNode(settled.place, entries)

    def _settle(self, node: Node, path: tuple[str, ...]) -> Node:
        if isinstance(node, MappingNode):
            entries = {
                key: Entry(entry.place, self._settle(entry.node, (*path, key))) for key, entry in node.entries.items()
            }
            return MappingNode(node.place, entries)
        if isinstance(node, SequenceNode):
            return SequenceNode(node.place, tuple(self._settle_elements(node, path)))
        return node

    def _settle_elements(self, node: SequenceNode, path: tuple[str, ...]) -> Iterator[Node]:
        for element in node.elements:
            identity = _id(element) if isinstance(element, MappingNode) else None
            if identity is None:
                yield self._settle(element, path)
            elif (kept := self._unmarked(_mapping(element), path)) is not None:
                settled = _mapping(self._settle(kept, (*path, identity)))
                if not self._emptied(settled, (*path, identity)):
                    yield settled

    def _unmarked(self, element: MappingNode, path: tuple[str, ...]) -> MappingNode | None:
        """The element without its ``omit``; None: it only said what to leave out."""
        mark = element.entries.get(OMIT)
        if mark is None:
            return element
        written = ".".join((*path, OMIT))
        if _omits(element):
            if not self.complete:
                return None
            message = f"нечего убирать: в подключённых файлах нет «{shown(_id(element) or '')}»"
            self.problems.append(mark.place.problem(message, path=written))
            return None
        if not isinstance(mark.node, ScalarNode) or not mark.node.plain or mark.node.text not in _FALSE:
            self.problems.append(mark.place.problem(f"ожидалось true, {described(mark.node)}", path=written))
        entries = {key: entry for key, entry in element.entries.items() if key != OMIT}
        return MappingNode(element.place, entries)

    def _emptied(self, section: MappingNode, path: tuple[str, ...]) -> bool:
        if path[:-1] != ("sections",) or (*path, "indicators") not in self.thinned:
            return False
        entry = section.entries.get("indicators")
        empty = entry is not None and isinstance(entry.node, SequenceNode) and not entry.node.elements
        if empty:
            self.omitted["sections", path[-1]] = section.place
        return empty


def _mapping(node: Node | None) -> MappingNode:
    """The node, known to be a mapping by the one who calls."""
    if not isinstance(node, MappingNode):
        raise TypeError(node)
    return node


def _beside(file: _File, text: str) -> _File | None:
    """The file at a path relative to another; None: what holds the other has no folders."""
    if isinstance(file.source, Path):
        name = os.path.normpath(os.path.join(os.path.dirname(file.name), text))  # noqa: PTH118, PTH120 - names, not files
        return _File(source=file.source.parent / text, name=name)
    found = getattr(file.source, "parent", None)
    for part in PurePosixPath(text).parts:
        if found is not None:
            found = getattr(found, "parent", None) if part == ".." else found.joinpath(part)
    return None if found is None else _File(source=found, name=str(found))


def _is_file(source: Path | Traversable) -> bool:
    try:
        return source.is_file()
    except (OSError, ValueError):  # a name too long, a zero byte in it
        return False


def _neighbours(file: _File | None) -> list[str]:
    """Names of the configurations in the folder where a file was looked for."""
    if file is None or not isinstance(file.source, Path):
        return []
    try:
        return [path.name for path in file.source.parent.iterdir() if path.name.lower().endswith(_SUFFIXES)]
    except (OSError, ValueError):
        return []


def _identified(node: SequenceNode) -> tuple[MappingNode, ...]:
    """The elements, if all of them are things with an id; else nothing."""
    elements = tuple(element for element in node.elements if isinstance(element, MappingNode) and _id(element))
    return elements if len(elements) == len(node.elements) else ()


def _id(node: MappingNode) -> str | None:
    return text_of(node, "id") or None


def _key(element: MappingNode) -> tuple[str, str]:
    return text_of(element, "id"), text_of(element, "valid_from")


def _omits(element: MappingNode) -> bool:
    entry = element.entries.get(OMIT)
    return entry is not None and isinstance(entry.node, ScalarNode) and entry.node.plain and entry.node.text in _TRUE


def _without(node: Node, inner: str, gone: set[str], drop: bool) -> Node:  # noqa: FBT001 - below
    """A list whose elements no longer name what is gone; ``drop``: an element which named nothing else goes too.

    An exemption from no indicator named would be one from all of them.
    """
    if not isinstance(node, SequenceNode):
        return node
    kept: list[Node] = []
    for element in node.elements:
        entry = element.entries.get(inner) if isinstance(element, MappingNode) else None
        if entry is None or not isinstance(entry.node, SequenceNode):
            kept.append(element)
            continue
        names = tuple(name for name in entry.node.elements if not (isinstance(name, ScalarNode) and name.text in gone))
        if names or not entry.node.elements or not drop:
            rest = Entry(entry.place, SequenceNode(entry.node.place, names))
            kept.append(MappingNode(element.place, {**_mapping(element).entries, inner: rest}))
    return SequenceNode(node.place, tuple(kept))
