"""A month billed by mistake: tried while it is typed, then corrected with a reason."""

import uuid
from decimal import Decimal

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from payments.enums import EntryKind
from payments.models import Entry
from payments.services.openings import OpeningBalance, take_over_balances
from tests import factories
from tests.payments.views.conftest import term_of


def address(contract, month):
    return reverse("payments:term-correct", args=[term_of(contract, month).pk])


def filled(**more):
    return {"key": str(uuid.uuid4()), "fee": "150", "charges": "0", "reason": "saisie", **more}


def test_what_it_changes_is_shown_while_it_is_typed(client_for, manager, contract, closed):
    client, url = client_for(manager), address(contract, closed)
    assert "200,00" in client.get(url).text
    answer = client.htmx("post", f"{url}?essai=1", filled(reason=""), target="essai")
    assert "régularisés en faveur de la personne" in answer.text
    assert "<html" not in answer.text
    assert not Entry.objects.filter(kind=EntryKind.ADJUSTMENT).exists()


def test_a_month_is_corrected_once(client_for, manager, contract, closed):
    client, url, data = client_for(manager), address(contract, closed), filled()
    first = client.post(url, data, follow=True)
    assert "est corrigé de" in first.text
    assert "au lieu de" in first.text
    assert "déjà enregistrée" in client.post(url, data, follow=True).text
    assert term_of(contract, closed).adjusted_amount == Decimal(50)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": ""}, "obligatoire"),
        ({"fee": "-3"}, "est pas négatif"),
        ({"fee": "200"}, "vaut déjà"),
        ({"fee": "cent"}, "montant en euros"),
    ],
)
def test_what_is_wrong_is_said(client_for, manager, contract, closed, changes, message):
    answer = client_for(manager).post(address(contract, closed), filled(**changes))
    assert message in answer.text
    assert not Entry.objects.filter(kind=EntryKind.ADJUSTMENT).exists()


def test_who_prepares_does_not_correct(client_for, contract, closed):
    assistant = factories.make_user(Role.GLA_ASSISTANT, "IDF")
    client = client_for(assistant)
    assert client.post(address(contract, closed), filled()).status_code == 403
    account = client.get(reverse("payments:account-detail", args=[contract.number]))
    assert "Corriger ce mois" not in account.text


def test_a_balance_taken_over_is_not_corrected_here(client_for, manager, contract, month):
    balance = OpeningBalance(contract, Decimal(10))
    take_over_balances(balances=[balance], on=month.first, actor=manager)
    url = reverse("payments:term-correct", args=[contract.bills.get().pk])
    assert "ne se corrige pas" in client_for(manager).get(url).text
    assert client_for(manager).post(url, filled()).status_code == 200
    assert not Entry.objects.filter(kind=EntryKind.ADJUSTMENT).exists()
