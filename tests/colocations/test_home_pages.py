"""Homes: their list, their page, their rooms, as each role reads them."""

import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.core.periods import Span, add_months
from caracol.ui.atoms import phone
from colocations.calculations.vacancy import lost
from colocations.selectors.homes import free_since, nearness, occupation
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "colocations:home-list"


@pytest.fixture
def home():
    """A home of three rooms: one lived in, one under works, one free."""
    home = factories.make_home("IDF", rooms=3, name="Les Tilleuls")
    lived, works, _free = home.rooms.order_by("number")
    factories.make_contract(lived, factories.make_person("Diallo", "Amina"), fee="200.00")
    factories.make_void(works, note="infiltration")
    return home


def text_of(client, name, *args, **query):
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_counts_rooms_and_says_what_ends(client_for, home):
    """Occupied, free, next end, owner's end, in words."""
    client = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    text = text_of(client, LIST)
    assert "Les Tilleuls" in text
    assert "1 chambre occupée sur 3" in text
    agreement = home.site.agreements.get()
    agreement.ends_on = clock.today() + timedelta(days=100)
    agreement.save()
    assert "dans 3 mois" in text_of(client, LIST)


@pytest.mark.parametrize(
    ("state", "kept"),
    [("free", True), ("full", False), ("open", True), ("closed", False), ("undocumented", False)],
)
def test_the_list_is_filtered_by_state(client_for, home, state, kept):
    """The filter lives in the address."""
    client = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    assert ("Les Tilleuls" in text_of(client, LIST, state=state)) is kept


@pytest.mark.parametrize("words", ["tilleuls", "TILLÊULS", "montreuil", "les till"])
def test_the_list_is_searched_without_accents(client_for, home, words):
    """Name and city, whatever the case."""
    client = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    assert "Les Tilleuls" in text_of(client, LIST, q=words)
    assert "Les Tilleuls" not in text_of(client, LIST, q="verger")


def test_a_filter_that_is_nonsense_is_no_error(client_for, home):
    """An address typed by hand shows a page."""
    client = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    for query in ({"state": "xx"}, {"page": "-3"}, {"page": "99999999999"}, {"sort": "nothing"}):
        text_of(client, LIST, **query)


def test_a_home_shows_occupants_and_why_rooms_are_free(client_for, home):
    """The manager reads names and amounts."""
    client = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    text = text_of(client, "colocations:home-detail", home.pk)
    assert "Amina DIALLO" in text
    assert "travaux" in text
    assert "infiltration" in text
    assert "à attribuer" in text
    assert "200,00" in text


def test_an_officer_reads_names_and_dates_but_no_amount(client_for, home):
    """Own home: who lives there; never what they owe or pay."""
    officer = factories.make_user(Role.MISSION_OFFICER, "IDF")
    home.mission_officer = officer
    home.save()
    text = text_of(client_for(officer), "colocations:home-detail", home.pk)
    assert "Amina DIALLO" in text
    assert "€" not in text


def test_a_technician_reads_rooms_and_telephones_only(client_for, home):
    """No name, no amount."""
    client = client_for(factories.make_user(Role.TECHNICAL, "IDF"))
    text = text_of(client, "colocations:home-detail", home.pk)
    assert "DIALLO" not in text
    assert "€" not in text
    person = home.rooms.get(number="1").terms.get().contract.holders.get().person
    assert phone(person.phone) in text


def test_a_home_without_agreement_says_so(client_for):
    """The absence is the news."""
    home = factories.make_home("IDF", agreement=False)
    client = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    assert "Aucune convention" in text_of(client, "colocations:home-detail", home.pk)


def test_a_room_tells_who_lived_there_and_what_it_loses(client_for, home):
    """Its past, and the fee not earned, to those who may know."""
    free = home.rooms.get(number="3")
    factories.make_contract(
        free,
        factories.make_person("Haddad", "Yusuf"),
        starts_on=add_months(clock.today(), -14),
        ends_on=clock.today() - timedelta(days=31),
        status="CLOSED",
    )
    text = text_of(
        client_for(factories.make_user(Role.GLA_MANAGER, "IDF")),
        "colocations:room-detail",
        free.pk,
    )
    assert "Yusuf HADDAD" in text
    assert "non perçues depuis" in text
    technician = client_for(factories.make_user(Role.TECHNICAL, "IDF"))
    assert "€" not in text_of(technician, "colocations:room-detail", free.pk)


def test_the_export_keeps_the_filters_and_is_registered(client_for, home):
    """Real numbers and dates; one line in the register with the number of rows."""
    factories.make_home("IDF", name="Le Verger")
    client = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    response = client.get(reverse("colocations:home-export"), {"q": "les tilleuls"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert [row[1].value for row in sheet.iter_rows()] == ["Colocation", "Les Tilleuls"]
    headings = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, headings.index("Chambres") + 1).value == 3
    record = AccessRecord.objects.get()
    assert (record.action, record.rows) == ("EXPORT", 1)


def test_the_number_of_queries_does_not_follow_the_number_of_homes(client_for, query_count, home):
    """The list and a home's page ask as much for one as for many."""
    client = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    counts = []
    for _round in range(2):
        for name, args in ((LIST, []), ("colocations:home-detail", [home.pk])):
            text_of(client, name, *args)
            with query_count() as counted:
                text_of(client, name, *args)
            counts.append(counted.value)
        for index in range(12):
            factories.make_contract(factories.make_room(home))
            factories.make_home("IDF", rooms=2, name=f"Maison {index}")
    assert counts[:2] == counts[2:]


def test_occupation_counts_each_room_once():
    """Open homes only."""
    home = factories.make_home("IDF", rooms=4)
    factories.make_contract(home.rooms.first())
    closed = factories.make_home("IDF", rooms=2, closes_on=clock.today() - timedelta(days=1))
    manager = factories.make_user(Role.GLA_MANAGER, "IDF")
    seen = occupation(manager, frozenset({Role.GLA_MANAGER}), clock.today())
    assert (seen.homes, seen.rooms, seen.occupied, seen.free, seen.percent) == (1, 4, 1, 3, 25)
    assert closed.rooms.count() == 2


def test_what_a_room_loses_is_counted_by_exact_days():
    """Half of November and all of December."""
    today = clock.today()
    november = Span(today.replace(month=11, day=16, year=2026), today.replace(2026, 11, 30))
    assert lost(Decimal("300.00"), november) == Decimal("150.00")
    longer = Span(november.first, today.replace(2026, 12, 31))
    assert lost(Decimal("300.00"), longer) == Decimal("450.00")


def test_a_room_is_free_since_its_last_day_or_its_opening():
    """A room never lived in is free since the home opened."""
    today = clock.today()
    assert free_since(None, today - timedelta(days=9), today) == today - timedelta(days=9)
    assert free_since(today - timedelta(days=3), today, today) == today


@pytest.mark.parametrize(
    ("days", "tone"), [(None, "danger"), (-1, "danger"), (60, "warning"), (400, "")]
)
def test_an_end_says_how_near_it_is(days, tone):
    """No agreement is worse than one that ends soon."""
    today = clock.today()
    end = None if days is None else today + timedelta(days=days)
    assert nearness(end, today).tone == tone
