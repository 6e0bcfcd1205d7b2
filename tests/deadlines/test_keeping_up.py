"""Deadlines follow an act within half a minute, without waiting for the night."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction

from caracol.core import clock
from caracol.deadlines import keeping_up
from caracol.deadlines.models import Deadline
from residents.enums import PermitKind
from residents.services import situation
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_cache(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


def record_permit(person, actor):
    situation.add_permit(
        person=person,
        kind=PermitKind.values[0],
        expires_on=clock.today() + timedelta(days=50),
        actor=actor,
    )


def test_a_permit_recorded_has_its_deadline_at_the_next_look(django_capture_on_commit_callbacks):
    manager = factories.make_user()
    person = factories.make_contract(factories.make_room()).holders.get().person
    assert keeping_up.keep_up() is None
    with django_capture_on_commit_callbacks(execute=True):
        record_permit(person, manager)
    assert keeping_up.keep_up().opened
    assert Deadline.objects.filter(person_id=person.pk, kind__contains="permit").exists()
    assert keeping_up.keep_up() is None


def test_after_a_run_the_engine_rests_and_forgets_nothing(django_capture_on_commit_callbacks):
    manager = factories.make_user()
    person = factories.make_contract(factories.make_room()).holders.get().person
    with django_capture_on_commit_callbacks(execute=True):
        record_permit(person, manager)
    keeping_up.keep_up()
    other = factories.make_contract(factories.make_room()).holders.get().person
    record_permit(other, manager)
    keeping_up.want()
    assert keeping_up.keep_up() is None
    cache.delete(keeping_up.RESTING)
    assert keeping_up.keep_up().opened


def test_what_is_rolled_back_asks_for_nothing(django_capture_on_commit_callbacks):
    person = factories.make_contract(factories.make_room()).holders.get().person
    manager = factories.make_user()
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(ZeroDivisionError),
        transaction.atomic(),
    ):
        record_permit(person, manager)
        raise ZeroDivisionError
    assert cache.get(keeping_up.WANTED) is None
