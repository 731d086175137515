from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from judging import COUNT, cell, district, indicator, judged
from profdev_indicators import load
from profdev_indicators.errors import ConfigError
from profdev_indicators.model import Jump, Rule
from profdev_statistics import provide_rules
from profdev_statistics.rules.answers import DenominatorJump, Unreported
from profdev_statistics.rules.falls import SignificantFall

NAMES: Mapping[type, str] = {kind: name for name, kind in provide_rules().items()}
DISTRICT = """
id: nash
title: Наш район
units: [{id: s1, name: Школа, kind: school}]
populations: [{id: teachers, title: педагоги, items: [n_ped]}]
sources:
  - id: card
    title: Карта
    reader: {csv: {location: card.csv}}
    items:
      - {id: n_ped, title: Педагогов, type: count}
      - {id: n_diag, title: Прошли диагностику, type: count}
sections:
  - id: s
    title: Раздел
    indicators:
      - {id: "1", title: Доля, source: card, silence: excluded, missing: strict,
         measure: {share: {counted: n_diag, population: teachers}}}
dynamics:
  rules:
"""


def silent(year: int, unit: str = "a", **more: Any) -> dict[str, Any]:
    return cell(unit, str(year), **more)


def answered(year: int) -> dict[str, Any]:
    return cell("a", str(year), 3, 10)


def missed(rows: Sequence[Mapping[str, Any]], rule: Rule | None = None, **more: Any) -> list[tuple[str, str, int, str]]:
    findings, unchecked = judged(rows, district(indicator(rule or Unreported(), **more)), rule_names=NAMES)
    assert unchecked.is_empty()
    return [
        (each["unit"], each["severity"], each["numbers"]["missed"], each["numbers"]["since"])
        for each in findings.iter_rows(named=True)
    ]


def test_one_missed_report_is_for_attention_and_two_in_a_row_a_risk() -> None:
    assert missed([answered(2021), silent(2022)]) == [("a", "attention", 1, "2022")]
    assert missed([answered(2020), silent(2021), silent(2022)]) == [("a", "risk", 2, "2021")]
    assert missed([silent(2020), silent(2021), silent(2022)], Unreported(risk_after=None)) == [
        ("a", "attention", 3, "2020")
    ]


def test_an_answer_ends_the_silence() -> None:
    assert missed([silent(2020), answered(2021), silent(2022)]) == [("a", "attention", 1, "2022")]
    assert missed([silent(2020), silent(2021), answered(2022)]) == []


def test_not_applicable_is_an_answer() -> None:
    nobody: dict[str, Any] = {"state": "not_applicable", "expected": 0}
    assert missed([silent(2021), silent(2022, **nobody)]) == []
    assert missed([silent(2022, expected=0)]) == []
    assert missed([silent(2021, **nobody), silent(2022)]) == [("a", "attention", 1, "2022")]


def test_a_period_that_was_never_read_is_no_silence() -> None:
    assert missed([silent(2020), silent(2022)]) == [("a", "attention", 1, "2022")]


def test_silence_is_not_inherited_from_the_unit_before() -> None:
    assert missed([silent(2021), silent(2022), silent(2022, unit="b")]) == [
        ("a", "risk", 2, "2021"),
        ("b", "attention", 1, "2022"),
    ]


def test_a_contradiction_is_not_silence_but_what_is_hidden_is_not_known() -> None:
    assert missed([silent(2022, state="invalid")]) == []
    _, unchecked = judged([silent(2022, state="suppressed")], district(indicator(Unreported())), rule_names=NAMES)
    assert unchecked["reason"].to_list() == ["скрыто"]


def test_every_indicator_may_be_kept_silent_about() -> None:
    assert missed([silent(2022)], measure=COUNT) == [("a", "attention", 1, "2022")]


def test_totals_answer_nothing_themselves() -> None:
    rows = [silent(2022, level=1, unit_kind="district")]
    assert missed(rows, Unreported(applies_to="all"), asked_of=("school",)) == []


# --- a jump of the denominator ----------------------------------------------------------------------------------------


def jumped(rows: Sequence[Mapping[str, Any]], rule: Rule | None = None, **more: Any) -> list[tuple[float, float]]:
    findings = judged(rows, district(indicator(rule or DenominatorJump(), **more)), rule_names=NAMES)[0]
    return [
        (each["numbers"]["base_denominator"], each["numbers"]["denominator"]) for each in findings.iter_rows(named=True)
    ]


@pytest.mark.parametrize(
    ("before", "now", "fires"),
    [(40, 49, True), (40, 48, False), (40, 31, True), (40, 32, False), (10, 14, False), (10, 15, True), (10, 5, True)],
)
def test_a_jump_is_many_people_and_a_large_part_of_them(before: int, now: int, fires: bool) -> None:  # noqa: FBT001 - an expected value
    rows = [cell("a", "2021", 4, before), cell("a", "2022", 4, now)]
    assert jumped(rows) == ([(before, now)] if fires else [])


def test_a_jump_has_no_direction() -> None:
    rows = [cell("a", "2021", 4, 40), cell("a", "2022", 4, 80)]
    for better in ("higher", "lower", "neutral"):
        assert jumped(rows, better=better) == [(40, 80)]


def test_a_jump_may_be_looked_for_further_back() -> None:
    rows = [cell("a", "2020", 4, 40), silent(2021), cell("a", "2022", 4, 80)]
    assert jumped(rows) == []
    assert jumped(rows, DenominatorJump(within=2)) == [(40, 80)]


def test_what_is_a_jump_is_the_districts_choice() -> None:
    rows = [cell("a", "2021", 4, 100), cell("a", "2022", 4, 110)]
    assert jumped(rows) == []
    assert jumped(rows, DenominatorJump(jump=Jump(percent=5, at_least=10))) == [(100, 110)]


def test_another_definition_counts_other_people() -> None:
    rows = [cell("a", "2021", 4, 40), cell("a", "2022", 4, 80, definition="two")]
    assert jumped(rows) == []
    unchecked = judged(rows, district(indicator(DenominatorJump())), rule_names=NAMES)[1]
    assert unchecked["reason"].to_list() == ["изменилось определение показателя"]


# --- as a district names them -----------------------------------------------------------------------------------------


def _loaded(folder: Path, rules: str) -> tuple[Rule, ...]:
    path = folder / "district.yaml"
    path.write_text(DISTRICT + rules, encoding="utf-8")
    return load(path).dynamics.rules


def test_a_district_names_both_ladders(tmp_path: Path) -> None:
    rules = """
    - significant_fall: {applies_to: organisations}
    - significant_fall: {name: fall_of_total, applies_to: totals, points: 3, risk_q: null, critical_points: 10,
                         critical_q: null, critical_p: 0.001}
    - unreported: {}
    - denominator_jump: {jump: {percent: 25, at_least: 3}}
"""
    assert _loaded(tmp_path, rules) == (
        SignificantFall(applies_to="organisations"),
        SignificantFall(
            name="fall_of_total",
            applies_to="totals",
            points=3,
            risk_q=None,
            critical_points=10,
            critical_q=None,
            critical_p=0.001,
        ),
        Unreported(),
        DenominatorJump(jump=Jump(percent=25, at_least=3)),
    )


def test_an_impossible_number_is_told_beside_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"должно быть от 0\.0001 до 0\.5, а не 5"):
        _loaded(tmp_path, "    - significant_fall: {alpha: 5}\n")
