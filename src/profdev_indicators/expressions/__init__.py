"""Conditions and sums over the columns of a record: a subset of SQL with its three-valued logic."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

ColumnType = Literal["text", "integer", "number", "flag", "date"]


@frozen(kw_only=True)
class Expression:
    """A parsed expression."""

    text: str
    type: ColumnType
    columns: frozenset[str]
