"""The worklist, a deadline, tasks, the team: what they show, to whom, and what one may do there."""

from datetime import timedelta

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.deadlines.models import Deadline, Reminder, StandIn
from caracol.deadlines.services.refreshing import refresh
from caracol.deadlines.services.tasks import TaskWords, create_task
from tests.deadlines.worlds import make_deadline
from tests.factories import make_contract, make_home, make_user

pytestmark = pytest.mark.django_db
LIST = reverse("deadlines:deadline-list")


@pytest.fixture
def manager():
    return make_user(Role.GLA_MANAGER)


@pytest.fixture
def client(client_for, manager):
    return client_for(manager)


def address(name, row):
    return reverse(f"deadlines:deadline-{name}", args=[row.pk])


def text(response):
    return response.content.decode()


def test_the_list_shows_what_is_in_sight_the_most_pressing_first(client):
    late = make_deadline(days=-2, about="Tard")
    soon = make_deadline(days=20, about="Bientôt")
    make_deadline(days=300, about="Lointaine")
    make_deadline(days=1, about="Ailleurs", territory="HDF")
    make_deadline("social.c2s", days=1, about="Secrète")
    shown = text(client.get(LIST))
    assert shown.index("Tard") < shown.index("Bientôt")
    assert "en retard de 2 jours" in shown
    assert not any(word in shown for word in ("Lointaine", "Ailleurs", "Secrète"))
    assert "Lointaine" in text(client.get(f"{LIST}?state=later"))
    assert {late.about, soon.about} == {"Tard", "Bientôt"}


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("state=late", {"Alpha"}),
        ("state=today", {"Bravo"}),
        ("q=alpha", {"Alpha"}),
        ("q=depot", {"Bravo"}),
        ("domain=MONEY", {"Bravo"}),
        ("kind=payments.deposit-return", {"Bravo"}),
        ("role=GLA_MANAGER", {"Alpha", "Bravo"}),
        ("role=SOCIAL_WORKER", set()),
        ("whose=moi", {"Alpha", "Bravo"}),
        ("state=all", {"Alpha", "Bravo"}),
        ("state=snoozed", set()),
    ],
)
def test_filters_live_in_the_address(client, query, kept):
    make_deadline(days=-2, about="Alpha")
    make_deadline("payments.deposit-return", days=0, about="Bravo")
    shown = text(client.get(f"{LIST}?{query}"))
    assert {word for word in ("Alpha", "Bravo") if word in shown} == kept


def test_done_from_the_line_comes_back_with_its_undo(client):
    row = make_deadline()
    asked = client.post(address("done", row))
    assert asked.status_code == 422
    assert "Dites en quelques mots" in text(asked)
    sent = {"next": f"{LIST}?state=late", "note": "rendu en main propre"}
    response = client.post(address("done", row), sent, follow=True)
    assert response.redirect_chain[0][0] == f"{LIST}?state=late"
    event = row.events.get(act="DONE")
    undo = reverse("deadlines:deadline-undo", args=[event.pk])
    assert undo in text(response)
    back = client.post(undo, headers={"Referer": f"http://testserver{LIST}?state=late"})
    assert back.url == f"{LIST}?state=late"
    row.refresh_from_db()
    assert row.is_open


