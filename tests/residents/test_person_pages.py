"""A person's pages and a contract's: what they tell, to whom, and the line each reading leaves."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit import history
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.core.periods import add_months
from residents.enums import ContractStatus
from residents.permissions import Fact, masks
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract():
    """A household of two, with everything that can be known of it."""
    home = factories.make_home("IDF", name="Les Tilleuls", rooms=1)
    amina = factories.make_person("Diallo", "Amina")
    contract = factories.make_contract(
        home.rooms.get(),
        amina,
        co_holders=[factories.make_person("Haddad", "Yusuf")],
        fee="200.00",
    )
    factories.make_amendment(
        contract, effective_on=contract.starts_on + timedelta(days=50), fee="215.00"
    )
    factories.make_insurance(contract, ends_on=clock.today() - timedelta(days=3))
    factories.make_status(amina, nationality="Érythrée")
    factories.make_permit(amina)
    return contract


@pytest.fixture
def amina(contract):
    """The main holder."""
    return contract.holders.get(is_main=True).person


def read(client, name, pk, **query):
    response = client.get(reverse(f"residents:{name}", args=[pk]), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_overview_tells_where_when_and_with_whom(client_for, amina):
    """Room, contract, amounts, household, life here."""
    text = read(client_for(factories.make_user()), "person-detail", amina.pk)
    for words in ("Amina DIALLO", "Les Tilleuls", "215,00", "Yusuf HADDAD", "Avenant n° 1"):
        assert words in text
    assert "Pas d&#x27;assurance habitation" in text or "Pas d'assurance habitation" in text


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("person-detail", "VIEW"),
        ("person-print", "PRINT"),
        ("person-status", "VIEW"),
        ("person-history", "VIEW"),
    ],
)
def test_each_reading_leaves_exactly_one_line(client_for, amina, name, action):
    """Who, what, on which page."""
    user = factories.make_user()
    read(client_for(user), name, amina.pk)
    record = AccessRecord.objects.get()
    assert (record.user, record.subject, record.action) == (user, amina, action)
    assert record.page == f"residents:{name}"


def test_a_refused_reading_leaves_no_line(client_for, amina):
    """What was not read was not consulted."""
    client = client_for(factories.make_user(Role.TECHNICAL, "IDF"))
    assert client.get(reverse("residents:person-status", args=[amina.pk])).status_code == 403
    assert not AccessRecord.objects.exists()


def test_a_reading_that_cannot_be_written_does_not_happen(client_for, amina, monkeypatch):
    """The register comes first."""

    def fails(**_facts):
        raise RuntimeError("register down")

    monkeypatch.setattr("residents.views.person.record_access", fails)
    client = client_for(factories.make_user())
    with pytest.raises(RuntimeError):
        client.get(reverse("residents:person-detail", args=[amina.pk]))


def test_the_status_is_on_its_own_page_only(client_for, amina):
    """Nationality and permits never show on the overview's facts."""
    client = client_for(factories.make_user(Role.SOCIAL_WORKER, "IDF"))
    assert "Érythrée" in read(client, "person-status", amina.pk)
    assert "Érythrée" not in read(client, "person-detail", amina.pk)


@pytest.mark.parametrize("role", [Role.MISSION_OFFICER, Role.TECHNICAL, Role.ACCOUNTANT])
def test_permits_never_show_in_a_timeline_to_who_has_no_need(client_for, contract, amina, role):
    """Nor do tabs that would be refused."""
    user = factories.make_user(role, "IDF")
    home = contract.terms.first().room.colocation
    home.mission_officer = user
    home.save()
    text = read(client_for(user), "person-detail", amina.pk)
    assert "carte de résident" not in text
    assert reverse("residents:person-status", args=[amina.pk]) not in text
    assert reverse("residents:person-history", args=[amina.pk]) not in text


REASONS = ("rupture du couple", "violences subies", "incarcération")


