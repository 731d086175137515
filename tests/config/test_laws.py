"""A broken key is told in its place, no bytes are worse than a wrong configuration, loading undoes dumping."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.fakes import KINDS, WHOLE, load, nothing_wrong, problems
from profdev_indicators.config import read
from profdev_indicators.config.bind import bind
from profdev_indicators.config.dump import dump
from profdev_indicators.config.hints import Hints
from profdev_indicators.config.merge import Assembled
from profdev_indicators.config.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode, nature, parse
from profdev_indicators.errors import Problem
from profdev_indicators.model import Advice, District, Goal, Name, Section, Target, Unit

_FREE = {"levels", "columns", "kinds", "advice"}  # any text is a key there
_Path = tuple[str | int, ...]


def _parsed() -> MappingNode:
    root = parse(WHOLE.encode(), "a.yaml").root
    assert isinstance(root, MappingNode)
    return root


_TREE = _parsed()


def _entries(node: Node, path: _Path = ()) -> Iterator[_Path]:
    if isinstance(node, MappingNode):
        for key, entry in node.entries.items():
            yield (*path, key)
            yield from _entries(entry.node, (*path, key))
    elif isinstance(node, SequenceNode):
        for index, element in enumerate(node.elements):
            yield from _entries(element, (*path, index))


def _with(node: Node, path: _Path, entry: tuple[str, Node] | None) -> Node:
    """The tree in which the key at a path is another one, has another value, or is no more."""
    step, *rest = path
    if isinstance(node, SequenceNode):
        assert isinstance(step, int)
        changed = [_with(one, tuple(rest), entry) if n == step else one for n, one in enumerate(node.elements)]
        return SequenceNode(node.place, tuple(changed))
    assert isinstance(node, MappingNode)
    entries = dict(node.entries)
    assert isinstance(step, str)
    if rest:
        entries[step] = Entry(entries[step].place, _with(entries[step].node, tuple(rest), entry))
    else:
        place = entries.pop(step).place
        if entry is not None:
            entries[entry[0]] = Entry(place, entry[1])
    return MappingNode(node.place, entries)


def _lines(path: _Path) -> tuple[set[int], set[int]]:
    """Lines of the key and its value; lines of what the key stands in."""
    node: Node = _TREE
    inner, outer = {1}, {1}
    for step in path:
        outer = inner
        if isinstance(node, MappingNode):
            entry = node.entries[str(step)]
            node, inner = entry.node, {entry.place.line, entry.node.place.line}
        elif isinstance(node, SequenceNode):
            node = node.elements[int(step)]
            inner = {node.place.line}
    return inner, outer


def _bound(root: Node) -> tuple[Problem, ...]:
    assert isinstance(root, MappingNode)
    assembled = Assembled(root=root, problems=(), omitted={}, complete=True, digest="")
    return bind(assembled, root, KINDS, Hints()).problems


_KEYS = list(_entries(_TREE))


def _value(path: _Path) -> Node:
    node: Node = _TREE
    for step in path:
        node = node.entries[step].node if isinstance(node, MappingNode) else node.elements[step]  # type: ignore[union-attr, index]
    return node


@pytest.mark.parametrize("path", _KEYS, ids=lambda path: ".".join(map(str, path)))
def test_a_misspelt_key_is_told_on_its_line(path: _Path) -> None:
    if len(path) > 1 and path[-2] in _FREE:
        return
    found = _bound(_with(_TREE, path, (f"{path[-1]}_", _value(path))))
    assert _lines(path)[0] & {problem.line for problem in found}


@pytest.mark.parametrize("path", _KEYS, ids=lambda path: ".".join(map(str, path)))
def test_a_value_of_another_type_is_told_on_its_line(path: _Path) -> None:
    place = _value(path).place
    wrong = MappingNode(place, {"zz": Entry(place, SequenceNode(place, ()))})
    assert _lines(path)[0] & {problem.line for problem in _bound(_with(_TREE, path, (str(path[-1]), wrong)))}


@pytest.mark.parametrize("path", _KEYS, ids=lambda path: ".".join(map(str, path)))
def test_a_plain_value_of_another_type_is_told_on_its_line(path: _Path) -> None:
    value = _value(path)
    if not isinstance(value, ScalarNode) or value.nature == "empty":
        return
    wrong = ScalarNode(value.place, "true" if value.nature != "bool" else "2.5", plain=True)
    assert _lines(path)[0] & {problem.line for problem in _bound(_with(_TREE, path, (str(path[-1]), wrong)))}


_REQUIRED = {"id", "silence", "missing", "measure", "reader", "counted", "population", "at", "low", "question", "unit"}


def _is_required(path: _Path) -> bool:
    if {"alternatives", "revisions"} & set(path[:-1]) and path[-1] in {"silence", "missing", "measure"}:
        return False  # the formula of the indicator goes on
    return path[-1] in _REQUIRED - ({"unit"} if path[0] == "sections" else set())


@pytest.mark.parametrize("path", list(filter(_is_required, _KEYS)), ids=lambda path: ".".join(map(str, path)))
def test_a_required_key_which_is_gone_is_told_where_it_stood(path: _Path) -> None:
    assert _lines(path)[1] & {problem.line for problem in _bound(_with(_TREE, path, None))}


@given(st.binary(max_size=200))
@example(b"\x85")
@example("id: \u2028- x".encode())
@example(b"- &a\n- *a")
@example(b"a: |\n \xc2\x85")
@example(b"%TAG ! tag:x,2000:\n---\n!a b")
def test_no_bytes_are_worse_than_a_wrong_configuration(raw: bytes) -> None:
    assert _complaints(raw)


_SPECIAL = st.sampled_from(
    [
        b"\t",
        b"\n",
        b"- ",
        b": ",
        b"? ",
        b"&a ",
        b"*a",
        b"!x ",
        b"!!int ",
        b"|",
        b">",
        b"'",
        b'"',
        b"[",
        b"]",
        b"{",
        b"}",
        b"#",
        b"%",
        b"@",
        b"`",
        b",",
        b"\0",
        b"\xff",
        b"\xd0",
        b"<<: ",
        b"~",
        b"---\n",
        b"...\n",
        b"\r",
        b"\\",
        b"  ",
    ]
)


@st.composite
def _mangled(draw: st.DrawFn) -> bytes:
    raw = WHOLE.encode()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        stop = min(len(raw), start + draw(st.integers(0, 60)))
        between = draw(st.one_of(_SPECIAL, st.binary(max_size=5), st.just(raw[start:stop] * 2)))
        raw = raw[:start] + between + raw[stop:]
    return raw


@given(_mangled())
def test_no_slip_of_a_hand_is_worse_than_a_wrong_configuration(raw: bytes) -> None:
    for problem in _complaints(raw):
        assert problem.line <= raw.count(b"\n") + raw.count(b"\r") + raw.count(b"\x85") + raw.count(b"\xa8") + 2
        assert problem.message


def _complaints(raw: bytes) -> tuple[Problem, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_bytes(raw)
        return problems(path)


# --- dump and load ---

_TRICKY = (
    "1.10",
    "007",
    "0x1F",
    "0o17",
    "1e5",
    "1_000",
    "true",
    "True",
    "yes",
    "да",
    "no",
    "null",
    "~",
    "2022-07-01",
    "12:30",
    ".5",
    ".inf",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#",
    "<<",
    "=",
    "!x",
    "&a",
    "*a",
    "|",
    ">",
    "%",
    "@",
    "`",
    "{a}",
    "[a]",
    "'",
    '"',
    "\\n",
    " a ",
    "a\n",
    "\n",
    "a\n\n  b\n",
    "\ta",
    "a\tb",
    "?",
    "? a",
    ":",
    "...",
    "---",
    "",
    "🙂",
    "\ufeffa",
    "a\u2028b",
    "a" * 300,
    "слово " * 60,
    "a  b   c",
)
_LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn"])
_TEXTS = st.one_of(st.sampled_from(_TRICKY), st.text(_LETTERS, max_size=30))
_IDS = _TEXTS.map(str.strip).filter(bool)
_OPTIONAL = st.none() | _TEXTS
_NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32) | st.integers(-(10**9), 10**9).map(float)
_DATES = st.dates()


def _lists(texts: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(texts, max_size=3).map(tuple)


_NAMES = st.builds(Name, nominative=_TEXTS, genitive=_OPTIONAL, dative=_OPTIONAL, prepositional=_OPTIONAL)
_UNITS = st.builds(
    Unit,
    id=_IDS,
    name=_TEXTS,
    kind=st.sampled_from(["school", "kindergarten"]),
    aliases=_lists(_TEXTS),
    inn=_OPTIONAL,
    cluster=_OPTIONAL,
    valid_from=st.none() | _DATES,
    valid_to=st.none() | _DATES,
)
_ADVICE = st.builds(Advice, action=_TEXTS, deadline=_OPTIONAL, responsible=_OPTIONAL)
_GOALS = st.builds(Goal, id=_IDS, title=_TEXTS, gap=_OPTIONAL, indicators=st.just(("1.1",)) | st.just(()))


@st.composite
def _districts(draw: st.DrawFn, whole: District) -> District:
    indicator = attrs.evolve(
        whole.indicators[0],
        title=draw(_TEXTS),
        unit=draw(_TEXTS),
        reading=draw(_OPTIONAL),
        target=tuple(draw(st.lists(st.builds(Target, since=_DATES, at=_NUMBERS, basis=_OPTIONAL), max_size=2))),
        advice=draw(st.dictionaries(_TEXTS, _ADVICE, max_size=3)),
        since=draw(st.none() | _DATES),
    )
    item = attrs.evolve(
        whole.items["site"],
        title=draw(_TEXTS),
        levels=draw(st.dictionaries(_TEXTS, _NUMBERS, max_size=3)),
        minimum=draw(st.none() | _NUMBERS),
        required=draw(st.booleans()),
    )
    source = attrs.evolve(whole.sources[0], title=draw(_TEXTS), items=(*whole.sources[0].items[:2], item))
    first, *rest = whole.indicators
    by_source = [attrs.evolve(one, source=source) if one.source is not None else one for one in (indicator, *rest)]
    assert first.source is not None
    section = Section(id=draw(_IDS), number=draw(_TEXTS), title=draw(_TEXTS), indicators=tuple(by_source))
    return attrs.evolve(
        whole,
        title=draw(_NAMES),
        oktmo=draw(_OPTIONAL),
        units=tuple(draw(st.lists(_UNITS, max_size=3, unique_by=lambda unit: (unit.id, unit.valid_from)))),
        exemptions=(),
        kinds={
            **whole.kinds,
            **draw(st.dictionaries(_TEXTS.filter(lambda text: text not in whole.items), _TEXTS, max_size=2)),
        },
        sources=(source, *whole.sources[1:]),
        sections=(section,),
        goals=tuple(draw(st.lists(_GOALS, max_size=2, unique_by=lambda goal: goal.id))),
        publication=attrs.evolve(whole.publication, decimals=draw(st.integers(-(10**9), 10**9))),
    )


def _whole() -> District:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_text(WHOLE)
        return load(path)


def _loaded(text: str) -> District:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_text(text, encoding="utf-8")
        return read(path, kinds=KINDS, configs={}, check=nothing_wrong)


_WHOLE = _whole()


def test_the_whole_example_is_dumped_and_loaded_back() -> None:
    assert _loaded(dump(_WHOLE, KINDS)) == _WHOLE


@given(_districts(_WHOLE))
def test_loading_undoes_dumping(district: District) -> None:
    text = dump(district, KINDS)
    assert _loaded(text) == district
    assert dump(_loaded(text), KINDS) == text


@given(_TEXTS)
def test_what_looks_like_something_else_is_quoted(text: str) -> None:
    district = attrs.evolve(_WHOLE, form_title=text)
    written = dump(district, KINDS)
    if nature(text) != "text":
        assert f'form_title: "{text}"' in written
    assert _loaded(written).form_title == text
