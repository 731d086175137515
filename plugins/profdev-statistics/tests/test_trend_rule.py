from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judging import COUNT, MEAN, PRESENCE, cell
from profdev_statistics.rules.trend import Trend
from profdev_statistics.rules.trend_sentences import TELLINGS
from spoken import Said, history, is_quoted, said

STEADY = [(34, 40), (33, 40), (30, 40), (28, 40), (24, 40)]
STEEP = [(38, 40), (34, 40), (30, 40), (24, 40), (18, 40)]


def asked(rows: list[dict[str, Any]], rule: Trend | None = None, **more: Any) -> Said:
    return said(rows, rule or Trend(), "trend", TELLINGS["trend"], **more)


def test_a_steady_fall_is_told_with_its_ends() -> None:
    found = asked(history("a", STEADY))
    assert found.fired == {"a": "attention"}
    assert found.sentences["a"] == (
        "За 5 периодов показатель устойчиво снижается, в среднем на 6,3 п.п. за период: с 85,0 % (34 из 40) в 2018 "
        "до 60,0 % (24 из 40); вывод не зависит от исключения любого одного периода."
    )
    assert is_quoted(found.sentences["a"], "trend")


def test_a_fall_that_chance_makes_once_in_a_thousand_is_a_step_graver() -> None:
    assert asked(history("a", STEEP)).fired == {"a": "risk"}


def test_a_gap_keeps_its_length_and_is_told() -> None:
    found = asked(history("a", [(38, 40), (34, 40), None, (24, 40), (18, 40)]))
    assert found.fired == {"a": "risk"}
    assert found.sentences["a"].startswith("За 5 периодов (данные есть за 4) показатель устойчиво снижается")
    slope = found.findings["numbers"].struct.field("slope")[0]
    assert slope == pytest.approx(np.median([-10, -35 / 3, -12.5, -12.5, -40 / 3, -15]))


def test_what_was_before_the_window_does_not_count() -> None:
    rows = history("a", [STEEP[0], STEEP[1], STEEP[2], STEEP[4]], ["2015", "2016", "2021", "2022"])
    assert asked(rows).reasons == {"a": "сопоставимых значений за 5 последних периодов: 2, нужно 4"}
    before = history("a", [(2, 40), *STEEP])
    assert asked(before).fired == {"a": "risk"}


def test_a_step_in_the_last_period_alone_is_no_trend() -> None:
    assert asked(history("a", [(32, 40), (32, 40), (32, 40), (32, 40), (10, 40)])).fired == {}


def test_a_small_slope_that_is_certain_is_no_trend() -> None:
    rows = history("a", [(n, 4000) for n in (3200, 3120, 3050, 2980, 2900)])
    assert asked(rows).fired == {}
    assert asked(rows, Trend(points=7)).fired == {"a": "risk"}


def test_a_series_at_a_hundred_per_cent_may_begin_to_fall() -> None:
    assert asked(history("a", [(40, 40), (38, 40), (35, 40), (32, 40), (28, 40)])).fired == {"a": "risk"}


@pytest.mark.parametrize("x", [0, 40])
def test_all_or_nothing_is_no_change_and_no_test(x: int) -> None:
    found = asked(history("a", [(x, 40)] * 5))
    assert (found.fired, found.reasons, found.tested) == ({}, {}, 0)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(11, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=5, max_size=5)
)
def test_where_lower_is_better_the_others_are_counted(points: list[tuple[int, int]]) -> None:
    falls = asked(history("a", points))
    rises = asked(history("a", [(n - x, n) for x, n in points]), better="lower")
    assert falls.fired == rises.fired
    assert falls.expected == pytest.approx(rises.expected)
    assert falls.findings["p_value"].to_list() == pytest.approx(rises.findings["p_value"].to_list())


def test_a_rise_of_what_should_be_low_is_called_a_rise() -> None:
    found = asked(history("a", [(40 - x, n) for x, n in STEADY]), better="lower")
    assert "показатель устойчиво растёт, в среднем на 6,3 п.п. за период: с 15,0 %" in found.sentences["a"]


