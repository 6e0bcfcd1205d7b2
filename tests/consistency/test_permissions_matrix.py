"""Role × page × territory, over every address there is: 200, 403 or 404, and what may be read.

The addresses come from the URL configuration, the answers from the rights table: a page added
without its line, or that forgets `visible_to`, fails here.
"""

from collections import defaultdict

import pytest
from django.db import transaction
from django.urls import reverse

from caracol.accounts.enums import NETWORK_WIDE, Role
from caracol.accounts.policy import PAGES
from caracol.accounts.services import grant
from caracol.core import clock
from caracol.core.periods import Month
from tests import factories
from tests.consistency.test_urls import OURS
from tests.consistency.worlds import ARGUMENTS, CANARIES, PERSONAL, SENT, make_world

pytestmark = pytest.mark.django_db

LET_IN = "200"
# What a page of homes and people must not show to a role (DESIGN section 1).
MONEY = {"fee", "balance"}
STATUS = {"nationality", "permit"}
UNREADABLE = {
    Role.MISSION_OFFICER: MONEY | STATUS | {"insurer", "cost", "note"},
    Role.TECHNICAL: MONEY | STATUS | {"name", "email", "number", "insurer"},
    Role.ACCOUNTANT: STATUS | MONEY | {"phone", "email", "insurer"},
}
READ_PAGES = ("dashboard:", "colocations:", "residents:", "deadlines:", "social:")


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}


@pytest.fixture
def worlds():
    """The same things in the user's territory, with its own home, and in another."""
    user = factories.make_user(None)
    own, foreign = make_world("IDF", officer=user), make_world("HDF")
    return user, own, foreign


def address(name, world):
    """Return the address of a page about a world's thing."""
    pattern = dict(OURS)[name]
    taken = set(pattern.pattern.converters)
    now = {"month": str(Month.of(clock.today())), "year": clock.today().year}
    if taken <= set(now):
        return reverse(name, kwargs={part: now[part] for part in taken})
    assert name in ARGUMENTS, f"{name} names a thing: say which in tests/consistency/worlds.py"
    return reverse(name, args=ARGUMENTS[name](world))


def answer(client, path, data=None, **headers):
    """Ask with the verb the page takes, and undo what it did; return what it comes to."""
    verbs = client.options(path).headers.get("Allow", "GET")
    ask = client.get if "GET" in verbs else client.post
    with transaction.atomic():
        response = ask(path, data, headers=headers)
        transaction.set_rollback(True)
    if response.streaming:
        b"".join(response.streaming_content)  # read to its end, a file is closed
    code = response.status_code
    # 503: the page of health let the reader in, and tells that nothing works here.
    return LET_IN if code in {200, 302, 400, 422, 503} else str(code)


def wanted(name, role, *, foreign):
    """Return what the rights table means for a page about an own or a foreign thing."""
    if role not in PAGES[name]:
        return "403"
    if foreign and (name in ARGUMENTS or name in SENT) and role not in NETWORK_WIDE:
        return "404"
    return LET_IN


def found_wrong(client, role, world, *, foreign, headers=None):
    """Yield every page that answers otherwise than the table says."""
    for name, _pattern in OURS:
        data = SENT[name](world) if name in SENT else None
        got = answer(client, address(name, world), data, **(headers or {}))
        right = wanted(name, role, foreign=foreign)
        narrower = name in PERSONAL and right == LET_IN and got in {"403", "404"}
        if got != right and not narrower:
            yield f"{role} {'foreign' if foreign else 'own'} {name}: {got}, wanted {right}"


@pytest.mark.parametrize("role", list(Role))
def test_every_page_answers_each_role_as_the_table_says(client_for, worlds, role):
    """Own territory and another's, downloads and exports included."""
    user, own, foreign = worlds
    grant(user=user, role=role, territory=own.home.site.territory)
    client = client_for(user)
    wrong = [
        *found_wrong(client, role, own, foreign=False),
        *found_wrong(client, role, foreign, foreign=True),
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MISSION_OFFICER}))
def test_a_paper_opens_to_whom_its_own_line_says(client_for, worlds, role):
    """A paper carries the home, the room and the address: fewer read it than the account."""
    user, own, _foreign = worlds
    grant(user=user, role=role, territory=own.home.site.territory)
    right = LET_IN if role in PAGES["payments:paper-read"] else "403"
    assert answer(client_for(user), address("documents:document-download", own)) == right


def test_a_fragment_is_as_guarded_as_its_page(client_for, worlds):
    """What htmx asks for passes the same door, whatever target it names."""
    user, own, foreign = worlds
    grant(user=user, role=Role.SOCIAL_WORKER, territory=own.home.site.territory)
    client = client_for(user)
    for target in ("", "onglet", "results"):
        headers = {"HX-Request": "true", "HX-Target": target}
        wrong = [
            *found_wrong(client, Role.SOCIAL_WORKER, own, foreign=False, headers=headers),
            *found_wrong(client, Role.SOCIAL_WORKER, foreign, foreign=True, headers=headers),
        ]
        assert not wrong, "\n".join(wrong)


