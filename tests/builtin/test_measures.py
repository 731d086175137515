"""Each formula against numbers one can check by hand."""

from __future__ import annotations

import datetime as dt

import attrs
import polars as pl
import pytest

from profdev_indicators.builtin.measures import (
    Achievement,
    Composite,
    Count,
    DistrictFlag,
    Mean,
    MeanOfUnits,
    Rate,
    RelativeToBest,
    Rubric,
    Share,
)
from profdev_indicators.model import Derived, Indicator, Item, Measure, Section, Target, Unit
from strategies import CARD, TEACHERS, district, table, values

UNITS = (Unit(id="a", name="А", kind="school"), Unit(id="b", name="Б", kind="school"))
ANSWERS = [
    {"unit": "a", "n_ped": 10, "n_diag": 4, "points": 30, "plan": 1, "link": "https://example.org"},
    {"unit": "b", "n_ped": 30, "n_diag": 24, "points": 60, "plan": 0},
]


def _found(measure: Measure, answers: list[dict[str, object]] | None = None) -> dict[str, tuple[object, ...]]:
    rows = values(district(UNITS, measures={"x": measure}), table(answers or ANSWERS))
    return {row[0]: row[1:] for row in rows.select("unit", "numerator", "denominator", "value", "state").iter_rows()}


@pytest.mark.parametrize(
    ("measure", "a", "whole"),
    [
        (Share(counted="n_diag", population=TEACHERS), (4, 10, 40), (28, 40, 70)),
        (Rate(events="points", population=TEACHERS, per=1000), (30, 10, 3000), (90, 40, 2250)),
        (Count(counted="n_diag"), (4, None, 4), (28, None, 28)),
        (Mean(points="points", answers="n_ped"), (30, 10, 3), (90, 40, 2.25)),
        (Mean(points="points"), (30, 1, 30), (90, 2, 45)),
        (MeanOfUnits(counted="n_diag", population=TEACHERS), (40, 1, 40), (120, 2, 60)),
        (DistrictFlag(flag="plan"), (1, 1, 100), (1, 2, 50)),
        (Rubric(positions=("plan",), maximum=2, unlinked="counted"), (1, 2, 50), (1, 4, 25)),
    ],
)
def test_a_value_is_its_two_sums(measure: Measure, a: tuple[float, ...], whole: tuple[float, ...]) -> None:
    found = _found(measure)
    assert found["a"] == (*a, "ok")
    assert found["district"] == (*whole, "ok")


@pytest.mark.parametrize(("unlinked", "points"), [("counted", 2), ("zero", 1)])
def test_a_point_without_a_link_counts_only_where_the_rubric_says_so(unlinked: str, points: int) -> None:
    answers = [{"unit": "a", "plan": 1, "link": "https://example.org"}, {"unit": "b", "plan": 1}]
    assert _found(Rubric(positions=("plan",), maximum=1, unlinked=unlinked), answers)["district"][0] == points


def test_more_counted_than_there_are_is_a_contradiction_and_stays_out() -> None:
    found = _found(Share(counted="n_diag", population=TEACHERS), [{**ANSWERS[0], "n_diag": 11}, ANSWERS[1]])
    assert found["a"] == (None, None, None, "invalid")
    assert found["district"] == (24, 30, 80, "partial")


def test_a_known_zero_denominator_is_not_applicable_and_not_expected() -> None:
    asked = district(UNITS, measures={"x": Share(counted="n_diag", population=TEACHERS)})
    rows = values(asked, table([{"unit": "a", "n_ped": 0}, ANSWERS[1]]))
    row = rows.filter(pl.col("unit") == "a").row(0, named=True)
    assert (row["state"], row["expected"], row["reported"]) == ("not_applicable", 0, 0)
    assert rows.filter(pl.col("unit") == "district")["state"].item() == "ok"


def _derived(measure: Derived, **of: object) -> dict[str, tuple[object, ...]]:
    base = {"silence": "excluded", "missing": "strict"}
    share = Share(counted="n_diag", population=TEACHERS)
    section = Section(
        id="s",
        title="s",
        indicators=(
            Indicator(id="y", title="y", measure=measure, **base),
            Indicator(id="x", title="x", measure=share, source=CARD, **base, **of),
            Indicator(id="z", title="z", measure=Count(counted="n_ped"), source=CARD, **base),
        ),
    )
    rows = values(attrs.evolve(district(UNITS), sections=(section,)), table(ANSWERS))
    assert rows["indicator"].unique(maintain_order=True).to_list() == ["y", "x", "z"]
    rows = rows.filter(pl.col("indicator") == "y")
    return {row[0]: row[1:] for row in rows.select("unit", "numerator", "denominator", "value", "state").iter_rows()}


@pytest.mark.parametrize(
    ("better", "target", "district_value"), [("higher", 80, 87.5), ("higher", 50, 100.0), ("lower", 35, 50.0)]
)
def test_achievement_is_fact_to_plan_and_never_more_than_whole(
    better: str, target: float, district_value: float
) -> None:
    mark = Target(since=dt.date(2020, 1, 1), at=target)
    assert _derived(Achievement(of="x"), better=better, target=(mark,))["district"][2] == district_value


def test_achievement_without_a_target_is_not_applicable() -> None:
    assert _derived(Achievement(of="x"))["a"] == (None, None, None, "not_applicable")


def test_the_best_of_a_level_is_a_hundred() -> None:
    found = _derived(RelativeToBest(of="x"))
    assert (found["b"][2], found["a"][2], found["district"][2]) == (100.0, 50.0, 100.0)


def test_a_composite_weighs_values() -> None:
    assert _derived(Composite(of={"x": 3, "z": 1}))["a"][2] == (3 * 40 + 10) / 4


def test_a_composite_needs_weights_above_zero() -> None:
    with pytest.raises(ValueError, match="больше нуля"):
        Composite(of={"x": 0})


def test_levels_of_a_rubric_are_points() -> None:
    item = Item(id="plan", title="план", type="level", levels={"нет": 0, "частично": 1, "полностью": 2})
    source = attrs.evolve(CARD, items=(item,))
    indicator = Indicator(
        id="x",
        title="x",
        measure=Rubric(positions=("plan",), maximum=2, unlinked="counted"),
        source=source,
        silence="excluded",
        missing="strict",
    )
    asked = attrs.evolve(
        district(UNITS), sources=(source,), sections=(Section(id="s", title="s", indicators=(indicator,)),)
    )
    answers = pl.DataFrame({"unit": ["a", "b"], "period": ["2022", "2022"], "plan": ["Полностью", "частично"]})
    found = dict(values(asked, answers).select("unit", "value").iter_rows())
    assert found == {"a": 100.0, "b": 50.0, "district": 75.0}
