"""Two people at once on one room, one agreement, one set of keys: one is refused, in words."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from caracol.core.versions import ChangedMeanwhile, version_of
from colocations.enums import HolderKind, KeyAct, VoidCause
from colocations.models import KeyMove, KeySet, Owner, OwnerAgreement, RoomVoid
from colocations.services import agreements, keys, owners, voids
from colocations.services.doubts import Doubtful
from colocations.services.saving import Invalid
from residents.models import Contract
from tests import factories
from tests.helpers.threads import at_once

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 12, 1), date(2027, 3, 31)


@pytest.fixture
def actor(real_db):
    return factories.make_user()


@pytest.fixture
def room(actor):
    return factories.make_room()


def kinds(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def record(room, actor, note):
    return voids.record_void(
        room=room, actor=actor, cause=VoidCause.WORKS, starts_on=FIRST, ends_on=None, note=note
    )


def test_two_voids_at_once_leave_one(room, actor):
    outcomes = at_once(*[lambda note=note: record(room, actor, note) for note in "abc"])
    assert kinds(outcomes) == ["RoomKeptEmpty", "RoomKeptEmpty", "RoomVoid"]
    assert RoomVoid.objects.count() == 1


def sign(room):
    """Write a contract as its service does: make way under the room's lock, then write."""
    with transaction.atomic():
        voids.make_way(room=room, first=FIRST, last=LAST)
        return factories.make_contract(room, starts_on=FIRST, ends_on=LAST)


def test_a_void_and_a_contract_never_share_a_room(actor):
    for _turn in range(6):
        room = factories.make_room()
        at_once(
            lambda room=room: record(room, actor, "travaux"),
            lambda room=room: sign(room),
        )
        held = RoomVoid.objects.filter(room=room).count()
        signed = Contract.objects.filter(terms__room=room).count()
        assert held + signed == 1


def test_an_owner_recorded_twice_is_one(actor):
    outcomes = at_once(*[lambda: owners.create_owner(actor=actor, name="Ville de Bellerive")] * 3)
    assert kinds(outcomes) == ["Invalid", "Invalid", "Owner"]
    assert Owner.objects.count() == 1
    assert all(outcome.message for outcome in outcomes if isinstance(outcome, Invalid))


def test_two_corrections_of_an_agreement_at_once_keep_the_first(actor):
    agreement = OwnerAgreement.objects.get(pk=factories.make_agreement().pk)
    seen = version_of(agreement, agreements.FIELDS)
    facts = {name: getattr(agreement, name) for name in agreements.FIELDS}

    def correct(months):
        return agreements.edit_agreement(
            agreement=agreement, actor=actor, seen=seen, **facts | {"notice_months": months}
        )

    outcomes = at_once(lambda: correct(4), lambda: correct(5))
    assert kinds(outcomes) == ["ChangedMeanwhile", "OwnerAgreement"]
    kept = next(each for each in outcomes if not isinstance(each, ChangedMeanwhile | Doubtful))
    assert OwnerAgreement.objects.get(pk=agreement.pk).notice_months == kept.notice_months


def test_two_hands_on_one_set_of_keys(room, actor):
    key_set = KeySet.objects.create(colocation=room.colocation, label="Jeu 1")

    def give(name):
        return keys.move_keys(
            keys=key_set,
            act=KeyAct.GIVEN,
            on=date(2026, 11, 20),
            actor=actor,
            holder_kind=HolderKind.OTHER,
            holder=name,
        )

    outcomes = at_once(lambda: give("Serrurier"), lambda: give("Voisine"))
    assert kinds(outcomes) == ["KeyMove", "KeysRefused"]
    assert KeyMove.objects.count() == 1
