"""The engine: facts compared with deadlines, and nothing written that did not change."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection

from caracol.accounts.policy import GLA
from caracol.deadlines.enums import DeadlineAct, DeadlineState, Domain, Outcome, Subject
from caracol.deadlines.models import Deadline, DeadlineEvent, DeadlineRule
from caracol.deadlines.registry import Fact, deadline_kind, forget
from caracol.deadlines.services.refreshing import Refreshed, refresh
from caracol.deadlines.services.tasks import TaskWords, create_task
from tests.factories import make_territory, make_user

DAY = date(2026, 11, 24)
KIND = "tests.fact"

pytestmark = pytest.mark.django_db


@pytest.fixture
def facts():
    """A kind whose facts the test says, with its rule."""
    known: dict[str, Fact] = {}
    deadline_kind(
        KIND,
        domain=Domain.STAY,
        subject=Subject.CONTRACT,
        readers=GLA,
        url_name="residents:contract-detail",
        settled="Réglé.",
    )(lambda day: iter(known.values()))
    make_rule()
    yield known
    forget(KIND)


def make_rule(**fields):
    """The rule of the kind."""
    return DeadlineRule.objects.create(
        kind=KIND,
        **{
            "label": "Épreuve",
            "why": "Parce que.",
            "otherwise": "Rien.",
            "leads": [30, 7],
            "audience": ["GLA_MANAGER"],
            "role": "GLA_MANAGER",
            "valid_from": date(2020, 1, 1),
            "source": "Essai",
            **fields,
        },
    )


def fact(key="1", due_on=DAY + timedelta(days=10), **more):
    """A fact of Île-de-France."""
    return Fact(key, int(key), f"Contrat {key}", due_on, make_territory().pk, **more)


def row(key="1"):
    """The deadline of a fact."""
    return Deadline.objects.get(kind=KIND, key=key)


def acts(key="1"):
    """What happened to it."""
    return list(row(key).events.order_by("pk").values_list("act", flat=True))


def done(deadline, on=DAY):
    """Somebody did it."""
    deadline.state, deadline.outcome, deadline.closed_on = DeadlineState.DONE, Outcome.DONE, on
    deadline.closed_by = make_user()
    deadline.save()


def test_a_fact_opens_a_deadline(facts):
    facts["1"] = fact(person_id=7, home_id=3)
    assert refresh(on=DAY) == Refreshed(opened=1)
    found = row()
    assert (found.state, found.due_on, found.person_id, found.home_id) == (
        DeadlineState.OPEN,
        DAY + timedelta(days=10),
        7,
        3,
    )
    assert acts() == [DeadlineAct.OPENED]


def test_the_same_day_twice_writes_nothing(facts):
    facts.update({str(n): fact(str(n)) for n in range(1, 6)})
    refresh(on=DAY)
    before = written()
    assert refresh(on=DAY) == Refreshed(unchanged=5)
    assert refresh(on=DAY + timedelta(days=1)) == Refreshed(unchanged=5)
    assert written() == before


def written():
    """Which transaction wrote each row last, and how many lines tell what happened."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, xmin::text, ctid::text FROM deadlines_deadline ORDER BY id")
        return cursor.fetchall(), DeadlineEvent.objects.count()


def test_a_source_that_moves_moves_its_deadline(facts):
    facts["1"] = fact()
    refresh(on=DAY)
    facts["1"] = fact(due_on=DAY + timedelta(days=40))
    assert refresh(on=DAY) == Refreshed(moved=1)
    assert row().due_on == DAY + timedelta(days=40)
    moved = row().events.get(act=DeadlineAct.MOVED)
    assert (moved.from_on, moved.to_on) == (DAY + timedelta(days=10), DAY + timedelta(days=40))


def test_a_source_that_is_gone_closes_it_with_an_outcome_and_back_opens_it(facts):
    facts["1"] = fact()
    refresh(on=DAY)
    gone = facts.pop("1")
    assert refresh(on=DAY) == Refreshed(closed=1)
    assert (row().state, row().outcome, row().closed_on) == (
        DeadlineState.CLOSED,
        Outcome.SETTLED,
        DAY,
    )
    facts["1"] = gone
    assert refresh(on=DAY) == Refreshed(opened=1)
    assert acts() == [DeadlineAct.OPENED, DeadlineAct.CLOSED, DeadlineAct.REOPENED]
    assert (row().outcome, row().closed_on, row().occurrence) == ("", None, 1)


