"""A file of YAML as a district: read, lay over the bases, build, check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path

import attrs

from profdev_indicators.config.bind import bind, where
from profdev_indicators.config.hints import Hints
from profdev_indicators.config.merge import assemble
from profdev_indicators.config.nodes import MappingNode, Node, Place, ScalarNode, SequenceNode
from profdev_indicators.config.positions import within
from profdev_indicators.errors import ConfigError, Problem
from profdev_indicators.model import District, Kinds

_STEP = re.compile(r"\[([0-9]+)\]|\.?([^.\[\]]+)")


def read(
    path: str | Path,
    *,
    kinds: Kinds,
    configs: Mapping[str, Traversable],
    check: Callable[..., Iterable[Iterable[Problem]]],
) -> District:
    """The district a file describes, with all the file extends and includes.

    Args:
        path: the file; messages call it as it is given here.
        kinds: classes of readers, measures and rules by name.
        configs: files which ``extends`` and ``include`` may name.
        check: asked about a ``district`` that could be built, for the objections of every plugin.

    Raises:
        ConfigError: with every problem of every file.
        PluginError: the class of a kind cannot be written in YAML.
    """
    path = Path(path)
    hints = Hints()
    assembled = assemble(path, configs, hints)
    if assembled.root is None:
        raise ConfigError(assembled.problems)
    bound = bind(assembled, assembled.root, kinds, hints, path)
    problems = [*assembled.problems, *bound.problems]
    if bound.district is None or problems:
        raise ConfigError(problems)
    objections = [_placed(problem, assembled.root) for problem in chain.from_iterable(check(district=bound.district))]
    if objections:
        raise ConfigError(objections)
    return bound.district


def _placed(problem: Problem, root: MappingNode) -> Problem:
    """A problem at its place in the files; one that tells a line speaks of the text its path leads to."""
    if problem.file:
        return problem
    node, place = _found(root, problem.path)
    if problem.line and isinstance(node, ScalarNode):
        place = within(node, problem.line, problem.column)
    return attrs.evolve(problem, file=place.file, line=place.line, column=place.column)


def locate(root: MappingNode, path: str) -> Place:
    """The place of what a path like «sections[0].indicators[2].measure» leads to, or of the last step there is."""
    return _found(root, path)[1]


def _found(root: MappingNode, path: str) -> tuple[Node, Place]:
    node: Node = root
    place = root.place
    steps = list(_steps(path))
    while steps:
        step = steps.pop(0)
        if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.elements):
            node = node.elements[step]
            place = node.place
        elif isinstance(node, MappingNode) and step in node.entries:
            entry = node.entries[str(step)]
            node, place = entry.node, where(entry)
        elif isinstance(node, MappingNode) and len(node.entries) == 1 and node is not root:
            # The name of a kind is a key in the file, but not a step in the objects: the next key is under it.
            node = next(iter(node.entries.values())).node
            steps.insert(0, step)
        else:
            break
    return node, place


def _steps(path: str) -> Iterator[int | str]:
    for index, key in _STEP.findall(path):
        yield int(index) if index else key
