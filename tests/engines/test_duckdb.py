"""The same sums by DuckDB, from the SQL text of the same conditions: rows, and persons in two stages of ``bool_or``."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from profdev_indicators.builtin.engines import Polars
from profdev_indicators.expressions import to_sql
from profdev_indicators.records import Counted, Part, Tally
from random_records import PERIODS, Asking, above, match_units, question, records


def query(tally: Tally, *, persons: bool) -> str:
    """One tally at every unit; `told` has a row for each record and each unit in which it counts."""
    population = " OR ".join(f"({to_sql(flag, 'duckdb')})" for flag in tally.population) or "TRUE"
    # Of a person's rows only those of the population answer.
    wheres = [
        f"CASE WHEN {population} THEN ({'TRUE' if c.where is None else to_sql(c.where, 'duckdb')}) ELSE FALSE END"
        for c in tally.counted
    ]
    amounts = ["1" if c.sum is None else to_sql(c.sum, "duckdb") for c in tally.counted]
    told = [
        f"CASE WHEN ({where}) AND ({amount}) IS NULL THEN NULL ELSE ({where}) END AS c{n}, "
        f"CASE WHEN ({where}) THEN COALESCE(({amount}), 0) ELSE 0 END AS a{n}"
        for n, (where, amount) in enumerate(zip(wheres, amounts, strict=True))
    ]
    counted = range(len(tally.counted))
    # bool_or leaves nulls out: a «no» beside «not known» must be «not known».
    or_null = "CASE WHEN bool_or({0}) THEN TRUE WHEN count(*) > count({0}) THEN NULL ELSE FALSE END AS {0}"
    joined = [or_null.format("p"), *(f"{or_null.format(f'c{n}')}, {_amount(tally.counted[n], n)}" for n in counted)]
    known = (" AND " if tally.missing == "strict" else " OR ").join(f"c{n} IS NOT NULL" for n in counted) or "TRUE"
    worth = " + ".join(f"CASE WHEN c{n} THEN a{n} ELSE 0 END" for n in counted) or "0"
    columns = ", ".join(["target", "coalesce(who, 'row ' || line) AS who", f"({population}) AS p", *told])
    rows = f"SELECT {columns} FROM told"
    if persons:
        rows = f"SELECT target, who, {', '.join(joined)} FROM ({rows}) GROUP BY ALL"
    return f"""SELECT target AS unit, coalesce(sum(CASE WHEN p AND ({known}) THEN {worth} END), 0)::DOUBLE AS n,
        count_if(p) AS p, count_if(p AND ({known})) AS k, count_if(p IS NULL) AS u
        FROM ({rows}) GROUP BY target ORDER BY target"""


def _amount(counted: Counted, number: int) -> str:
    return f"{'max' if counted.sum is None else 'sum'}(a{number}) AS a{number}"


@pytest.mark.parametrize("persons", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_duckdb_counts_the_same(seed: int, persons: bool) -> None:  # noqa: FBT001 - a parameter
    asking = Asking(persons=persons, excluded=False)
    put, frame = question(seed, asking), records(seed, 400, asking)
    links = above().filter(pl.col("period") == 0).select("unit", target="above")
    numbers = frame.with_row_index("line").with_columns(unit=match_units(frame["oo"])).drop_nulls("unit")
    targets = pl.concat([links, numbers.select("unit", target="unit").unique()])
    told = numbers.join(targets, on="unit")
    base = duckdb.connect()
    base.register("told", told)
    ((_, tallied),) = Polars().tally(put, [Part(name="2021", period=PERIODS[0], frame=frame.lazy())])
    found = tallied.frame.filter(pl.col("breakdown").is_null()).sort("unit")
    for tally in put.tallies:
        if tally.own_only:
            continue
        expected = base.execute(query(tally, persons=persons)).fetchall()
        assert found.select("unit", *(f"{tally.name}.{part}" for part in "npku")).rows() == expected
