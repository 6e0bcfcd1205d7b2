"""A second factor demanded by role: without it nothing opens but the way to set one."""

import base64

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.urls import reverse

from caracol.accounts import services
from caracol.accounts.demands import PARAMETER, second_factor_demanded
from caracol.accounts.enums import AccountAct, Role
from caracol.accounts.middleware import ENROLMENT
from caracol.accounts.models import AccountEvent
from caracol.core.crypto import UnreadableValue
from caracol.parameters.models import Parameter
from tests import factories
from tests.consistency.test_framework_pages import ACCOUNT_PAGES, account_address
from tests.consistency.test_permissions_matrix import address
from tests.consistency.test_urls import OURS
from tests.consistency.worlds import make_world

pytestmark = pytest.mark.django_db
PASSWORD = "colimacon-2026"
SECRET = base64.b32encode(b"caracol-caracol-").decode()


@pytest.fixture(autouse=True)
def _demanded(settings):
    settings.MFA_DEMANDED = True


@pytest.fixture
def manager():
    return factories.make_user(Role.GLA_MANAGER, "IDF", password=PASSWORD)


def code():
    """The code an application would show now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(SECRET, counter))


def protect(user):
    """Give a user an application of codes."""
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)


def test_nothing_opens_before_it_is_set(client_for):
    director = factories.make_user(Role.DIRECTOR, "*")
    client, world = client_for(director), make_world("IDF")
    paths = {name: address(name, world) for name, _pattern in OURS}
    paths |= {name: account_address(name) for name in ACCOUNT_PAGES if name not in ENROLMENT}
    paths |= {name: reverse(f"admin:{name}") for name in ("index", "jsi18n")}
    paths |= {"user": reverse("admin:accounts_user_changelist"), "gallery": "/_ui/"}
    closed = reverse("accounts:enrol")
    opened = {
        (ask.__name__, name)
        for name, path in paths.items()
        for ask in (client.get, client.post)
        if not ask(path).headers.get("Location", "").startswith(closed)
    }
    assert {name for _verb, name in opened} <= {"account_login", *ALREADY_IN}


# Pages of the door answer who is already in by leading home, which leads to the enrolment.
ALREADY_IN = {
    "account_signup",
    "account_reset_password",
    "mfa_login_webauthn",
    "accounts:invitation-follow",
}


def test_a_fragment_is_led_there_whole(client_for, manager):
    answer = client_for(manager).htmx("get", reverse("residents:person-list"), target="results")
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith(reverse("accounts:enrol"))


def test_the_application_of_codes_opens_the_house(client, manager):
    client.post(reverse("account_login"), {"login": manager.email, "password": PASSWORD})
    assert client.get("/").headers["Location"].startswith(reverse("accounts:enrol"))
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    counter = next(iter(yield_hotp_counters_from_time()))
    answer = client.post(
        reverse("mfa_activate_totp"), {"code": format_hotp_value(hotp_value(secret, counter))}
    )
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get("/").status_code == 200
    assert "Application d'authentification ajoutée" in [m.subject for m in mail.outbox]
    assert AccountEvent.objects.filter(user=manager, act=AccountAct.FACTOR_ADDED).count() == 2


def test_signing_in_then_asks_for_the_code(client, manager):
    protect(manager)
    form = {"login": manager.email, "password": PASSWORD}
    answer = client.post(reverse("account_login"), form)
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/").status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert client.get("/").status_code == 200


def test_a_recovery_code_serves_once(client, manager):
    protect(manager)
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    for expected in (200, 302):
        client.post(reverse("account_login"), {"login": manager.email, "password": PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert client.get("/").status_code == expected
        client.post(reverse("account_logout"))


def test_the_administration_asks_for_it_too(client):
    director = factories.make_user(Role.DIRECTOR, "*", password=PASSWORD)
    protect(director)
    entered = client.post(
        reverse("admin:login"), {"username": director.email, "password": PASSWORD}
    )
    assert entered.headers["Location"].startswith(reverse("account_login"))
    assert client.get(reverse("admin:index")).status_code == 302


def test_the_secret_in_the_database_is_closed(manager, settings):
    protect(manager)
    row = Authenticator.objects.get(type="totp")
    assert SECRET not in str(row.data)
    settings.FIELD_KEYS = ["demo:" + base64.b64encode(b"x" * 32).decode()]
    with pytest.raises(UnreadableValue):
        TOTP(row).validate_code("000000")


def test_only_the_roles_named_are_asked(manager):
    Parameter.objects.filter(key=PARAMETER).update(value=["DIRECTOR"])
    assert not second_factor_demanded(manager)
    assert second_factor_demanded(factories.make_user(Role.DIRECTOR, "*"))
    assert second_factor_demanded(factories.make_user(None))
    Parameter.objects.filter(key=PARAMETER).delete()
    assert second_factor_demanded(manager)


def test_nothing_is_asked_where_it_is_off(client_for, manager, settings):
    settings.MFA_DEMANDED = False
    assert client_for(manager).get("/").status_code == 200


def test_the_last_one_stays(client, manager):
    protect(manager)
    client.post(reverse("account_login"), {"login": manager.email, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code()})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=manager, type="totp").exists()


def test_the_direction_resets_it_with_a_reason(client_for, manager):
    director = factories.make_user(Role.DIRECTOR, "*")
    protect(manager)
    client = client_for(manager)
    assert client.get("/").status_code == 200
    services.reset_second_factor(user=manager, actor=director, reason="téléphone volé, vue ici")
    assert not Authenticator.objects.filter(user=manager).exists()
    event = AccountEvent.objects.get(act=AccountAct.FACTORS_RESET)
    assert (event.actor, event.reason) == (director, "téléphone volé, vue ici")
    assert client.get("/").headers["Location"].startswith("/compte/")


def test_nobody_resets_their_own(manager):
    protect(manager)
    with pytest.raises(services.ResetRefused, match="sa propre"):
        services.reset_second_factor(user=manager, actor=manager, reason="téléphone perdu")


def test_touching_it_asks_who_it_is(client_for, manager):
    protect(manager)
    client = client_for(manager)
    for name in ("mfa_add_webauthn", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"):
        assert (
            client.get(reverse(name))
            .headers["Location"]
            .startswith(reverse("account_reauthenticate"))
        )
