from __future__ import annotations

import pytest

from judging import district, indicator
from profdev_indicators.builtin.advice import check_district, recommend
from profdev_indicators.model import Advice, Advising, District
from profdev_indicators.results import Finding

FINDING = Finding(
    unit="a",
    unit_name="{value} № 1",
    unit_kind="school",
    level=0,
    period="2022",
    indicator="1",
    reading="main",
    rule="drop",
    severity="attention",
    value=1 / 3 * 100,
    base=None,
    change=None,
    numerator=1.0,
    denominator=3.0,
    numbers={},
)


def advising(action: str, deadline: str | None = None) -> District:
    """One piece of advice for one indicator."""
    return district(indicator(advice={"drop": Advice(action=action, deadline=deadline)}))


def test_placeholders_are_filled_once_and_only_the_known_ones() -> None:
    told = recommend(
        FINDING, advising("{unit}|{indicator}|{period}|{value}|{base}|{change}|{numerator} из {denominator}")
    )
    assert told is not None
    assert told.action == "{value} № 1|Показатель 1|2022|33,3\N{NO-BREAK SPACE}%|–|–|1 из 3"


@pytest.mark.parametrize("action", ["{unit.__class__}", "{0}", "{}", "{value!r}", "{value:.1f}", "{юнит}"])
def test_an_unknown_placeholder_is_a_problem_and_never_a_crash(action: str) -> None:
    (problem,) = check_district(advising(action))
    assert problem.path == "sections[0].indicators[0].advice.drop.action"
    assert problem.message == f"неизвестная подстановка {action}"
    assert "{numerator}" in problem.hint
    told = recommend(FINDING, advising(action))
    assert told is not None
    assert told.action == action


@pytest.mark.parametrize("text", ["13-01", "02-30", "02-29", "3-1", "01.03", "", "03-01-2023"])
def test_a_deadline_must_be_a_day_of_every_year(text: str) -> None:
    (problem,) = check_district(advising("Разобрать", text))
    assert (problem.path, problem.message) == (
        "sections[0].indicators[0].advice.drop.deadline",
        f"«{text}» — не день года",
    )


def test_the_district_s_own_advice_is_checked_too() -> None:
    common = Advising(deadline="31-12", advice={"drop": Advice(action="{who}", deadline="12-31")})
    assert [problem.path for problem in check_district(district(indicator(), recommendations=common))] == [
        "recommendations.deadline",
        "recommendations.advice.drop.action",
    ]


def test_good_advice_has_no_problems() -> None:
    assert list(check_district(advising("Разобрать {change}", "03-01"))) == []


def test_a_finding_of_an_unknown_indicator_is_left_to_others() -> None:
    assert recommend(FINDING, district(indicator(id="2", advice={"drop": Advice(action="Да")}))) is None
