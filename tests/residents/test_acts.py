"""What a contract's page offers to do: by state, by right, and by what is installed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.policy import PAGES
from caracol.core import clock
from residents.enums import ContractStatus
from residents.models import Contract
from residents.selectors import acts
from residents.selectors.acts import Act, acts_on
from residents.selectors.person import contract_cards
from tests import factories

pytestmark = pytest.mark.django_db

EVERY = frozenset(ContractStatus)
PAY = Act("payments:payment-record", "Payer", "cash", EVERY, argument="", query="contrat={number}")
LOOK = Act("payments:account-detail", "Compte", "wallet", EVERY, argument="number", group="b")
PRINT = Act("residents:contract-history", "Historique", "history", EVERY, first_in=EVERY)


def offered(user, contract):
    day = clock.today()
    card = contract_cards(user, Contract.objects.filter(pk=contract.pk), day)[0]
    menu = acts_on(user, card, day)
    return menu, [offer.label for offer in (menu.primary, *menu.others) if offer]


@pytest.fixture
def contract():
    return factories.make_contract()


def test_the_most_useful_act_is_the_button_and_the_others_the_menu(contract, monkeypatch):
    """The first line that fits comes first; groups are told apart."""
    monkeypatch.setattr(acts, "ACTS", [PAY, PRINT, LOOK])
    menu, _labels = offered(factories.make_user(), contract)
    assert menu.primary.label == "Historique"
    assert [(offer.label, offer.parted) for offer in menu.others] == [
        ("Payer", False),
        ("Compte", True),
    ]
    assert menu.others[0].url.endswith(f"?contrat={contract.number}")
    assert contract.number in menu.others[1].url


def test_an_act_that_no_application_answers_is_left_out(contract, monkeypatch):
    """Nothing is offered that leads nowhere, even with its line in the rights table."""
    monkeypatch.setitem(PAGES, "residents:not-yet", frozenset(Role))
    monkeypatch.setattr(acts, "ACTS", [replace(PAY, url_name="residents:not-yet")])
    menu, labels = offered(factories.make_user(), contract)
    assert (menu.primary, labels) == (None, [])


@pytest.mark.parametrize(
    ("role", "labels"),
    [(Role.GLA_MANAGER, ["Payer", "Compte"]), (Role.SOCIAL_WORKER, ["Compte"])],
)
def test_an_act_is_offered_to_whom_its_page_opens(contract, monkeypatch, role, labels):
    """By the rights table, on the contract's territory."""
    monkeypatch.setattr(acts, "ACTS", [PAY, LOOK])
    assert offered(factories.make_user(role, "IDF"), contract)[1] == labels


def test_a_right_elsewhere_offers_nothing_here(contract, monkeypatch):
    """A manager of Lille who reads a Paris contract as a social worker records no payment."""
    monkeypatch.setattr(acts, "ACTS", [PAY, LOOK])
    user = factories.make_user(Role.GLA_MANAGER, "HDF")
    factories.grant(user=user, role=Role.SOCIAL_WORKER, territory=factories.make_territory("IDF"))
    assert offered(user, contract)[1] == ["Compte"]


def test_a_state_offers_its_own_acts(contract, monkeypatch):
    """What the state forbids is not shown."""
    only = frozenset({ContractStatus.ENDED})
    monkeypatch.setattr(acts, "ACTS", [replace(PAY, states=only), LOOK])
    assert offered(factories.make_user(), contract)[1] == ["Compte"]


def test_a_condition_decides_within_a_state(monkeypatch):
    """Insured or not, near its end or not."""
    today = clock.today()
    line = Act(
        "residents:contract-history", "Assurer", "x", EVERY, first_in=EVERY,
        first_if=acts._uninsured,
    )  # fmt: skip
    monkeypatch.setattr(acts, "ACTS", [line])
    contract = factories.make_contract()
    user = factories.make_user()
    assert offered(user, contract)[0].primary.label == "Assurer"
    factories.make_insurance(contract, ends_on=today + timedelta(days=1))
    menu, labels = offered(user, contract)
    assert (menu.primary, labels) == (None, ["Assurer"])


def test_every_line_of_the_table_names_known_states():
    """And what comes first somewhere is possible there."""
    for act in acts.ACTS:
        assert act.states, act.label
        assert act.first_in <= act.states, act.label


def test_the_page_shows_the_menu_and_its_tabs(client_for, contract):
    """Acts by right; the history is a tab of its own."""
    client = client_for(factories.make_user())
    text = client.get(reverse("residents:contract-detail", args=[contract.pk])).content.decode()
    assert "Enregistrer un paiement" in text
    assert reverse("residents:contract-history", args=[contract.pk]) in text
    officer = factories.make_user(Role.MISSION_OFFICER, "IDF")
    home = contract.terms.get().room.colocation
    home.mission_officer = officer
    home.save()
    text = (
        client_for(officer)
        .get(reverse("residents:contract-detail", args=[contract.pk]))
        .content.decode()
    )
    assert "Enregistrer un paiement" not in text
    assert "/historique/" not in text
