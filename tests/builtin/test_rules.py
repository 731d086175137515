from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from judging import COUNT, MEAN, PRESENCE, cell, district, fired, indicator, judged, reasons
from profdev_indicators.builtin.rules import BelowPeers, BelowTarget, Coverage, Drop, Lost, Streak
from profdev_indicators.model import Better, Rule, Target


def series(*answers: tuple[float, float] | float | None, unit: str = "a", **more: object) -> list[dict[str, Any]]:
    """A cell per year, the last of them 2022: a share, a count, or silence."""

    def rows() -> Iterator[dict[str, Any]]:
        for year, answer in enumerate(answers, start=2023 - len(answers)):
            numerator, denominator = answer if isinstance(answer, tuple) else (answer, None)
            yield cell(unit, str(year), numerator, denominator, **more)

    return list(rows())


# --- drop -----------------------------------------------------------------------------------------------------------


def test_a_fall_that_reaches_the_points_is_a_drop_though_floats_fall_short() -> None:
    assert 29 / 100 * 100 - 24 / 100 * 100 < 5
    assert fired(series((29, 100), (24, 100)), Drop(points=5)) == [("a", "attention")]


def test_a_fall_short_of_the_points_is_none() -> None:
    assert fired(series((29, 100), (25, 100)), Drop(points=5)) == []


def test_a_fall_of_one_person_is_not_enough() -> None:
    assert fired(series((8, 10), (7, 10)), Drop(points=5)) == []
    assert fired(series((8, 10), (6, 10)), Drop(points=5)) == [("a", "attention")]
    assert fired(series((8, 10), (7, 10)), Drop(points=5, persons=1)) == [("a", "attention")]


def test_persons_are_counted_at_the_present_denominator() -> None:
    # 8 of 10 would be 4 of 5 today: one person, though the numerator fell by five.
    assert fired(series((8, 10), (3, 5)), Drop(points=5)) == []


def test_a_rise_is_a_drop_where_lower_is_better() -> None:
    assert fired(series((2, 10), (6, 10)), Drop(points=5), better="lower") == [("a", "attention")]
    assert fired(series((6, 10), (2, 10)), Drop(points=5), better="lower") == []


def test_a_count_falls_by_itself() -> None:
    assert fired(series(5, 3), Drop(points=2), measure=COUNT) == [("a", "attention")]
    assert fired(series(5, 3), Drop(points=1, persons=3), measure=COUNT) == []


def test_a_mean_has_no_persons_to_lose() -> None:
    rows = series((150, 30), (148, 30))
    findings, _ = judged(rows, district(indicator(Drop(points=0.01, persons=9), measure=MEAN)))
    assert findings["numbers"].struct.field("persons").to_list() == [None]


def test_a_small_denominator_leaves_information_only() -> None:
    for rows in (series((9, 9), (4, 9)), series((9, 9), (4, 12)), series((12, 12), (4, 9))):
        findings, _ = judged(rows, district(indicator(Drop(points=5, small=10, severity="risk"))))
        assert list(findings.select("severity", "suspended_by").iter_rows()) == [("info", "small")]
        assert findings["numbers"].struct.field("small").to_list() == [10.0]


def test_a_denominator_at_the_limit_is_not_small() -> None:
    findings, _ = judged(series((9, 10), (4, 10)), district(indicator(Drop(points=5, small=10))))
    assert list(findings.select("severity", "suspended_by").iter_rows()) == [("attention", None)]


def test_what_was_information_anyway_is_not_suspended() -> None:
    findings, _ = judged(series((9, 9), (4, 9)), district(indicator(Drop(points=5, small=10, severity="info"))))
    assert findings["suspended_by"].to_list() == [None]


def test_a_count_has_no_denominator_to_be_small() -> None:
    assert fired(series(5, 1), Drop(points=2, small=10), measure=COUNT) == [("a", "attention")]


