"""Refunds: two people, one file, posted when the bank shows them."""

import json
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from caracol.parameters.models import Parameter
from payments.enums import AccountKind, Payer, RefundSource, RefundState
from payments.models import Refund
from payments.selectors.deposits import deposit_sheet
from payments.selectors.refunds import contestable_debit, owed_on
from payments.services.accounts import account_of, shared_account
from payments.services.allocating import reallocate
from payments.services.mandates import IbanInvalid
from payments.services.posting import Line, post
from payments.services.reconciling import undo_line
from payments.services.refund_sending import send_refunds
from payments.services.refunding import (
    RefundRefused,
    approve_refund,
    cancel_refund,
    prepare_refund,
)
from payments.writers.checks import SCHEMAS
from payments.writers.pain import write_transfers
from payments.writers.shapes import Party, TransferFile, TransferOrder
from tests import factories
from tests.payments.lines import make_line
from tests.payments.sepa.conftest import (
    DAY,
    IBANS,
    TODAY,
    collected,
    in_transit,
    owed,
    pay_more,
    report,
    suspense,
    told,
)
from tests.payments.sepa.test_returning import tie

D = Decimal


@pytest.fixture
def rich(contract, actor):
    """The contract paid 350 € for a month of 200: 150 in advance."""
    pay_more(contract, actor)
    return contract


def prepare(contract, actor, amount="150.00", **facts):
    return prepare_refund(
        **{
            "contract": contract,
            "source": RefundSource.ACCOUNT,
            "payer": Payer.RESIDENT,
            "amount": D(amount),
            "beneficiary": "Amina Diallo",
            "iban": IBANS[0],
            "today": TODAY,
            "actor": actor,
            **facts,
        }
    )


def due(contract):
    return -account_of(contract, AccountKind.REFUND_DUE).balance


def sent(contract, actor, director):
    refund = prepare(contract, actor)
    approve_refund(refund=refund, today=TODAY, actor=director)
    send_refunds(today=TODAY, actor=director)
    return Refund.objects.get(pk=refund.pk)


def test_from_the_account_to_the_bank(rich, actor, director):
    assert [(one.amount, one.source) for one in owed_on(rich)] == [(D(150), "ACCOUNT")]
    refund = prepare(rich, actor)
    assert (owed(rich), owed_on(rich)) == (D(-150), [])
    approve_refund(refund=refund, today=TODAY, actor=director)
    assert (owed(rich), due(rich), owed_on(rich)) == (0, D(150), [])
    batch = send_refunds(today=TODAY, actor=director)
    with batch.file.open("rb") as stream:
        root = etree.fromstring(stream.read())
    etree.XMLSchema(etree.parse(SCHEMAS / "pain.001.001.09.xsd")).assertValid(root)
    assert [node.text for node in root.iter("{*}CtrlSum")] == ["150.00", "150.00"]
    assert due(rich) == D(150)
    refund.refresh_from_db()
    line = make_line(actor, "-150.00", on=DAY, end_to_end_id=refund.end_to_end_id)
    tie(line, actor)
    refund.refresh_from_db()
    assert (refund.state, refund.paid_on) == (RefundState.PAID, DAY)
    assert (due(rich), in_transit(), suspense()) == (0, 0, 0)
    assert [m.amount for m in deposit_sheet(rich, DAY).refunds] == [D(-150)]


def test_who_prepares_does_not_approve_and_only_the_direction_does(rich, actor, director):
    own = prepare(rich, director)
    with pytest.raises(RefundRefused, match="Vous avez préparé"):
        approve_refund(refund=own, today=TODAY, actor=director)
    with pytest.raises(RefundRefused, match="direction approuve"):
        approve_refund(refund=own, today=TODAY, actor=actor)


@pytest.mark.parametrize("amount", ["0", "150.01"])
def test_no_more_than_is_owed(rich, actor, amount):
    with pytest.raises(RefundRefused):
        prepare(rich, actor, amount)


def test_a_wrong_account_is_refused(rich, actor):
    with pytest.raises(IbanInvalid):
        prepare(rich, actor, iban="FR1420041010050500013M02607")


def test_money_that_left_meanwhile_is_not_refunded(rich, actor, director):
    refund = prepare(rich, actor)
    post(
        key="bounce",
        kind="PAYMENT",
        on=TODAY,
        label="Chèque impayé",
        lines=[
            Line(account_of(rich, AccountKind.RECEIVABLE), D(100), Payer.RESIDENT),
            Line(shared_account(AccountKind.CASH), D(-100)),
        ],
        author=actor,
    )
    reallocate([rich.pk])
    with pytest.raises(RefundRefused, match="a changé"):
        approve_refund(refund=refund, today=TODAY, actor=director)
    assert Refund.objects.get().state == RefundState.PREPARED
    assert states_told(refund) == ["PREPARED"]


def states_told(refund):
    """The states that the history of a refund tells, in their order."""
    rows = apps.get_model("payments", "RefundEvent").objects.filter(pgh_obj_id=refund.pk)
    return list(rows.order_by("pgh_id").values_list("state", flat=True))


