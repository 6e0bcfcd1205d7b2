"""Aid that the bank has not shown leaves by no refund; what it has shown, and other money, does."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from caracol.accounts.enums import Role
from payments.calculations.awaited import held_back
from payments.enums import Payer, PaymentMeans, RefundSource, RefundState
from payments.models import BankLine, CafStatement, Refund
from payments.selectors.awaited_aid import waiting_for_caf
from payments.selectors.refunds import owed_on, owed_on_all, returnable
from payments.services.caf_naming import name_line
from payments.services.caf_ties import tie, untie
from payments.services.depositing import DepositRefused, record_refund
from payments.services.receiving import record_payment
from payments.services.refund_sending import send_refunds
from payments.services.refunding import AidAwaited, approve_refund, prepare_refund
from payments.worklist.bank import bank_work
from residents.models import Contract
from tests import factories
from tests.payments.sepa.conftest import IBANS
from tests.payments.test_banking import entry as bank_entry
from tests.payments.test_caf import (
    CREDIT,
    TODAY,
    bank,
    bill,
    imported,
    line,
    lodge,
    statement,
)

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _association(association, settings, tmp_path):
    """The association; its files in a folder of the test."""
    association.iban = "FR7699999000010001234567809"
    association.save()
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}


@pytest.fixture
def actor():
    return factories.make_user()


@pytest.fixture
def contract(actor):
    return lodge("Diallo", "Amina", "0123456")


@pytest.fixture
def director():
    return factories.make_user(Role.DIRECTOR, "*")


def surplus(actor):
    """60 € of aid above November, by a statement that no credit pays yet."""
    bill(actor, "2026-11", "2026-12")
    imported(statement(line("123456", "450.00")), actor)
    return CafStatement.objects.get()


def shown(actor, amount="450.00"):
    """The bank shows the credit, and it is tied."""
    bank(bank_entry(amount, **CREDIT))
    tie(
        statements=[CafStatement.objects.get()],
        credits=[BankLine.objects.get(amount=D(amount))],
        today=TODAY,
        actor=actor,
    )


def prepare(contract, actor, amount="60.00", source=RefundSource.DUE):
    return prepare_refund(
        contract=contract,
        source=source,
        payer=Payer.RESIDENT,
        amount=D(amount),
        beneficiary="Amina Diallo",
        iban=IBANS[0],
        today=TODAY,
        actor=actor,
    )


def pay(contract, actor, amount):
    record_payment(
        key=f"awaited-{amount}",
        contract=contract,
        amount=D(amount),
        means=PaymentMeans.CASH,
        received_on=date(2026, 12, 1),
        today=TODAY,
        actor=actor,
    )


def told(contract):
    return [(one.source, one.amount, one.awaited) for one in owed_on(contract)]


def test_a_surplus_waits_for_its_credit_and_says_which(contract, actor, director):
    surplus(actor)
    assert told(contract) == [("DUE", D(0), D(60))]
    with pytest.raises(AidAwaited, match=r"B202612-75 \(CAF.*5 décembre 2026\).*rapproch"):
        prepare(contract, actor)
    with pytest.raises(DepositRefused, match="B202612-75"):
        record_refund(
            key="k",
            contract=contract,
            payer=Payer.RESIDENT,
            amount=D(60),
            means=PaymentMeans.CASH,
            paid_on=TODAY,
            today=TODAY,
            actor=actor,
        )
    shown(actor)
    assert told(contract) == [("DUE", D(60), D(0))]
    approve_refund(refund=prepare(contract, actor), today=TODAY, actor=director)
    assert send_refunds(today=TODAY, actor=director).total == D(60)


def test_a_credit_detached_meanwhile_stops_the_approval_then_the_file(
    contract,
    actor,
    director,
):
    paid = surplus(actor)
    shown(actor)
    refund = prepare(contract, actor)
    untie(statement=paid, today=TODAY, reason="mauvais crédit", actor=actor)
    with pytest.raises(AidAwaited):
        approve_refund(refund=refund, today=TODAY, actor=director)
    tie(
        statements=[paid],
        credits=[BankLine.objects.get(amount=D(450))],
        today=TODAY,
        actor=actor,
    )
    approve_refund(refund=refund, today=TODAY, actor=director)
    untie(statement=paid, today=TODAY, reason="mauvais crédit", actor=actor)
    with pytest.raises(Exception, match="B202612-75"):
        send_refunds(today=TODAY, actor=director)
    assert Refund.objects.get().state == RefundState.APPROVED
    other = lodge("Keita", "Moussa", "0999")
    pay(other, actor, "1500.00")
    more = prepare(other, actor, "20.00", RefundSource.ACCOUNT)
    approve_refund(refund=more, today=TODAY, actor=director)
    assert send_refunds(today=TODAY, actor=director).count == 1
    assert list(waiting_for_caf(Refund.objects.all())) == [refund.pk]


def test_an_advance_that_aid_makes_waits_and_own_money_does_not(contract, actor):
    """The month is paid by the person, then again by the CAF: what is over is the CAF's."""
    bill(actor, "2026-11", "2026-12")
    pay(contract, actor, "800.00")
    assert told(contract) == [("ACCOUNT", D(20), D(0))]
    imported(statement(line("123456", "100.00")), actor)
    assert told(contract) == [("ACCOUNT", D(20), D(100))]
    with pytest.raises(AidAwaited, match="20,00\xa0€ peuvent être rendus aujourd'hui"):
        prepare(contract, actor, "21.00", RefundSource.ACCOUNT)
    prepare(contract, actor, "20.00", RefundSource.ACCOUNT)
    assert told(contract) == [("ACCOUNT", D(0), D(100))]


