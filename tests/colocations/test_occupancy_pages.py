"""The picture of the homes: what each role reads on it, its tables, its files, its queries."""

import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.services import grant
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.core.periods import Month, add_months
from colocations.enums import VoidCause
from colocations.models import AgreementExtension
from colocations.selectors.picture import SHORT
from colocations.selectors.vacancies import CAUSES
from residents.enums import ContractStatus
from tests import factories

pytestmark = pytest.mark.django_db
PICTURE, EXPORT, HOME = (
    f"colocations:{name}" for name in ("occupancy", "occupancy-export", "home-occupancy")
)


@pytest.fixture
def home():
    """Three rooms: lived in under notice, under works for thirty days, empty without a word."""
    today = clock.today()
    home = factories.make_home("IDF", rooms=3, name="Les Tilleuls")
    lived, works, _silent = home.rooms.order_by("number")
    contract = factories.make_contract(
        lived,
        factories.make_person("Diallo", "Amina"),
        starts_on=add_months(today, -10),
        ends_on=today + timedelta(days=20),
        status=ContractStatus.NOTICE_GIVEN,
        number="CLILAS",
    )
    factories.make_notice(contract, effective_on=contract.ends_on)
    factories.make_void(works, starts_on=today - timedelta(days=29), note="infiltration")
    return home


@pytest.fixture
def manager(client_for):
    """The manager's client."""
    return client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))


def text_of(client, name, *args, **query):
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_manager_reads_who_why_until_when_and_how_much(manager, home):
    """One drawing, and the words of each bar."""
    text = text_of(manager, PICTURE)
    assert text.count('class="occ-svg"') == 1
    assert "Amina DIALLO" in text
    assert "préavis, départ le" in text
    assert "travaux (infiltration)" in text
    assert "sans motif" in text
    assert "non perçus à ce jour" in text
    assert "CLILAS" in text
    assert "aujourd'hui</li>" in text


def test_the_cost_is_the_fee_and_the_charges_of_the_exact_days(manager, home):
    """Of thirty days under works, in a room at 180 + 20 euros."""
    works = home.rooms.get(number="2")
    works.charges = Decimal("20.00")
    works.save()
    text = text_of(manager, PICTURE, cause="WORKS")
    first, today = clock.today() - timedelta(days=29), clock.today()
    cost = Decimal(0)
    for month in Month.of(first).until(Month.of(today)):
        days = (min(today, month.last) - max(first, month.first)).days + 1
        cost += (Decimal(200) * days / month.days).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert f"{cost:.2f}".replace(".", ",") in text


def test_an_officer_reads_names_and_dates_but_no_amount(client_for, home):
    """Neither in the page, nor in the words of the bars, nor in the file."""
    officer = factories.make_user(Role.MISSION_OFFICER, "IDF")
    home.mission_officer = officer
    home.save()
    client = client_for(officer)
    text = text_of(client, PICTURE)
    assert "Amina DIALLO" in text
    assert "€" not in text
    assert "Perdu" not in text
    for table in ("", "days"):
        answer = client.get(reverse(EXPORT), {"format": "csv", "table": table}).content.decode()
        assert "Perdu" not in answer
        assert "180" not in answer


def test_a_technician_reads_rooms_only(client_for, home):
    """No name, no number, no amount: occupied, empty, and why."""
    client = client_for(factories.make_user(Role.TECHNICAL, "IDF"))
    text = text_of(client, PICTURE)
    for secret in ("DIALLO", "Amina", "CLILAS", "€", "Perdu"):
        assert secret not in text
    assert "occupée" in text
    assert "travaux" in text
    days = client.get(reverse(EXPORT), {"format": "csv", "table": "days"}).content.decode()
    assert "DIALLO" not in days
    assert "CLILAS" not in days


def test_amounts_stay_in_the_territory_where_one_may_read_them(client_for, home):
    """Manager here, technician there: euros here only, and no sum of both."""
    user = factories.make_user(Role.GLA_MANAGER, "IDF")
    grant(user=user, role=Role.TECHNICAL, territory=factories.make_territory("HDF"))
    factories.make_room(factories.make_home("HDF", name="Le Nord"), fee="777.00")
    client = client_for(user)
    whole = text_of(client, PICTURE)
    assert "Perdu" not in whole
    assert "€" in whole
    assert "€" not in text_of(client, PICTURE, territory="HDF")
    rows = client.get(reverse(EXPORT), {"format": "csv"}).content.decode().splitlines()
    north = next(row for row in rows if "Le Nord" in row)
    assert north.endswith('"";""')