FALL = series((34, 42), (30, 42))
REASONS = [
    (FALL[1:], {}, "первый период наблюдения"),
    ([FALL[0], cell()], {}, "нет данных"),
    ([FALL[0], cell(state="not_applicable")], {}, "не применимо"),
    ([FALL[0], cell(state="invalid")], {}, "противоречие в ответе"),
    ([FALL[0], cell(state="suppressed")], {}, "скрыто"),
    ([cell(period="2021"), FALL[1]], {}, "нет данных за 2021"),
    ([FALL[0] | {"period": "2020"}, FALL[1]], {}, "нет данных за 2021"),
    ([cell(period="2021", state="not_applicable"), FALL[1]], {}, "не применимо в 2021"),
    ([cell(period="2021", state="invalid"), FALL[1]], {}, "противоречие в ответе за 2021"),
    ([cell(period="2021", state="suppressed"), FALL[1]], {}, "скрыто за 2021"),
    ([FALL[0], FALL[1] | {"definition": "two"}], {}, "изменилось определение показателя"),
    (FALL, {"better": "neutral"}, "направление не задано"),
]


@pytest.mark.parametrize(("rows", "more", "reason"), REASONS, ids=[reason for *_, reason in REASONS])
def test_what_cannot_be_compared_says_why_and_is_no_no(
    rows: list[dict[str, Any]], more: dict[str, Better], reason: str
) -> None:
    for rule in (Drop(points=0, persons=0), Streak(length=1)):
        assert reasons(rows, rule, **more) == [reason]
        assert fired(rows, rule, **more) == []


def test_the_base_may_lie_further_back_where_nearer_periods_are_silent() -> None:
    rows = series((8, 10), None, (4, 10))
    assert reasons(rows, Drop(points=5)) == ["нет данных за 2021"]
    findings, _ = judged(rows, district(indicator(Drop(points=5, within=2))))
    assert findings["numbers"].struct.field("base_period").to_list() == ["2020"]


def test_the_nearest_value_is_the_base_even_where_older_ones_are_allowed() -> None:
    assert fired(series((9, 10), (3, 10), (4, 10)), Drop(points=5, within=3)) == []


def test_further_back_than_allowed_is_no_base() -> None:
    rows = series((8, 10), None, None, (4, 10))
    assert reasons(rows, Drop(points=5, within=2)) == ["нет данных за 2\N{NO-BREAK SPACE}предыдущих периода"]


def test_a_nearer_definition_stands_between_a_value_and_an_older_one_like_it() -> None:
    rows = series((8, 10), (8, 10), (4, 10))
    rows[1]["definition"] = "two"
    assert reasons(rows, Drop(points=5, within=5)) == ["изменилось определение показателя"]


# --- streak ---------------------------------------------------------------------------------------------------------


def test_a_streak_tells_where_it_began_and_how_long_it_is() -> None:
    rows = series((5, 10), (9, 10), (8, 10), (7, 10), (6, 10), (5, 10))
    findings, _ = judged(rows, district(indicator(Streak(length=3))))
    (found,) = findings.rows(named=True)
    assert found["base"] == pytest.approx(90)
    assert found["change"] == pytest.approx(-40)
    wanted = {"length": 4, "base_period": "2018", "base_numerator": 9.0, "base_denominator": 10.0}
    assert {name: found["numbers"][name] for name in wanted} == wanted


def test_an_equal_value_breaks_a_streak() -> None:
    assert fired(series((9, 10), (8, 10), (8, 10), (7, 10)), Streak(length=2)) == []
    assert reasons(series((9, 10), (8, 10), (8, 10), (7, 10)), Streak(length=2)) == []


def test_shares_equal_but_for_floats_are_equal() -> None:
    assert 29 / 100 * 100 != 29.0
    rows = [cell(period="2021", numerator=29, denominator=100), cell(numerator=58, denominator=200, value=29.0)]
    assert rows[0]["value"] < 29
    assert fired(rows, Streak(length=1), better="lower") == []
    assert fired([row | {"period": str(4043 - int(row["period"]))} for row in rows], Streak(length=1)) == []


