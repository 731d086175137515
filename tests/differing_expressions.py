"""Engines beside one another: the same expressions over the same records, compared bit for bit."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import duckdb
import numpy as np
import polars as pl

from evaluated_expressions import Evaluator
from profdev_indicators.expressions import Expression, to_polars, to_sql
from random_expressions import TYPES, observed, records

Engine = Callable[[Sequence[Expression], pl.DataFrame], pl.DataFrame]


def in_memory(expressions: Sequence[Expression], frame: pl.DataFrame) -> pl.DataFrame:
    """What polars says."""
    return frame.select(to_polars(expression).alias(str(i)) for i, expression in enumerate(expressions))


def streaming(expressions: Sequence[Expression], frame: pl.DataFrame) -> pl.DataFrame:
    """What polars says in pieces."""
    named = (to_polars(expression).alias(str(i)) for i, expression in enumerate(expressions))
    return frame.lazy().select(named).collect(engine="streaming")


def in_duckdb(expressions: Sequence[Expression], frame: pl.DataFrame) -> pl.DataFrame:
    """What DuckDB says."""
    return queried([to_sql(expression, "duckdb") for expression in expressions], frame)


def queried(texts: Sequence[str], frame: pl.DataFrame) -> pl.DataFrame:
    """What DuckDB says to texts of SQL."""
    connection = _connection()
    connection.register("records", frame.to_arrow())
    said = ", ".join(f'{text} AS "{i}"' for i, text in enumerate(texts))
    with warnings.catch_warnings():  # it would rather be asked another way, which plans every query twice
        warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)
        return pl.DataFrame(connection.execute(f"SELECT {said} FROM records").to_arrow_table())  # noqa: S608 - as asked


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"threads": "1"})
    connection.execute("PRAGMA disable_optimizer")  # the oracle is to compute what is written
    return connection


def in_python(expressions: Sequence[Expression], frame: pl.DataFrame) -> pl.DataFrame:
    """What the tiny evaluator says."""
    evaluator = Evaluator(frame.to_dict(as_series=False))
    return pl.DataFrame(
        {
            str(i): pl.Series(evaluator.outer(expression), dtype=TYPES[expression.type])
            for i, expression in enumerate(expressions)
        }
    )


_NULL = 5.4321e-311

ENGINES: dict[str, Engine] = {"polars": in_memory, "polars, streaming": streaming, "duckdb": in_duckdb}


def differences(
    rules: Sequence[Expression], *, seed: int, rows: int, engines: dict[str, Engine] = ENGINES
) -> Iterator[str]:
    """What engines say otherwise than the evaluator, of the rules and of every value within them."""
    frame = records(seed, rows)
    parts = list(dict.fromkeys(part for rule in rules for part in observed(rule)))
    expected = in_python(parts, frame)
    for name, engine in engines.items():
        try:
            said = engine(parts, frame)
        except Exception as error:  # noqa: BLE001 - an engine may refuse in any way; that is a difference too
            yield f"{name}: {error}"
            continue
        for column in _unequal(expected, said):
            part, row = parts[int(column)], _first(expected[column], said[column])
            yield (
                f"seed {seed}, {name}: {to_sql(part, 'duckdb')}: {said[column][row]!r} instead of"
                f" {expected[column][row]!r} in {frame.row(row, named=True)}"
            )


def _unequal(expected: pl.DataFrame, said: pl.DataFrame) -> list[str]:
    if (expected.schema, expected.height) != (said.schema, said.height):
        wrong = [name for name, kind in expected.schema.items() if said.schema.get(name) != kind]
        return wrong or expected.columns[:1]
    numbers = [name for name, kind in expected.schema.items() if kind == pl.Float64]
    same = (_bits(expected.select(numbers)) == _bits(said.select(numbers))).all(axis=0) if numbers else []
    wrong = [name for name, fine in zip(numbers, same, strict=True) if not fine]
    others = [name for name in expected.columns if expected.schema[name] != pl.Float64]
    if expected.select(others).equals(said.select(others)):
        return wrong
    return wrong + [name for name in others if not expected[name].equals(said[name], null_equal=True)]


def _bits(frame: pl.DataFrame) -> Any:
    """Numbers as their 64 bits, nulls as those of a number that never comes up."""
    return np.ascontiguousarray(frame.fill_null(_NULL).to_numpy()).view(np.int64)


def _first(expected: pl.Series, said: pl.Series) -> int:
    """The first row that differs."""
    pairs = zip(map(repr, expected.to_list()), map(repr, said.to_list()), strict=False)
    return next((row for row, (a, b) in enumerate(pairs) if a != b), 0)
