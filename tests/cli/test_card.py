"""`profdev card`: blank cards appear, filled ones are never lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command import Profdev
from filled_cards import Sheet

_UNITS = """\
units:
  - {id: s1, name: Школа № 1, kind: school}
  - {id: s2, name: Школа № 2, kind: school}
  - {id: s3, name: Школа № 3, kind: school}
"""
_FILES = ["cards.json", "s1 Школа № 1.xlsx", "s2 Школа № 2.xlsx", "s3 Школа № 3.xlsx"]
_CONFIG = """\
id: valley
title: Долина
{units}sources:
  - id: card
    title: Карта
    reader: {{files: {{location: "{{period}}/cards/*"}}}}
    items: [{{id: n_ped, title: Педагогов, type: count}}]
card: {{deadline: "10-01"}}
sections:
  - id: one
    title: Раздел
    indicators:
      - {{id: "1", title: Всего, source: card, measure: {{count: {{counted: n_ped}}}}, silence: zero, missing: strict}}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("valley.yaml").write_text(_CONFIG.format(units=_UNITS), encoding="utf-8")
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_card_for_everyone_and_a_record_of_what_was_written(home: Path, profdev: Profdev) -> None:
    said = profdev("card", "valley.yaml", "--period", "2022", "--out", "cards")
    assert (said.code, said.err) == (0, "")
    assert said.out == "Долина, 2022: 3\xa0карты в папке cards\n"
    assert names(home / "cards") == _FILES
    record = json.loads((home / "cards" / "cards.json").read_text(encoding="utf-8"))
    assert list(record["files"]) == _FILES[1:]


def test_a_card_somebody_has_filled_is_kept_and_named(home: Path, profdev: Profdev) -> None:
    profdev("card", "valley.yaml", "--period", "2022", "--out", "cards")
    mine = home / "cards" / _FILES[2]
    mine.write_bytes(b"filled")
    for _ in range(2):  # the record must not take the filled one for its own
        said = profdev("card", "valley.yaml", "--period", "2022", "--out", "cards", "--deadline", "11-01")
        assert said.code == 0
        assert said.err == f"Оставлена как есть, её изменили: {Path('cards') / _FILES[2]}\n"
        assert said.out == "Долина, 2022: 2\xa0карты в папке cards\n"
    assert mine.read_bytes() == b"filled"
    assert any("ноября" in text for text in Sheet.of(home / "cards" / _FILES[1]).texts)


def test_a_card_of_a_folder_without_a_record_is_somebody_elses(home: Path, profdev: Profdev) -> None:
    (home / "cards").mkdir()
    (home / "cards" / _FILES[1]).write_bytes(b"filled")
    assert profdev("card", "valley.yaml", "--period", "2022", "--out", "cards").code == 0
    assert (home / "cards" / _FILES[1]).read_bytes() == b"filled"
    assert names(home / "cards") == _FILES


def test_the_record_may_be_lost(home: Path, profdev: Profdev) -> None:
    profdev("card", "valley.yaml", "--period", "2022", "--out", "cards")
    (home / "cards" / "cards.json").unlink()
    said = profdev("card", "valley.yaml", "--period", "2022", "--out", "cards")
    assert (said.code, said.err) == (0, "")
    assert names(home / "cards") == _FILES


def test_a_card_for_one_leaves_those_of_others(home: Path, profdev: Profdev) -> None:
    profdev("card", "valley.yaml", "--period", "2022", "--out", "cards")
    before = (home / "cards" / _FILES[1]).read_bytes()
    said = profdev("card", "valley.yaml", "--period", "2022", "--out", "cards", "--unit", "s2", "--deadline", "12-01")
    assert said.out == "Долина, 2022: 1\xa0карта в папке cards\n"
    assert names(home / "cards") == _FILES
    assert (home / "cards" / _FILES[1]).read_bytes() == before
    again = profdev("card", "valley.yaml", "--period", "2022", "--out", "cards", "--deadline", "12-02")
    assert again.err == ""


def test_a_card_nobody_needs_any_more_goes_unless_it_is_filled(home: Path, profdev: Profdev) -> None:
    profdev("card", "valley.yaml", "--period", "2022", "--out", "cards")
    (home / "cards" / _FILES[3]).write_bytes(b"filled")
    fewer = "\n".join(_UNITS.splitlines()[:2]) + "\n"
    (home / "valley.yaml").write_text(_CONFIG.format(units=fewer), encoding="utf-8")
    profdev("card", "valley.yaml", "--period", "2022", "--out", "cards")
    assert names(home / "cards") == [_FILES[0], _FILES[1], _FILES[3]]


def test_broken_answers_of_the_year_before_are_told_and_cards_are_made(home: Path, profdev: Profdev) -> None:
    (home / "data" / "2021" / "cards").mkdir(parents=True)
    (home / "data" / "2021" / "cards" / "all.xlsx").write_bytes(b"cut")
    said = profdev("card", "valley.yaml", "--period", "2022", "--data", "data", "--out", "cards")
    assert said.code == 0
    assert said.err.startswith("Предупреждение: прошлые ответы не прочитаны: 2021/cards/all.xlsx")
    assert names(home / "cards") == _FILES


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--out", "data/cards", "--data", "data"), "лежит в папке данных"),
        (("--out", "cards", "--deadline", "завтра"), "срок: не день: «завтра»"),
        (("--out", "cards", "--unit", "s9"), "такой организации карта не нужна: «s9»"),
        (("--out", "valley.yaml"), "valley.yaml — файл, а нужна папка"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_written(
    home: Path, profdev: Profdev, options: tuple[str, ...], message: str
) -> None:
    (home / "data").mkdir()
    said = profdev("card", "valley.yaml", "--period", "2022", *options)
    assert said.code == 2
    assert message in said.err
    assert names(home) == ["data", "valley.yaml"]
    assert names(home / "data") == []
