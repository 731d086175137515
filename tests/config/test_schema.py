"""The schema an editor gets accepts what the loader accepts, and says in Russian what every key is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from config.fakes import KINDS, WHOLE
from config.test_laws import _FREE, _KEYS, _TREE, _Path, _value, _with
from profdev_indicators.config.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode, parse
from profdev_indicators.config.schema import json_schema
from profdev_indicators.plugins import kinds, plugin_manager

_ROOT = Path(__file__).parents[2]
_SHIPPED = sorted(
    path
    for folder in ("configs", "examples", "plugins", "src")
    for path in (_ROOT / folder).rglob("*.yaml")
    if not {"tests", "cases"} & set(path.parts[len(_ROOT.parts) :])
)
_SCHEMA = json_schema(KINDS)


def _plain(node: Node) -> Any:
    """What an editor sees: it knows numbers, truth values and nothing from texts, but takes a date for a text."""
    if isinstance(node, MappingNode):
        return {key: _plain(entry.node) for key, entry in node.entries.items()}
    if isinstance(node, SequenceNode):
        return [_plain(element) for element in node.elements]
    assert isinstance(node, ScalarNode)
    reads = {"empty": lambda _: None, "bool": lambda text: text.lower() == "true", "int": int, "float": float}
    return reads.get(node.nature, str)(node.text)


def _errors(node: Node, schema: dict[str, Any] = _SCHEMA) -> list[str]:
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(_plain(node))]


def _parsed(text: str) -> Node:
    root = parse(text.encode(), "a.yaml").root
    assert root is not None
    return root


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(_SCHEMA)


def test_a_whole_file_answers_it() -> None:
    assert _errors(_TREE) == []


@pytest.mark.parametrize("path", _KEYS, ids=lambda path: ".".join(map(str, path)))
def test_an_unknown_key_does_not(path: _Path) -> None:
    if {path[-2] if len(path) > 1 else "", *path[-3:-1]} & {*_FREE, "weights"}:
        return
    # Without its id a file is a fragment, of which less is asked: there the key itself is still not known.
    assert _errors(_with(_TREE, path, (f"{path[-1]}_", _value(path))))


@pytest.mark.parametrize("path", _KEYS, ids=lambda path: ".".join(map(str, path)))
def test_a_value_of_another_type_does_not(path: _Path) -> None:
    place = _value(path).place
    wrong = MappingNode(place, {"zz": Entry(place, SequenceNode(place, ()))})
    assert _errors(_with(_TREE, path, (str(path[-1]), wrong)))


@pytest.mark.parametrize("key", ["title", "sections"])
def test_a_file_which_stands_alone_lacks_nothing(key: str) -> None:
    assert _errors(_with(_TREE, (key,), None)) != []


@pytest.mark.parametrize(
    "text",
    [
        "id: a\nextends: kbr",
        "id: a\nextends: [kbr, ../b.yaml]\ninclude: c",
        'id: a\nextends: kbr\nsections: [{id: b, omit: true}, {id: c, indicators: [{id: "1", silence: zero}]}]',
        'include: kbr\nsections: [{id: c, indicators: [{id: "1", measure: {share: {counted: a}}}]}]',
        "populations: [{id: teachers, having: a}]",
        "id: a\nextends: kbr\ngoals:\noktmo:\ncalendar:",
    ],
)
def test_less_is_asked_of_a_file_with_a_base_and_of_a_fragment(text: str) -> None:
    assert _errors(_parsed(text)) == []


@pytest.mark.parametrize(
    "text",
    ["id: a\nextends: kbr\nsections: [{title: b}]", "id: a\nextends: 5", "titel: b", "roles: [{id: a, omit: yes}]"],
)
def test_but_not_nothing(text: str) -> None:
    assert _errors(_parsed(text)) != []


def _described(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, definition in schema["definitions"].items():
        yield name, definition["description"]
        for key, one in definition["properties"].items():
            yield f"{name}.{key}", one.get("description", "")


def test_every_key_and_every_class_is_explained_in_russian() -> None:
    schema = json_schema(kinds(plugin_manager()))
    silent = [where for where, text in _described(schema) if not any("а" <= letter <= "я" for letter in text.lower())]
    assert silent == []


def _needs(path: Path) -> pytest.MarkDecorator | tuple[()]:
    """A file which names kinds of a package is known only where that is installed."""
    text = path.read_text(encoding="utf-8")
    words = {"sites": "site_protocol:", "statistics": "significant_fall:|health:", "reports": "- letters:"}
    packages = [package for package, kinds_ in words.items() if re.search(kinds_, text)]
    return pytest.mark.plugins(*packages) if packages else ()


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=str(path.relative_to(_ROOT)), marks=_needs(path)) for path in _SHIPPED],
)
def test_what_we_ship_answers_it(path: Path) -> None:
    document = parse(path.read_bytes(), str(path))
    assert document.problems == ()
    assert document.root is not None
    assert _errors(document.root, json_schema(kinds(plugin_manager()))) == []


def test_something_is_shipped() -> None:
    assert WHOLE
    assert any(path.parent.name == "configs" for path in _SHIPPED)
