"""What `new` writes works at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from command import Profdev


def test_a_new_district_is_without_problems(profdev: Profdev, district: Path) -> None:
    said = profdev("check", district / "district.yaml")
    assert (said.code, said.err) == (0, "")
    assert "ошибок нет. Район valley: 1" in said.out


def test_a_new_district_runs(profdev: Profdev, district: Path) -> None:
    said = profdev(
        "run", district / "district.yaml", "--period", "2022", "--data", district / "data", "--out", "report"
    )
    assert (said.code, said.err) == (0, "")
    assert {"report.md", "form.csv", "report.json", "run.json"} <= {path.name for path in Path("report").iterdir()}


def test_a_new_district_passes_its_own_cases(profdev: Profdev, district: Path) -> None:
    said = profdev("cases", district / "district.yaml", *sorted((district / "cases").iterdir()))
    assert (said.code, said.out) == (0, "3\N{NO-BREAK SPACE}случая, не сошлось: 0\n")


def test_every_command_of_its_readme_works(profdev: Profdev, district: Path) -> None:
    readme = (district / "README.md").read_text(encoding="utf-8").partition("```")[2].partition("```")[0]
    commands = [line.split()[1:] for line in readme.splitlines() if line.startswith("profdev ")]
    assert [command[0] for command in commands] == ["check", "run", "explain", "cases"]
    assert [profdev(*command).code for command in commands] == [0, 0, 0, 0]


def test_the_schema_beside_it_is_the_one_that_schema_prints(profdev: Profdev, district: Path) -> None:
    config = (district / "district.yaml").read_text(encoding="utf-8")
    assert config.startswith("# yaml-language-server: $schema=schema.json\n")
    assert (district / "schema.json").read_text(encoding="utf-8") == profdev("schema").out


@pytest.mark.parametrize("what", ["district", "plugin"])
@pytest.mark.parametrize(
    "name", ["", "Район", "My", "a b", "../x", "a/b", "-x", "x-", "1x", "con", "com7", "a_b", "x" * 41, "x.y", "$name"]
)
def test_a_name_that_cannot_be_a_folder_everywhere_is_refused(
    profdev: Profdev, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said = profdev("new", what, "--", name)
    assert (said.code, list(tmp_path.iterdir())) == (2, [])
    assert "не годится" in said.err


def test_nothing_is_overwritten(profdev: Profdev, district: Path) -> None:
    (district / "district.yaml").write_text("mine", encoding="utf-8")
    said = profdev("new", "district", "valley")
    assert said.code == 2
    assert "valley уже есть" in said.err
    assert (district / "district.yaml").read_text(encoding="utf-8") == "mine"


def test_a_plugin_cannot_take_the_name_of_a_stock_one(
    profdev: Profdev, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = profdev("new", "plugin", "rules")
    assert (said.code, list(tmp_path.iterdir())) == (2, [])


def test_a_new_plugin_installs_and_passes_its_own_tests(
    profdev: Profdev, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert profdev("new", "plugin", "my-region").code == 0
    python = [sys.executable, "-m"]
    # Without isolation the build takes hatchling from this environment and asks no network for it.
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "-q"]
    _run([*python, "pip", "install", *offline, "--target", "lib", "./profdev-my-region"])
    installed = os.environ | {"PYTHONPATH": str(tmp_path / "lib")}
    _run([*python, "pytest", "-q", "-p", "no:cacheprovider", "profdev-my-region"], env=installed)
    said = _run([*python, "profdev_indicators.cli", "kinds", "my_region_uncovered"], env=installed)
    assert "measure: {my_region_uncovered: {covered: n_ped, population: teachers}}" in said


def _run(command: list[str], env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, encoding="utf-8")  # noqa: S603 - our own words
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
