"""One resident from the signature to the way out, day by day: what opens, moves, closes, when."""

from datetime import date, timedelta

import pytest
import time_machine

from caracol.accounts.enums import Role
from caracol.deadlines.enums import Outcome
from caracol.deadlines.models import Deadline, DeadlineEvent
from caracol.deadlines.selectors.rules import rules_on
from caracol.deadlines.services import acting
from caracol.deadlines.services.refreshing import refresh
from residents.enums import ContractStatus, NoticeGiver
from residents.models import ContractHolder, ContractTerms, Insurance
from tests import factories

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 1, 12), date(2026, 12, 31)
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


class Stay:
    """The life of the resident, act by act."""

    def __init__(self):
        home = factories.make_home(rooms=1)
        home.site.agreements.update(starts_on=date(2025, 1, 1), ends_on=date(2029, 1, 1))
        self.room = home.rooms.get()
        self.person = factories.make_person("Diallo", "Amina", territory="IDF")
        factories.make_status(self.person, protection_kind="REFUGEE")
        self.permit = factories.make_permit(
            self.person, kind="CARTE_PLURIANNUELLE", expires_on=date(2026, 10, 15)
        )
        self.person.housing_requests.create(number="NUR-1", expires_on=date(2026, 11, 20))
        self.contract = factories.make_contract(
            self.room,
            self.person,
            starts_on=date(2026, 2, 1),
            ends_on=LAST,
            status=ContractStatus.SIGNED,
            signed_on=FIRST,
        )
        self.worker = factories.make_user(Role.SOCIAL_WORKER)

    def change(self, **fields):
        """Write the contract as an act would leave it."""
        type(self.contract).objects.filter(pk=self.contract.pk).update(**fields)

    def live(self, day):
        """Do what happens on a day."""
        self.acts.get(day, lambda: None)()

    @property
    def acts(self):
        """What happens, day by day."""
        return {
            date(2026, 2, 1): self.enter,
            date(2026, 2, 3): self.insure,
            date(2026, 4, 20): self.tell_ofpra,
            date(2026, 7, 2): self.ask_permit,
            date(2026, 9, 10): self.give_notice,
            date(2026, 10, 11): self.leave,
            date(2026, 10, 20): self.give_keys_back,
        }

    def enter(self):
        """Take the keys."""
        self.change(status=ContractStatus.IN_FORCE, keys_given_on=date(2026, 2, 1))

    def insure(self):
        """Bring a certificate that goes beyond the contract."""
        Insurance.objects.create(
            contract=self.contract,
            insurer="MAIF",
            starts_on=date(2026, 2, 1),
            ends_on=date(2027, 1, 31),
        )

    def tell_ofpra(self):
        """Somebody of the social service told the OFPRA of the new address."""
        row = Deadline.objects.get(kind="social.ofpra-address")
        acting.mark_done(
            deadline=row, outcome=Outcome.DONE, actor=self.worker, on=date(2026, 4, 20)
        )

    def ask_permit(self):
        """The request is filed: a paper of a few months stands meanwhile."""
        factories.make_permit(self.person, kind="API", expires_on=date(2026, 10, 31))

    def give_notice(self):
        """The resident leaves in a month."""
        self.change(status=ContractStatus.NOTICE_GIVEN)
        factories.make_notice(
            self.contract,
            given_by=NoticeGiver.RESIDENT,
            received_on=date(2026, 9, 10),
            effective_on=date(2026, 10, 10),
        )

    def leave(self):
        """The room is empty."""
        end = date(2026, 10, 10)
        ContractTerms.objects.filter(contract=self.contract).update(ends_on=end)
        ContractHolder.objects.filter(contract=self.contract).update(ends_on=end)
        self.change(status=ContractStatus.ENDED, ends_on=end, left_on=end)

    def give_keys_back(self):
        """Keys and inventory are written down."""
        self.change(keys_returned_on=date(2026, 10, 20), exit_inventory_conforms=True)


def test_a_stay_day_by_day():
    with time_machine.travel(FIRST, tick=False):
        stay = Stay()
    told, seen, day = [], 0, FIRST
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
