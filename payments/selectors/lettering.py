"""Which lines of the books settle each other: terms and money, the bank's lines and suspense."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.db.models import F, QuerySet

from payments.calculations.lettering import Mark, letters
from payments.enums import AccountKind
from payments.models import Posting, ReconciliationPart
from payments.selectors.allocations import allocations

CHUNK = 1000
Lines = dict[int, tuple[date, Decimal]]
Links = list[tuple[int, int]]


def lettering(first: date | None, last: date | None) -> dict[int, Mark]:
    """Return the mark of each posting settled on the last day, by others of the same period.

    Of contracts: what settles a term, whole, by the rules of allocation. Of the suspense account
    and of payments to come: a line of the bank and what it was decided to be.
    """
    found: dict[int, Mark] = {}
    for lines, links in (*_contracts(last), _suspense(last), _in_transit(last)):
        kept = {key: line for key, line in lines.items() if first is None or line[0] >= first}
        found.update(letters(kept, links))
    return found


def _contracts(last: date | None) -> Iterator[tuple[Lines, Links]]:
    """Yield the lines of each contract's account, and which settle which."""
    rows = Posting.objects.filter(account__kind=AccountKind.RECEIVABLE)
    ids = sorted(set(rows.values_list("account__contract", flat=True).distinct()))
    for start in range(0, len(ids), CHUNK):
        yield from _some_contracts(ids[start : start + CHUNK], last)


def _some_contracts(ids: list[int], last: date | None) -> Iterator[tuple[Lines, Links]]:
    lines: dict[int, Lines] = defaultdict(dict)
    billed: dict[int, int] = {}
    backs: dict[int, Links] = defaultdict(list)
    by_entry: dict[tuple[int, int], list[int]] = defaultdict(list)
    rows = Posting.objects.filter(
        account__contract__in=ids, account__kind=AccountKind.RECEIVABLE
    ).order_by("entry__date", "entry_id", "pk")
    for pk, contract, entry, term, reverses, on, amount in rows.values_list(
        *("pk", "account__contract", "entry", "entry__term", "entry__reverses"),
        *("entry__date", "amount"),
    ):
        if last is not None and on > last:
            continue
        lines[contract][pk] = (on, amount)
        by_entry[contract, entry].append(pk)
        if term is not None:
            billed[term] = pk
        if reverses is not None:
            rank = len(by_entry[contract, entry]) - 1
            mirrored = by_entry.get((contract, reverses), [])
            backs[contract] += [(mirrored[rank], pk)] if rank < len(mirrored) else []
    for contract, found in allocations(ids, until=last).items():
        settled = [(part.money, billed[part.due]) for part in found.parts if part.due in billed]
        yield lines[contract], settled + backs[contract]


def _suspense(last: date | None) -> tuple[Lines, Links]:
    """Return the lines of the suspense account, tied by the line of the bank they come from."""
    rows = _of(AccountKind.SUSPENSE, last).annotate(
        own=F("entry__bank_line"),
        decided=F("entry__reconciliation__line"),
        undone=F("entry__reverses__reconciliation__line"),
    )
    facts = ("pk", "entry__date", "amount", "entry", "entry__reverses", "own", "decided", "undone")
    lines: Lines = {}
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for pk, on, amount, entry, reverses, own, decided, undone in rows.values_list(*facts):
        lines[pk] = (on, amount)
        line = own or decided or undone
        groups[("line", line) if line else ("entry", reverses or entry)].append(pk)
    return lines, _chained(groups.values())


def _in_transit(last: date | None) -> tuple[Lines, Links]:
    """Return what is to come through the bank, tied to the entry that shows it came."""
    lines: Lines = {}
    by_entry: dict[int, int] = {}
    groups: dict[int, list[int]] = defaultdict(list)
    rows = _of(AccountKind.IN_TRANSIT, last)
    facts = ("pk", "entry__date", "amount", "entry", "entry__reverses")
    for pk, on, amount, entry, reverses in rows.values_list(*facts):
        lines[pk] = (on, amount)
        by_entry[entry] = pk
        groups[reverses or entry].append(pk)
    cleared = ReconciliationPart.objects.filter(recorded__isnull=False)
    pairs = cleared.values_list("recorded", "reconciliation__entry")
    shown = [
        (by_entry[one], by_entry[other])
        for one, other in pairs
        if one in by_entry and other in by_entry
    ]
    return lines, _chained(groups.values()) + shown


def _of(kind: AccountKind, last: date | None) -> QuerySet[Posting]:
    rows = Posting.objects.filter(account__kind=kind, account__contract=None).order_by("pk")
    return rows if last is None else rows.filter(entry__date__lte=last)


def _chained(groups: Iterable[list[int]]) -> Links:
    return [pair for keys in groups for pair in pairwise(keys)]
