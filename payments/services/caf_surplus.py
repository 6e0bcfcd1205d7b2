"""Aid above what a month comes to is the resident's: it becomes a refund due (CCH L832-2, L842-1).

The debit carries the CAF and the month, so that what remains of the month's aid settles its term
exactly. Written again whenever the aid or the month changes, by the difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, Sum

from caracol.accounts.models import User
from caracol.core.money import ZERO
from caracol.core.periods import Month
from payments.enums import AccountKind, EntryKind, Payer, TermKind
from payments.models import Account, Entry, Posting, Term
from payments.services.open_days import open_day
from payments.services.posting import Line, post

SURPLUS = "aid-surplus"
IS_SURPLUS = Q(entry__key__startswith=f"{SURPLUS}:")


def settle_surplus(*, contract_ids: Sequence[int], today: date, actor: User) -> int:
    """Bring what is due back to residents in step with the aid; return how many entries.

    The contracts are locked by the caller. What has been paid out already is not taken back: it
    shows as owed by the resident.
    """
    ids = sorted(set(contract_ids))
    wanted = _surpluses(ids)
    posted = _posted(ids)
    months = [key for key in {*wanted, *posted} if wanted.get(key, ZERO) != posted.get(key, ZERO)]
    if not months:
        return 0
    accounts = _accounts([contract for contract, _month in months])
    count = 0
    for contract, month in sorted(months):
        receivable = accounts[contract, AccountKind.RECEIVABLE]
        refund = accounts[contract, AccountKind.REFUND_DUE]
        change = wanted.get((contract, month), ZERO) - posted.get((contract, month), ZERO)
        # Its balance is negative: what is due. What was paid out is no longer there to take back.
        change = max(change, min(refund.balance, ZERO))
        if change:
            entry = _Move(receivable, refund, month, change)
            entry.post(open_day(today), actor)
            refund.balance -= change
            count += 1
    return count


def _surpluses(ids: Sequence[int]) -> dict[tuple[int, date], Decimal]:
    """By contract and month billed here, the aid above what the month comes to."""
    billed = Term.objects.filter(contract__in=ids).exclude(kind=TermKind.OPENING)
    nets = {
        (row["contract"], row["month"]): row["net"]
        for row in billed.values("contract", "month").annotate(
            net=Sum(F("amount") - F("adjusted_amount"))
        )
    }
    found = {}
    for key, aid in _aid(ids, ~IS_SURPLUS).items():
        if key in nets and aid > nets[key]:
            found[key] = aid - nets[key]
    return found


def _posted(ids: Sequence[int]) -> dict[tuple[int, date], Decimal]:
    return {key: -amount for key, amount in _aid(ids, IS_SURPLUS).items() if amount}


def _aid(ids: Sequence[int], which: Q) -> dict[tuple[int, date], Decimal]:
    rows = Posting.objects.filter(
        which,
        account__contract__in=ids,
        account__kind=AccountKind.RECEIVABLE,
        payer=Payer.CAF,
        entitlement_month__isnull=False,
    )
    sums = rows.values_list("account__contract", "entitlement_month")
    return {
        (contract or 0, month): -total
        for contract, month, total in sums.annotate(total=Sum("amount"))
        if month is not None
    }


def _accounts(ids: Sequence[int]) -> dict[tuple[int, str], Account]:
    kinds = [AccountKind.RECEIVABLE, AccountKind.REFUND_DUE]
    found: dict[tuple[int, str], Account] = {}
    for account in Account.objects.filter(contract__in=ids, kind__in=kinds):
        found[account.contract_id or 0, account.kind] = account
    return found


@dataclass(frozen=True)
class _Move:
    """What goes from a contract's account to what is due back, for a month."""

    receivable: Account
    refund: Account
    month: date
    change: Decimal

    def post(self, on: date, actor: User) -> None:
        """Post it."""
        stem = f"{SURPLUS}:{self.receivable.contract_id}:{self.month}:"
        rank = Entry.objects.filter(key__startswith=stem).count() + 1
        of = Month.of(self.month).of_label
        what = f"Aide au-dessus de l'échéance {of}, à rendre"
        post(
            key=f"{stem}{rank}",
            kind=EntryKind.TRANSFER,
            on=on,
            label=what if self.change > 0 else f"{what} : reprise",
            lines=[
                Line(self.receivable, self.change, Payer.CAF, self.month),
                Line(self.refund, -self.change, Payer.RESIDENT),
            ],
            author=actor,
        )


__all__ = ["IS_SURPLUS", "SURPLUS", "settle_surplus"]
