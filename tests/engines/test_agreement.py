from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

import counted_by_hand
from profdev_indicators.builtin.engines import Gpu, Polars
from profdev_indicators.builtin.engines.graphics import lacking
from profdev_indicators.errors import RequestError
from profdev_indicators.records import Part, Question, keys
from random_records import Asking, parts, question, records

ASKINGS = [
    Asking(persons=persons, period_column=period_column, integer_units=integer_units)
    for persons in (False, True)
    for period_column in (False, True)
    for integer_units in (False, True)
]


def counted(engine: Any, asked: Question, told: Sequence[Part]) -> tuple[dict[Any, Any], Counter[Any]]:
    frames = [tallied for _, tallied in engine.tally(asked, told)]
    whole = pl.concat([tallied.frame for tallied in frames])
    gone: Counter[Any] = Counter()
    for tallied in frames:
        for what, said, rows in tallied.lost.iter_rows():
            gone[what, said] += rows
    names = keys().names()[:4]
    found: dict[Any, Any] = {}
    for row in whole.iter_rows(named=True):
        key = tuple(row[name] for name in names)
        assert key not in found
        found[key] = {name: value for name, value in row.items() if name not in names}
    return found, gone


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("asking", ASKINGS, ids=str)
def test_sums_are_those_of_a_count_by_hand(asking: Asking, seed: int) -> None:
    asked = question(seed, asking)
    told = parts(records(seed, 240, asking), asking)
    assert counted(Polars(), asked, told) == counted_by_hand.count(asked, told)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("persons", [False, True])
def test_a_graphics_card_counts_the_same_or_refuses(persons: bool, seed: int) -> None:  # noqa: FBT001 - a parameter
    asking = Asking(persons=persons)
    asked, told = question(seed, asking), parts(records(seed, 240, asking), asking)
    if lacking():
        with pytest.raises(RequestError, match="видеокарте посчитать нечем"):
            counted(Gpu(), asked, told)
    else:
        assert counted(Gpu(), asked, told) == counted(Polars(), asked, told)
