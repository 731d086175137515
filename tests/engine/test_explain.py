"""An explanation leads from a number to the cells, the units, the formula and the act behind it."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from profdev_indicators.engine.explain import explain
from profdev_indicators.engine.explanation import Explanation
from profdev_indicators.errors import RequestError
from profdev_indicators.facade import load, monitor
from profdev_indicators.plugins import plugin_manager
from profdev_indicators.results import Monitoring

DISTRICT = """
id: valley
title: Долина
kinds: {school: школа, garden: детский сад, zone: округ}
acts: [{id: order, title: Приказ № 1}]
units:
  - {id: north, name: Северный округ, kind: zone}
  - {id: s1, name: Школа 1, kind: school, parent: north}
  - {id: s2, name: Школа 2, kind: school, parent: north}
  - {id: s3, name: Школа 3, kind: school}
  - {id: s4, name: Школа 4, kind: school}
  - {id: g1, name: Сад, kind: garden}
  - {id: g2, name: Сад, kind: garden}
exemptions: [{unit: s3, indicators: ["1"], basis: на ремонте}]
populations:
  - {id: teachers, title: педагоги, items: [n_ped]}
  - {id: with_young, title: школы с молодыми, items: [school, garden], having: n_young}
sources:
  - id: card
    title: Карты
    asked_of: [school, garden]
    reader: {csv: {location: "{period}.csv"}}
    items:
      - {id: n_ped, title: Педагогов, type: count}
      - {id: n_young, title: из них молодых, type: count, at_most: n_ped}
      - {id: n_diag, title: Прошли диагностику, type: count, evidence: required}
      - {id: plan, title: Есть план, type: flag}
sections:
  - id: one
    title: Раздел первый
    indicators:
      - id: "1"
        title: Доля прошедших
        source: card
        measure: {share: {counted: n_diag, population: teachers}}
        silence: excluded
        missing: strict
        basis: {act: order, place: п. 1}
        reading: от всех педагогов
        alternatives: [{id: strict, reading: молчание — ноль, silence: zero}]
        target: [{since: 2020-01-01, at: 50, basis: план}, {since: 2022-01-01, at: 60, basis: новый план}]
        rules: [{drop: {points: 5, persons: 1}}]
      - id: "2"
        title: Наличие плана
        source: card
        measure: {share: {counted: plan, population: with_young}}
        silence: excluded
        missing: strict
        revisions:
          - since: 2022-01-01
            measure: {share: {counted: n_young, population: teachers}}
            note: считаем людей
      - id: "3"
        title: Отношение к лучшему
        measure: {relative_to_best: {of: "1"}}
        silence: excluded
        missing: strict
