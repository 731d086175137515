"""Mistakes planted in the emitters: the harness of differences must see them, else its zero would mean nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from attrs import frozen

from differing_expressions import Engine, differences, in_duckdb, in_memory, queried
from profdev_indicators.expressions import Expression, in_polars, in_sql
from random_expressions import batches

pytestmark = pytest.mark.rules

_BATCHES, _SIZE, _ROWS = 60, 100, 60


@frozen
class Mutant:
    """A planted mistake: the text of an emitter, and what stands in its place."""

    right: str
    wrong: str


IN_POLARS = [
    Mutant('pl.when(column.is_finite()).then(column) if node.type == "number" else column', "column"),
    Mutant("return self.write(node.value).cast(pl.Float64)", "return self.write(node.value)"),
    Mutant("pl.when(divisor != 0).then(left / divisor)", "left / divisor"),
    Mutant("divisor = right + _zeros(node)", "divisor = right"),
    Mutant("then(left / divisor)", "then(left * (1 / divisor))"),
    Mutant("then(left / divisor)", "then(divisor / left)"),
    # Not here: `left = _zeros(node) + left` left out. Today polars keeps the rows of arithmetic with a constant on the
    # left, and loses those of comparisons only; the guard stands beside that of comparisons lest this change.
    Mutant("* 0.0", "* 0.1"),
    Mutant("return -self.write(node.value)", "return self.write(node.value)"),
    Mutant("return self.write(node.value).abs()", "return self.write(node.value)"),
    Mutant('{"+": add, "-": sub, "*": mul}', '{"+": sub, "-": add, "*": mul}'),
    Mutant('"month": dates.month, "day": dates.day', '"month": dates.day, "day": dates.month'),
    Mutant('{"year": dates.year', '{"year": dates.iso_year'),
    Mutant(
        "return pl.lit(node.value, dtype=TYPES[node.type])",
        "return pl.lit(node.value, dtype=TYPES[node.type]) + (pl.duration(days=1) if node.type == 'date' else 0)",
    ),
    Mutant(
        "return pl.lit(node.value, dtype=TYPES[node.type])",
        "return pl.lit(node.value, dtype=pl.Float64 if node.type == 'integer' else TYPES[node.type])",
    ),
    Mutant("birth <= at, ", "birth < at, "),
    Mutant("at >= birth, ", "at > birth, "),
    Mutant("_day_of_year(birth) > _day_of_year(at)", "_day_of_year(birth) >= _day_of_year(at)"),
    Mutant("_day_of_year(at) < _day_of_year(birth)", "_day_of_year(at) <= _day_of_year(birth)"),
    Mutant("years - early.cast(pl.Int64)", "years"),
    Mutant("day.dt.month().cast(pl.Int64) * 100", "day.dt.month().cast(pl.Int64) * 10"),
    Mutant("day.dt.month().cast(pl.Int64) * 100", "day.dt.month() * 100"),
    Mutant("_COMPARE[_MIRRORED[node.sign]]", "_COMPARE[node.sign]"),
    Mutant('"=": eq', '"=": pl.Expr.eq_missing'),
    Mutant('"<>": ne', '"<>": eq'),
    Mutant('"<": lt', '"<": le'),
    Mutant('"<=": le', '"<=": lt'),
    Mutant('">": gt', '">": ge'),
    Mutant('">=": ge', '">=": gt'),
    Mutant("value >= self.write(node.low)", "value > self.write(node.low)"),
    Mutant("value <= self.write(node.high)", "value < self.write(node.high)"),
    Mutant("(value >= self.write(node.low)) & ", "(value >= self.write(node.low)) | "),
    Mutant(".is_in(choices.implode())", ".is_in(choices.implode(), nulls_equal=True)"),
    Mutant("pl.Series(node.choices, dtype", "pl.Series(node.choices[:1], dtype"),
    Mutant("return self.write(node.value).is_null()", "return self.write(node.value).is_not_null()"),
    Mutant(".fill_null(value=False)", ""),
    Mutant(".fill_null(value=False)", ".fill_null(value=True)"),
    Mutant("(value if node.truth else ~value)", "value"),
    Mutant("return ~self.write(node.value)", "return self.write(node.value)"),
    Mutant("return ~self.write(node.value)", "return ~self.write(node.value).fill_null(value=False)"),
    Mutant('and_ if node.word == "AND" else or_', 'or_ if node.word == "AND" else and_'),
    Mutant("_balanced(terms[middle:], join)", "_balanced(terms[:middle], join)"),
    Mutant("for condition, result in node.branches:", "for condition, result in reversed(node.branches):"),
    Mutant("chain.otherwise(self.write(node.otherwise))", "chain.otherwise(pl.lit(None))"),
    Mutant("pl.coalesce([self.write(value) for value in node.values])", "self.write(node.values[0])"),
    Mutant("[self.write(value) for value in node.values]", "[self.write(value) for value in node.values[::-1]]"),
    Mutant("return text.str.ends_with(body)", "return text.str.contains(body, literal=True)"),
    Mutant("text.str.starts_with(body) if after", "text.str.contains(body, literal=True) if after"),
    Mutant("else text == body", "else text.str.starts_with(body)"),
    Mutant("text.str.contains(body, literal=True)", "text.str.contains(body)"),
    Mutant("(?s)^", "^"),
    Mutant("(?s)^", "(?s)"),
    Mutant("(?s)^", "(?si)^"),
    Mutant("})$", "})"),
    Mutant("signs.get(sign) or re.escape(sign)", "signs.get(sign) or sign"),
    Mutant('"_": "."', '"_": ".?"'),
    Mutant(".when(number.is_finite()).then(number)", ".otherwise(number)"),
    Mutant("pl.when(number == 0).then(0.0).when(", "pl.when("),
]

IN_DUCKDB = [
    Mutant('self.finite(name) if node.type == "number" else name', "name"),
    Mutant('f"CAST({self.write(node.value)} AS DOUBLE)"', "self.write(node.value)"),
    Mutant('f"CAST({self.write(node.value)} AS DOUBLE)"', 'f"CAST({self.write(node.value)} AS FLOAT)"'),
    Mutant("NULLIF({right}, 0e0)", "{right}"),
    Mutant('f"({left} / NULLIF({right}, 0e0))"', 'f"({left} * (1 / NULLIF({right}, 0e0)))"'),
    Mutant('f"({left} {node.sign} {right})"', 'f"({right} {node.sign} {left})"'),
    Mutant('f"(- {self.write(node.value)})"', "self.write(node.value)"),
    Mutant('f"ABS({self.write(node.value)})"', "self.write(node.value)"),
    Mutant("return f\"DATE '{value}'\"", "return f\"(DATE '{value}' - INTERVAL 1 DAY)::DATE\""),
    Mutant("MONTH({at}) * 100", "MONTH({at}) * 99"),
    Mutant("WHEN {birth} <= {at} THEN", "WHEN {birth} < {at} THEN"),
    Mutant("YEAR({at}) - YEAR({birth}) - CASE", "YEAR({at}) - YEAR({birth}) + CASE"),
    Mutant(
        'f"({self.write(node.left)} {node.sign} {self.write(node.right)})"',
        'f"({self.write(node.right)} {node.sign} {self.write(node.left)})"',
    ),
    Mutant(
        "BETWEEN {self.write(node.low)} AND {self.write(node.high)}",
        "BETWEEN {self.write(node.high)} AND {self.write(node.low)}",
    ),
    Mutant("for choice in node.choices)", "for choice in node.choices[-1:])"),
    Mutant("IN ({choices})", "IN ({choices}, NULL)"),
    Mutant(" LIKE {self.text", " ILIKE {self.text"),
    Mutant("IS NULL)", "IS NOT NULL)"),
    Mutant("'TRUE' if node.truth else 'FALSE'", "'FALSE' if node.truth else 'TRUE'"),
    Mutant('f"({self.write(node.value)} IS {', 'f"({self.write(node.value)} = {'),
    Mutant('f"(NOT {self.write(node.value)})"', "self.write(node.value)"),
    Mutant('f"(NOT {self.write(node.value)})"', 'f"({self.write(node.value)} IS NOT TRUE)"'),
    Mutant("for term in node.terms], node.word)", 'for term in node.terms], "OR")'),
    Mutant("for term in node.terms], node.word)", 'for term in node.terms], "AND")'),
    Mutant("ELSE {self.write(node.otherwise)} END", "END"),
    Mutant("for condition, result in node.branches", "for condition, result in node.branches[::-1]"),
    Mutant("map(self.write, node.values)", "map(self.write, node.values[::-1])"),
    Mutant('f"({said}e0)"', 'f"({said})"'),
    Mutant('f"({said}e0)"', 'f"({said}e0::FLOAT)"'),
    Mutant('self.finite(f"({number} + {self.number(0.0)})")', "number"),
    Mutant('f"({number} + {self.number(0.0)})"', "number"),
    Mutant("CASE WHEN ISFINITE({number}) THEN {number} END", "CASE WHEN NOT ISNAN({number}) THEN {number} END"),
    Mutant('"\'" + said.replace("\'", "\'\'") + "\'"', '"\'" + said.replace("\'", "") + "\'"'),
]


@pytest.mark.parametrize("mutant", IN_POLARS, ids=lambda mutant: mutant.wrong)
def test_a_mistake_in_polars_is_seen(mutant: Mutant) -> None:
    module = mutated(in_polars, mutant)

    def engine(expressions: Sequence[Expression], frame: pl.DataFrame) -> pl.DataFrame:
        writer = module.Writer()
        written = [(writer.write(expression.root), expression.type) for expression in expressions]
        finished = [module.finished(said) if kind == "number" else said for said, kind in written]
        return frame.select(said.alias(str(i)) for i, said in enumerate(finished))

    assert seen(engine)


@pytest.mark.parametrize("mutant", IN_DUCKDB, ids=lambda mutant: mutant.wrong)
def test_a_mistake_in_sql_is_seen(mutant: Mutant) -> None:
    module = mutated(in_sql, mutant)

    def engine(expressions: Sequence[Expression], frame: pl.DataFrame) -> pl.DataFrame:
        writer = module.DuckDB()
        written = [(writer.write(expression.root), expression.type) for expression in expressions]
        return queried([writer.finished(said) if kind == "number" else said for said, kind in written], frame)

    assert seen(engine)


def test_without_a_mistake_nothing_is_seen() -> None:
    assert not seen(in_memory, 3)
    assert not seen(in_duckdb, 3)


def seen(engine: Engine, count: int = _BATCHES) -> bool:
    """Whether the harness says that something differs."""
    return any(
        next(differences(rules, seed=seed, rows=_ROWS, engines={"mutant": engine}), None)
        for seed, rules in batches(5_000_000, count, _SIZE)
    )


def mutated(module: ModuleType, mutant: Mutant) -> ModuleType:
    """The module with the mistake in it."""
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    assert source.count(mutant.right) == 1, mutant.right
    twin = ModuleType(module.__name__)
    exec(compile(source.replace(mutant.right, mutant.wrong), "mutant", "exec"), twin.__dict__)  # noqa: S102 - our own text
    return twin
