"""Closing a month: killed half-way, run by two processes, run while payments come in."""

import json
import random
import signal
import subprocess
import sys
import threading
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection, connections

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.core.periods import Month
from caracol.demo.seeding import seed
from payments.enums import AccountKind, EntryKind, Payer, PaymentMeans
from payments.models import Account, Entry, Term
from payments.services import closing
from payments.services.accounts import shared_account
from payments.services.allocating import reallocate
from payments.services.checking import check_ledger
from payments.services.closing import close_month, preview_month
from payments.services.posting import Line, post
from payments.services.receiving import record_payment, reverse_payment
from residents.models import Contract
from tests.crash.conftest import wait_for
from tests.helpers.threads import at_once

TODAY = clock.today()
MONTH = Month.of(TODAY).next()


@pytest.fixture
def start_closing(real_db):
    """A function that closes the month in a process of its own; what still runs is ended."""
    started = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "manage.py", "close_month", str(MONTH), "--json"],
            cwd=settings.BASE_DIR,
            env=real_db.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def answer(process):
    return json.loads(process.communicate(timeout=60)[0].splitlines()[-1])


def numbered():
    """How many terms were given a number: seen at once, whatever becomes of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM payments_term_id_seq WHERE is_called")
        found = cursor.fetchone()
    return found[0] if found else 0


def others_at_work():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename = current_user AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def check():
    report = check_ledger()
    assert report.ok, report.failures


def billed():
    return sorted(Term.objects.values_list("contract", "amount", "due_on"))


def test_closing_killed_half_way_leaves_nothing_and_closes_again(real_db, start_closing):
    contracts = closing.CHUNK * 5 // 2
    seed(residents=contracts, months=0, today=TODAY, actor=system_user())
    expected = [(draft.contract, draft.bill.amount, draft.due_on) for draft in preview_month(MONTH)]
    process = start_closing()
    wait_for(lambda: numbered() > closing.CHUNK, pause=0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    wait_for(lambda: others_at_work() == 0)
    assert not Entry.objects.exists()
    assert not Term.objects.exists()
    # Two at once take it up again: the same as once.
    answers = [answer(process) for process in (start_closing(), start_closing())]
    assert sorted(found["new"] for found in answers) == [0, contracts]
    assert {found["terms"] for found in answers} == {contracts}
    assert billed() == sorted(expected)
    check()


def test_payments_during_the_closing_are_all_counted(real_db, monkeypatch):
    monkeypatch.setattr(closing, "CHUNK", 40)
    actor = system_user()
    seed(residents=400, months=1, today=TODAY, actor=actor)
    contracts = list(Contract.objects.order_by("pk"))
    before = dict(balances())
    paid = threading.Lock(), dict.fromkeys(before, Decimal(0))
    over = threading.Event()

    def close():
        try:
            return close_month(month=MONTH, actor=actor).new
        finally:
            over.set()

    def pay(number):
        dice = random.Random(number)
        for turn in range(60):
            contract, amount = dice.choice(contracts), Decimal(dice.randrange(1, 90_000)) / 100
            record_payment(
                key=f"{number}:{turn}",
                contract=contract,
                amount=amount,
                means=PaymentMeans.CASH,
                received_on=TODAY,
                today=TODAY,
                actor=actor,
            )
            with paid[0]:
                paid[1][contract.pk] += amount
            if over.is_set() and turn > 10:
                break
        return turn

    outcomes = at_once(close, *(lambda number=number: pay(number) for number in range(3)))
    assert outcomes[0] == 400
    assert all(isinstance(turns, int) for turns in outcomes[1:]), outcomes
    bills = dict(Term.objects.filter(month=MONTH.first).values_list("contract", "amount"))
    assert dict(balances()) == {
        pk: balance + bills[pk] - paid[1][pk] for pk, balance in before.items()
    }
    check()


def balances():
    return Account.objects.filter(kind=AccountKind.RECEIVABLE).values_list("contract", "balance")


def test_a_payment_of_many_contracts_is_taken_back_during_the_closing(real_db, monkeypatch):
    """Both lock many accounts: always in the contracts' order, so that neither waits for ever."""
    monkeypatch.setattr(closing, "CHUNK", 25)
    actor = system_user()
    seed(residents=150, months=1, today=TODAY, actor=actor)
    accounts = list(Account.objects.filter(kind=AccountKind.RECEIVABLE).order_by("-contract"))
    entry, _new = post(
        key="remittance",
        kind=EntryKind.PAYMENT,
        on=TODAY,
        label="Remise de chèques",
        lines=[
            *(Line(account, Decimal(-10), Payer.RESIDENT) for account in accounts),
            Line(shared_account(AccountKind.IN_TRANSIT), Decimal(10) * len(accounts)),
        ],
        author=actor,
    )
    reallocate(account.contract_id for account in accounts)
    before = dict(balances())
    closed, taken_back, again = at_once(
        lambda: close_month(month=MONTH, actor=actor).new,
        lambda: (
            reverse_payment(entry=entry, on=TODAY, today=TODAY, reason="rejet", actor=actor).new
        ),
        lambda: (
            reverse_payment(entry=entry, on=TODAY, today=TODAY, reason="rejet", actor=actor).new
        ),
    )
    assert closed == 150
    assert sorted([taken_back, again]) == [False, True]
    bills = dict(Term.objects.filter(month=MONTH.first).values_list("contract", "amount"))
    assert dict(balances()) == {pk: owed + bills[pk] + 10 for pk, owed in before.items()}
    check()
    connections.close_all()
