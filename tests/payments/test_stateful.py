"""Any sequence of acts on money, beside a plain model of what each contract owes."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from caracol.core.periods import Month
from payments.enums import AccountKind, EntryKind, PaperKind, Payer, PaymentMeans, TermKind
from payments.models import Account, Posting, Term, TermPaper
from payments.selectors.allocations import allocations
from payments.services.accounts import lock_account, shared_account
from payments.services.adjusting import adjust_months, correct_term
from payments.services.allocating import reallocate
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.issuing import issue_due_notices, issue_receipts
from payments.services.posting import KeyReusedForAnotherFact, Line, post
from payments.services.receiving import record_payment, reverse_payment
from payments.services.withdrawing import withdraw_paper, withdraw_papers
from residents.models import Contract
from tests import factories
from tests.helpers.databases import check_constraints

FIRST, MONTHS = Month(2026, 1), 6
TODAY = LAST = date(2026, 12, 31)
CENT = Decimal("0.01")

# A few amounts that come again, so that sums meet, and any other.
cents = st.sampled_from([1, 7, 8_000, 18_050]) | st.integers(1, 60_000)
months = st.integers(0, MONTHS - 1).map(FIRST.plus)
days = st.integers(0, 364).map(lambda n: date(2026, 1, 1) + timedelta(n))
which = st.integers(0, 1)


def half_up(exact):
    return int(exact * 2 + 1) // 2


class Model:
    """What a contract owes, in cents: its fees by day, its bills, its money."""

    def __init__(self, starts_on, fee):
        self.starts_on = starts_on
        self.ends_on = LAST
        self.fees = [(starts_on, fee)]
        self.bills = {}
        self.by_hand = {}
        self.money = 0

    def reckon(self, month):
        """What the terms make of a month, day by day."""
        exact = Fraction(0)
        for number in range(month.days):
            day = month.first + timedelta(number)
            fees = [fee for since, fee in self.fees if since <= day <= self.ends_on]
            exact += Fraction(fees[-1] if fees else 0, month.days)
        return half_up(exact)

    def bill(self, month):
        """Bill a month lived in, were it for a day; whether it was not billed yet."""
        lived = self.starts_on <= month.last and self.ends_on >= month.first
        is_new = lived and month.first not in self.bills
        if is_new:
            self.bills[month.first] = self.reckon(month)
        return is_new

    def put_right(self):
        """Bring the months billed to what the terms now say, never below zero."""
        for first, bill in self.bills.items():
            by_hand = self.by_hand.get(first, 0)
            change = self.reckon(Month.of(first)) - bill
            self.bills[first] = bill + max(change, -(bill + by_hand))

    def net(self, first):
        """What a month comes to."""
        return self.bills[first] + self.by_hand.get(first, 0)

    @property
    def balance(self):
        return sum(map(self.net, self.bills)) - self.money


class Books(RuleBasedStateMachine):
    """Two contracts, one of which begins within the first month."""

    payments = Bundle("payments")

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.actor = factories.make_user()
        room_fees = ((date(2026, 1, 1), 18_050), (date(2026, 1, 12), 33_333))
        self.models = [Model(*facts) for facts in room_fees]
        self.contracts = [
            factories.make_contract(
                starts_on=starts_on, ends_on=date(2026, 12, 31), fee=Decimal(fee) * CENT
            )
            for starts_on, fee in room_fees
        ]
        self.closed = 0
        self.received = 0
        self.keys = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def key(self):
        self.keys += 1
        return f"k{self.keys}"

    def count(self, index, amount):
        self.models[index].money += amount
        self.received += amount

    # --- Acts -------------------------------------------------------------------------------
    @precondition(lambda self: self.closed < MONTHS)
    @rule()
    def close(self):
        month = FIRST.plus(self.closed)
        billed = [model.bill(month) for model in self.models].count(True)
        assert close_month(month=month, actor=self.actor).new == billed
        self.closed += 1

    @precondition(lambda self: self.closed)
    @rule(month=months)
    def close_again(self, month):
        if month < FIRST.plus(self.closed):
            # A contract whose end came back over a closed month is added to it.
            billed = [model.bill(month) for model in self.models].count(True)
            assert close_month(month=month, actor=self.actor).new == billed

    @rule(target=payments, index=which, amount=cents, on=days, named=st.none() | months)
    def pay(self, index, amount, on, named):
        return self.receive(index, amount, on, named, Payer.RESIDENT)

    @rule(target=payments, index=which, amount=cents, on=days, month=months)
    def receive_aid(self, index, amount, on, month):
        return self.receive(index, amount, on, month, Payer.CAF)

    def receive(self, index, amount, on, named, payer):
        facts = {
            "key": self.key(),
            "contract": self.contracts[index],
            "amount": amount * CENT,
            "means": PaymentMeans.CHEQUE,
            "received_on": on,
            "today": TODAY,
            "payer": payer,
            "month": named,
            "actor": self.actor,
        }
        received = record_payment(**facts)
        assert received.new
        self.count(index, amount)
        return facts, index, amount, received.entry

    @rule(payment=payments)
    def pay_again(self, payment):
        facts, _index, _amount, entry = payment
        again = record_payment(**facts)
        assert (again.entry, again.new) == (entry, False)
        with pytest.raises(KeyReusedForAnotherFact):
            record_payment(**facts | {"amount": facts["amount"] + CENT})

    @rule(payment=consumes(payments))
    def reverse(self, payment):
        _facts, index, amount, entry = payment
        outcomes = [
            reverse_payment(
                entry=entry, on=TODAY, today=TODAY, reason="rejet", actor=self.actor
            ).new
            for _ in range(2)
        ]
        assert outcomes == [True, False]
        self.count(index, -amount)

    @rule(index=which, amount=cents, on=days, month=months)
    def give_aid_back(self, index, amount, on, month):
        contract = self.contracts[index]
        lines = [
            Line(shared_account(AccountKind.IN_TRANSIT), -amount * CENT),
            Line(lock_account(contract), amount * CENT, Payer.CAF, month.first),
        ]
        post(key=self.key(), kind=EntryKind.AID, on=on, label="CAF", lines=lines, author=self.actor)
        reallocate([contract.pk])
        withdraw_papers(
            contract_ids=[contract.pk], reason="aide reprise", on=TODAY, actor=self.actor
        )
        self.count(index, -amount)

    @precondition(lambda self: self.closed < MONTHS)
    @rule(index=which, day=st.integers(1, 28), fee=st.integers(1, 50_000))
    def amend(self, index, day, fee):
        since = FIRST.plus(self.closed).day(day)
        if self.models[index].fees[-1][0] < since <= self.models[index].ends_on:
            factories.make_amendment(
                self.contracts[index], effective_on=since, fee=Decimal(fee) * CENT
            )
            self.models[index].fees.append((since, fee))

    @rule(index=which, end=days)
    def move_the_end(self, index, end):
        """End earlier, or take the end back, within the last terms; then put months right."""
        model, contract = self.models[index], self.contracts[index]
        last = contract.terms.order_by("-starts_on").first()
        model.ends_on = max(end, last.starts_on)
        contract.terms.filter(pk=last.pk).update(ends_on=model.ends_on)
        Contract.objects.filter(pk=contract.pk).update(ends_on=model.ends_on)
        self.put_right(index)

    @rule(index=which, fee=st.integers(0, 50_000))
    def reprice(self, index, fee):
        """Change the last fee, months billed included, then put them right."""
        model, contract = self.models[index], self.contracts[index]
        last = contract.terms.order_by("-starts_on").first()
        contract.terms.filter(pk=last.pk).update(fee=Decimal(fee) * CENT)
        model.fees[-1] = (model.fees[-1][0], fee)
        self.put_right(index)

    def put_right(self, index):
        facts = {"contract": self.contracts[index], "actor": self.actor, "today": TODAY}
        facts |= {"reason": "avenant", "key": self.key()}
        found = adjust_months(**facts)
        before = self.models[index].balance
        self.models[index].put_right()
        assert found.adjustment == (self.models[index].balance - before) * CENT
        assert found.balance_after == self.models[index].balance * CENT
        assert adjust_months(**facts).adjustment == 0

    @precondition(lambda self: self.closed)
    @rule(index=which, month=months, amount=cents)
    def correct(self, index, month, amount):
        model = self.models[index]
        terms = Term.objects.filter(contract=self.contracts[index], month=month.first)
        term = terms.filter(kind=TermKind.MONTHLY).first()
        if term is None or model.net(month.first) == amount:
            return
        facts = {"term": term, "fee": amount * CENT, "charges": Decimal(0), "today": TODAY}
        correct_term(**facts, reason="erreur", actor=self.actor, key=self.key())
        model.by_hand[month.first] = amount - model.bills[month.first]

    @precondition(lambda self: self.closed)
    @rule(month=months, notices=st.booleans())
    def issue(self, month, notices):
        act = issue_due_notices if notices else issue_receipts
        act(month=month, on=TODAY, actor=self.actor)
        assert act(month=month, on=TODAY, actor=self.actor).new == 0
        if not notices:
            paid = Term.objects.filter(
                month=month.first, amount__gt=F("adjusted_amount"), paid_amount=F("amount")
            )
            assert self.living_quittances().filter(term__in=paid).count() == paid.count()

    @precondition(lambda self: self.living_quittances().exists())
    @rule()
    def withdraw(self):
        paper = self.living_quittances().order_by("-pk").first()
        withdraw_paper(paper=paper, reason="nom mal écrit", on=TODAY, actor=self.actor)

    def living_quittances(self):
        return TermPaper.objects.filter(kind=PaperKind.QUITTANCE, cancelled_by=None)

    # --- What is true after each of them ----------------------------------------------------
    @invariant()
    def the_books_agree_with_the_model(self):
        check_constraints()
        for model, contract in zip(self.models, self.contracts, strict=True):
            accounts = Account.objects.filter(contract=contract, kind=AccountKind.RECEIVABLE)
            assert accounts.aggregate(total=Sum("balance", default=0))["total"] == (
                model.balance * CENT
            )
            terms = Term.objects.filter(contract=contract).values("month")
            net = terms.annotate(net=Sum(F("amount") - F("adjusted_amount")))
            assert dict(net.values_list("month", "net")) == {
                month: model.net(month) * CENT for month in model.bills
            }
        in_transit = Posting.objects.filter(account__kind=AccountKind.IN_TRANSIT)
        total = in_transit.aggregate(total=Sum("amount", default=0))["total"]
        assert total == self.received * CENT

    @invariant()
    def every_check_of_the_ledger_passes(self):
        report = check_ledger()
        assert report.ok, report.failures
        assert not self.living_quittances().exclude(term__paid_amount=F("term__amount")).exists()

    @invariant()
    def no_free_money_waits_beside_an_unpaid_term(self):
        earmarked = set(
            Posting.objects.filter(payer=Payer.CAF, entitlement_month__isnull=False).values_list(
                "pk", flat=True
            )
        )
        found = allocations([contract.pk for contract in self.contracts])
        for contract, allocation in found.items():
            left = sum(a for money, a in allocation.left.items() if money not in earmarked)
            terms = Term.objects.filter(contract=contract, paid_amount__lt=F("amount"))
            assert not (left and terms.exists())


def test_any_sequence_of_acts_keeps_the_books_right(association):
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=20,
            stateful_step_count=16,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],  # add Phase.shrink to see the shortest sequence that fails
            suppress_health_check=list(HealthCheck),
        ),
    )
