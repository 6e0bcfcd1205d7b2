"""Sign-in by invitation only: the link, the first password, the rights; what a link refuses."""

import re
from datetime import timedelta
from smtplib import SMTPException

import pytest
from django.core import mail
from django.urls import reverse

from caracol.accounts import services
from caracol.accounts.enums import AccountAct, Role
from caracol.accounts.models import AccountEvent, Invitation, Membership, User
from caracol.accounts.services import invite
from caracol.core import clock
from colocations.models import Colocation
from tests import factories

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "nadia.mission@example.org", "escargot-en-ville"
ACCOUNT = {"first_name": "Nadia", "last_name": "Benali", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def awaited_home():
    invite(email=EMAIL, role=Role.MISSION_OFFICER, territory=factories.make_territory("IDF"))
    return factories.make_home(mission_officer_email=EMAIL)


@pytest.fixture
def director():
    return factories.make_user(Role.DIRECTOR, "*", first_name="Hélène", last_name="Vasseur")


def send(invitation, actor, *, at=None):
    """Send the invitation; return the address its mail leads to."""
    services.send_invitation(
        invitation=invitation,
        actor=actor,
        at=at or clock.now(),
        address=lambda token: reverse("accounts:invitation-follow", args=[token]),
    )
    return re.search(r"/compte/invitation/\S+", mail.outbox[-1].body).group()


def sign_in(client):
    return client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})


def test_the_first_sign_in_gives_the_rights_and_the_homes(client, awaited_home):
    user = factories.make_user(role=None, email=EMAIL, password=PASSWORD)
    sign_in(client)
    assert Membership.objects.get(user=user).role == Role.MISSION_OFFICER
    assert Invitation.objects.get().accepted_at is not None
    awaited_home.refresh_from_db()
    assert awaited_home.mission_officer == user


def test_another_person_gets_nothing_of_it(client, awaited_home):
    user = factories.make_user(role=None, email="autre@example.org", password=PASSWORD)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert not Membership.objects.exists()
    assert not Colocation.objects.exclude(mission_officer=None).exists()


def test_signing_in_again_changes_nothing(client, awaited_home):
    factories.make_user(role=None, email=EMAIL, password=PASSWORD)
    sign_in(client)
    client.logout()
    sign_in(client)
    assert Membership.objects.count() == 1


def test_the_link_opens_the_account_with_its_rights_and_its_homes(client, awaited_home, director):
    link = send(Invitation.objects.get(), director)
    shown = client.get(link, follow=True)
    assert shown.redirect_chain[-1][0] == reverse("accounts:invitation")
    assert EMAIL in shown.content.decode()
    answer = client.post(reverse("accounts:invitation"), ACCOUNT)
    assert answer.headers["Location"] == reverse("accounts:enrol")
    user = User.objects.get(email=EMAIL)
    assert (str(user), user.roles) == ("Nadia Benali", {Role.MISSION_OFFICER})
    awaited_home.refresh_from_db()
    assert awaited_home.mission_officer == user
    acts = list(AccountEvent.objects.filter(email=EMAIL).values_list("act", flat=True))
    assert acts == [
        AccountAct.INVITED,
        AccountAct.INVITATION_SENT,
        AccountAct.OPENED,
        AccountAct.RIGHT_GRANTED,
    ]


def test_the_database_does_not_tell_the_link(awaited_home, director):
    link = send(Invitation.objects.get(), director)
    token = link.rstrip("/").rpartition("/")[2]
    assert token not in str(list(Invitation.objects.values()))


def test_the_mail_is_french_and_names_who_invites(awaited_home, director):
    send(Invitation.objects.get(), director)
    message = mail.outbox[-1]
    assert message.to == [EMAIL]
    assert "Hélène Vasseur vous ouvre un compte" in message.body
    assert "Vasseur" not in message.subject
    assert "Ouvrir mon compte" in message.alternatives[0][0]


