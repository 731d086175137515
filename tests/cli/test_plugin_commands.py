"""A plugin may bring commands of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from command import Profdev

MODULE = """
import click
from profdev_indicators.cli.speech import Command

@click.command(cls=Command, examples=("profdev weigh",))
def command() -> int:
    "Взвесить."
    click.echo("взвешено")
    return 0

@click.command(cls=Command, examples=("profdev run",))
def impostor() -> int:
    "Подменить."
    click.echo("подменено")
    return 0

nothing = 5
"""

Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    def write(announced: str) -> None:
        (tmp_path / "weighing_plugin.py").write_text(MODULE, encoding="utf-8")
        info = tmp_path / "weighing-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: weighing\nVersion: 1\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[profdev_indicators.commands]\n{announced}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)

    return write


def test_a_command_of_a_plugin_is_listed_and_works(install: Install, profdev: Profdev) -> None:
    install("weigh = weighing_plugin:command")
    assert "weigh" in profdev("--help").out.partition("Команды плагинов")[2]
    assert profdev("weigh").out == "взвешено\n"
    assert profdev("weigh", "--help").code == 0


def test_a_mistyped_command_of_a_plugin_is_suggested(install: Install, profdev: Profdev) -> None:
    install("weigh = weighing_plugin:command")
    assert "может быть, «weigh»" in profdev("wiegh").err


def test_no_plugin_takes_the_place_of_a_command_of_ours(install: Install, profdev: Profdev) -> None:
    install("plugins = weighing_plugin:impostor")
    assert "подменено" not in profdev("plugins").out
    assert "plugins" not in profdev("--help").out.partition("Команды плагинов")[2]


@pytest.mark.parametrize("target", ["weighing_plugin:absent", "no_such_module:command", "weighing_plugin:nothing"])
def test_a_broken_command_names_its_plugin(install: Install, profdev: Profdev, target: str) -> None:
    install(f"weigh = {target}")
    said = profdev("weigh")
    assert said.code == 1
    assert "«weigh» плагина weighing" in said.err
    assert profdev("--help").code == 0
