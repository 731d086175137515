from __future__ import annotations

from pathlib import Path

import polars as pl

from profdev_indicators import monitor
from profdev_indicators.engine.explain import explain
from profdev_indicators.results import Monitoring
from registers import ENGINES, PLUGINS, UNITS, Row, district, register

ROWS: list[Row] = [
    {"oo": "s1", "key": "a", "main": True, "trained": True, "hours": 10.0, "subject": "физика"},
    {"oo": "s1", "key": "b", "main": True, "trained": False, "hours": 20.0, "subject": "химия"},
    {"oo": "s2", "key": "a", "main": True, "trained": True, "hours": 10.0, "subject": "физика"},
    {"oo": "s2", "key": "c", "main": True, "trained": None, "hours": None, "subject": None},
    {"oo": "k1", "key": "e", "main": True, "trained": True, "hours": 30.0, "subject": "физика"},
    {"oo": "k1", "key": "f", "main": None, "trained": True, "hours": 1.0, "subject": "физика"},
]


def _run(
    folder: Path, rows: list[Row] = ROWS, *, units: pl.DataFrame = UNITS, more: str = "", **changed: str
) -> Monitoring:
    """The answer, the same by every engine."""
    given = {"register": register(rows), "units": units}
    found, other = (
        monitor(district(folder, more=more, **changed), period="2022", frames=given, engine=engine, plugins=PLUGINS)
        for engine in ENGINES
    )
    assert found.history.equals(other.history)
    assert found.tallies.equals(other.tallies)
    return found


def test_a_person_of_two_schools_is_one_person_of_the_district(tmp_path: Path) -> None:
    found = _run(tmp_path)
    assert [found.value("4", unit).value for unit in ("s1", "s2", "k1", "d")] == [2, 2, 1, 4]
    district_ = found.value("1")
    assert (district_.numerator, district_.denominator) == (2, 3)  # a and e of a, b, e; c is not known


def test_an_empty_cell_is_neither_yes_nor_no(tmp_path: Path) -> None:
    found = _run(tmp_path)
    excluded, zero = found.value("1", "s2"), found.value("2", "s2")
    assert (excluded.numerator, excluded.denominator) == (1, 1)
    assert (zero.numerator, zero.denominator) == (1, 2)
    row = (
        found.tallies.filter(pl.col("breakdown").is_null(), unit="k1", indicator="1")
        .select("population_unknown")
        .item()
    )
    assert row == 1


def test_exempt_organisations_enter_no_sum_above(tmp_path: Path) -> None:
    exemptions = "exemptions: [{unit: s2, indicators: ['1'], basis: приказ}]\n"
    found = _run(tmp_path, more=exemptions)
    assert str(found.value("1", "s2").state) == "not_applicable"
    assert (found.value("1").numerator, found.value("1").denominator) == (2, 3)
    assert found.value("2").denominator == 4  # exempt from «1» alone


def test_only_kinds_that_are_asked_are_counted_above(tmp_path: Path) -> None:
    asked = "source: register, silence: zero => source: register, asked_of: [school], silence: zero"
    found = _run(tmp_path, only=asked)
    assert (found.value("2").numerator, found.value("2").denominator) == (1, 3)
    assert found.value("1").numerator == 2


def test_an_organisation_that_contradicts_itself_stays_out_above(tmp_path: Path) -> None:
    listed = "    records:\n =>     items:\n      - {id: n_ped, title: П, type: count, maximum: 1}\n    records:\n"
    found = _run(tmp_path, listed=listed)
    assert str(found.value("1", "s1").state) == "invalid"
    assert (found.value("1").numerator, found.value("1").denominator) == (1, 1)  # the kindergarten alone


def test_a_level_in_the_middle_changes_nothing_above(tmp_path: Path) -> None:
    plain = _run(tmp_path)
    clusters = pl.DataFrame({"id": ["c1", "c2"], "name": ["Куст 1", "Куст 2"], "kind": ["cluster"] * 2})
    parents = UNITS.with_columns(parent=pl.Series(["c1", "c2", "c2", "c1"]))
    found = _run(tmp_path, units=pl.concat([clusters, parents], how="diagonal"))
    for indicator in ("1", "2", "3", "4"):
        before, after = plain.value(indicator), found.value(indicator)
        assert (before.numerator, before.denominator) == (after.numerator, after.denominator)
    assert found.value("4", "c1").value == 3  # a, b, e


def test_what_is_nobodys_is_told_with_the_number_of_rows(tmp_path: Path) -> None:
    strangers: list[Row] = [{"oo": "s9", "key": "x", "main": True}, {"oo": "s9", "key": "y", "main": True}]
    found = _run(tmp_path, [*ROWS, *strangers, {"oo": "s1", "key": None, "main": True, "trained": True}])
    [lost] = found.defects.filter(check="unknown_unit").iter_rows(named=True)
    assert lost["message"] == "нет такой организации: «s9» (строк: 2)"
    [nameless] = found.defects.filter(check="note").iter_rows(named=True)
    assert nameless["message"] == "у 1\N{NO-BREAK SPACE}строки пуст ключ человека («key»)"
    assert found.value("4").value == 5
    assert "key" not in found.answers.columns


def test_an_empty_key_makes_nobody_one_person(tmp_path: Path) -> None:
    nameless: list[Row] = [{"oo": "s1", "key": "", "main": True}, {"oo": "s2", "key": "", "main": True}]
    assert _run(tmp_path, [*ROWS, *nameless]).value("4").value == 6


def test_units_without_records_are_silent(tmp_path: Path) -> None:
    found = _run(tmp_path)
    assert str(found.value("1", "s3").state) == "not_reported"
    assert (found.value("1").expected, found.value("1").reported) == (4, 3)


def test_definitions_change_with_the_condition_and_not_with_its_layout(tmp_path: Path) -> None:
    before = _run(tmp_path).value("1").definition
    assert _run(tmp_path, spaces="main AND trained => main  AND  trained").value("1").definition == before
    assert _run(tmp_path, other="main AND trained => trained").value("1").definition != before


def test_explain_says_the_conditions_and_what_is_not_known(tmp_path: Path) -> None:
    recorded = explain(_run(tmp_path), "1", "район").recorded
    assert recorded is not None
    assert recorded.conditions == (("Прошли обучение", "main AND trained"), ("Педагогов", "main"))
    assert (recorded.counted, recorded.population, recorded.known, recorded.unknown) == (2, 4, 3, 1)
    assert recorded.population_unknown == 1


def test_totals_do_not_depend_on_breakdowns(tmp_path: Path) -> None:
    plain = _run(tmp_path, none="      breakdowns: [subject]\n => ")
    found = _run(tmp_path)
    assert plain.values["breakdown"].is_null().all()
    totals = found.values.filter(pl.col("breakdown").is_null())
    assert totals.equals(plain.values)
    assert found.findings.equals(plain.findings)
