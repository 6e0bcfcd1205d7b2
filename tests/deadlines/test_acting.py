"""What people do with a deadline: done, put off, handed over, commented; and taken back."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.workdays import is_working_day
from caracol.deadlines.enums import DeadlineAct, DeadlineState, Outcome
from caracol.deadlines.models import Deadline
from caracol.deadlines.recurrence import next_after, rrule
from caracol.deadlines.selectors.mine import may_act, mine, replaced_by
from caracol.deadlines.selectors.rules import rules_on
from caracol.deadlines.services import acting
from caracol.deadlines.services.refreshing import refresh
from caracol.deadlines.services.standins import StandInRefused, arrange, call_off
from caracol.deadlines.services.tasks import (
    TaskRefused,
    TaskWords,
    check_item,
    create_task,
    edit_task,
)
from tests.deadlines.worlds import make_deadline
from tests.factories import make_home, make_territory, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return clock.today()


@pytest.fixture
def manager():
    return make_user(Role.GLA_MANAGER)


def test_a_stand_in_is_there_and_who_stands_in_stays(today):
    """Otherwise what is the first one's would be nobody's."""
    one, other, third = (make_user(Role.GLA_MANAGER) for _ in range(3))
    week = today + timedelta(days=7)
    said = {"starts_on": today, "ends_on": week, "note": "", "actor": one}
    arrange(absent=one, stand_in=other, **said)
    with pytest.raises(StandInRefused, match="est absent·e"):
        arrange(absent=third, stand_in=one, **said)
    with pytest.raises(StandInRefused, match="remplace"):
        arrange(absent=other, stand_in=third, **said)
    later = {**said, "starts_on": week + timedelta(days=1), "ends_on": week + timedelta(days=2)}
    assert arrange(absent=other, stand_in=one, **later).pk


def test_done_says_how_who_and_when_and_is_taken_back_once(manager, today):
    row = make_deadline()
    event = acting.mark_done(
        deadline=row, outcome=Outcome.OTHERWISE, note="par téléphone", actor=manager, on=today
    )
    row.refresh_from_db()
    assert (row.state, row.outcome, row.closed_on, row.closed_by) == (
        DeadlineState.DONE, Outcome.OTHERWISE, today, manager,
    )  # fmt: skip
    acting.undo(event=event, actor=manager)
    row.refresh_from_db()
    assert (row.state, row.outcome, row.closed_on) == (DeadlineState.OPEN, "", None)
    with pytest.raises(acting.DeadlineRefused, match="changé depuis"):
        acting.undo(event=event, actor=manager)


def test_what_another_has_done_is_not_done_again(manager, today):
    row = make_deadline()
    acting.mark_done(deadline=row, outcome=Outcome.DONE, actor=manager, on=today)
    with pytest.raises(acting.DeadlineRefused, match="déjà close"):
        acting.mark_done(deadline=row, outcome=Outcome.DONE, actor=make_user(), on=today)


def test_the_engine_s_outcomes_are_not_people_s(manager, today):
    with pytest.raises(acting.DeadlineRefused):
        acting.mark_done(deadline=make_deadline(), outcome=Outcome.SETTLED, actor=manager, on=today)


@pytest.mark.parametrize(("days", "reason"), [(0, "attendre"), (-1, "attendre"), (3, "  ")])
def test_a_putting_off_has_a_day_to_come_and_a_reason(manager, today, days, reason):
    with pytest.raises(acting.DeadlineRefused):
        acting.snooze(
            deadline=make_deadline(),
            until=today + timedelta(days=days),
            reason=reason,
            actor=manager,
            on=today,
        )


def test_put_off_leaves_the_list_until_its_day(manager, today):
    row, until = make_deadline(), today + timedelta(days=3)
    acting.snooze(deadline=row, until=until, reason="attendre", actor=manager, on=today)
    rows = Deadline.objects.filter(pk=row.pk)
    assert not rows.awake(today).exists()
    assert rows.snoozed(today).exists()
    assert rows.awake(until).exists()
    acting.awaken(deadline=row, actor=manager)
    assert rows.awake(today).exists()


def test_past_the_day_of_the_relay_only_who_decides_puts_off(manager, today):
    helper = make_user(Role.GLA_ASSISTANT)
    row = make_deadline()
    days = rules_on(today)[row.kind].escalation_days
    limit = row.due_on + timedelta(days=days)
    said = {"reason": "attendre", "on": today}
    acting.snooze(deadline=row, until=limit, actor=helper, **said)
    with pytest.raises(acting.DeadlineRefused, match="seule une personne qui décide"):
        acting.snooze(deadline=row, until=limit + timedelta(days=1), actor=helper, **said)
    acting.snooze(deadline=row, until=limit + timedelta(days=1), actor=manager, **said)


def test_a_permit_is_not_handed_to_a_mission_officer(manager):
    officer = make_user(Role.MISSION_OFFICER)
    row = make_deadline("residents.permit-expiry", home_id=make_home(officer=officer).pk)
    with pytest.raises(acting.DeadlineRefused, match="n'a pas le droit"):
        acting.hand_over(deadline=row, to=officer, actor=manager)
    event = acting.hand_over(deadline=row, to=make_user(Role.SOCIAL_WORKER), actor=manager)
    assert event.act == DeadlineAct.HANDED


def test_each_role_sees_its_kinds_in_its_territory_only():
    officer = make_user(Role.MISSION_OFFICER)
    home = make_home(officer=officer)
    here = {
        "stay": make_deadline(home_id=home.pk),
        "permit": make_deadline("residents.permit-expiry", home_id=home.pk),
        "money": make_deadline("payments.deposit-return", home_id=home.pk),
        "building": make_deadline("colocations.diagnostic", site_id=home.site_id),
        "right": make_deadline("social.c2s", home_id=home.pk),
    }
    make_deadline(territory="HDF")
    lost = make_deadline("residents.permit-expiry", territory=None)
    shared = make_deadline("colocations.approval", territory=None)

    def seen(user):
        known = {row.pk: name for name, row in here.items()} | {
            lost.pk: "lost",
            shared.pk: "shared",
        }
        rows = Deadline.objects.visible_to(user).values_list("pk", flat=True)
        return {known.get(pk, "foreign") for pk in rows}

    assert seen(make_user(Role.GLA_MANAGER)) == {"stay", "permit", "money", "building", "shared"}
    assert seen(make_user(Role.SOCIAL_WORKER)) == {"stay", "permit", "right"}
    assert seen(officer) == {"stay"}
    assert seen(make_user(Role.MISSION_OFFICER)) == set()
    assert seen(make_user(Role.TECHNICAL)) == {"building"}
    assert seen(make_user(Role.ACCOUNTANT)) == set()
    assert seen(make_user(Role.DIRECTOR, "*")) == {*here, "lost", "shared", "foreign"}
    assert seen(make_user(None)) == set()


def mine_of(user, today):
    rows = Deadline.objects.visible_to(user)
    return set(mine(rows, user, today, rules_on(today), replaced_by(user, today)))


def test_mine_is_what_was_handed_to_me_else_what_my_role_does(today):
    manager, worker = make_user(Role.GLA_MANAGER), make_user(Role.SOCIAL_WORKER)
    contract, permit = make_deadline(), make_deadline("residents.permit-expiry")
    handed = make_deadline(assignee=make_user(Role.GLA_ASSISTANT))
    assert mine_of(manager, today) == {contract}
    assert mine_of(worker, today) == {permit}
    assert mine_of(handed.assignee, today) == {contract, handed}


def test_late_beyond_the_relay_it_is_the_relay_s_too(today):
    head = make_user(Role.SOCIAL_DIRECTOR, "*")
    row = make_deadline("social.dalo-appeal", days=-1)
    rule = rules_on(today)[row.kind]
    assert mine_of(make_user(Role.DIRECTOR, "*"), today) == set()
    row.due_on = today - timedelta(days=rule.escalation_days + 1)
    row.save()
    assert row in mine_of(head, today)


def test_a_stand_in_has_the_list_of_the_absent_for_that_time_and_no_more_rights(today):
    absent, stand_in = make_user(Role.SOCIAL_WORKER), make_user(Role.GLA_MANAGER)
    seen = make_deadline("residents.permit-expiry", assignee=absent)
    make_deadline("social.c2s", assignee=absent)
    week = today + timedelta(days=6)
    row = arrange(
        absent=absent, stand_in=stand_in, starts_on=today, ends_on=week, note="", actor=absent
    )
    assert mine_of(stand_in, today) == {seen}
    assert may_act(stand_in, seen, rules_on(today), replaced_by(stand_in, today))
    assert replaced_by(stand_in, week + timedelta(days=1)) == []
    with pytest.raises(StandInRefused, match="déjà remplacée"):
        arrange(
            absent=absent, stand_in=stand_in, starts_on=week, ends_on=week, note="", actor=absent
        )
    call_off(row=row, actor=absent, on=today)
    assert mine_of(stand_in, today) == set()


# --- Tasks --------------------------------------------------------------------------------------
def words(**fields):
    """A task of the managers of Île-de-France."""
    return TaskWords(
        **{
            "title": "Préparer la réunion",
            "due_on": date(2026, 1, 31),
            "role": Role.GLA_MANAGER,
            "territory": make_territory(),
            **fields,
        }
    )


def test_a_task_that_comes_back_opens_its_next_day_when_done_and_undone_calls_it_off(manager):
    today = date(2026, 1, 31)
    task = create_task(
        words=words(frequency="MONTHLY", items=["un", "deux", "un"]), actor=manager, on=today
    )
    assert [item.label for item in task.items.order_by("position")] == ["un", "deux"]
    check_item(item=task.items.get(label="un"), is_done=True, actor=manager, on=today)
    first = task.deadline
    event = acting.mark_done(deadline=first, outcome=Outcome.DONE, actor=manager, on=today)
    assert "non coché : deux" in event.text
    task.refresh_from_db()
    assert (task.deadline.due_on, task.deadline.is_open) == (date(2026, 2, 28), True)
    assert not task.items.exclude(done_on=None).exists()
    first.refresh_from_db()
    assert [(line["label"], line["on"]) for line in first.checklist] == [
        ("un", "2026-01-31"),
        ("deux", None),
    ]
    acting.undo(event=event, actor=manager)
    task.refresh_from_db()
    assert task.deadline == first
    assert [item.label for item in task.items.exclude(done_on=None)] == ["un"]
    assert Deadline.objects.open().filter(subject_id=task.pk, kind="tasks.task").count() == 1
    acting.mark_done(deadline=first, outcome=Outcome.DONE, actor=manager, on=today)
    task.refresh_from_db()
    assert task.deadline.due_on == date(2026, 2, 28)
    refresh(on=today)
    assert task.deadline.is_open


def test_an_earlier_day_of_a_series_opened_again_leaves_one_open_day(manager):
    first_day = date(2026, 1, 31)
    task = create_task(words=words(frequency="MONTHLY"), actor=manager, on=first_day)
    first = task.deadline
    acting.mark_done(deadline=first, outcome=Outcome.DONE, actor=manager, on=first_day)
    acting.reopen(deadline=first, actor=manager)
    days = Deadline.objects.open().filter(subject_id=task.pk, kind="tasks.task")
    assert list(days) == [first]


def test_done_late_it_comes_back_once_and_says_what_was_passed_over(manager):
    task = create_task(words=words(frequency="MONTHLY"), actor=manager, on=date(2026, 1, 31))
    late = date(2026, 4, 2)
    acting.mark_done(deadline=task.deadline, outcome=Outcome.DONE, actor=manager, on=late)
    task.refresh_from_db()
    assert task.deadline.due_on == date(2026, 4, 30)
    opened = task.deadline.events.get(act=DeadlineAct.OPENED)
    assert "28/02/2026, 31/03/2026" in opened.text


def test_a_private_task_is_its_author_s_alone(manager, today):
    task = create_task(words=words(is_private=True, role=""), actor=manager, on=today)
    rows = Deadline.objects.filter(pk=task.deadline_id)
    assert rows.visible_to(manager).exists()
    assert not rows.visible_to(make_user(Role.DIRECTOR, "*")).exists()
    assert not rows.visible_to(make_user(Role.GLA_MANAGER)).exists()


def test_the_private_task_of_somebody_who_left_comes_to_who_decides(client_for, manager, today):
    """Nobody would do it any more: it is shown, acted on and handed over like a team's."""
    task = create_task(words=words(is_private=True, role=""), actor=manager, on=today)
    rows, director = Deadline.objects.filter(pk=task.deadline_id), make_user(Role.DIRECTOR, "*")
    manager.is_active = False
    manager.save(update_fields=["is_active"])
    assert rows.visible_to(director).exists()
    assert not rows.visible_to(make_user(Role.SOCIAL_WORKER)).exists()
    assert "qui est parti·e" in client_for(director).get(reverse("deadlines:deadline-list")).text
    assert may_act(director, rows.get(), rules_on(today))
    other = make_user(Role.GLA_ASSISTANT)
    acting.hand_over(deadline=rows.get(), to=other, actor=director)
    assert rows.visible_to(other).exists()


