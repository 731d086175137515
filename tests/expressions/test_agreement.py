"""Whatever can be written means the same to polars in memory, to polars in pieces, to DuckDB and to plain Python."""

from __future__ import annotations

from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from differing_expressions import differences, in_duckdb, in_memory, streaming
from profdev_indicators.expressions import parse
from random_expressions import COLUMNS, EVERY_TYPE, batches, records, text_of


@given(st.randoms(use_true_random=False), st.sampled_from(EVERY_TYPE), st.integers(1, 4), st.integers(0, 2**16))
def test_engines_agree_on_an_expression(random: Random, kind: str, depth: int, seed: int) -> None:
    expression = parse(text_of(random, kind, depth), COLUMNS, wanted=[kind])  # type: ignore[arg-type,list-item]  # sampled
    assert not list(differences([expression], seed=seed, rows=30))


@pytest.mark.parametrize("seed", range(6))
def test_engines_agree_on_many_expressions(seed: int) -> None:
    [(_, rules)] = batches(seed, 1, 60)
    assert not list(differences(rules, seed=seed, rows=60))


@pytest.mark.rules
@pytest.mark.parametrize("thousand", range(100))
def test_engines_agree_on_a_thousand_expressions(thousand: int) -> None:
    for seed, rules in batches(1_000_000 + thousand * 10, 10, 100):
        assert not list(differences(rules, seed=seed, rows=60))


@pytest.mark.parametrize(
    "text",
    [
        "hours / 3",
        "rate / 0.1",
        "7 / hours",
        "hours / rate",
        "age / 7",
        "-hours / 49",
        "hours / CASE WHEN mentor THEN 3 ELSE 3 END",
    ],
)
@pytest.mark.parametrize("same", [(), ("rate", "mentor"), ("hours",)], ids=str)
def test_quotients_are_those_of_ieee_in_every_row(text: str, same: tuple[str, ...]) -> None:
    random = np.random.default_rng(1)
    frame = records(1, 1).join(pl.DataFrame({"i": range(200_000)}), how="cross").drop("i")
    frame = frame.with_columns(
        pl.Series("hours", random.uniform(-100, 100, 200_000)),
        pl.Series("rate", random.uniform(-100, 100, 200_000)),
        pl.Series("age", random.integers(-100, 100, 200_000)),
        pl.Series("mentor", random.integers(0, 2, 200_000) == 1),
    ).with_columns(pl.lit(frame[name][0] if name == "mentor" else 3.0).alias(name) for name in same)
    expression = parse(text, COLUMNS, wanted=["number"])
    bits = [
        engine([expression], frame)["0"].fill_null(0.5).to_numpy().view(np.int64)
        for engine in (in_memory, streaming, in_duckdb)
    ]
    assert (bits[0] == bits[2]).all()
    assert (bits[1] == bits[2]).all()


@pytest.mark.parametrize(
    "text", ["5 > CASE WHEN age = 77777 THEN hours END", "5 - CASE WHEN age = 77777 THEN hours ELSE 1 END"]
)
def test_a_constant_on_the_left_gives_a_row_for_every_record(text: str) -> None:
    """Of a constant left of a CASE that always ends alike polars makes one row, and in pieces two."""
    frame = records(3, 500)
    expression = parse(text, COLUMNS, wanted=["flag", "number"])
    assert [engine([expression], frame).height for engine in (in_memory, streaming, in_duckdb)] == [500, 500, 500]
