from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from profdev_statistics.outlook import NAIVE, POOLED, SINGLE, looked_ahead

SCHEMA = {
    "row": pl.UInt32,
    "line": pl.UInt32,
    "unit": pl.String,
    "position": pl.Int64,
    "own": pl.Boolean,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "definition": pl.String,
    "sign": pl.Float64,
    "target": pl.Float64,
    "hurdle": pl.String,
}


def cells(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    usual = {"line": 0, "own": True, "denominator": 20.0, "definition": "one", "sign": 1.0, "hurdle": None}
    return pl.DataFrame(
        [dict.fromkeys(SCHEMA) | usual | dict(each, row=row) for row, each in enumerate(rows)], schema=SCHEMA
    )


def district(organisations: int = 12, years: range = range(2018, 2023), **more: Any) -> list[dict[str, Any]]:
    """Organisations with 20 heads each whose shares wander a little, always in the same way."""
    rng = np.random.default_rng(4)
    shares = rng.uniform(0.5, 0.9, organisations)
    return [
        {"unit": f"s{number:02}", "position": year, "numerator": float(rng.binomial(20, share))} | more
        for number, share in enumerate(shares)
        for year in years
    ]


def one(rows: Iterable[Mapping[str, Any]], steps: int = 1, *, unit: str = "s00", year: int = 2022) -> dict[str, Any]:
    told = looked_ahead(cells(rows), steps)
    return told.filter(pl.col("unit") == unit, pl.col("position") == year).row(0, named=True)


def test_an_organisation_of_a_large_panel_is_pooled() -> None:
    told = one(district())
    assert (told["method"], told["refusal"], told["caveat"]) == (POOLED, None, None)
    assert told["low95"] < told["low80"] < told["forecast"] < told["high80"] < told["high95"]


def test_two_periods_give_a_naive_forecast_for_the_next_one_only() -> None:
    rows = district(years=range(2021, 2023))
    told = one(rows)
    assert (told["method"], told["caveat"]) == (NAIVE, "сопоставимых периодов всего 2")
    assert told["forecast"] == rows[1]["numerator"] / 20 * 100
    assert told["miss"] is None
    further = one(rows, 2)
    assert further["method"] is None
    assert further["refusal"] == "сопоставимых периодов: 2, для прогноза нужно не меньше 3"


def test_one_period_is_no_series() -> None:
    assert (
        one(district(years=range(2022, 2023)))["refusal"] == "сопоставимых периодов: 1, для прогноза нужно не меньше 2"
    )


def test_a_small_panel_is_naive_and_says_why() -> None:
    told = one(district(organisations=9))
    assert told["method"] == NAIVE
    assert told["caveat"] == "организаций с 3 периодами и больше: 9, нужно не меньше 10"
    assert one(district(organisations=9), 2)["refusal"] == told["caveat"]


def test_periods_count_from_the_last_break_of_the_definition() -> None:
    rows = [each | {"definition": "old" if each["position"] < 2021 else "new"} for each in district()]
    assert one(rows)["caveat"] == "сопоставимых периодов всего 2"
    broken_twice = [each | {"definition": "old" if each["position"] in {2019, 2022} else "new"} for each in district()]
    assert one(broken_twice)["refusal"] == "сопоставимых периодов: 1, для прогноза нужно не меньше 2"


def test_a_cell_without_a_value_is_refused_with_its_own_reason() -> None:
    rows = district()
    rows[4] |= {"numerator": None, "denominator": None, "hurdle": "нет данных"}
    assert one(rows)["refusal"] == "нет данных"
    assert one(rows, unit="s01")["method"] == POOLED


def test_yes_or_no_of_one_organisation_is_not_foretold() -> None:
    rows = [each | {"numerator": float(each["numerator"] > 13), "denominator": 1.0} for each in district()]
    told = one(rows)
    assert told["method"] is None
    assert told["refusal"] == "«да» или «нет» одной организации не прогнозируется"


def test_a_total_is_a_series_of_its_own_and_needs_three_periods() -> None:
    total = [{"unit": "d", "position": year, "own": False, "numerator": 14.0} for year in range(2020, 2023)]
    assert one(total, unit="d")["method"] == SINGLE
    assert one(total[1:], unit="d")["refusal"] == "сопоставимых периодов: 2, для прогноза нужно не меньше 3"


def test_indicators_do_not_mix() -> None:
    rows = district()
    other = [each | {"line": 1, "numerator": 20 - each["numerator"]} for each in rows]
    assert one([*rows, *other])["forecast"] == one(rows)["forecast"]


@pytest.mark.parametrize("target", [0.0, 100.0, None])
def test_a_target_that_allows_no_exception_has_no_probability(target: float | None) -> None:
    assert one(district(target=target))["miss"] is None


def test_without_a_direction_nothing_is_missed() -> None:
    assert one(district(target=70.0, sign=None))["miss"] is None


def test_where_lower_is_better_the_others_are_counted() -> None:
    higher = district(target=70.0)
    lower = [each | {"numerator": 20 - each["numerator"], "target": 30.0, "sign": -1.0} for each in higher]
    up, down = one(higher), one(lower)
    assert up["miss"] == pytest.approx(down["miss"])
    assert up["forecast"] == pytest.approx(100 - down["forecast"])
    assert up["low80"] == pytest.approx(100 - down["high80"])


def test_a_higher_target_is_missed_more_probably() -> None:
    assert one(district(target=60.0))["miss"] < one(district(target=75.0))["miss"] < one(district(target=99.0))["miss"]


@given(st.randoms(use_true_random=False))
def test_the_order_of_cells_changes_not_one_bit(shuffle: Any) -> None:
    straight = cells(district(target=70.0))
    order = list(range(straight.height))
    shuffle.shuffle(order)
    mixed = looked_ahead(straight[order], 1).sort("row")
    assert_frame_equal(mixed, looked_ahead(straight, 1), check_exact=True)


def test_nothing_gives_nothing() -> None:
    told = looked_ahead(cells([]), 1)
    assert told.is_empty()
    assert {"forecast", "miss", "method", "refusal", "caveat"} <= set(told.columns)


def test_a_panel_that_never_saw_its_own_errors_says_so() -> None:
    every_other_year = [
        row | {"unit": f"{row['unit']}-{half}", "position": 2 * row["position"] + half}
        for half in (0, 1)
        for row in district(years=range(2019, 2022))
    ]
    told = one(every_other_year, unit="s00-1", year=2 * 2021 + 1)
    assert told["method"] == NAIVE
    assert told["caveat"] == "прежних прогнозов, по которым видна ошибка, меньше 10"
