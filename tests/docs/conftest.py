"""Where the documentation is tried out: a district just started and the example, under the names the pages use."""

from __future__ import annotations

import shutil
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from profdev_indicators.cli import main


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`my-district`, and `demo` where the plugins it needs are installed."""
    folder = tmp_path_factory.mktemp("docs")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["new", "district", "my-district"]) == 0
        if {"kbr", "chegem"} <= {point.name for point in entry_points(group="profdev_indicators")}:
            assert main(["demo", "demo"]) == 0
    return folder


@pytest.fixture
def place(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of its own to work in."""
    folder = tmp_path / "place"
    shutil.copytree(prepared, folder)
    monkeypatch.chdir(folder)
    return folder
