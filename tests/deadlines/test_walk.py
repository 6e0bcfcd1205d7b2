"""One resident from the signature to the way out, day by day: what opens, moves, closes, when."""

from datetime import date, timedelta

import pytest
import time_machine

from caracol.deadlines.models import DeadlineEvent
from caracol.deadlines.selectors.rules import rules_on
from caracol.deadlines.services.refreshing import refresh
from tests.deadlines.stays import SIGNED, Stay

pytestmark = pytest.mark.django_db

# What the resident's file must say, on which day, as one would write it on a wall calendar.
WALL = """
2026-01-12 ouverte residents.contract-end pour 2026-12-31
2026-01-12 ouverte residents.contract-limit pour 2027-07-31
2026-01-12 ouverte residents.entry pour 2026-02-01
2026-01-12 ouverte residents.housing-request pour 2026-11-20
2026-01-12 ouverte residents.permit-expiry pour 2026-10-15
2026-01-12 ouverte residents.permit-window pour 2026-08-16
2026-02-01 close residents.entry
2026-02-01 ouverte residents.insurance-end pour 2026-02-01
2026-02-01 ouverte social.ofpra-address pour 2026-05-01
2026-02-03 close residents.insurance-end
2026-04-20 faite social.ofpra-address
2026-07-02 close residents.permit-expiry
2026-07-02 close residents.permit-window
2026-07-02 ouverte residents.permit-short pour 2026-10-31
2026-07-02 ouverte social.health-card pour 2026-11-14
2026-09-10 close residents.contract-end
2026-09-10 close residents.contract-limit
2026-09-10 ouverte residents.notice-effect pour 2026-10-10
2026-10-11 close residents.housing-request
2026-10-11 close residents.notice-effect
2026-10-11 close residents.permit-short
2026-10-11 close social.health-card
2026-10-11 ouverte residents.exit pour 2026-10-10
2026-10-11 ouverte residents.retention pour 2031-10-10
2026-10-11 ouverte social.ofpra-address pour 2027-01-10
2026-10-20 close residents.exit
"""
ACTS = {"OPENED": "ouverte", "MOVED": "déplacée", "CLOSED": "close", "DONE": "faite",
        "REOPENED": "rouverte"}  # fmt: skip


def test_a_stay_day_by_day():
    with time_machine.travel(SIGNED, tick=False):
        stay = Stay()
    told, seen, day = [], 0, SIGNED
    while day <= date(2026, 11, 5):
        if day not in stay.acts and day.weekday():
            day += timedelta(days=1)  # nothing happens: a day missed is caught up by the next
            continue
        with time_machine.travel(day, tick=False):
            stay.live(day)
            refresh(on=day)
        events = DeadlineEvent.objects.filter(pk__gt=seen).select_related("deadline")
        for event in events.order_by("deadline__kind", "pk"):
            seen = max(seen, event.pk)
            if event.deadline.person_id == stay.person.pk:
                to = f" pour {event.to_on}" if event.to_on else ""
                told.append(f"{day} {ACTS[event.act]} {event.deadline.kind}{to}")
        day += timedelta(days=1)
    assert sorted(told) == sorted(WALL.split("\n")[1:-1])


def test_reminders_fall_on_the_days_of_the_rule():
    """The leads of a rule, from the end of a contract: the table of RULEBOOK 6."""
    ends = date(2027, 6, 30)
    rule = rules_on(date(2026, 11, 24))["residents.contract-end"]
    days = [ends - timedelta(days=lead) for lead in rule.leads]
    assert [f"{day}" for day in days] == [
        "2027-01-01",
        "2027-03-02",
        "2027-04-01",
        "2027-05-01",
        "2027-05-16",
        "2027-05-30",
    ]
