from __future__ import annotations

from datetime import date

import polars as pl

from answered import monitored
from judging import cell, indicator
from profdev_indicators.periods import Period
from profdev_statistics.descent import descent, links_of


def test_everybody_stands_below_all_who_are_above() -> None:
    links = pl.LazyFrame(
        {"unit": ["s", "c", "d", "s"], "period": ["1", "1", "1", "2"], "parent": ["c", "d", None, "d"]}
    )
    pairs = descent(links).collect().select("period", "total", "unit").rows()
    assert sorted(pairs) == [("1", "c", "s"), ("1", "d", "c"), ("1", "d", "s"), ("2", "d", "s")]


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
