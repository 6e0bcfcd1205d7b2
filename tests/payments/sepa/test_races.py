"""Two people at the same moment: a file is prepared once, sent once, posted once."""

from datetime import date
from decimal import Decimal

import pytest

from caracol.accounts.enums import Role
from caracol.parameters.models import Association
from payments.models import Debit, DebitBatch, Entry, RefundBatch
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.collecting import send_debits
from payments.services.debit_posting import post_debits
from payments.services.refund_sending import send_refunds
from payments.services.refunding import approve_refund
from payments.services.returning import ReturnFacts, record_return
from tests import factories
from tests.helpers.threads import at_once
from tests.payments.sepa.conftest import DAY, MONTH, TODAY, debited, owed, pay_more, prepared
from tests.payments.sepa.test_refunding import prepare

D = Decimal


@pytest.fixture
def actor(real_db):
    Association.objects.create(
        name="Association Exemple",
        address="24 quai de l'Exemple, 75013 Paris",
        siret="12345678200010",
        creditor_id="FR72ZZZ123456",
        iban="FR7642559100000801234567862",
        bic="CCOPFRPPXXX",
        signatory="Claire Exemple, directrice GLA",
        valid_from=date(2020, 1, 1),
    )
    yield factories.make_user()
    report = check_ledger()
    assert report.ok, report.failures


@pytest.fixture
def contract(actor):
    found = debited()
    close_month(month=MONTH, actor=actor)
    return found


def kinds(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_a_file_prepared_from_three_windows_is_one(contract, actor):
    outcomes = at_once(*[lambda: prepared(actor)] * 3)
    assert kinds(outcomes).count("DebitBatch") == 1
    assert DebitBatch.objects.count() == Debit.objects.count() == 1


def test_a_file_sent_by_three_people_is_sent_by_one(contract, actor):
    batch = prepared(actor)
    people = [factories.make_user() for _each in range(3)]
    acts = [lambda who=who: send_debits(batch=batch, today=TODAY, actor=who) for who in people]
    assert kinds(at_once(*acts)) == ["CollectRefused", "CollectRefused", "DebitBatch"]


def test_a_file_posted_and_returned_at_once_is_posted_once(contract, actor):
    batch = send_debits(batch=prepared(actor), today=TODAY, actor=actor)
    debit = batch.debits.get()
    facts = ReturnFacts("AM04", DAY, "compte rendu")
    outcomes = at_once(
        *[lambda: post_debits(batch=batch, today=DAY, actor=actor)] * 2,
        *[lambda: record_return(debit=debit, facts=facts, today=DAY, actor=actor)] * 2,
    )
    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
    assert sorted(outcomes[2:]) == [False, True]
    assert owed(contract) == D(200)
    assert Entry.objects.filter(key__startswith="debit:").count() in {0, 1}


def test_refunds_leave_in_one_file(contract, actor):
    director = factories.make_user(Role.DIRECTOR, "*")
    pay_more(contract, actor)
    approve_refund(refund=prepare(contract, actor), today=TODAY, actor=director)
    outcomes = at_once(*[lambda: send_refunds(today=TODAY, actor=director)] * 3)
    assert kinds(outcomes) == ["NoneType", "NoneType", "RefundBatch"]
    assert RefundBatch.objects.get().count == 1
