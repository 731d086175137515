"""Every command the pages show can be given as it is printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from profdev_sites.cli import profdev_sites

ROOT = Path(__file__).parents[3]
PAGES = (ROOT / "docs" / "how-to" / "sites.md", ROOT / "plugins" / "profdev-sites" / "README.md")
COMMAND = re.compile(r"^profdev-sites .+$|`(profdev-sites [^`]+)`", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_is_one_with_its_options(page: Path) -> None:
    commands = [found[1] or found[0] for found in COMMAND.finditer(page.read_text(encoding="utf-8"))]
    assert commands
    for line in commands:
        name, *words = shlex.split(line.replace("ПОЧТА", "imo@district.example"))[1:]
        command = profdev_sites.get_command(click.Context(profdev_sites), name)
        assert command is not None, line
        command.make_context(name, words)


def test_the_pages_name_every_setting_of_the_reader() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for setting in ("location", "columns", "looked_for", "ignored", "partly", "repeated", "unit_once"):
        assert f"{setting}:" in text, setting