def test_what_is_done_stays_done_until_its_day_is_another(facts):
    facts["1"] = fact()
    refresh(on=DAY)
    done(row())
    assert refresh(on=DAY) == Refreshed(unchanged=1)
    gone = facts.pop("1")
    assert refresh(on=DAY) == Refreshed()
    facts["1"] = gone
    assert refresh(on=DAY) == Refreshed(unchanged=1)
    facts["1"] = fact(due_on=DAY + timedelta(days=375))
    assert refresh(on=DAY) == Refreshed(opened=1)
    assert (row().state, row().occurrence, row().closed_by) == (DeadlineState.OPEN, 2, None)


def test_what_a_person_closed_knows_since_when_its_source_is_settled(facts):
    facts["1"] = fact()
    refresh(on=DAY)
    done(row())
    refresh(on=DAY)
    assert row().settled_on is None
    gone = facts.pop("1")
    refresh(on=DAY + timedelta(days=1))
    assert row().settled_on == DAY + timedelta(days=1)
    facts["1"] = gone
    refresh(on=DAY + timedelta(days=2))
    assert row().settled_on is None


def test_what_somebody_who_left_had_goes_back_to_its_role_or_its_author(facts):
    author, gone = make_user(), make_user()
    facts["1"] = fact()
    refresh(on=DAY)
    Deadline.objects.filter(kind=KIND).update(assignee=gone)
    said = TaskWords(title="Compter", due_on=DAY, assignee=gone, territory=make_territory())
    task = create_task(words=said, actor=author, on=DAY).deadline
    gone.is_active = False
    gone.save()
    refresh(on=DAY)
    refresh(on=DAY)
    task.refresh_from_db()
    assert (row().assignee, task.assignee) == (None, author)
    assert acts() == [DeadlineAct.OPENED, DeadlineAct.HANDED]
    assert task.events.filter(act=DeadlineAct.HANDED).count() == 1


def test_put_off_stays_put_off_unless_the_day_comes_nearer(facts):
    facts["1"], facts["2"] = fact(), fact("2")
    refresh(on=DAY)
    until = DAY + timedelta(days=5)
    Deadline.objects.filter(kind=KIND).update(snoozed_until=until, snooze_reason="attendre")
    facts["1"] = fact(due_on=DAY + timedelta(days=20))
    facts["2"] = fact("2", due_on=DAY + timedelta(days=2))
    assert refresh(on=DAY).moved == 2
    assert row("1").snoozed_until == until
    assert (row("2").snoozed_until, row("2").snooze_reason) == (None, "")


def test_other_words_are_written_without_telling_of_a_move(facts):
    facts["1"] = fact()
    refresh(on=DAY)
    facts["1"] = fact(why="Autre chose.")
    assert refresh(on=DAY).moved == 1
    assert row().why == "Autre chose."
    assert acts() == [DeadlineAct.OPENED]


def test_a_kind_that_the_direction_suspends_closes_and_comes_back(facts):
    facts["1"] = fact()
    refresh(on=DAY)
    DeadlineRule.objects.filter(kind=KIND).update(is_enabled=False)
    assert refresh(on=DAY) == Refreshed(closed=1)
    assert row().outcome == Outcome.SUSPENDED
    DeadlineRule.objects.filter(kind=KIND).update(is_enabled=True)
    assert refresh(on=DAY) == Refreshed(opened=1)


def test_two_facts_under_one_key_are_refused_and_nothing_changes(facts):
    facts["1"] = fact()
    refresh(on=DAY)
    facts["2"] = fact("1", due_on=DAY)
    with pytest.raises(IntegrityError):
        refresh(on=DAY)


@pytest.mark.parametrize(
    ("stated", "due"),
    [
        (date(2026, 11, 28), date(2026, 11, 30)),  # Saturday
        (date(2026, 12, 25), date(2026, 12, 28)),  # Christmas, a Friday
        (date(2027, 3, 29), date(2027, 3, 30)),  # Easter Monday
        (date(2026, 12, 1), date(2026, 12, 1)),
    ],
)
def test_a_procedural_delay_ends_on_a_working_day(stated, due):
    deadline_kind(
        KIND,
        domain=Domain.STAY,
        subject=Subject.CONTRACT,
        readers=GLA,
        url_name="residents:contract-detail",
        settled="Réglé.",
        is_procedural=True,
    )(lambda day: iter([fact(due_on=stated)]))
    make_rule()
    try:
        refresh(on=DAY)
        assert (row().due_on, row().stated_on) == (due, stated if due != stated else None)
    finally:
        forget(KIND)
