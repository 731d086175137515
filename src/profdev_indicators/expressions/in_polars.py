"""An expression as polars computes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import singledispatchmethod
from operator import add, and_, eq, ge, gt, le, lt, mul, ne, or_, sub
from typing import Any

import polars as pl

from profdev_indicators.expressions.nodes import (
    Absolute,
    Age,
    Arithmetic,
    AsNumber,
    Between,
    Case,
    Coalesce,
    Column,
    ColumnType,
    Comparison,
    DatePart,
    In,
    Is,
    IsNull,
    Joined,
    Like,
    Literal,
    Negative,
    Node,
    Not,
)

TYPES: Mapping[ColumnType, Any] = {
    "text": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "flag": pl.Boolean,
    "date": pl.Date,
}
_COMPARE: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "=": eq,
    "<>": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}
_COMPUTE: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {"+": add, "-": sub, "*": mul}


class Writer:
    """Writes nodes as polars expressions.

    ``column``: any column of the records. A divisor made of constants is joined with it, because polars multiplies by
    the reciprocal of a constant and is then off by one in the last bit of up to a third of the quotients.
    """

    def __init__(self, column: str) -> None:
        self._nothing = pl.col(column).is_null().cast(pl.Float64) * 0.0

    @singledispatchmethod
    def write(self, node: Node) -> pl.Expr:
        """The expression of a node."""
        raise NotImplementedError(type(node).__name__)

    @write.register
    def _(self, node: Column) -> pl.Expr:
        column = pl.col(node.name)
        return pl.when(column.is_finite()).then(column) if node.type == "number" else column

    @write.register
    def _(self, node: Literal) -> pl.Expr:
        return pl.lit(node.value, dtype=TYPES[node.type])

    @write.register
    def _(self, node: AsNumber) -> pl.Expr:
        return self.write(node.value).cast(pl.Float64)

    @write.register
    def _(self, node: Arithmetic) -> pl.Expr:
        left, right = self.write(node.left), self.write(node.right)
        if node.sign != "/":
            return _COMPUTE[node.sign](left, right)
        divisor = right if _varies(node.right) else right + self._nothing
        return pl.when(divisor != 0).then(left / divisor)

    @write.register
    def _(self, node: Negative) -> pl.Expr:
        return -self.write(node.value)

    @write.register
    def _(self, node: Absolute) -> pl.Expr:
        return self.write(node.value).abs()

    @write.register
    def _(self, node: DatePart) -> pl.Expr:
        dates = self.write(node.value).dt
        return {"year": dates.year, "month": dates.month, "day": dates.day}[node.part]().cast(pl.Int64)

    @write.register
    def _(self, node: Age) -> pl.Expr:
        birth, at = self.write(node.birth), self.write(node.at)
        years = at.dt.year().cast(pl.Int64) - birth.dt.year().cast(pl.Int64)
        return pl.when(birth <= at).then(years - (_day_of_year(at) < _day_of_year(birth)).cast(pl.Int64))

    @write.register
    def _(self, node: Comparison) -> pl.Expr:
        return _COMPARE[node.sign](self.write(node.left), self.write(node.right))

    @write.register
    def _(self, node: Between) -> pl.Expr:
        value = self.write(node.value)
        return (value >= self.write(node.low)) & (value <= self.write(node.high))

    @write.register
    def _(self, node: In) -> pl.Expr:
        choices = pl.Series(node.choices, dtype=TYPES[node.value.type])
        return self.write(node.value).is_in(choices.implode())

    @write.register
    def _(self, node: Like) -> pl.Expr:
        return _like(self.write(node.value), node.pattern)

    @write.register
    def _(self, node: IsNull) -> pl.Expr:
        return self.write(node.value).is_null()

    @write.register
    def _(self, node: Is) -> pl.Expr:
        value = self.write(node.value)
        return (value if node.truth else ~value).fill_null(value=False)

    @write.register
    def _(self, node: Not) -> pl.Expr:
        return ~self.write(node.value)

    @write.register
    def _(self, node: Joined) -> pl.Expr:
        return _balanced([self.write(term) for term in node.terms], and_ if node.word == "AND" else or_)

    @write.register
    def _(self, node: Case) -> pl.Expr:
        chain: Any = pl
        for condition, result in node.branches:
            chain = chain.when(self.write(condition)).then(self.write(result))
        otherwise: pl.Expr = chain.otherwise(self.write(node.otherwise))
        return otherwise

    @write.register
    def _(self, node: Coalesce) -> pl.Expr:
        return pl.coalesce([self.write(value) for value in node.values])


def finite(number: pl.Expr) -> pl.Expr:
    """The number, null where it is not finite."""
    return pl.when(number.is_finite()).then(number)


def _varies(node: Node) -> bool:
    """Whether polars surely sees a column here, not a constant."""
    if isinstance(node, Arithmetic | Negative | Absolute):
        return any(_varies(part) for part in node.parts)
    return isinstance(node, Column) or (isinstance(node, AsNumber) and isinstance(node.value, Column))


def _day_of_year(day: pl.Expr) -> pl.Expr:
    return day.dt.month().cast(pl.Int64) * 100 + day.dt.day().cast(pl.Int64)


def _balanced(terms: Sequence[pl.Expr], join: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> pl.Expr:
    """Terms joined as a tree of little depth: polars walks expressions on the stack."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return join(_balanced(terms[:middle], join), _balanced(terms[middle:], join))


def _like(text: pl.Expr, pattern: str) -> pl.Expr:
    body = pattern.strip("%")
    if body and "%" not in body and "_" not in body:
        before, after = pattern.startswith("%"), pattern.endswith("%")
        if before and after:
            return text.str.contains(body, literal=True)
        if before:
            return text.str.ends_with(body)
        return text.str.starts_with(body) if after else text == body
    signs = {"%": ".*", "_": "."}
    return text.str.contains(f"(?s)^(?:{''.join(signs.get(sign) or re.escape(sign) for sign in pattern)})$")
