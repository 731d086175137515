from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from judging import RULE_NAMES, cell, district, indicator, judged, verdict
from profdev_indicators.builtin.rules import BelowTarget, Drop, Streak
from profdev_indicators.engine.judge import check_rules
from profdev_indicators.frames import Severity
from profdev_indicators.model import District, Escalation, Rule, Target

TARGET = (Target(since=date(2020, 1, 1), at=80),)
DROP, TARGETED, STREAK = Drop(points=5, persons=0), BelowTarget(severity="attention"), Streak(length=2)


def asked(*escalations: Escalation, rules: tuple[Rule, ...] = (DROP, TARGETED, STREAK)) -> District:
    return district(indicator(target=TARGET), rules=rules, escalations=escalations)


def series(*numerators: float, denominator: float = 40) -> list[dict[str, Any]]:
    """A cell a year, the last in 2022."""
    first = 2023 - len(numerators)
    return [cell(period=str(first + n), numerator=x, denominator=denominator) for n, x in enumerate(numerators)]


def severities(rows: list[dict[str, Any]], given: District) -> dict[str, tuple[str, str | None]]:
    findings, _ = judged(rows, given)
    return {row["rule"]: (row["severity"], row["raised_by"]) for row in findings.iter_rows(named=True)}


def test_rules_that_fire_together_are_graver_than_each() -> None:
    both = Escalation(together=("drop", "below_target"), to="risk")
    found = severities(series(38, 30), asked(both))
    assert found["drop"] == found["below_target"] == ("risk", "drop, below_target")
    assert severities(series(40, 33), asked(both)) == {"drop": ("attention", None)}


def test_one_of_two_does_not_count_twice() -> None:
    both = Escalation(together=("drop", "below_target"), to="risk")
    rows = [*series(38, 30), *(row | {"unit": "b"} for row in series(40, 34))]
    findings, _ = judged(rows, asked(both))
    assert set(findings.filter(unit="b")["severity"]) == {"attention"}


@pytest.mark.parametrize(("earlier", "graver"), [((38, 33, 28), True), ((33, 33, 28), False)])
def test_a_second_year_in_a_row_is_graver(earlier: tuple[float, ...], *, graver: bool) -> None:
    again = Escalation(any=("drop",), periods=2, to="critical")
    found = severities(series(*earlier), asked(again))["drop"]
    assert found == (("critical", "2") if graver else ("attention", None))


def test_the_year_before_is_judged_and_not_reported() -> None:
    again = Escalation(any=("drop",), periods=2, to="critical")
    findings, unchecked = judged(series(38, 33, 28), asked(again))
    assert set(findings["period"]) == {"2022"}
    assert set(unchecked["period"]) <= {"2022"}
    assert set(verdict(series(38, 33, 28), asked(again)).alarms["period"]) == {"2022"}


def test_escalations_see_what_earlier_ones_have_raised() -> None:
    first = Escalation(together=("drop", "below_target"), to="risk")
    second = Escalation(any=("drop",), at_least="risk", to="critical")
    assert severities(series(38, 30), asked(first, second))["drop"] == ("critical", "drop")
    assert severities(series(38, 30), asked(second, first))["drop"] == ("risk", "drop, below_target")


def test_what_was_raised_a_year_ago_counts_as_it_was_raised_then() -> None:
    risk = Escalation(any=("drop",), periods=2, to="risk")
    critical = Escalation(any=("drop",), at_least="risk", periods=2, to="critical")
    assert severities(series(40, 36, 32, 28), asked(risk, critical))["drop"] == ("critical", "2")
    assert severities(series(40, 40, 36, 32), asked(risk, critical))["drop"] == ("risk", "2")


def test_a_capped_finding_raises_nothing_and_is_not_raised() -> None:
    both = Escalation(together=("drop", "below_target"), at_least="info", to="risk")
    capped = Drop(points=5, persons=0, small=50)
    found = severities(series(38, 30), asked(both, rules=(capped, TARGETED)))
    assert found == {"drop": ("info", None), "below_target": ("attention", None)}


def test_provisional_answers_alarm_nobody() -> None:
    grave: Severity = "critical"
    given = asked(Escalation(any=("drop",), to="critical"), rules=(Drop(points=5, persons=0, severity=grave),))
    findings, _ = judged(series(38, 33, 28), given, "2021", "2022", provisional=True)
    assert [tuple(row) for row in findings.select("period", "severity", "suspended_by").iter_rows()] == [
        ("2021", "critical", None),
        ("2022", "attention", "provisional"),
    ]


def test_an_escalation_names_rules_that_are_there_and_says_how() -> None:
    given = asked(
        Escalation(together=("drop", "strek"), to="risk"),
        Escalation(to="risk"),
        Escalation(any=("drop",), together=("drop",), to="risk"),
    )
    assert [(problem.path, problem.message) for problem in check_rules(given, RULE_NAMES)] == [
        ("dynamics.escalations[0].together[1]", "нет правила «strek»"),
        ("dynamics.escalations[1]", "нужно одно из двух: together (все) или any (хотя бы одно)"),
        ("dynamics.escalations[2]", "нужно одно из двух: together (все) или any (хотя бы одно)"),
    ]
