"""Every shipped configuration loads, and computes from its own data what a person can add up by hand."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from profdev_indicators import load, monitor
from profdev_indicators.results import Monitoring

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SHIPPED = (
    pytest.param("configs/chegem.yaml", marks=pytest.mark.plugins("kbr", "chegem")),
    pytest.param("examples/zarechny/district.yaml", marks=pytest.mark.plugins("kbr")),
    "examples/bashkortostan/district.yaml",
    "examples/saratov/district.yaml",
)


@pytest.mark.parametrize("path", SHIPPED)
def test_every_shipped_configuration_loads(path: str) -> None:
    district = load(ROOT / path)
    assert district.indicators
    assert all(indicator.title for indicator in district.indicators)


@pytest.mark.parametrize("path", SHIPPED)
def test_no_official_is_named(path: str) -> None:
    """Roles only: neither «И.О. Фамилия» nor «Фамилия И.О.» stands in any file."""
    initials = re.compile(r"\b[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё]+|[А-ЯЁ][а-яё]+\s[А-ЯЁ]\.\s?[А-ЯЁ]\.")
    files = [ROOT / path, *ROOT.glob("plugins/profdev-[kcs]*/src/**/*.yaml")]
    assert [file.name for file in files if initials.search(file.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("name", ["zarechny", "bashkortostan", "saratov"])
def test_an_example_is_a_district_its_data_and_a_page_with_the_command(name: str) -> None:
    folder = EXAMPLES / name
    assert (folder / "data").is_dir()
    assert f"profdev run examples/{name}/district.yaml" in (folder / "README.md").read_text(encoding="utf-8")
    assert "ВЫМЫШЛЕН" in (folder / "district.yaml").read_text(encoding="utf-8")


# --- Заречный: the same base, another district ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def zarechny() -> Monitoring:
    return _run("zarechny", "2022/2023,2023/2024")


@pytest.mark.plugins("kbr")
def test_a_dropped_criterion_is_nowhere_and_the_others_keep_the_base_order(zarechny: Monitoring) -> None:
    codes = [indicator.id for indicator in zarechny.district.indicators]
    assert codes == [
        "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "3.4", "3.5",
        "4.1", "4.2", "4.3", "4.4", "5.1", "5.2", "6.2", "7.1", "7.2",
    ]  # fmt: skip
    assert set(zarechny.values["indicator"]) == set(codes)


@pytest.mark.plugins("kbr")
def test_another_reading_replaces_the_base_one_and_leaves_it_beside(zarechny: Monitoring) -> None:
    """4.1 in 2023/2024: seven answered, six of them have young teachers, five have a project."""
    strict = zarechny.value("4.1", period="2023/2024")
    lenient = zarechny.value("4.1", period="2023/2024", reading="with_young")
    assert (strict.numerator, strict.denominator) == (5, 7)
    assert (lenient.numerator, lenient.denominator) == (5, 6)


@pytest.mark.plugins("kbr")
def test_a_school_year_is_one_period_and_a_renamed_school_one_series(zarechny: Monitoring) -> None:
    before = zarechny.value("1.1", "lugovaya", "2022/2023")
    after = zarechny.value("1.1", "lugovaya", "2023/2024")
    assert (before.unit_name, after.unit_name) == ("МБОУ «Луговая школа»", "МБОУ «Луговая гимназия»")


@pytest.mark.plugins("kbr")
def test_a_share_of_the_district_is_the_sum_over_the_sum_of_its_files(zarechny: Monitoring) -> None:
    folder = EXAMPLES / "zarechny" / "data" / "2023-2024"
    cards = {**_column(folder / "cards" / "schools.csv", 1), **_column(folder / "cards" / "others.csv", 1)}
    tested = _column(folder / "diagnostics.csv", 1)
    share = zarechny.value("1.1", period="2023/2024")
    assert (share.numerator, share.denominator) == (sum(tested[unit] for unit in cards), sum(cards.values()))
    assert (share.expected, share.reported, share.state) == (8, 7, "partial")


@pytest.mark.plugins("kbr")
def test_a_municipal_programme_is_a_flag_of_the_district_itself(zarechny: Monitoring) -> None:
    programme = zarechny.value("3.2", period="2023/2024")
    assert (programme.value, programme.expected, programme.evidenced) == (100, 1, 1)


@pytest.mark.plugins("kbr")
def test_an_exempt_unit_is_not_a_no(zarechny: Monitoring) -> None:
    assert zarechny.value("3.3", "parus", "2023/2024").state == "not_applicable"


# --- forms A and B: real forms, invented data -----------------------------------------------------------------------


def test_row_two_of_bashkortostan_divides_by_all_teachers_as_it_is_written() -> None:
    monitoring = _run("bashkortostan", "2021")
    written, narrower = monitoring.value("2"), monitoring.value("2", reading="of_general")
    assert (written.numerator, written.denominator) == (282, 2883)
    assert (narrower.numerator, narrower.denominator) == (282, 2117)


def test_a_target_of_five_is_ten_a_year_later() -> None:
    """2020: 6.27 % reach the five per cent then in force; 2021: 9.78 % miss the ten."""
    monitoring = _run("bashkortostan", "2020,2021")
    missed = monitoring.findings.filter(rule="below_target", unit="bashkortostan", reading="main")
    assert missed.filter(indicator="2")["period"].to_list() == ["2021"]
    assert missed.filter(indicator="2")["base"].to_list() == [10]


def test_effectiveness_is_the_mean_of_degrees_of_achievement() -> None:
    monitoring = _run("bashkortostan", "2021")
    degrees = [monitoring.value(f"СД-{row}").value for row in (1, 2, 3, 4)]
    assert degrees == pytest.approx([100, 100 * (100 * 282 / 2883) / 10, 100, 100])
    assert monitoring.value("Э").value == pytest.approx(sum(value or 0 for value in degrees) / 4)


def test_targets_of_saratov_stand_by_years() -> None:
    district = load(EXAMPLES / "saratov" / "district.yaml")
    targets = {i.id: [(mark.since.year, mark.at) for mark in i.target] for i in district.indicators}
    assert targets == {"1": [(2021, 9), (2022, 15), (2023, 20)], "2": [(2021, 5), (2022, 8)], "3": []}


def test_a_sum_with_a_part_unknown_is_unknown_unless_the_reading_says_otherwise() -> None:
    """In 2023 one district told nothing about its centres of additional education."""
    monitoring = _run("saratov", "2023")
    strict, available = monitoring.value("2"), monitoring.value("2", reading="what_is_known")
    assert (strict.expected, strict.reported, strict.state) == (4, 3, "partial")
    assert (available.reported, available.numerator) == (4, (strict.numerator or 0) + 55 + 11)


def test_a_cut_row_is_a_flag_with_a_remark_and_a_decision() -> None:
    district = load(EXAMPLES / "saratov" / "district.yaml")
    assert "3" in {code for decision in district.decisions_needed for code in decision.indicators}
    assert [_run("saratov", year).value("3").value for year in ("2021", "2022")] == [0, 100]


def _run(name: str, period: str) -> Monitoring:
    folder = EXAMPLES / name
    return monitor(load(folder / "district.yaml"), period=period, data=folder / "data", readings="all")


def _column(path: Path, position: int) -> dict[str, int]:
    with path.open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file, delimiter=";")
    return {row[0]: int(row[position]) for row in rows}
