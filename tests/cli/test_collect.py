"""`profdev collect` over the example district: what is printed, written, refused, and left alone."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from attrs import evolve

from command import Profdev, Said
from example_district import card_of
from example_district import written as example_written
from profdev_indicators import demo

DEADLINE = "2023-01-20"
TODAY = ("--today", "2023-02-01")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> demo.Demo:
    example = example_written(tmp_path_factory.mktemp("example"))
    config = example.config.read_text(encoding="utf-8")
    example.config.write_text(config.replace("deadline: 12-25", f'deadline: "{DEADLINE}"'), encoding="utf-8")
    return example


@pytest.fixture
def example(written: demo.Demo, tmp_path: Path) -> demo.Demo:
    home = tmp_path / "example"
    shutil.copytree(written.config.parent, home)
    return evolve(written, config=home / "district.yaml", data=home / "data", readme=home / "data" / "README.md")


def collect(profdev: Profdev, example: demo.Demo, *more: object, period: str = "2022") -> Said:
    return profdev("collect", example.config, "--period", period, "--data", example.data, *TODAY, *more)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_prints_who_answered_who_is_late_and_every_problem(profdev: Profdev, example: demo.Demo) -> None:
    said = collect(profdev, example)
    lines = said.out.splitlines()
    assert said.code == 1  # two answers have errors
    assert lines[1:3] == ["Ответили на всё: 25 из 26", "  не ответили: МКОУ «СОШ с. Сочинённое» (s07)"]
    assert "  срок прошёл 12\N{NO-BREAK SPACE}дней назад: ждём 1\N{NO-BREAK SPACE}организацию" in lines
    card = f"2022/cards/{card_of(example, 2022, 's04').name}"
    assert any(f"{card}, «Карта»!E20: n_young: " in line and "(42, ячейка E19)" in line for line in lines)
    assert said.err == ""


def test_it_writes_a_book_letters_and_a_table_for_programs(
    profdev: Profdev, example: demo.Demo, tmp_path: Path
) -> None:
    collect(profdev, example, "--out", tmp_path / "out")
    files = contents(tmp_path / "out")
    assert [name for name in sorted(files) if not name.startswith("letters/")] == [
        "collect.csv",
        "collect.json",
        "collect.xlsx",
    ]
    assert [name.split()[0] for name in sorted(files) if name.startswith("letters/")] == [
        "letters/d03",
        "letters/s04",
        "letters/s07",
    ]
    rows = list(csv.DictReader(io.StringIO(files["collect.csv"].decode())))
    [silent] = [row for row in rows if row["unit"] == "s07" and row["source"] == "card"]
    assert (silent["state"], silent["late"], silent["own"]) == ("silent", "12", "true")
    record = json.loads(files["collect.json"])
    assert (record["today"], record["deadline"], record["unread"]) == ("2023-02-01", "2023-01-20", [])
    letter = files["letters/s07 МКОУ «СОШ с. Сочинённое».txt"]
    assert letter.startswith(b"\xef\xbb\xbf")
    assert letter.count(b"\r\n") == letter.count(b"\n")


def test_the_same_day_and_data_give_the_same_bytes(profdev: Profdev, example: demo.Demo, tmp_path: Path) -> None:
    for name in ("one", "two"):
        collect(profdev, example, "--out", tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_letter_edited_by_hand_is_kept_and_named_again_and_again(
    profdev: Profdev, example: demo.Demo, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    collect(profdev, example, "--out", out)
    [letter] = out.glob("letters/s07*")
    letter.write_text("мой текст", encoding="utf-8")
    for _ in range(2):
        said = collect(profdev, example, "--out", out)
        assert f"Не тронуто, вы его правили: {letter}" in said.out.splitlines()
        assert letter.read_text(encoding="utf-8") == "мой текст"


def test_a_letter_is_gone_once_its_organisation_has_mended_its_answer(
    profdev: Profdev, example: demo.Demo, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    collect(profdev, example, "--out", out)
    _mend(card_of(example, 2022, "d03"), "85%", "8")
    collect(profdev, example, "--out", out)
    assert list(out.glob("letters/d03*")) == []


def _mend(card: Path, wrong: str, right: str) -> None:
    parts = io.BytesIO(card.read_bytes())
    with zipfile.ZipFile(parts) as old, zipfile.ZipFile(card, "w") as new:
        for part in old.infolist():
            new.writestr(part, old.read(part).replace(f">{wrong}<".encode(), f">{right}<".encode()))


def test_an_unreadable_file_is_named_and_the_code_says_so(profdev: Profdev, example: demo.Demo) -> None:
    card = card_of(example, 2022, "s10")
    card.write_bytes(b"<html>")
    said = collect(profdev, example)
    assert said.code == 1
    assert f"  не прочитан: 2022/cards/{card.name}: это веб-страница под именем книги Excel" in said.out


def test_accept_writes_the_decision_and_run_honours_it(profdev: Profdev, example: demo.Demo, tmp_path: Path) -> None:
    said = collect(profdev, example, "--accept", example.data / "2020/cards/cards.csv:29", period="2020")
    assert "не учтено: принято другое — 2020/cards/cards.csv, строка 29" in said.out
    accepted = (example.data / "accepted.csv").read_bytes().decode("utf-8-sig").splitlines()
    assert accepted[0] == "период;источник;организация;название;файл;лист;строка"
    assert accepted[1].endswith(";2020/cards/cards.csv;;29")
    profdev("run", example.config, "--period", "2020", "--data", example.data, "--out", tmp_path / "out")
    record = json.loads((tmp_path / "out/run.json").read_bytes())
    assert "accepted.csv" in record["sources"]
    told = profdev("explain", example.config, "2.2", "d04", "--period", "2020", "--data", example.data)
    assert "cards.csv" in told.out
    assert "противоречие" not in told.out


def test_a_refused_wish_writes_nothing(profdev: Profdev, example: demo.Demo) -> None:
    before = contents(example.data)
    said = collect(profdev, example, "--accept", card_of(example, 2022, "s01"))
    assert (said.code, said.out) == (2, "")
    assert "решать нечего — за 2022 никто не ответил дважды" in said.err
    assert contents(example.data) == before


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--today", "завтра"], "--today: «завтра» — не день; напишите ГГГГ-ММ-ДД"),
        (["--out", "DATA/out"], "лежит в папке данных"),
        (["--period", "2021,2022"], "нужен один период, а названо 2: 2021, 2022"),
        (["--period", "позавчера"], "не период: «позавчера»"),
        (["--data", "нигде"], "нет папки с данными: нигде"),
    ],
)
def test_a_wrong_command_is_refused(profdev: Profdev, example: demo.Demo, more: list[str], message: str) -> None:
    said = collect(profdev, example, *(word.replace("DATA", str(example.data)) for word in more))
    assert (said.code, message in said.err) == (2, True)


def test_a_long_list_is_cut_and_says_where_the_rest_is(profdev: Profdev, example: demo.Demo, tmp_path: Path) -> None:
    table = example.data / "2022/mouo.csv"
    lines = table.read_bytes().splitlines(keepends=True)
    stranger = lines[1].partition(b";")[2]
    table.write_bytes(b"".join(lines) + b"".join(b"x%d;" % n + stranger for n in range(40)))
    said = collect(profdev, example, "--out", tmp_path / "out")
    assert len(said.out.splitlines()) < 60
    assert f"все — {tmp_path / 'out' / 'collect.xlsx'}, лист «Замечания»" in said.out