def test_the_falls_of_a_streak_must_add_up() -> None:
    rows = series((90, 100), (89, 100), (88, 100), (87, 100))
    assert fired(rows, Streak(length=3, points=3)) == [("a", "attention")]
    assert fired(rows, Streak(length=3, points=3.1)) == []


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (series((9, 10), (8, 10)), "прослежено снижений подряд: 1 из 3, раньше — первый период наблюдения"),
        (series((9, 10), None, (8, 10), (7, 10)), "прослежено снижений подряд: 1 из 3, раньше — нет данных за 2020"),
        (
            [*series((9, 10), (8, 10), definition="old"), *series((9, 10), (8, 10))],
            "прослежено снижений подряд: 1 из 3, раньше — изменилось определение показателя",
        ),
    ],
)
def test_a_streak_that_cannot_be_followed_back_is_unchecked(rows: list[dict[str, Any]], reason: str) -> None:
    old = [row for row in rows if row["definition"] == "old"]
    for row in old:
        row["period"] = str(int(row["period"]) - 2)
    assert reasons(rows, Streak(length=3)) == [reason]


def test_a_rise_ends_the_search_for_a_streak() -> None:
    assert reasons(series((7, 10), (9, 10), (8, 10)), Streak(length=3)) == []


# --- below target ---------------------------------------------------------------------------------------------------

TARGET = (Target(since=date(2020, 1, 1), at=60), Target(since=date(2022, 12, 31), at=80))


def test_the_target_is_the_one_in_force_on_the_last_day() -> None:
    findings, _ = judged(series((70, 100)), district(indicator(BelowTarget(), target=TARGET)))
    assert list(findings.select("base", "change").iter_rows()) == [(80.0, pytest.approx(-10))]


def test_a_target_just_met_is_met() -> None:
    rows = [cell(numerator=29, denominator=100)]
    assert fired(rows, BelowTarget(), target=(Target(since=date(2020, 1, 1), at=29),)) == []


def test_a_margin_forgives() -> None:
    assert fired(series((70, 100)), BelowTarget(margin=10), target=TARGET) == []
    assert fired(series((69, 100)), BelowTarget(margin=10), target=TARGET) == [("a", "info")]


def test_without_a_target_there_is_no_rule_and_no_omission() -> None:
    late = (Target(since=date(2023, 1, 1), at=80),)
    for target in ((), late):
        asked = district(indicator(BelowTarget(), target=target))
        assert [frame.height for frame in judged(series((1, 100)), asked)] == [0, 0]


def test_a_silent_cell_with_a_target_is_unchecked() -> None:
    assert reasons([cell()], BelowTarget(), target=TARGET) == ["нет данных"]
    assert reasons(series((1, 2)), BelowTarget(), target=TARGET, better="neutral") == ["направление не задано"]


# --- below peers ----------------------------------------------------------------------------------------------------


def group(*numerators: float | None, **more: object) -> list[dict[str, Any]]:
    """Units a, b, c … with shares of 100."""
    return [
        cell(chr(97 + n), numerator=x, denominator=None if x is None else 100, **more) for n, x in enumerate(numerators)
    ]


def test_the_median_is_that_of_the_whole_group() -> None:
    findings, _ = judged(group(50, 60, 70, 80), district(indicator(BelowPeers(points=15))))
    (found,) = findings.rows(named=True)
    assert (found["unit"], found["base"], found["change"]) == ("a", 65.0, pytest.approx(-15))
    assert (found["numbers"]["peers_median"], found["numbers"]["peers_count"]) == (65.0, 3)


def test_too_few_peers_with_a_value_is_a_reason() -> None:
    assert reasons(group(50, 60, 70, None), BelowPeers())[:3] == ["сопоставимых единиц с данными: 2, нужно 3"] * 3


def test_a_unit_alone_at_its_level_has_no_such_rule() -> None:
    rows = [*group(50, 60, 70, 80), cell("top", numerator=1, denominator=100, level=1, unit_kind="district")]
    findings, unchecked = judged(rows, district(indicator(BelowPeers(points=15))))
    assert findings["unit"].to_list() == ["a"]
    assert unchecked.is_empty()


