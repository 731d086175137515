"""A tiny evaluator of expressions in plain Python: the second oracle, which knows no engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from math import isfinite, isnan
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from profdev_indicators.expressions import Expression
from profdev_indicators.expressions import nodes as n

Values = list[Any]


def evaluated(expression: Expression, columns: Mapping[str, Sequence[Any]]) -> Values:
    """What the expression gives for every row; null is ``None``."""
    return Evaluator(columns).outer(expression)


class Evaluator:
    """Computes nodes over the same rows, each once."""

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        self._columns = columns
        self._rows = len(next(iter(columns.values())))
        self._known: dict[int, tuple[n.Node, Values]] = {}

    def outer(self, expression: Expression) -> Values:
        """What an engine is to give for an expression."""
        values = _finite(expression.root, self.values(expression.root))
        if expression.type != "number":
            return values
        return [value or 0.0 if value is not None else None for value in values]

    def values(self, node: n.Node) -> Values:
        """The values of a node, of which none is finished as a result."""
        if id(node) not in self._known:
            self._known[id(node)] = node, self._computed(node)
        return self._known[id(node)][1]

    def _computed(self, node: n.Node) -> Values:
        match node:
            case n.Column(name=name):
                return _finite(node, list(self._columns[name]))
            case n.Literal(value=value):
                return [value] * self._rows
        return list(map(_operation(node), *(self.values(part) for part in node.parts)))


def _finite(node: n.Node, values: Values) -> Values:
    if node.type != "number":
        return values
    return [value if value is not None and isfinite(value) else None for value in values]


def _operation(node: n.Node) -> Callable[..., Any]:  # noqa: PLR0911 - one line for each node, as a table
    """What a node does with the values of its parts in one row."""
    match node:
        case n.IsNull():
            return lambda value: value is None
        case n.Is(truth=truth):
            return lambda value: value is truth
        case n.Joined(word=word):
            return _all if word == "AND" else _any
        case n.Coalesce():
            return lambda *values: next((value for value in values if value is not None), None)
        case n.Case():
            return _case
        case n.Between():
            return lambda value, low, high: _all(_compared(">=", value, low), _compared("<=", value, high))
    known = _of_known(node)
    return lambda *values: None if None in values else known(*values)


def _of_known(node: n.Node) -> Callable[..., Any]:  # noqa: C901, PLR0911 - one line for each node, as a table
    match node:
        case n.AsNumber():
            return float
        case n.Negative():
            return lambda value: -value
        case n.Absolute():
            return abs
        case n.Arithmetic(sign=sign):
            return _ARITHMETIC[sign]
        case n.Comparison(sign=sign):
            return lambda left, right: _compared(sign, left, right)
        case n.In(choices=choices):
            return lambda value: value in choices
        case n.Like(pattern=pattern):
            return lambda value: fits(value, pattern)
        case n.Not():
            return lambda value: not value
        case n.DatePart(part=part):
            return lambda value: getattr(value, part)
        case n.Age():
            return _age
    raise AssertionError(node)


def _all(*flags: bool | None) -> bool | None:
    return False if False in flags else None if None in flags else True


def _any(*flags: bool | None) -> bool | None:
    return True if True in flags else None if None in flags else False


def _case(*values: Any) -> Any:
    pairs = zip(values[:-1:2], values[1:-1:2], strict=True)
    return next((result for condition, result in pairs if condition is True), values[-1])


def _compared(sign: str, left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    a, b = _key(left), _key(right)
    return bool(_COMPARISON[sign](a, b))


def _key(value: Any) -> Any:
    """What is not a number is greater than any number and equal to itself."""
    return (isnan(value), 0.0 if isnan(value) else value) if isinstance(value, float) else value


def _age(birth: date, at: date) -> int | None:
    years = 0
    if at < birth:
        return None
    while (birth.year + years + 1, birth.month, birth.day) <= (at.year, at.month, at.day):
        years += 1
    return years


def _quotient(left: float, right: float) -> float | None:
    return None if right == 0 else left / right


_COMPARISON: Mapping[str, Callable[[Any, Any], Any]] = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_ARITHMETIC: Mapping[str, Callable[[float, float], float | None]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _quotient,
}


@cache
def fits(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern of LIKE, sign by sign."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return fits(text, pattern[1:]) or (text != "" and fits(text[1:], pattern))
    return text != "" and pattern[0] in {"_", text[0]} and fits(text[1:], pattern[1:])