def test_a_link_that_served_or_is_old_says_so(client, awaited_home, director):
    invitation = Invitation.objects.get()
    link = send(invitation, director, at=clock.now() - timedelta(days=8))
    expired = client.get(link, follow=True)
    assert (expired.status_code, "trop ancien" in expired.content.decode()) == (410, True)
    link = send(invitation, director)
    client.get(link)
    client.post(reverse("accounts:invitation"), ACCOUNT)
    client.logout()
    used = client.get(link, follow=True).content.decode()
    assert "Votre compte est déjà ouvert" in used


def test_a_new_link_replaces_the_one_before(client, awaited_home, director):
    first = send(Invitation.objects.get(), director)
    send(Invitation.objects.get(), director)
    assert "remplacé par un plus récent" in client.get(first, follow=True).content.decode()


def test_a_revoked_invitation_gives_nothing(client, awaited_home, director):
    invitation = Invitation.objects.get()
    link = send(invitation, director)
    services.revoke_invitation(invitation=invitation, actor=director, at=clock.now())
    client.get(link)
    assert client.post(reverse("accounts:invitation"), ACCOUNT).status_code == 410
    factories.make_user(role=None, email=EMAIL, password=PASSWORD)
    sign_in(client)
    assert not Membership.objects.filter(user__email=EMAIL).exists()
    assert invite(email=EMAIL, role=Role.TECHNICAL, territory=None).pk != invitation.pk


def test_an_expired_link_gives_nothing_at_sign_in(client, awaited_home, director):
    send(Invitation.objects.get(), director, at=clock.now() - timedelta(days=8))
    factories.make_user(role=None, email=EMAIL, password=PASSWORD)
    sign_in(client)
    assert not Membership.objects.filter(user__email=EMAIL).exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "court", "again": "court"}, "au minimum 12 caractères"),
        ({"again": "autre-chose-ici"}, "ne sont pas les mêmes"),
        ({"password": "nadia.mission", "again": "nadia.mission"}, "trop semblable"),
        ({"first_name": ""}, "obligatoire"),
    ],
)
def test_a_poor_password_opens_nothing(client, awaited_home, director, change, words):
    client.get(send(Invitation.objects.get(), director))
    answer = client.post(reverse("accounts:invitation"), ACCOUNT | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not User.objects.filter(email=EMAIL).exists()


def test_an_unknown_link_tells_nothing(client):
    link = reverse("accounts:invitation-follow", args=["x" * 43])
    answer = client.get(link, follow=True)
    assert answer.status_code == 410
    assert "@" not in re.sub(r"<script.*|<link.*|<meta.*", "", answer.content.decode())


def test_a_mail_that_does_not_leave_leaves_the_invitation_to_send(
    awaited_home, director, monkeypatch
):
    def refuses(*args, **kwargs):
        raise SMTPException("down")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuses)
    with pytest.raises(services.InvitationNotSent, match="pas parti"):
        send(Invitation.objects.get(), director)
    assert Invitation.objects.get().sent_at is None


def test_signing_up_alone_is_closed(client):
    answer = client.get(reverse("account_signup"))
    assert "sur invitation" in answer.content.decode()
    client.post(
        reverse("account_signup"),
        {"email": "moi@example.org", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert not User.objects.filter(email="moi@example.org").exists()


def test_asking_for_a_password_tells_nobody_whether_the_account_exists(client):
    factories.make_user(email=EMAIL, password=PASSWORD)
    answers = []
    for address in (EMAIL, "inconnu@example.org"):
        answer = client.post(reverse("account_reset_password"), {"email": address}, follow=True)
        answers.append((answer.status_code, answer.redirect_chain))
    assert answers[0] == answers[1]
    assert [message.to for message in mail.outbox] == [[EMAIL], ["inconnu@example.org"]]
    assert "/compte/password/reset/key/" in mail.outbox[0].body
    assert "aucun compte" in mail.outbox[1].body
