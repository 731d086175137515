"""Engines beside one another: the same expressions over the same records, compared bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
    with duckdb.connect(":memory:", config={"threads": "1"}) as connection:
        connection.execute("PRAGMA disable_optimizer")
        connection.register("records", frame.to_arrow())
        said = ", ".join(f'{text} AS "{i}"' for i, text in enumerate(texts))
        answer = connection.sql(f"SELECT {said} FROM records").to_arrow_table()  # noqa: S608 - that is the question
        return pl.DataFrame(answer)


def in_python(expressions: Sequence[Expression], frame: pl.DataFrame) -> pl.DataFrame:
    """What the tiny evaluator says."""
    evaluator = Evaluator(frame.to_dict(as_series=False))
    return pl.DataFrame(
        {
            str(i): pl.Series(evaluator.outer(expression), dtype=TYPES[expression.type])
            for i, expression in enumerate(expressions)
        }
    )


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
    if said.height != expected.height:
        return said.columns[:1]
    wrong = [name for name, kind in said.schema.items() if kind != expected.schema[name]]
    rest = [name for name in said.columns if name not in wrong]
    numbers = [name for name in rest if expected.schema[name] == pl.Float64]
    same = (_bits(expected.select(numbers)) == _bits(said.select(numbers))).all(axis=1) if numbers else []
    wrong += [name for name, fine in zip(numbers, same, strict=True) if not fine]
    others = [name for name in rest if expected.schema[name] != pl.Float64]
    return wrong + [name for name in others if not expected[name].equals(said[name], null_equal=True)]


def _bits(frame: pl.DataFrame) -> Any:
    """Numbers as their 64 bits; all nulls alike, and there is no NaN."""
    return np.stack(
        [np.where(series.is_null(), nan_bits(), series.fill_null(0.0).to_numpy().view(np.int64)) for series in frame]
    )


def nan_bits() -> int:
    """The bits of a value no result can be."""
    return int(np.array(np.nan).view(np.int64))


def _first(expected: pl.Series, said: pl.Series) -> int:
    """The first row that differs."""
    pairs = zip(map(repr, expected.to_list()), map(repr, said.to_list()), strict=False)
    return next((row for row, (a, b) in enumerate(pairs) if a != b), 0)
