"""Nothing but the language can be written, and whatever is accepted is small enough for every engine."""

from __future__ import annotations

import subprocess
import sys
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from differing_expressions import differences, in_duckdb, in_memory, streaming
from profdev_indicators.expressions import DEPTH, LENGTH, WEIGHT, ExpressionError, parse, to_sql
from random_expressions import COLUMNS, EVERY_TYPE, records

ATTACKS = [
    "category IN (SELECT k FROM read_csv('/etc/passwd'))",
    "EXISTS (SELECT 1)",
    "(SELECT 1) = age",
    "read_csv('/etc/passwd') IS NULL",
    "read_text('/etc/passwd') = category",
    "age = 1; DROP TABLE records",
    "age = 1 UNION SELECT 1",
    "CAST(age AS text) = '1'",
    "age::text = '1'",
    "TRY_CAST(category AS integer) = 1",
    "SUM(age) > 1",
    "COUNT(*) > 1",
    "ROW_NUMBER() OVER (ORDER BY age) = 1",
    "LAG(age) = 1",
    "age > ALL (1, 2)",
    "records.age = 1",
    "@age = 1",
    "$1 = age",
    "? = age",
    ":age = 1",
    "`age` = 1",
    "[age] = 1",
    "{age} = 1",
    "age = 1 # comment",
    "age = 1 -- comment",
    "age = 1 /* comment */",
    "category LIKE 'a' ESCAPE '!'",
    "category ILIKE 'a'",
    "category ~ 'a'",
    "category SIMILAR TO 'a'",
    "category || 'a' = 'b'",
    "category COLLATE NOCASE = 'a'",
    "age % 2 = 0",
    "age ^ 2 = 4",
    "age & 1 = 1",
    "age << 1 = 2",
    "age ** 2 = 4",
    "age // 2 = 1",
    "1e400 > hours",
    "0x10 = age",
    "1_000 = age",
    "E'a' = category",
    "U&'a' = category",
    "X'00' = category",
    "$$a$$ = category",
    "INTERVAL '1 day' IS NULL",
    "TIMESTAMP '2020-01-01 00:00:00' > hired",
    "DATE 2020 > hired",
    "CURRENT_DATE > hired",
    "NOW() > hired",
    "RANDOM() > hours",
    "getenv('HOME') = category",
    "current_setting('a') = category",
    "version() = category",
    "reflect('java.lang.System', 'exit', 0) IS NULL",
    "java_method('java.lang.Runtime', 'exit') IS NULL",
    "age IS DISTINCT FROM 1",
    "age IS UNKNOWN",
    "age ISNULL",
    "age BETWEEN SYMMETRIC 1 AND 2",
    "(age, code) = (1, 2)",
    "age IN ()",
    "ARRAY[age] IS NULL",
    "age AS x",
    "x -> x + 1 = age",
    "age.x = 1",
    "NULLIF(age, 1) = 1",
    "IF(mentor, 1, 2) = 1",
    "ROUND(hours) = 1",
    "UPPER(category) = 'A'",
    "GREATEST(age, 1) = 1",
    "age = 1\x00",
    "age \u200b= 1",
    "age = \uff11",  # a full-width digit
    "ａge = 1",
    "age＝1",
    "age = ١",  # an Arabic one
    "mentor ΟR mentor",  # a Greek letter
    "age =\u202e 1",
    "\ufeffage = 1",
    "\ud800 = age",
    "'\ud800' = category",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_what_is_not_of_the_language_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, COLUMNS, wanted=EVERY_TYPE)
    assert all(flaw.message and 0 <= flaw.start < flaw.end for flaw in caught.value.flaws)


@given(st.text() | st.text("age='\"()<>-/*;,. \n0123456789ANDORIN", max_size=40))
def test_any_text_is_an_expression_or_has_flaws_in_its_bounds(text: str) -> None:
    try:
        said = parse(text, COLUMNS, wanted=EVERY_TYPE).columns
    except ExpressionError as error:
        said = frozenset(str(flaw) for flaw in error.flaws if 0 <= flaw.start < flaw.end <= len(text) + 1)
    assert said


@pytest.mark.parametrize(
    "name", ['a"b', "a`b", "a'b", "a; DROP TABLE records", "a -- b", "a\\", "a\nb", "COUNT(*)", "select", "a.b"]
)
def test_a_name_of_a_column_stays_a_name(name: str) -> None:
    expression = parse('"' + name.replace('"', '""') + '" > 1', {name: "integer"}, wanted=["flag"])
    frame = records(1, 20).rename({"age": name})
    assert in_duckdb([expression], frame).equals(in_memory([expression], frame))
    assert to_sql(expression, "spark") == f"(`{name.replace('`', '``')}` > (1L))"


