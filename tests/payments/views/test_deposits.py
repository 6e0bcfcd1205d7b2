"""The deposit's tab: received, prepared, approved by another, refunded, and what is left."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from payments.models import DepositSettlement
from payments.selectors.deposits import deposit_sheet
from residents.enums import ContractKind, ContractStatus, ExitKind
from residents.models import Contract
from tests import factories

DEPOSIT = Decimal("400.00")


@pytest.fixture
def lease(manager):
    """A furnished lease that began ten days ago and asks for 400 €."""
    return factories.make_contract(
        kind=ContractKind.LEASE_89_FURN,
        starts_on=clock.today() - timedelta(days=10),
        fee="0.00",
        deposit=DEPOSIT,
        number="BM-1",
    )


@pytest.fixture
def left(lease, client_for, manager):
    """The deposit is held, somebody left today, everything is billed."""
    received(client_for(manager), lease)
    day = clock.today()
    lease.terms.update(ends_on=day)
    lease.holders.update(ends_on=day)
    Contract.objects.filter(pk=lease.pk).update(
        ends_on=day,
        status=ContractStatus.ENDED,
        exit_kind=ExitKind.AGREEMENT,
        left_on=day,
        keys_returned_on=day,
        exit_inventory_conforms=True,
        new_address="3 rue Neuve",
    )
    lease.refresh_from_db()
    return lease


def address(name, contract):
    return reverse(f"payments:{name}", args=[contract.pk])


def movement(**more):
    day = clock.today().isoformat()
    facts = {"key": str(uuid.uuid4()), "amount": "400", "means": "TRANSFER", "on": day}
    return {**facts, "payer": "RESIDENT", "note": "", **more}


def received(client, contract, **more):
    return client.post(address("deposit-record", contract), movement(**more), follow=True)


def settlement(set_off="0", lines=()):
    data = {"set_off": set_off, "retenue-INITIAL_FORMS": 0, "retenue-TOTAL_FORMS": 3}
    for index, (label, amount, why) in enumerate(lines):
        data |= {
            f"retenue-{index}-label": label,
            f"retenue-{index}-amount": amount,
            f"retenue-{index}-justification": why,
        }
    return data


OVEN = ("Four", "80,00", "devis du 12 septembre")


def test_the_tab_says_what_is_asked_and_offers_to_record_it(client_for, manager, lease):
    client = client_for(manager)
    shown = client.get(address("contract-deposit", lease)).text
    assert "il manque" in shown
    assert "Enregistrer le dépôt" in shown
    assert "enregistrés" in received(client, lease).text
    assert deposit_sheet(lease, clock.today()).held == DEPOSIT


def test_more_than_what_is_asked_is_refused(client_for, manager, lease):
    assert "dépassent ce qui manque" in received(client_for(manager), lease, amount="401").text


def test_it_is_tried_prepared_then_approved_by_the_director(client_for, manager, left):
    client, url = client_for(manager), address("settlement-prepare", left)
    shown = client.htmx("post", f"{url}?essai=1", settlement(lines=[OVEN]), target="essai")
    assert "320,00" in shown.text
    assert "<html" not in shown.text
    assert not DepositSettlement.objects.exists()
    client.post(url, settlement(lines=[OVEN]))
    found = DepositSettlement.objects.get()
    assert found.refund == Decimal(320)
    approve = reverse("payments:settlement-approve", args=[found.pk])
    assert client.get(approve).status_code == 403
    director = client_for(factories.make_user(Role.DIRECTOR, "*"))
    assert "320,00" in director.get(approve).text
    assert "à rembourser" in director.post(approve, follow=True).text
    found.refresh_from_db()
    assert found.is_approved
    assert deposit_sheet(left, clock.today()).refund == Decimal(320)


def test_a_deduction_without_its_reason_is_refused(client_for, manager, left):
    data = settlement(lines=[("Four", "80", "")])
    shown = client_for(manager).post(address("settlement-prepare", left), data)
    assert "un objet, un montant et une justification" in shown.text
    assert not DepositSettlement.objects.exists()


def test_it_may_be_corrected_until_it_is_approved_and_taken_back(client_for, manager, left):
    client, url = client_for(manager), address("settlement-prepare", left)
    client.post(url, settlement(lines=[OVEN]))
    assert "devis du 12 septembre" in client.get(url).text
    client.post(url, settlement())
    found = DepositSettlement.objects.get()
    assert found.refund == DEPOSIT
    cancel = reverse("payments:settlement-cancel", args=[found.pk])
    assert client.get(cancel).status_code == 200
    client.post(cancel, {"reason": "retenue contestée"})
    found.refresh_from_db()
    assert found.state == "CANCELLED"


def test_a_refund_is_recorded_and_the_contract_may_close(client_for, manager, left):
    client = client_for(manager)
    client.post(address("settlement-prepare", left), settlement())
    director = client_for(factories.make_user(Role.DIRECTOR, "*"))
    found = DepositSettlement.objects.get()
    director.post(reverse("payments:settlement-approve", args=[found.pk]))
    tab = client.get(address("contract-deposit", left)).text
    assert "Enregistrer le remboursement" in tab
    assert "sont à rembourser" in tab
    client.post(address("refund-record", left), movement())
    assert "sont à rembourser" not in client.get(address("contract-deposit", left)).text
    client.post(reverse("residents:contract-close", args=[left.pk]))
    left.refresh_from_db()
    assert left.status == ContractStatus.CLOSED


def test_a_movement_by_mistake_is_taken_back(client_for, manager, lease):
    client = client_for(manager)
    received(client, lease)
    entry = deposit_sheet(lease, clock.today()).receipts[0].entry
    url = reverse("payments:deposit-reverse", args=[entry.pk])
    assert client.get(url).status_code == 200
    client.post(url, {"reason": "sans provision", "on": clock.today().isoformat()})
    assert deposit_sheet(lease, clock.today()).held == 0
    assert "Déjà annulé" in client.get(url).text
    assert "sans provision" in client.get(address("contract-deposit", lease)).text


def test_social_workers_read_it_and_officers_do_not(client_for, lease):
    social = client_for(factories.make_user(Role.SOCIAL_WORKER))
    shown = social.get(address("contract-deposit", lease))
    assert shown.status_code == 200
    assert "Enregistrer le dépôt" not in shown.text
    officer = factories.make_user(Role.MISSION_OFFICER)
    lease.terms.get().room.colocation.__class__.objects.update(mission_officer=officer)
    client = client_for(officer)
    assert client.get(address("contract-deposit", lease)).status_code == 403
    detail = client.get(reverse("residents:contract-detail", args=[lease.pk])).text
    assert address("contract-deposit", lease) not in detail
