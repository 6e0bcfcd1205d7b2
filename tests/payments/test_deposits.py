"""Deposits: received apart, returned once, to whom paid them, by two people, with their clock."""

from datetime import date
from decimal import Decimal

import pytest

from caracol.accounts.enums import Role
from caracol.core.periods import Month
from payments.enums import AccountKind, Payer, PaymentMeans, SettlementState
from payments.models import DepositSettlement, Posting, Term
from payments.selectors.deposits import credits_of, deposit_sheet, deposits_to_return
from payments.services.accounts import account_of
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.depositing import (
    DepositRefused,
    record_deposit,
    record_refund,
    reverse_deposit,
)
from payments.services.posting import KeyReusedForAnotherFact
from payments.services.receiving import record_payment
from payments.services.settling import (
    Deduction,
    SettlementRefused,
    approve_settlement,
    cancel_settlement,
    prepare_settlement,
)
from residents.enums import ContractKind, ContractStatus, ExitKind
from residents.models import Contract
from tests import factories

D = Decimal
TODAY = date(2026, 11, 23)
LEFT = date(2026, 9, 10)
OVEN = Deduction("Four", D("80.00"), "état des lieux, devis du 12 septembre")


@pytest.fixture
def actor(association):
    yield factories.make_user(Role.GLA_MANAGER)
    report = check_ledger()
    assert report.ok, report.failures


@pytest.fixture
def director(db):
    return factories.make_user(Role.DIRECTOR, "*")


@pytest.fixture
def contract(actor):
    """A furnished lease of 400 € a month that asks for a deposit of 400 €, from August on."""
    return factories.make_contract(
        kind=ContractKind.LEASE_89_FURN,
        starts_on=date(2026, 8, 1),
        ends_on=date(2027, 7, 31),
        fee="400.00",
        deposit=D(400),
    )


def deposit(contract, actor, amount="400.00", *, key="d", payer=Payer.RESIDENT):
    return record_deposit(
        key=key,
        contract=contract,
        amount=D(amount),
        means=PaymentMeans.CHEQUE,
        received_on=date(2026, 8, 1),
        today=TODAY,
        payer=payer,
        actor=actor,
    )


def pay(contract, actor, amount, *, key="p", payer=Payer.RESIDENT, month=None):
    record_payment(
        key=key,
        contract=contract,
        amount=D(amount),
        means=PaymentMeans.CASH,
        received_on=TODAY,
        today=TODAY,
        payer=payer,
        month=month,
        actor=actor,
    )


def leave(contract, actor, *, address="3 rue Neuve", conforms=True):
    """Somebody left on 10 September: August and ten days of September are billed."""
    contract.terms.update(ends_on=LEFT)
    contract.holders.update(ends_on=LEFT)
    Contract.objects.filter(pk=contract.pk).update(
        ends_on=LEFT,
        status=ContractStatus.ENDED,
        exit_kind=ExitKind.AGREEMENT,
        left_on=LEFT,
        keys_returned_on=LEFT,
        exit_inventory_conforms=conforms,
        new_address=address,
    )
    contract.refresh_from_db()
    for month in (8, 9):
        close_month(month=Month(2026, month), actor=actor)


def prepare(contract, actor, deductions=(), set_off="0", today=TODAY):
    return prepare_settlement(
        contract=contract, deductions=deductions, set_off=D(set_off), today=today, actor=actor
    )


def balance(contract, kind=AccountKind.RECEIVABLE):
    return account_of(contract, kind).balance


# --- Received -----------------------------------------------------------------------------------
def test_a_deposit_is_a_debt_and_pays_no_term(contract, actor):
    close_month(month=Month(2026, 8), actor=actor)
    deposit(contract, actor)
    assert balance(contract, AccountKind.DEPOSIT_HELD) == D(-400)
    assert balance(contract) == D(400)
    assert Term.objects.get().paid_amount == 0


def test_it_is_recorded_once_and_never_above_what_is_asked(contract, actor):
    deposit(contract, actor, "300.00")
    assert deposit(contract, actor, "300.00").new is False
    with pytest.raises(KeyReusedForAnotherFact):
        deposit(contract, actor, "200.00")
    with pytest.raises(DepositRefused, match="dépassent ce qui manque"):
        deposit(contract, actor, "101.00", key="d2")
    deposit(contract, actor, "100.00", key="d2", payer=Payer.FSL)
    assert deposit_sheet(contract, TODAY).held_by_payer == {"RESIDENT": D(300), "FSL": D(100)}


