"""The list of residents: states, search, filters, sorting, export, as each role reads it."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.core.periods import add_months
from payments.services.openings import OpeningBalance, take_over_balances
from residents.enums import ContractStatus
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "residents:person-list"


@pytest.fixture
def manager():
    """The manager of Île-de-France."""
    return factories.make_user(Role.GLA_MANAGER, "IDF")


@pytest.fixture
def people(manager):
    """One person in each state, by name."""
    today = clock.today()
    home = factories.make_home("IDF", name="Les Tilleuls")

    def lives(last_name, **fields):
        room = factories.make_room(home)
        person = factories.make_person(last_name, "Alix")
        return factories.make_contract(room, person, **fields)

    contracts = {
        "present": lives("Lefèvre"),
        "leaving": lives("Öztürk", status=ContractStatus.NOTICE_GIVEN),
        "arriving": lives(
            "N'Diaye", starts_on=today + timedelta(days=9), status=ContractStatus.SIGNED
        ),
        "former": lives(
            "Haddad",
            starts_on=add_months(today, -10),
            ends_on=today - timedelta(days=5),
            status=ContractStatus.CLOSED,
        ),
    }
    contracts["none"] = factories.make_person("Candidat", "Alix", territory="IDF")
    return contracts


NAMES = {
    "present": "LEFÈVRE",
    "leaving": "ÖZTÜRK",
    "arriving": "N&#x27;DIAYE",
    "former": "HADDAD",
    "none": "CANDIDAT",
}


def text_of(client, **query):
    response = client.get(reverse(LIST), query)
    assert response.status_code == 200
    return response.content.decode()


def found(client, **query):
    text = text_of(client, **query)
    return {state for state, name in NAMES.items() if f">{name}" in text}


@pytest.mark.parametrize(
    ("state", "who"),
    [
        ("", {"present", "leaving", "arriving"}),
        ("present", {"present", "leaving"}),
        ("leaving", {"leaving"}),
        ("arriving", {"arriving"}),
        ("former", {"former"}),
        ("none", {"none"}),
        ("all", set(NAMES)),
    ],
)
def test_states_follow_contracts_and_dates(client_for, manager, people, state, who):
    """Without a state asked for: those who live here or arrive."""
    assert found(client_for(manager), state=state) == who


@pytest.mark.parametrize("words", ["lefevre", "LEFÈVRE", "fev alix", "alix lef"])
def test_any_part_of_a_name_finds_without_accents(client_for, manager, people, words):
    """Order, case and accents do not matter."""
    assert found(client_for(manager), q=words) == {"present"}


def test_numbers_and_telephones_find_too(client_for, manager, people):
    """The contract's number, the reference, the digits of a telephone however typed."""
    contract = people["present"]
    person = contract.holders.get().person
    client = client_for(manager)
    assert found(client, q=contract.number) == {"present"}
    assert found(client, q=person.reference.lower()) == {"present"}
    assert "present" in found(client, q=person.phone.replace(" ", "."))


def test_filters_narrow_the_list(client_for, manager, people):
    """Home, type of contract, insurance."""
    client, contract = client_for(manager), people["present"]
    home = contract.terms.get().room.colocation
    assert "present" in found(client, home=home.pk)
    assert found(client, kind="MOBILITY") == set()
    factories.make_insurance(contract)
    assert found(client, uninsured="true") == {"leaving"}
    assert found(client, home="nonsense", kind="xx") is not None


def test_who_owes_is_found_and_sorted(client_for, manager, people):
    """The balance is the ledger's; sorting by it is the database's work."""
    balances = [
        OpeningBalance(people["present"], factories.Decimal("80.00")),
        OpeningBalance(people["leaving"], factories.Decimal("430.50")),
    ]
    take_over_balances(balances=balances, on=clock.today(), actor=manager)
    client = client_for(manager)
    assert found(client, owing="true") == {"present", "leaving"}
    text = text_of(client, sort="-balance")
    assert text.index("ÖZTÜRK") < text.index("LEFÈVRE")
    assert "430,50" in text


