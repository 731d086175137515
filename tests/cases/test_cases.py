"""A case says what is wrong: with the configuration, by numbers; with itself, by line and likely cure."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators.cases import Case, read_cases, run_case
from profdev_indicators.errors import ConfigError
from profdev_indicators.facade import load
from profdev_indicators.model import District
from profdev_indicators.plugins import plugin_manager

PLUGINS = plugin_manager(discover=False)
DISTRICT = """
id: valley
title: Долина
kinds: {school: школа, garden: сад}
units: [{id: s1, name: Школа 1, kind: school}, {id: s2, name: Школа 2, kind: school}]
populations: [{id: teachers, title: педагоги, items: [n_ped]}]
sources:
  - id: card
    title: Карты
    reader: {csv: {location: "{period}.csv"}}
    items:
      - {id: n_ped, title: Педагогов, type: count}
      - {id: n_diag, title: Прошли диагностику, type: count, evidence: required}
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
        alternatives: [{id: zero, reading: молчание — ноль, silence: zero}]
        rules: [{drop: {points: 5, persons: 1}}]
"""
RECORDS = """    records:
      unit: oo
      columns: {main: flag, done: flag}
      items: {n_ped: main, n_diag: main AND done}
"""
CASE = """
- случай: Проба
  период: "2022"
  дано:
    s1: {n_ped: 10, n_diag: 4}
  ожидается:
    "1": {s1: 40}
