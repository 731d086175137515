from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from drawn_district import sizes

from profdev_statistics.simulation.drawing import Course, Panel, draw
from profdev_statistics.simulation.sizes import Sizes

NUMBERS = (10, 20, 40, 80)
OWN = pl.col("level") == 0


@pytest.fixture
def drawn(tmp_path: Path) -> Sizes:
    return sizes(tmp_path, NUMBERS)


def panel(drawn: Sizes, course: Course, reports: int = 3, fall: float = 0.0, *, everywhere: bool = False) -> Panel:
    planted = np.full((reports, len(drawn.shares)), everywhere)
    return draw(drawn, course, np.random.default_rng(5), planted, fall)


def test_only_shares_are_drawn_and_the_rest_is_named(drawn: Sizes) -> None:
    assert [i.id for i in drawn.district.indicators] == ["1", "2", "3"]
    assert drawn.left_out == ("4",)


def test_the_cells_are_those_of_the_district_with_its_own_numbers(drawn: Sizes) -> None:
    own = drawn.rows.head(len(drawn.numbers)).with_columns(n=drawn.numbers)
    assert own.filter(pl.col("indicator") == "1").sort("unit")["n"].to_list() == list(NUMBERS)
    assert own.filter(pl.col("indicator") == "3")["n"].to_list() == [1.0] * 4


def test_a_total_is_the_sum_of_all_that_stand_below_it(drawn: Sizes) -> None:
    told = panel(drawn, Course(periods=2)).values.filter(pl.col("indicator") == "1")
    report = told.with_columns(pl.col("unit").str.extract("#(.)$").alias("report"), pl.col("unit").str.head(-2))
    keys = ["report", "period"]
    sums = report.filter(OWN).group_by(keys).agg(pl.col("numerator", "denominator").sum()).sort(keys)
    root = report.filter(pl.col("unit") == "край").select(*keys, "numerator", "denominator").sort(keys)
    group = report.filter(pl.col("unit") == "верх")["denominator"].unique().to_list()
    assert root.equals(sums)
    assert group == [120.0]


def test_who_has_a_plan_keeps_it_and_who_has_none_does_not_get_one(drawn: Sizes) -> None:
    told = panel(drawn, Course(periods=4, noise=20)).values.filter(OWN, pl.col("indicator") == "3")
    by_school = told.group_by(pl.col("unit").str.head(2)).agg(pl.col("numerator").unique()).sort("unit")
    assert by_school["numerator"].to_list() == [[0.0], [1.0], [0.0], [1.0]]


def test_nobody_is_better_than_everybody_or_worse_than_nobody(drawn: Sizes) -> None:
    told = panel(drawn, Course(periods=5, noise=30, drift=20), reports=20).values
    assert told.filter((pl.col("numerator") < 0) | (pl.col("numerator") > pl.col("denominator"))).is_empty()
    assert told.filter(pl.col("denominator") < 1).is_empty()


def test_where_everybody_stays_nothing_changes(drawn: Sizes) -> None:
    told = panel(drawn, Course(periods=5, stay=1.0)).values
    assert told.group_by("unit", "indicator").agg(pl.col("numerator").n_unique())["numerator"].unique().to_list() == [1]


@pytest.mark.parametrize("stay", [0.0, 0.7])
def test_counts_are_binomial_whether_people_stay_or_not(tmp_path: Path, stay: float) -> None:
    drawn = sizes(tmp_path, (40, 40))
    told = panel(drawn, Course(periods=4, stay=stay), reports=2000).values.filter(OWN, pl.col("indicator") == "1")
    last = told.filter(pl.col("unit").str.starts_with("ш0")).group_by("unit", maintain_order=True).last()["numerator"]
    assert last.mean() == pytest.approx(28, abs=4 * (8.4 / 2000) ** 0.5)
    assert last.var() == pytest.approx(40 * 0.7 * 0.3, rel=0.15)


def test_who_stays_does_as_before(tmp_path: Path) -> None:
    """Of persons who stay with probability ρ, two successive counts correlate as ρ."""
    drawn = sizes(tmp_path, (40, 40))
    told = panel(drawn, Course(periods=2, stay=0.7), reports=3000).values.filter(OWN, pl.col("indicator") == "1")
    first, last = (told.group_by("unit", maintain_order=True).agg(pl.col("numerator").get(n))["numerator"] for n in (0, 1))
    assert np.corrcoef(first, last)[0, 1] == pytest.approx(0.7, abs=0.04)


def test_what_falls_gets_worse_whichever_way_worse_is(drawn: Sizes) -> None:
    still, fallen = (panel(drawn, Course(periods=1), 400, fall, everywhere=True).values for fall in (0.0, 20.0))
    change = (
        fallen.filter(OWN)
        .with_columns(change=pl.col("value") - still.filter(OWN)["value"])
        .group_by("indicator", pl.col("unit").str.head(2))
        .agg(pl.col("change").mean())
        .filter(pl.col("indicator") != "3")
    )
    assert change.filter(pl.col("indicator") == "1")["change"].to_list() == pytest.approx([-20] * 4, abs=4)
    assert change.filter(pl.col("indicator") == "2")["change"].to_list() == pytest.approx([20] * 4, abs=4)


@pytest.mark.parametrize(("calendar", "period", "before"), [("year", "2022", "2020"), ("quarter", "2022-Q3", "2022-Q1")])
def test_every_report_has_years_and_organisations_of_its_own(
    tmp_path: Path, calendar: str, period: str, before: str
) -> None:
    drawn = sizes(tmp_path, NUMBERS, calendar=calendar, period=period)
    told = panel(drawn, Course(periods=3))
    spans = told.values.group_by(pl.col("unit").str.extract("#(.)$")).agg(pl.col("period").unique().sort()).sort("unit")
    periods = spans["period"].to_list()
    assert (periods[0][0], periods[0][-1]) == (before, period)
    assert not set(periods[0]) & set(periods[1])
    assert [each.part for each in told.reported] == [told.reported[0].part] * 3
    assert set(told.tree["unit"]) >= set(told.values["unit"])


def test_an_organisation_with_everybody_may_yet_lose_somebody(tmp_path: Path) -> None:
    """Its share is drawn to that of its colleagues, else chance would never touch it."""
    drawn = sizes(tmp_path, (10, 40, 40, 40))
    assert 0 < drawn.shares[~drawn.steady].min() < drawn.shares[~drawn.steady].max() < 1
