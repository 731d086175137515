from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profdev_indicators.wording import decimal
from profdev_statistics.change import parts, printed

COUNTS = st.integers(0, 10**6)
SIZES = st.integers(1, 10**6)
CHANGES = st.floats(-100, 100, allow_subnormal=False)


@settings(deadline=None)
@given(COUNTS, SIZES, COUNTS, SIZES)
def test_the_parts_are_all_of_the_change(x: int, n: int, b: int, m: int) -> None:
    by_numerator, by_denominator = parts(Fraction(x), Fraction(n), Fraction(b), Fraction(m))
    assert by_numerator + by_denominator == Fraction(x, n) - Fraction(b, m)


@settings(deadline=None)
@given(COUNTS, SIZES, SIZES)
def test_where_one_stays_the_same_the_other_did_it(x: int, n: int, m: int) -> None:
    assert parts(Fraction(x), Fraction(n), Fraction(x), Fraction(m))[0] == 0
    assert parts(Fraction(x), Fraction(n), Fraction(m), Fraction(n))[1] == 0


def test_a_share_that_fell_because_there_are_more_people() -> None:
    assert parts(Fraction(12), Fraction(30), Fraction(12), Fraction(20)) == (Fraction(0), Fraction(-1, 5))


def test_columns_are_taken_apart_like_numbers() -> None:
    frame = pl.DataFrame({"x": [12.0], "n": [30.0], "b": [18.0], "m": [20.0]})
    taken = parts(pl.col("x"), pl.col("n"), pl.col("b"), pl.col("m"))
    found = frame.select(*(part.alias(f"{at}") for at, part in enumerate(taken))).row(0)
    assert found == pytest.approx((-0.2, -0.3))


@settings(deadline=None)
@given(st.lists(CHANGES, min_size=1, max_size=6), st.integers(0, 3))
def test_printed_parts_add_up_to_the_printed_change(terms: list[float], places: int) -> None:
    shown = printed(terms, places)
    whole = round(sum(each * 10**places for each in shown))
    exact = sum(round(term * 10**places, 9) for term in terms)
    assert decimal(whole / 10**places, places) == decimal(round(exact, 9) / 10**places, places)


@settings(deadline=None)
@given(st.lists(CHANGES, min_size=1, max_size=6), st.integers(0, 3))
def test_no_printed_part_is_off_by_a_whole_unit(terms: list[float], places: int) -> None:
    assert all(
        abs(each - term) * 10**places < 1 + 1e-6 for each, term in zip(printed(terms, places), terms, strict=True)
    )


def test_what_needs_no_rounding_is_printed_as_it_is() -> None:
    assert printed((-20.0, -30.0)) == (-20.0, -30.0)
    assert printed((1.5, -0.5, 0.0)) == (1.5, -0.5, 0.0)
