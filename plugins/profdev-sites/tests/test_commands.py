"""The command says what it did, and what was wrong with what it was given."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from profdev_sites.cli import main
from profdev_sites.listing import listed

Run = Callable[..., tuple[int, str, str]]
KBR = pytest.mark.skipif(
    "kbr" not in {point.name for point in entry_points(group="profdev_indicators")},
    reason="plugin not installed: kbr",
)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def go(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


@pytest.fixture
def quick(clock: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """No second is waited for."""

    def fake(stop: threading.Event) -> Any:
        del stop
        return clock

    monkeypatch.setattr("profdev_sites.cli.revisit.SystemClock", fake)
    return clock


def _protocol(folder: Path, *urls: str, heading: str = "URL") -> Path:
    path = folder / "sites.csv"
    lines = [f"Организация;{heading}", *(f"Школа;{url}" for url in urls)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.usefixtures("quick")
def test_a_round_is_told_in_a_few_lines(site: Any, run: Run, tmp_path: Path) -> None:
    good, gone = site.html("/plan", "<title>План</title>"), site.url("/gone")
    protocol = _protocol(tmp_path, f"{good} {gone}", "см. сайт")
    options = ("--out", tmp_path / "evidence", "--contact", "imo@district.example", "--allow-private")
    code, out, err = run("revisit", protocol, *options)
    assert (code, err) == (
        0,
        "Предупреждение: sites.csv:3, URL: «см. сайт» не открывалось: это не адрес — впишите адрес целиком: https://…\n",
    )
    assert out.replace("\N{NO-BREAK SPACE}", " ").splitlines() == [
        "Открылось 1 из 2 страниц",
        f"  нет сведений: {gone} — такой страницы на сайте нет: найдите новый адрес (код 404)",
        f"Записано в {tmp_path / 'evidence'}: evidence.csv, evidence.json",
    ]


@KBR
@pytest.mark.usefixtures("quick")
def test_teachers_are_counted_and_compared(site: Any, run: Run, tmp_path: Path) -> None:
    site.html("/sveden/employees", '<table><tr itemprop="teachingStaff"><td itemprop="fio">Петров П. П.</table>')
    protocol = _protocol(tmp_path, site.html("/plan", "<p>"))
    evidence = tmp_path / "evidence"
    options = ("--out", evidence, "--contact", "imo@district.example", "--allow-private", "--employees")
    assert run("revisit", protocol, *options)[0] == 0
    config = tmp_path / "district.yaml"
    config.write_text(
        "id: nash\ntitle: Наш\nextends: kbr\nunits: [{id: s1, name: Школа, kind: school}]\n", encoding="utf-8"
    )
    (tmp_path / "data" / "2022" / "cards").mkdir(parents=True)
    (tmp_path / "data" / "2022" / "cards" / "s1.csv").write_text("ОО;n_ped\nШкола;3\n", encoding="utf-8")
    code, out, err = run("staff", config, "--period", "2022", "--data", tmp_path / "data", "--evidence", evidence)
    assert (code, err) == (0, "")
    assert [line.split() for line in out.splitlines()] == [
        ["Ответ", "На", "сайте", "Разница", "Организация"],
        ["3", "1", "−2", "Школа"],
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "не задано обязательное: --contact"),
        (("--contact", "методист"), "«методист» — не почта и не адрес страницы"),
        (("--contact", "a@b.example", "--hosts", "0"), "--hosts: «0»: число от 1 до 16"),
        (("--contact", "a@b.example", "--hosts", "сто"), "--hosts: «сто»: число от 1 до 16"),
        (("--contact", "a@b.example", "--column", "url"), "пишется КЛЮЧ=ЗАГОЛОВОК"),
        (("--contact", "a@b.example", "--column", "адрес=URL"), "пишется КЛЮЧ=ЗАГОЛОВОК"),
        (("--contact", "a@b.example", "--fast"), "нет параметра --fast"),
    ],
)
def test_a_wrong_command_is_refused_in_russian(run: Run, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    code, out, err = run("revisit", _protocol(tmp_path), "--out", tmp_path / "evidence", *options)
    assert (code, out) == (2, "")
    assert said in err
    assert not (tmp_path / "evidence").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("sites.csv", b"", "sites.csv: файл пуст"),
        ("sites.csv", "Организация;Вердикт\nШкола;да\n".encode(), "нет столбца с адресами страниц"),
        ("sites.csv", "Организация;URL\nШкола;см. сайт\n".encode(), "нет ни одного адреса страницы"),
        ("sites.xlsx", b"PK\x03\x04 cut", "sites.xlsx"),
        ("sites.docx", b"x", "sites.docx: это не таблица"),
        ("{period}.csv", "Организация;URL\n".encode(), "нет ни одного адреса страницы"),
        (None, b"", "нет такого файла"),
        ("sites.csv", "Х;У\n1;2\n".encode(), "укажите заголовок: --column unit=ЗАГОЛОВОК, или строку заголовков"),
    ],
)
def test_a_file_that_lists_no_page_is_told(
    run: Run, tmp_path: Path, name: str | None, content: bytes, said: str
) -> None:
    path = tmp_path / (name or "absent.csv")
    if name:
        path.write_bytes(content)
    code, out, err = run("revisit", path, "--out", tmp_path / "evidence", "--contact", "a@b.example")
    assert (code, out) == (1, "")
    assert said in err
    assert "Traceback" not in err
    assert not (tmp_path / "evidence").exists()


def test_a_certificate_that_is_none_is_told(run: Run, tmp_path: Path) -> None:
    protocol = _protocol(tmp_path, "https://a.example")
    options = ("--out", tmp_path / "evidence", "--contact", "a@b.example", "--ca", protocol)
    code, _, err = run("revisit", protocol, *options)
    assert (code, err) == (2, f"Ошибка: --ca {protocol}: нет такого файла, или это не сертификат PEM\n")


def test_nothing_to_compare_is_told(run: Run, tmp_path: Path) -> None:
    code, _, err = run("staff", "x.yaml", "--period", "2022", "--data", tmp_path, "--evidence", tmp_path)
    assert code == 2
    assert "сначала profdev-sites revisit" in err


def test_a_link_to_a_protocol_is_that_protocol(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    protocol = _protocol(tmp_path / "real", "https://a.example/x")
    link = tmp_path / "link.csv"
    link.symlink_to(protocol)
    assert listed([link], {}) == listed([protocol], {})


def test_a_title_above_the_headings_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text("ПРОТОКОЛ;\nОО;URL\nШкола;https://a.example/x\n", encoding="utf-8")
    assert [page.url for page in listed([path], {}, header=2).pages] == ["https://a.example/x"]


@pytest.mark.usefixtures("quick")
def test_an_interrupted_round_says_how_to_go_on(
    site: Any, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("profdev_sites.cli.revisit.revisit", interrupt)
    protocol = _protocol(tmp_path, site.url("/a"))
    code, _, err = run("revisit", protocol, "--out", tmp_path / "e", "--contact", "a@b.example")
    assert (code, err.strip()) == (
        130,
        f"Прервано; что успели, записано в {tmp_path / 'e'}. Та же команда продолжит обход.",
    )


def test_an_unusual_heading_is_given(tmp_path: Path) -> None:
    protocol = _protocol(tmp_path, "https://a.example/x", heading="Где лежит")
    assert [page.url for page in listed([protocol], {"url": "Где лежит"}).pages] == ["https://a.example/x"]


@pytest.mark.parametrize("command", [(), ("revisit",), ("staff",)])
def test_help_is_russian_and_keeps_the_developers_door_to_itself(run: Run, command: tuple[str, ...]) -> None:
    code, out, err = run(*command, "--help")
    assert (code, err) == (0, "")
    assert "Использование: profdev-sites" in out
    assert "--allow-private" not in out
    assert not re.search(r"\b(Usage|Options|Commands|Show)\b", out)
