"""Help teaches: in Russian, with an example that works, and without waiting for polars."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from profdev_indicators.cli import SUMMARIES, main, profdev
from profdev_indicators.cli.new import SUMMARIES as STARTS
from profdev_indicators.cli.speech import Command, LazyGroup

ENGLISH = re.compile(r"\b(Usage|Options|Commands|Show this|Error|Try|required|default)\b")


def commands() -> Iterator[tuple[str, ...]]:
    for name in SUMMARIES:
        yield (name,)
    for name in STARTS:
        yield ("new", name)


def found(path: tuple[str, ...]) -> click.Command:
    command: click.Command = profdev
    for name in path:
        assert isinstance(command, LazyGroup)
        command = command.get_command(click.Context(command), name) or pytest.fail(f"no {name}")
    return command


@pytest.mark.parametrize("heavy", ["polars", "yaml"])
def test_help_does_not_wait_for_heavy_modules(heavy: str) -> None:
    asked = f"import sys; from profdev_indicators.cli import main; main(['--help']); sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False, capture_output=True).returncode == 0  # noqa: S603 - our own line


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_the_list_of_commands_says_what_the_command_itself_says(path: tuple[str, ...]) -> None:
    summary = (SUMMARIES if len(path) == 1 else STARTS)[path[-1]]
    assert (found(path).help or "").splitlines()[0] == summary


@pytest.mark.parametrize("path", [(), *commands()], ids=lambda path: " ".join(path) or "profdev")
def test_help_is_in_russian(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*path, "--help"]) == 0
    told = capsys.readouterr().out
    assert ENGLISH.search(told) is None
    assert "Использование: profdev" in told
    assert "Пример" in told


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_word_of_a_command_is_documented(path: tuple[str, ...]) -> None:
    command = found(path)
    silent = [parameter.name for parameter in command.params if not parameter.help]
    assert silent == []


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_examples_in_help_can_be_typed(path: tuple[str, ...]) -> None:
    for example in found(path).examples:  # type: ignore[attr-defined]  # every command of ours has them
        words = shlex.split(example.partition(" > ")[0])
        assert tuple(words[: len(path) + 1]) == ("profdev", *path)
        command: click.Command = profdev
        rest = words[1:]
        while isinstance(command, LazyGroup):
            command = command.get_command(click.Context(command), rest.pop(0)) or pytest.fail(example)
        assert isinstance(command, Command)
        command.make_context("profdev", rest)
