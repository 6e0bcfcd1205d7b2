"""Two workers refresh at once, somebody acts meanwhile: each fact is one deadline, done once."""

from datetime import date

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.deadlines.enums import DeadlineAct, Outcome
from caracol.deadlines.models import Deadline, DeadlineEvent
from caracol.deadlines.services import acting
from caracol.deadlines.services.refreshing import refresh
from tests import factories
from tests.helpers.threads import at_once

DAY = date(2026, 11, 24)


def test_two_refreshes_at_once_open_each_deadline_once(real_db):
    for _n in range(4):
        factories.make_contract(ends_on=date(2027, 6, 30))
    done = at_once(lambda: refresh(on=DAY), lambda: refresh(on=DAY), lambda: refresh(on=DAY))
    opened = sorted(each.opened for each in done)
    assert opened[:2] == [0, 0]
    assert opened[2] == Deadline.objects.count() > 4
    assert DeadlineEvent.objects.filter(act=DeadlineAct.OPENED).count() == opened[2]


def test_two_people_do_the_same_thing_and_one_is_told(real_db):
    factories.make_contract(ends_on=date(2027, 6, 30))
    refresh(on=DAY)
    row = Deadline.objects.filter(kind="residents.contract-end").first()
    people = [factories.make_user(Role.GLA_MANAGER) for _n in range(2)]

    def do(person):
        return acting.mark_done(deadline=row, outcome=Outcome.DONE, actor=person, on=clock.today())

    answers = at_once(*(lambda person=person: do(person) for person in people))
    assert sum(isinstance(answer, acting.DeadlineRefused) for answer in answers) == 1
    assert row.events.filter(act=DeadlineAct.DONE).count() == 1


def test_an_act_during_a_refresh_is_not_lost(real_db):
    factories.make_contract(ends_on=date(2027, 6, 30))
    refresh(on=DAY)
    row = Deadline.objects.filter(kind="residents.contract-end").first()
    person = factories.make_user(Role.GLA_MANAGER)
    at_once(
        lambda: refresh(on=DAY),
        lambda: acting.mark_done(deadline=row, outcome=Outcome.DONE, actor=person, on=DAY),
    )
    row.refresh_from_db()
    assert not row.is_open
