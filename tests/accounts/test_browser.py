"""The door in a real browser: an invited person's first day, a passkey, the lock."""

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.contrib.sessions.models import Session
from django.core import mail
from django.urls import reverse

from caracol.accounts import services
from caracol.accounts.enums import Role
from caracol.accounts.presence import SEEN
from caracol.core import clock
from tests import factories
from tests.helpers.browsers import PHONE, screenshot
from tests.helpers.looking import look, look_through

pytestmark = pytest.mark.browser
PASSWORD = "colimacon-du-matin"


@pytest.fixture
def local(live_site):
    """The site by the name under which browsers allow passkeys."""
    return live_site.url.replace("127.0.0.1", "localhost")


def make_user(**fields):
    """A manager whose password the site reads: the tests' own hashing is not the site's."""
    user = factories.make_user(Role.GLA_MANAGER, "IDF", **fields)
    user.password = make_password(PASSWORD, hasher=Argon2PasswordHasher())
    user.save(update_fields=["password"])
    return user


def add_authenticator(page):
    """Give the browser a device that keeps passkeys and knows its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


def invited(live_site, email):
    """Invite somebody; return the path that their mail leads to."""
    with live_site.database():
        director = factories.make_user(Role.DIRECTOR, "*")
        invitation = services.invite(
            email=email,
            role=Role.GLA_MANAGER,
            territory=factories.make_territory("IDF"),
            actor=director,
            first_name="Nadia",
        )
        services.send_invitation(
            invitation=invitation,
            actor=director,
            at=clock.now(),
            address=lambda token: reverse("accounts:invitation-follow", args=[token]),
        )
    return re.search(r"/compte/invitation/\S+", mail.outbox[-1].body).group()


def test_the_first_day_of_an_invited_person(page_for, live_site):
    path = invited(live_site, "premiere.journee@example.org")
    page = page_for(viewport=PHONE)
    page.goto(path)
    assert look(page) == []
    screenshot(page, "invitation")
    page.fill("[name=last_name]", "Benali")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.click("text=Ouvrir mon compte")
    page.wait_for_url("**/compte/protection/")
    assert look(page) == []
    page.click("text=Une application de codes")
    page.wait_for_url("**/totp/activate/")
    assert look(page) == []
    secret = page.locator(".plain-steps code").inner_text()
    left = 30 - time.time() % 30
    if left < 6:  # a code that changes while it is typed is refused, as it should be
        page.wait_for_timeout(1000 * left + 200)
    counter = next(iter(yield_hotp_counters_from_time()))
    page.fill("[name=code]", format_hotp_value(hotp_value(secret, counter)))
    page.click("text=Activer >> nth=-1")
    page.wait_for_url("**/recovery-codes/")
    assert page.locator(".code-list code").count() == 10
    page.click("text=C'est noté, continuer")
    page.wait_for_url(live_site.url + "/")
    assert "Nadia" in page.content()


def test_a_passkey_is_made_then_opens_the_house(page_for, live_site, local, console_errors):
    with live_site.database():
        make_user(email="porteuse.de.cle@example.org")
    page = page_for(base_url=local)
    add_authenticator(page)
    page.goto("/compte/login/")
    page.fill("[name=login]", "porteuse.de.cle@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("text=Se connecter")
    page.wait_for_url(local + "/")
    page.goto("/compte/protection/")
    page.click("text=Une clé d'accès")
    page.click("text=Créer la clé d'accès")
    page.wait_for_url("**/recovery-codes/")
    page.goto("/compte/2fa/")
    assert "1 clé" in page.content()
    assert look(page) == []
    page.goto("/compte/logout/")
    page.click("main button:has-text('Se déconnecter')")
    page.goto("/compte/login/")
    page.click("text=Avec une clé d'accès")
    page.wait_for_url(local + "/")
    # The same key opens a locked session.
    page.goto("/residents/")
    page.eval_on_selector("button[name=lock]", "button => button.click()")
    page.wait_for_url("**/compte/verrou/")
    page.click("text=Par clé d'accès")
    page.wait_for_url("**/residents/")
    assert console_errors == []


def test_a_session_left_alone_locks_and_keeps_what_was_typed(page_for, live_site):
    with live_site.database():
        user = make_user()
    page = page_for(user)
    page.clock.install()
    page.goto(reverse("payments:payment-record"))
    page.wait_for_selector("html[data-ready]", state="attached")
    page.evaluate("document.querySelector('main input:not([type=hidden])').value = 'Diallo'")
    age_sessions(live_site, user, minutes=29, seconds=20)
    page.clock.fast_forward(29 * 60 * 1000 + 20_000)
    page.wait_for_selector("#lock-warning[open]")
    assert look(page) == []
    age_sessions(live_site, user, minutes=31)
    page.clock.fast_forward(60_000)
    page.wait_for_selector("#lock-screen[open]")
    assert look(page) == []
    screenshot(page, "lock")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.locator("#lock-screen").evaluate("e => e.open")
    page.fill("#lock-password", "faux")
    page.click("text=Déverrouiller")
    page.wait_for_selector("[data-lock-error]:not([hidden])")
    page.fill("#lock-password", PASSWORD)
    page.click("text=Déverrouiller")
    page.wait_for_selector("#lock-screen", state="hidden")
    kept = page.evaluate("document.querySelector('main input:not([type=hidden])').value")
    assert kept == "Diallo"


def age_sessions(live_site, user, **how):
    """Let time pass on the server for the sessions of a user."""
    with live_site.database():
        for row in Session.objects.all():
            data = row.get_decoded()
            if data.get("_auth_user_id") == str(user.pk):
                data[SEEN] = (clock.now() - timedelta(**how)).timestamp()
                row.session_data = Session.objects.encode(data)
                row.save()


def test_pages_of_ones_account_have_no_fault_for_axe(page_for, live_site):
    with live_site.database():
        user = make_user()
    names = (
        *("mfa_index", "mfa_list_webauthn", "usersessions_list", "account_change_password"),
        *("accounts:enrol", "accounts:lock", "account_reauthenticate", "account_logout"),
    )
    assert look_through(page_for(user), [reverse(name) for name in names]) == {}
