"""What is made from the code is what the code says now."""

from __future__ import annotations

import ast
import importlib.util
import inspect
from pathlib import Path
from types import ModuleType

import pytest

from markdown import ROOT, headings
from profdev_indicators import hookspecs, plugin_manager
from profdev_indicators.plugins import kinds

AGAIN = "run `make docs`"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_made_from_the_code_are_up_to_date(reference: ModuleType) -> None:
    assert list(reference.stale(reference.pages())) == [], AGAIN


def test_making_them_twice_makes_the_same(reference: ModuleType) -> None:
    assert reference.pages() == reference.pages()


@pytest.mark.plugins("kbr", "chegem")
def test_the_readme_shows_what_the_example_prints(reference: ModuleType, prepared: Path) -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8") == reference.readme(prepared / "demo"), AGAIN


def test_the_signature_of_every_hook_is_a_heading() -> None:
    functions = [node for node in ast.parse(inspect.getsource(hookspecs)).body if isinstance(node, ast.FunctionDef)]
    signatures = {f"{node.name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns)}" for node in functions}
    assert len(signatures) == len(plugin_manager(discover=False).hook.__dict__)
    assert signatures <= set(headings(ROOT / "docs" / "reference" / "hooks.md"))


def test_every_stock_kind_is_a_heading() -> None:
    names = {name for known in kinds(plugin_manager(discover=False)).values() for name in known}
    assert names <= set(headings(ROOT / "docs" / "reference" / "kinds.md"))
