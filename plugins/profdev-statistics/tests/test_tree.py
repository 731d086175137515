from __future__ import annotations

from datetime import date

import polars as pl

from answered import monitored
from judging import cell, indicator
from profdev_indicators.periods import Period
from profdev_statistics.tree import descent, links_of


def above(*links: tuple[str, str, str | None]) -> set[tuple[str, str, str]]:
    frame = pl.LazyFrame(links, schema=["unit", "period", "parent"], orient="row")
    return set(descent(frame).select("unit", "period", "ancestor").collect().iter_rows())


def test_every_unit_stands_below_all_above_it() -> None:
    links = [("school", "2022", "town"), ("town", "2022", "region"), ("region", "2022", None)]
    assert above(*links) == {("school", "2022", "town"), ("school", "2022", "region"), ("town", "2022", "region")}


def test_whoever_moves_stands_below_others_from_then_on() -> None:
    links = [("school", "2021", "a"), ("school", "2022", "b"), *[(u, p, None) for u in "ab" for p in ("2021", "2022")]]
    assert above(*links) == {("school", "2021", "a"), ("school", "2022", "b")}


def test_cells_of_many_indicators_name_a_unit_once() -> None:
    assert above(*[("school", "2022", "town")] * 5) == {("school", "2022", "town")}


def test_where_nobody_stands_above_there_is_no_descent() -> None:
    assert above(("a", "2022", None), ("b", "2022", None)) == set()


def test_a_school_stands_where_the_roster_has_it_on_the_last_day() -> None:
    versions: list[dict[str, object]] = [
        {"id": "a", "name": "А", "kind": "school", "parent": "west", "valid_to": date(2021, 12, 30)},
        {"id": "a", "name": "А", "kind": "school", "parent": "east", "valid_from": date(2021, 12, 31)},
        {"id": "west", "name": "Запад", "kind": "district", "parent": "d"},
        {"id": "east", "name": "Восток", "kind": "district"},
    ]
    monitoring = monitored([cell("a", numerator=1, denominator=2)], indicator(), versions=versions)
    periods = [Period.parse(text) for text in ("2020", "2021")]
    links = links_of(monitoring, periods).collect()
    assert links.filter(pl.col("unit") == "a")["parent"].to_list() == ["west", "east"]
    assert links.filter(pl.col("unit") == "east")["parent"].to_list() == ["d", "d"]
    assert links.filter(pl.col("unit") == "d")["parent"].to_list() == [None, None]
