"""Wrong usage is explained in Russian with the likely cure, exit code 2, and never a traceback."""

from __future__ import annotations

import codecs
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from command import Profdev
from profdev_indicators.cli import console


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["chek"], "нет команды «chek» — может быть, «check»"),
        (["check"], "не задано обязательное: CONFIG"),
        (["check", "a.yaml", "--formt", "json"], "нет параметра --formt — может быть, «--format»?"),
        (["check", "a.yaml", "--format", "xml"], "--format: «xml» здесь не бывает; бывает: text, json"),
        (["check", "a.yaml", "--format"], "--format: нужно одно значение после параметра"),
        (["check", "a.yaml", "b.yaml"], "лишнее в команде: b.yaml"),
        (["run", "a.yaml"], "не задано обязательное: --period"),
        (["kinds", "shar"], "нет такого вида: «shar» — может быть, «share»?"),
        (["kinds", "ъ"], " — есть: csv"),
        (["new", "distrikt", "x"], "нет команды «distrikt» — может быть, «district»?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_words_are_told_with_the_likely_cure(profdev: Profdev, typed: list[str], told: str) -> None:
    said = profdev(*typed)
    assert said.code == 2
    assert told in said.err
    assert said.out == ""


def test_a_usage_error_says_where_to_read_more(profdev: Profdev) -> None:
    assert profdev("check").err.splitlines() == [
        "Использование: profdev check [ПАРАМЕТРЫ] CONFIG",
        "Ошибка: не задано обязательное: CONFIG",
        "Справка: profdev check --help",
    ]


def test_nothing_typed_shows_help(profdev: Profdev) -> None:
    said = profdev()
    assert said.code == 2
    assert "С чего начать" in said.err or "Команды:" in said.err


@pytest.mark.parametrize("command", ["check", "diff", "explain"])
def test_a_missing_file_is_a_problem_and_not_a_traceback(profdev: Profdev, command: str, tmp_path: Path) -> None:
    absent = tmp_path / "нет.yaml"
    rest = {"check": [], "diff": [absent], "explain": ["1.1", "район", "--period", "2022", "--data", tmp_path]}
    said = profdev(command, absent, *rest[command])
    assert said.code == 1
    assert "нет.yaml" in said.out + said.err


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (PermissionError(13, "Permission denied", "out/form.csv"), 1, "нет права, или файл открыт в другой программе"),
        (OSError(28, "No space left on device"), 1, "на диске нет места"),
        (KeyboardInterrupt(), 130, "Прервано"),
    ],
    ids=["permission", "space", "ctrl-c"],
)
def test_what_the_system_refuses_is_told_in_russian(
    profdev: Profdev, monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, told: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr("profdev_indicators.cli.kinds.kinds", refuse)
    said = profdev("kinds")
    assert (said.code, told in said.err) == (code, True)


def test_a_broken_plugin_is_named_and_the_work_goes_on(profdev: Profdev, broken_plugin: Callable[[], None]) -> None:
    broken_plugin()
    said = profdev("kinds", "share")
    assert said.code == 0
    assert "Предупреждение: плагин «broken»" in said.err
    assert "обрушился при загрузке" in said.err


def test_the_list_of_plugins_names_the_broken_one_and_its_reason(
    profdev: Profdev, broken_plugin: Callable[[], None]
) -> None:
    broken_plugin()
    said = profdev("plugins")
    assert said.code == 1
    assert "Не работают:" in said.out
    assert "обрушился при загрузке" in said.out


def test_a_plugin_can_be_left_out(profdev: Profdev, broken_plugin: Callable[[], None]) -> None:
    broken_plugin()
    said = profdev("plugins", "--without", "broken")
    assert said.code == 0
    assert "broken" not in said.out


def test_a_plugin_that_is_not_installed_cannot_be_left_out(profdev: Profdev) -> None:
    said = profdev("plugins", "--without", "нетакого")
    assert said.code == 2
    assert "нет такого плагина: «нетакого»" in said.err


def test_stock_plugins_come_first(profdev: Profdev) -> None:
    names = [line.split()[1] for line in profdev("plugins").out.splitlines()[1:7]]
    assert names == ["checks", "readers", "measures", "rules", "advice", "renderers"]


@pytest.mark.parametrize("encoding", ["cp866", "cp1251", "ascii", "koi8-r"])
def test_what_a_console_lacks_becomes_alike_and_as_long(encoding: str) -> None:

    codecs.register_error("lookalike", console.lookalike)
    told = "−7,2 п.п. – «№ 1»\N{NO-BREAK SPACE}… 2 × 3"
    shown = told.encode(encoding, "lookalike").decode(encoding)
    assert len(shown) == len(told)
    assert shown[0] == "-"


@pytest.mark.parametrize("encoding", ["cp866", "cp1251", "ascii", "utf-8"])
def test_no_console_breaks_a_command(encoding: str) -> None:
    typed = [sys.executable, "-m", "profdev_indicators.cli", "kinds", "share"]
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run(typed, env=environment, capture_output=True, check=False)  # noqa: S603 - our own words
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"measure: {share: {counted: n_ped, population: teachers}}" in done.stdout


def test_a_reader_who_leaves_the_pipe_hears_no_complaint() -> None:
    typed = [sys.executable, "-m", "profdev_indicators.cli", "schema"]
    with subprocess.Popen(typed, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603 - the same
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
