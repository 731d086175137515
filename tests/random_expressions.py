"""Random texts of the rule language and random records for them: the same for one seed, on every machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from math import inf, nan
from random import Random
from typing import Any

import polars as pl

from profdev_indicators.expressions import ColumnType, Expression, parse
from profdev_indicators.expressions.in_polars import TYPES
from profdev_indicators.expressions.nodes import AsNumber, Column, Literal

COLUMNS: dict[str, ColumnType] = {
    "age": "integer",
    "code": "integer",
    "hours": "number",
    "rate": "number",
    "category": "text",
    "предмет": "text",
    "mentor": "flag",
    "в штате": "flag",
    "birth_date": "date",
    "hired": "date",
}
EVERY_TYPE: tuple[ColumnType, ...] = ("flag", "integer", "number", "text", "date")

_INTEGERS = [
    0,
    1,
    -1,
    2,
    3,
    7,
    18,
    34,
    35,
    36,
    60,
    -5,
    2**53,
    2**53 + 1,
    -(2**53) - 1,
    2**63 - 1,
    -(2**63),
    2024,
    2**62,
]
_NUMBERS = [
    0.0,
    -0.0,
    nan,
    inf,
    -inf,
    0.1,
    0.3,
    1 / 3,
    1.5,
    -2.5,
    3.0,
    7.0,
    35.0,
    1e308,
    -1e308,
    5e-324,
    2.0**53,
    2.0**63,
]
_TEXTS = [
    *(
        "",
        "высшая",
        "первая",
        "Первая",
        "перв",
        "ёж",
        "a\nb",
        "%",
        "_",
        "a%b",
        "a_b",
        "\\",
        "a\\b",
        "a\\%",
        "'",
        "it's",
    ),
    *(
        '"',
        "😀",
        "é",
        "e\u0301",
        " ",
        "первая ",
        "x",
        "xx",
        "высшая\n",
        "${x}",
        "$1",
        "a.b",
        "a+b",
        "не первая",
        "ВЫСШАЯ",
        "(a",
        "^a$",
    ),
]
_DATES = [
    *(date(1, 1, 1), date(9999, 12, 31), date(1582, 10, 10), date(1900, 2, 28), date(1969, 12, 31), date(1970, 1, 1)),
    *(date(1990, 2, 28), date(1990, 9, 1), date(1996, 2, 29), date(2000, 2, 29), date(2024, 2, 29), date(2025, 3, 1)),
    *(date(2025, 8, 31), date(2025, 9, 1), date(2025, 9, 2), date(2025, 12, 31)),
]
_PATTERNS = [
    *(
        "%",
        "_",
        "__",
        "",
        "перв%",
        "%ая",
        "%в%",
        "высшая",
        "_ысшая",
        "в%я",
        "%\n%",
        "a_b",
        "a\\_b",
        "a\\%",
        "%\\%",
        "%%",
    ),
    *("_%", "%_", "%_%", "a%b", "(a", "a.b", "^a$", "%'%", "${x}", "%$%", "%e%", "%😀", "_\u0301"),
]
_OPERATIONS = ("=", "<>", "<", "<=", ">", ">=")

_DEPTHS = (1, 2, 2, 2, 3, 3, 4)

# How strongly a piece of text holds together: what is weaker than its place wants is put in brackets.
_OR, _AND, _NOT, _COMPARED, _SUM, _PRODUCT, _SIGNED, _WHOLE = range(1, 9)
Piece = tuple[str, int]


def records(seed: int, rows: int) -> pl.DataFrame:
    """Invented records.

    Nulls, zeros of both signs, what is not finite, the largest integers, odd texts, far dates, columns of one value.
    """
    random = Random(seed)  # noqa: S311 - invented, and the same for one seed
    values: dict[ColumnType, Callable[[], Any]] = {
        "integer": lambda: random.choice(_INTEGERS) if random.random() < 0.7 else random.randint(-70, 70),
        "number": lambda: random.choice(_NUMBERS) if random.random() < 0.5 else _number(random),
        "text": lambda: random.choice(_TEXTS),
        "flag": lambda: random.random() < 0.5,
        "date": lambda: random.choice(_DATES) if random.random() < 0.6 else _day(random),
    }
    frame = pl.DataFrame(
        {
            name: pl.Series(
                [None if random.random() < 0.15 else values[kind]() for _ in range(rows)], dtype=TYPES[kind]
            )
            for name, kind in COLUMNS.items()
        }
    )
    same = [name for name in COLUMNS if random.random() < 0.15]  # polars treats columns of one value in its own way
    return frame.with_columns(pl.lit(values[COLUMNS[name]](), dtype=TYPES[COLUMNS[name]]).alias(name) for name in same)


def expressions(seed: int, count: int) -> list[Expression]:
    """Random expressions of every type, most of them conditions."""
    random = Random(seed)  # noqa: S311 - invented, and the same for one seed
    kinds: Sequence[ColumnType] = (
        "flag",
        "flag",
        "flag",
        "flag",
        "flag",
        "number",
        "number",
        "integer",
        "text",
        "date",
    )
    texts = (text_of(random, random.choice(kinds), random.choice(_DEPTHS)) for _ in range(count))
    return [parse(text, COLUMNS, wanted=EVERY_TYPE) for text in texts]


def observed(expression: Expression) -> list[Expression]:
    """The expression and every number within it that is computed: what a condition would hide, this shows."""
    numbers = (node for node in expression.root.walk() if node.type in {"number", "integer"})
    computed = (node for node in numbers if not isinstance(node, Column | Literal | AsNumber))
    return [expression, *(Expression(text="", root=node) for node in computed if node is not expression.root)]


def text_of(random: Random, kind: ColumnType, depth: int) -> str:
    """The text of a random expression of a type."""
    return Texts(random).piece(kind, depth)[0]


class Texts:
    """Writes random pieces of text, with brackets where they are needed and sometimes where they are not."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._makers: dict[ColumnType, Sequence[Callable[[int], Piece]]] = {
            "flag": (
                *(
                    self._compared,
                    self._compared,
                    self._compared,
                    self._between,
                    self._in,
                    self._in_numbers,
                    self._like,
                ),
                *(
                    self._is_null,
                    self._is_true,
                    self._not,
                    self._joined,
                    self._joined,
                    self._case_flag,
                    self._coalesce_flag,
                ),
            ),
            "number": (
                *(self._arithmetic, self._arithmetic, self._arithmetic, self._arithmetic, self._minus, self._minus),
                *(self._abs, self._case_number, self._coalesce_number),
            ),
            "integer": (self._date_part, self._age, self._case_integer, self._coalesce_integer),
            "text": (self._case_text, self._coalesce_text),
            "date": (self._case_date, self._coalesce_date),
        }

    def piece(self, kind: ColumnType, depth: int, *, constant: bool = False) -> Piece:
        """A piece of a type, with how strongly it holds together; ``constant``: it may be one."""
        if constant and self._random.random() < 0.4:
            return self._constant(kind)
        if depth <= 0 or self._random.random() < 0.1:
            return self._column(kind)
        return self._random.choice(self._makers[kind])(depth - 1)

    def _at(self, kind: ColumnType, depth: int, strength: int, *, constant: bool = False) -> str:
        text, holds = self.piece(kind, depth, constant=constant)
        return f"({text})" if holds < strength or self._random.random() < 0.05 else text

    def _two(self, kinds: tuple[ColumnType, ColumnType], depth: int, strengths: tuple[int, int]) -> tuple[str, str]:
        """Two pieces, of which one may be a constant."""
        left = self._random.random() < 0.5
        return (
            self._at(kinds[0], depth, strengths[0], constant=left),
            self._at(kinds[1], depth, strengths[1], constant=not left),
        )

    def _column(self, kind: ColumnType) -> Piece:
        name = self._random.choice([name for name, declared in COLUMNS.items() if declared == kind])
        return (f'"{name}"' if " " in name or self._random.random() < 0.1 else name), _WHOLE

    def _constant(self, kind: ColumnType) -> Piece:
        random = self._random
        if kind == "flag":
            return random.choice(("TRUE", "FALSE", "true")), _WHOLE
        if kind == "text":
            return quoted(random.choice(_TEXTS)), _WHOLE
        if kind == "date":
            return f"DATE '{random.choice(_DATES) if random.random() < 0.7 else _day(random)}'", _WHOLE
        if kind == "integer":
            value = random.choice(_INTEGERS) if random.random() < 0.6 else random.randint(-70, 70)
            value = max(value, -(2**63) + 1)
            return str(value), _SIGNED if value < 0 else _WHOLE
        number = abs(random.choice((0.1, 0.3, 3.0, 7.0, 1.5, 35.0, 1e308, 49.0, 0.7, round(_number(random), 3))))
        sign = "-" if random.random() < 0.2 else ""
        return f"{sign}{number:.3f}", _SIGNED if sign else _WHOLE

    def _numeric(self) -> ColumnType:
        return self._random.choice(("integer", "number"))

    def _pair(self) -> tuple[ColumnType, ColumnType]:
        """Two types that may be compared by order."""
        return ("date", "date") if self._random.random() < 0.25 else (self._numeric(), self._numeric())

    def _compared(self, depth: int) -> Piece:
        random = self._random
        kinds, signs = self._pair(), _OPERATIONS
        if random.random() < 0.25:
            kind: ColumnType = random.choice(("text", "flag"))
            kinds, signs = (kind, kind), ("=", "<>", "!=")
        left, right = self._two(kinds, depth, (_SUM, _SUM))
        return f"{left} {random.choice(signs)} {right}", _COMPARED

    def _between(self, depth: int) -> Piece:
        kind, other = self._pair()
        value = self._at(kind, depth, _SUM)
        low, high = self._two((other, kind), 0, (_SUM, _SUM))
        return f"{value} {self._opposite()}BETWEEN {low} AND {high}", _COMPARED

    def _in(self, depth: int) -> Piece:
        kind: ColumnType = self._random.choice(("text", "integer", "date"))
        choices = ", ".join(self._constant(kind)[0] for _ in range(self._random.randint(1, 4)))
        return f"{self._at(kind, depth, _SUM)} {self._opposite()}IN ({choices})", _COMPARED

    def _in_numbers(self, depth: int) -> Piece:
        choices = ", ".join(self._constant(self._numeric())[0] for _ in range(self._random.randint(1, 4)))
        return f"{self._at('number', depth, _SUM)} {self._opposite()}IN ({choices}, 0)", _COMPARED

    def _like(self, depth: int) -> Piece:
        return (
            f"{self._at('text', depth, _SUM)} {self._opposite()}LIKE {quoted(self._random.choice(_PATTERNS))}",
            _COMPARED,
        )

    def _is_null(self, depth: int) -> Piece:
        kind = self._random.choice(EVERY_TYPE)
        return f"{self._at(kind, depth, _SUM)} IS {self._opposite()}NULL", _COMPARED

    def _is_true(self, depth: int) -> Piece:
        return (
            f"{self._at('flag', depth, _SUM)} IS {self._opposite()}{self._random.choice(('TRUE', 'FALSE'))}",
            _COMPARED,
        )

    def _not(self, depth: int) -> Piece:
        return f"NOT {self._at('flag', depth, _NOT)}", _NOT

    def _joined(self, depth: int) -> Piece:
        word, strength = self._random.choice((("AND", _AND), ("OR", _OR)))
        terms = [self._at("flag", depth, strength + 1) for _ in range(self._random.randint(2, 4))]
        return f" {word} ".join(terms), strength

    def _arithmetic(self, depth: int) -> Piece:
        sign = self._random.choice("+-*//")
        strength = _SUM if sign in "+-" else _PRODUCT
        left, right = self._two((self._numeric(), self._numeric()), depth, (strength, strength + 1))
        if sign == "/" and not right.strip("-0.()"):
            right = "7"  # a constant zero is refused
        return f"{left} {sign} {right}", strength

    def _minus(self, depth: int) -> Piece:
        return f"- {self._at(self._numeric(), depth, _SIGNED)}", _SIGNED

    def _abs(self, depth: int) -> Piece:
        return f"ABS({self.piece(self._numeric(), depth)[0]})", _WHOLE

    def _date_part(self, depth: int) -> Piece:
        return f"{self._random.choice(('YEAR', 'MONTH', 'DAY', 'year'))}({self.piece('date', depth)[0]})", _WHOLE

    def _age(self, _depth: int) -> Piece:
        return f"AGE({', '.join(self._two(('date', 'date'), 0, (0, 0)))})", _WHOLE

    def _case(self, depth: int, kind: ColumnType) -> Piece:
        branches = [
            f"WHEN {self.piece('flag', depth)[0]} THEN {self.piece(kind, depth, constant=True)[0]}"
            for _ in range(self._random.randint(1, 3))
        ]
        otherwise = self._random.choice(("", " ELSE NULL", f" ELSE {self.piece(kind, depth, constant=True)[0]}"))
        return f"CASE {' '.join(branches)}{otherwise} END", _WHOLE

    def _coalesce(self, depth: int, kind: ColumnType) -> Piece:
        values = [self.piece(kind, depth)[0] for _ in range(self._random.randint(1, 2))]
        return f"COALESCE({', '.join([*values, self.piece(kind, depth, constant=True)[0]])})", _WHOLE

    def _case_flag(self, depth: int) -> Piece:
        return self._case(depth, "flag")

    def _case_number(self, depth: int) -> Piece:
        return self._case(depth, "number")

    def _case_integer(self, depth: int) -> Piece:
        return self._case(depth, "integer")

    def _case_text(self, depth: int) -> Piece:
        return self._case(depth, "text")

    def _case_date(self, depth: int) -> Piece:
        return self._case(depth, "date")

    def _coalesce_flag(self, depth: int) -> Piece:
        return self._coalesce(depth, "flag")

    def _coalesce_number(self, depth: int) -> Piece:
        return self._coalesce(depth, "number")

    def _coalesce_integer(self, depth: int) -> Piece:
        return self._coalesce(depth, "integer")

    def _coalesce_text(self, depth: int) -> Piece:
        return self._coalesce(depth, "text")

    def _coalesce_date(self, depth: int) -> Piece:
        return self._coalesce(depth, "date")

    def _opposite(self) -> str:
        return "NOT " if self._random.random() < 0.4 else ""


def quoted(text: str) -> str:
    """A text as the language writes it."""
    return "'" + text.replace("'", "''") + "'"


def batches(first: int, count: int, size: int) -> Iterator[tuple[int, list[Expression]]]:
    """Seeds with their expressions."""
    return ((seed, expressions(seed, size)) for seed in range(first, first + count))


def _number(random: Random) -> float:
    return random.choice((random.uniform(-100, 100), random.uniform(-1, 1), float(random.randint(-50, 50))))


def _day(random: Random) -> date:
    return date(1950, 1, 1) + timedelta(days=random.randrange(30_000))
