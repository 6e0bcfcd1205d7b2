"""What the days of a room are, and what the empty ones cost: the pure rules."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caracol.core.periods import Month, Span
from colocations.calculations.vacancy import (
    OVERDUE,
    UNSAID,
    Gap,
    Loss,
    RoomDays,
    State,
    Stay,
    Tally,
    loss_of,
    lost,
    pieces,
    tally,
)
from colocations.selectors.vacancy_tables import TONES, WORDS

TODAY = date(2026, 11, 24)
WINDOW = Span(date(2026, 5, 1), date(2027, 4, 30))
OPEN = date(2024, 1, 1)


def day(text):
    return date.fromisoformat(text)


def told(room, window=WINDOW):
    """The pieces as short texts: state or cause, first day, last day."""
    return [
        f"{piece.cause or piece.state} {piece.span.first:%m-%d} {piece.span.last:%m-%d}"
        for piece in pieces(room, window, TODAY)
    ]


def test_a_stay_a_void_and_what_nobody_explained_follow_one_another():
    room = RoomDays(
        OPEN,
        stays=(
            Stay(day("2026-01-01"), day("2026-07-31")),
            Stay(day("2026-10-01"), day("2027-02-28")),
        ),
        gaps=(Gap(day("2026-08-01"), day("2026-08-31"), "WORKS"),),
    )
    assert told(room) == [
        "lived 05-01 07-31",
        "WORKS 08-01 08-31",
        f"{UNSAID} 09-01 09-30",
        "lived 10-01 02-28",
        "ahead 03-01 04-30",
    ]


def test_a_contract_wins_over_a_void_written_over_it():
    room = RoomDays(
        OPEN,
        stays=(Stay(day("2026-06-01"), day("2027-05-31")),),
        gaps=(Gap(day("2026-05-01"), None, "TO_LET"),),
    )
    assert told(room) == ["TO_LET 05-01 05-31", "lived 06-01 04-30"]


def test_notice_cuts_the_stay_on_the_day_it_is_received():
    room = RoomDays(OPEN, stays=(Stay(OPEN, day("2026-12-15"), notice_from=day("2026-11-15")),))
    assert told(room) == ["lived 05-01 11-14", "notice 11-15 12-15", "ahead 12-16 04-30"]


def test_who_comes_tomorrow_arrives_and_who_came_today_is_there():
    tomorrow = TODAY + timedelta(days=1)
    assert told(RoomDays(tomorrow, stays=(Stay(tomorrow, WINDOW.last),)))[-1].startswith("arriving")
    assert told(RoomDays(TODAY, stays=(Stay(TODAY, WINDOW.last),)))[-1].startswith("lived")


def test_days_after_a_term_that_nobody_ended_say_so():
    room = RoomDays(OPEN, stays=(Stay(OPEN, day("2026-10-31"), unfinished=True),))
    assert told(room)[1:] == [f"{OVERDUE} 11-01 11-24", "ahead 11-25 04-30"]


def test_an_old_term_that_nobody_ended_says_so_from_the_first_day():
    room = RoomDays(OPEN, stays=(Stay(OPEN, day("2026-03-31"), unfinished=True),))
    assert told(room)[0] == f"{OVERDUE} 05-01 11-24"


def test_a_room_is_shut_before_it_opens_and_after_it_closes():
    room = RoomDays(day("2026-06-01"), closes_on=day("2026-09-30"))
    assert told(room) == ["shut 05-01 05-31", f"{UNSAID} 06-01 09-30", "shut 10-01 04-30"]


def test_nothing_is_to_let_after_the_owners_end():
    room = RoomDays(OPEN, held_until=day("2027-01-31"), stays=(Stay(OPEN, TODAY),))
    assert told(room)[1:] == ["ahead 11-25 01-31", "gone 02-01 04-30"]


def test_an_empty_room_begun_before_the_window_does_not_invent_its_first_day():
    unknown = pieces(RoomDays(OPEN), WINDOW, TODAY)[0]
    known = pieces(RoomDays(OPEN, stays=(Stay(OPEN, day("2026-04-30")),)), WINDOW, TODAY)[0]
    assert (unknown.begun_before, known.begun_before) == (True, False)


@pytest.mark.parametrize(
    ("first", "last", "cost"),
    [
        ("2026-11-16", "2026-11-30", "150.00"),
        ("2026-11-16", "2026-12-31", "450.00"),
        ("2026-02-01", "2026-02-28", "300.00"),
        ("2026-10-01", "2026-10-01", "9.68"),
    ],
)
def test_a_void_costs_its_exact_days(first, last, cost):
    assert lost(Decimal("300.00"), Span(day(first), day(last))) == Decimal(cost)


def test_a_loss_tells_what_is_gone_from_what_will_be():
    loss = loss_of(Span(day("2026-11-01"), day("2026-11-30")), Decimal("300.00"), TODAY)
    assert loss == Loss(24, Decimal("240.00"), 6, Decimal("60.00"))


def test_days_outside_the_opening_count_for_nothing():
    room = RoomDays(
        day("2026-06-01"), closes_on=day("2026-06-30"), stays=(Stay(OPEN, day("2026-06-10")),)
    )
    found = tally(room, pieces(room, WINDOW, TODAY), Decimal(300), TODAY)
    assert (found.available, found.occupied, found.empty.days) == (30, 10, 20)
    assert found.empty.cost == Decimal("200.00")


def test_a_rate_is_full_only_when_it_is():
    assert Tally(3000, 2999).rate == Decimal("99.9")
    assert Tally(3000, 3000).rate == 100
    assert Tally().rate is None


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def rooms(draw):
    """A room with stays that do not overlap, voids that may, and any opening."""
    cuts = sorted(draw(st.lists(days, min_size=2, max_size=8, unique=True)))
    stays = [
        Stay(
            first,
            last,
            notice_from=draw(st.none() | days),
            unfinished=last < TODAY and draw(st.booleans()),
        )
        for first, last in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    gaps = []
    for _ in range(draw(st.integers(0, 3))):
        first, last = draw(days), draw(st.none() | days)
        gaps.append(Gap(first, max(first, last) if last else None, draw(st.sampled_from("ABC"))))
    opens, closes = draw(days), draw(st.none() | days)
    return RoomDays(
        opens,
        max(opens, closes) if closes else None,
        draw(st.none() | days),
        tuple(stays),
        tuple(gaps),
    )


@given(room=rooms(), first=days, length=st.integers(1, 800))
def test_pieces_tile_the_window_and_their_days_add_up(room, first, length):
    window = Span(first, first + timedelta(days=length - 1))
    found = pieces(room, window, TODAY)
    assert found[0].span.first == window.first
    assert found[-1].span.last == window.last
    for before, after in itertools.pairwise(found):
        assert after.span.first - before.span.last == timedelta(days=1)
    counted = tally(room, found, Decimal("187.50"), TODAY)
    assert counted.available == counted.occupied + counted.empty.days
    opening = Span(room.opens_on, room.closes_on or window.last).within(window)
    past = opening.within(Span(window.first, TODAY)) if opening else None
    assert counted.available == (past.days if past else 0)
    assert all(loss.cost >= 0 for loss in counted.losses.values())


@given(first=days, length=st.integers(1, 500))
def test_whole_months_cost_whole_fees(first, length):
    month = Month.of(first)
    last = month.plus(length // 30)
    months = len(list(month.until(last)))
    assert lost(Decimal("187.53"), Span(month.first, last.last)) == months * Decimal("187.53")


def test_states_have_words_and_looks():
    assert set(WORDS) == set(TONES) == set(State)
