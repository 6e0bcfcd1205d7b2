"""Take over balances: one pre-takeover term per contract, aid awaited, deposits held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.money import ZERO, euros
from caracol.core.periods import Month, french_day
from payments.enums import AccountKind, EntryKind, LineKind, Payer, TermKind
from payments.models import Account, Entry, Posting, Term, TermLine
from payments.services.accounts import open_accounts, shared_account
from residents.models import Contract

TAKEN_OVER = history.label("payments.balances-taken-over", "Soldes repris")


@dataclass(frozen=True)
class OpeningBalance:
    """What a contract brings to the books, in euros.

    `owed` > 0 is owed by the resident, < 0 is their credit; it is net of the aid awaited.
    """

    contract: Contract
    owed: Decimal
    aid_expected: Decimal = ZERO
    deposit_held: Decimal = ZERO


@dataclass(frozen=True)
class OpeningTotals:
    """How many contracts were opened by this call, and the sum of what is owed by all given."""

    opened: int
    owed: Decimal


@transaction.atomic
def take_over_balances(
    *, balances: Sequence[OpeningBalance], on: date, actor: User
) -> OpeningTotals:
    """Open each contract's pre-takeover term on a day (DESIGN section 7). Again = no change.

    A debt is the term's amount; a credit is money in advance, kept for the terms to come. The
    aid awaited for the takeover's month is a receivable of its own, the deposit a liability.
    """
    known = set(
        Term.objects.filter(
            contract__in=[b.contract.pk for b in balances], kind=TermKind.OPENING
        ).values_list("contract", flat=True)
    )
    fresh = [balance for balance in balances if balance.contract.pk not in known]
    with history.act(TAKEN_OVER, actor=actor):
        if fresh:
            _write(fresh, on, actor)
    return OpeningTotals(len(fresh), sum((balance.owed for balance in balances), ZERO))


def _write(balances: Sequence[OpeningBalance], on: date, actor: User) -> None:
    ids = [balance.contract.pk for balance in balances]
    open_accounts(ids)
    accounts = {
        (account.contract_id, account.kind): account
        for account in Account.objects.filter(contract__in=ids)
    }
    opening = shared_account(AccountKind.OPENING)
    entries: list[Entry] = []
    postings: list[Posting] = []
    for balance in balances:
        for kind, code, amount, month in _facts(balance, on):
            entry = Entry(
                key=f"opening:{code}:{balance.contract.number}",
                kind=EntryKind.OPENING,
                date=on,
                label=f"Reprise, {AccountKind(kind).label} {balance.contract.number}",
                author=actor,
            )
            payer = Payer.CAF if kind == AccountKind.AID_AT_TAKEOVER else Payer.RESIDENT
            account = accounts[balance.contract.pk, kind]
            entries.append(entry)
            postings.append(
                Posting(
                    entry=entry,
                    account=account,
                    amount=amount,
                    payer=payer,
                    entitlement_month=month,
                )
            )
            postings.append(Posting(entry=entry, account=opening, amount=-amount))
    Entry.objects.bulk_create(entries)
    Posting.objects.bulk_create(postings)
    _open_terms(balances, on, {entry.key: entry for entry in entries})


def _facts(
    balance: OpeningBalance, on: date
) -> list[tuple[AccountKind, str, Decimal, date | None]]:
    month = Month.of(on).first
    facts: list[tuple[AccountKind, str, Decimal, date | None]] = [
        (AccountKind.RECEIVABLE, "owed", balance.owed, None),
        (AccountKind.AID_AT_TAKEOVER, "aid", balance.aid_expected, month),
        (AccountKind.DEPOSIT_HELD, "deposit", -balance.deposit_held, None),
    ]
    return [fact for fact in facts if fact[2]]


def _open_terms(balances: Sequence[OpeningBalance], on: date, entries: dict[str, Entry]) -> None:
    terms = []
    for balance in balances:
        owed = max(balance.owed, ZERO)
        entry = entries.get(f"opening:owed:{balance.contract.number}") if owed else None
        terms.append(
            Term(
                contract=balance.contract,
                month=Month.of(on).first,
                kind=TermKind.OPENING,
                starts_on=on,
                ends_on=on,
                due_on=on,
                amount=owed,
                entry=entry,
                explanation=_explain(balance, on),
            )
        )
    Term.objects.bulk_create(terms)
    TermLine.objects.bulk_create(
        TermLine(
            term=term,
            position=1,
            kind=LineKind.OPENING,
            label=f"Solde au {french_day(on)}, repris du classeur",
            amount=term.amount,
        )
        for term in terms
        if term.amount
    )


def _explain(balance: OpeningBalance, on: date) -> dict[str, object]:
    if balance.owed > 0:
        sentence = f"Au {french_day(on)}, il restait {euros(balance.owed)} à payer."
    elif balance.owed < 0:
        sentence = f"Au {french_day(on)}, il y avait {euros(-balance.owed)} d'avance."
    else:
        sentence = f"Au {french_day(on)}, le compte était à jour."
    children = []
    if balance.aid_expected:
        children.append(
            {
                "label": f"L'aide au logement attendue ({euros(balance.aid_expected)}) en est "
                "déjà déduite.",
                "amount": "",
                "detail": "",
            }
        )
    return {
        "label": "Solde à la reprise des comptes",
        "amount": str(max(balance.owed, ZERO)),
        "detail": sentence,
        "children": children,
    }
