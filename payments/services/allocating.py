"""Keep each term's paid amount equal to what `allocate` gives it."""

from collections.abc import Iterable, Sequence

from django.db import connection

from payments.models import Term
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


def contracts_with_credit(contract_ids: Sequence[int]) -> list[int]:
    """Return the contracts that hold money no term has used yet (balance ≠ terms left unpaid)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT account.contract_id FROM payments_account account
            LEFT JOIN LATERAL (
                SELECT sum(amount - paid_amount) AS owed FROM payments_term
                WHERE contract_id = account.contract_id
            ) terms ON true
            WHERE account.kind = 'RECEIVABLE' AND account.contract_id = ANY(%s)
              AND account.balance <> coalesce(terms.owed, 0)
            """,
            [list(contract_ids)],
        )
        return [row[0] for row in cursor.fetchall()]
