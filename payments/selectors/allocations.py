"""Read which money settles which term, now or on a past day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.db.models import QuerySet

from payments.calculations.allocation import Allocation, Due, Money, allocate
from payments.enums import AccountKind, EntryKind
from payments.models import Posting, Term


def allocations(
    contract_ids: Sequence[int],
    *,
    until: date | None = None,
    extra: Mapping[int, Sequence[Money]] | None = None,
    extra_dues: Mapping[int, Sequence[Due]] | None = None,
    without: Sequence[int] = (),
) -> dict[int, Allocation]:
    """Return each contract's allocation, from its terms and the money on its receivable.

    The keys of money are postings' keys. With `until`, terms and money dated later are left out,
    to read the past. To try an act before doing it, `extra` adds money by contract,
    `extra_dues` adds terms, `without` leaves out entries.
    """
    dues: dict[int, list[Due]] = defaultdict(list)
    terms = Term.objects.filter(contract__in=contract_ids)
    money = Posting.objects.filter(
        account__contract__in=contract_ids,
        account__kind=AccountKind.RECEIVABLE,
        entry__term=None,
    )
    if until is not None:
        terms = terms.filter(entry__date__lte=until)
        money = money.filter(entry__date__lte=until)
    for pk, contract, month, due_on, amount in terms.values_list(
        "pk", "contract", "month", "due_on", "amount"
    ):
        dues[contract].append(Due(pk, month, due_on, amount))
    for contract, added in (extra_dues or {}).items():
        dues[contract].extend(added)
    moneys = _money_by_contract(money.exclude(entry__in=without) if without else money)
    for contract, more in (extra or {}).items():
        moneys[contract].extend(more)
    return {pk: allocate(dues[pk], moneys[pk]) for pk in contract_ids}


def _money_by_contract(postings: QuerySet[Posting]) -> dict[int, list[Money]]:
    """Return money by contract, received money positive.

    A reversal names the posting it takes back: the one of the same rank in the entry reversed.
    An adjustment, and the reversal of a term's entry, lower what their month was billed.
    """
    rows = postings.order_by("entry__date", "entry_id", "pk").values_list(
        "pk",
        "account__contract",
        "entry",
        "entry__date",
        "amount",
        "payer",
        "entitlement_month",
        "entry__reverses",
        "entry__reverses__term__month",
        "entry__kind",
    )
    moneys: dict[int, list[Money]] = defaultdict(list)
    by_entry: dict[tuple[int, int], list[int]] = defaultdict(list)
    reversals: list[tuple[int, int, int, Money]] = []
    for pk, contract, entry, on, amount, payer, month, reverses, billed, kind in rows:
        by_entry[contract, entry].append(pk)
        rank = len(by_entry[contract, entry]) - 1
        adjusts = billed is not None or kind == EntryKind.ADJUSTMENT
        money = Money(pk, on, -amount, payer or "RESIDENT", billed or month, adjusts=adjusts)
        if reverses is not None and billed is None:
            reversals.append((contract, reverses, rank, money))
        else:
            moneys[contract].append(money)
    for contract, reverses, rank, money in reversals:
        mirrored = by_entry.get((contract, reverses), [])
        target = mirrored[rank] if rank < len(mirrored) else None
        moneys[contract].append(replace(money, reverses=target))
    return moneys
