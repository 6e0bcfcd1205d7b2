"""Addresses that are not in the rights table: the administration, the door, one's own account.

Each is walked from the URL configuration: one without its line here fails.
"""

import pytest
from django.contrib import admin
from django.urls import URLPattern, get_resolver, reverse

from caracol.accounts.enums import Role
from tests import factories
from tests.consistency.test_urls import OPEN, OURS

pytestmark = pytest.mark.django_db

DOOR, OWN, CLOSED = "door", "own account", "closed"
# Who may ask for each page under /compte/: anybody, whoever is signed in, or nobody.
ACCOUNT_PAGES = {
    "account_login": DOOR,
    "account_logout": DOOR,
    "account_inactive": DOOR,
    "account_signup": DOOR,
    "account_reset_password": DOOR,
    "account_reset_password_done": DOOR,
    "account_reset_password_from_key": DOOR,
    "account_reset_password_from_key_done": DOOR,
    "accounts:invitation": DOOR,
    "accounts:invitation-follow": DOOR,
    "mfa_authenticate": DOOR,
    "mfa_login_webauthn": DOOR,
    "account_reauthenticate": OWN,
    "account_change_password": OWN,
    "account_set_password": OWN,
    "accounts:enrol": OWN,
    "accounts:lock": OWN,
    "accounts:presence": OWN,
    "accounts:session-end": OWN,
    "accounts:sessions-end": OWN,
    "mfa_index": OWN,
    "mfa_activate_totp": OWN,
    "mfa_deactivate_totp": OWN,
    "mfa_add_webauthn": OWN,
    "mfa_list_webauthn": OWN,
    "mfa_edit_webauthn": OWN,
    "mfa_remove_webauthn": OWN,
    "mfa_reauthenticate": OWN,
    "mfa_reauthenticate_webauthn": OWN,
    "mfa_generate_recovery_codes": OWN,
    "mfa_view_recovery_codes": OWN,
    "mfa_download_recovery_codes": OWN,
    "usersessions_list": OWN,
    "account_email": CLOSED,
    "account_confirm_email": CLOSED,
    "account_email_verification_sent": CLOSED,
    "account_confirm_login_code": CLOSED,
}
_VALUES = {"pk": 1, "key": "k", "uidb36": "1", "token": "t", "object_id": "1", "content_type_id": 1}


def named(resolver, namespace="", taken=frozenset()):
    """Yield the full name of every address under a resolver, and what it takes."""
    for pattern in resolver.url_patterns:
        known = pattern.pattern
        inside = taken | set(getattr(known, "converters", {})) | set(known.regex.groupindex)
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield f"{namespace}{pattern.name}", inside
        else:
            deeper = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from named(pattern, deeper, inside)


def under(prefix):
    """Return what the addresses under a prefix of the site take, by name."""
    found = {}
    for resolver in get_resolver().url_patterns:
        if str(resolver.pattern) == prefix:
            space = f"{resolver.namespace}:" if resolver.namespace else ""
            found |= dict(named(resolver, space))
    return found


def account_address(name):
    """Return the address of a page of the door, whatever it takes."""
    return reverse(name, kwargs={key: _VALUES[key] for key in under("compte/")[name]})


def test_every_page_of_the_door_has_its_line():
    """One that a library adds is looked at before it opens."""
    assert set(under("compte/")) == set(ACCOUNT_PAGES)


def test_signed_out_only_the_door_answers(client):
    """The rest leads to the sign-in page."""
    login = reverse("account_login")
    for name, whose in ACCOUNT_PAGES.items():
        answer = client.get(account_address(name))
        at_the_door = answer.headers.get("Location", "").startswith(login)
        if whose == OWN:
            assert answer.status_code == 302, name
            assert at_the_door, name
        elif whose == CLOSED:
            assert answer.status_code in {302, 404}, name
        else:
            assert answer.status_code in {200, 302, 405, 410}, name


def test_what_has_no_use_is_closed_to_all(client_for):
    """Changing one's address alone, signing in by a code in a mail: neither exists."""
    client = client_for(factories.make_user(Role.DIRECTOR, "*"))
    for name, whose in ACCOUNT_PAGES.items():
        if whose == CLOSED:
            assert client.get(account_address(name)).status_code == 404, name


def admin_addresses():
    """Return every address of the administration, by name."""
    found = {}
    for name, taken in under("admin/").items():
        values = {key: _VALUES.get(key, "1") for key in taken}
        if "app_label" in taken:
            values["app_label"] = "accounts"
        found[name] = reverse(name, kwargs=values)
    return found


@pytest.mark.parametrize("role", [None, *(set(Role) - {Role.DIRECTOR})], ids=str)
def test_the_administration_opens_to_the_direction_only(client_for, role):
    """Lists, forms, imports, exports, acts: whoever is not the direction is refused."""
    client = client_for(factories.make_user(role))
    opened = {}
    for name, path in admin_addresses().items():
        for ask in (client.get, client.post):
            answer = ask(path, follow=True)
            if answer.status_code not in {403, 404, 405} and name != "admin:logout":
                opened[name] = answer.status_code
    assert opened == {}


def test_signed_out_the_administration_leads_to_the_door(client):
    """Nothing of it is told before."""
    for name, path in admin_addresses().items():
        answer = client.get(path, follow=True)
        last = answer.redirect_chain[-1][0] if answer.redirect_chain else path
        assert last.startswith(reverse("account_login")) or answer.status_code == 405, name


def test_everything_the_site_answers_is_somewhere_in_a_table():
    """Ours, the door, the administration, the gallery: nothing else."""
    known = {name for name, _pattern in OURS} | set(ACCOUNT_PAGES)
    others = {
        name
        for name, _taken in named(get_resolver())
        if name not in known and not name.startswith(("admin:", "ui:"))
    }
    assert others <= OPEN
    assert admin.site.is_registered
