"""Whatever the bytes, a person is told what is wrong and where: never a traceback, never a long wait."""

from __future__ import annotations

import codecs
import os
import time
from pathlib import Path

import pytest

from config.fakes import WHOLE, load, told
from profdev_indicators.config.nodes import MAX_DEPTH


def _told(folder: Path, raw: bytes) -> list[str]:
    path = folder / "a.yaml"
    path.write_bytes(raw)
    return told(path)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "a.yaml:1:1: файл пуст"),
        (b"# only a remark\n\n", "a.yaml:1:1: файл пуст"),
        (
            b"---\n...\n",
            (
                "a.yaml:2:1: ожидались ключи конфигурации, получено пустое значение"
                " — первая строка файла — например, «id: chegem»"
            ),
        ),
        (
            b"[1, 2]",
            "a.yaml:1:1: ожидались ключи конфигурации, получен список — первая строка файла — например, «id: chegem»",
        ),
        (
            "id: район\ntitle: Чегем".encode("cp1251"),
            "a.yaml:1:5: это не UTF-8 — похоже на Windows-1251: сохраните файл в UTF-8",
        ),
        (
            'id: rayon\ntitle: Чегем "'.encode() + "и так далее".encode("cp1251"),
            "a.yaml:2:15: это не UTF-8 — похоже на Windows-1251: сохраните файл в UTF-8",
        ),
        (b"id: \xff\xfe\x81\x98", "a.yaml:1:5: это не UTF-8 — сохраните файл в UTF-8"),
        ("id: район".encode("utf-16"), "a.yaml:1:1: файл в кодировке UTF-16 — сохраните файл в UTF-8"),
        ("id: rayon".encode("utf-16-le"), "a.yaml:1:2: управляющий знак U+0000 — сохраните файл в UTF-8"),
        ("id: ра\x00йон".encode(), "a.yaml:1:7: управляющий знак U+0000 — сохраните файл в UTF-8"),
        (b"id: a\nb: \x1b[0m", "a.yaml:2:4: управляющий знак U+001B — удалите его"),
        (b'id: a\nb: "\\0"', "a.yaml:2:4: управляющий знак U+0000 — удалите его"),
        (
            b"id: a\n--- \nid: b",
            "a.yaml:2:1: второй документ в файле — оставьте один; общее подключают ключом include",
        ),
        (b"id: a\nid: b", "a.yaml:2:1: ключ «id» повторён — впервые он стоит в строке 1"),
        (b"<<: {id: a}", "a.yaml:1:1: слияние «<<» не поддерживается — общее подключают ключами extends и include"),
        (b"id: !!str a", "a.yaml:1:5: метки («tag:yaml.org,2002:str») здесь не бывают — уберите её"),
        (
            b"id: !!python/object/apply:os.system [ls]",
            "a.yaml:1:5: метки («tag:yaml.org,2002:python/object/apply:os.system») здесь не бывают — уберите её",
        ),
        (b"id: !e!x 1", "a.yaml:1:5: не YAML: метки («!…») здесь не бывают — возьмите текст в кавычки"),
        (b"1.10: a", 'a.yaml:1:1: ключ должен быть текстом: получено число 1.10 — возьмите в кавычки: "1.10"'),
        (b"true: a", 'a.yaml:1:1: ключ должен быть текстом: получено true — возьмите в кавычки: "true"'),
        (b": a", "a.yaml:1:1: не YAML: ожидался ключ — проверьте отступ и кавычки"),
        (b"{? : a}", "a.yaml:1:4: ключ должен быть текстом: получено пустое значение — напишите ключ перед двоеточием"),
        (b"? [a]\n: b", "a.yaml:1:3: ключ должен быть текстом, а не списком или набором ключей"),
        (b"id: *a", "a.yaml:1:5: нет такого якоря: «a»"),
        (b"id: &a [*a]", "a.yaml:1:9: якорь стоит внутри самого себя: «a»"),
        (b"&a a: &a {b: *a}", "a.yaml:1:14: якорь стоит внутри самого себя: «a»"),
        (b"id: [a", "a.yaml:2:1: не YAML: скобка не закрыта или пропущена запятая — скобка открыта в строке 1"),
        (b'id: a\nb: "x\n\n', "a.yaml:2:4: не YAML: кавычка не закрыта"),
        (
            b"id:\n\t- a",
            "a.yaml:2:1: не YAML: с этого знака значение не начинают — отступы — пробелами; текст возьмите в кавычки",
        ),
        (
            b"id: a: b",
            "a.yaml:1:6: не YAML: двоеточию здесь не место — проверьте отступ; текст с «: » возьмите в кавычки",
        ),
        (b'id: "a" b', "a.yaml:1:9: не YAML: ожидался ключ — проверьте отступ и кавычки"),
        (b"%YAML 3.0\n---\nid: a", "a.yaml:1:1: не YAML: неизвестная версия YAML — уберите строку %YAML"),
    ],
)
def test_bytes_which_are_no_configuration_are_answered_in_their_place(tmp_path: Path, raw: bytes, problem: str) -> None:
    assert problem in _told(tmp_path, raw)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert _told(tmp_path, codecs.BOM_UTF8 + WHOLE.encode()) == []


