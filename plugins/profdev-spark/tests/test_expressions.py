"""Whatever can be written means the same to Spark as to a plain evaluator, bit for bit."""

from __future__ import annotations

import os
from collections.abc import Sequence

import polars as pl
import pytest

from asked_of_records import LITTLE
from differing_expressions import differences
from profdev_indicators.expressions import Expression, to_sql
from profdev_spark.arrow import brought, sent
from profdev_spark.engine import Spark
from profdev_spark.session import opened
from random_expressions import batches

pytestmark = pytest.mark.spark

_HUNDREDS = 50 if os.environ.get("HYPOTHESIS_PROFILE") == "slow" else 10


def _in_spark(expressions: Sequence[Expression], frame: pl.DataFrame) -> pl.DataFrame:
    """What Spark says: the text of every expression as one column."""
    texts = [f"{to_sql(expression, 'spark')} AS `{number}`" for number, expression in enumerate(expressions)]
    return brought(sent(opened(Spark(master="local[2]", config=LITTLE)), frame).selectExpr(*texts))


@pytest.mark.parametrize("hundred", range(_HUNDREDS))
def test_spark_agrees_on_a_hundred_expressions_and_all_numbers_within_them(hundred: int) -> None:
    [(seed, rules)] = batches(500_000 + hundred, 1, 100)
    assert not list(differences(rules, seed=seed, rows=60, engines={"spark": _in_spark}))
