"""Aid in the books that the bank has not shown: what of a contract rests on it, and which is it.

It leaves by no refund before its credit is matched: a statement may be wrong, or never be paid.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from caracol.core.money import ZERO, euros
from caracol.core.periods import french_day
from payments.calculations.awaited import HeldBack, held_back
from payments.enums import AccountKind, CafState, Payer, RefundSource, RefundState
from payments.models import Account, CafStatement, Entry, Posting, Refund


@dataclass(frozen=True)
class AwaitedAid:
    """What waits on a contract, and the statements whose credit would free it."""

    held: HeldBack
    statements: tuple[CafStatement, ...]

    @property
    def words(self) -> str:
        """Name the statements: CAF, number, day."""
        return " et ".join(statement_words(one) for one in self.statements)


def statement_words(one: CafStatement) -> str:
    """Name a statement as a refusal does."""
    return f"{one.reference} ({one.office}, payé le {french_day(one.paid_on)})"


def without_credit(statements: Any = None) -> list[CafStatement]:
    """Return the statements in the books that the bank has not paid whole, the oldest first."""
    every = CafStatement.objects.all() if statements is None else statements
    tied = Sum("ties__amount", filter=Q(ties__undone=False), default=ZERO)
    rows = every.filter(state=CafState.POSTED).annotate(tied=tied)
    kept = rows.exclude(tied=F("total")).select_related("office")
    return list(kept.order_by("paid_on", "pk"))


def awaited_aid(ids: Sequence[int]) -> dict[int, AwaitedAid]:
    """Return what waits on contracts, those on which something does; constant queries."""
    statements = {one.pk: one for one in without_credit()} if ids else {}
    if not statements:
        return {}
    brought = _brought(ids, list(statements))
    moved = _moved(list(brought))
    return {
        pk: AwaitedAid(
            held_back(parts, moved[pk]),
            tuple(one for number, one in statements.items() if _brings(parts, number)),
        )
        for pk, parts in brought.items()
        if any(amount > 0 for amount in parts.values())
    }


def _brings(parts: dict[tuple[int, date | None], Decimal], number: int) -> bool:
    return any(amount > 0 for (statement, _month), amount in parts.items() if statement == number)


def _brought(
    ids: Sequence[int], statements: Sequence[int]
) -> dict[int, dict[tuple[int, date | None], Decimal]]:
    """By contract, what statements credit by statement and month, wherever a line was moved."""
    own, moved = "entry__caf_line__statement", "entry__caf_line_moved__statement"
    rows = _aid(ids).filter(Q(**{f"{own}__in": statements}) | Q(**{f"{moved}__in": statements}))
    sums = rows.annotate(statement=Coalesce(own, moved)).values_list(
        "account__contract", "statement", "entitlement_month"
    )
    found: dict[int, dict[tuple[int, date | None], Decimal]] = defaultdict(dict)
    for pk, statement, month, total in sums.annotate(total=-Sum("amount")).order_by():
        found[pk or 0][statement, month] = total
    return found


def _moved(ids: Sequence[int]) -> dict[int, dict[date | None, Decimal]]:
    """By contract and month, the aid that went from the account to what is to be refunded."""
    out = Entry.objects.filter(
        postings__account__contract__in=ids, postings__account__kind=AccountKind.REFUND_DUE
    )
    rows = _aid(ids).filter(entry__in=out.values("pk"))
    found: dict[int, dict[date | None, Decimal]] = defaultdict(dict)
    sums = rows.values_list("account__contract", "entitlement_month")
    for pk, month, total in sums.annotate(total=Sum("amount")).order_by():
        found[pk or 0][month] = total
    return found


def _aid(ids: Sequence[int]) -> QuerySet[Posting]:
    return Posting.objects.filter(
        account__contract__in=ids, account__kind=AccountKind.RECEIVABLE, payer=Payer.CAF
    )


def waiting_for_caf(refunds: Iterable[Refund]) -> dict[int, AwaitedAid]:
    """Return, by number, the refunds not sent that rest on aid the bank has not shown.

    On a contract the approved come first, in their order: what was seen is theirs. A constant
    number of queries.
    """
    asked = [one for one in refunds if one.state in {RefundState.PREPARED, RefundState.APPROVED}]
    waiting = awaited_aid(sorted({one.contract_id for one in asked}))
    if not waiting:
        return {}
    pools = _pools(waiting)
    found = {}
    rows = Refund.objects.filter(
        contract__in=waiting, state__in=[RefundState.PREPARED, RefundState.APPROVED]
    ).defer("iban")
    for one in sorted(rows, key=lambda one: (one.state != RefundState.APPROVED, one.pk)):
        is_due = one.state == RefundState.APPROVED or one.source == RefundSource.DUE
        pool = (one.contract_id, one.payer if is_due else "")
        if one.amount <= pools[pool]:
            pools[pool] -= one.amount
        else:
            found[one.pk] = waiting[one.contract_id]
    return {one.pk: found[one.pk] for one in asked if one.pk in found}


def _pools(waiting: dict[int, AwaitedAid]) -> dict[tuple[int, str], Decimal]:
    """By contract, what the bank has shown: by payer what is to be refunded, "" the advance."""
    found: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    due = Posting.objects.filter(
        account__contract__in=waiting, account__kind=AccountKind.REFUND_DUE
    ).values_list("account__contract", "payer")
    for pk, payer, total in due.annotate(total=-Sum("amount")).order_by():
        found[pk or 0, payer or Payer.RESIDENT] += total
    accounts = Account.objects.filter(contract__in=waiting, kind=AccountKind.RECEIVABLE)
    for number, balance in accounts.values_list("contract", "balance"):
        found[number or 0, ""] -= balance
    sent = Refund.objects.filter(contract__in=waiting, state=RefundState.SENT)
    for pk, payer, amount in sent.values_list("contract", "payer", "amount"):
        found[pk, payer] -= amount
    for pk, one in waiting.items():
        found[pk, Payer.RESIDENT] -= one.held.due
        found[pk, ""] -= one.held.account
    return found


def awaited_words(amount: Decimal, one: AwaitedAid) -> str:
    """Say why a sum cannot leave yet, and what frees it."""
    plural = len(one.statements) > 1
    which = f"les bordereaux {one.words}" if plural else f"le bordereau {one.words}"
    whose = "leurs crédits ne sont pas rapprochés" if plural else "son crédit n'est pas rapproché"
    return (
        f"{euros(amount)} viennent de la CAF par {which} : {whose} en banque. Importez le relevé "
        "et rapprochez-le, puis recommencez."
    )
