"""A session left alone locks, keeps what was typed, and ends after a day of work."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse
from zeal import zeal_ignore

from caracol.accounts.enums import AccountAct
from caracol.accounts.models import AccountEvent
from caracol.accounts.presence import KEPT, SEEN, SIGNED_IN
from caracol.core import clock
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "colimacon-2026"
LOCK = "/compte/verrou/"


@pytest.fixture
def user():
    return factories.make_user(password=PASSWORD)


@pytest.fixture
def client(client_for, user):
    return client_for(user)


def age(client, name=SEEN, **how):
    """Let time pass for a session."""
    session = client.session
    session[name] = (clock.now() - timedelta(**how)).timestamp()
    session.save()


def sign_in(client, user):
    """Open one more session of the user by the form; the library looks at each one it knows."""
    with zeal_ignore():
        client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def test_half_an_hour_of_silence_locks_every_page(client):
    page = reverse("residents:person-list")
    age(client, minutes=29)
    assert client.get(page).status_code == 200
    age(client, minutes=31)
    for path in (page, "/", reverse("payments:month-index"), reverse("mfa_index"), "/_ui/"):
        assert client.get(path).headers["Location"].startswith(LOCK)


def test_an_open_session_asked_to_be_opened_goes_on(client):
    answer = client.get(LOCK, {"next": "/residents/"})
    assert answer.headers["Location"] == "/residents/"
    assert client.get(LOCK, {"next": "https://ailleurs.example"}).headers["Location"] == "/"


def test_the_password_opens_it_where_one_was(client):
    page = reverse("residents:person-list") + "?state=all"
    age(client, minutes=31)
    shown = client.get(page, follow=True)
    assert "Session verrouillée" in shown.content.decode()
    assert shown.context["next"] == page
    answer = client.post(LOCK, {"password": PASSWORD, "next": page})
    assert answer.headers["Location"] == page
    assert client.get(page).status_code == 200


def test_a_next_elsewhere_is_not_followed(client):
    age(client, minutes=31)
    answer = client.post(LOCK, {"password": PASSWORD, "next": "//evil.example.org"})
    assert answer.headers["Location"] == "/"


def test_what_was_being_saved_is_kept_on_the_server(client):
    age(client, minutes=31)
    path = reverse("payments:payment-record")
    answer = client.post(path, {"amount": "123,45", "note": "reçu <espèces>"})
    assert answer.headers["Location"] == LOCK
    assert "123,45" not in client.get(LOCK).content.decode()
    page = client.post(LOCK, {"password": PASSWORD}).content.decode()
    assert f'action="{path}"' in page
    assert 'name="amount" value="123,45"' in page
    assert "reçu &lt;espèces&gt;" in page
    assert KEPT not in client.session


def test_a_fragment_meets_the_lock_whole(client):
    age(client, minutes=31)
    answer = client.htmx("get", reverse("residents:person-list"), target="results")
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith(LOCK)
    assert answer.headers["X-Locked"] == "1"


def test_one_locks_by_hand(client):
    assert "Session verrouillée" in client.post(LOCK, {"lock": "1"}).content.decode()
    assert client.get("/").headers["Location"].startswith(LOCK)


def test_five_wrong_passwords_sign_out(client):
    age(client, minutes=31)
    for _ in range(4):
        assert client.post(LOCK, {"password": "non"}).status_code == 422
    assert client.post(LOCK, {"password": "non"}).headers["Location"] == reverse("account_login")
    assert client.get("/").headers["Location"].startswith(reverse("account_login"))


def test_a_script_gets_the_same_answers(client):
    age(client, minutes=31)
    headers = {"Accept": "application/json"}
    assert client.get(LOCK, headers=headers).json() == {"passkey": False}
    wrong = client.post(LOCK, {"password": "non"}, headers=headers)
    assert (wrong.status_code, list(wrong.json())) == (422, ["error"])
    right = client.post(LOCK, {"password": PASSWORD}, headers=headers)
    assert right.json()["locks_in"] == 1800


def test_a_sign_of_life_prolongs_and_a_question_does_not(client):
    age(client, minutes=20)
    assert 590 <= client.get("/compte/presence/").json()["locks_in"] <= 600
    assert client.post("/compte/presence/").json()["locks_in"] == 1800
    age(client, minutes=31)
    assert client.post("/compte/presence/").json()["locks_in"] == 0


def test_after_ten_hours_one_signs_in_again(client):
    age(client, SIGNED_IN, hours=9, minutes=59)
    assert client.get("/").status_code == 200
    age(client, SIGNED_IN, hours=10)
    assert client.get("/").headers["Location"].startswith(reverse("account_login"))


def test_reading_does_not_write_the_session_at_each_click(client, query_count):
    client.get("/")
    with query_count() as counted:
        client.get(reverse("mfa_index"))
    assert not [sql for sql in counted.queries if sql.startswith("UPDATE")]


def test_the_last_activity_of_a_device_is_shown(client, user):
    client = sign_in(type(client)(), user)
    UserSession.objects.update(last_seen_at=clock.now() - timedelta(days=3))
    age(client, minutes=5)
    client.get("/")
    assert UserSession.objects.get().last_seen_at > clock.now() - timedelta(minutes=1)


def test_one_closes_a_device_or_all_the_others(client, user):
    here, phone, lost = (sign_in(type(client)(), user) for _ in range(3))
    row = UserSession.objects.get(session_key=phone.session.session_key)
    here.post(reverse("accounts:session-end", args=[row.pk]))
    assert phone.get("/").status_code == 302
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    here.post(reverse("accounts:sessions-end"))
    assert lost.get("/").status_code == 302
    assert here.get("/").status_code == 200
    assert AccountEvent.objects.filter(act=AccountAct.SESSIONS_ENDED).count() == 1


def test_another_persons_device_does_not_exist(client, user):
    stranger = sign_in(type(client)(), factories.make_user(password=PASSWORD))
    row = UserSession.objects.get(session_key=stranger.session.session_key)
    assert client.post(reverse("accounts:session-end", args=[row.pk])).status_code == 404
    assert stranger.get("/").status_code == 200


def test_a_new_password_ends_the_other_sessions_only(client, user):
    here, lost = (sign_in(type(client)(), user) for _ in range(2))
    new = {"oldpassword": PASSWORD, "password1": "autre-colimacon", "password2": "autre-colimacon"}
    here.post(reverse("account_change_password"), new)
    assert here.get("/").status_code == 200
    assert lost.get("/").status_code == 302
    assert AccountEvent.objects.filter(act=AccountAct.PASSWORD_CHANGED).exists()
