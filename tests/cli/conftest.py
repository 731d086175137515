"""How tests talk to the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from command import Profdev, Said
from profdev_indicators.cli import main


@pytest.fixture
def profdev(capsys: pytest.CaptureFixture[str]) -> Profdev:
    def run(*arguments: object) -> Said:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def district(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profdev: Profdev) -> Path:
    """The folder of a district just started with `profdev new district`, in a working folder of its own."""
    monkeypatch.chdir(tmp_path)
    assert profdev("new", "district", "valley").code == 0
    return Path("valley")


@pytest.fixture
def broken_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Installs a plugin whose module raises at import."""

    def install() -> None:
        (tmp_path / "broken_plugin.py").write_text("raise RuntimeError('обрушился при загрузке')", encoding="utf-8")
        info = tmp_path / "broken_plugin-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-plugin\nVersion: 1\n", encoding="utf-8")
        (info / "entry_points.txt").write_text("[profdev_indicators]\nbroken = broken_plugin\n", encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)

    return install
