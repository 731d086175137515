from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators.wording import count, decimal
from profdev_statistics.printing import printed, printed_as_set


@given(st.lists(st.floats(-999, 999) | st.integers(-9990, 9990).map(lambda tenths: tenths / 20), max_size=20))
def test_a_column_is_printed_as_its_numbers_are(numbers: list[float]) -> None:
    frame = pl.DataFrame({"a": numbers}, schema={"a": pl.Float64})
    for places in (0, 1, 2):
        expected = [decimal(number, places) for number in numbers]
        assert frame.select(printed(pl.col("a"), places)).to_series().to_list() == expected
    assert frame.select(printed_as_set(pl.col("a"))).to_series().to_list() == [count(number) for number in numbers]


def test_null_stays_null() -> None:
    frame = pl.DataFrame({"a": [None, 1.0]}, schema={"a": pl.Float64})
    assert frame.select(printed(pl.col("a"))).to_series().to_list() == [None, "1,0"]
