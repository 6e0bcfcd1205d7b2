"""The countdown of the homes that end: who must leave when, as each role reads it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.core.periods import add_months
from colocations.models import Colocation
from colocations.selectors.closures import closures
from residents.enums import ContractStatus, ExitDestination
from tests import factories

pytestmark = pytest.mark.django_db
PAGE, EXPORT = "colocations:closures", "colocations:closures-export"


def end_in(home, days):
    """Let the owner's agreement of a home end in so many days."""
    agreement = home.site.agreements.get()
    agreement.ends_on = clock.today() + timedelta(days=days)
    agreement.save()
    return agreement


@pytest.fixture
def home():
    """A home whose owner's end is in a hundred days, margin included, with two households."""
    home = factories.make_home("IDF", rooms=3, name="Les Tilleuls")
    one, two, _empty = home.rooms.order_by("number")
    agreement = end_in(home, 100)
    factories.make_contract(
        one, factories.make_person("Diallo", "Amina"), ends_on=agreement.ends_on, number="CLATE"
    )
    soon = factories.make_contract(
        two,
        factories.make_person("Haddad", "Yusuf"),
        ends_on=clock.today() + timedelta(days=30),
        status=ContractStatus.NOTICE_GIVEN,
        exit_destination=ExitDestination.SOCIAL_LEASE,
    )
    factories.make_notice(soon, effective_on=soon.ends_on)
    return home


def of(user, **filters):
    return closures(user, Colocation.objects.filter(**filters), clock.today())


def text_of(client):
    response = client.get(reverse(PAGE))
    assert response.status_code == 200
    return response.content.decode()


def test_the_countdown_says_who_how_long_and_who_has_no_exit(client_for, home):
    """The margin before the owner's end is what counts."""
    manager = factories.make_user(Role.GLA_MANAGER, "IDF")
    closure = of(manager)[0]
    margin = home.site.agreements.get().vacate_margin_days
    assert closure.days_left == 100 - margin
    assert (closure.after, closure.without_exit, closure.rooms) == (1, 1, 2)
    text = text_of(client_for(manager))
    for words in ("Amina DIALLO", "logement social", "au-delà", "1 sans sortie connue", "CLATE"):
        assert words in text
    assert f"<strong>{100 - margin}</strong>" in text


def test_a_closing_counts_when_it_comes_first(home):
    """The home's own last day, without a margin."""
    home.closes_on = clock.today() + timedelta(days=10)
    home.save()
    closure = of(factories.make_user(Role.GLA_MANAGER, "IDF"))[0]
    assert (closure.days_left, closure.cause) == (10, "fermeture de la colocation")
    assert closure.after == 2


def test_what_is_far_followed_or_closed_is_not_there():
    """Within a year, without another agreement after it, and open still."""
    user = factories.make_user(Role.GLA_MANAGER, "IDF")
    far, followed, closed = (factories.make_home("IDF") for _ in range(3))
    end_in(far, 400)
    agreement = end_in(followed, 60)
    factories.make_agreement(
        followed.site,
        starts_on=agreement.ends_on + timedelta(days=1),
        ends_on=add_months(clock.today(), 30),
    )
    end_in(closed, 60)
    closed.closes_on = clock.today() - timedelta(days=1)
    closed.save()
    assert of(user) == []


def test_an_officer_reads_names_and_dates_only(client_for, home):
    """Not where people go."""
    officer = factories.make_user(Role.MISSION_OFFICER, "IDF")
    home.mission_officer = officer
    home.save()
    client = client_for(officer)
    text = text_of(client)
    assert "Amina DIALLO" in text
    assert "au-delà" in text
    for secret in ("logement social", "Destination", "sortie connue", "€"):
        assert secret not in text
    file = client.get(reverse(EXPORT), {"format": "csv"}).content.decode()
    assert "logement social" not in file
    assert "inconnue" not in file


def test_a_technician_reads_rooms_only(client_for, home):
    """Which rooms, by when; neither who, nor contracts, nor where they go."""
    client = client_for(factories.make_user(Role.TECHNICAL, "IDF"))
    text = text_of(client)
    assert "Chambre 1" in text
    for secret in ("DIALLO", "CLATE", "logement social", "Contrat jusqu", "au-delà"):
        assert secret not in text
    assert "DIALLO" not in client.get(reverse(EXPORT), {"format": "csv"}).content.decode()


def test_the_page_says_when_nothing_ends(client_for):
    """And another territory's end is not one's own."""
    end_in(factories.make_home("HDF", name="Le Nord"), 30)
    text = text_of(client_for(factories.make_user(Role.GLA_MANAGER, "IDF")))
    assert "Aucune fermeture" in text
    assert "Le Nord" not in text


def test_the_export_has_a_line_a_household_and_is_registered(client_for, home):
    """With the days that a contract goes on too long."""
    client = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    lines = client.get(reverse(EXPORT), {"format": "csv"}).content.decode().splitlines()
    assert len(lines) == 3
    assert AccessRecord.objects.get().rows == 2


def test_as_many_queries_for_one_home_as_for_twelve(client_for, query_count, home):
    """Whatever the number of households."""
    client, counts = client_for(factories.make_user(Role.GLA_MANAGER, "IDF")), []
    for _round in range(2):
        text_of(client)
        with query_count() as counted:
            text_of(client)
        counts.append(counted.value)
        for _index in range(6):
            other = factories.make_home("IDF", rooms=2)
            agreement = end_in(other, 90)
            for room in other.rooms.all():
                factories.make_contract(room, ends_on=agreement.ends_on)
    assert counts[0] == counts[1]