@pytest.mark.parametrize("text", ["'", "\\", "\\'", "'; DROP TABLE records; --", "${env:PATH}", "a\nb", '"', "\\u0027"])
def test_a_text_stays_a_text(text: str) -> None:
    expression = parse("category = '" + text.replace("'", "''") + "'", COLUMNS, wanted=["flag"])
    assert not list(differences([expression], seed=1, rows=200, engines={"duckdb": in_duckdb}))
    said = to_sql(expression, "spark")
    assert "${" not in said
    assert said.replace("\\\\", "").replace("\\'", "").count("'") == 2


def test_spark_puts_no_variable_of_its_own_into_a_name() -> None:
    with pytest.raises(ExpressionError, match=r"не может содержать"):
        parse('"${env:HOME}" IS NULL', {"${env:HOME}": "text"}, wanted=["flag"])


TOO_MUCH = [
    " OR ".join(["age = 1"] * 10_000),
    " OR ".join(["a=1"] * 1_900),
    " + ".join(["age"] * 1_000) + " > 1",
    " + ".join(["age"] * (DEPTH + 1)) + " > 1",
    "(" * 5_000 + "age" + ")" * 4_999,
    "(" * (DEPTH + 1) + "age = 1" + ")" * (DEPTH + 1),
    "NOT " * 2_000 + "mentor",
    "-" * 1 + "- " * 3_000 + "age > 1",
    "CASE WHEN mentor THEN " * 300 + "1" + " END" * 300 + " = 1",
    "COALESCE(age, " * 400 + "1" + ")" * 400 + " = 1",
    "hours / (" * 200 + "hours" + ")" * 200 + " > 1",
    "hours / (" * 30 + "hours" + ")" * 30 + " > 1",
    "CASE WHEN (" * 20 + "age BETWEEN 1 AND 2" + ") THEN 1 ELSE 2 END BETWEEN 1 AND 2" * 20,
    "age IN (" + ", ".join(map(str, range(2_000))) + ")",
    "hours IN (" + ", ".join(f"{i}.5" for i in range(1_000)) + ")",
    "x" * (LENGTH + 1),
    "((((" * 2_000,
    "'" * (LENGTH - 1),
    "age" + " " * LENGTH + "> 1",
]


@pytest.mark.parametrize("text", TOO_MUCH, ids=lambda text: text[:20])
def test_too_much_is_refused_at_once(text: str) -> None:
    before = process_time()
    with pytest.raises(ExpressionError):
        parse(text, {**COLUMNS, "a": "integer"}, wanted=["flag"])
    assert process_time() - before < 1


AT_THE_LIMIT = [
    " OR ".join(["age=1"] * (WEIGHT // 3 - 1)),
    " AND ".join(["NOT mentor"] * (WEIGHT // 3)),
    " + ".join(["age"] * (DEPTH - 2)) + " > 1",
    " / ".join(["hours"] * (DEPTH - 2)) + " > 1",
    "(" * (DEPTH - 2) + "age = 1" + ")" * (DEPTH - 2),
    "NOT " * (DEPTH - 2) + "mentor",
    "- " * (DEPTH - 3) + "age > 1",
    "CASE WHEN mentor THEN " * (DEPTH // 2 - 1) + "1" + " END" * (DEPTH // 2 - 1) + " = 1",
    "COALESCE(age, " * (DEPTH // 2 - 1) + "1" + ")" * (DEPTH // 2 - 1) + " = 1",
    "hours / (" * 7 + "hours" + ")" * 7 + " > 1",
    "age IN (" + ", ".join(map(str, range(1_000, 2_600))) + ")",
    "category = '" + "я" * (LENGTH - 20) + "'",
    "category LIKE '" + "%я" * 400 + "'",
]


@pytest.mark.parametrize("text", AT_THE_LIMIT, ids=lambda text: text[:20])
def test_what_is_accepted_runs_in_every_engine(text: str) -> None:
    expression = parse(text, COLUMNS, wanted=["flag"])
    frame = records(1, 50)
    said = in_memory([expression], frame)
    assert said.equals(streaming([expression], frame))
    assert said.equals(in_duckdb([expression], frame))


def test_loading_the_language_does_not_load_polars() -> None:
    code = "import sys, profdev_indicators.expressions; sys.exit('polars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own interpreter
