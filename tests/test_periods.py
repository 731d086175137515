"""Law 11, and what a person may write for a period."""

from __future__ import annotations

import doctest
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from profdev_indicators import periods
from profdev_indicators.periods import CALENDARS, Calendar, Period, day_in, parse_periods

PARTS: dict[Calendar, int] = {"year": 1, "school_year": 1, "half": 2, "quarter": 4, "month": 12}
EVERY = st.sampled_from(CALENDARS).flatmap(
    lambda kind: st.builds(Period, st.just(kind), st.integers(1000, 9996), st.integers(1, PARTS[kind]))
)
STEPS = st.integers(-500, 500)


# --- law 11 -----------------------------------------------------------------------------------------------------


@given(EVERY)
def test_parse_undoes_str(period: Period) -> None:
    assert Period.parse(str(period), period.kind) == period


@given(EVERY)
def test_no_two_calendars_share_a_text(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(EVERY)
def test_a_period_may_be_written_as_its_slug_and_a_slug_may_name_a_folder(period: Period) -> None:
    assert Period.parse(period.slug, period.kind) == period
    assert not set(period.slug) & set('/\\:*?"<>| ')


@given(EVERY)
def test_the_next_of_the_previous_is_the_period_itself(period: Period) -> None:
    assert period.previous.next == period
    assert period.next.previous == period


@given(EVERY)
def test_periods_leave_no_day_out_and_count_none_twice(period: Period) -> None:
    assert period.previous.end + timedelta(days=1) == period.start
    assert period.start <= period.end < period.next.start


@given(EVERY, STEPS)
def test_steps_are_counted_by_the_ordinal(period: Period, by: int) -> None:
    assume(0 < period.year + by < 9998)
    assert period.step(by).ordinal == period.ordinal + by
    assert period.step(by).step(-by) == period


@given(EVERY, EVERY)
def test_order_is_the_order_of_days(first: Period, second: Period) -> None:
    if first.kind == second.kind:
        assert (first < second) == (first.start < second.start) == (first.end < second.end)


@given(EVERY)
def test_no_two_periods_have_one_title(period: Period) -> None:
    assert len({period.title, period.next.title, period.previous.title}) == 3


# --- what a person writes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "calendar", "period"),
    [
        ("2022", None, Period("year", 2022)),
        (" 2022 ", "year", Period("year", 2022)),
        ("2021/2022", None, Period("school_year", 2021)),
        ("2021-2022", None, Period("school_year", 2021)),
        ("2021–22", None, Period("school_year", 2021)),
        ("2021 / 2022", None, Period("school_year", 2021)),
        ("1999/00", None, Period("school_year", 1999)),
        ("202122", "school_year", Period("school_year", 2021)),
        ("2011-12", None, Period("month", 2011, 12)),
        ("2011-12", "school_year", Period("school_year", 2011)),
        ("2022-H1", None, Period("half", 2022, 1)),
        ("2022-Н2", "half", Period("half", 2022, 2)),
        ("2022-q3", None, Period("quarter", 2022, 3)),
    ],
)
def test_a_period_is_read_as_people_write_it(text: str, calendar: Calendar | None, period: Period) -> None:
    assert Period.parse(text, calendar) == period


@pytest.mark.parametrize("calendar", [None, *CALENDARS])
@pytest.mark.parametrize(
    "text",
    [
        *("", "2", "22", "0000", "0999", "9999", "2022-13", "2022-00", "2022-Q5", "2022-H0", "2021/2023", "2021/00"),
        *("2099/0000", "2022.0", "2022 год", "-2022", "２０２２", "٢٠٢٢", "2022\x00"),
    ],
)
def test_what_is_no_period_is_refused_with_an_example(text: str, calendar: Calendar | None) -> None:
    with pytest.raises(ValueError, match=r"не период: .*ожидается, например, "):
        Period.parse(text, calendar)


@given(st.text(max_size=12), st.sampled_from([None, *CALENDARS]))
def test_any_text_is_a_period_or_a_value_error(text: str, calendar: Calendar | None) -> None:
    try:
        period = Period.parse(text, calendar)
    except ValueError:
        return
    assert period.previous.end < period.start


@pytest.mark.parametrize("text", ["2022-H1", "2022-Q1", "2021/2022", "2022-05"])
def test_a_period_of_another_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ожидается, например, 2022"):
        Period.parse(text, "year")


@pytest.mark.parametrize(
    ("kind", "year", "part"),
    [("year", 0, 1), ("year", 9999, 1), ("year", 2022, 2), ("month", 2022, 13), ("quarter", 2022, 0)],
)
def test_there_is_no_period_without_dates(kind: Calendar, year: int, part: int) -> None:
    with pytest.raises(ValueError, match=r"вне календаря|нет части"):
        Period(kind, year, part)


@pytest.mark.parametrize(
    ("text", "first", "last", "title"),
    [
        ("2022", date(2022, 1, 1), date(2022, 12, 31), "2022 год"),
        ("2021/2022", date(2021, 9, 1), date(2022, 8, 31), "2021/2022 учебный год"),
        ("2024-H1", date(2024, 1, 1), date(2024, 6, 30), "I полугодие 2024 года"),
        ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31), "I квартал 2024 года"),
        ("2024-Q4", date(2024, 10, 1), date(2024, 12, 31), "IV квартал 2024 года"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "февраль 2024 года"),
    ],
)
def test_a_period_has_its_days_and_its_words(text: str, first: date, last: date, title: str) -> None:
    period = Period.parse(text)
    assert (period.start, period.end, period.title) == (first, last, title)


# --- several ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "calendar", "wanted"),
    [
        ("2022", "year", ["2022"]),
        ("2021,2020", "year", ["2020", "2021"]),
        ("2019..2022", "year", ["2019", "2020", "2021", "2022"]),
        ("2021, 2019 .. 2021", "year", ["2019", "2020", "2021"]),
        ("2019-2020..2021/22", "school_year", ["2019/2020", "2020/2021", "2021/2022"]),
        ("2022-11..2023-02", "month", ["2022-11", "2022-12", "2023-01", "2023-02"]),
    ],
)
def test_lists_and_ranges_are_in_order_and_without_repeats(text: str, calendar: Calendar, wanted: list[str]) -> None:
    assert [str(period) for period in parse_periods(text, calendar)] == wanted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2022..2019", "идёт назад"),
        ("2019..", "не период: «»"),
        ("..2019", "не период: «»"),
        ("2019,", "не период: «»"),
        ("2019...2020", "не период: «.2020»"),
        ("", "не период: «»"),
    ],
)
def test_a_bad_range_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace(".", r"\.")):
        parse_periods(text, "year")


@pytest.mark.parametrize(
    ("text", "period", "day"),
    [
        ("10-01", "2022", date(2022, 10, 1)),
        ("06-15", "2021/2022", date(2022, 6, 15)),
        ("2023-01-20", "2022", date(2023, 1, 20)),
        (" 02-29 ", "2024", date(2024, 2, 29)),
    ],
)
def test_a_day_without_a_year_is_of_the_year_in_which_the_period_ends(text: str, period: str, day: date) -> None:
    assert day_in(text, Period.parse(period)) == day


@pytest.mark.parametrize(
    "text", ["", "10", "1-10", "01.10.2022", "02-29", "13-01", "0000-01-01", "2022-10-01T00", "١٠-٠١"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"не день|нет такого дня"):
        day_in(text, Period.parse("2022"))


def test_the_examples_in_docstrings_are_true() -> None:
    outcome = doctest.testmod(periods)
    assert outcome.attempted > 0
    assert outcome.failed == 0
