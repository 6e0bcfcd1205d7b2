"""The ledger's guards, tried by raw SQL: the application's role and even the owner are refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from caracol.accounts.services import system_user
from payments.enums import AccountKind, EntryKind
from payments.models import Account, Entry, PeriodLock, Posting
from payments.services.accounts import account_of, shared_account
from payments.services.posting import (
    KeyReusedForAnotherFact,
    Line,
    MonthLocked,
    check_now,
    post,
    reverse,
)
from tests import factories
from tests.helpers.databases import check_constraints

D = Decimal
DAY = date(2026, 11, 10)


def execute(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def contract(db):
    return factories.make_contract()


@pytest.fixture
def entry(contract):
    found, _new = post_payment(contract)
    return found


def post_payment(contract, amount="50.00", key="payment:1", on=DAY):
    lines = [
        Line(shared_account(AccountKind.CASH), D(amount)),
        Line(account_of(contract, AccountKind.RECEIVABLE), -D(amount), "RESIDENT"),
    ]
    return post(
        key=key, kind=EntryKind.PAYMENT, on=on, label="Espèces", lines=lines, author=system_user()
    )


def raw_entry(key="raw", on=DAY):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_entry (key, kind, date, label, source, author_id, reason) "
            "VALUES (%s, 'PAYMENT', %s, 'x', '{}', %s, '') RETURNING id",
            [key, on, system_user().pk],
        )
        return cursor.fetchone()[0]


def raw_posting(entry_id, account, amount):
    raw_postings([(entry_id, account, amount)])


def raw_postings(rows):
    """Write lines in one statement."""
    values = ", ".join(["(%s, %s, %s, '')"] * len(rows))
    parameters = [each for entry, account, amount in rows for each in (entry, account.pk, amount)]
    execute(
        f"INSERT INTO payments_posting (entry_id, account_id, amount, payer) VALUES {values}",
        *parameters,
    )


def test_an_entry_without_lines_is_refused(db):
    with pytest.raises(IntegrityError, match="0 lines"), transaction.atomic():
        raw_entry()
        check_constraints()


def test_an_entry_that_does_not_sum_to_zero_is_refused(contract):
    receivable = account_of(contract, AccountKind.RECEIVABLE)
    with pytest.raises(IntegrityError, match=r"sums to 0\.01"), transaction.atomic():
        entry = raw_entry()
        cash = shared_account(AccountKind.CASH)
        raw_postings([(entry, cash, "10.00"), (entry, receivable, "-9.99")])


def test_one_line_alone_is_refused_at_once(contract):
    with pytest.raises(IntegrityError, match=r"1 lines and sums to 10\.00"), transaction.atomic():
        raw_posting(raw_entry(), shared_account(AccountKind.CASH), "10.00")


def test_one_unbalanced_entry_among_many_of_a_statement_is_refused(contract):
    cash, receivable = shared_account(AccountKind.CASH), account_of(contract, "RECEIVABLE")
    with pytest.raises(IntegrityError, match=r"sums to 0\.01"), transaction.atomic():
        rows = []
        for number in range(50):
            entry = raw_entry(f"raw:{number}")
            less = "-9.99" if number == 31 else "-10.00"
            rows += [(entry, cash, "10.00"), (entry, receivable, less)]
        raw_postings(rows)


def test_two_unbalanced_entries_do_not_balance_each_other(contract):
    cash, receivable = shared_account(AccountKind.CASH), account_of(contract, "RECEIVABLE")
    with pytest.raises(IntegrityError, match="sums to"), transaction.atomic():
        one, other = raw_entry("one"), raw_entry("other")
        raw_postings([(one, cash, "10.00"), (other, receivable, "-10.00")])


def test_one_entry_without_lines_among_many_is_refused(contract):
    cash, receivable = shared_account(AccountKind.CASH), account_of(contract, "RECEIVABLE")
    with pytest.raises(IntegrityError, match="0 lines"), transaction.atomic():
        one, _alone = raw_entry("one"), raw_entry("alone")
        raw_postings([(one, cash, "10.00"), (one, receivable, "-10.00")])
        check_constraints()


def test_a_line_added_after_the_check_is_checked_again(contract):
    entry, _new = post_payment(contract)
    check_now()
    with pytest.raises(IntegrityError, match="sums to"), transaction.atomic():
        raw_posting(entry.pk, shared_account(AccountKind.CASH), "10.00")


def test_nobody_chooses_the_transaction_of_an_entry(db):
    with pytest.raises(IntegrityError, match="number of the transaction"):
        execute(
            "INSERT INTO payments_entry (key, kind, date, label, source, author_id, reason, "
            "posted_xid) VALUES ('raw', 'PAYMENT', %s, 'x', '{}', %s, '', 7)",
            DAY,
            system_user().pk,
        )


def test_one_entry_of_a_locked_month_among_many_of_a_statement_is_refused(db):
    lock("LOCKED")
    values = [f"('raw:{day}', 'PAYMENT', DATE '2026-10-{day}')" for day in range(10, 30)]
    values.append("('raw:locked', 'PAYMENT', DATE '2026-11-10')")
    with pytest.raises(IntegrityError, match=r"2026-11-10 is locked"):
        execute(
            "INSERT INTO payments_entry (key, kind, date, label, source, author_id, reason) "
            f"SELECT key, kind, date, 'x', '{{}}', %s, '' FROM (VALUES {', '.join(values)}) "
            "AS rows (key, kind, date)",
            system_user().pk,
        )


@pytest.mark.parametrize("table", ["payments_entry", "payments_posting", "payments_termline"])
def test_the_application_may_neither_change_nor_remove_a_row(table, entry):
    for sql in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(DatabaseError, match="permission denied"):
            execute(sql)


def test_a_balance_changes_by_postings_only(contract):
    account = account_of(contract, AccountKind.RECEIVABLE)
    with pytest.raises(DatabaseError, match="by postings only"):
        execute("UPDATE payments_account SET balance = 5 WHERE id = %s", account.pk)


def test_a_balance_follows_its_postings(contract, entry):
    assert account_of(contract, AccountKind.RECEIVABLE).balance == D("-50.00")


def test_posting_inside_a_nested_block_works(contract):
    with transaction.atomic(), transaction.atomic():
        post_payment(contract)
    check_constraints()


def test_the_same_key_posts_once(contract, entry):
    again, new = post_payment(contract)
    assert (again, new) == (entry, False)
    assert Entry.objects.count() == 1


def test_the_same_key_for_another_amount_is_refused(contract, entry):
    with pytest.raises(KeyReusedForAnotherFact):
        post_payment(contract, amount="60.00")


def test_an_entry_is_reversed_once_and_to_the_cent(contract, entry):
    first, new = reverse(entry=entry, on=DAY, author=system_user(), reason="erreur")
    second, again = reverse(entry=entry, on=DAY, author=system_user(), reason="erreur")
    assert (first, new, again) == (second, True, False)
    assert account_of(contract, AccountKind.RECEIVABLE).balance == 0


def test_a_locked_month_takes_no_entry(contract):
    lock("LOCKED")
    with pytest.raises(MonthLocked, match="11/2026"):
        post_payment(contract)


def test_a_reopened_month_takes_reversals_only(contract, entry):
    lock("REOPENED")
    with pytest.raises(MonthLocked):
        post_payment(contract, key="payment:2")
    _reversal, new = reverse(entry=entry, on=DAY, author=system_user(), reason="erreur")
    assert new


def test_a_posting_of_zero_is_refused(contract):
    with pytest.raises(IntegrityError, match="posting_not_zero"), transaction.atomic():
        entry = raw_entry()
        raw_posting(entry, shared_account(AccountKind.CASH), "0.00")


def test_the_application_owns_no_table(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE payments_posting DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TABLE payments_posting",
    ],
)
def test_the_application_cannot_disarm_the_guards(db, sql):
    with pytest.raises(DatabaseError, match=r"must be owner|permission denied"):
        execute(sql)


def lock(state):
    PeriodLock.objects.create(month=DAY.replace(day=1), state=state, changed_by=system_user())


def test_an_account_of_a_contract_exists_once(contract):
    account_of(contract, AccountKind.RECEIVABLE)
    with pytest.raises(IntegrityError):
        Account.objects.create(
            kind=AccountKind.RECEIVABLE, contract=contract, code="411-bis", label="x"
        )


def test_even_the_owner_may_not_rewrite_the_books(real_db, owner_connection):
    with transaction.atomic():
        post_payment(factories.make_contract())
    for sql in (
        "UPDATE payments_posting SET amount = amount + 1",
        "DELETE FROM payments_posting",
        "TRUNCATE payments_posting CASCADE",
        "UPDATE payments_entry SET label = 'x'",
    ):
        with pytest.raises(DatabaseError), owner_connection.cursor() as cursor:
            cursor.execute(sql)
    assert Posting.objects.count() == 2


def test_an_old_entry_takes_no_new_line_even_a_balanced_pair(real_db):
    with transaction.atomic():
        contract = factories.make_contract()
        entry, _new = post_payment(contract)
    cash = shared_account(AccountKind.CASH)
    with pytest.raises(IntegrityError, match="was posted already"), transaction.atomic():
        raw_postings([(entry.pk, cash, "10.00"), (entry.pk, cash, "-10.00")])
    with pytest.raises(IntegrityError, match="was posted already"), transaction.atomic():
        fresh = raw_entry("fresh")
        pair = [(fresh, cash, "1.00"), (fresh, cash, "-1.00")]
        raw_postings([*pair, (entry.pk, cash, "10.00"), (entry.pk, cash, "-10.00")])