@pytest.mark.parametrize(
    ("facts", "match"),
    [({"amount": "0"}, "supérieur à zéro"), ({"payer": Payer.CAF}, "CAF ne verse pas")],
)
def test_what_cannot_be_received_is_refused(contract, actor, facts, match):
    with pytest.raises(DepositRefused, match=match):
        deposit(contract, actor, **facts)


def test_a_bounced_cheque_is_taken_back_and_the_deposit_asked_again(contract, actor):
    entry = deposit(contract, actor).entry
    facts = {"on": TODAY, "today": TODAY, "actor": actor}
    reverse_deposit(entry=entry, reason="sans provision", **facts)
    sheet = deposit_sheet(contract, TODAY)
    assert (sheet.held, sheet.missing) == (D(0), D(400))
    deposit(contract, actor, key="d2")
    leave(contract, actor)
    prepare(contract, actor)
    again = deposit_sheet(contract, TODAY).receipts[0].entry
    with pytest.raises(DepositRefused, match="engagée"):
        reverse_deposit(entry=again, reason="sans provision", **facts)


# --- Returned -----------------------------------------------------------------------------------
def test_it_is_to_be_returned_from_the_keys_and_costs_ten_percent_a_month_begun_late(
    contract, actor, director
):
    deposit(contract, actor)
    leave(contract, actor)
    pay(contract, actor, "533.33")
    on = date(2026, 12, 13)  # due on 10 October: two months and three days late
    assert deposits_to_return(Contract.objects.all()).get() == contract
    assert deposit_sheet(contract, on).clock.penalty == D(120)
    settlement = approve_settlement(
        settlement=prepare(contract, actor, today=on), today=on, actor=director
    )
    assert (settlement.penalty, settlement.refund) == (D(120), D(520))
    assert balance(contract, AccountKind.DEPOSIT_HELD) == 0
    assert balance(contract, AccountKind.REFUND_DUE) == D(-520)
    assert not deposits_to_return(Contract.objects.all()).exists()


def test_deductions_and_arrears_are_lines_of_their_own(contract, actor, director):
    deposit(contract, actor)
    leave(contract, actor, address="")
    pay(contract, actor, "433.33")
    prepared = prepare(contract, actor, [OVEN], "100.00")
    assert balance(contract) == D(100)  # nothing is posted before approval
    done = approve_settlement(settlement=prepared, today=TODAY, actor=director)
    assert balance(contract) == 0
    assert done.statement["deductions"] == [
        {"label": "Four", "amount": "80.00", "detail": OVEN.justification}
    ]
    assert done.statement["returned"] == {"RESIDENT": "220.00"}
    kept = Posting.objects.get(account__kind=AccountKind.DEPOSIT_KEPT)
    assert kept.amount == D(-80)


def test_what_a_third_party_paid_returns_to_it(contract, actor, director):
    deposit(contract, actor, "300.00", payer=Payer.FSL)
    deposit(contract, actor, "100.00", key="d2")
    leave(contract, actor, address="")
    approve_settlement(settlement=prepare(contract, actor, [OVEN]), today=TODAY, actor=director)
    assert deposit_sheet(contract, TODAY).to_refund == {"FSL": D(300), "RESIDENT": D(20)}
    refund(contract, actor, "300.00", Payer.FSL)
    with pytest.raises(DepositRefused, match="dépassent"):
        refund(contract, actor, "1.00", Payer.FSL, key="r2")
    assert deposit_sheet(contract, TODAY).to_refund == {"RESIDENT": D(20)}


def test_an_advance_and_aid_above_the_last_month_are_given_back_too(contract, actor, director):
    leave(contract, actor, address="")
    september = Month(2026, 9)
    pay(contract, actor, "200.00", key="aid", payer=Payer.CAF, month=september)
    pay(contract, actor, "430.00")
    assert [(c.payer, c.amount) for c in credits_of(contract)] == [
        ("CAF", D("66.67")),
        ("RESIDENT", D(30)),
    ]
    done = approve_settlement(settlement=prepare(contract, actor), today=TODAY, actor=director)
    assert (done.credit, done.refund, balance(contract)) == (D("96.67"), D("96.67"), D(0))
    assert {term.paid_amount for term in Term.objects.all()} == {D(400), D("133.33")}


