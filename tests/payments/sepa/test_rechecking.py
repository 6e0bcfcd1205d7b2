"""A file goes only as long as what it holds is still to be debited."""

from datetime import date

import pytest
from django.urls import reverse

from payments.enums import BatchState, DebitState
from payments.models import DebitBatch, Mandate
from payments.selectors.mandates import said_in_flight
from payments.services.closing import close_month
from payments.services.collecting import CollectRefused, cancel_debits, send_debits
from payments.services.mandates import resume_mandate, suspend_mandate
from residents.models import Contract
from tests.payments.sepa.conftest import (
    IBANS,
    MONTH,
    TODAY,
    debited,
    mandate_of,
    pay_more,
    prepared,
)


def refused(batch, actor):
    with pytest.raises(CollectRefused) as caught:
        send_debits(batch=batch, today=TODAY, actor=actor)
    batch.refresh_from_db()
    assert batch.state == BatchState.PREPARED
    return str(caught.value.message).replace("\xa0", " ").replace("\u202f", " ")


def change(contract, what):
    mandates = Mandate.objects.filter(contract=contract)
    contracts = Contract.objects.filter(pk=contract.pk)
    {
        "suspended": lambda: mandates.update(suspended_on=TODAY, suspended_reason="x"),
        "revoked": lambda: mandates.update(revoked_on=TODAY, revoked_reason="x"),
        "lapsed": lambda: mandates.update(signed_on=date(2023, 11, 1)),
        "moved": lambda: contracts.update(payment_method="CASH"),
    }[what]()


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("suspended", "le mandat est suspendu"),
        ("revoked", "le mandat est révoqué"),
        ("lapsed", "le mandat est caduc"),
        ("moved", "il ne se paie plus par prélèvement : espèces"),
    ],
)
def test_what_may_no_longer_be_debited_stops_the_file(contract, actor, what, said):
    batch = prepared(actor)
    change(contract, what)
    message = refused(batch, actor)
    assert f"{contract.number} ({said}" in message
    assert "Annulez cette remise" in message


@pytest.mark.parametrize(
    ("paid", "said"),
    [
        ("200.00", "200,00 € à prélever, mais ce mois est réglé depuis"),
        ("50.00", "200,00 € à prélever, mais il ne reste que 150,00 € à payer"),
    ],
)
def test_what_was_paid_meanwhile_is_not_taken_twice(contract, actor, paid, said):
    other = debited(IBANS[1], fee="300.00")
    close_month(month=MONTH, actor=actor)
    batch = prepared(actor)
    pay_more(contract, actor, paid)
    message = refused(batch, actor)
    assert f"{contract.number} ({said})" in message
    assert other.number not in message


def test_cancelled_and_prepared_again_it_goes(contract, actor):
    debited(IBANS[1], fee="300.00")
    close_month(month=MONTH, actor=actor)
    batch = prepared(actor)
    suspend_mandate(mandate=mandate_of(contract), reason="x", today=TODAY, actor=actor)
    refused(batch, actor)
    cancel_debits(batch=batch, reason="mandat suspendu", today=TODAY, actor=actor)
    again = send_debits(batch=prepared(actor), today=TODAY, actor=actor)
    assert (again.state, again.count) == (BatchState.SENT, 1)


def test_taken_up_again_before_the_file_goes_it_goes(contract, actor):
    batch = prepared(actor)
    mandate = suspend_mandate(mandate=mandate_of(contract), reason="x", today=TODAY, actor=actor)
    resume_mandate(mandate=mandate, actor=actor)
    assert send_debits(batch=batch, today=TODAY, actor=actor).is_sent


def test_suspending_says_what_becomes_of_a_debit_in_a_file(contract, actor, client_for):
    mandate = mandate_of(contract)
    assert said_in_flight(mandate) == ""
    batch = prepared(actor)
    assert "n'est pas envoyée" in said_in_flight(mandate)
    send_debits(batch=batch, today=TODAY, actor=actor)
    client = client_for(actor)
    page = reverse("payments:mandate-suspend", args=[mandate.pk])
    assert f"{batch}, déjà envoyée" in client.get(page).text
    answer = client.post(page, {"reason": "demande"}, follow=True)
    assert "Mandat suspendu." in answer.text
    assert "sauf si la banque" in answer.text
    assert batch.debits.get().state == DebitState.WAITING


def test_the_page_of_a_file_that_no_longer_holds_says_so(contract, actor, director, client_for):
    batch = prepared(actor)
    address = reverse("payments:debit-batch", args=[batch.pk])
    client = client_for(director)
    assert "ne tient plus" not in client.get(address).text
    change(contract, "suspended")
    DebitBatch.objects.update(collect_on=date(2020, 1, 2))
    shown = client.get(address).text
    assert "Cette remise ne tient plus" in shown
    # Its day past, it may still be cancelled.
    assert reverse("payments:debit-cancel", args=[batch.pk]) in shown