def test_line_ends_of_windows_are_no_mistake(tmp_path: Path) -> None:
    assert _told(tmp_path, WHOLE.replace("\n", "\r\n").encode()) == []


@pytest.mark.parametrize("opening", ["[", "{a: ", "[a: ", "- ", "? ", "{? "])
def test_deep_nesting_is_refused_before_it_is_walked(tmp_path: Path, opening: str) -> None:
    (problem,) = _told(tmp_path, (opening * 100_000).encode())
    assert problem.endswith(f"вложенность глубже {MAX_DEPTH} уровней")


def test_a_bomb_of_aliases_is_not_unfolded(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (problem,) = _told(tmp_path, "\n".join(levels).encode())
    assert problem == "a.yaml:4:5: больше 50000 значений, считая повторы через «*»"


def test_aliases_are_counted(tmp_path: Path) -> None:
    (problem,) = _told(tmp_path, f"a: &a x\nb: [{', '.join(['*a'] * 201)}]".encode())
    assert problem == "a.yaml:2:805: больше 200 повторов через «*»"


def test_values_are_counted(tmp_path: Path) -> None:
    (problem,) = _told(tmp_path, b"a: [" + b"x," * 50_000 + b"]")
    assert problem.endswith("больше 50000 значений, считая повторы через «*»")


def test_a_repeat_by_alias_is_the_same_value(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    text = WHOLE.replace("items: [n_ped]}", "items: &ped [n_ped]}").replace(
        "over: [teachers, organisations]", "over: [teachers, {id: x, title: икс, items: *ped}]"
    )
    path.write_text(text)
    assert load(path).indicators[0].revisions[0].measure.over[1].items == ("n_ped",)  # type: ignore[union-attr]


def test_a_file_all_of_mistakes_is_answered_soon(tmp_path: Path) -> None:
    text = "id: a\n" + "".join(f"sectoins_{n}: {{a: b}}\n" for n in range(12_000))
    started = time.perf_counter()
    assert len(_told(tmp_path, text.encode())) == 12_002
    assert time.perf_counter() - started < 20


def test_a_gigabyte_is_refused_by_its_size_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    with path.open("wb") as stream:
        stream.truncate(1 << 30)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("opened"))
    assert told(path) == ["a.yaml: файл больше 1 МиБ: это не конфигурация — данные лежат отдельно от неё"]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    assert told(tmp_path / "a.yaml") == ["a.yaml: это папка, а не файл — укажите файл .yaml в ней"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [("a.yaml", "нет такого файла"), ("a\0.yaml", "файл не читается: "), ("a" * 300, "файл не читается: ")],
)
def test_a_file_which_is_not_there_is_told(tmp_path: Path, name: str, problem: str) -> None:
    assert told(tmp_path / name)[0].startswith(f"{name}: {problem}")


def test_a_file_nobody_may_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_text(WHOLE)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # the administrator who runs the tests may read everything
    assert told(tmp_path / "a.yaml") == ["a.yaml: нет права прочитать файл"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="plugin not installed: a system without pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    assert told(tmp_path / "a.yaml") == ["a.yaml: это не обычный файл"]
