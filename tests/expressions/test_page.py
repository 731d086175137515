"""The page about the language says what engines and the language say now."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from markdown import ROOT
from profdev_indicators.expressions import FUNCTIONS


@pytest.fixture(scope="module")
def made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("made_expressions", ROOT / "tools" / "expressions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(made: ModuleType) -> None:
    assert made.PAGE.read_text(encoding="utf-8") == made.page(), "run `make docs`"


def test_every_function_is_on_the_page(made: ModuleType) -> None:
    said = made.page()
    assert all(f"| `{form}` |" in said for form in FUNCTIONS.values())


def test_every_row_shows_engines_that_differ_or_refuse_what_we_refuse(made: ModuleType) -> None:
    """A row in which all engines and the language say one thing would not be about a difference."""
    rows = [line.split(" | ") for line in made.page().splitlines() if line.startswith("| ") and "**" in line]
    alike = [row[1] for row in rows if {row[3], row[4], row[5]} == {row[6].strip("*")}]
    assert alike == ["`age / code`"]