@pytest.mark.parametrize("column", ["name", "place", "number", "dates", "balance"])
def test_every_column_sorts_both_ways(client_for, manager, people, column):
    """No sort is an error."""
    client = client_for(manager)
    assert found(client, sort=column) == found(client, sort=f"-{column}") != set()


def test_a_person_who_came_back_shows_once_with_the_last_contract(client_for, manager):
    """One row a person, the contract in force."""
    today, person = clock.today(), factories.make_person("Karimi", "Farid")
    factories.make_contract(
        None,
        person,
        number="COLD",
        starts_on=add_months(today, -12),
        ends_on=add_months(today, -7),
        status=ContractStatus.CLOSED,
    )
    factories.make_contract(None, person, number="CNEW")
    text = text_of(client_for(manager))
    assert text.count(">KARIMI") == 1
    assert "CNEW" in text
    assert "COLD" not in text


def test_each_role_reads_its_columns(client_for, people):
    """Technician: room and telephone. Accountant: name and contract. Nobody else's facts."""
    technician = text_of(client_for(factories.make_user(Role.TECHNICAL, "IDF")))
    assert "LEFÈVRE" not in technician
    assert "Téléphone" in technician
    assert "Solde" not in technician
    accountant = text_of(client_for(factories.make_user(Role.ACCOUNTANT, "IDF")))
    assert "LEFÈVRE" in accountant
    assert people["present"].number in accountant
    assert "Les Tilleuls" not in accountant
    assert people["present"].holders.get().person.phone not in accountant


@pytest.mark.parametrize("role", [Role.TECHNICAL, Role.ACCOUNTANT])
def test_who_knows_no_dates_does_not_filter_by_state(client_for, people, role):
    """The address typed by hand answers as the plain list does."""
    client = client_for(factories.make_user(role, "IDF"))
    plain = client.get(reverse(LIST)).context
    for state in ("former", "arriving", "none", "all"):
        context = client.get(reverse(LIST), {"state": state}).context
        assert "state" not in context["filter"].filters
        found = [line.pk for line in context["table"].lines.values()]
        assert found == [line.pk for line in plain["table"].lines.values()]


def test_the_export_keeps_filters_and_leaves_one_line(client_for, manager, people):
    """Typed cells; the register says how many people left the house."""
    factories.make_insurance(people["present"])
    response = client_for(manager).get(reverse("residents:person-export"), {"q": "lefevre"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    values = {cell.value: sheet.cell(2, cell.column).value for cell in sheet[1]}
    assert sheet.max_row == 2
    assert values["Nom"] == "LEFÈVRE Alix"
    assert values["Début"].date() == people["present"].starts_on
    record = AccessRecord.objects.get()
    assert (record.action, record.rows, record.subject) == ("EXPORT", 1, None)


def test_pages_hold_fifty(client_for, manager):
    """The next page is a link; the filters follow."""
    home = factories.make_home("IDF")
    for _number in range(52):
        factories.make_contract(factories.make_room(home))
    client = client_for(manager)
    assert "1–50 sur 52" in text_of(client)
    assert "51–52 sur 52" in text_of(client, page="2", kind="CRT")


def test_the_number_of_queries_does_not_follow_the_number_of_people(
    client_for, manager, query_count
):
    """Two people or sixty: the same queries, for a plain right and for mixed ones."""
    home = factories.make_home("IDF")
    mixed = factories.make_user(Role.TECHNICAL, "IDF")
    factories.grant(user=mixed, role=Role.GLA_MANAGER, territory=factories.make_territory("HDF"))
    counts = {manager: [], mixed: []}
    for wanted in (2, 58):
        for _number in range(wanted):
            factories.make_insurance(factories.make_contract(factories.make_room(home)))
        for user, seen in counts.items():
            client = client_for(user)
            text_of(client)
            with query_count() as counted:
                text_of(client)
            seen.append(counted.value)
    for seen in counts.values():
        assert seen[0] == seen[1] <= 25
