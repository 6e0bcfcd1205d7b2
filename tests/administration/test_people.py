"""The direction invites, gives rights, resets a second factor, closes an account."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.urls import reverse

from caracol.accounts.enums import AccountAct, Role
from caracol.accounts.models import AccountEvent, Invitation, User
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "escargot-en-ville"


@pytest.fixture
def director():
    return factories.make_user(Role.DIRECTOR, "*", password=PASSWORD)


@pytest.fixture
def client(client_for, director):
    """A client of the direction that has just said who it is."""
    client = client_for(director)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture
def manager():
    return factories.make_user(Role.GLA_MANAGER, "IDF")


def rights_form(user, **rows):
    """The form of a person with its rights; each of `rows` is a row's fields."""
    known = list(user.memberships.order_by("pk"))
    data = {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "memberships-TOTAL_FORMS": len(known) + len(rows.get("new", [])),
        "memberships-INITIAL_FORMS": len(known),
    }
    for index, right in enumerate(known):
        data |= {f"memberships-{index}-id": right.pk, f"memberships-{index}-user": user.pk}
        if right.role in rows.get("without", ()):
            data[f"memberships-{index}-DELETE"] = "on"
    for index, (role, where) in enumerate(rows.get("new", []), start=len(known)):
        place = where.pk if where else ""
        data |= {f"memberships-{index}-role": role, f"memberships-{index}-territory": place}
    return data


def act(user, code):
    return reverse("admin:accounts_user_act", args=[user.pk, code])


def test_inviting_sends_the_link(client, director):
    answer = client.post(
        reverse("admin:accounts_invitation_add"),
        {
            "email": "Nadia@Example.org",
            "first_name": "Nadia",
            "last_name": "Benali",
            "role": Role.MISSION_OFFICER,
            "territory": factories.make_territory("IDF").pk,
        },
    )
    assert answer.status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.invited_by) == ("nadia@example.org", director)
    assert "/compte/invitation/" in mail.outbox[-1].body
    page = client.get(reverse("admin:accounts_invitation_changelist"), {"etat": "SENT"})
    assert "nadia@example.org" in page.content.decode()


def test_inviting_twice_or_a_colleague_is_refused_in_words(client, manager):
    territory = factories.make_territory("IDF")
    data = {"email": "n@example.org", "role": Role.TECHNICAL, "territory": territory.pk}
    add = reverse("admin:accounts_invitation_add")
    client.post(add, data)
    assert "déjà invitée à ce rôle" in client.post(add, data).content.decode()
    again = client.post(add, data | {"email": manager.email}).content.decode()
    assert "a déjà son compte" in again


def test_an_invitation_is_sent_again_or_called_off(client):
    client.post(
        reverse("admin:accounts_invitation_add"), {"email": "n@example.org", "role": Role.TECHNICAL}
    )
    row = Invitation.objects.get()
    first = row.token_digest
    client.post(reverse("admin:accounts_invitation_act", args=[row.pk, "envoyer"]))
    row.refresh_from_db()
    assert row.token_digest != first
    client.post(reverse("admin:accounts_invitation_act", args=[row.pk, "annuler"]))
    row.refresh_from_db()
    assert row.revoked_at
    again = client.post(
        reverse("admin:accounts_invitation_act", args=[row.pk, "envoyer"]), follow=True
    )
    assert "déjà été acceptée ou annulée" in again.content.decode()


def test_rights_are_given_and_taken_back(client, director, manager):
    page = reverse("admin:accounts_user_change", args=[manager.pk])
    new = [(Role.TECHNICAL, None)]
    answer = client.post(page, rights_form(manager, new=new, without=[Role.GLA_MANAGER]))
    assert answer.status_code == 302
    assert User.objects.get(pk=manager.pk).roles == {Role.TECHNICAL}
    acts = AccountEvent.objects.filter(user=manager, actor=director).values_list("act", flat=True)
    assert set(acts) == {AccountAct.RIGHT_GRANTED, AccountAct.RIGHT_REMOVED}


def test_the_last_direction_is_kept_in_words(client, director):
    page = reverse("admin:accounts_user_change", args=[director.pk])
    answer = client.post(page, rights_form(director, without=[Role.DIRECTOR]), follow=True)
    assert "seule à tenir la direction" in answer.content.decode()
    assert User.objects.get(pk=director.pk).is_staff


def test_a_second_factor_is_reset_with_a_reason_and_a_mail(client, director, manager):
    TOTP.activate(manager, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(manager)
    asked = act(manager, "double-authentification")
    assert "de vive voix" in client.get(asked).content.decode()
    assert "obligatoire" in client.post(asked, {"reason": ""}).content.decode()
    client.post(asked, {"reason": "téléphone volé, reconnue au bureau"})
    assert not Authenticator.objects.filter(user=manager).exists()
    event = AccountEvent.objects.get(act=AccountAct.FACTORS_RESET)
    assert (event.actor, event.reason) == (director, "téléphone volé, reconnue au bureau")
    assert mail.outbox[-1].to == [manager.email]
    assert "réinitialisée" in mail.outbox[-1].subject


def test_an_account_is_closed_then_reopened(client, manager):
    client.post(act(manager, "fermer"), {"reason": "fin de mission"})
    assert not User.objects.get(pk=manager.pk).is_active
    client.post(act(manager, "rouvrir"), {"reason": "retour"})
    assert User.objects.get(pk=manager.pk).is_active


def test_a_password_link_and_the_end_of_sessions(client, manager):
    client.post(act(manager, "mot-de-passe"))
    assert "/password/reset/key/" in mail.outbox[-1].body
    assert client.post(act(manager, "sessions")).status_code == 302


def test_a_grave_act_asks_who_is_there_and_then_goes_on(client_for, director, manager):
    client = client_for(director)
    page = reverse("admin:accounts_user_change", args=[manager.pk])
    data = rights_form(manager, new=[(Role.TECHNICAL, None)])
    asked = client.post(page, data)
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert User.objects.get(pk=manager.pk).roles == {Role.GLA_MANAGER}
    client.post(asked.headers["Location"], {"password": PASSWORD, "next": page})
    assert User.objects.get(pk=manager.pk).roles == {Role.GLA_MANAGER, Role.TECHNICAL}


def test_who_is_there_is_asked_again_after_a_quarter_of_an_hour(client, manager, monkeypatch):
    later = time.time() + 16 * 60
    monkeypatch.setattr("allauth.account.internal.flows.reauthentication.time.time", lambda: later)
    assert client.get(act(manager, "fermer")).status_code == 302


def test_a_page_of_people_costs_the_same_for_two_and_for_many(client, query_count):
    page = reverse("admin:accounts_user_changelist")
    factories.make_user(Role.TECHNICAL, "IDF")
    client.get(page)
    with query_count() as few:
        client.get(page)
    for _ in range(12):
        factories.make_user(Role.TECHNICAL, "IDF")
    with query_count() as many:
        client.get(page)
    assert few.value == many.value