def test_a_line_moved_to_another_contract_is_held_where_it_stands(contract, actor):
    surplus(actor)
    other = lodge("Sow", "Fatou", "0555")
    found = CafStatement.objects.get().lines.get()
    name_line(line=found, contract=other, today=TODAY, actor=actor)
    assert told(contract) == []
    assert {one.awaited for one in owed_on(other)} <= {D(450), D(60)}
    assert all(not one.amount for one in owed_on(other))


def test_the_page_of_refunds_says_what_it_waits_for(contract, actor, client_for):
    paid = surplus(actor)
    client = client_for(factories.make_user(Role.DIRECTOR, "*"))
    page = client.get(reverse("payments:refund-list")).text
    link = reverse("payments:caf-detail", args=[paid.pk])
    assert "en attente du crédit de la CAF" in page
    assert link in page
    form = client.get(reverse("payments:refund-prepare", args=[contract.pk])).text
    assert link in form
    assert 'name="iban"' not in form


def test_the_day_names_a_statement_whose_credit_is_late(contract, actor):
    """Paid on the fifth: a week later, and until its credit is tied."""
    paid = surplus(actor)

    def said(today):
        return [one for one in bank_work(actor, today).items if one.kind == "caf-credit"]

    assert said(date(2026, 12, 12)) == []
    (one,) = said(date(2026, 12, 13))
    assert "B202612-75" in one.title
    assert one.url == reverse("payments:caf-detail", args=[paid.pk])
    shown(actor)
    assert said(date(2026, 12, 13)) == []


def test_queries_do_not_follow_the_contracts(actor, query_count):
    counted = []
    for ranks in (range(2), range(2, 8)):
        for rank in ranks:
            lodge("Ba", f"Awa{rank}", f"77{rank}")
        bill(actor, "2026-11")
        rows = [line(f"77{rank}", "450.00") for rank in ranks]
        imported(statement(*rows, number=f"B2026-{len(ranks)}"), actor)
        with query_count() as asked:
            found = owed_on_all(list(Contract.objects.order_by("pk")))
        counted.append(asked.value)
        assert all(one.awaited == D(60) and not one.amount for one in found)
    assert counted[0] == counted[1]
    assert len(returnable(Contract.objects.all(), TODAY).first) == 8


MONEY = st.integers(-50_000, 50_000).map(lambda cents: D(cents) / 100)
MONTHS = st.sampled_from([date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1), None])
AWAITED = st.dictionaries(st.tuples(st.integers(1, 4), MONTHS), MONEY, max_size=8)
MOVED = st.dictionaries(MONTHS, MONEY, max_size=4)


@given(AWAITED, MOVED)
def test_whatever_is_awaited_all_of_it_is_held_once(awaited, moved):
    found = held_back(awaited, moved)
    assert found.due >= 0
    assert found.account >= 0
    assert found.due <= sum((max(out, D(0)) for out in moved.values()), D(0))
    by_statement = {number for number, _month in awaited}
    for number in by_statement:
        brought = sum((a for (one, _m), a in awaited.items() if one == number), D(0))
        assert found.due + found.account >= brought


@given(AWAITED, MOVED, MONEY)
def test_one_more_statement_never_frees_anything(awaited, moved, amount):
    before = held_back(awaited, moved)
    after = held_back({**awaited, (9, date(2026, 10, 1)): amount}, moved)
    assert after.due >= before.due
    assert after.due + after.account >= before.due + before.account


def test_nothing_awaited_holds_nothing():
    assert held_back({}, {date(2026, 9, 1): D(60)}) == held_back({}, {})