def test_few_heads_are_told_for_information_only() -> None:
    found = asked(history("a", [(9, 9), (8, 10), (6, 10), (4, 10), (1, 10)]))
    assert found.fired == {"a": "info"}
    assert found.findings["suspended_by"].to_list() == ["small"]
    assert found.sentences["a"].endswith("Численность меньше 10: отмечено для сведения.")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (history("a", [(34, 40), (30, 40), (20, 40)]), "сопоставимых значений за 5 последних периодов: 3, нужно 4"),
        (
            history("a", [(34, 40), None, None, (28, 40), (20, 40)]),
            "сопоставимых значений за 5 последних периодов: 3, нужно 4",
        ),
        (history("a", [*STEADY[:4], None]), "нет данных"),
        ([*history("a", STEADY)[:4], cell("a", "2022", None, None, state="not_applicable")], "не применимо"),
        (
            [*history("a", STEADY[:2], ["2018", "2019"], definition="old"), *history("a", STEADY[2:])],
            "сопоставимых значений за 5 последних периодов: 3, нужно 4; раньше изменилось определение показателя",
        ),
    ],
)
def test_what_cannot_be_checked_says_why(rows: list[dict[str, Any]], reason: str) -> None:
    found = asked(rows)
    assert (found.fired, found.reasons, found.tested) == ({}, {"a": reason}, 0)


def test_a_new_definition_long_enough_ago_is_a_series_of_its_own() -> None:
    rows = [*history("a", [(40, 40)], ["2018"], definition="old"), *history("a", STEEP[1:])]
    found = asked(rows)
    assert found.fired == {"a": "risk"}
    assert "в 2019 до" in found.sentences["a"]


def test_a_total_of_too_few_is_no_end_of_a_trend() -> None:
    rows = history("a", STEADY, expected=10, reported=10)
    rows[-1] |= {"reported": 7, "state": "partial"}
    assert asked(rows).reasons == {"a": "ответили 7 из 10: меньше 80 %"}


def test_the_same_quarter_of_several_years_is_a_series_of_its_own() -> None:
    quarters = [f"{year}-Q{quarter}" for year in range(2018, 2023) for quarter in range(1, 5)]
    points = [(x if quarter == 4 else 10 * quarter, n) for x, n in STEEP for quarter in range(1, 5)]
    rows = history("a", points, quarters)
    found = asked(rows, Trend(every=4), period="2022-Q4", calendar="quarter")
    assert found.fired == {"a": "risk"}
    assert "За 5 периодов показатель" in found.sentences["a"]
    assert asked(rows, period="2022-Q4", calendar="quarter").fired == {}


@pytest.mark.parametrize("measure", [COUNT, MEAN, PRESENCE])
def test_the_rule_is_in_force_for_shares_of_heads_only(measure: Any) -> None:
    whole = 1 if measure is PRESENCE else None if measure is COUNT else 40
    rows = [cell("a", str(year), 1.0, whole, value=1.0) for year in range(2018, 2023)]
    found = asked(rows, measure=measure)
    assert (found.fired, found.reasons) == ({}, {})


def test_a_window_shorter_than_what_is_demanded_of_it_is_refused() -> None:
    with pytest.raises(ValueError, match="больше, чем всё окно"):
        Trend(window=4, at_least=5)


def test_other_organisations_and_their_order_change_nothing() -> None:
    random = np.random.default_rng(31)
    rows = [
        row
        for unit in range(40)
        for row in history(f"u{unit:02}", [(int(random.binomial(30, 0.75 - year * 0.05)), 30) for year in range(5)])
    ]
    in_order, turned = asked(rows), asked(rows[::-1])
    assert in_order.fired
    assert in_order.fired == turned.fired
    alone = [row for row in rows if row["unit"] == "u07"]
    assert asked(alone).fired == {unit: grave for unit, grave in in_order.fired.items() if unit == "u07"}


def test_the_expected_number_of_alarms_is_what_chance_makes() -> None:
    random = np.random.default_rng(32)
    shares = random.uniform(0.5, 0.95, 3000)
    rows = [
        row
        for unit, share in enumerate(shares)
        for row in history(f"u{unit}", [(int(random.binomial(n, share)), int(n)) for n in random.integers(10, 80, 5)])
    ]
    found = asked(rows)
    assert found.tested == len(shares)
    assert found.expected is not None
    assert len(found.fired) == pytest.approx(found.expected, abs=3 * math.sqrt(found.expected))
