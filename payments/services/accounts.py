"""Accounts of contracts and of the association."""

from collections.abc import Sequence
from itertools import count

from django.db import connection

from caracol.core.errors import Refused
from payments.enums import CHART, PER_CONTRACT, AccountKind
from payments.models import Account
from residents.enums import ContractStatus
from residents.models import Contract


def open_accounts(contract_ids: Sequence[int]) -> None:
    """Open the accounts of contracts that lack them. Again = no change."""
    with connection.cursor() as cursor:
        for kind in PER_CONTRACT:
            cursor.execute(
                """
                INSERT INTO payments_account (kind, contract_id, code, label, balance)
                SELECT %s, contract.id, %s || '-' || number, %s || ' ' || number, 0
                    FROM residents_contract contract
                    WHERE contract.id = ANY(%s) AND NOT EXISTS (
                        SELECT 1 FROM payments_account
                            WHERE contract_id = contract.id AND kind = %s)
                    ORDER BY contract.id
                ON CONFLICT DO NOTHING
                """,
                [kind, CHART[kind], AccountKind(kind).label.capitalize(), list(contract_ids), kind],
            )


def shared_account(kind: AccountKind) -> Account:
    """Return the association's account of a kind."""
    return shared_accounts(kind)[kind]


def shared_accounts(*kinds: AccountKind) -> dict[str, Account]:
    """Return the association's accounts of some kinds, in one reading."""
    # Several banks: the one with the lowest code is the association's first.
    rows = Account.objects.filter(kind__in=kinds, contract=None).order_by("-code")
    return {account.kind: account for account in rows}


def open_bank_account_of_books(label: str) -> Account:
    """Return an account of the books for one more bank account: the first, else one more 512."""
    first = shared_account(AccountKind.BANK)
    if not first.bank_accounts.exists():
        return first
    known = set(Account.objects.filter(kind=AccountKind.BANK).values_list("code", flat=True))
    code = next(
        code for code in (f"{CHART[AccountKind.BANK]}{n:03}" for n in count(1)) if code not in known
    )
    return Account.objects.create(kind=AccountKind.BANK, code=code, label=label[:200])


def account_of(contract: Contract, kind: AccountKind) -> Account:
    """Return a contract's account of a kind, opened if it was not."""
    account = Account.objects.filter(contract=contract, kind=kind).first()
    if account is None:
        open_accounts([contract.pk])
        account = Account.objects.get(contract=contract, kind=kind)
    return account


class ContractClosed(Refused):
    """The contract is closed: its account is at zero and takes nothing more."""


def lock_account(contract: Contract) -> Account:
    """Lock the contract's receivable until the transaction ends, and return it.

    Whoever reads a balance or a term to write from it takes this lock first; one contract at a
    time, so that two acts never wait for each other. Raises ContractClosed.
    """
    account = account_of(contract, AccountKind.RECEIVABLE)
    locked = Account.objects.select_for_update(no_key=True, of=("self",)).get(pk=account.pk)
    if Contract.objects.filter(pk=contract.pk, status=ContractStatus.CLOSED).exists():
        raise ContractClosed(
            f"Le contrat {contract.number} est clos : rouvrez-le pour y inscrire un mouvement."
        )
    return locked
