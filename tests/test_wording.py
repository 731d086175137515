"""Numbers and nouns as an official writes them."""

from __future__ import annotations

import decimal
import doctest
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators import wording
from profdev_indicators.errors import RequestError
from profdev_indicators.frames import SEVERITIES, STATES

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def read(text: str) -> Fraction:
    """The number a person reads."""
    return Fraction(text.replace("\xa0", "").replace(",", ".").replace("−", "-"))


def half_up(exact: Fraction, places: int) -> Fraction:
    """Rounded on paper: a half goes away from zero."""
    scaled = abs(exact) * 10**places
    rounded = Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**places)
    return -rounded if exact < 0 else rounded


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.25, "12,3"),
        (73.05, "73,1"),
        (73.04999999999998, "73,1"),
        (-7.25, "−7,3"),
        (-0.04, "0,0"),
        (1234567.0, "1\xa0234\xa0567,0"),
        (0.0, "0,0"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (float("nan"), "не число"),
    ],
)
def test_a_number_has_a_comma_a_true_minus_and_thousands_apart(value: float, text: str) -> None:
    assert wording.decimal(value) == text


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 3))
def test_a_share_is_rounded_as_on_paper_whatever_the_division_left(part: int, whole: int, places: int) -> None:
    for value in (100 * part / whole, part / whole * 100):
        assert read(wording.decimal(value, places)) == half_up(Fraction(100 * part, whole), places)


@given(NUMBERS, st.integers(0, 6))
def test_any_finite_number_can_be_read_back(value: float, places: int) -> None:
    written = read(wording.decimal(value, places))
    assert abs(written - Fraction(value)) <= Fraction(1, 2 * 10**places) + abs(Fraction(value)) / 10**15


@given(NUMBERS)
def test_the_opposite_number_differs_by_its_sign_only(value: float) -> None:
    assert wording.decimal(-value).lstrip("−") == wording.decimal(value).lstrip("−")


def test_the_callers_decimal_context_changes_nothing() -> None:
    with decimal.localcontext() as context:
        context.prec, context.rounding = 3, decimal.ROUND_DOWN
        assert wording.decimal(12345.65) == "12\xa0345,7"


@pytest.mark.parametrize(("value", "text"), [(31.0, "31"), (63.5, "63,5"), (0.25, "0,25"), (100.0, "100"), (0.0, "0")])
def test_a_count_has_no_empty_fraction(value: float, text: str) -> None:
    assert wording.count(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (74.0, "%", "74,0\xa0%"),
        (3.0, "ед.", "3\xa0ед."),
        (1.0, "балл", "1\xa0балл"),
        (4.0, "балл", "4\xa0балла"),
        (4.21, "балл", "4,2\xa0балла"),
        (5.0, "балл", "5\xa0баллов"),
        (2.98, "балл", "3\xa0балла"),
        (7.0, "", "7"),
    ],
)
def test_a_unit_agrees_with_the_number_as_printed(value: float, unit: str, text: str) -> None:
    assert wording.with_unit(value, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (-7.2, "%", "−7,2\xa0п.п."),
        (7.2, "%", "+7,2\xa0п.п."),
        (0.04, "%", "0,0\xa0п.п."),
        (-0.04, "%", "0,0\xa0п.п."),
        (3.0, "ед.", "+3\xa0ед."),
        (2.0, "балл", "+2\xa0балла"),
        (2.0, "", "+2"),
    ],
)
def test_a_change_of_per_cent_is_in_points_and_has_a_sign_unless_it_is_nothing(
    value: float, unit: str, text: str
) -> None:
    assert wording.change(value, unit) == text


@pytest.mark.parametrize(("value", "unit", "text"), [(75.0, "%", "75\xa0%"), (0.5, "балл", "0,5\xa0балла")])
def test_what_somebody_set_is_printed_as_it_was_set(value: float, unit: str, text: str) -> None:
    assert wording.as_set(value, unit) == text


def test_parts_of_a_whole() -> None:
    assert (wording.of(11, 17), wording.of(1234, None)) == ("11 из 17", "1\xa0234")


@pytest.mark.parametrize(
    ("numbers", "noun"),
    [
        ((1, 21, 101, 1001, -1), "педагог"),
        ((2, 3, 4, 22, 104, 0.5, 1.5), "педагога"),
        ((0, 5, 10, 11, 12, 13, 14, 19, 20, 25, 111, 112, 114), "педагогов"),
    ],
)
def test_a_noun_agrees_with_its_number(numbers: tuple[float, ...], noun: str) -> None:
    assert {wording.plural(number, "педагог", "педагога", "педагогов") for number in numbers} == {noun}


def test_a_number_stands_with_its_noun() -> None:
    assert wording.counted(21, "педагог", "педагога", "педагогов") == "21\xa0педагог"


def test_a_day_is_written_with_dots() -> None:
    assert wording.day(date(2023, 10, 1)) == "01.10.2023"


def test_a_day_in_words_has_its_month_in_the_genitive() -> None:
    assert wording.long_day(date(2022, 10, 1)) == "1\xa0октября 2022 года"


def test_every_state_and_every_severity_has_words_of_its_own() -> None:
    for words, names in ((wording.STATE_WORDS, STATES), (wording.SEVERITY_WORDS, SEVERITIES)):
        assert tuple(words) == names
        assert len(set(words.values())) == len(names)


@pytest.mark.parametrize("name", SEVERITIES)
def test_a_severity_may_be_named_in_either_language(name: str) -> None:
    russian = wording.SEVERITY_WORDS[name]
    assert {wording.severity_from(word) for word in (name, name.upper(), russian, f" {russian.title()} ")} == {name}


def test_an_unknown_severity_says_which_there_are() -> None:
    with pytest.raises(RequestError, match=r"нет такой важности: «ужас»; бывают: .*критично.*critical"):
        wording.severity_from("ужас")


def test_the_examples_in_docstrings_are_true() -> None:
    outcome = doctest.testmod(wording)
    assert outcome.attempted > 0
    assert outcome.failed == 0
