"""Keep each term's paid and adjusted amounts equal to what `allocate` gives them."""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.db.models import Count, F, Q, Sum

from caracol.core.money import ZERO
from caracol.core.periods import Month
from payments.enums import AccountKind, TermKind
from payments.models import Account, Posting, Term
from payments.selectors.allocations import allocations


@transaction.atomic
def reallocate(contract_ids: Iterable[int]) -> list[int]:
    """Write what each term of the contracts has received; return the terms that lost money."""
    ids = sorted(set(contract_ids))
    if not ids:
        return []
    # Who is issuing papers of these terms ends first: what they attest is then seen, and checked.
    terms = Term.objects.filter(contract__in=ids).order_by("contract_id", "month")
    stored = {
        pk: (paid, adjusted)
        for pk, paid, adjusted in terms.select_for_update(no_key=True).values_list(
            "pk", "paid_amount", "adjusted_amount"
        )
    }
    fresh = {
        term: (amount, adjusted[term])
        for allocation in allocations(ids).values()
        for adjusted in [allocation.adjusted]
        for term, amount in allocation.paid.items()
    }
    changed = [(pk, *amounts) for pk, amounts in fresh.items() if stored[pk] != amounts]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE payments_term term
                SET paid_amount = fresh.paid, adjusted_amount = fresh.adjusted
                FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[])
                    AS fresh(id, paid, adjusted)
                WHERE term.id = fresh.id
                """,
                [list(column) for column in zip(*changed, strict=True)],
            )
    return [pk for pk, paid, _adjusted in changed if paid < stored[pk][0]]


def contracts_with_credit(contract_ids: Sequence[int], month: Month) -> list[int]:
    """Return the contracts whose money may settle their new term of the month.

    Money that no term has used; that came for the month, or was named for it, and settled others
    meanwhile; that settles a later term, what was added since to an earlier month, or what was
    taken back (debits that are no term's), which the new term may come before.
    """
    # One table at a time: a join would be planned on statistics older than what was just written.
    accounts = list(
        Account.objects.filter(contract__in=contract_ids, kind=AccountKind.RECEIVABLE).values_list(
            "pk", "contract", "balance"
        )
    )
    is_later = Q(paid_amount__gt=0) & (Q(month__gt=month.first) | Q(kind=TermKind.ADJUSTMENT))
    billed = {
        contract: facts
        for contract, *facts in Term.objects.filter(contract__in=contract_ids)
        .values("contract")
        .annotate(
            total=Sum("amount"),
            unpaid=Sum(F("amount") - F("paid_amount")),
            later=Count("pk", filter=is_later),
        )
        .values_list("contract", "total", "unpaid", "later")
    }
    is_named = Q(entitlement_month=month.first, amount__lt=0)
    booked = {
        account: facts
        for account, *facts in Posting.objects.filter(account__in=[row[0] for row in accounts])
        .values("account")
        .annotate(
            debits=Sum("amount", filter=Q(amount__gt=0), default=ZERO),
            named=Count("pk", filter=is_named),
        )
        .values_list("account", "debits", "named")
    }
    found = []
    for account, contract, balance in accounts:
        total, unpaid, later = billed.get(contract, (ZERO, ZERO, 0))
        debits, named = booked.get(account, (ZERO, 0))
        if balance != unpaid or debits != total or named or later:
            found.append(contract)
    return sorted(found)