"""


def test_a_case_answers_for_organisations_what_a_register_would(tmp_path: Path) -> None:
    listed = DISTRICT.replace("    items:\n      - {id: n_ped, title: Педагогов, type: count}\n", RECORDS)
    listed = listed.replace("      - {id: n_diag, title: Прошли диагностику, type: count, evidence: required}\n", "")
    (tmp_path / "district.yaml").write_text(listed, encoding="utf-8")
    (tmp_path / "cases.yaml").write_text(CASE, encoding="utf-8")
    counted = load(tmp_path / "district.yaml", PLUGINS)
    assert counted.sources[0].records is not None
    [case] = read_cases(tmp_path / "cases.yaml", counted)
    assert run_case(case, counted, PLUGINS) == ()


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> District:
    path = tmp_path_factory.mktemp("valley") / "district.yaml"
    path.write_text(DISTRICT, encoding="utf-8")
    return load(path, PLUGINS)


def read(text: str, district: District, folder: Path) -> tuple[Case, ...]:
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return read_cases(path, district)


def failures(text: str, district: District, folder: Path) -> list[str]:
    (case,) = read(text, district, folder)
    return [failure.message for failure in run_case(case, district, PLUGINS)]


def expecting(expected: str, given_: str = "s1: {n_ped: 10, n_diag: 4}", more: str = "") -> str:
    return f'- случай: Проба\n  период: "2022"\n{more}  дано:\n    {given_}\n  ожидается:\n    "1": {expected}\n'


@pytest.mark.parametrize(
    "expected",
    [
        "{s1: 40, s2: нет данных, район: 40}",
        "{s1: {числитель: 4, знаменатель: 10}, район: ответили не все}",
        "{s1: {значение: '40,0', состояние: все ответили, правила: []}}",
        "{valley: 40}",
    ],
)
def test_what_holds_is_not_a_failure(district: District, tmp_path: Path, expected: str) -> None:
    assert failures(expecting(expected), district, tmp_path) == []


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ("{s1: 41}", "1, s1: ожидалось 41, получено 40,00 (4 из 10; все ответили)"),
        ("{s1: нет данных}", "1, s1: ожидалось нет данных, получено 40,00 (4 из 10; все ответили)"),
        ("{s2: 0}", "1, s2: ожидалось 0, получено нет данных: нет ответа"),
        ("{s1: {числитель: 5}}", "1, s1: ожидалось числитель 5, получено 40,00 (4 из 10; все ответили)"),
        ("{s1: не спрашивают}", "1, s1: ожидалось не спрашивают, получено 40,00 (4 из 10; все ответили)"),
        (
            "{s1: {правила: [drop]}}",
            "1, s1: ожидалось правила: drop, получено 40,00 (4 из 10; все ответили; правила: ни одного)",
        ),
        ("{s3: 40}", "1, s3: нет такой единицы — есть: s1, s2, valley"),
    ],
)
def test_a_failure_shows_both_sides_with_the_sums(district: District, tmp_path: Path, expected: str, told: str) -> None:
    assert failures(expecting(expected), district, tmp_path) == [told]


def test_a_failure_stands_at_the_line_of_its_expectation(district: District, tmp_path: Path) -> None:
    (case,) = read(CASE.replace("s1: 40", "s1: 50"), district, tmp_path)
    (failure,) = run_case(case, district, PLUGINS)
    assert (failure.place.line, failure.case) == (7, "Проба")
    assert str(failure).startswith(f"{tmp_path / 'case.yaml'}:7:11: «Проба»: 1, s1: ")


@pytest.mark.parametrize(("value", "holds"), [("40.05", True), ("39.95", True), ("40.06", False), ("39.9", False)])
def test_a_value_may_differ_by_less_than_is_printed(
    district: District, tmp_path: Path, value: str, *, holds: bool
) -> None:
    assert (failures(expecting(f"{{s1: {value}}}"), district, tmp_path) == []) is holds


def test_the_tolerance_can_be_set(district: District, tmp_path: Path) -> None:
    assert failures(expecting("{s1: 41}", more="  точность: 1\n"), district, tmp_path) == []


def test_answers_are_read_as_in_a_card(district: District, tmp_path: Path) -> None:
    text = expecting("{s1: 40}", given_="s1: {n_ped: '10 чел.', n_diag: ' 4 '}")
    assert failures(text, district, tmp_path) == []


def test_an_answer_of_a_unit_nobody_knows_is_a_failure(district: District, tmp_path: Path) -> None:
    text = expecting("{s1: нет данных}", given_="s9: {n_ped: 10, n_diag: 4}")
    assert failures(text, district, tmp_path)[0] == "дано: нет такой единицы: «s9» — есть: s1, s2, valley"


def test_an_empty_card_is_a_card(district: District, tmp_path: Path) -> None:
    assert failures(expecting("{s1: нет данных}", given_="s1: {}"), district, tmp_path) == []


def test_units_of_a_case_stand_in_for_the_roster(district: District, tmp_path: Path) -> None:
    units = "  единицы: {a: school, b: {вид: garden, название: Сад, выше: a}}\n"
    assert failures(expecting("{b: 40}", "b: {n_ped: 10, n_diag: 4}", units), district, tmp_path) == []


def test_an_exempt_unit_is_not_applicable(district: District, tmp_path: Path) -> None:
    more = "  освобождены: {s1: на ремонте}\n"
    assert failures(expecting("{s1: не применимо}", more=more), district, tmp_path) == []


def test_another_reading_can_be_expected(district: District, tmp_path: Path) -> None:
    text = expecting("{район: {значение: 20, знаменатель: 20}}", more="  прочтение: zero\n")
    text = text.replace("s1: {n_ped: 10, n_diag: 4}", "s1: {n_ped: 10, n_diag: 4}\n    s2: {n_ped: 10}")
    assert failures(text, district, tmp_path) == []


def test_earlier_periods_make_rules_speak(district: District, tmp_path: Path) -> None:
    more = '  прежде: {"2021": {s1: {n_ped: 10, n_diag: 9}}}\n'
    assert failures(expecting("{s1: {значение: 40, правила: [drop]}}", more=more), district, tmp_path) == []


def test_a_link_confirms(district: District, tmp_path: Path) -> None:
    text = expecting("{s1: 40}", given_='s1: {n_ped: 10, n_diag: {ответ: 4, ссылка: "https://x.example"}}')
    (case,) = read(text, district, tmp_path)
    assert [answer.link for answer in case.answers] == [None, "https://x.example"]


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("случай", "случйа", "2:3: неизвестный ключ «случйа» — может быть, «случай»?"),
        ("ожидается", "ожидаемо", "6:3: неизвестный ключ «ожидаемо» — может быть, «ожидается»?"),
        ("n_diag", "n_dig", "5:21: нет поля карты «n_dig» — может быть, «n_diag»?"),
        ('"1":', '"2":', "7:5: нет показателя «2» — есть: 1"),
        ("s1: 40", "s1: нет даных", "7:15: нет такого состояния: «нет даных» — может быть, «нет данных»?"),
        ("s1: 40", "s1: {знач: 40}", "7:16: неизвестный ключ «знач» — может быть, «значение»?"),
        ("s1: 40", "s1: [40]", "7:15: ожидались ключи со значениями"),
        ('"2022"', "позапрошлый", "3:11: не период: «позапрошлый» (ожидается, например, 2022)"),
        (
            "  дано:\n",
            "  единицы: {a: shool}\n  дано:\n",
            "4:16: нет такого вида единиц: «shool» — может быть, «school»?",
        ),
        ("  дано:\n", "  прочтение: zeroo\n  дано:\n", "4:14: нет такого прочтения: «zeroo» — может быть, «zero»?"),
        ("  дано:\n", "  точность: мало\n  дано:\n", "4:13: ожидалось число"),
        (CASE, "случай: Проба\n", "1:1: ожидался список случаев — каждый начинается с «- случай: …»"),
        (CASE, "", "1:1: файл пуст"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_its_line(
    district: District, tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        read(CASE.replace(right, wrong), district, tmp_path)
    assert f"{tmp_path / 'case.yaml'}:{told}" in str(refused.value).splitlines()


def test_all_slips_are_told_at_once(district: District, tmp_path: Path) -> None:
    text = CASE.replace("n_ped", "n_pet").replace("n_diag", "n_dig").replace('"1"', '"7"')
    with pytest.raises(ConfigError) as refused:
        read(text, district, tmp_path)
    assert len(refused.value.problems) == 3


@given(
    text=st.text(max_size=80) | st.sampled_from(["- [", "- {случай: [1], период: {}}", "- случай: {a: b}\n  период: 1"])
)
def test_whatever_the_file_holds_it_is_cases_or_problems(
    district: District, tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "case.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(ConfigError):
        assert all(isinstance(case, Case) for case in read_cases(path, district))
