"""Everything the README of the example says is hidden in it, looked up in the answer of the engine."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve

from example_district import monitored, plugins
from profdev_indicators import analyse, collect, demo, load
from profdev_indicators.engine.accepted import written
from profdev_indicators.intake.collect import accept
from profdev_indicators.results import Monitoring

S04 = "s04 МКОУ «СОШ с. Вымышленное».xlsx"
D02 = "d02 МКДОУ «Детский сад «Выдумка» с. Примерное».xlsx"
D03 = "d03 МКДОУ «Детский сад «Фантазёры» с. Условное».xlsx"
WITHOUT_YOUNG = ["d08", "d09", "d10", "s11", "s14"]


@pytest.fixture(scope="module")
def answer(example: demo.Demo) -> Monitoring:
    return monitored(example, "2019..2022")


def _findings(answer: Monitoring, unit: str, indicator: str, period: str = "2022") -> list[str]:
    return answer.findings.filter(
        (pl.col("unit") == unit) & (pl.col("indicator") == indicator) & (pl.col("period") == period)
    )["rule"].to_list()


def _why_not(answer: Monitoring, unit: str, indicator: str, rule: str, period: str = "2022") -> list[str]:
    return answer.unchecked.filter(
        (pl.col("unit") == unit)
        & (pl.col("indicator") == indicator)
        & (pl.col("period") == period)
        & (pl.col("rule") == rule)
    )["reason"].to_list()


def _states(answer: Monitoring, unit: str, period: str) -> dict[str, str]:
    rows = answer.history.filter((pl.col("unit") == unit) & (pl.col("period") == period))
    return dict(rows.select("indicator", pl.col("state").cast(pl.String)).iter_rows())


def _defects(answer: Monitoring, **wanted: Any) -> list[dict[str, Any]]:
    rows = answer.defects.filter(*(pl.col(name).eq_missing(pl.lit(given)) for name, given in wanted.items()))
    return rows.with_columns(pl.col("severity").cast(pl.String)).to_dicts()


def test_silence_is_not_a_zero(answer: Monitoring) -> None:
    own, district = answer.value("4.3", "s07"), answer.value("4.3")
    assert (own.state, own.value, own.expected, own.reported) == ("not_reported", None, 1, 0)
    assert (district.state, district.expected, district.reported) == ("partial", 26, 25)
    assert {finding["source"] for finding in _defects(answer, unit="s07", check="silent")} >= {"card", "organisations"}


def test_an_exemption_is_not_a_no_and_begins_on_its_date(answer: Monitoring) -> None:
    states = [answer.value("1.1", "s12", str(year)).state for year in (2019, 2020, 2021, 2022)]
    assert states == ["ok", "ok", "not_applicable", "not_applicable"]
    assert "капитальном ремонте" in str(answer.value("1.1", "s12").reason)
    assert answer.answers.filter((pl.col("unit") == "s12") & (pl.col("period") == "2022"))["n_diag"].to_list() == [0]
    assert answer.value("2.1", "s12").state == "ok"


def test_a_number_without_its_link_is_claimed_and_not_proved(answer: Monitoring) -> None:
    own, district = answer.value("5.1", "s03"), answer.value("5.1")
    assert (own.state, own.numerator, own.reported, own.evidenced) == ("ok", 30, 1, 0)
    assert district.reported - district.evidenced == 1
    assert [d["item"] for d in _defects(answer, check="evidence")] == ["n_network"]


def test_a_true_fall_is_found(answer: Monitoring) -> None:
    own = answer.value("1.1", "s01")
    finding = answer.findings.filter(
        (pl.col("unit") == "s01") & (pl.col("indicator") == "1.1") & (pl.col("rule") == "fall")
    ).row(0, named=True)
    assert (own.numerator, own.denominator) == (42, 60)
    assert (finding["numbers"]["base_numerator"], finding["numbers"]["base_denominator"]) == (149, 180)
    assert finding["change"] == pytest.approx(70 - 100 * 149 / 180)
    assert finding["p_value"] == pytest.approx(0.02036, abs=1e-5)
    assert finding["severity"] == "attention"


def test_a_fall_by_chance_is_a_fact_and_no_fall(answer: Monitoring) -> None:
    now, before = answer.value("1.1", "s08"), answer.value("1.1", "s08", "2021")
    assert before.value is not None
    assert now.value is not None
    assert now.value - before.value == pytest.approx(-11.7, abs=0.05)
    assert "observed_fall" in _findings(answer, "s08", "1.1")
    assert "fall" not in _findings(answer, "s08", "1.1")
    assert _why_not(answer, "s08", "1.1", "fall") == []


def test_one_teacher_of_five_is_no_fall(answer: Monitoring) -> None:
    now, before = answer.value("1.1", "d10"), answer.value("1.1", "d10", "2021")
    assert before.value is not None
    assert now.value is not None
    assert now.value - before.value == pytest.approx(-20)
    assert {"fall", "observed_fall"}.isdisjoint(_findings(answer, "d10", "1.1"))
    (reason,) = _why_not(answer, "d10", "1.1", "fall")
    assert "меньше 10" in reason


def test_only_planted_falls_are_called_falls(answer: Monitoring) -> None:
    fallen = answer.findings.filter(pl.col("rule").is_in(["fall", "fall_total", "trend", "streak", "lost"]))
    assert sorted(fallen.select("unit", "indicator", "period", "rule").rows()) == [
        ("s01", "1.1", "2022", "fall"),
        ("s09", "4.3", "2022", "lost"),
    ]


def test_chance_alone_would_have_made_more_alarms(answer: Monitoring) -> None:
    alarms = answer.alarms.filter(period="2022", rule="fall").row(0, named=True)
    assert alarms["fired"] == 1
    assert 3 < alarms["expected"] < 6


def test_the_register_tells_a_measure_that_helped_from_those_that_seem_to(example: demo.Demo) -> None:
    told = analyse(monitored(example, "2022"), data=example.data)
    (effects,) = (exhibit.frame for exhibit in told.exhibits if exhibit.id == "effects")
    verdicts = {row["decision"]: row["verdict"] for row in effects.iter_rows(named=True)}
    assert verdicts == {
        "Р-1": "улучшение сверх сравнения",
        "Р-2": "нет подтверждения",
        "Р-3": "нет подтверждения",
        "Р-4": "оценить нельзя",
    }
    assert "decisions.csv" in told.provenance.sources


def test_a_saturated_criterion_is_found_to_tell_nothing(example: demo.Demo) -> None:
    told = analyse(monitored(example, "2022"), data=example.data)
    (health,) = (exhibit.frame for exhibit in told.exhibits if exhibit.id == "health")
    saturated = {row["indicator"] for row in health.iter_rows(named=True) if row["saturated"] == "да"}
    assert saturated == {"3.1"}


def test_a_saturated_criterion_is_a_hundred_everywhere_and_always(answer: Monitoring) -> None:
    told = answer.history.filter((pl.col("indicator") == "3.1") & pl.col("value").is_not_null())
    assert told["value"].unique().to_list() == [100.0]
    assert told.filter(pl.col("unit") == answer.root)["period"].to_list() == ["2019", "2020", "2021", "2022"]


def test_across_a_new_definition_nothing_is_compared(answer: Monitoring) -> None:
    definitions = [answer.value("3.3", period=str(year)).definition for year in (2019, 2020, 2021, 2022)]
    assert [one == definitions[0] for one in definitions] == [True, True, True, False]
    now, before = answer.value("3.3"), answer.value("3.3", period="2021")
    assert now.value is not None
    assert before.value is not None
    assert now.value < before.value - 15
    assert _findings(answer, answer.root, "3.3") == []
    assert _why_not(answer, answer.root, "3.3", "fall_total") == ["изменилось определение показателя"]


def test_a_renamed_school_is_one_series_under_the_name_of_its_year(answer: Monitoring) -> None:
    names = [answer.value("1.1", "s05", str(year)).unit_name for year in (2019, 2020, 2021, 2022)]
    old, new = "МКОУ «СОШ с. Придуманное»", "МКОУ «СОШ имени Первой книги с. Придуманное»"
    assert names == [old, old, new, new]
    assert _why_not(answer, "s05", "1.1", "fall", "2021") == []


def test_a_contradiction_spoils_its_item_and_nothing_else(answer: Monitoring) -> None:
    states = _states(answer, "s04", "2022")
    assert sorted(code for code, state in states.items() if state != "ok") == ["4.1", "4.2", "4.4", "6.1"]
    assert {states[code] for code in ("4.1", "4.2", "4.4", "6.1")} == {"invalid"}
    [defect] = _defects(answer, unit="s04", period="2022", item="n_young")
    assert (defect["severity"], defect["file"], defect["cell"]) == ("error", f"2022/cards/{S04}", "«Карта»!E20")
    assert "50" in defect["message"]
    assert "42" in defect["message"]


def test_a_programme_that_is_gone_is_lost(answer: Monitoring) -> None:
    assert _findings(answer, "s09", "4.3")[0] == "lost"
    own = answer.value("4.4", "s09")
    assert (own.numerator, own.denominator, own.state) == (0, 3, "ok")


@pytest.mark.parametrize("indicator", ["4.1", "4.2", "4.4", "6.1"])
def test_where_nobody_is_young_nothing_is_asked_of_the_young(answer: Monitoring, indicator: str) -> None:
    rows = answer.history.filter(
        (pl.col("indicator") == indicator) & (pl.col("period") == "2022") & (pl.col("level") == 0)
    )
    absent = rows.filter(pl.col("state") == "not_applicable").sort("unit")
    assert absent["unit"].to_list() == WITHOUT_YOUNG
    assert absent["value"].null_count() == len(WITHOUT_YOUNG)
    assert absent["expected"].sum() == 0


def test_a_closed_kindergarten_keeps_its_past_and_is_expected_no_more(answer: Monitoring) -> None:
    states = [answer.value("2.1", "d12", str(year)).state for year in (2019, 2020, 2021, 2022)]
    assert states == ["ok", "ok", "not_defined", "not_defined"]
    assert [answer.value("2.1", period=str(year)).expected for year in (2019, 2020, 2021, 2022)] == [27, 27, 26, 26]


def test_a_repeated_row_counts_once_if_it_says_the_same_and_never_if_not(answer: Monitoring) -> None:
    [same] = _defects(answer, check="repeated", period="2019")
    [other] = _defects(answer, check="repeated", period="2020")
    assert (same["unit"], same["severity"]) == ("s08", "warning")
    assert (other["unit"], other["severity"]) == ("d04", "error")
    assert answer.value("2.2", "s08", "2019").state == "ok"
    assert answer.value("2.2", "d04", "2020").state == "invalid"


def test_a_stranger_is_named_and_not_counted(answer: Monitoring) -> None:
    [stranger] = [d for d in _defects(answer, check="unknown_unit") if "Неведомск" in d["message"]]
    assert (stranger["file"], stranger["row"]) == ("2020/cards/cards.csv", 30)


def test_a_line_of_totals_is_not_summed_again(answer: Monitoring) -> None:
    sums = answer.answers.filter(pl.col("period") == "2019")["n_ped"].sum()
    assert answer.value("2.2", period="2019").denominator == sums == 603


def test_fifteen_people_are_fifteen(answer: Monitoring) -> None:
    assert answer.value("2.2", "d06", "2019").denominator == 15
    [note] = _defects(answer, unit="d06", item="n_ped")
    assert (note["severity"], note["file"], note["row"]) == ("warning", "2019/cards/cards.csv", 21)
    assert "«15 чел.» прочитано как 15" in note["message"]


def test_a_percentage_is_no_count_of_teachers(answer: Monitoring) -> None:
    assert answer.value("6.2", "d03").state == "invalid"
    [defect] = _defects(answer, unit="d03", item="n_dpp")
    assert (defect["severity"], defect["file"]) == ("error", f"2022/cards/{D03}")
    assert "85" in defect["message"]


def test_of_two_cards_the_corrected_one_counts_and_both_are_named(answer: Monitoring) -> None:
    assert answer.value("2.2", "d02", "2021").numerator == 5
    [set_aside] = _defects(answer, unit="d02", source="card")
    assert (set_aside["severity"], set_aside["file"]) == ("warning", f"2021/cards/{D02}")
    assert f"2021/cards/{D02.removesuffix('.xlsx')} исправленная.xlsx" in set_aside["message"]


def test_without_the_decision_both_cards_are_set_aside_and_what_differs_is_told(
    example: demo.Demo, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(example.data, data)
    (data / "accepted.csv").unlink()
    undecided = monitored(evolve(example, data=data), "2021")
    assert undecided.value("2.2", "d02", "2021").state == "invalid"
    [defect] = _defects(undecided, unit="d02", severity="error")
    assert "n_iom («Педагогических работников, сопровождаемых в рамках разработанного ИОМ»): 5 и 6" in defect["message"]


def test_the_decision_is_the_one_which_the_command_writes(example: demo.Demo, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(example.data, data)
    decided = (data / "accepted.csv").read_bytes()
    (data / "accepted.csv").unlink()
    district = load(example.config, plugins())
    chosen = f"2021/cards/{D02.removesuffix('.xlsx')} исправленная.xlsx"
    assert written(accept(collect(district, period="2021", data=data), [chosen], ())) == decided


def test_a_card_on_last_years_blank_counts_for_its_folder_and_is_noted(answer: Monitoring) -> None:
    assert (answer.value("2.2", "s06").numerator, answer.value("2.2", "s06").denominator) == (14, 38)
    notes = _defects(answer, unit="s06", check="note")
    assert {note["message"] for note in notes} == {"карта за 2021, а лежит среди сведений за 2022: считается за 2022"}


def test_a_card_is_known_whatever_its_file_is_called(answer: Monitoring, here: Path) -> None:
    assert (here / "2022/cards/Карта новая (2).xlsx").is_file()
    assert (answer.value("2.2", "s13").numerator, answer.value("2.2", "s13").denominator) == (4, 13)
    assert _defects(answer, unit="s13") == []


def test_words_in_a_card_are_read_and_numbers_among_them_are_listed(answer: Monitoring) -> None:
    assert answer.value("4.3", "s10").numerator == 1
    assert answer.value("2.2", "s10").denominator == 26
    [note] = _defects(answer, unit="s10")
    assert (note["item"], note["cell"]) == ("n_ped", "«Карта»!E19")
    assert "«26 чел.» прочитано как 26" in note["message"]


def test_a_site_that_does_not_open_says_nothing(answer: Monitoring) -> None:
    assert answer.value("1.2", "d07").state == "not_reported"
    assert answer.value("1.2").reported == 24


def test_the_data_have_no_other_defects_than_those_hidden(answer: Monitoring) -> None:
    hidden = {
        ("2019", "s08", "repeated"),
        ("2019", "d06", "interpreted"),
        ("2020", "d04", "repeated"),
        ("2019", None, "totals"),
        ("2020", None, "totals"),
        ("2020", None, "unknown_unit"),  # the stranger
        ("2021", "d02", "repeated"),
        ("2022", "s03", "evidence"),
        ("2022", "s04", "at_most"),
        ("2022", "s06", "note"),
        ("2022", "s07", "silent"),
        ("2022", "s10", "interpreted"),
        ("2022", "d03", "type"),
    }
    assert set(answer.defects.select("period", "unit", "check").rows()) == hidden
