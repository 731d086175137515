"""Bytes of a YAML file as a tree in which every node knows its place."""

from __future__ import annotations

import codecs
import re
import stat
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import yaml
from attrs import define, field, frozen

from profdev_indicators.errors import Problem

Nature = Literal["text", "empty", "bool", "int", "float", "date"]

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_NODES = 50_000
MAX_ALIASES = 200
_SHOWN = 60  # characters of a value which a message repeats

_MERGE_KEY = "<<"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_PECULIAR = frozenset("+-.0123456789nNtTfF~")  # what a plain scalar which is no text may begin with
_NATURES: tuple[tuple[Nature, re.Pattern[str]], ...] = (
    # The core schema of YAML 1.2: «no», «да» and 12:30 are texts, 07621000 is a number.
    ("empty", re.compile(r"null|Null|NULL|~|")),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE")),
    ("int", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")),
    (
        "float",
        re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
    ),
    ("date", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")),
)
_DESCRIBED: dict[Nature, str] = {
    "text": "получен текст",
    "empty": "получено пустое значение",
    "bool": "получено",
    "int": "получено число",
    "float": "получено число",
    "date": "получена дата",
}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAVE_AS_UTF_8 = "сохраните файл в UTF-8"
_TOO_BIG = ("файл больше 1 МиБ: это не конфигурация", "данные лежат отдельно от неё")
_SYNTAX: tuple[tuple[str, str, str], ...] = (
    ("expected <document start>", "строка не продолжает начатого", "проверьте отступ и кавычки"),
    ("mapping values are not allowed", "двоеточию здесь не место", "проверьте отступ; текст с «: » возьмите в кавычки"),
    ("block sequence entries", "«- » здесь не место", "элемент списка начинают с новой строки"),
    ("cannot start any token", "с этого знака значение не начинают", "отступы — пробелами; текст возьмите в кавычки"),
    ("expected ',' or", "скобка не закрыта или пропущена запятая", ""),
    ("expected key", "ожидался ключ", "проверьте отступ и кавычки"),
    ("expected '-' indicator", "ожидался элемент списка «- »", "проверьте отступ"),
    ("unexpected end of stream", "кавычка не закрыта", ""),
    ("unknown escape", "после обратной черты стоит неизвестный знак", "возьмите текст в одинарные кавычки"),
    ("could not find expected ':'", "у ключа нет двоеточия", ""),
    ("incompatible YAML document", "неизвестная версия YAML", "уберите строку %YAML"),
    ("document indicator", "разделитель документов внутри кавычек", "закройте кавычку"),
    ("tag", "метки («!…») здесь не бывают", "возьмите текст в кавычки"),
)


class Place(NamedTuple):
    """Where something stands; line and column count from one."""

    file: str
    line: int = 0
    column: int = 0

    def problem(self, message: str, hint: str = "", path: str = "") -> Problem:
        """A problem standing here."""
        return Problem(file=self.file, line=self.line, column=self.column, path=path, message=message, hint=hint)


@frozen(eq=False)
class ScalarNode:
    """A text, a number, a truth value, a date or nothing: ``text`` is what the file says."""

    place: Place
    text: str
    plain: bool = False  # written without quotes, so that its look decides what it is
    written: str = ""  # as it stands in the file, quotes and line breaks included

    @property
    def nature(self) -> Nature:
        """What the scalar is taken for."""
        return nature(self.text) if self.plain else "text"


@frozen(eq=False)
class SequenceNode:
    """A list."""

    place: Place
    elements: tuple[Node, ...]


class Entry(NamedTuple):
    """A key with its value; the place is that of the key."""

    place: Place
    node: Node


@frozen(eq=False)
class MappingNode:
    """Keys with values, in the order of the file."""

    place: Place
    entries: dict[str, Entry]


@frozen(eq=False)
class BrokenNode:
    """What has already been complained about: nobody need complain of it again."""

    place: Place


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode | BrokenNode


@frozen(kw_only=True)
class Document:
    """One file: its tree (None: there is nothing to work with) and what is wrong with it."""

    root: Node | None
    problems: tuple[Problem, ...] = ()


def read_document(source: Path | Traversable, file: str) -> tuple[Document, bytes]:
    """The tree of a file, and its bytes; ``file`` is its name in messages.

    Never raises on account of what the file is or has in it.
    """
    raw = _read(source, file)
    if isinstance(raw, Problem):
        return Document(root=None, problems=(raw,)), b""
    return parse(raw, file), raw


def parse(raw: bytes, file: str) -> Document:
    """The tree of the bytes of one file."""
    text = _decode(raw, file)
    if isinstance(text, Problem):
        return Document(root=None, problems=(text,))
    builder = _Builder(file=file)
    try:
        builder.build(text)
    except yaml.YAMLError as error:
        builder.problems.append(_syntax(error, file))
    except _Limit as limit:
        builder.problems.append(limit.problem)
    except (ValueError, OverflowError):  # the parser in Python, where there is no libyaml: an escape out of range
        builder.problems.append(Place(file).problem("не YAML: недопустимый знак после обратной черты"))
    else:
        if builder.root is None:
            builder.problems.append(Place(file, 1, 1).problem("файл пуст"))
        return Document(root=builder.root, problems=tuple(builder.problems))
    return Document(root=None, problems=tuple(builder.problems))


def nature(text: str) -> Nature:
    """What a text written without quotes is taken for."""
    if text and text[0] not in _PECULIAR:
        return "text"
    return next((name for name, pattern in _NATURES if pattern.fullmatch(text)), "text")


def shown(text: str) -> str:
    """A value as a message repeats it: on one line and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def described(node: Node) -> str:
    """What stands there, for «ожидался …, получено …»."""
    match node:
        case ScalarNode(nature="text"):
            return f"получен текст «{shown(node.text)}»"
        case ScalarNode():
            return f"{_DESCRIBED[node.nature]} {shown(node.text)}".rstrip()
        case SequenceNode():
            return "получен список"
    return "получен набор ключей"


def text_of(node: MappingNode, key: str) -> str:
    """The scalar under a key; empty where there is none."""
    entry = node.entries.get(key)
    return entry.node.text if entry is not None and isinstance(entry.node, ScalarNode) else ""


def ids_in(node: Node, *keys: str) -> Iterator[str]:
    """Ids of the elements of a list, or of a list in each element of a list."""
    if not keys:
        if isinstance(node, MappingNode) and (identity := text_of(node, "id")):
            yield identity
    elif isinstance(node, MappingNode) and keys[0] in node.entries:
        listed = node.entries[keys[0]].node
        for element in listed.elements if isinstance(listed, SequenceNode) else ():
            yield from ids_in(element, *keys[1:])


def _read(source: Path | Traversable, file: str) -> bytes | Problem:
    try:
        refusal = _refusal(source) if isinstance(source, Path) else None
        if refusal is None:
            with source.open("rb") as stream:
                raw: bytes = stream.read(MAX_BYTES + 1)
            if len(raw) <= MAX_BYTES:
                return raw
            refusal = _TOO_BIG
    except FileNotFoundError:
        refusal = ("нет такого файла", "")
    except PermissionError:
        refusal = ("нет права прочитать файл", "")
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        refusal = (f"файл не читается: {getattr(error, 'strerror', None) or error}", "")
    return Place(file).problem(*refusal)


def _refusal(path: Path) -> tuple[str, str] | None:
    """Why a file is not even opened, and what to do; None: it may be."""
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        return "это папка, а не файл", "укажите файл .yaml в ней"
    if not stat.S_ISREG(status.st_mode):
        return "это не обычный файл", ""
    return _TOO_BIG if status.st_size > MAX_BYTES else None


def _decode(raw: bytes, file: str) -> str | Problem:
    if raw.startswith(_UTF_16):
        return Place(file, 1, 1).problem("файл в кодировке UTF-16", _SAVE_AS_UTF_8)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8-sig")
        return _at(good, len(good), file).problem("это не UTF-8", _guess_encoding(raw))
    control = _CONTROL.search(text)
    if control is None:
        return text
    hint = _SAVE_AS_UTF_8 if control[0] == "\0" else "удалите его"
    return _at(text, control.start(), file).problem(f"управляющий знак U+{ord(control[0]):04X}", hint)


def _guess_encoding(raw: bytes) -> str:
    try:
        letters = raw.decode("cp1251")
    except UnicodeDecodeError:
        return _SAVE_AS_UTF_8
    russian = sum("а" <= letter <= "я" for letter in letters.lower())
    strange = sum(letter > "\x7f" for letter in letters) - russian
    return f"похоже на Windows-1251: {_SAVE_AS_UTF_8}" if russian > strange else _SAVE_AS_UTF_8


def _at(text: str, position: int, file: str) -> Place:
    before = text[:position]
    return Place(file, before.count("\n") + 1, position - before.rfind("\n"))


def _syntax(error: yaml.YAMLError, file: str) -> Problem:
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    mark = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    if "end of stream" in problem and opened is not None:
        mark = opened  # where the quotation begins says more than where the file ends
    place = Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file)
    for words, message, hint in _SYNTAX:
        if words in problem:
            if "скобка" in message and opened is not None:
                hint = f"скобка открыта в строке {opened.line + 1}"  # noqa: PLW2901 - the same hint, made exact
            return place.problem(f"не YAML: {message}", hint)
    return place.problem(f"не YAML: {shown(problem)}")


class _Limit(Exception):  # noqa: N818 - a way out of the builder, not an error anybody sees
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


@define
class _Open:
    """A list or a mapping whose end has not come yet."""

    place: Place
    anchor: str | None
    elements: list[Node] | None  # None: a mapping
    entries: dict[str, Entry] = field(factory=dict)
    key: ScalarNode | None = None  # None where a value comes next: the key was refused, and its value goes with it
    key_comes: bool = True
    size: int = 1  # nodes, aliases expanded


@define(kw_only=True)
class _Builder:
    """Builds the tree from the events of the parser: ``compose`` would die of a deep nesting before telling it."""

    file: str
    text: str = ""
    root: Node | None = None
    problems: list[Problem] = field(factory=list)
    anchors: dict[str, tuple[Node | None, int]] = field(factory=dict)  # None: its end has not come yet
    stack: list[_Open] = field(factory=list)
    aliases: int = 0
    nodes: int = 0

    def build(self, text: str) -> None:
        documents = 0
        self.text = text
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        for event in yaml.parse(text, Loader=loader):
            match event:
                case yaml.ScalarEvent():
                    self._scalar(event)
                case yaml.CollectionStartEvent():
                    self._open(event)
                case yaml.CollectionEndEvent():
                    self._close()
                case yaml.AliasEvent():
                    self._alias(event)
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        hint = "оставьте один; общее подключают ключом include"
                        raise _Limit(self._place(event).problem("второй документ в файле", hint))

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1) if mark is not None else Place(self.file)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        place = self._place(event)
        node: Node = ScalarNode(place, event.value, not event.style, self._written(event))
        if not event.value.isprintable() and (control := _CONTROL.search(event.value)):
            self.problems.append(place.problem(f"управляющий знак U+{ord(control[0]):04X}", "удалите его"))
            node = BrokenNode(place)
        if self._tagged(event, place):
            node = BrokenNode(place)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, 1)
        self._place_node(node, 1)

    def _written(self, event: yaml.ScalarEvent) -> str:
        start, end = event.start_mark, event.end_mark
        return "" if start is None or end is None else self.text[start.index : end.index]

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        place = self._place(event)
        if len(self.stack) >= MAX_DEPTH:
            raise _Limit(place.problem(f"вложенность глубже {MAX_DEPTH} уровней"))
        self._tagged(event, place)
        if event.anchor is not None:
            self.anchors[event.anchor] = (None, 0)
        elements: list[Node] | None = [] if isinstance(event, yaml.SequenceStartEvent) else None
        self.stack.append(_Open(place, event.anchor, elements))

    def _close(self) -> None:
        done = self.stack.pop()
        node: Node
        if done.elements is None:
            node = MappingNode(done.place, done.entries)
        else:
            node = SequenceNode(done.place, tuple(done.elements))
        if done.anchor is not None:
            self.anchors[done.anchor] = (node, done.size)
        self._place_node(node, done.size)

    def _alias(self, event: yaml.AliasEvent) -> None:
        place = self._place(event)
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise _Limit(place.problem(f"больше {MAX_ALIASES} повторов через «*»"))
        anchor = event.anchor or ""
        node, size = self.anchors.get(anchor, (None, -1))
        if node is None:
            what = "нет такого якоря" if size < 0 else "якорь стоит внутри самого себя"
            self.problems.append(place.problem(f"{what}: «{shown(anchor)}»"))
            node, size = BrokenNode(place), 1
        self._place_node(node, size)

    def _tagged(self, event: yaml.NodeEvent, place: Place) -> bool:
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.problems.append(place.problem(f"метки («{shown(tag)}») здесь не бывают", "уберите её"))
        return tag is not None

    def _place_node(self, node: Node, size: int) -> None:
        self.nodes += 1
        if not self.stack:
            self._bounded(size, node.place)
            self.root = node
            return
        parent = self.stack[-1]
        parent.size += size
        self._bounded(max(parent.size, self.nodes), node.place)
        if parent.elements is not None:
            parent.elements.append(node)
        elif parent.key_comes:
            parent.key = self._key(node, parent)
            parent.key_comes = False
        else:
            if parent.key is not None:
                parent.entries[parent.key.text] = Entry(parent.key.place, node)
            parent.key_comes = True

    def _bounded(self, size: int, place: Place) -> None:
        if size > MAX_NODES:
            raise _Limit(place.problem(f"больше {MAX_NODES} значений, считая повторы через «*»"))

    def _key(self, node: Node, parent: _Open) -> ScalarNode | None:
        if isinstance(node, BrokenNode):
            return None
        if not isinstance(node, ScalarNode):
            self.problems.append(node.place.problem("ключ должен быть текстом, а не списком или набором ключей"))
            return None
        if node.plain and node.text == _MERGE_KEY:
            hint = "общее подключают ключами extends и include"
            self.problems.append(node.place.problem("слияние «<<» не поддерживается", hint))
            return None
        if node.nature != "text":
            hint = f'возьмите в кавычки: "{shown(node.text)}"' if node.text else "напишите ключ перед двоеточием"
            self.problems.append(node.place.problem(f"ключ должен быть текстом: {described(node)}", hint))
            return None
        first = parent.entries.get(node.text)
        if first is not None:
            message = f"ключ «{shown(node.text)}» повторён"
            self.problems.append(node.place.problem(message, f"впервые он стоит в строке {first.place.line}"))
            return None
        return node
