"""Payments as lists show them: one line per payment, with who it is for."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse

from caracol.core.periods import Month
from payments.enums import EntryKind, Payer
from payments.models import Posting
from payments.selectors.labels import Label, contract_labels
from payments.selectors.wording import means_label


@dataclass(frozen=True)
class PaymentLine:
    """A payment (or what took it back) on one contract."""

    posting: Posting
    label: Label
    amount: Decimal
    means: str
    payer: str
    note: str
    state: tuple[str, str]

    @property
    def pk(self) -> int:
        """The number of its posting."""
        return int(self.posting.pk)

    @property
    def url(self) -> str:
        """The account it was made on."""
        return reverse("payments:account-detail", args=[self.label.number])

    @property
    def entry(self) -> Any:
        """Its entry."""
        return self.posting.entry

    @property
    def may_be_reversed(self) -> bool:
        """Whether it is a payment that stands."""
        return self.entry.kind != EntryKind.REVERSAL and not hasattr(self.entry, "reversed_by")


def payment_lines(postings: Iterable[Posting]) -> list[PaymentLine]:
    """Return the lines of a page of payments, in a constant number of queries."""
    postings = list(postings)
    contracts = {posting.account.contract_id for posting in postings if posting.account.contract_id}
    last = max((posting.entry.date for posting in postings), default=None)
    labels = contract_labels(contracts, last, with_places=False) if last else {}
    return [_line(posting, labels) for posting in postings]


def with_facts(postings: Any) -> Any:
    """Fetch with postings what a line shows."""
    return postings.select_related(
        "account", "entry__author", "entry__reversed_by", "entry__reverses"
    )


def _line(posting: Posting, labels: dict[int, Label]) -> PaymentLine:
    entry = posting.entry
    reversed_by = getattr(entry, "reversed_by", None)
    if entry.kind == EntryKind.REVERSAL:
        state = ("annulation", "neutral")
    elif reversed_by is not None:
        state = (f"annulé le {reversed_by.date:%d/%m/%Y}", "warning")
    else:
        state = ("enregistré", "success")
    note = entry.reason if entry.kind == EntryKind.REVERSAL else entry.source.get("note", "")
    return PaymentLine(
        posting=posting,
        label=labels[posting.account.contract_id or 0],
        amount=-posting.amount,
        means=means_label(posting),
        payer=str(Payer(posting.payer or Payer.RESIDENT).label),
        note=str(note),
        state=state,
    )


def last_payments(postings: Any, month: Month, count: int) -> list[PaymentLine]:
    """Return the latest payments dated in a month."""
    rows = with_facts(postings).filter(entry__date__gte=month.first, entry__date__lte=month.last)
    latest = rows.order_by("-entry__created_at", "-pk")[:count]
    return payment_lines(latest)
