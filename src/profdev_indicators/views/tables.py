"""Frames as text tables for other programs."""

from __future__ import annotations

import polars as pl

_FORMULA = "^[=+\\-@\t\r\n＝＋－＠]"  # a spreadsheet computes a cell which begins so, whoever wrote it


def table_of(frame: pl.DataFrame) -> bytes:
    """For programs: comma, decimal point, UTF-8 without a mark; texts that look like formulas are quoted with «'»."""
    structs = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Struct)]
    flat = frame.with_columns(
        *(_json(pl.col(name), frame.schema[name]).alias(name) for name in structs),
        *(_harmless(pl.col(name)) for name, dtype in frame.schema.items() if dtype == pl.String),
    )
    return flat.write_csv(line_terminator="\n").encode()


def _json(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    empty = isinstance(dtype, pl.Struct) and not dtype.fields
    return pl.lit("{}") if empty else column.struct.json_encode()


def _harmless(column: pl.Expr) -> pl.Expr:
    return pl.when(column.str.contains(_FORMULA)).then("'" + column).otherwise(column).name.keep()
