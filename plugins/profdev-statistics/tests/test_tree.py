from __future__ import annotations

import polars as pl

from profdev_statistics.tree import descent


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
