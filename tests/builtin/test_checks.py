"""Configurations which are well formed but wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from profdev_indicators import load
from profdev_indicators.codes import is_inn, is_ogrn
from profdev_indicators.errors import ConfigError
from strategies import core_alone

GOOD = """\
id: somewhere
title: Где-то
oktmo: "83645000"
units:
  - {id: a, name: А, kind: school}
sources:
  - id: card
    title: Карта
    reader: {csv: {location: "{period}.csv"}}
    items:
      - {id: n_ped, title: Педагогов, type: count}
      - {id: n_diag, title: Прошли, type: count, at_most: n_ped}
populations:
  - {id: teachers, title: педагоги, items: [n_ped]}
sections:
  - id: one
    title: Раздел
    indicators:
      - id: "1"
        title: Доля
        source: card
        measure: {share: {counted: n_diag, population: teachers}}
        silence: excluded
        missing: strict
"""


def _problems(folder: Path, text: str) -> list[str]:
    path = folder / "district.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path, core_alone())
    return [str(problem).replace(f"{path}:", "") for problem in caught.value.problems]


@pytest.mark.parametrize("deadline", ["10-01", "2022-10-01", "2024-02-29"])
def test_a_deadline_is_a_day_of_every_year_or_of_one(tmp_path: Path, deadline: str) -> None:
    path = tmp_path / "district.yaml"
    path.write_text(f'{GOOD}card: {{deadline: "{deadline}"}}\n', encoding="utf-8")
    assert load(path, core_alone()).card.deadline == deadline


def test_a_date_may_be_asked_beside_what_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "district.yaml"
    asked = "at_most: n_ped}\n      - {id: d, title: Д, type: date}"
    path.write_text(GOOD.replace("at_most: n_ped}", asked), encoding="utf-8")
    assert load(path, core_alone()).items["d"].type == "date"


def test_the_good_one_is_good(tmp_path: Path) -> None:
    path = tmp_path / "district.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert [indicator.id for indicator in load(path, core_alone()).indicators] == ["1"]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('"83645000"', '"836"', 3, "не код ОКТМО"),
        ("name: А, kind", 'inn: "123", name: А, kind', 5, "не ИНН"),
        ("name: А, kind", "parent: a, name: А, kind", 5, "не может стоять над самой собой"),
        ("at_most: n_ped", "at_most: n_diag", 12, "сравнивается с самим собой"),
        ("type: count}", "type: level}", 11, "levels"),
        ("        source: card\n", "", 19, "нет ключа source"),
        (
            "missing: strict",
            "missing: strict\n        since: 2022-01-01\n        until: 2021-01-01",
            26,
            "раньше, чем начинается",
        ),
        ('location: "{period}.csv"', 'location: "{period}.csv", columns: {n_pad: Всего}', 9, "нет поля «n_pad»"),
        ("missing: strict", "missing: strict\ngoals: [{id: g, title: Цель}]", 25, "не сказано почему"),
        ("missing: strict", "missing: strict\npublication: {decimals: 9}", 25, "от 0 до 6"),
        ("missing: strict", "missing: strict\ncard: {deadline: 1 октября}", 25, "не день: «1 октября»"),
        ("missing: strict", 'missing: strict\ncard: {deadline: "02-29"}', 25, "нет такого дня: «02-29»"),
        ("missing: strict", 'missing: strict\ncard: {deadline: "2022-13-01"}', 25, "нет такого дня"),
        ("Прошли, type: count", "Прошли, type: date", 22, "«n_diag» — дата: она не складывается"),
        ("Педагогов, type: count", "Педагогов, type: date", 22, "«n_ped» — дата: она не складывается"),
        (
            "at_most: n_ped}",
            "at_most: n_ped}\n      - {id: d, title: Д, type: date, sum_of: [n_ped]}",
            13,
            "«d» — дата",
        ),
        ("Прошли, type: count", "Прошли, type: date, sum_of: [n_ped]", 12, "«n_diag» — дата"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    problems = _problems(tmp_path, GOOD.replace(old, new, 1))
    assert [problem for problem in problems if problem.startswith(f"{line}:") and message in problem], problems


def test_derived_indicators_may_not_go_in_circles(tmp_path: Path) -> None:
    more = "".join(
        f'      - {{id: "{one}", title: т, silence: excluded, missing: strict, '
        f'measure: {{relative_to_best: {{of: "{other}"}}}}}}\n'
        for one, other in (("2", "3"), ("3", "2"))
    )
    problems = _problems(tmp_path, GOOD + more)
    assert len([problem for problem in problems if "выводится сам из себя" in problem]) == 2


@pytest.mark.parametrize("text", ["0711037590", "0711037985", "6624007054", "7730176610"])
def test_real_numbers_of_taxpayers_are_right(text: str) -> None:
    assert is_inn(text)
    assert not is_inn(text[:-1] + str((int(text[-1]) + 1) % 10))


@pytest.mark.parametrize("text", ["1037739010891", "1027700220624", "1026601484832"])
def test_real_registration_numbers_are_right(text: str) -> None:
    assert is_ogrn(text)
    assert not is_ogrn(text[:-1] + str((int(text[-1]) + 1) % 10))
