"""Read the ledger for files: the balances that a period opens with, then its entries."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, TextIO

from django.db.models import Q, QuerySet, Sum

from caracol.core.money import ZERO
from payments.models import Posting

CARRIED = "CARRIED"
"""The kind of the opening entry, which is made for the file and is in no ledger."""
PAST_RESULT = "PAST_RESULT"
YEAR_RESULT = "YEAR_RESULT"
# (credit: a surplus, debit: a deficit) of the years before, and of the year under way.
_RESULTS = {
    PAST_RESULT: (("110", "Report à nouveau créditeur"), ("119", "Report à nouveau débiteur")),
    YEAR_RESULT: (("120", "Résultat de l'exercice"), ("129", "Résultat de l'exercice (déficit)")),
}
_IS_RESULT = Q(account__code__startswith="6") | Q(account__code__startswith="7")


@dataclass(frozen=True)
class Row:
    """One posting with its entry and account."""

    posting: int
    entry: int
    key: str
    kind: str
    on: date
    label: str
    written_on: date
    account_kind: str
    code: str
    account_label: str
    contract: str | None
    amount: Decimal
    payer: str
    month: date | None


@dataclass(frozen=True)
class Exported:
    """How many entries and postings were written."""

    entries: int
    postings: int


Writer = Callable[[TextIO, Iterator[list[Row]], date | None, date | None], Exported]
"""Writes entries, of a period, in one format."""
BY_DATE = ("entry__date", "entry_id", "pk")
BY_NUMBER = ("entry__numbered__year", "entry__numbered__number", "pk")
"""As books are numbered (payments.services.numbering); what is written meanwhile is left out."""


def entries_of(
    first: date | None, last: date | None, order: tuple[str, ...] = BY_DATE
) -> Iterator[list[Row]]:
    """Yield the opening entry if the ledger began before, then each entry's rows in their order.

    A few are in memory at a time, and each account of the opening.
    """
    opening = carried(first) if first is not None else []
    if opening:
        yield opening
    postings = Posting.objects.all()
    if first is not None:
        postings = postings.filter(entry__date__gte=first)
    if last is not None:
        postings = postings.filter(entry__date__lte=last)
    if order == BY_NUMBER:
        postings = postings.filter(entry__numbered__isnull=False)
    rows = (
        postings.order_by(*order)
        .values_list(
            "pk",
            "entry_id",
            "entry__key",
            "entry__kind",
            "entry__date",
            "entry__label",
            "entry__created_at__date",
            "account__kind",
            "account__code",
            "account__label",
            "account__contract__number",
            "amount",
            "payer",
            "entitlement_month",
        )
        .iterator(chunk_size=2000)
    )
    for _entry, group in groupby((Row(*row) for row in rows), key=lambda row: row.entry):
        yield list(group)


def carried(first: date) -> list[Row]:
    """Return what accounts held the day before, as one balanced entry; nothing at the beginning.

    Income and expense are not carried: what they come to is brought forward (110, 119) for the
    calendar years before, and is the result (120, 129) for the days before in the same year.
    """
    before = Posting.objects.filter(entry__date__lt=first)
    year = date(first.year, 1, 1)
    model = Row(
        posting=0,
        entry=0,
        key=f"a-nouveaux:{first:%Y-%m-%d}",
        kind=CARRIED,
        on=first,
        label=f"À nouveaux au {first:%d/%m/%Y}",
        written_on=first,
        amount=ZERO,
        account_kind="",
        code="",
        account_label="",
        contract=None,
        payer="",
        month=None,
    )
    sums = (
        before.exclude(_IS_RESULT)
        .values("account__kind", "account__code", "account__label", "account__contract__number")
        .annotate(total=Sum("amount"))
        .exclude(total=0)
        .order_by("account__code")
    )
    facts = ("account__kind", "account__code", "account__label", "account__contract__number")
    rows = [
        replace(model, account_kind=kind, code=code, account_label=label, contract=number, amount=s)
        for kind, code, label, number, s in sums.values_list(*facts, "total")
    ]
    result = before.filter(_IS_RESULT)
    for kind, postings in (
        (PAST_RESULT, result.filter(entry__date__lt=year)),
        (YEAR_RESULT, result.filter(entry__date__gte=year)),
    ):
        rows += _result(model, kind, postings)
    return rows


def _result(model: Row, kind: str, postings: QuerySet[Any]) -> list[Row]:
    total = postings.aggregate(total=Sum("amount"))["total"] or ZERO
    if not total:
        return []
    code, label = _RESULTS[kind][total > 0]
    return [replace(model, account_kind=kind, code=code, account_label=label, amount=total)]


def one_line(text: str) -> str:
    """Return a label without the signs that cut lines and columns."""
    return " ".join(text.replace(";", ",").replace("|", " ").split())
