"""An expression as SQL text, for DuckDB and for Spark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import singledispatchmethod
from typing import ClassVar
from typing import Literal as OneOf

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

Dialect = OneOf["duckdb", "spark"]


class DuckDB:
    """Writes nodes as DuckDB reads them."""

    types: ClassVar[Mapping[ColumnType, str]] = {
        "text": "VARCHAR",
        "integer": "BIGINT",
        "number": "DOUBLE",
        "flag": "BOOLEAN",
        "date": "DATE",
    }

    @singledispatchmethod
    def write(self, node: Node) -> str:
        """The text of a node, in brackets of its own where it needs them."""
        raise NotImplementedError(type(node).__name__)

    @write.register
    def _(self, node: Column) -> str:
        name = self.name(node.name)
        return self.finite(name) if node.type == "number" else name

    @write.register
    def _(self, node: Literal) -> str:
        return self.constant(node.value, node.type)

    @write.register
    def _(self, node: AsNumber) -> str:
        return f"CAST({self.write(node.value)} AS DOUBLE)"

    @write.register
    def _(self, node: Arithmetic) -> str:
        left, right = self.write(node.left), self.write(node.right)
        return self.quotient(left, right) if node.sign == "/" else f"({left} {node.sign} {right})"

    @write.register
    def _(self, node: Negative) -> str:
        return f"(- {self.write(node.value)})"

    @write.register
    def _(self, node: Absolute) -> str:
        return f"ABS({self.write(node.value)})"

    @write.register
    def _(self, node: DatePart) -> str:
        return f"CAST({node.part.upper()}({self.write(node.value)}) AS BIGINT)"

    @write.register
    def _(self, node: Age) -> str:
        birth, at = self.write(node.birth), self.write(node.at)
        earlier = f"MONTH({at}) * 100 + DAY({at}) < MONTH({birth}) * 100 + DAY({birth})"
        years = f"YEAR({at}) - YEAR({birth}) - CASE WHEN {earlier} THEN 1 ELSE 0 END"
        return f"CASE WHEN {birth} <= {at} THEN CAST({years} AS BIGINT) END"

    @write.register
    def _(self, node: Comparison) -> str:
        return f"({self.write(node.left)} {node.sign} {self.write(node.right)})"

    @write.register
    def _(self, node: Between) -> str:
        return f"({self.write(node.value)} BETWEEN {self.write(node.low)} AND {self.write(node.high)})"

    @write.register
    def _(self, node: In) -> str:
        choices = ", ".join(self.constant(choice, node.value.type) for choice in node.choices)
        return f"({self.write(node.value)} IN ({choices}))"

    @write.register
    def _(self, node: Like) -> str:
        return f"({self.write(node.value)} LIKE {self.text(node.pattern)}{self.escape(node.pattern)})"

    @write.register
    def _(self, node: IsNull) -> str:
        return f"({self.write(node.value)} IS NULL)"

    @write.register
    def _(self, node: Is) -> str:
        return f"({self.write(node.value)} IS {'TRUE' if node.truth else 'FALSE'})"

    @write.register
    def _(self, node: Not) -> str:
        return f"(NOT {self.write(node.value)})"

    @write.register
    def _(self, node: Joined) -> str:
        return _balanced([self.write(term) for term in node.terms], node.word)

    @write.register
    def _(self, node: Case) -> str:
        branches = " ".join(
            f"WHEN {self.write(condition)} THEN {self.write(result)}" for condition, result in node.branches
        )
        return f"CASE {branches} ELSE {self.write(node.otherwise)} END"

    @write.register
    def _(self, node: Coalesce) -> str:
        return f"COALESCE({', '.join(map(self.write, node.values))})"

    def constant(self, value: str | float | date | None, kind: ColumnType) -> str:
        """A constant of a type."""
        if value is None:
            return f"CAST(NULL AS {self.types[kind]})"
        if kind == "flag":
            return "TRUE" if value else "FALSE"
        if kind == "date":
            return f"DATE '{value}'"
        if isinstance(value, str):
            return self.text(value)
        return self.number(float(value)) if kind == "number" else self.integer(int(value))  # type: ignore[arg-type]  # dates are above

    def name(self, said: str) -> str:
        """The name of a column."""
        return '"' + said.replace('"', '""') + '"'

    def text(self, said: str) -> str:
        """A text."""
        return "'" + said.replace("'", "''") + "'"

    def integer(self, value: int) -> str:
        """A whole constant of 64 bits."""
        return f"CAST({value} AS BIGINT)"

    def number(self, value: float) -> str:
        """A constant of floating point: without an exponent it would be a decimal, whose conversion is not exact."""
        said = repr(value)
        return f"({said})" if "e" in said else f"({said}e0)"

    def finite(self, number: str) -> str:
        """The number, null where it is not finite."""
        return f"CASE WHEN ISFINITE({number}) THEN {number} END"

    def finished(self, number: str) -> str:
        """The number as a result: null where it is not finite, and a zero has no sign."""
        return self.finite(f"({number} + {self.number(0.0)})")

    def quotient(self, left: str, right: str) -> str:
        """A quotient, null where the divisor is zero."""
        return f"({left} / NULLIF({right}, 0e0))"

    def escape(self, pattern: str) -> str:  # noqa: ARG002 - other dialects look at it
        """What makes every sign of a pattern but ``%`` and ``_`` an ordinary one."""
        return ""


class Spark(DuckDB):
    """Writes nodes as Spark reads them, in ANSI mode or not."""

    types: ClassVar[Mapping[ColumnType, str]] = {**DuckDB.types, "text": "STRING"}

    def name(self, said: str) -> str:
        """The name of a column."""
        return "`" + said.replace("`", "``") + "`"

    def text(self, said: str) -> str:
        r"""A text; ``$`` is spelled out, since Spark puts variables of its own in place of ``${…}`` even in texts."""
        return "'" + said.replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024") + "'"

    def integer(self, value: int) -> str:
        """A whole constant of 64 bits."""
        return f"({value}L)"

    def number(self, value: float) -> str:
        """A constant of floating point."""
        return f"({value!r}D)".upper()

    def finite(self, number: str) -> str:
        """The number, null where it is not finite; in Spark NaN is greater than any number."""
        return f"CASE WHEN ABS({number}) <= 1.7976931348623157E308D THEN {number} END"

    def quotient(self, left: str, right: str) -> str:
        """A quotient, null where the divisor is zero."""
        return f"TRY_DIVIDE({left}, {right})"

    def escape(self, pattern: str) -> str:
        """A sign the pattern does not have: by itself Spark takes the backslash."""
        if "\\" not in pattern:
            return ""
        sign = next(sign for sign in _UNUSUAL if sign not in pattern)
        return f" ESCAPE '{sign}'"


_UNUSUAL = [chr(code) for code in range(0x100, 0x100 + 11_000)]  # more than a text can have


def _balanced(terms: Sequence[str], word: str) -> str:
    """Terms joined as a tree of little depth: parsers of SQL walk it on the stack."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return f"({_balanced(terms[:middle], word)} {word} {_balanced(terms[middle:], word)})"