decisions_needed: [{id: d, question: Кого считать, who: ИМО, meanwhile: всех, indicators: ["1"]}]
"""
ANSWERS = {
    "2021": "unit;n_ped;n_young;n_diag;n_diag.link;plan\ns1;10;1;9;x.example;да\ns2;10;0;5;;нет\n",
    "2022": (
        "unit;n_ped;n_young;n_diag;n_diag.link;plan\n"
        "s1;10;1;4;https://s1.example;да\ns2;20;2;12;;нет\ns3;30;3;1;;нет\ng1;10;1;11;;да\n"
    ),
}


@pytest.fixture(scope="module")
def monitoring(tmp_path_factory: pytest.TempPathFactory) -> Monitoring:
    folder = tmp_path_factory.mktemp("valley")
    (folder / "district.yaml").write_text(DISTRICT, encoding="utf-8")
    for period, text in ANSWERS.items():
        (folder / f"{period}.csv").write_text(text, encoding="utf-8")
    return explained(folder)


def explained(folder: Path) -> Monitoring:
    plugins = plugin_manager(discover=False)
    district = load(folder / "district.yaml", plugins)
    return monitor(district, period="2022", data=folder, readings="all", plugins=plugins)


def names(explanation: Explanation) -> list[str]:
    return [each.unit for each in explanation.contributions]


def test_the_value_is_the_one_of_the_answer(monitoring: Monitoring) -> None:
    explanation = explain(monitoring, "1", "s1")
    assert explanation.value == monitoring.value("1", "s1")
    assert (explanation.value.value, explanation.value.numerator, explanation.value.denominator) == (40, 4, 10)


def test_an_own_value_leads_to_its_cells(monitoring: Monitoring) -> None:
    cells = explain(monitoring, "1", "s1").cells
    assert [(cell.item, cell.answer, cell.file, cell.address) for cell in cells] == [
        ("n_diag", 4, "2022.csv", "столбец «n_diag», строка 2"),
        ("n_ped", 10, "2022.csv", "столбец «n_ped», строка 2"),
    ]
    assert [(cell.role, cell.link) for cell in cells] == [
        ("Что считаем", "https://s1.example"),
        ("От кого", None),
    ]


def test_what_nobody_told_has_no_place(monitoring: Monitoring) -> None:
    explanation = explain(monitoring, "1", "s4")
    assert explanation.value.state == "not_reported"
    assert {(cell.answer, cell.file) for cell in explanation.cells} == {(None, None)}


def test_a_value_above_leads_to_the_units_that_answer_whatever_stands_between(monitoring: Monitoring) -> None:
    explanation = explain(monitoring, "1", "район")
    assert names(explanation) == ["s1", "s2", "s3", "s4", "g1", "g2"]
    assert explanation.cells == ()


def test_a_unit_in_the_middle_has_only_its_own_units(monitoring: Monitoring) -> None:
    assert names(explain(monitoring, "1", "north")) == ["s1", "s2"]


@pytest.mark.parametrize("unit", ["район", "north"])
@pytest.mark.parametrize("indicator", ["1", "2"])
def test_contributions_add_up_to_the_value(monitoring: Monitoring, unit: str, indicator: str) -> None:
    explanation = explain(monitoring, indicator, unit)
    counted = [each for each in explanation.contributions if each.value is not None]
    assert bool(counted) == (explanation.value.value is not None)
    assert sum(each.numerator or 0 for each in counted) == (explanation.value.numerator or 0)
    assert sum(each.denominator or 0 for each in counted) == (explanation.value.denominator or 0)


def test_who_is_not_in_the_sum_is_named_with_the_reason(monitoring: Monitoring) -> None:
    reasons = {each.unit: (each.state, each.reason) for each in explain(monitoring, "1", "район").contributions}
    assert reasons["s3"] == ("not_applicable", "освобождена: на ремонте")
    assert reasons["s4"][0] == "not_reported"
    assert reasons["g1"] == ("invalid", "часть больше целого")


def test_what_is_told_without_a_link_is_not_confirmed(monitoring: Monitoring) -> None:
    confirmed = {each.unit: each.confirmed for each in explain(monitoring, "1", "район").contributions}
    assert (confirmed["s1"], confirmed["s2"]) == (True, False)


def test_the_formula_is_told_in_words(monitoring: Monitoring) -> None:
    formula = explain(monitoring, "1", "район").formula
    assert formula is not None
    assert formula.kind == "Доля: сколько из совокупности, в процентах"
    assert [(part.label, part.words) for part in formula.parts] == [
        ("Что считаем", ("«Прошли диагностику» (n_diag)",)),
        ("От кого", ("педагоги", "«Педагогов» (n_ped)")),
    ]
    assert (formula.silence, formula.since, formula.note) == ("не входит в суммы", None, None)


def test_whether_a_link_is_asked_for_is_known(monitoring: Monitoring) -> None:
    assert [explain(monitoring, indicator, "s1").links_needed for indicator in ("1", "2")] == [True, False]


def test_a_revision_is_explained_by_its_date_and_note(monitoring: Monitoring) -> None:
    formula = explain(monitoring, "2", "район").formula
    assert formula is not None
    assert (str(formula.since), formula.note) == ("2022-01-01", "считаем людей")


def test_before_the_revision_the_former_formula_holds(monitoring: Monitoring) -> None:
    formula = explain(monitoring, "2", "район", "2021").formula
    assert formula is not None
    assert formula.parts[1].words == (
        "школы с молодыми",
        "«школа» (school)",
        "«детский сад» (garden)",
        "только те, у кого больше нуля «из них молодых» (n_young)",
    )


def test_across_a_change_of_definition_nothing_is_compared(monitoring: Monitoring) -> None:
    earlier = explain(monitoring, "2", "район").earlier
    assert earlier is not None
    assert (earlier.value.period, earlier.comparable, earlier.change) == ("2021", False, None)


def test_an_equal_definition_is_compared(monitoring: Monitoring) -> None:
    earlier = explain(monitoring, "1", "s1").earlier
    assert earlier is not None
    assert (earlier.comparable, earlier.change) == (True, -50)


def test_the_first_period_has_nothing_to_compare_with(monitoring: Monitoring) -> None:
    assert explain(monitoring, "1", "s1", "2021").earlier is None


def test_other_readings_stand_beside(monitoring: Monitoring) -> None:
    explanation = explain(monitoring, "1", "район")
    (other,) = explanation.alternatives
    assert (other.id, other.reading) == ("strict", "молчание — ноль")
    assert other.value == monitoring.value("1", reading="strict")


def test_another_reading_can_itself_be_explained(monitoring: Monitoring) -> None:
    explanation = explain(monitoring, "1", "s1", reading="strict")
    assert (explanation.value.reading, explanation.reading) == ("strict", "молчание — ноль")
    assert [other.id for other in explanation.alternatives] == ["main"]
    assert explanation.formula is not None
    assert explanation.formula.silence.startswith("стоит ноль")


def test_the_act_the_source_the_target_and_the_open_question_are_named(monitoring: Monitoring) -> None:
    explanation = explain(monitoring, "1", "s1")
    assert explanation.basis == "Приказ № 1; п. 1"
    assert explanation.source == "Карты"
    assert (explanation.target, explanation.target_basis) == (60, "новый план")
    assert explanation.decisions == ("Кого считать",)


def test_the_target_is_that_of_the_period(monitoring: Monitoring) -> None:
    assert explain(monitoring, "1", "s1", "2021").target == 50


def test_a_derived_value_leads_to_the_values_it_is_made_of(monitoring: Monitoring) -> None:
    explanation = explain(monitoring, "3", "s1")
    assert [(each.indicator, each.value) for each in explanation.components] == [("1", monitoring.value("1", "s1"))]
    assert (explanation.cells, explanation.contributions) == ((), ())


def test_a_rule_that_fired_is_told(monitoring: Monitoring) -> None:
    assert [(each.rule, each.severity) for each in explain(monitoring, "1", "s1").judgements] == [("drop", "attention")]


def test_defects_of_the_answers_behind_the_value_are_listed(monitoring: Monitoring) -> None:
    told = {defect.unit for defect in explain(monitoring, "1", "район").defects}
    assert {"s2", "s4", "g2"} <= told
    assert {defect.unit for defect in explain(monitoring, "1", "s2").defects} == {"s2"}


def test_a_unit_may_be_given_by_its_name(monitoring: Monitoring) -> None:
    assert explain(monitoring, "1", "Школа 1") == explain(monitoring, "1", "s1")


@pytest.mark.parametrize(
    ("indicator", "unit", "period", "reading", "told"),
    [
        ("9", "s1", "2022", "main", "нет показателя «9»"),
        ("1", "Школа 11", "2022", "main", "нет организации «Школа 11» — может быть, «Школа 1»"),
        ("1", "Сад", "2022", "main", "несколько организаций: укажите id: g1, g2"),
        ("1", "s1", "2019", "main", "за период 2019 ничего не прочитано; есть: 2021, 2022"),
        ("1", "s1", "2022", "stric", "нет прочтения «stric» — может быть, «strict»?"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(
    monitoring: Monitoring, indicator: str, unit: str, period: str, reading: str, told: str
) -> None:
    with pytest.raises(RequestError) as refused:
        explain(monitoring, indicator, unit, period, reading)
    assert told in str(refused.value)


def test_an_explanation_is_plain_enough_for_json(monitoring: Monitoring) -> None:
    plain = attrs.asdict(explain(monitoring, "1", "s1"))
    assert plain["value"]["numerator"] == 4
    assert plain["cells"][0]["address"] == "столбец «n_diag», строка 2"
