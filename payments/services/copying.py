"""Write many terms with COPY: entries, postings, terms and their lines, in that order."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection

from caracol.accounts.models import User
from caracol.core.money import ZERO
from caracol.core.periods import Month
from payments.calculations.prorata import CHARGES, FEE, INSURANCE
from payments.enums import AccountKind, EntryKind, LineKind, Payer, TermKind
from payments.models import Account
from payments.services.posting import MonthLocked

if TYPE_CHECKING:
    from payments.services.closing import TermDraft

Ids = Mapping[int, int]
PREMIUM_LABEL = "Assurance pour compte"


def copy_terms(month: Month, drafts: Sequence["TermDraft"], receivables: Ids, author: User) -> None:
    """Write the terms of a month. Raises MonthLocked when its books are locked."""
    billed = [draft for draft in drafts if draft.bill.amount]
    entries = _numbered(billed, "payments_entry_id_seq")
    terms = _numbered(drafts, "payments_term_id_seq")
    # Read before: while rows stream through COPY the connection answers nothing else.
    income = dict(
        Account.objects.filter(
            contract=None, kind__in=[AccountKind.FEES, AccountKind.CHARGES]
        ).values_list("kind", "pk")
    )
    try:
        copy(
            "payments_entry",
            ["id", "key", "kind", "date", "label", "source", "author_id", "reason"],
            _entries(month, billed, entries, author),
        )
    except IntegrityError as error:
        if "is locked" in str(error):
            raise MonthLocked(
                f"Les comptes {month.of_label} sont verrouillés : rien n'a été facturé."
            ) from error
        raise
    copy(
        "payments_posting",
        ["entry_id", "account_id", "amount", "payer", "entitlement_month"],
        _postings(month, billed, entries, receivables, income),
    )
    copy(
        "payments_term",
        [
            *("id", "contract_id", "month", "kind", "starts_on", "ends_on", "due_on", "amount"),
            *("paid_amount", "expected_aid", "aid_payee", "entry_id", "explanation"),
        ],
        _terms(month, drafts, terms, entries),
    )
    copy(
        "payments_termline",
        ["term_id", "position", "kind", "label", "detail", "amount"],
        _lines(drafts, terms),
    )


def _numbered(drafts: Sequence["TermDraft"], sequence: str) -> dict[int, int]:
    numbers = reserve(sequence, len(drafts))
    return dict(zip((draft.contract for draft in drafts), numbers, strict=True))


def _entries(
    month: Month, drafts: Iterable["TermDraft"], entries: Ids, author: User
) -> Iterable[tuple[Any, ...]]:
    for draft in drafts:
        yield (
            entries[draft.contract],
            f"term:{draft.number}:{month}",
            EntryKind.TERM.value,
            max(month.first, draft.bill.span.first),
            f"Échéance {month.label} {draft.number}",
            "{}",
            author.pk,
            "",
        )


def _postings(
    month: Month,
    drafts: Iterable["TermDraft"],
    entries: Ids,
    receivables: Ids,
    income: Mapping[str, int],
) -> Iterable[tuple[Any, ...]]:
    for draft in drafts:
        entry = entries[draft.contract]
        fee = sum((line.amount for line in draft.bill.lines if line.kind == FEE), ZERO)
        charges = draft.bill.amount - fee
        receivable = receivables[draft.contract]
        yield entry, receivable, draft.bill.amount, Payer.RESIDENT.value, month.first
        if fee:
            yield entry, income[AccountKind.FEES], -fee, "", None
        if charges:
            yield entry, income[AccountKind.CHARGES], -charges, "", None


def _terms(
    month: Month, drafts: Iterable["TermDraft"], terms: Ids, entries: Ids
) -> Iterable[tuple[Any, ...]]:
    for draft in drafts:
        yield (
            terms[draft.contract],
            draft.contract,
            month.first,
            TermKind.MONTHLY.value,
            draft.bill.span.first,
            draft.bill.span.last,
            draft.due_on,
            draft.bill.amount,
            0,
            draft.expected_aid,
            draft.aid_payee,
            entries.get(draft.contract),
            json.dumps(draft.bill.explanation, ensure_ascii=False),
        )


def _lines(drafts: Iterable["TermDraft"], terms: Ids) -> Iterable[tuple[Any, ...]]:
    for draft in drafts:
        fee_label, charges_label = draft.labels
        labels = {FEE: fee_label, CHARGES: charges_label, INSURANCE: PREMIUM_LABEL}
        for position, line in enumerate(draft.bill.lines, start=1):
            yield (
                terms[draft.contract],
                position,
                LineKind(line.kind).value,
                labels[line.kind],
                line.detail,
                line.amount,
            )


def reserve(sequence: str, count: int) -> list[int]:
    """Return that many fresh numbers of a sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]


def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows with COPY; constraints and triggers apply as for INSERT."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    # psycopg's own errors become Django's, as they do for execute.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as stream,
    ):
        for row in rows:
            stream.write_row(row)
