"""Conditions and sums over the columns of a record: a subset of SQL with its three-valued logic.

:func:`parse` makes an :class:`Expression` of a text, :func:`to_polars` and :func:`to_sql` give it to an engine. Columns
are of the types ``String``, ``Int64``, ``Float64``, ``Boolean`` and ``Date``: who reads the records sees to that.
Numbers that are not finite are taken for not known here, wherever they come from.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from profdev_indicators.expressions.checks import TYPE_WORDS
from profdev_indicators.expressions.flaws import ExpressionError, Flaw, drawn
from profdev_indicators.expressions.grammar import DEPTH, FUNCTIONS, Grammar
from profdev_indicators.expressions.in_sql import Dialect, DuckDB, Spark
from profdev_indicators.expressions.nodes import Column, ColumnType, Node

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "DEPTH",
    "FUNCTIONS",
    "LENGTH",
    "TYPE_WORDS",
    "WEIGHT",
    "ColumnType",
    "Dialect",
    "Expression",
    "ExpressionError",
    "Flaw",
    "drawn",
    "parse",
    "to_polars",
    "to_sql",
]

LENGTH: Final = 10_000
"""Characters of a text."""
WEIGHT: Final = 2_000
"""Operations of an expression: columns, constants, signs."""


@frozen(kw_only=True)
class Expression:
    """A parsed expression. Two are equal if they mean the same but for order: spaces and brackets do not count."""

    text: str = field(eq=False)  # as written
    root: Node = field(repr=False)

    @property
    def type(self) -> ColumnType:
        """What it gives."""
        return self.root.type

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns it looks at, one at least."""
        return frozenset(node.name for node in self.root.walk() if isinstance(node, Column))

    @cached_property
    def canonical(self) -> str:
        """A text that is the same for equal expressions, in every process: for hashes."""
        return to_sql(self, "duckdb")


def parse(text: str, columns: Mapping[str, ColumnType], *, wanted: Collection[ColumnType]) -> Expression:
    """The expression a text says.

    Args:
        text: what was written.
        columns: the columns of the records and their types.
        wanted: the types it may give.

    Raises:
        ExpressionError: with every flaw that could be found in one go.
    """
    if len(text) > LENGTH:
        hint = f"не больше {LENGTH} знаков; длинный список лучше держать колонкой"
        raise ExpressionError(
            text, [Flaw(start=LENGTH, end=LENGTH + 1, message="выражение слишком длинное", hint=hint)]
        )
    grammar = Grammar(text, columns)
    root = grammar.read()
    if root is None or grammar.flaws:
        raise ExpressionError(text, grammar.flaws)
    expression = Expression(text=text, root=root)
    if flaws := _unfit(expression, wanted):
        raise ExpressionError(text, flaws)
    return expression


def to_polars(expression: Expression) -> pl.Expr:
    """The expression for polars; a number that is not finite becomes null, and a zero loses its sign."""
    from profdev_indicators.expressions.in_polars import Writer, finished  # noqa: PLC0415 - polars is loaded when needed

    written = Writer().write(expression.root)
    return finished(written) if expression.type == "number" else written


def to_sql(expression: Expression, dialect: Dialect) -> str:
    """The expression as text of SQL; a number that is not finite becomes null, and a zero loses its sign."""
    writer = {"duckdb": DuckDB, "spark": Spark}[dialect]()
    written = writer.write(expression.root)
    return writer.finished(written) if expression.type == "number" else written


def _unfit(expression: Expression, wanted: Collection[ColumnType]) -> list[Flaw]:
    root = expression.root
    found = []
    if root.weight > WEIGHT:
        found.append(("в выражении слишком много частей", f"их {root.weight}, а можно {WEIGHT}"))
    if root.type not in wanted:
        needed = " или ".join(words for kind, words in TYPE_WORDS.items() if kind in wanted)
        found.append((f"здесь нужно: {needed}, а получается {TYPE_WORDS[root.type]}", ""))
    if not expression.columns:
        found.append(("в выражении нет ни одной колонки", "оно одинаково для всех записей"))
    return [Flaw(start=root.start, end=root.end, message=message, hint=hint) for message, hint in found]
