"""The paper behind each entry: its number and its day, for the books handed out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from payments.enums import PaperKind
from payments.models import (
    BankLine,
    CafLine,
    CafTie,
    Debit,
    Entry,
    Reconciliation,
    Refund,
    TermPaper,
)


@dataclass(frozen=True)
class Piece:
    """A paper, as books name it."""

    number: str
    on: date


def pieces(entries: Collection[int]) -> dict[int, Piece]:
    """Return the paper of each entry that has one, in a constant number of queries.

    A month: its due notice. A line of the bank and what it settles: the bank's reference. Aid: the
    CAF's statement. A debit, a refund: its reference from end to end. What reverses an entry bears
    the paper of that entry.
    """
    reversed_by = dict(
        Entry.objects.filter(pk__in=entries, reverses__isnull=False).values_list("pk", "reverses")
    )
    roots = {*entries, *(root for root in reversed_by.values() if root)}
    found: dict[int, Piece] = {}
    for entry, number, on in _papers(roots):
        if entry and number and on:
            found.setdefault(entry, Piece(number, on))
    mirrored = {pk: found[root] for pk, root in reversed_by.items() if root and root in found}
    return found | mirrored


def _papers(roots: Collection[int]) -> Iterable[tuple[int | None, str, date | None]]:
    """Yield papers, the one that counts first."""
    notices = TermPaper.objects.filter(kind=PaperKind.DUE_NOTICE, term__entry__in=roots)
    facts = ("term__entry", "document__number", "document__issued_on")
    yield from notices.order_by("cancelled_by", "-pk").values_list(*facts)
    ties = CafTie.objects.filter(entry__in=roots)
    yield from ties.values_list("entry", "statement__reference", "statement__paid_on")
    for path in ("entry", "moved"):
        lines = CafLine.objects.filter(**{f"{path}__in": roots})
        yield from lines.values_list(path, "statement__reference", "statement__paid_on")
        refunds = Refund.objects.filter(**{f"{path}__in": roots})
        for entry, reference, approved, paid in refunds.values_list(
            path, "end_to_end_id", "approved_on", "paid_on"
        ):
            yield entry, reference, paid or approved
    debits = Debit.objects.filter(entry__in=roots)
    yield from debits.values_list("entry", "end_to_end_id", "batch__collect_on")
    yield from _bank(BankLine.objects.filter(entry__in=roots), "entry", "")
    yield from _bank(Reconciliation.objects.filter(entry__in=roots), "entry", "line__")
    cleared = Reconciliation.objects.filter(Q(parts__recorded__in=roots), undone_at=None)
    yield from _bank(cleared, "parts__recorded", "line__")


def _bank(rows: QuerySet[Any], path: str, line: str) -> Iterable[tuple[int | None, str, date]]:
    """Yield what the bank calls lines; ours, by its number, where it calls them nothing."""
    names = ("pk", "bank_ref", "end_to_end_id", "booked_on")
    for entry, pk, bank_ref, end_to_end, on in rows.values_list(
        path, *(f"{line}{name}" for name in names)
    ):
        yield entry, bank_ref or end_to_end or f"L{pk}", on
