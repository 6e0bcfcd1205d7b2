"""Months, spans and durations."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caracol.core.periods import (
    Month,
    Span,
    add_months,
    end_of_duration,
    french_day,
    months_spanned,
)

months = st.builds(Month, st.integers(1990, 2090), st.integers(1, 12))


@pytest.mark.parametrize("text", ["2026-13", "2026-0", "11-2026", "", "2026-11-01", "x"])
def test_what_is_not_a_month_is_refused(text):
    with pytest.raises(ValueError, match="AAAA-MM"):
        Month.parse(text)


@given(months, st.integers(-500, 500))
def test_going_and_coming_back_gives_the_same_month(month, count):
    assert month.plus(count).plus(-count) == month
    assert Month.parse(str(month)) == month


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 15), 18, date(2028, 5, 15)),
    ],
)
def test_months_are_added_to_the_same_day_or_the_last(day, count, expected):
    assert add_months(day, count) == expected


def test_a_year_that_starts_in_march_ends_in_february():
    assert end_of_duration(date(2026, 3, 1), 12) == date(2027, 2, 28)
    assert months_spanned(date(2026, 3, 1), date(2027, 2, 28)) == 12
    assert months_spanned(date(2026, 3, 1), date(2027, 3, 1)) == 13


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(1, 120))
def test_a_duration_spans_its_own_months(day, count):
    assert months_spanned(day, end_of_duration(day, count)) == count


def test_two_spans_that_touch_by_a_day_share_it():
    first, second = Span(date(2026, 1, 1), date(2026, 1, 5)), Span(date(2026, 1, 5), date.max)
    assert first.within(second) == Span(date(2026, 1, 5), date(2026, 1, 5))


def test_the_first_of_the_month_is_written_as_in_french():
    assert french_day(date(2026, 11, 1)) == "1er novembre 2026"


def test_a_month_that_starts_with_a_vowel_is_elided():
    assert [Month(2026, n).of_label for n in (4, 8, 10, 11)] == [
        "d'avril 2026",
        "d'août 2026",
        "d'octobre 2026",
        "de novembre 2026",
    ]
