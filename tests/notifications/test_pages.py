import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.models import Territory
from caracol.notifications import selectors
from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut
from tests.factories import EVERYWHERE, make_user
from tests.notifications.conftest import letter

pytestmark = pytest.mark.django_db

LIST = "/messages/"


@pytest.fixture
def mail(territory):
    return letter(territory=territory, batch="receipts:2026-11")


@pytest.fixture
def manager():
    return make_user(Role.GLA_MANAGER)


def detail(mail):
    return reverse("notifications:mail-detail", args=[mail.pk])


def make_uncertain():
    MailOut.objects.update(state=MailState.UNCERTAIN, error="Peut-être parti.")


def test_the_list_shows_ones_own_territories(client_for, mail, manager):
    assert "amina@example.org" in client_for(manager).get(LIST).text
    northern = make_user(Role.GLA_MANAGER, "HDF")
    assert "amina@example.org" not in client_for(northern).get(LIST).text
    assert client_for(northern).get(detail(mail)).status_code == 404
    officer = make_user(Role.MISSION_OFFICER)
    assert client_for(officer).get(LIST).status_code == 403


def test_what_waits_for_a_decision_is_said_and_found(client_for, mail, manager):
    client = client_for(manager)
    assert "peut-être pas arrivé" not in client.get(LIST).text
    make_uncertain()
    assert "Un courriel n'est peut-être pas arrivé" in client.get(LIST).text
    assert "amina" in client.get(LIST, {"state": "WAITS"}).text
    assert "amina" not in client.get(LIST, {"state": "SENT"}).text
    assert "amina" in client.get(LIST, {"batch": "receipts:2026-11"}).text
    assert "amina" not in client.get(LIST, {"q": "introuvable"}).text


def test_an_uncertain_mail_is_sent_again_by_who_decides(client_for, mail, manager):
    make_uncertain()
    resend = reverse("notifications:mail-resend", args=[mail.pk])
    assistant = make_user(Role.GLA_ASSISTANT)
    assert resend not in client_for(assistant).get(detail(mail)).text
    assert client_for(assistant).post(resend).status_code == 403
    assert resend in client_for(manager).get(detail(mail)).text
    answer = client_for(manager).post(resend, follow=True)
    assert "part de nouveau" in answer.text
    mail.refresh_from_db()
    assert (mail.state, mail.resent_by) == (MailState.QUEUED, manager)
    assert "n&#x27;attend pas de décision" in client_for(manager).post(resend, follow=True).text


def test_an_uncertain_mail_is_settled_by_who_decides(client_for, mail):
    make_uncertain()
    director = make_user(Role.DIRECTOR, EVERYWHERE)
    settle = reverse("notifications:mail-settle", args=[mail.pk])
    assert "Le courriel est classé." in client_for(director).post(settle, follow=True).text
    mail.refresh_from_db()
    assert (mail.state, mail.settled_by) == (MailState.UNCERTAIN, director)


def test_the_papers_of_a_mail_are_listed(client_for, issue, manager):
    paper = issue()
    mail = letter(territory=Territory.objects.get(code="IDF"), documents=[paper.pk])
    assert paper.number in client_for(manager).get(detail(mail)).text


def test_the_list_makes_as_many_queries_for_two_mails_as_for_twenty(
    client_for, manager, territory, query_count
):
    client = client_for(manager)
    counts = []
    for number in (2, 20):
        for n in range(number):
            letter(dedup_key=f"{number}-{n}", territory=territory)
        with query_count() as counted:
            client.get(LIST)
        counts.append(counted.value)
    assert counts[0] == counts[1]


def test_a_batch_is_counted_by_state(mail):
    letter(dedup_key="2", batch="receipts:2026-11")
    MailOut.objects.filter(pk=mail.pk).update(state=MailState.FAILED)
    assert selectors.batch_states("receipts:2026-11") == {
        MailState.FAILED: 1,
        MailState.QUEUED: 1,
    }