def test_an_approval_tells_only_what_happened(rich, actor, director):
    """Asking what is still owed writes nothing: no cancellation that never was."""
    refund = prepare(rich, actor)
    other = prepare_refund_of_what_is_due(rich, actor)
    approve_refund(refund=refund, today=TODAY, actor=director)
    approve_refund(refund=other, today=TODAY, actor=director)
    assert states_told(refund) == ["PREPARED", "APPROVED"]
    assert states_told(other) == ["PREPARED", "APPROVED"]


def prepare_refund_of_what_is_due(contract, actor):
    post(
        key="due",
        kind="TRANSFER",
        on=TODAY,
        label="À rembourser",
        lines=[
            Line(shared_account(AccountKind.CASH), D(30)),
            Line(account_of(contract, AccountKind.REFUND_DUE), D(-30), Payer.RESIDENT),
        ],
        author=actor,
    )
    return prepare(contract, actor, "30.00", source=RefundSource.DUE)


def test_an_approval_is_taken_back(rich, actor, director):
    refund = approve_refund(refund=prepare(rich, actor), today=TODAY, actor=director)
    with pytest.raises(RefundRefused, match="direction annule"):
        cancel_refund(refund=refund, reason="x", today=TODAY, actor=actor)
    cancel_refund(refund=refund, reason="erreur", today=TODAY, actor=director)
    assert (owed(rich), due(rich)) == (D(-150), 0)
    assert send_refunds(today=TODAY, actor=director) is None


def test_each_leaves_in_one_file(rich, actor, director):
    sent(rich, actor, director)
    assert send_refunds(today=TODAY, actor=director) is None
    with pytest.raises(RefundRefused, match="ne s'annule plus"):
        cancel_refund(refund=Refund.objects.get(), reason="x", today=TODAY, actor=director)


def test_a_transfer_refused_is_due_again(rich, actor, director):
    refund = sent(rich, actor, director)
    told(report((refund.end_to_end_id, "AC04")), actor)
    refund.refresh_from_db()
    assert refund.state == RefundState.RETURNED
    assert [(one.source, one.amount) for one in owed_on(rich)] == [("DUE", D(150))]


def test_a_transfer_that_comes_back_is_due_again(rich, actor, director):
    refund = sent(rich, actor, director)
    tie(make_line(actor, "-150.00", on=DAY, end_to_end_id=refund.end_to_end_id), actor)
    back = make_line(
        actor, "150.00", on=DAY, end_to_end_id=refund.end_to_end_id, return_reason="AC04"
    )
    tie(back, actor)
    assert (due(rich), in_transit(), suspense()) == (D(150), 0, 0)


def test_a_transfer_untied_and_tied_again(rich, actor, director):
    refund = sent(rich, actor, director)
    line = make_line(actor, "-150.00", on=DAY, end_to_end_id=refund.end_to_end_id)
    undo_line(reconciliation=tie(line, actor), actor=actor, today=DAY, reason="erreur")
    assert due(rich) == D(150)
    line.refresh_from_db()
    tie(line, actor)
    assert (due(rich), in_transit()) == (0, 0)


def test_a_recent_debit_is_a_risk_said(contract, actor):
    collected(actor)
    assert "2 février 2027" in contestable_debit(contract, DAY)
    assert contestable_debit(contract, date(2027, 2, 3)) == ""


def test_the_command_writes_the_approved_ones_once(rich, actor, director, tmp_path, monkeypatch):
    monkeypatch.setattr("caracol.core.clock.today", lambda: TODAY)
    Parameter.objects.filter(key="sepa.transfer_message").update(value="pain.001.001.03")
    approve_refund(refund=prepare(rich, actor), today=TODAY, actor=director)
    path = tmp_path / "r.xml"
    found = []
    for _time in range(2):
        out = StringIO()
        call_command("refunds", "--out", str(path), "--json", stdout=out)
        found.append(json.loads(out.getvalue().splitlines()[-1]))
    assert [(one["transactions"], one["total"]) for one in found] == [(1, "150.00"), (0, "0.00")]
    root = etree.fromstring(path.read_bytes())
    etree.XMLSchema(etree.parse(SCHEMAS / "pain.001.001.03.xsd")).assertValid(root)


@given(st.lists(st.decimals("0.01", "9999.99", places=2), min_size=1, max_size=20))
def test_any_refunds_make_a_valid_file_of_the_same_sum(amounts):
    orders = tuple(
        TransferOrder(f"R-{rank}", amount, "Amina", IBANS[rank % 3], "", "Avance")
        for rank, amount in enumerate(amounts)
    )
    made_at = datetime(2026, 11, 24, 10, 0)
    own = Party("Association", IBANS[1], "CCOPFRPPXXX")
    for message in ("pain.001.001.09", "pain.001.001.03"):
        file = TransferFile(message, "REMB2611-1", made_at, DAY, own, orders)
        root = etree.fromstring(write_transfers(file))
        assert D(next(root.iter("{*}CtrlSum")).text) == sum(amounts, D(0))


def test_another_territory_is_not_in_the_file(rich, actor, director):
    approve_refund(refund=prepare(rich, actor), today=TODAY, actor=director)
    elsewhere = factories.make_territory("HDF")
    assert send_refunds(today=TODAY, actor=director, territory=elsewhere) is None
