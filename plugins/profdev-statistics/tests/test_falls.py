from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import comb
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import false_discovery_control, norm
from scipy.stats.mstats import winsorize

from judging import COUNT, MEAN, PRESENCE, cell, district, indicator, judged, verdict
from profdev_indicators.model import Better, Jump, Rule
from profdev_indicators.wording import NBSP
from profdev_statistics import provide_rules
from profdev_statistics.chance import fall_by_chance
from profdev_statistics.rules.falls import ObservedFall, RelativeFall, SignificantFall

NAMES: Mapping[type, str] = {kind: name for name, kind in provide_rules().items()}
Counts = tuple[float | None, float | None]


def series(*counts: Counts, unit: str = "a", until: int = 2022, **more: object) -> list[dict[str, Any]]:
    """Adjacent periods up to one; a cell without counts is silent."""
    first = until - len(counts) + 1
    return [cell(unit, str(first + at), x, n, **more) for at, (x, n) in enumerate(counts)]


def found(rows: Sequence[Mapping[str, Any]], rule: Rule, *periods: str, **more: Any) -> list[dict[str, Any]]:
    findings, _ = judged(rows, district(indicator(rule, **more)), *periods, rule_names=NAMES)
    return list(findings.iter_rows(named=True))


def levels(rows: Sequence[Mapping[str, Any]], rule: Rule, **more: Any) -> list[tuple[str, str, str | None]]:
    return [(each["unit"], each["severity"], each["suspended_by"]) for each in found(rows, rule, **more)]


def reasons(rows: Sequence[Mapping[str, Any]], rule: Rule, **more: Any) -> list[str]:
    unchecked = judged(rows, district(indicator(rule, **more)), rule_names=NAMES)[1]
    return [reason.replace(NBSP, " ") for reason in unchecked["reason"]]


def panel(seed: int, units: int = 120, periods: int = 4) -> list[dict[str, Any]]:
    """Nothing changes but by chance, and in every tenth organisation a fall."""
    rng = np.random.default_rng(seed)
    rows = []
    for unit in range(units):
        size, share = int(rng.integers(5, 81)), float(rng.uniform(0.4, 0.95))
        for at in range(periods):
            n = max(1, size + int(rng.integers(-3, 4)))
            fallen = at == periods - 1 and unit % 10 == 0
            x = int(rng.binomial(n, share - 0.3 * fallen))
            rows.append(cell(f"u{unit:03}", str(2023 - periods + at), x, n))
    return rows


