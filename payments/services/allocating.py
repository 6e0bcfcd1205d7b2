"""Keep each term's paid amount equal to what `allocate` gives it."""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.db.models import F, Sum

from caracol.core.money import ZERO
from caracol.core.periods import Month
from payments.enums import AccountKind, EntryKind
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
    stored = dict(terms.select_for_update(no_key=True).values_list("pk", "paid_amount"))
    paid = {
        term: amount
        for allocation in allocations(ids).values()
        for term, amount in allocation.paid.items()
    }
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
    """Return the contracts whose money may settle their new term of the month.

    Money that no term has used; that came for the month, or was named for it, before its term and
    settled others meanwhile; that settles a later term, or what was taken back since, which the
    new term comes before.
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
    money = Posting.objects.filter(account__in=list(receivables))
    named = money.filter(entitlement_month=month.first, amount__lt=0)
    taken_back = money.filter(amount__gt=0, entry__date__gte=month.first).exclude(
        entry__kind__in=[EntryKind.TERM, EntryKind.OPENING]
    )
    later = Term.objects.filter(contract__in=contract_ids, month__gt=month.first, paid_amount__gt=0)
    found = {pk for pk, balance in receivables.values() if balance != unpaid.get(pk, ZERO)}
    for accounts_found in (named, taken_back):
        found |= {receivables[pk][0] for pk in accounts_found.values_list("account", flat=True)}
    return sorted(found | set(later.values_list("contract", flat=True)))
