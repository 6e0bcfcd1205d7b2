"""Voids never share a day with a contract, nor with one another."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from caracol.accounts.enums import Role
from caracol.audit.selectors import history_of
from caracol.core.errors import Refused
from caracol.core.versions import ChangedMeanwhile, version_of
from colocations.enums import VoidCause
from colocations.models import RoomVoid
from colocations.selectors.history import home_subjects
from colocations.services import voids, works
from colocations.services.saving import Invalid
from tests import factories

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 3, 1), date(2026, 10, 31)
DAY = timedelta(days=1)


@pytest.fixture
def room():
    """A room let from March to October 2026 to Amina Diallo."""
    room = factories.make_room()
    factories.make_contract(
        room, factories.make_person("Diallo", "Amina"), starts_on=FIRST, ends_on=LAST
    )
    return room


@pytest.fixture
def manager():
    return factories.make_user(Role.GLA_MANAGER, "IDF")


def record(room, actor, starts_on, ends_on=None, cause=VoidCause.WORKS, note=""):
    return voids.record_void(
        room=room, actor=actor, cause=cause, starts_on=starts_on, ends_on=ends_on, note=note
    )


def test_a_void_takes_the_days_after_a_contract(room, manager):
    void = record(room, manager, LAST + DAY)
    assert (void.starts_on, void.ends_on) == (LAST + DAY, None)


def test_a_void_over_a_contract_is_refused_by_its_name(room, manager):
    with pytest.raises(voids.RoomOccupied, match=r"Amina DIALLO.*31 octobre 2026"):
        record(room, manager, LAST)


def test_an_open_void_before_a_contract_is_told_its_last_day(room, manager):
    with pytest.raises(voids.RoomOccupied, match="au plus tard le 28 février 2026"):
        record(room, manager, date(2026, 2, 1))
    assert record(room, manager, date(2026, 2, 1), FIRST - DAY).pk


def test_the_technical_team_is_refused_without_a_name(room):
    technician = factories.make_user(Role.TECHNICAL, "IDF")
    with pytest.raises(voids.RoomOccupied) as refusal:
        record(room, technician, LAST)
    assert "DIALLO" not in refusal.value.message
    assert "31 octobre" not in refusal.value.message


def test_the_technical_team_writes_works_only(room):
    technician = factories.make_user(Role.TECHNICAL, "IDF")
    with pytest.raises(voids.VoidNotYours):
        record(room, technician, LAST + DAY, cause=VoidCause.RESERVED)
    assert record(room, technician, LAST + DAY, cause=VoidCause.UNFIT).pk


def test_what_merely_explains_gives_way_to_works(room, manager):
    waiting = record(room, manager, LAST + DAY, cause=VoidCause.TO_LET)
    record(room, manager, LAST + 10 * DAY)
    waiting.refresh_from_db()
    assert waiting.ends_on == LAST + 9 * DAY


def test_what_keeps_a_room_empty_gives_way_to_nothing(room, manager):
    record(room, manager, LAST + DAY)
    with pytest.raises(voids.RoomKeptEmpty, match=r"travaux.*sans fin connue"):
        record(room, manager, LAST + 10 * DAY, cause=VoidCause.RESERVED)


def test_a_void_ends_after_it_began(room, manager):
    with pytest.raises(Invalid, match="finit après avoir commencé"):
        record(room, manager, LAST + 10 * DAY, LAST + DAY)


def test_an_end_finishes_its_works_and_both_come_back(room, manager):
    void = record(room, manager, LAST + DAY)
    job = works.add_works(void=void, actor=manager, label="Peinture", contractor="Régie")
    void = voids.end_void(void=void, ends_on=LAST + 5 * DAY, finish_works=True, actor=manager)
    job.refresh_from_db()
    assert job.done_on == void.ends_on == LAST + 5 * DAY
    void = voids.reopen_void(void=void, actor=manager)
    job.refresh_from_db()
    assert (void.ends_on, job.done_on) == (None, None)


def test_a_void_reopened_over_an_arrival_is_refused(room, manager):
    void = record(room, manager, LAST + DAY, LAST + 5 * DAY)
    factories.make_contract(room, starts_on=LAST + 6 * DAY, ends_on=LAST + 60 * DAY)
    with pytest.raises(voids.RoomOccupied):
        voids.reopen_void(void=void, actor=manager)


def test_a_void_with_works_is_not_removed(room, manager):
    void = record(room, manager, LAST + DAY)
    works.add_works(void=void, actor=manager, label="Peinture")
    with pytest.raises(Refused, match="travaux sont enregistrés"):
        voids.remove_void(void=void, actor=manager)


def test_a_void_removed_leaves_its_line_in_the_history(room, manager):
    void = record(room, manager, LAST + DAY, note="essai")
    voids.remove_void(void=void, actor=manager)
    assert not RoomVoid.objects.exists()
    lines = {line.label: line for line in history_of(home_subjects(room.colocation))}
    removal = lines["Vacance supprimée"]
    assert (removal.who, removal.rows[0].removed) == (str(manager), True)
    assert "essai" in [change.after for change in removal.rows[0].changes]


def test_two_people_on_one_void_lose_nothing(room, manager):
    void = RoomVoid.objects.get(pk=record(room, manager, LAST + DAY).pk)
    seen = version_of(void, voids.FIELDS)
    facts = {"cause": VoidCause.WORKS, "starts_on": LAST + DAY, "ends_on": None}
    voids.edit_void(void=void, actor=manager, seen=seen, note="peinture", **facts)
    with pytest.raises(ChangedMeanwhile):
        voids.edit_void(void=void, actor=manager, seen=seen, note="sol", **facts)
    void.refresh_from_db()
    assert void.note == "peinture"


def test_an_arrival_closes_what_explained_the_empty_room(room, manager):
    void = record(room, manager, LAST + DAY, cause=VoidCause.RESERVED)
    voids.make_way(room=room, first=LAST + 20 * DAY, last=None)
    void.refresh_from_db()
    assert void.ends_on == LAST + 19 * DAY


def test_an_arrival_during_works_is_refused(room, manager):
    record(room, manager, LAST + DAY, LAST + 30 * DAY)
    with pytest.raises(voids.RoomKeptEmpty, match="travaux"):
        voids.make_way(room=room, first=LAST + 20 * DAY, last=None)


def test_works_accepted_by_a_signature_end_the_day_before(room, manager):
    void = record(room, manager, LAST + DAY)
    works.add_works(void=void, actor=manager, label="Peinture")
    voids.make_way(room=room, first=LAST + 20 * DAY, last=None, judged=True)
    void.refresh_from_db()
    assert void.ends_on == LAST + 19 * DAY


offsets = st.integers(min_value=0, max_value=12)


@settings(deadline=None, max_examples=30)
@given(first=offsets, length=offsets, start=offsets, other=offsets)
def test_whatever_the_days_a_yielding_void_keeps_only_its_own(first, length, start, other):
    """After the newcomer, no day belongs to two voids, and none of the newcomer's was lost."""
    with transaction.atomic():
        actor, room = factories.make_user(Role.GLA_MANAGER, "IDF"), factories.make_room()
        record(room, actor, LAST + first * DAY, LAST + (first + length) * DAY, VoidCause.TO_LET)
        newcomer = record(room, actor, LAST + start * DAY, LAST + (start + other) * DAY)
        days = [
            void.starts_on + DAY * index
            for void in RoomVoid.objects.filter(room=room)
            for index in range((void.ends_on - void.starts_on).days + 1)
        ]
        assert len(days) == len(set(days))
        assert {newcomer.starts_on, newcomer.ends_on} <= set(days)
        transaction.set_rollback(True)
