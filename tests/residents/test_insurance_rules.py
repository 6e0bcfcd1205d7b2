"""Gaps in days, certificates dead before their date, and the next step (RULEBOOK 5.1)."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caracol.core.periods import Span
from residents.calculations.insurance import (
    Cover,
    Delays,
    Done,
    covered_spans,
    gaps,
    is_covered,
    monthly_share,
    next_step,
    premium_unpaid,
    standing,
)

YEAR = Span(date(2026, 1, 1), date(2026, 12, 31))
DELAYS = Delays((-45, -15, 0, 8), 15, 15, 1, 1)
EXPIRY = date(2026, 6, 30)
FIRST = Cover(YEAR.first, EXPIRY)


def day(text):
    return date.fromisoformat(f"2026-{text}")


def test_a_suspension_leaves_a_hole_and_a_termination_an_end():
    """C. assur. L113-3: suspended 30 days after the insurer's notice, terminated 10 days later."""
    suspended, terminated = premium_unpaid(day("03-01"), 30, 10)
    assert (suspended, terminated) == (day("03-31"), day("04-10"))
    paid = Cover(YEAR.first, YEAR.last, suspended_on=suspended, resumed_on=day("04-06"))
    assert gaps([paid], YEAR) == [Span(day("03-31"), day("04-05"))]
    dead = Cover(YEAR.first, YEAR.last, suspended_on=suspended, terminated_on=terminated)
    assert gaps([dead], YEAR) == [Span(day("03-31"), YEAR.last)]


def test_certificates_that_touch_or_overlap_leave_no_gap():
    """Renewed the day after, or before the end."""
    next_day = Cover(EXPIRY + timedelta(days=1), YEAR.last)
    assert gaps([FIRST, next_day], YEAR) == []
    assert gaps([Cover(day("05-01"), YEAR.last), FIRST], YEAR) == []
    late = Cover(day("07-11"), YEAR.last)
    assert [gap.days for gap in gaps([FIRST, late], YEAR)] == [10]


def test_standing_says_until_when_or_since_when():
    """Covered through certificates that follow one another; else the days of the present gap."""
    assert standing([FIRST], YEAR, day("03-01")).covered_until == EXPIRY
    lacking = standing([FIRST], YEAR, day("07-10"))
    assert (lacking.lacking_since, lacking.days_lacking) == (day("07-01"), 10)
    never = standing([], YEAR, day("01-05"))
    assert (never.lacking_since, never.days_lacking) == (YEAR.first, 5)
    assert never.expiry == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("today", "done", "kind", "lead", "due"),
    [
        ("05-01", [], None, None, None),
        ("05-16", [], "REMINDER", -45, "05-16"),
        ("05-20", [Done("REMINDER", day("05-16"), -45)], "REMINDER", -15, "06-15"),
        ("06-29", [], "REMINDER", -15, "06-15"),
        ("06-30", [Done("REMINDER", day("06-15"), -15)], "REMINDER", 0, "06-30"),
        ("08-30", [], "REMINDER", 8, "07-08"),
        ("08-30", [Done("REMINDER", day("07-08"), 8)], "REGISTERED", None, "07-15"),
        ("08-30", [Done("REGISTERED", day("07-15"))], "CHOICE", None, "07-30"),
        ("08-30", [Done("BEHALF_NOTICE", day("08-01"), None, day("08-05"))], "BEHALF_TAKEN", None,
         "09-05"),
        ("08-30", [Done("ORDER", day("08-01"), None, day("08-01"))], "CLAUSE", None, "09-01"),
        ("12-30", [Done("ORDER", day("08-01")), Done("CLAUSE", day("09-01"))], None, None, None),
    ],
)  # fmt: skip
def test_the_next_step_follows_the_calendar_and_what_was_done(today, done, kind, lead, due):
    """J−45, J−15, J0, J+8, registered letter, then one of the two paths."""
    step = next_step(standing([FIRST], YEAR, day(today)), done, DELAYS)
    if kind is None:
        assert step is None
        return
    assert (step.kind, step.lead_days, step.due_on) == (kind, lead, day(due))
    assert step.why


def test_a_month_runs_from_receipt_once_it_is_known():
    """Until then the date is the earliest possible one, and says so."""
    stand = standing([FIRST], YEAR, day("08-30"))
    waiting = next_step(stand, [Done("BEHALF_NOTICE", day("08-01"))], DELAYS)
    assert (waiting.due_on, waiting.waits_for_receipt) == (day("09-01"), True)


def test_a_twelfth_of_the_premium_raised_by_at_most_ten_percent():
    """Décret 2016-383."""
    assert monthly_share(Decimal("120.00"), Decimal(10), 12) == Decimal("11.00")
    assert monthly_share(Decimal("100.00"), Decimal(0), 12) == Decimal("8.33")


DAYS = st.integers(0, 400).map(lambda n: YEAR.first + timedelta(days=n))


@st.composite
def covers(draw):
    first = draw(DAYS)
    last = first + timedelta(days=draw(st.integers(0, 200)))
    suspended = draw(st.none() | DAYS)
    later = draw(st.none() | st.integers(1, 90))
    resumed = suspended + timedelta(days=later) if suspended and later else None
    return Cover(first, last, suspended, resumed, draw(st.none() | DAYS))


def covered_by_hand(cover, on):
    """Say day by day what a certificate covers."""
    if not cover.starts_on <= on <= cover.ends_on:
        return False
    if cover.terminated_on and on >= cover.terminated_on:
        return False
    if cover.suspended_on and on >= cover.suspended_on:
        return bool(cover.resumed_on and on >= cover.resumed_on)
    return True


@given(st.lists(covers(), max_size=4))
def test_gaps_and_cover_share_every_day_of_the_period(found):
    """Each day is covered or in exactly one gap, and gaps are apart and in order."""
    missing = gaps(found, YEAR)
    for number in range(YEAR.days):
        on = YEAR.first + timedelta(days=number)
        by_hand = any(covered_by_hand(cover, on) for cover in found)
        assert is_covered(found, on) is by_hand
        assert sum(gap.first <= on <= gap.last for gap in missing) == (0 if by_hand else 1)
    for before, after in itertools.pairwise(missing):
        assert after.first > before.last + timedelta(days=1)
    assert all(span.days for span in covered_spans(found))


@given(st.lists(covers(), max_size=4), DAYS)
def test_standing_agrees_with_gaps(found, on):
    """The present gap begins on the first of its days."""
    if on > YEAR.last:
        return
    stand = standing(found, YEAR, on)
    if stand.covered_until:
        assert is_covered(found, on)
        assert not is_covered(found, stand.covered_until + timedelta(days=1))
        return
    gap = next(gap for gap in gaps(found, YEAR) if gap.first <= on <= gap.last)
    assert stand.lacking_since == gap.first
