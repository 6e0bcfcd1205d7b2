"""Whose a deadline or a task is: who sees it, who has it on their list, who follows it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.deadlines.models import Deadline
from caracol.deadlines.selectors.load import unseen_by
from caracol.deadlines.selectors.mine import candidates, may_act, mine, replaced_by
from caracol.deadlines.selectors.rules import rules_on
from caracol.deadlines.services import acting
from caracol.deadlines.services.standins import arrange
from caracol.deadlines.services.tasks import TaskRefused, TaskWords, create_task, edit_task
from tests.deadlines.worlds import make_deadline
from tests.factories import EVERYWHERE, make_home, make_territory, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return clock.today()


@pytest.fixture
def manager():
    return make_user(Role.GLA_MANAGER)


def task_of(author, today, **fields):
    """A day of a task of the managers of Île-de-France, unless told otherwise."""
    said = {"title": "Compter", "due_on": today, "territory": make_territory(), **fields}
    if not said.keys() & {"assignee", "is_private"}:
        said.setdefault("role", Role.GLA_MANAGER)
    return create_task(words=TaskWords(**said), actor=author, on=today).deadline


def sees(user, row):
    return Deadline.objects.visible_to(user).filter(pk=row.pk).exists()


def list_of(user, today):
    rows = Deadline.objects.visible_to(user)
    return set(mine(rows, user, today, rules_on(today), replaced_by(user, today)))


def test_who_decides_everywhere_sees_the_team_s_tasks(client_for, manager, today):
    row = task_of(manager, today)
    for territory in (EVERYWHERE, "IDF"):
        director = make_user(Role.DIRECTOR, territory)
        assert sees(director, row)
        assert row in list_of(director, today)
    client = client_for(director)
    assert client.get(reverse("deadlines:deadline-detail", args=[row.pk])).status_code == 200
    assert "Responsable GLA" in client.get(reverse("deadlines:team-load")).text


def test_a_team_is_all_who_act_for_it(manager, today):
    row = task_of(manager, today)
    assert sees(make_user(Role.GLA_ASSISTANT), row)
    assert not sees(make_user(Role.GLA_ASSISTANT, "HDF"), row)
    assert not sees(make_user(Role.SOCIAL_WORKER), row)


def test_who_wrote_a_task_for_somebody_else_follows_and_takes_it_back(client_for, today):
    author, technician = make_user(Role.SOCIAL_WORKER), make_user(Role.TECHNICAL)
    sent = {"title": "Réparer la porte", "due_on": f"{today:%Y-%m-%d}", "every": "1"}
    client = client_for(author)
    page = client.post(
        reverse("deadlines:task-new"), {**sent, "whose": f"u{technician.pk}"}, follow=True
    )
    assert page.status_code == 200
    row = Deadline.objects.get(about="Réparer la porte")
    assert (row.territory, row.author) == (make_territory(), author)
    edit = reverse("deadlines:task-edit", args=[row.pk])
    client.post(edit, {**sent, "title": "Réparer vite", "whose": f"u{technician.pk}"})
    row.refresh_from_db()
    assert (row.about, row.assignee) == ("Réparer vite", technician)
    client.post(edit, {**sent, "whose": "me"})
    row.refresh_from_db()
    assert (row.assignee, row.owner) == (None, author)


def test_opened_and_saved_a_task_given_to_me_stays_the_same(client_for, manager, today):
    helper = make_user(Role.GLA_ASSISTANT)
    given = task_of(manager, today, assignee=helper)
    of_team = task_of(manager, today)
    acting.hand_over(deadline=of_team, to=helper, actor=manager)
    client = client_for(helper)
    for row in (given, of_team):
        row.refresh_from_db()
        before = (row.assignee, row.owner, row.role, row.territory)
        edit = reverse("deadlines:task-edit", args=[row.pk])
        form = client.get(edit).context["form"]
        assert form["whose"].value() == "me"
        sent = {name: form[name].value() or "" for name in form.fields}
        assert client.post(edit, sent).status_code == 302
        row.refresh_from_db()
        assert (row.assignee, row.owner, row.role, row.territory) == before
        assert not row.events.filter(act="EDITED").exists()


def test_a_task_of_others_taken_by_me_is_mine_by_name(client_for, manager, today):
    row = task_of(manager, today)
    helper = make_user(Role.GLA_ASSISTANT)
    sent = {"title": "Compter", "due_on": f"{today:%Y-%m-%d}", "whose": "me", "every": "1"}
    client_for(helper).post(reverse("deadlines:task-edit", args=[row.pk]), sent)
    row.refresh_from_db()
    assert (row.assignee, row.owner) == (helper, None)


def test_two_correcting_a_task_at_once_the_second_is_told(client_for, manager, today):
    row = task_of(manager, today)
    edit = reverse("deadlines:task-edit", args=[row.pk])
    first, second = client_for(manager), client_for(make_user(Role.GLA_ASSISTANT))
    form = second.get(edit).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    first.post(edit, {**sent, "title": "Compter les clés"})
    page = second.post(edit, {**sent, "note": "avec Paul"})
    assert page.status_code == 422
    assert "pendant que vous" in page.text
    assert "avec Paul" in page.text
    row.refresh_from_db()
    assert row.about == "Compter les clés"


def test_the_history_says_who_wrote_and_who_changed_what(client_for, manager, today):
    row = task_of(manager, today)
    words = TaskWords(
        title="Compter deux fois", due_on=today + timedelta(days=1), role=Role.TECHNICAL,
        territory=make_territory(),
    )  # fmt: skip
    edit_task(task=row.task, words=words, actor=manager)
    shown = client_for(manager).get(reverse("deadlines:deadline-detail", args=[row.pk])).text
    assert "calcul de nuit" not in shown
    assert "intitulé : Compter → Compter deux fois" in shown
    assert "à qui : Responsable GLA → Pôle technique" in shown
    assert "Écrite par" in shown


def test_back_to_the_team_a_task_is_its_team_s_or_its_author_s(manager, today):
    helper = make_user(Role.GLA_ASSISTANT)
    row = task_of(manager, today, role=Role.TECHNICAL)
    acting.hand_over(deadline=row, to=helper, actor=manager)
    acting.hand_over(deadline=row, to=None, actor=manager)
    row.refresh_from_db()
    assert (row.assignee, row.role) == (None, Role.TECHNICAL)
    given = task_of(manager, today, assignee=helper)
    acting.hand_over(deadline=given, to=None, actor=helper)
    given.refresh_from_db()
    assert given.assignee == manager


def test_a_task_for_others_says_its_territory_unless_one_works_everywhere(manager, today):
    with pytest.raises(TaskRefused, match="territoire"):
        task_of(manager, today, territory=None)
    assert task_of(make_user(Role.DIRECTOR, EVERYWHERE), today, territory=None).territory is None
    assert task_of(manager, today, territory=None, is_private=True).owner == manager


def test_the_only_territory_of_a_person_is_not_asked_for(client_for, manager):
    form = client_for(manager).get(reverse("deadlines:task-new")).context["form"]
    assert form.fields["territory"].choices == [(str(make_territory().pk), make_territory().name)]


def test_a_stand_in_has_all_that_is_on_the_list_of_the_absent(client_for, today):
    absent, stand_in = make_user(Role.GLA_MANAGER), make_user(Role.SOCIAL_WORKER)
    by_role, other = make_deadline(), make_deadline(territory="HDF")
    hidden = make_deadline("payments.deposit-return")
    given = task_of(make_user(Role.GLA_MANAGER), today, assignee=absent)
    task_of(absent, today, is_private=True)
    arrange(absent=absent, stand_in=stand_in, starts_on=today, ends_on=today, note="", actor=absent)
    assert list_of(stand_in, today) == {by_role, given}
    replaced = replaced_by(stand_in, today)
    assert may_act(stand_in, by_role, rules_on(today), replaced)
    assert not may_act(stand_in, other, rules_on(today), replaced)
    assert not sees(stand_in, hidden)
    # The deposit they may not know of, and the private task.
    assert unseen_by(stand_in, absent, today, today, rules_on(today)) == 2


def test_only_who_sees_a_line_is_offered_to_hand_it_to(manager):
    near, far = (make_user(Role.MISSION_OFFICER) for _ in range(2))
    lille = make_user(Role.GLA_MANAGER, "HDF")
    row = make_deadline(home_id=make_home(officer=near).pk)
    offered = candidates(row, rules_on(clock.today()), manager)
    assert manager in offered
    assert near in offered
    assert far not in offered
    assert lille not in offered


def test_gla_knows_of_a_permit_and_does_not_act_on_it(today):
    row, rules = make_deadline("residents.permit-expiry"), rules_on(today)
    for role in (Role.DIRECTOR, Role.GLA_MANAGER, Role.GLA_ASSISTANT):
        assert not may_act(make_user(role), row, rules)
    for role in (Role.SOCIAL_WORKER, Role.SOCIAL_DIRECTOR):
        assert may_act(make_user(role), row, rules)
