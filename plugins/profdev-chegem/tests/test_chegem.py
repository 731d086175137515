"""Chegem's own: sections beyond the form, thresholds proposed, and advice for every criterion and every rule."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from profdev_indicators import load, monitor, plugin_manager
from profdev_indicators.model import Advice, District, Indicator, Rule
from profdev_indicators.plugins import kinds as kinds_of

DISTRICT = """
id: rayon
title: Район
extends: kbr
include: [chegem-sections, chegem-dynamics, chegem-advice]
units: [{id: s1, name: Школа, kind: school}]
"""
FORM = 19


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> District:
    path = tmp_path_factory.mktemp("chegem") / "district.yaml"
    path.write_text(DISTRICT, encoding="utf-8")
    return load(path)


def _is_presence(indicator: Indicator, district: District) -> bool:
    linked = indicator.measure.ratio(indicator.missing).linked  # type: ignore[union-attr]  # none here is derived
    return {district.items[name].type for name in linked} == {"flag"}


# One «yes» of one organisation is no share: rules of shares are in force for the totals of such a criterion only.
OF_SHARES = {"fall", "trend", "missed_target", "low_outlier", "target_at_risk", "widening_gap"}
FOR_INFORMATION = {"denominator_jump", "streak", "observed_total", "observed_fall"}  # facts, nothing to be done


def _rules_that_can_fire(indicator: Indicator, district: District) -> set[str]:
    """Names of the rules in force that ask for something to be done; of one's own there are no totals."""
    kinds = {kind: name for name, kind in kinds_of(plugin_manager())[Rule].items()}
    named = {rule.name or kinds[type(rule)]: rule for rule in (*district.dynamics.rules, *indicator.rules)}
    force = {name: rule.applies_to for name, rule in named.items() if name not in FOR_INFORMATION}
    if _is_presence(indicator, district):
        force = {name: whom for name, whom in force.items() if name not in OF_SHARES}
    else:
        del force["lost"]
    if indicator.asked_of == ("district",):
        force = {name: whom for name, whom in force.items() if whom != "totals"}
    return force.keys() - set(indicator.without_rules)


def _advices(district: District) -> list[Advice]:
    return [advice for indicator in district.indicators for advice in indicator.advice.values()]


def test_every_criterion_has_advice_for_every_rule_that_can_fire(district: District) -> None:
    common = district.recommendations.advice.keys()
    lacking = {
        indicator.id: missing
        for indicator in district.indicators
        if (missing := _rules_that_can_fire(indicator, district) - indicator.advice.keys() - common)
    }
    assert lacking == {}


def test_there_is_no_advice_for_a_rule_that_cannot_fire(district: District) -> None:
    idle = {
        indicator.id: spare
        for indicator in district.indicators
        if (spare := indicator.advice.keys() - _rules_that_can_fire(indicator, district))
    }
    assert idle == {}


def test_no_two_advices_say_the_same(district: District) -> None:
    assert [text for text, n in Counter(advice.action for advice in _advices(district)).items() if n > 1] == []
    assert [text for text, n in Counter(advice.check for advice in _advices(district)).items() if n > 1] == []


def test_every_advice_names_a_day_a_role_and_a_check(district: District) -> None:
    common = district.recommendations
    assert common.responsible == "руководитель образовательной организации"
    assert all(advice.deadline and advice.check for advice in _advices(district))


def test_only_the_action_has_placeholders(district: District) -> None:
    """Nothing fills them anywhere else."""
    others = [text for advice in _advices(district) for text in (advice.check, advice.responsible) if text]
    assert [text for text in others if "{" in text] == []


def test_nobody_is_named(district: District) -> None:
    initials = re.compile(r"[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ]")
    assert [
        advice.action for advice in _advices(district) if initials.search(f"{advice.action} {advice.responsible}")
    ] == []


def test_thresholds_say_they_are_a_proposal_and_why(district: District) -> None:
    basis = district.dynamics.basis or ""
    assert basis.startswith("Предложение для утверждения муниципальным актом")
    assert "порогов не устанавливает" in basis


def test_a_district_is_judged_more_finely_than_one_of_its_schools(district: District) -> None:
    falls = {rule.name: rule for rule in district.dynamics.rules if rule.name in {"fall", "fall_total"}}
    assert (falls["fall_total"].points, falls["fall"].points) == (3, 10)  # type: ignore[attr-defined]  # both know it


def test_the_form_stays_first_and_as_it_was(district: District) -> None:
    assert [section.number for section in district.sections] == ["1", "2", "3", "4", "5", "6", "7(2)", "7(7)", "7(8)"]
    assert sum(len(section.indicators) for section in district.sections[:6]) == FORM


def test_sections_beyond_the_form_ask_questions_of_their_own(district: District) -> None:
    """The sources of the form stay as they are: what the form leaves out comes from others."""
    beyond = [indicator for section in district.sections[6:] for indicator in section.indicators]
    assert {indicator.source.id for indicator in beyond if indicator.source} == {"development", "analysis"}
    assert all((indicator.basis and indicator.reading) for indicator in beyond)


def test_an_organisation_answers_them_in_the_same_card_after_the_form_and_under_a_heading_of_their_own(
    district: District,
) -> None:
    assert district.card.sources == ("card", "organisations", "development")
    (development,) = (source for source in district.sources if source.id == "development")
    assert development.items[0].group == "Дополнительные сведения (сверх формы)"
    assert district.card.sources.count("analysis") == 0  # the district's own answers


def test_the_review_of_indicators_is_answered_by_the_district_itself(district: District, tmp_path: Path) -> None:
    review = pl.DataFrame(
        {
            "unit": ["rayon"],
            "period": ["2022"],
            "indicator_review": ["да"],
            "n_criteria": [19],
            "n_criteria_reviewed": [10],
            "n_criteria_ineffective": [3],
            "link": ["https://x.example/protokol"],
        }
    )
    monitoring = monitor(district, period="2022", data=tmp_path, frames={"analysis": review})
    shares = {code: monitoring.value(code).value for code in ("7-7.1", "7-7.2", "7-7.3")}
    assert shares == {"7-7.1": 100, "7-7.2": pytest.approx(1000 / 19), "7-7.3": 30}


def test_a_silent_school_is_told_once_a_source_and_not_once_a_criterion(district: District, tmp_path: Path) -> None:
    told = pl.DataFrame({"unit": ["rayon"], "period": ["2022"], "indicator_review": ["нет"]})
    monitoring = monitor(district, period="2022", data=tmp_path, frames={"analysis": told})
    findings = monitoring.findings.filter(unit="s1")
    assert findings.select("indicator", "rule").rows() == [
        (code, "silent") for code in ("1.1", "1.2", "2.1", "3.4", "6.2")
    ]
