"""What may be given back: an advance on the month to bill is not pressing; queries stay few."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caracol.core.periods import Month
from payments.enums import PaymentMeans
from payments.selectors.refunds import owed_on, returnable
from payments.services.receiving import record_payment
from residents.models import Contract
from tests import factories
from tests.payments.sepa.conftest import TODAY

pytestmark = pytest.mark.django_db
D = Decimal


def paid(actor, amount, key):
    starts_on = Month.of(TODAY).plus(-6).first
    found = factories.make_contract(
        starts_on=starts_on, fee="200.00", charges="0.00", expected_aid="0.00"
    )
    record_payment(
        key=key,
        contract=found,
        amount=D(amount),
        means=PaymentMeans.CASH,
        received_on=TODAY,
        today=TODAY,
        actor=actor,
    )
    return found


def test_an_advance_on_the_month_to_bill_waits(actor):
    contract = paid(actor, "200.00", "a")
    found = returnable(Contract.objects.all(), TODAY)
    assert found.first == []
    assert [(one.contract, one.coming) for one in found.advances] == [(contract, D("200.00"))]


def test_what_the_month_will_not_use_comes_first(actor):
    contract = paid(actor, "350.00", "b")
    (one,) = returnable(Contract.objects.all(), TODAY).first
    assert (one.contract, one.amount, one.over) == (contract, D("350.00"), D("150.00"))


def test_the_advance_of_somebody_who_left_comes_first(actor):
    contract = paid(actor, "120.00", "c")
    Contract.objects.filter(pk=contract.pk).update(status="ENDED")
    (one,) = returnable(Contract.objects.all(), TODAY).first
    assert one.over == D("120.00")


def test_several_contracts_cost_as_many_queries_as_two(actor):
    for rank in range(2):
        paid(actor, "350.00", f"two:{rank}")
    with CaptureQueriesContext(connection) as few:
        returnable(Contract.objects.all(), TODAY)
    for rank in range(6):
        paid(actor, "350.00", f"more:{rank}")
    with CaptureQueriesContext(connection) as many:
        found = returnable(Contract.objects.all(), TODAY)
    assert len(many) == len(few)
    assert found.first == [
        one for one in found.first if one.amount == owed_on(one.contract)[0].amount
    ]
    assert len(found.first) == 8
