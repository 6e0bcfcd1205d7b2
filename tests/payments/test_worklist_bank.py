"""« Aujourd'hui » names the statements that are missing and the lines that wait."""

import io
from datetime import date

import pytest

from caracol.accounts.enums import Role
from payments.services.banking import import_bank
from payments.worklist.bank import bank_work
from tests import factories
from tests.payments.test_banking import entry, statement

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _association(association, settings, tmp_path):
    """The association's account; files in a folder of the test."""
    association.iban = "FR7699999000010001234567809"
    association.save()
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}


@pytest.fixture
def manager():
    return factories.make_user()


def bring(actor, *entries, opening="100.00", closing="300.00", month="11"):
    """A statement of a month."""
    data = statement(*entries, name=f"2026-{month}", opening=opening, closing=closing)
    for day in (b"01", b"30"):
        data = data.replace(b"2026-11-" + day, b"2026-" + month.encode() + b"-" + day)
    return import_bank(stream=io.BytesIO(data), name=f"{month}.xml", actor=actor)


def kinds(user, today):
    """What the group tells that day."""
    return [item.kind for item in bank_work(user, today).items]


def test_nothing_is_said_before_the_first_statement(manager):
    """An association that imports none is not reminded each morning."""
    assert kinds(manager, date(2026, 12, 20)) == []


def test_the_statement_of_last_month_is_asked_for_once_it_is_late(manager):
    """December's, from the fifth of January on, until it is there."""
    bring(manager, entry("200.00"))
    assert kinds(manager, date(2026, 12, 28)) == ["bank-settle"]
    assert kinds(manager, date(2027, 1, 3)) == ["bank-settle"]
    found = bank_work(manager, date(2027, 1, 5)).items[0]
    assert (found.kind, found.title) == ("bank-missing", "Importer le relevé de décembre 2026")
    assert "30 novembre 2026" in found.why
    bring(manager, opening="300.00", closing="300.00", month="12")
    assert kinds(manager, date(2027, 1, 5)) == ["bank-settle"]


def test_a_gap_and_held_lines_are_named(manager):
    """Another currency waits; a statement between two is missing."""
    bring(manager, entry("200.00"), entry("5.00", money="CHF"), closing="305.00")
    bring(manager, opening="310.00", closing="310.00", month="12")
    assert kinds(manager, date(2026, 12, 31)) == ["bank-gap", "bank-settle", "bank-held"]


def test_who_does_not_manage_is_told_nothing():
    """An officer sees no money."""
    assert bank_work(factories.make_user(Role.MISSION_OFFICER), date(2026, 12, 31)) is None
