"""Rooms closed, in works, too small or too full (RULEBOOK 3.1)."""

from datetime import date
from decimal import Decimal

import pytest

from caracol.core.periods import Span
from residents.calculations.place import RoomFacts, Surfaces, Void, check_room
from residents.calculations.verdicts import Level

D = Decimal

DAYS = Span(date(2026, 3, 1), date(2026, 8, 31))
SURFACES = Surfaces(D(9), D(16), D(9), "CCH R822-25")


def answer(people=1, **fields):
    room = RoomFacts("La chambre 3", **{"surface": D("11.50"), **fields})
    return {verdict.code: verdict.level for verdict in check_room(room, DAYS, people, SURFACES)}


def void(cause, first=date(2026, 2, 1), last=None):
    return {"voids": (Void(first, last, cause, cause.lower()),)}


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, {}),
        ({"closes_on": date(2026, 8, 31)}, {}),
        ({"closes_on": date(2026, 8, 30)}, {"room-closed": Level.REFUSED}),
        ({"opens_on": date(2026, 3, 2)}, {"room-not-open": Level.REFUSED}),
        (void("UNFIT"), {"void-unfit": Level.REFUSED}),
        (void("WORKS"), {"void-works": Level.DOUBTFUL}),
        (void("RESERVED"), {"void-reserved": Level.DOUBTFUL}),
        (void("TO_LET"), {}),
        (void("WORKS", last=date(2026, 2, 28)), {}),
        (void("WORKS", first=date(2026, 9, 1)), {}),
        ({"surface": D("8.99")}, {"surface": Level.DOUBTFUL}),
        ({"surface": D("9.00")}, {}),
        ({"surface": None}, {}),
        ({"people": 2, "capacity": 2}, {"surface": Level.DOUBTFUL}),
        ({"people": 2, "surface": D(16)}, {"capacity": Level.DOUBTFUL}),
        ({"people": 3, "capacity": 3, "surface": D(24)}, {"surface": Level.DOUBTFUL}),
        ({"people": 3, "capacity": 3, "surface": D(25)}, {}),
    ],
)
def test_a_room_is_judged_for_the_days_and_the_household(fields, found):
    assert answer(**fields) == found
