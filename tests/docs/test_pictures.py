"""Pictures show what the rules answer today, and the pages show the pictures."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from markdown import ROOT

PICTURES = ROOT / "docs" / "pictures"
RULES = sorted((ROOT / "docs" / "explanation" / "rules").glob("*.md"))
DRAWN = sorted(PICTURES.glob("*/*.svg"))


@pytest.mark.plugins("statistics")
def test_the_pictures_are_what_the_tool_draws() -> None:
    command = [sys.executable, str(ROOT / "tools" / "pictures.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own script
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", ""), "run `make docs`"


@pytest.mark.parametrize("page", [pytest.param(page, id=page.stem) for page in RULES])
def test_the_page_of_a_rule_shows_its_picture(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"!\[.+?\]\((.+?)\)", text) == [f"../../pictures/rules/{page.stem}.svg"]


def test_every_picture_is_on_a_page_and_every_page_finds_its_picture() -> None:
    shown = {
        (page.parent / path).resolve()
        for page in (ROOT / "docs").rglob("*.md")
        for path in re.findall(r"!\[.*?\]\((.+?\.svg)\)", page.read_text(encoding="utf-8"))
    }
    assert shown == set(DRAWN)


@pytest.mark.parametrize("picture", [pytest.param(path, id=path.stem) for path in DRAWN])
def test_a_picture_is_small_has_a_name_and_stays_within_its_edges(picture: Path) -> None:
    root = ET.parse(picture).getroot()  # noqa: S314 - our own file
    names = {child.tag.rpartition("}")[2] for child in root}
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert width <= 640
    assert "title" in names
    for child in root.iter():
        for axis, edge in (("x", width), ("y", height), ("cx", width), ("cy", height)):
            if axis in child.attrib:
                assert 0 <= float(child.attrib[axis]) <= edge


def test_every_picture_of_a_document_is_on_a_page_and_light() -> None:
    """Drawn by `tools/documents.py`, not compared: LibreOffice and Chromium of another version draw otherwise."""
    pictures = set((PICTURES / "documents").glob("*.png"))
    shown = {
        (page.parent / path).resolve()
        for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
        for path in re.findall(r"!\[.+?\]\((.+?/documents/.+?\.png)\)", page.read_text(encoding="utf-8"))
    }
    assert shown == pictures
    assert [path.name for path in pictures if path.stat().st_size > 150_000] == []