def test_peers_are_those_of_the_cluster_and_without_one_those_of_the_kind() -> None:
    rows = [*group(10, 20, 30, 40, 90), *group(99, 99, 99, 99, unit_kind="kindergarten")]
    for number, row in enumerate(rows[5:]):
        row["unit"] = f"k{number}"
    clusters = dict.fromkeys("abcd", "село") | {"e": "город"}
    findings, unchecked = judged(rows, district(indicator(BelowPeers(points=15))), clusters=clusters)
    assert findings["unit"].to_list() == ["a"]
    assert unchecked.is_empty()


def test_peers_are_of_one_level_and_one_indicator() -> None:
    high = [*group(90, 90, 90, 90, level=1), *group(90, 90, 90, 90, indicator="2")]
    for number, row in enumerate(high):
        row["unit"] = f"high{number}"
    asked = district(indicator(), indicator(id="2"), rules=[BelowPeers(points=15)])
    findings, _ = judged([*group(50, 60, 70, 80), *high], asked)
    assert list(findings.select("unit", "base").iter_rows()) == [("a", 65.0)]


# --- coverage -------------------------------------------------------------------------------------------------------


def test_a_silent_unit_is_found_by_its_silence() -> None:
    findings, unchecked = judged([cell()], district(indicator(Coverage(severity="risk"))))
    (found,) = findings.rows(named=True)
    assert (found["severity"], found["value"], found["base"]) == ("risk", None, None)
    wanted = {"coverage": 0.0, "own": True, "state": "not_reported", "expected": 1, "reported": 0}
    assert {name: found["numbers"][name] for name in wanted} == wanted
    assert unchecked.is_empty()


@pytest.mark.parametrize(("reported", "found"), [(17, 1), (18, 0), (20, 0)])
def test_a_total_needs_its_percent_of_answers(reported: int, found: int) -> None:
    total = cell(numerator=1, denominator=2, level=1, expected=20, reported=reported, state="partial")
    assert len(fired([total], Coverage(at_least=90))) == found


def test_nobody_asked_is_nobody_missing() -> None:
    assert fired([cell(state="not_applicable", expected=0)], Coverage()) == []
    assert reasons([cell(state="not_applicable", expected=0)], Coverage()) == []


def test_what_the_source_hides_is_not_known_to_be_missing() -> None:
    assert reasons([cell(state="suppressed")], Coverage()) == ["скрыто"]


# --- lost -----------------------------------------------------------------------------------------------------------


def test_a_presence_that_is_gone_is_lost() -> None:
    assert fired(series((1, 1), (0, 1)), Lost(), measure=PRESENCE) == [("a", "attention")]
    assert fired(series((1, 1), (1, 1)), Lost(), measure=PRESENCE) == []
    assert fired(series((0, 1), (0, 1)), Lost(), measure=PRESENCE) == []


def test_a_count_that_fell_to_nothing_is_lost() -> None:
    assert fired(series(3, 0), Lost(), measure=COUNT) == [("a", "attention")]
    assert fired(series(3, 1), Lost(), measure=COUNT) == []
    assert fired(series(0, 3), Lost(), measure=COUNT, better="lower") == []


def test_a_share_of_persons_is_no_presence() -> None:
    for answers in (((1, 1), (0, 1)), ((5, 9), (0, 9))):
        assert fired(series(*answers), Lost()) == []
        assert reasons(series(*answers), Lost()) == []


def test_only_those_who_answer_can_lose_a_presence() -> None:
    assert fired(series((1, 1), (0, 1), level=1), Lost(), measure=PRESENCE) == []


def test_a_presence_that_cannot_be_compared_is_unchecked() -> None:
    assert reasons(series((1, 1)), Lost(), measure=PRESENCE) == ["первый период наблюдения"]
    assert fired(series((1, 1), None, (0, 1)), Lost(within=2), measure=PRESENCE) == [("a", "attention")]


# --- parameters -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (Drop, {"points": -1}, "points: должно быть не меньше 0, а не -1"),
        (Drop, {"points": 1, "within": 0}, "within: должно быть не меньше 1, а не 0"),
        (Streak, {"length": 0}, "length: должно быть не меньше 1, а не 0"),
        (Coverage, {"at_least": 101}, "at_least: должно быть от 0 до 100, а не 101"),
    ],
)
def test_a_threshold_without_sense_is_refused(kind: type[Rule], given: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kind(**given)
