"""The pages of debits, mandates and refunds ask as often for twelve people as for two."""

from decimal import Decimal

from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import Month
from payments.calculations.target import next_target_day, target_days_after
from payments.enums import PaymentMeans
from payments.services.closing import close_month
from payments.services.collecting import Wish, plan_debits, prepare_debits
from payments.services.mandates import MandateFacts, record_mandates
from payments.services.receiving import record_payment
from residents.enums import ContractKind, PaymentMethod
from tests import factories
from tests.payments.sepa.conftest import IBANS


def lodge(rank, actor, month):
    """Somebody debited, and somebody who paid too much; their month closed."""
    debited = factories.make_contract(
        kind=ContractKind.COP, fee="200.00", payment_method=PaymentMethod.DIRECT_DEBIT
    )
    record_mandates([MandateFacts(debited, f"RUM-{rank}", IBANS[0], debited.starts_on)])
    rich = factories.make_contract(kind=ContractKind.COP, fee="200.00")
    close_month(month=month, actor=actor)
    record_payment(
        key=f"rich-{rank}",
        contract=rich,
        amount=Decimal("900.00"),
        means=PaymentMeans.CASH,
        received_on=clock.today(),
        today=clock.today(),
        actor=actor,
    )


def test_the_pages_of_debits_and_refunds_follow_no_number(client_for, association, query_count):
    """What may be prepared, the mandates, what may be given back; then a file of them all."""
    manager = factories.make_user(Role.GLA_MANAGER, "*")
    month, client = Month.of(clock.today()), client_for(manager)
    day = target_days_after(next_target_day(clock.today()), 4)
    pages = {
        "debits": (reverse("payments:debits"), {}),
        "prepare": (reverse("payments:debit-prepare", args=[month]), {"on": day.isoformat()}),
        "mandates": (reverse("payments:mandate-list"), {}),
        "refunds": (reverse("payments:refund-list"), {}),
    }
    asked = []
    for ranks in (range(2), range(2, 12)):
        for rank in ranks:
            lodge(rank, manager, month)
        counts = {}
        for name, (address, data) in pages.items():
            client.get(address, data)
            with query_count() as counted:
                assert client.get(address, data).status_code == 200
            counts[name] = counted.value
        asked.append(counts)
    assert asked[1] == asked[0]
    wish = Wish(month, day)
    token = plan_debits(wish, clock.today()).token
    batch = prepare_debits(wish=wish, token=token, today=clock.today(), actor=manager)
    assert batch.count == 12
    with query_count() as counted:
        client.get(reverse("payments:debit-batch", args=[batch.pk]))
    assert counted.value < 40
