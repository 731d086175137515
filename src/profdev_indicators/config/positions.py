"""Where in the file a character of a scalar stands, however the scalar is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from profdev_indicators.config.nodes import Place, ScalarNode

_ONE = re.compile(".", re.DOTALL)
_SINGLE = re.compile("''|.", re.DOTALL)
_DOUBLE = re.compile(
    r"""(?P<space>\\(?:\n|[tnrvfNL_P\x20\t]))|\\(?:x..|u.{4}|U.{8}|.)|.""",
    re.DOTALL,
)


def within(node: ScalarNode, line: int, column: int) -> Place:
    """The place of a character of the text of a scalar, given by its line and column in that text, from one.

    Line breaks and indentation are YAML's own, so the characters between them are what is counted: the n-th that is no
    space in the text is the n-th that is no space in the file.
    """
    lines = node.text.split("\n")
    before = "".join(lines[: line - 1]) + (lines[line - 1][: column - 1] if line <= len(lines) else "")
    wanted = len("".join(before.split()))
    places = list(_places(node.written))
    at_letter = line <= len(lines) and not lines[line - 1][column - 1 : column].isspace() and wanted < len(places)
    at_letter = at_letter and column <= len(lines[line - 1])
    if at_letter:
        return _shifted(node, places[wanted])
    return _shifted(node, places[wanted - 1] + 1) if 0 < wanted <= len(places) else node.place


def _places(written: str) -> Iterator[int]:
    """Where in a scalar, as written, each character of its text stands that is no space."""
    start, end, pattern = 0, len(written), _ONE
    match written[:1]:
        case "|" | ">":
            start = written.find("\n") + 1
        case "'" | '"' as quote:
            start, end, pattern = 1, len(written) - 1, _SINGLE if quote == "'" else _DOUBLE
    for found in pattern.finditer(written, start, end):
        if not (found[0].isspace() or found.groupdict().get("space")):
            yield found.start()


def _shifted(node: ScalarNode, offset: int) -> Place:
    before = node.written[:offset]
    lines = before.count("\n")
    column = len(before) - before.rfind("\n") if lines else node.place.column + len(before)
    return Place(node.place.file, node.place.line + lines, column)