def test_filters_live_in_the_address(manager, home):
    """Home, cause, empty rooms only, months; nonsense is as nothing."""
    factories.make_home("IDF", rooms=1, name="Le Verger")
    assert "Le Verger" not in text_of(manager, PICTURE, home=home.code).split("</select>")[-1]
    works = text_of(manager, PICTURE, cause="WORKS")
    assert "Chambre 2" in works
    assert "Chambre 1<" not in works
    assert "Chambre 1<" not in text_of(manager, PICTURE, empty="on", home=home.code)
    assert "janvier 2025" in text_of(manager, PICTURE, start="2025-01", months="24")
    for query in ({"start": "x"}, {"start": "9999-01"}, {"months": "7"}, {"cause": "?"}):
        text_of(manager, PICTURE, **query)
    assert "Aucune chambre à montrer" in text_of(manager, PICTURE, cause="CLOSING")


def test_the_owners_end_an_extension_and_the_opening_are_drawn(manager, home):
    """The days of a home, with what they mean."""
    today = clock.today()
    agreement = home.site.agreements.get()
    agreement.ends_on = add_months(today, 3)
    agreement.extension_undocumented = True
    agreement.save()
    AgreementExtension.objects.create(
        agreement=agreement,
        previous_ends_on=today - timedelta(days=60),
        ends_on=agreement.ends_on,
        signed_on=today - timedelta(days=80),
    )
    home.opens_on = today - timedelta(days=100)
    home.closes_on = add_months(today, 4)
    home.save()
    text = text_of(manager, HOME, home.pk)
    for words in (
        "Fin de la convention du propriétaire",
        "prolongation à documenter",
        "prolongée",
        "Ouverture de la colocation",
        "Fermeture de la colocation",
        "rendue au propriétaire",
        "pas encore ouverte",
    ):
        assert words in text


def test_an_arrival_and_a_term_that_nobody_ended_show(manager):
    """What comes, and what was forgotten."""
    today = clock.today()
    home = factories.make_home("IDF", rooms=2)
    first, second = home.rooms.order_by("number")
    factories.make_contract(
        first, starts_on=today + timedelta(days=9), status=ContractStatus.SIGNED
    )
    factories.make_contract(second, ends_on=today - timedelta(days=12))
    text = text_of(manager, HOME, home.pk)
    assert "arrivée à venir" in text
    assert "contrat échu, sortie à enregistrer" in text


def test_an_amendment_does_not_cut_a_stay(manager, home):
    """Two spans of terms of one contract are one bar, with the dates of both."""
    contract = home.rooms.get(number="1").terms.get().contract
    factories.make_amendment(contract, effective_on=add_months(clock.today(), -2))
    text = text_of(manager, HOME, home.pk)
    assert text.count("is-lived") == 2  # the bar and the legend


def test_the_table_says_the_same_and_offers_to_say_why(manager, home):
    """Each span of days, its cause, its cost."""
    text = text_of(manager, PICTURE)
    table = text[text.index("occ-details") :]
    assert "Amina DIALLO" in table
    assert "travaux (infiltration)" in table
    assert "Dire pourquoi" in table


def test_the_files_hold_the_days_and_the_euros(manager, home):
    """Real numbers, one line a room; the register says how many."""
    sheet = openpyxl.load_workbook(
        io.BytesIO(manager.get(reverse(EXPORT), {"home": home.code}).content)
    ).active
    heads = [cell.value for cell in sheet[1]]
    rows = [
        dict(zip(heads, (c.value for c in row), strict=True)) for row in sheet.iter_rows(min_row=2)
    ]
    works = next(row for row in rows if row["Chambre"] == "2")
    assert works["Vide : travaux"] == 30
    assert works["Jours disponibles"] == works["Jours occupés"] + works["Jours vides"]
    assert works["Perdu à ce jour"] > 0
    assert AccessRecord.objects.get().rows == 3


def test_another_territory_is_not_drawn(manager, home):
    """Nor named in the filters."""
    factories.make_home("HDF", rooms=1, name="Le Nord")
    assert "Le Nord" not in text_of(manager, PICTURE)


def test_as_many_queries_for_two_rooms_as_for_forty(client_for, query_count, home):
    """The picture over two years, its home's tab and its files."""
    user = factories.make_user(Role.GLA_MANAGER, "IDF")
    client, counts = client_for(user), []
    query = {"months": 24, "start": str(Month.of(add_months(clock.today(), -18)))}
    for _round in range(2):
        for name, args in ((PICTURE, []), (HOME, [home.pk]), (EXPORT, [])):
            client.get(reverse(name, args=args), query)
            with query_count() as counted:
                assert client.get(reverse(name, args=args), query).status_code == 200
            counts.append(counted.value)
        for _index in range(10):
            room = factories.make_room(home)
            factories.make_contract(
                room, ends_on=clock.today() - timedelta(days=40), status="CLOSED"
            )
            factories.make_void(room, starts_on=clock.today() - timedelta(days=20))
            factories.make_home("IDF", rooms=3)
    assert counts[:3] == counts[3:]
    assert max(counts) <= 25


def test_every_cause_has_its_word_and_its_letter():
    """Never a colour alone."""
    assert set(SHORT) == set(CAUSES) >= set(VoidCause.values)
    letters = [letter for _word, letter in SHORT.values()]
    assert len(set(letters)) == len(letters)
