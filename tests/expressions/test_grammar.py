"""A text says what SQL says: words bind as they do there, and what means the same is the same."""

from __future__ import annotations

import pytest

from differing_expressions import in_python, queried
from profdev_indicators.expressions import Expression, parse
from profdev_indicators.expressions.nodes import Age
from random_expressions import COLUMNS, EVERY_TYPE, expressions, records


def read(text: str) -> Expression:
    """The expression of a text, of any type."""
    return parse(text, COLUMNS, wanted=EVERY_TYPE)


@pytest.mark.parametrize("seed", range(4))
def test_a_database_reads_the_same_text_in_the_same_way(seed: int) -> None:
    """DuckDB's own grammar reads what was written, where no number needs to be pinned."""
    plain = [
        rule
        for rule in expressions(70_000 + seed, 200)
        if not any(node.type == "number" or isinstance(node, Age) for node in rule.root.walk())
    ]
    assert len(plain) > 40
    frame = records(seed, 100)
    said, expected = queried([f"({rule.text})" for rule in plain], frame), in_python(plain, frame)
    assert [plain[i].text for i in range(len(plain)) if said[str(i)].to_list() != expected[str(i)].to_list()] == []


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("mentor OR mentor AND age = 1", "mentor OR (mentor AND (age = 1))"),
        ("NOT mentor AND age = 1", "(NOT mentor) AND age = 1"),
        ("NOT age = 1", "NOT (age = 1)"),
        ("mentor AND (mentor AND age = 1)", "mentor and mentor and age = 1"),
        ("hours - rate - 1 = 0", "(hours - rate) - 1 = 0"),
        ("hours - rate * 2 = 0", "hours - (rate * 2) = 0"),
        ("-hours * rate = 0", "(-hours) * rate = 0"),
        ("- - hours = 0", "-(-hours) = 0"),
        ("age BETWEEN 1 AND 2 AND mentor", "(age BETWEEN 1 AND 2) AND mentor"),
        ("age NOT BETWEEN 1 AND 2", "NOT age BETWEEN 1 AND 2"),
        ("category NOT IN ('а', 'б')", "NOT (category IN ('б', 'а', 'а'))"),
        ("category NOT LIKE 'а%'", "NOT category LIKE 'а%'"),
        ("mentor IS NOT TRUE", "NOT (mentor IS TRUE)"),
        ("age != 1", "age <> 1"),
        ('"age" = 1', "age\n=\t1"),
        ("hours > 2 * 3", "hours > 6"),
        ("hours > -0.0", "hours > 0"),
        ("rate IN (1, 2)", "rate IN (2.0, 1.0)"),
        ("case when mentor then 1 end = 1", "CASE WHEN mentor THEN 1 ELSE NULL END = 1"),
        ("year(hired) = 2000", "YEAR(hired) = 2000"),
    ],
)
def test_what_means_the_same_is_the_same(text: str, same: str) -> None:
    a, b = read(text), read(same)
    assert (a, hash(a), a.canonical) == (b, hash(b), b.canonical)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("hours - (rate - 1) = 0", "hours - rate - 1 = 0"),
        ("age = 1", "age = 2"),
        ("age = 1", "code = 1"),
        ("hours = 1", "age = 1"),
        ("(mentor OR mentor) AND age = 1", "mentor OR mentor AND age = 1"),
        ("COALESCE(mentor, FALSE) = TRUE", "COALESCE(mentor, TRUE) = TRUE"),
    ],
)
def test_what_means_another_thing_is_another(text: str, other: str) -> None:
    a, b = read(text), read(other)
    assert a != b
    assert a.canonical != b.canonical


def test_an_expression_knows_its_columns_and_its_type() -> None:
    expression = read('CASE WHEN "в штате" AND age > 3 THEN hours / 2 ELSE 0 END')
    assert expression.columns == {"в штате", "age", "hours"}
    assert expression.type == "number"
    assert expression.text.startswith("CASE")


def test_nodes_say_where_in_the_text_they_stand() -> None:
    text = "mentor AND (hours + 1 > rate)"
    assert [text[node.start : node.end] for node in read(text).root.walk()] == [
        "mentor AND (hours + 1 > rate)",
        "mentor",
        "(hours + 1 > rate)",
        "hours + 1",
        "hours",
        "1",
        "rate",
    ]