def turned(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same told of the others: n − x of n."""
    return [
        dict(row)
        if row["numerator"] is None
        else dict(row)
        | {
            "numerator": row["denominator"] - row["numerator"],
            "value": 100 * (row["denominator"] - row["numerator"]) / row["denominator"],
        }
        for row in rows
    ]


RULES: list[Rule] = [SignificantFall(), RelativeFall(), ObservedFall(), SignificantFall(overdispersion=1.0, every=2)]


# --- laws -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_a_fall_where_higher_is_better_is_a_rise_where_lower_is(rule: Rule) -> None:
    rows = panel(1)
    higher, lower = found(rows, rule), found(turned(rows), rule, better="lower")
    assert higher
    same = ("unit", "severity", "p_value", "suspended_by")
    assert [[each[name] for name in same] for each in higher] == [[each[name] for name in same] for each in lower]
    assert [each["change"] for each in higher] == pytest.approx([-each["change"] for each in lower])
    assert [each["base"] for each in higher] == pytest.approx([100 - each["base"] for each in lower])
    up = verdict(rows, district(indicator(rule)), rule_names=NAMES).alarms
    down = verdict(turned(rows), district(indicator(rule, better="lower")), rule_names=NAMES).alarms
    assert up.drop("expected").equals(down.drop("expected"))
    assert up["expected"].to_list() == pytest.approx(down["expected"].to_list())


@pytest.mark.parametrize("rule", RULES)
def test_the_order_of_organisations_changes_nothing(rule: Rule) -> None:
    rows = panel(2)
    shuffled = sorted(rows, key=lambda row: (hash_of(row["unit"]), row["period"]))
    ordered = sorted(found(shuffled, rule), key=lambda each: each["unit"])
    assert ordered == found(rows, rule)
    assert ordered != []


def hash_of(unit: str) -> int:
    return int(unit[1:]) * 7919 % 101


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "silent",
    [
        {"state": "not_applicable", "expected": 0},
        {"state": "not_reported"},
        {"state": "invalid"},
        {"state": "suppressed"},
    ],
)
def test_what_is_absent_never_raises_a_flag_and_is_no_zero(rule: Rule, silent: Mapping[str, Any]) -> None:
    before = series((30, 40), (31, 40), (33, 41), until=2021)
    gone = [cell("a", "2022") | dict(silent)]
    assert found(before + gone, rule) == []
    assert len(reasons(before + gone, rule)) == 1
    back = [*before[:2], cell("a", "2021") | dict(silent), *series((32, 41))]
    assert found(back, rule) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_changed_definition_is_unchecked_and_no_absence_of_a_fall(rule: Rule) -> None:
    rows = series((38, 40), (38, 40), until=2021) + series((10, 40), definition="two")
    assert found(rows, rule) == []
    assert reasons(rows, rule) == ["изменилось определение показателя"]


@pytest.mark.parametrize("counts", [(0, 40), (40, 40)])
def test_where_all_or_nobody_are_counted_there_is_no_change_and_no_test(counts: tuple[int, int]) -> None:
    said = verdict(series(counts, counts), district(indicator(SignificantFall())), rule_names=NAMES)
    assert said.unchecked.collect().is_empty()
    assert said.alarms.select("checked", "fired", "tested").row(0) == (1, 0, 0)


@pytest.mark.parametrize("measure", [COUNT, MEAN])
def test_what_is_no_share_of_heads_is_not_spoken_of(measure: Any) -> None:
    rows = [cell("a", "2021", 90, 10, value=9.0), cell("a", "2022", 30, 10, value=3.0)]
    for rule in RULES:
        assert found(rows, rule, measure=measure) == []
        assert reasons(rows, rule, measure=measure) == []


def test_the_yes_of_one_organisation_is_no_share_but_that_of_all_is() -> None:
    own = series((1, 1), (0, 1))
    above = series((36, 40), (20, 40), unit="root", level=1, unit_kind="district", expected=40, reported=40)
    assert levels(own + above, SignificantFall(), measure=PRESENCE, asked_of=("school",)) == [
        ("root", "critical", None)
    ]
    assert reasons(own + above, SignificantFall(), measure=PRESENCE, asked_of=("school",)) == []


# --- the base ---------------------------------------------------------------------------------------------------------


def test_the_base_is_the_sum_of_the_last_three_periods() -> None:
    (one,) = found(series((1, 40), (34, 40), (33, 41), (35, 42), (20, 42)), SignificantFall())
    numbers = one["numbers"]
    assert (numbers["base_numerator"], numbers["base_denominator"], numbers["base_period"]) == (102, 123, "2019–2021")
    assert one["base"] == pytest.approx(100 * 102 / 123)
    assert one["change"] == pytest.approx(100 * (20 / 42 - 102 / 123))
    assert one["p_value"] == pytest.approx(float(fall_by_chance(20, 42, 102, 123)))


def test_a_silent_period_is_stepped_over_but_not_for_a_plain_fact() -> None:
    rows = series((36, 40), (None, None), (20, 40))
    assert levels(rows, SignificantFall()) == [("a", "critical", None)]
    assert reasons(rows, ObservedFall()) == ["нет сопоставимых данных за 1 предыдущий период"]


def test_a_total_over_too_few_is_not_compared() -> None:
    rows = [
        cell("a", "2021", 360, 400, expected=40, reported=40, level=1),
        cell("a", "2022", 100, 200, expected=40, reported=20, level=1),
    ]
    assert reasons(rows, SignificantFall()) == ["ответили 20 из 40: меньше 80 %"]
    assert levels(rows, SignificantFall(coverage=50)) == [("a", "critical", None)]


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (((5, 40), (1, 9)), "численность меньше 10"),
        (((5, 9), (1, 40)), "численность в базе меньше 10"),
        (((1, 9),), "первый период наблюдения"),
    ],
)
def test_too_few_people_are_not_judged(counts: Sequence[Counts], reason: str) -> None:
    assert reasons(series(*counts), SignificantFall()) == [reason]


# --- severity ---------------------------------------------------------------------------------------------------------


def quiet(units: int = 30) -> list[dict[str, Any]]:
    """Organisations in which nothing falls."""
    return [row for at in range(units) for row in series((30, 40), (31, 40), unit=f"quiet{at}")]


def test_q_is_that_of_all_tests_of_one_report() -> None:
    rows = panel(3)
    fell = found(rows, SignificantFall(alpha=0.5, points=0))
    p = [each["p_value"] for each in fell]
    tests = fell[0]["numbers"]["tests"]
    expected = false_discovery_control([*p, *([1.0] * (tests - len(p)))])
    small = [(q, q0) for q, q0 in zip((f["numbers"]["q"] for f in fell), expected, strict=False) if q0 < 0.5]
    assert len(small) > 5
    assert [q for q, _ in small] == pytest.approx([q0 for _, q0 in small])
    checked = verdict(rows, district(indicator(SignificantFall())), rule_names=NAMES).alarms.row(0, named=True)
    assert checked["tested"] == tests


def test_the_ladder_of_an_organisation() -> None:
    rows = [
        *quiet(),
        *series((32, 40), (25, 40), unit="mild"),
        *series((36, 40), (27, 41), unit="grave"),
        *series((36, 40), (18, 40), unit="worst"),
    ]
    assert levels(rows, SignificantFall()) == [
        ("mild", "attention", None),
        ("grave", "risk", None),
        ("worst", "critical", None),
    ]
    assert [level for _, level, _ in levels(rows, SignificantFall(risk_q=None, critical_points=None))] == [
        "attention"
    ] * 3


def test_the_ladder_of_a_total_is_named_with_other_numbers() -> None:
    rule = SignificantFall(
        name="fall_of_total", points=3, risk_q=None, critical_points=10, critical_q=None, critical_p=0.001
    )
    whole: dict[str, Any] = {"level": 1, "unit_kind": "district"}
    rows = [
        *series((800, 1000), (765, 1000), unit="mild", **whole),
        *series((800, 1000), (690, 1000), unit="worst", **whole),
        *series((800, 1000), (775, 1000), unit="little", **whole),
        *series((17, 20), (9, 20), unit="unsure", **whole),
    ]
    assert levels(rows, rule) == [
        ("mild", "attention", None),
        ("worst", "critical", None),
        ("unsure", "attention", None),
    ]


def test_few_people_keep_the_severity_down_unless_chance_is_out_of_the_question() -> None:
    assert levels(series((14, 14), (8, 14)), SignificantFall()) == [("a", "attention", "small")]
    assert levels(series((15, 15), (8, 15)), SignificantFall()) == [("a", "critical", None)]
    assert levels(series((14, 14), (3, 14)), SignificantFall()) == [("a", "critical", None)]


def test_a_fall_that_the_denominator_made_is_one_step_milder() -> None:
    more_people = series((36, 40), (36, 64))
    assert levels(more_people, SignificantFall()) == [("a", "risk", "denominator")]
    fewer_did = series((36, 40), (20, 44))
    assert levels(fewer_did, SignificantFall()) == [("a", "critical", None)]
    assert levels(more_people, SignificantFall(jump=Jump(percent=100))) == [("a", "critical", None)]


def test_both_caps_are_told() -> None:
    few = series((10, 10), (8, 14), (4, 14))
    rule = SignificantFall(base_periods=2, jump=Jump(percent=10, at_least=2))
    assert levels(series((10, 10), (9, 14)), rule) == [("a", "info", "small, denominator")]
    assert levels(few, rule) == [("a", "attention", "small")]


def test_parts_of_a_change_are_told_where_the_denominator_has_jumped() -> None:
    (jumped,) = found(series((36, 40), (30, 64)), SignificantFall())
    numbers = jumped["numbers"]
    assert numbers["former_size"] == 40
    assert numbers["by_numerator"] == pytest.approx(100 * (30 - 36) / 64)
    assert numbers["by_numerator"] + numbers["by_denominator"] == pytest.approx(jumped["change"])
    (steady,) = found(series((36, 40), (20, 44)), SignificantFall())
    assert steady["numbers"]["by_numerator"] is None


def test_parts_of_a_change_are_against_an_average_period_of_the_base() -> None:
    (jumped,) = found(series((36, 40), (35, 42), (37, 44), (30, 64)), SignificantFall())
    numbers = jumped["numbers"]
    assert numbers["former_size"] == 42
    assert numbers["by_numerator"] == pytest.approx(100 * (30 - 36) / 64)
    assert numbers["by_denominator"] == pytest.approx(100 * 36 * (1 / 64 - 1 / 42))


def test_a_stormy_panel_makes_the_test_stricter() -> None:
    rng = np.random.default_rng(5)
    rows = []
    for unit in range(60):
        shares = np.clip(0.7 + rng.normal(0, 0.12, 2), 0.05, 0.95)
        rows += series(*((int(rng.binomial(60, share)), 60) for share in shares), unit=f"u{unit}")
    plain, strict = found(rows, SignificantFall()), found(rows, SignificantFall(overdispersion=1.3))
    assert {each["unit"] for each in strict} < {each["unit"] for each in plain}
    by_unit = {each["unit"]: each["p_value"] for each in plain}
    assert all(each["p_value"] > by_unit[each["unit"]] for each in strict)
    assert all(each["numbers"]["phi"] > 1.3 for each in strict)


def test_the_spread_is_the_winsorised_mean_square_of_standardised_changes() -> None:
    rng = np.random.default_rng(11)
    before, now = rng.binomial(60, np.clip(rng.normal(0.6, 0.15, (2, 41)), 0.05, 0.95))
    rows = [
        row
        for unit, pair in enumerate(zip(before, now, strict=True))
        for row in series(*((int(x), 60) for x in pair), unit=f"u{unit:02}")
    ]
    fell = found(rows, SignificantFall(overdispersion=1.0))
    share = (before + now) / 120
    weight = 1 / (share * (1 - share) * 2 / 60)
    change = (now - before) / 60
    z = np.sqrt(weight) * (change - (weight * change).sum() / weight.sum())
    standard = np.mean(winsorize(norm.ppf((np.arange(200_000) + 0.5) / 200_000), (0.1, 0.1)) ** 2)
    assert fell[0]["numbers"]["phi"] == pytest.approx(np.mean(winsorize(z, (0.1, 0.1)) ** 2) / standard, rel=1e-3)


def test_a_calm_panel_is_left_as_it_is() -> None:
    rows = quiet() + series((36, 40), (20, 40))
    assert found(rows, SignificantFall(overdispersion=2.0)) == found(rows, SignificantFall()) != []


# --- what chance would do ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [SignificantFall(), SignificantFall(base_periods=1), ObservedFall(), RelativeFall()])
def test_as_many_alarms_are_expected_as_fire_where_nothing_changes(rule: Rule) -> None:
    rng = np.random.default_rng(7)
    rows = []
    for unit in range(1500):
        size, share = int(rng.integers(10, 81)), float(rng.uniform(0.3, 0.95))
        counts = [(int(rng.binomial(size, share)), size) for _ in range(4)]
        rows += series(*counts, unit=f"u{unit}")
    said = verdict(rows, district(indicator(rule)), rule_names=NAMES).alarms.row(0, named=True)
    assert said["expected"] > 20
    assert abs(said["fired"] - said["expected"]) < 3 * np.sqrt(said["expected"])


@pytest.mark.parametrize(
    ("rule", "fires"),
    [
        (ObservedFall(points=5, persons=3), lambda x, b: 20 * (b / 25 - x / 20) >= 3 - 1e-9),
        (RelativeFall(points=0, percent=40), lambda x, b: x / 20 <= 0.6 * b / 25 + 1e-9),
        (SignificantFall(), lambda x, b: x / 20 - b / 25 <= 1e-9 - 0.1),
    ],
)
def test_the_chance_of_a_cell_is_that_of_its_own_margin(rule: Rule, fires: Callable[[int, int], bool]) -> None:
    both, limit = 27, 1.0 if isinstance(rule, ObservedFall) else 0.05
    outcomes = [(x, both - x) for x in range(2, 21)]
    seen = [each for each in outcomes if fires(*each) and fall_by_chance(each[0], 20, each[1], 25) <= limit]
    expected = sum(comb(20, x) * comb(25, b) for x, b in seen) / comb(45, both)
    said = verdict(series((15, 25), (12, 20)), district(indicator(rule)), rule_names=NAMES).alarms
    assert said["expected"].to_list() == pytest.approx([expected])
    assert expected > 0


def test_a_stricter_test_is_expected_to_fire_less_often() -> None:
    rows = [row for at in range(20) for row in series((30, 60), (30 + 9 * (-1) ** at, 60), unit=f"u{at:02}")]
    plain, strict = (
        verdict(rows, district(indicator(rule)), rule_names=NAMES).alarms.row(0, named=True)
        for rule in (SignificantFall(), SignificantFall(overdispersion=1.3))
    )
    assert plain["tested"] == strict["tested"] == 20
    assert strict["expected"] < plain["expected"] / 5


def test_an_observed_fall_needs_points_and_people() -> None:
    rows = [
        *series((38, 40), (36, 40), unit="points"),
        *series((4, 40), (3, 40), unit="one"),
        *series((90, 100), (86, 100), unit="little"),
        *series((4, 4), (1, 4), unit="few"),
    ]
    assert levels(rows, ObservedFall()) == [("points", "info", None)]
    assert reasons(rows, ObservedFall()) == ["численность меньше 5"]


def test_a_relative_fall_is_a_significant_one_that_took_a_part_of_what_there_was() -> None:
    rows = panel(8, units=200)
    all_, part = found(rows, SignificantFall()), found(rows, RelativeFall(percent=30))
    expected = [each["unit"] for each in all_ if 1 - (each["value"] / each["base"]) >= 0.3]
    assert [each["unit"] for each in part] == expected
    assert 0 < len(expected) < len(all_)
    assert {each["severity"] for each in part} == {"info"}


def test_two_periods_are_judged_apart() -> None:
    rows = series((36, 40), (20, 40), (36, 40), (20, 40))
    both = found(rows, SignificantFall(base_periods=1), "2020", "2022")
    assert [each["period"] for each in both] == ["2020", "2022"]


def test_readings_and_levels_are_families_of_their_own() -> None:
    rows = panel(9)
    whole: list[dict[str, Any]] = series((800, 1000), (700, 1000), unit="root", level=1, unit_kind="district")
    alone = {each["unit"]: each["numbers"] for each in found([*rows, *whole], SignificantFall(), asked_of=("school",))}
    assert alone["root"]["tests"] == 1
    assert alone["root"]["q"] == alone["root"]["mid_p"]


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"alpha": 0.9}, "alpha: должно быть от 0.0001 до 0.5, а не 0.9"),
        ({"base_periods": 0}, "base_periods: должно быть не меньше 1, а не 0"),
        ({"overdispersion": 0.5}, "overdispersion: должно быть не меньше 1, а не 0.5"),
    ],
)
def test_an_impossible_number_is_refused_in_words(option: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SignificantFall(**option)


def test_the_direction_has_to_be_known() -> None:
    neutral: Better = "neutral"
    assert reasons(series((36, 40), (20, 40)), SignificantFall(), better=neutral) == ["направление не задано"]


def test_the_same_answers_give_the_same_findings() -> None:
    rule = SignificantFall()
    said = verdict(panel(10), district(indicator(rule)), rule_names=NAMES)
    assert isinstance(said.alarms, pl.DataFrame)
    assert said.findings.collect().equals(
        verdict(panel(10), district(indicator(rule)), rule_names=NAMES).findings.collect()
    )


@pytest.mark.parametrize("rule", RULES)
def test_where_nothing_can_be_tested_nothing_is_said(rule: Rule) -> None:
    assert found(series((None, None)), rule) == []
    assert reasons(series((None, None)), rule) == ["нет данных"]
    assert found(series((3, 40)), rule) == []