def test_htmx_is_told_by_a_toast_and_the_list_draws_itself_anew(client):
    row = make_deadline()
    sent = {"note": "vu"}
    response = client.post(address("done", row), sent, headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert {"toast", "echeances"} <= set(response.headers["HX-Trigger"].replace('"', " ").split())


def test_an_act_never_leads_off_the_site(client):
    row = make_deadline()
    for elsewhere in ("https://example.com/", "//example.com", "javascript:alert(1)"):
        response = client.post(address("comment", row), {"text": "vu", "next": elsewhere})
        assert response.headers["Location"] == LIST


def test_each_act_has_its_page_its_refusal_and_its_line(client, manager):
    row = make_deadline()
    colleague = make_user(Role.GLA_ASSISTANT)
    assert client.post(address("snooze", row), {"until": "", "reason": ""}).status_code == 422
    until = f"{clock.today().replace(year=clock.today().year + 1):%Y-%m-%d}"
    late = {"until": until, "reason": "attendre le courrier"}
    asked = client.post(address("snooze", row), late)
    assert "La date limite est le" in text(asked)
    client.post(address("snooze", row), {**late, "past_due": "on"})
    client.post(address("wake", row))
    client.post(address("hand", row), {"to": colleague.pk, "note": "merci"})
    client.post(address("comment", row), {"text": "Appelé ce matin"})
    client.post(address("done", row), {"outcome": "OTHERWISE", "note": "autrement"})
    client.post(address("reopen", row))
    shown = text(client.get(address("detail", row)))
    for word in (
        "attendre le courrier",
        "Appelé ce matin",
        "autrement",
        str(colleague),
        "Rouverte",
    ):
        assert word in shown
    row.refresh_from_db()
    assert row.is_open


def test_a_worker_of_another_team_sees_and_comments_but_does_not_act(client_for):
    row = make_deadline("residents.insurance-end")
    social = client_for(make_user(Role.SOCIAL_WORKER))
    assert social.get(address("detail", row)).status_code == 200
    assert social.post(address("done", row)).status_code == 403
    assert social.post(address("comment", row), {"text": "Vu avec elle"}).status_code == 302
    assert address("done", row) not in text(social.get(LIST))


def test_what_is_not_one_s_own_does_not_exist(client, client_for):
    for row in (make_deadline(territory="HDF"), make_deadline("social.rsa")):
        for act in ("detail", "done", "snooze", "hand", "comment"):
            assert client.get(address(act, row)).status_code == 404
    technician = client_for(make_user(Role.TECHNICAL))
    assert technician.get(address("detail", make_deadline())).status_code == 404
    assert technician.get(LIST).status_code == 200


def test_reading_what_is_due_about_somebody_leaves_one_line(client):
    contract = make_contract()
    row = make_deadline(contract_id=contract.pk)
    client.get(address("detail", row))
    assert AccessRecord.objects.filter(page="deadlines:deadline-detail").count() == 1
    client.get(reverse("deadlines:deadline-export"))
    record = AccessRecord.objects.get(page="deadlines:deadline-export")
    assert (record.action, record.rows) == ("EXPORT", 1)


def test_several_at_once_are_previewed_done_and_taken_back(client, manager):
    rows = [make_deadline(days=n) for n in range(3)]
    closed = make_deadline()
    client.post(address("done", closed), {"note": "vu"})
    ids = [*(row.pk for row in rows), closed.pk]
    sent = {"act": "deadline-done", "ids": ids, "query": "state=all"}
    url = client.post(reverse("deadlines:deadline-bulk"), sent).url
    client.post(url, {"etape": "reglages", "outcome": "DONE", "note": "en réunion"})
    page = client.get(url)
    assert "déjà close" in text(page)
    client.post(url, {"etape": "confirmer", "vu": page.context["preview"].fingerprint})
    assert Deadline.objects.open().count() == 0
    client.post(f"{url}annuler/")
    assert Deadline.objects.open().count() == 3


@pytest.mark.parametrize(
    ("act", "settings"),
    [
        ("deadline-snooze", {"until": "2099-01-01", "reason": "attendre"}),
        ("deadline-hand", {}),
    ],
)
def test_several_are_put_off_or_handed_over(client, act, settings):
    colleague = make_user(Role.GLA_ASSISTANT)
    rows = [make_deadline(days=n) for n in range(2)]
    sent = {"act": act, "ids": [row.pk for row in rows], "query": ""}
    url = client.post(reverse("deadlines:deadline-bulk"), sent).url
    client.post(url, {"etape": "reglages", **(settings or {"to": colleague.pk})})
    page = client.get(url)
    client.post(url, {"etape": "confirmer", "vu": page.context["preview"].fingerprint})
    for row in rows:
        row.refresh_from_db()
        assert row.snoozed_until if settings else row.assignee == colleague


def test_a_task_is_written_ticked_and_shown_on_the_list(client, manager):
    today = clock.today()
    sent = {
        "title": "Commander des badges",
        "due_on": f"{today:%Y-%m-%d}",
        "whose": "rGLA_MANAGER",
        "frequency": "WEEKLY",
        "every": "2",
        "items": "mesurer\ncommander",
    }
    response = client.post(reverse("deadlines:task-new"), sent, follow=True)
    shown = text(response)
    assert "Commander des badges" in shown
    assert "mesurer" in shown
    row = Deadline.objects.get(kind="tasks.task")
    item = row.task.items.first()
    client.post(reverse("deadlines:task-item", args=[row.pk, item.pk]), {"fait": "1"})
    assert row.task.items.exclude(done_on=None).get() == item
    assert "Commander des badges" in text(client.get(f"{LIST}?whose=moi"))
    edit = reverse("deadlines:task-edit", args=[row.pk])
    assert "mesurer" in text(client.get(edit))
    client.post(edit, {**sent, "title": "Commander dix badges"})
    row.refresh_from_db()
    assert row.about == "Commander dix badges"


def test_the_team_s_load_counts_what_is_late_by_person_and_role(client, client_for):
    colleague = make_user(Role.GLA_ASSISTANT, last_name="Ferrand")
    make_deadline(days=-1, assignee=colleague)
    make_deadline(days=-3)
    shown = text(client.get(reverse("deadlines:team-load")))
    assert "Ferrand" in shown
    assert "Responsable GLA" in shown
    officer = client_for(make_user(Role.MISSION_OFFICER))
    assert officer.get(reverse("deadlines:team-load")).status_code == 403


def test_an_absence_is_arranged_and_called_off(client, client_for, manager):
    colleague = make_user(Role.GLA_ASSISTANT)
    make_deadline("residents.permit-expiry", assignee=manager)
    sent = {
        "absent": manager.pk,
        "stand_in": colleague.pk,
        "starts_on": f"{clock.today():%Y-%m-%d}",
        "ends_on": f"{clock.today():%Y-%m-%d}",
    }
    client.post(reverse("deadlines:stand-in-new"), sent)
    row = StandIn.objects.get()
    assert "remplacez" in text(client_for(colleague).get(LIST))
    other = client_for(make_user(Role.SOCIAL_WORKER, "HDF"))
    cancel = reverse("deadlines:stand-in-cancel", args=[row.pk])
    assert other.post(cancel).status_code == 404
    client.post(cancel)
    row.refresh_from_db()
    assert row.cancelled_on == clock.today()


def test_today_begins_with_what_is_mine_and_late(client):
    make_deadline(days=-2, about="Tardive")
    make_deadline(days=9, about="Plus tard")
    shown = text(client.get(reverse("dashboard:today")))
    assert "Mes échéances" in shown
    assert "Tardive" in shown
    assert "Plus tard" not in shown


def test_queries_do_not_follow_the_number_of_lines(client, query_count):
    make_deadline()
    client.get(LIST)
    with query_count() as few:
        client.get(LIST)
    for _n in range(20):
        make_deadline(assignee=make_user())
    with query_count() as many:
        client.get(LIST)
    assert many.value == few.value


def bulk(client, act, rows, **settings):
    """Choose rows, the settings of an act, confirm; return the preview."""
    sent = {"act": act, "ids": [row.pk for row in rows], "query": "state=all"}
    url = client.post(reverse("deadlines:deadline-bulk"), sent).url
    client.post(url, {"etape": "reglages", **settings})
    page = client.get(url)
    client.post(url, {"etape": "confirmer", "vu": page.context["preview"].fingerprint})
    return page.context["preview"]


def test_handed_to_who_sees_only_one_of_two_the_other_is_left_out(client):
    officer = make_user(Role.MISSION_OFFICER)
    own = make_deadline(home_id=make_home(officer=officer).pk)
    other = make_deadline(home_id=make_home().pk)
    preview = bulk(client, "deadline-hand", [own, other], to=officer.pk)
    assert [(each.pk, bool(each.left_out)) for each in preview.effects] == [
        (own.pk, False),
        (other.pk, True),
    ]
    own.refresh_from_db()
    assert own.assignee == officer


def test_several_are_handed_to_a_team_and_commented(client):
    rows = [make_deadline(), make_deadline("payments.deposit-return")]
    bulk(client, "deadline-hand", rows, role="SOCIAL_WORKER")
    rows[0].refresh_from_db()
    rows[1].refresh_from_db()
    assert (rows[0].role, rows[1].role) == ("SOCIAL_WORKER", "")
    bulk(client, "deadline-comment", rows, text="Vu en réunion")
    assert all(row.events.filter(text="Vu en réunion").exists() for row in rows)


def test_a_checklist_not_finished_is_asked_about_before_it_is_closed(client, manager):
    today = clock.today()
    words = TaskWords(title="Compter", due_on=today, is_private=True, items=["un", "deux"])
    row = create_task(words=words, actor=manager, on=today).deadline
    for headers in ({}, {"HX-Request": "true"}):
        asked = client.post(address("done", row), headers=headers)
        assert address("done", row) in (asked.headers.get("HX-Redirect") or asked.url)
    assert "2 points ne sont pas cochés : un, deux" in text(client.get(address("done", row)))
    client.post(address("done", row), {"outcome": "DONE"})
    shown = text(client.get(address("detail", row)))
    assert "non coché : un, deux" in shown
    assert "Points à la clôture" in shown


def test_closed_while_its_source_is_open_is_shown_to_who_decides(client, client_for):
    row = make_deadline(about="Toujours ouverte")
    client.post(address("done", row), {"note": "la personne promet"})
    assert "Toujours ouverte" in text(client.get(f"{LIST}?state=unsettled"))
    assert "source est encore ouverte" in text(client.get(address("detail", row)))
    assert "À vérifier" not in text(client_for(make_user(Role.GLA_ASSISTANT)).get(LIST))
    refresh(on=clock.today())  # its fact is not there: it is settled
    assert "Toujours ouverte" not in text(client.get(f"{LIST}?state=unsettled"))


def test_the_page_of_a_deadline_says_who_was_reminded(client, manager):
    row, today = make_deadline(), clock.today()
    Reminder.objects.create(
        deadline=row, due_on=row.due_on, cause="LEAD", lead=7, user=manager, told_on=today,
        mail_key="essai",
    )  # fmt: skip
    assert f"à {manager} le" in text(client.get(address("detail", row)))


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [(3, 1, "inversez-les"), (-9, -3, "est passée")],
)
def test_days_of_absence_that_make_no_sense_are_refused_once(client, manager, first, last, said):
    day = clock.today()
    sent = {
        "absent": manager.pk,
        "stand_in": make_user(Role.GLA_ASSISTANT).pk,
        "starts_on": f"{day + timedelta(days=first):%Y-%m-%d}",
        "ends_on": f"{day + timedelta(days=last):%Y-%m-%d}",
    }
    page = client.post(reverse("deadlines:stand-in-new"), sent)
    assert page.status_code == 422
    errors = page.context["form"].errors
    assert list(errors) == ["ends_on"]
    assert said in errors["ends_on"][0]