def refund(contract, actor, amount, payer=Payer.RESIDENT, key="r"):
    return record_refund(
        key=key,
        contract=contract,
        payer=payer,
        amount=D(amount),
        means=PaymentMeans.TRANSFER,
        paid_on=TODAY,
        today=TODAY,
        actor=actor,
    )


# --- Two people ---------------------------------------------------------------------------------
def test_who_prepares_does_not_approve_and_only_the_director_does(contract, actor, director):
    deposit(contract, actor)
    leave(contract, actor)
    prepared = prepare(contract, director)
    with pytest.raises(SettlementRefused, match="une autre personne"):
        approve_settlement(settlement=prepared, today=TODAY, actor=director)
    with pytest.raises(SettlementRefused, match="La direction approuve"):
        approve_settlement(settlement=prepared, today=TODAY, actor=actor)
    other = factories.make_user(Role.DIRECTOR, "*")
    approve_settlement(settlement=prepared, today=TODAY, actor=other)
    with pytest.raises(SettlementRefused, match="déjà approuvée"):
        approve_settlement(settlement=prepared, today=TODAY, actor=other)


def test_prepared_again_it_replaces_what_was_proposed(contract, actor):
    deposit(contract, actor)
    leave(contract, actor)
    first = prepare(contract, actor, [OVEN])
    again = prepare(contract, actor)
    assert (again.pk, again.deductions.count(), again.kept) == (first.pk, 0, D(0))


def test_an_approval_is_taken_back_until_money_left(contract, actor, director):
    deposit(contract, actor)
    leave(contract, actor, address="")
    prepared = prepare(contract, actor, [OVEN], "100.00")
    facts = {"today": TODAY, "actor": director}
    approve_settlement(settlement=prepared, **facts)
    with pytest.raises(SettlementRefused, match="La direction annule"):
        cancel_settlement(settlement=prepared, reason="erreur", today=TODAY, actor=actor)
    cancel_settlement(settlement=prepared, reason="retenue contestée", **facts)
    assert balance(contract, AccountKind.DEPOSIT_HELD) == D(-400)
    assert balance(contract) == D("533.33")
    again = approve_settlement(settlement=prepare(contract, actor), **facts)
    refund(contract, actor, "400.00")
    with pytest.raises(SettlementRefused, match="déjà parti"):
        cancel_settlement(settlement=again, reason="erreur", **facts)
    assert DepositSettlement.objects.filter(state=SettlementState.CANCELLED).count() == 1


# --- Refused ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("deductions", "set_off", "match"),
    [
        ([Deduction("Four", D(80), " ")], "0", "une justification"),
        ([Deduction("Four", D(-1), "devis")], "0", "supérieure à zéro"),
        ([Deduction("Four", D(401), "devis")], "0", "pas plus que ce qui est détenu"),
        ([], "533.34", "ne doit que"),
    ],
)
def test_what_may_not_be_kept_is_refused(contract, actor, deductions, set_off, match):
    deposit(contract, actor)
    leave(contract, actor)
    with pytest.raises(SettlementRefused, match=match):
        prepare(contract, actor, deductions, set_off)


def test_it_waits_for_the_departure_the_keys_and_the_last_bill(contract, actor):
    deposit(contract, actor)
    with pytest.raises(SettlementRefused, match="départ n'est pas enregistré"):
        prepare(contract, actor)
    leave(contract, actor)
    Contract.objects.update(keys_returned_on=None)
    contract.refresh_from_db()
    with pytest.raises(SettlementRefused, match="clés ne sont pas rendues"):
        prepare(contract, actor)


def test_nothing_held_is_nothing_to_return(contract, actor):
    leave(contract, actor)
    with pytest.raises(SettlementRefused, match="ni dépôt ni avance"):
        prepare(contract, actor)


def test_its_sheet_asks_as_much_for_many_movements(contract, actor, query_count):
    def asked():
        with query_count() as counted:
            sheet = deposit_sheet(contract, TODAY)
            assert [sheet.held, sheet.refund, sheet.receipts, sheet.clock]
        return counted.value

    deposit(contract, actor, "10.00")
    few = asked()
    for number in range(10):
        deposit(contract, actor, "10.00", key=f"d{number}")
    assert asked() == few