@pytest.mark.parametrize(
    ("role", "reads"),
    [
        (Role.GLA_MANAGER, True),
        (Role.GLA_ASSISTANT, True),
        (Role.SOCIAL_WORKER, True),
        (Role.MISSION_OFFICER, False),
    ],
)
def test_reasons_typed_freely_are_for_who_has_need_of_them(client_for, role, reads):
    """Amendment, notice, departure: the officer knows when, not why."""
    user = factories.make_user(role, "IDF")
    home = factories.make_home("IDF", rooms=1, officer=user)
    today = clock.today()
    contract = factories.make_contract(home.rooms.get(), starts_on=today - timedelta(days=60))
    amended = contract.starts_on + timedelta(days=50)
    factories.make_amendment(contract, effective_on=amended, reason=REASONS[0])
    factories.make_notice(contract, reason=REASONS[1])
    past = factories.make_contract(
        factories.make_room(home),
        contract.holders.get().person,
        starts_on=add_months(contract.starts_on, -12),
        ends_on=contract.starts_on - timedelta(days=1),
        status=ContractStatus.CLOSED,
        exit_reason=REASONS[2],
    )
    client, person = client_for(user), past.holders.get().person
    text = read(client, "contract-detail", contract.pk) + read(client, "person-detail", person.pk)
    assert "Avenant n° 1" in text
    assert "prend effet" in text
    assert "Départ" in text
    assert [reason for reason in REASONS if reason in text] == (list(REASONS) if reads else [])


def test_the_history_masks_reasons_from_who_may_not_read_them():
    """A role held elsewhere is no right here."""
    hidden = masks(frozenset({Fact.DATES}))
    for name in ("contract.exit_reason", "amendment.reason", "notice.reason"):
        assert f"residents.{name}" in hidden
        model, field = name.split(".")
        assert apps.get_model("residents", model)._meta.get_field(field)


def test_a_tab_asked_by_htmx_is_the_same_page(client_for, amina):
    """htmx takes its part of it; without JavaScript the link opens it whole."""
    client = client_for(factories.make_user())
    path = reverse("residents:person-history", args=[amina.pk])
    response = client.htmx("get", path, target="onglet")
    assert 'id="onglet"' in response.content.decode()
    assert "HX-Request" in response.headers["Vary"]


def test_the_history_names_the_act_its_author_and_both_values(client_for, amina):
    """French names and values; what was, what is."""
    manager = factories.make_user(first_name="Camille", last_name="Rousseau")
    code = history.label("residents.phone-changed", "Téléphone corrigé")
    with history.act(code, actor=manager, reason="appel du 3"):
        amina.phone = "07 11 22 33 44"
        amina.save()
    text = read(client_for(manager), "person-history", amina.pk)
    for words in ("Téléphone corrigé", "Camille Rousseau", "appel du 3", "07 11 22 33 44"):
        assert words in text
    assert "search_key" not in text


def test_who_consulted_is_told_to_those_who_answer_for_it(client_for, amina):
    """The register of a person: readings of the person and of the contracts."""
    reader = factories.make_user(first_name="Sophie", last_name="Lemaire")
    read(client_for(reader), "person-detail", amina.pk)
    text = read(client_for(factories.make_user()), "person-access", amina.pk)
    assert "Sophie Lemaire" in text
    assert "consultation" in text


def test_a_contract_tells_its_versions_and_limits(client_for, contract):
    """Latest first; amounts by right."""
    text = read(client_for(factories.make_user()), "contract-detail", contract.pk)
    assert text.index("215,00") < text.index("200,00")
    assert "18 mois" in text
    assert "Contrat initial" in text
    assert AccessRecord.objects.get().subject == contract


def test_an_officer_reads_a_contract_without_amounts(client_for, contract):
    """Dates and holders of own homes."""
    officer = factories.make_user(Role.MISSION_OFFICER, "IDF")
    home = contract.terms.first().room.colocation
    home.mission_officer = officer
    home.save()
    text = read(client_for(officer), "contract-detail", contract.pk)
    assert "Amina DIALLO" in text
    assert "€" not in text


def test_somebody_without_contract_has_a_page(client_for):
    """Followed by a territory, not housed yet."""
    person = factories.make_person("Candidat", "Alix", territory="IDF")
    assert "Pas encore de contrat" in read(
        client_for(factories.make_user()), "person-detail", person.pk
    )


def test_the_queries_of_a_page_do_not_follow_its_past(client_for, contract, amina, query_count):
    """One amendment or nine, the same number."""
    client, counts = client_for(factories.make_user()), []
    for turn in range(2):
        for name in ("person-detail", "person-history"):
            read(client, name, amina.pk)
            with query_count() as counted:
                read(client, name, amina.pk)
            counts.append(counted.value)
        for index in range(8):
            factories.make_amendment(
                contract,
                effective_on=contract.starts_on + timedelta(days=60 + 50 * turn + 5 * index),
                fee=216 + index,
            )
    assert counts[:2] == counts[2:]
    assert max(counts) <= 32  # the rule and the owner's end say which acts the head offers
