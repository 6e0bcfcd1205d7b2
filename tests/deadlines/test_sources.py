"""Facts of law that are not the same everywhere, and sources that no other test walks through."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from caracol.deadlines.enums import AppointmentKind
from caracol.deadlines.models import Appointment
from colocations.deadlines import reports, visits
from colocations.enums import LegalBasis
from residents.models import ContractTerms
from social import services
from social.deadlines import daho_places, dalo_offers
from social.enums import Decision, RightKind
from social.services import RightRefused
from tests import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 25)
DECIDED = date(2026, 11, 2)


def living_in(territory, department):
    """Somebody who lives in a département."""
    home = factories.make_home(territory, rooms=1)
    type(home.site).objects.filter(pk=home.site_id).update(department=department)
    person = factories.make_person(territory=territory)
    factories.make_contract(home.rooms.get(), person)
    return person


def follow(person, kind, **fields):
    """A request that a commission granted."""
    return services.add_right(
        person=person,
        kind=kind,
        actor=factories.make_user(),
        filed_on=date(2026, 9, 1),
        decision=Decision.FAVOURABLE,
        decided_on=DECIDED,
        **fields,
    )


@pytest.mark.parametrize(
    ("territory", "department", "due_on"),
    [
        ("IDF", "93", date(2027, 5, 2)),  # a large agglomeration: six months
        ("HDF", "59", date(2027, 5, 2)),  # Lille too
        ("HDF", "02", date(2027, 2, 2)),  # Aisne: three months
    ],
)
def test_an_offer_is_due_in_the_months_of_the_departement(territory, department, due_on):
    follow(living_in(territory, department), RightKind.DALO)
    assert [fact.due_on for fact in dalo_offers(DAY)] == [due_on]


@pytest.mark.parametrize(
    ("is_transition", "due_on"),
    [(False, date(2026, 12, 14)), (True, date(2027, 2, 2))],  # six weeks, or three months
)
def test_a_place_is_due_by_what_it_is(is_transition, due_on):
    follow(living_in("HDF", "59"), RightKind.DAHO, is_transition=is_transition)
    assert [fact.due_on for fact in daho_places(DAY)] == [due_on]


def test_only_a_daho_names_a_place():
    with pytest.raises(RightRefused, match="DAHO"):
        follow(living_in("IDF", "75"), RightKind.DALO, is_transition=True)


def visit(home, day, **fields):
    """An appointment in a home."""
    starts_at = timezone.make_aware(datetime(day.year, day.month, day.day, 14))
    return Appointment.objects.create(
        title="Visite",
        kind=AppointmentKind.VISIT,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        home_id=home.pk,
        territory=home.site.territory,
        created_by=factories.make_user(),
        changed_at=starts_at,
        **fields,
    )


def test_a_home_is_visited_every_six_months():
    home = factories.make_home(opens_on=date(2026, 2, 1))
    assert list(visits(DAY)) == []  # nobody notes visits yet: nothing is known to be late
    other = factories.make_home(opens_on=date(2020, 1, 1))
    visit(other, date(2026, 1, 15))
    type(other).objects.filter(pk=other.pk).update(closes_on=date(2026, 3, 1))
    assert [fact.due_on for fact in visits(DAY)] == [date(2026, 8, 1)]
    visit(home, date(2026, 9, 10))
    assert [fact.due_on for fact in visits(DAY)] == [date(2027, 3, 10)]


def test_a_visit_ahead_is_told_and_counts_once_it_is_made():
    home = factories.make_home(opens_on=date(2026, 2, 1))
    other = factories.make_home(opens_on=date(2020, 1, 1), closes_on=date(2026, 3, 1))
    visit(other, date(2026, 1, 15))
    ahead = visit(home, date(2026, 12, 3))
    (fact,) = visits(DAY)
    assert (fact.due_on, fact.why) == (
        date(2026, 8, 1),
        "Une visite est prévue le 3 décembre 2026.",
    )
    assert [fact.due_on for fact in visits(date(2026, 12, 4))] == [date(2027, 6, 3)]
    Appointment.objects.filter(pk=ahead.pk).update(cancelled_at=ahead.changed_at)
    assert [fact.due_on for fact in visits(date(2026, 12, 4))] == [date(2026, 8, 1)]


def test_the_prefet_is_told_of_operations_of_article_29_only():
    elan = factories.make_home("IDF", agreement=False)
    factories.make_agreement(
        elan.site, starts_on=date(2025, 3, 1), ends_on=date(2027, 2, 28), legal_basis="ELAN_29"
    )
    loan = factories.make_home("HDF", agreement=False)
    factories.make_agreement(
        loan.site,
        starts_on=date(2025, 3, 1),
        ends_on=date(2027, 2, 28),
        legal_basis=LegalBasis.COMMODAT,
    )
    told = [(fact.key, fact.due_on) for fact in reports(DAY)]
    assert told == [("2025/IDF", date(2026, 3, 31))]


def test_nobody_is_housed_before_a_contract():
    """A candidate recognised before any home: the delay of our large agglomerations."""
    follow(factories.make_person(territory="IDF"), RightKind.DALO)
    assert ContractTerms.objects.count() == 0
    assert [fact.due_on for fact in dalo_offers(DAY)] == [date(2027, 5, 2)]
