"""An expression as polars computes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce, singledispatchmethod
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
_MIRRORED: Mapping[str, str] = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_COMPUTE: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {"+": add, "-": sub, "*": mul}


class Writer:
    """Writes nodes as polars expressions.

    Two traps of polars are walked around. A constant on the left of a sign makes the result one row long where the
    right side happens to be the same in every row; so constants stand on the right. And a divisor that is the same in
    every row is turned into a multiplication by its reciprocal, which is off in the last bit of up to a third of the
    quotients; so zeros made of the columns are added to it.
    """

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
        if isinstance(node.left, Literal):
            left = _zeros(node) + left
        if node.sign != "/":
            return _COMPUTE[node.sign](left, right)
        divisor = right + _zeros(node)
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
        if isinstance(node.at, Literal):
            born, early, years = birth <= at, _day_of_year(birth) > _day_of_year(at), -_year(birth) + _year(at)
        else:
            born, early, years = at >= birth, _day_of_year(at) < _day_of_year(birth), _year(at) - _year(birth)
        return pl.when(born).then(years - early.cast(pl.Int64))

    @write.register
    def _(self, node: Comparison) -> pl.Expr:
        left, right = self.write(node.left), self.write(node.right)
        if isinstance(node.left, Literal):
            return _COMPARE[_MIRRORED[node.sign]](right, left)
        return _COMPARE[node.sign](left, right)

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


def finished(number: pl.Expr) -> pl.Expr:
    """The number as a result: null where it is not finite; a zero has no sign, since polars may lose it on the way."""
    return pl.when(number == 0).then(0.0).when(number.is_finite()).then(number)


def _zeros(node: Node) -> pl.Expr:
    """Zeros, as many as there are rows, unless every column of the node is the same in every row."""
    names = sorted({part.name for part in node.walk() if isinstance(part, Column)})
    return reduce(add, (pl.col(name).is_null().cast(pl.Float64) for name in names)) * 0.0


def _year(day: pl.Expr) -> pl.Expr:
    return day.dt.year().cast(pl.Int64)


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