def test_a_team_s_task_is_seen_by_its_role_there_and_who_decides(manager, today):
    task = create_task(words=words(role=Role.TECHNICAL), actor=manager, on=today)
    rows = Deadline.objects.filter(pk=task.deadline_id)
    assert rows.visible_to(make_user(Role.TECHNICAL)).exists()
    assert rows.visible_to(manager).exists()
    assert not rows.visible_to(make_user(Role.TECHNICAL, "HDF")).exists()
    assert not rows.visible_to(make_user(Role.SOCIAL_WORKER)).exists()


def test_a_task_is_somebody_s_and_says_what(manager, today):
    many = words(items=[str(number) for number in range(51)])
    for wrong in (words(title=" "), words(role=""), words(until=date(2025, 1, 1)), many):
        with pytest.raises(TaskRefused):
            create_task(words=wrong, actor=manager, on=today)


def test_a_task_moved_keeps_what_was_ticked(manager, today):
    task = create_task(words=words(items=["un", "deux"]), actor=manager, on=today)
    check_item(item=task.items.get(label="deux"), is_done=True, actor=manager, on=today)
    moved = words(due_on=date(2026, 3, 2), items=["deux", "trois"])
    edit_task(task=task, words=moved, actor=manager)
    task.refresh_from_db()
    assert task.deadline.due_on == date(2026, 3, 2)
    assert [(item.label, bool(item.done_on)) for item in task.items.order_by("position")] == [
        ("deux", True),
        ("trois", False),
    ]


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(DAYS, st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]), st.integers(1, 6))
def test_a_series_always_goes_forward_and_keeps_its_day(first, frequency, every):
    following = next_after(first, frequency, every, first)
    assert following > first
    if frequency == "DAILY":
        assert is_working_day(following)
    elif frequency == "WEEKLY":
        assert (following - first).days == 7 * every
    else:
        last_of_month = (following + timedelta(days=1)).day == 1
        assert following.day == first.day or last_of_month
    assert next_after(first, frequency, every, first, until=first) is None


def test_a_series_of_the_31st_never_drifts():
    day, found = date(2026, 1, 31), []
    for _turn in range(4):
        day = next_after(date(2026, 1, 31), "MONTHLY", 1, day)
        found.append(day)
    assert found == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]
    assert rrule("MONTHLY", 3) == "FREQ=MONTHLY;INTERVAL=3"
