"""Reading a person's facts leaves exactly one line in the register, or the reading does not happen.

The pages are those of the URL configuration that name a person, a contract, a paper or a file; a
new one is walked without anybody adding it here.
"""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.policy import PAGES
from caracol.audit import services
from caracol.audit.models import AccessRecord
from tests import factories
from tests.consistency.test_permissions_matrix import address
from tests.consistency.test_urls import OURS
from tests.consistency.worlds import ARGUMENTS, SENT, make_world

pytestmark = pytest.mark.django_db

# Pages that name a person's thing and tell no fact of it, or that answer no GET.
TELL_NOTHING = {
    "jobs:job-detail",
    "jobs:job-progress",
}
# What each argument is about, by the world's field it reads.
PERSONAL_FIELDS = ("person", "contract", "term", "payment", "document", "bundle", "upload", "right")


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}


@pytest.fixture
def world():
    return make_world("IDF")


class Asked:
    """Notes which of a world's things an address names."""

    def __init__(self, world):
        self._world = world
        self.named = []

    def __getattr__(self, name):
        self.named.append(name)
        return getattr(self._world, name)


def about_people(world):
    """Yield the names of the pages about a person's thing."""
    for name, _pattern in OURS:
        if name in ARGUMENTS and name not in TELL_NOTHING:
            asked = Asked(world)
            ARGUMENTS[name](asked)
            if any(field in PERSONAL_FIELDS for field in asked.named):
                yield name


def get(client, name, world):
    """Read a page to its end, whatever it is."""
    path = address(name, world)
    if "GET" not in client.options(path).headers.get("Allow", "GET"):
        return None
    response = client.get(path, SENT[name](world) if name in SENT else None)
    if response.streaming:
        b"".join(response.streaming_content)
    return response


def test_each_page_of_a_person_leaves_one_line(client_for, world):
    client = client_for(factories.make_user(Role.DIRECTOR, "*"))
    wrong = {}
    for name in about_people(world):
        before = AccessRecord.objects.count()
        response = get(client, name, world)
        if response is None or response.status_code not in {200, 422}:
            continue
        left = AccessRecord.objects.count() - before
        if left != 1:
            wrong[name] = left
    assert not wrong, sorted(wrong.items())


def test_a_line_that_cannot_be_written_blocks_the_reading(client_for, world, monkeypatch):
    client = client_for(factories.make_user(Role.DIRECTOR, "*"))
    client.raise_request_exception = False
    names = list(about_people(world))

    def refuses(*args, **kwargs):
        raise DatabaseError("no room")

    monkeypatch.setattr(AccessRecord.objects, "create", refuses)
    read = []
    for name in names:
        with transaction.atomic():
            response = get(client, name, world)
            transaction.set_rollback(True)
        if response is not None and response.status_code in {200, 422}:
            read.append(name)
    assert read == []


def test_each_export_of_a_list_says_how_many_rows(client_for, world):
    client = client_for(factories.make_user(Role.DIRECTOR, "*"))
    silent = []
    for name, _pattern in OURS:
        if not name.endswith("-export"):
            continue
        before = set(AccessRecord.objects.values_list("pk", flat=True))
        response = get(client, name, world)
        if response is None or response.status_code != 200:
            continue
        lines = AccessRecord.objects.exclude(pk__in=before)
        if [(line.action, line.rows is not None) for line in lines] != [("EXPORT", True)]:
            silent.append(name)
    assert silent == []


def test_looking_at_a_list_or_searching_leaves_none(client_for, world):
    client = client_for(factories.make_user(Role.DIRECTOR, "*"))
    for path in (
        reverse("residents:person-list"),
        reverse("dashboard:search") + "?q=zanzibarov",
        "/",
    ):
        client.get(path)
    assert not AccessRecord.objects.exists()


def test_a_hit_that_is_opened_leaves_its_line(client_for, world):
    client = client_for(factories.make_user(Role.DIRECTOR, "*"))
    found = client.get(reverse("dashboard:search"), {"q": "zanzibarov"}).content.decode()
    page = reverse("residents:person-detail", args=[world.person.pk])
    assert page in found
    client.get(page)
    assert AccessRecord.objects.get().subject == world.person


def test_every_page_of_people_has_its_line_in_the_table(world):
    assert set(about_people(world)) <= set(PAGES)
    assert services.record_access
