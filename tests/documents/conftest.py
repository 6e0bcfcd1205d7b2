"""A subject, a territory and the way to issue a paper about it."""

from datetime import date

import pytest

from caracol.accounts.models import Territory, User
from caracol.documents import services
from tests.documents import samples


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    """Keep the files of each test in its own folder."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files"), "base_url": None},
        }
    }


@pytest.fixture
def territory(db):
    """A territory; also what the papers are about."""
    return Territory.objects.get_or_create(
        code="IDF", defaults={"name": "Île-de-France", "departments": ["75"]}
    )[0]


@pytest.fixture
def manager(territory):
    """A member of the team."""
    return User.objects.create_user("gla@example.org", first_name="Ada", last_name="Gla")


@pytest.fixture
def issue(territory, manager):
    """A function that issues a paper."""

    def issue_one(data=None, *, kind="QUITTANCE", key="q:1", on=date(2026, 11, 25), **more):
        return services.issue_document(
            kind=kind,
            key=key,
            subject=territory,
            data=data or samples.quittance(),
            issued_on=on,
            actor=manager,
            territory=territory,
            **more,
        )

    return issue_one
