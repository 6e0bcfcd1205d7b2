"""Two stays from entry to exit, day by day: who is reminded of what, against a written table."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
import time_machine

from caracol.accounts.enums import Role
from caracol.core.workdays import is_working_day
from caracol.deadlines.models import Reminder
from caracol.deadlines.services.refreshing import refresh
from caracol.deadlines.services.reminding import send_reminders
from colocations.models import Colocation
from tests import factories
from tests.deadlines.stays import SIGNED, Lease, Stay

pytestmark = pytest.mark.django_db

ONE_DAY, LAST = timedelta(days=1), date(2026, 10, 30)
TEAM = {
    "gla": Role.GLA_MANAGER,
    "aide": Role.GLA_ASSISTANT,
    "mission": Role.MISSION_OFFICER,
}
# The day, what, why one is told, the day it is due: who is told.
TABLE = """
2026-01-12 caf-certificate relais J+7 (16/12) : gla
2026-01-12 caf-certificate retard (16/12) : aide gla
2026-01-26 entry J-7 (01/02) : mission
2026-02-02 insurance-end retard (01/02) : aide gla
2026-02-06 ofpra-address J-84 (01/05) : cesf
2026-03-31 ofpra-address J-31 (01/05) : cesf
2026-04-20 permit-expiry J-180 (15/10) : cesf
2026-05-18 insurance-end J-45 (30/06) : aide gla
2026-06-03 contract-end J-180 (30/11) : aide gla
2026-06-15 insurance-end J-15 (30/06) : aide gla
2026-06-17 permit-expiry J-120 (15/10) : cesf
2026-06-17 permit-window J-60 (16/08) : cesf
2026-06-30 insurance-end J-0 (30/06) : aide gla
2026-07-01 insurance-end retard (30/06) : aide gla
2026-07-06 contract-end J-180 (31/12) : aide gla
2026-07-08 insurance-end relais J+8 (30/06) : gla
2026-08-03 contract-end J-120 (30/11) : aide gla
2026-08-21 notice-effect J-30 (20/09) : aide gla
2026-09-02 contract-end J-120 (31/12) : aide gla
2026-09-07 notice-effect J-15 (20/09) : aide gla
2026-09-10 notice-effect J-30 (10/10) : aide gla
2026-09-14 notice-effect J-7 (20/09) : aide gla
2026-09-21 caf-departure retard (20/09) : aide gla
2026-09-21 housing-request J-60 (20/11) : cesf
2026-09-23 caf-departure relais J+3 (20/09) : gla
2026-09-25 notice-effect J-15 (10/10) : aide gla
2026-10-01 permit-short J-30 (31/10) : cesf
2026-10-05 notice-effect J-7 (10/10) : aide gla
2026-10-09 notice-effect J-1 (10/10) : aide gla
2026-10-12 exit retard (10/10) : mission
2026-10-15 exit relais J+5 (10/10) : gla
2026-10-19 ofpra-address J-84 (10/01) : cesf
"""


def word(reminder):
    """How the table writes why one is told: before the day, on it, late, or as a relay."""
    if reminder.cause == "LEAD":
        return f"J-{reminder.lead}"
    return "retard" if reminder.cause == "LATE" else f"relais J+{reminder.lead}"


def walk(people, users):
    """Live every day; return what was told on each, a line a reminder."""
    names = {user.pk: name for name, user in users.items()}
    known = [someone.person.pk for someone in people]
    told, day = [], SIGNED
    busy = {SIGNED, *(each for someone in people for each in someone.acts)}
    while day <= LAST:
        with time_machine.travel(f"{day}T05:30:00+01:00", tick=False):
            for someone in people:
                someone.live(day)
            if day in busy or not day.weekday():
                refresh(on=day)  # sources move on these days; a day missed is caught up
            if is_working_day(day):
                send_reminders(on=day)
        rows = Reminder.objects.filter(told_on=day, deadline__person_id__in=known)
        found = defaultdict(list)
        for row in rows.select_related("deadline"):
            said = f"{row.deadline.kind.split('.')[1]} {word(row)} ({row.due_on:%d/%m})"
            found[said].append(names[row.user_id])
        told += [f"{day} {said} : {' '.join(sorted(found[said]))}" for said in sorted(found)]
        day += ONE_DAY
    return told


def test_two_stays_day_by_day():
    with time_machine.travel(SIGNED, tick=False):
        users = {
            name: factories.make_user(role, email=f"{name}@example.org")
            for name, role in TEAM.items()
        }
        crt, lease = Stay(), Lease()
        users["cesf"] = crt.worker
        Colocation.objects.update(mission_officer=users["mission"])
    told = walk([crt, lease], users)
    assert told == TABLE.strip().split("\n")
