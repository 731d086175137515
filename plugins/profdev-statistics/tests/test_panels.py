from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
import pytest

from profdev_indicators.wording import NBSP
from profdev_statistics.panels import NEEDS, comparable, no_base, too_few, with_base

ALWAYS = ("series", "position", "line", "unit", "period", "indicator", "reading", "level", "own", "row")


def cell(year: int, x: float | None = None, n: float | None = None, unit: str = "a", **more: Any) -> dict[str, Any]:
    told = x is not None
    return {
        "unit": unit,
        "series": ord(unit),
        "line": 0,
        "position": year,
        "period": str(year),
        "indicator": "1",
        "reading": "main",
        "level": 0,
        "own": True,
        "numerator": x,
        "denominator": n if told else None,
        "value": None if x is None or n is None else 100 * x / n,
        "expected": 1,
        "reported": int(told),
        "sign": 1.0,
        "heads": True,
        "presence": False,
        "definition": "one",
        "hurdle": None if told else "нет данных",
        "first": False,
    } | more


def panel(cells: Iterable[dict[str, Any]]) -> pl.LazyFrame:
    """What a rule sees, as far as these functions look."""
    frame = pl.DataFrame(list(cells), infer_schema_length=None).with_row_index("row")
    frame = frame.cast({"hurdle": pl.String, "numerator": pl.Float64, "denominator": pl.Float64, "value": pl.Float64})
    near = pl.when(pl.col("value").is_not_null()).then(pl.struct("position", "definition")).forward_fill()
    shifted = near.shift().over("series")
    return frame.lazy().with_columns(
        shifted.struct.field("position").alias("base_position"),
        shifted.struct.field("definition").alias("base_definition"),
    )


def based(cells: Iterable[dict[str, Any]], **how: int) -> pl.DataFrame:
    within, every = how.get("within", 5), how.get("every", 1)
    prepared = with_base(comparable(panel(cells)), **how)
    return prepared.with_columns(no_base(within, every).alias("why")).collect()


def last(cells: Iterable[dict[str, Any]], **how: int) -> tuple[Any, ...]:
    return based(cells, **how).select("pooled_count", "pooled_size", "pooled_period", "why").row(-1)


def test_the_columns_named_as_needed_are_those_that_are_used() -> None:
    frame = panel([cell(2020, 1, 2)]).select(*ALWAYS, *NEEDS)
    assert with_base(comparable(frame)).select(no_base(5)).collect().height == 1
    for name in NEEDS:
        with pytest.raises(pl.exceptions.ColumnNotFoundError):
            with_base(comparable(frame.drop(name))).select(no_base(5)).collect()


def test_the_base_is_the_sum_of_the_last_three_earlier_periods() -> None:
    years = [cell(2017, 1, 10), cell(2018, 2, 10), cell(2019, 3, 11), cell(2020, 4, 12), cell(2021, 5, 13)]
    assert last(years) == (9, 33, "2018–2020", None)


def test_a_gap_is_stepped_over_and_told() -> None:
    assert last([cell(2018, 2, 10), cell(2019), cell(2020, 4, 12), cell(2021, 5, 13)]) == (6, 22, "2018, 2020", None)


def test_nothing_older_than_asked_enters_the_base() -> None:
    years = [cell(2010, 2, 10), cell(2016, 3, 10), cell(2021, 5, 13)]
    assert last(years) == (3, 10, "2016", None)
    assert last(years, within=4) == (None, None, None, f"нет сопоставимых данных за 4{NBSP}предыдущих периода")


def test_a_changed_definition_ends_the_comparison_and_comes_back_as_a_new_series() -> None:
    years = [cell(2018, 2, 10), cell(2019, 3, 10, definition="two")]
    assert last(years) == (None, None, None, "изменилось определение показателя")
    again = [*years, cell(2020, 4, 10)]
    assert last(again) == (None, None, None, "изменилось определение показателя")
    assert last([*again, cell(2021, 5, 10)]) == (4, 10, "2020", None)


def test_silence_changes_no_definition() -> None:
    assert last([cell(2019, 3, 10), cell(2020, definition="two"), cell(2021, 5, 10)]) == (3, 10, "2019", None)


def test_the_same_quarter_of_earlier_years() -> None:
    quarters = [cell(at, at, 100) for at in range(80, 93)]
    assert last(quarters, every=4) == (80 + 84 + 88, 300, "80, 84, 88", None)
    assert last(quarters, every=4, within=2) == (84 + 88, 200, "84, 88", None)


def test_units_do_not_lend_one_another_their_past() -> None:
    assert last([cell(2020, 1, 10), cell(2021, 2, 10, unit="b", first=True)]) == (
        None,
        None,
        None,
        "первый период наблюдения",
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"numerator": None, "value": None, "hurdle": "не применимо"}, "не применимо"),
        ({"sign": None}, "направление не задано"),
        ({"numerator": 2.5, "value": 25.0}, "численность дробная: точной проверки нет"),
        ({"numerator": 11.0, "value": 110.0}, "числитель вне пределов знаменателя: это не доля"),
        ({"reported": 7, "expected": 10}, "ответили 7 из 10: меньше 80 %"),
    ],
)
def test_a_cell_that_cannot_be_compared_says_why_and_is_nobodys_base(given: dict[str, Any], why: str) -> None:
    cells = based([cell(2020, 5, 10) | given, cell(2021, 5, 10)])
    assert cells["why"][0].replace(NBSP, " ") == why
    assert cells.select("count", "size").row(0) == (None, None)
    assert cells.select("pooled_count", "pooled_size").row(1) == (None, None)
    assert cells["why"][1] is not None


@pytest.mark.parametrize(
    "given",
    [
        {"heads": False},
        {"denominator": None, "value": 5.0},
        {"value": 500.0},
        {"presence": True, "own": True},
    ],
)
def test_no_rule_of_shares_is_in_force_for_what_is_no_share_of_heads(given: dict[str, Any]) -> None:
    cells = based([cell(2020, 5, 10) | given, cell(2021, 5, 10) | given])
    assert cells.select("share", "count", "why").rows() == [(False, None, None)] * 2


def test_what_is_better_when_lower_is_counted_from_the_other_side() -> None:
    cells = based([cell(2020, 3, 10, sign=-1.0), cell(2021, 4, 10, sign=-1.0)])
    assert cells.select("count", "size", "pooled_count", "pooled_size").row(1) == (6, 10, 7, 10)


def test_rows_stay_where_they_were() -> None:
    cells = [cell(year, year % 7, 10, unit=unit) for unit in "cab" for year in (2019, 2020, 2021)]
    assert based(cells)["row"].to_list() == list(range(9))


def test_too_few_are_told_with_their_number() -> None:
    told = pl.DataFrame({"size": [7.0, 10.0, None]}).select(too_few("size", 10, where=" в базе"))
    assert told.to_series().to_list() == ["численность в базе меньше 10", None, None]
