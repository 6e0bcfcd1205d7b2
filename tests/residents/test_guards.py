"""What the database refuses of contracts, whatever writes them."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from residents.enums import ContractStatus
from residents.models import Contract
from tests import factories
from tests.helpers.databases import check_constraints

FIRST, LAST = date(2026, 3, 1), date(2026, 10, 31)


@pytest.fixture
def room(db):
    return factories.make_room()


def make(room, **fields):
    return factories.make_contract(room, **{"starts_on": FIRST, "ends_on": LAST, **fields})


def refused(match):
    return pytest.raises(IntegrityError, match=match)


def test_two_contracts_never_overlap_on_a_room(room):
    make(room)
    with refused("room_one_contract_at_a_time"), transaction.atomic():
        make(room, starts_on=LAST)


def test_the_next_contract_starts_the_day_after(room):
    make(room)
    make(room, starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 31))


def test_a_person_holds_one_contract_at_a_time(room):
    person = factories.make_person()
    make(room, person=person)
    with refused("person_one_contract_at_a_time"), transaction.atomic():
        make(factories.make_room(), person=person)


def test_a_draft_leaves_the_room_free_until_it_is_signed(room):
    draft = make(room, status=ContractStatus.DRAFT)
    make(room)
    with refused("room_one_contract_at_a_time"), transaction.atomic():
        Contract.objects.filter(pk=draft.pk).update(status=ContractStatus.SIGNED)


def test_an_abandoned_contract_frees_the_room(room):
    contract = make(room, status=ContractStatus.SIGNED)
    Contract.objects.filter(pk=contract.pk).update(status=ContractStatus.CANCELLED)
    make(room)


def test_a_contract_never_outlasts_the_owners_agreement(room):
    agreement = room.colocation.site.agreements.get()
    with refused("owner's agreement"), transaction.atomic():
        make(room, ends_on=agreement.ends_on.replace(year=agreement.ends_on.year + 1))


def test_a_site_without_agreement_takes_no_contract(db):
    room = factories.make_room(factories.make_home(agreement=False))
    with refused("owner's agreement"), transaction.atomic():
        make(room)


def test_the_terms_of_a_contract_leave_no_day_uncovered(room):
    contract = make(room)
    with refused("do not cover its days"), transaction.atomic():
        Contract.objects.filter(pk=contract.pk).update(ends_on=date(2026, 11, 30))
        check_constraints()