def test_without_a_right_nothing_opens(client_for, worlds):
    """A signed-in user without membership gets 403 everywhere."""
    user, own, _foreign = worlds
    client = client_for(user)
    opened = [name for name, _p in OURS if answer(client, address(name, own)) != "403"]
    assert opened == []


def test_signed_out_every_page_leads_to_the_door(client, worlds):
    """A visitor is sent to sign in, and learns nothing of what exists."""
    _user, own, _foreign = worlds
    for name, _pattern in OURS:
        for ask in (client.get, client.post):
            response = ask(address(name, own))
            assert response.status_code == 302, name
            assert response.headers["Location"].startswith(reverse("account_login")), name


def test_a_user_who_left_is_out_at_the_next_request(client_for, worlds):
    """No right is kept in the session."""
    user, own, _foreign = worlds
    grant(user=user, role=Role.DIRECTOR, territory=None)
    client = client_for(user)
    user.is_active = False
    user.save()
    assert client.get(address("residents:person-detail", own)).status_code == 302


def test_a_role_elsewhere_does_not_open_what_needs_it_here(client_for, worlds):
    """Manager in one territory, technician in the other: visible there, but not allowed."""
    user, own, foreign = worlds
    grant(user=user, role=Role.GLA_MANAGER, territory=own.home.site.territory)
    grant(user=user, role=Role.TECHNICAL, territory=foreign.home.site.territory)
    client = client_for(user)
    for name in ("residents:person-status", "residents:person-history", "residents:person-print"):
        assert answer(client, address(name, own)) == LET_IN
        assert answer(client, address(name, foreign)) == "403"
    page = client.get(address("residents:person-detail", foreign)).content.decode()
    assert "Zanzibarov" not in page
    assert "654,32" not in page
    listed = client.get(reverse("residents:person-list")).content.decode()
    assert "ZANZIBAROV IDF" in listed
    assert "ZANZIBAROV HDF" not in listed


def test_an_officer_sees_own_homes_only(client_for, worlds):
    """Another home of the same territory does not exist for a mission officer."""
    user, own, _foreign = worlds
    grant(user=user, role=Role.MISSION_OFFICER, territory=own.home.site.territory)
    other = make_world("ARA")
    other.home.site.territory = own.home.site.territory
    other.home.site.save()
    client = client_for(user)
    assert answer(client, address("colocations:home-detail", other)) == "404"
    assert answer(client, address("colocations:room-detail", other)) == "404"
    assert answer(client, address("residents:person-detail", other)) == "404"


def readable(client, world):
    """Yield the text of every page of homes and people that opens."""
    for name, _pattern in OURS:
        if name.startswith(READ_PAGES) and not name.endswith("export"):
            for query in ("?state=all", "?q=zanzibarov", "?q=CCANARI"):
                response = client.get(address(name, world) + query)
                if response.status_code == 200:
                    yield f"{name}{query}", response.content.decode()


@pytest.mark.parametrize("role", sorted(UNREADABLE))
def test_no_page_shows_what_a_role_has_no_need_of(client_for, worlds, role):
    """Amounts, statuses, names, contacts: whole pages, lists, searches, the day's work."""
    user, own, _foreign = worlds
    grant(user=user, role=role, territory=own.home.site.territory)
    shown = defaultdict(set)
    for page, text in readable(client_for(user), own):
        plain = text.replace("\N{NARROW NO-BREAK SPACE}", "").casefold()
        # A page repeats the words one searched for: only what goes with them tells something.
        facts = UNREADABLE[role] - ({"name", "number"} if "?q=" in page else set())
        shown[page] |= {fact for fact in facts if CANARIES[fact].casefold() in plain}
        if "name" in UNREADABLE[role] and "ilia" in plain:
            shown[page].add("name")
    assert {page: facts for page, facts in shown.items() if facts} == {}


@pytest.mark.parametrize("role", sorted(set(Role) - NETWORK_WIDE))
def test_lists_searches_and_exports_hold_nothing_of_another_territory(client_for, worlds, role):
    """What is not one's own is nowhere: neither in a list, nor in a file, nor in an answer."""
    user, own, foreign = worlds
    grant(user=user, role=role, territory=own.home.site.territory)
    client = client_for(user)
    for name, pattern in OURS:
        if pattern.pattern.converters or not name.startswith(READ_PAGES):
            continue
        for query in ("?format=csv&state=all", "?q=canari", "?q=zanzibarov", "?q=villa+canari"):
            response = client.get(reverse(name) + query)
            if response.status_code == 200:
                text = response.content.decode(errors="ignore").casefold()
                for word in (
                    "zanzibarov hdf",
                    "ccanarihdf",
                    "boite.privee.hdf",
                    "villa canari hdf",
                ):
                    assert word not in text, (name, query, word)
    assert foreign.person.pk
