"""Keep each term's paid amount equal to what `allocate` gives it."""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import F, Sum

from caracol.core.money import ZERO
from caracol.core.periods import Month
from payments.enums import AccountKind, Payer
from payments.models import Account, Posting, Term
from payments.selectors.allocations import allocations


def reallocate(contract_ids: Iterable[int]) -> list[int]:
    """Write what each term of the contracts has received; return the terms that lost money."""
    ids = sorted(set(contract_ids))
    if not ids:
        return []
    paid = {
        term: amount
        for allocation in allocations(ids).values()
        for term, amount in allocation.paid.items()
    }
    stored = dict(Term.objects.filter(contract__in=ids).values_list("pk", "paid_amount"))
    changed = [(pk, amount) for pk, amount in paid.items() if stored[pk] != amount]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE payments_term term SET paid_amount = fresh.amount
                FROM unnest(%s::bigint[], %s::numeric[]) AS fresh(id, amount)
                WHERE term.id = fresh.id
                """,
                [[pk for pk, _ in changed], [amount for _, amount in changed]],
            )
    return [pk for pk, amount in changed if amount < stored[pk]]


def contracts_with_credit(contract_ids: Sequence[int], month: Month) -> list[int]:
    """Return the contracts that may hold money no term has used yet.

    Their balance is not what their terms leave unpaid, or aid came for the month before its term
    (as much money taken back from an older month would hide it in the balance), or money settles
    a later term that the month, closed after it, comes before.
    """
    # One table at a time: a join would be planned on statistics older than what was just written.
    accounts = Account.objects.filter(contract__in=contract_ids, kind=AccountKind.RECEIVABLE)
    receivables = {
        pk: (contract, balance)
        for pk, contract, balance in accounts.values_list("pk", "contract", "balance")
    }
    unpaid = dict(
        Term.objects.filter(contract__in=contract_ids)
        .values("contract")
        .annotate(unpaid=Sum(F("amount") - F("paid_amount")))
        .values_list("contract", "unpaid")
    )
    aided = Posting.objects.filter(
        account__in=list(receivables), payer=Payer.CAF, entitlement_month=month.first
    )
    found = {receivables[account][0] for account in aided.values_list("account", flat=True)}
    later = Term.objects.filter(contract__in=contract_ids, month__gt=month.first, paid_amount__gt=0)
    found |= set(later.values_list("contract", flat=True))
    found |= {pk for pk, balance in receivables.values() if balance != unpaid.get(pk, ZERO)}
    return sorted(found)
