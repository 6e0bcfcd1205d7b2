"""Write an entry once, whatever runs twice or at the same time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction

from caracol.accounts.models import User
from caracol.core.errors import Refused
from caracol.core.periods import Month
from payments.enums import EntryKind
from payments.models import Account, Entry, PeriodLock, Posting


class KeyReusedForAnotherFact(Refused):
    """The same key came again with another date, nature or amounts."""


class MonthLocked(Refused):
    """The books of that month take no entry."""


class AlreadyReversed(Refused):
    """The entry was reversed already, or is itself a reversal."""


@dataclass(frozen=True)
class Line:
    """One signed line to post: debit positive, credit negative."""

    account: Account
    amount: Decimal
    payer: str = ""
    month: date | None = None


@transaction.atomic
def post(
    *,
    key: str,
    kind: EntryKind,
    on: date,
    label: str,
    lines: Sequence[Line],
    author: User,
    source: dict[str, Any] | None = None,
    reason: str = "",
    reverses: Entry | None = None,
) -> tuple[Entry, bool]:
    """Post a balanced entry and return it with True; the one already posted under its key, False.

    Raises KeyReusedForAnotherFact when the key was used for other lines, MonthLocked when the
    month of the date is locked.
    """
    known = Entry.objects.filter(key=key).first()
    if known is None:
        try:
            with transaction.atomic():
                entry = Entry.objects.create(
                    key=key,
                    kind=kind,
                    date=on,
                    label=label[:200],
                    source=source or {},
                    author=author,
                    reason=reason,
                    reverses=reverses,
                )
        except IntegrityError as error:
            known = _posted_meanwhile(error, key, on)
    if known is not None:
        _must_be_same(known, kind, on, lines, source or {})
        return known, False
    Posting.objects.bulk_create(
        Posting(
            entry=entry,
            account=line.account,
            amount=line.amount,
            payer=line.payer,
            entitlement_month=line.month,
        )
        for line in lines
        if line.amount
    )
    return entry, True


def check_now() -> None:
    """Make the deferred guards speak now, while the act can still be refused in words."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def reverse(*, entry: Entry, on: date, author: User, reason: str) -> tuple[Entry, bool]:
    """Post the reversing entry of an entry; at most one exists.

    Raises AlreadyReversed for an entry that is itself a reversal.
    """
    if entry.reverses_id:
        raise AlreadyReversed("Une contre-passation ne se contre-passe pas : refaites l'écriture.")
    lines = [
        Line(p.account, -p.amount, p.payer, p.entitlement_month)
        for p in entry.postings.select_related("account").order_by("pk")
    ]
    done = Entry.objects.filter(reverses=entry).first()
    if done is not None:
        return done, False
    return post(
        key=f"reversal:{entry.pk}",
        kind=EntryKind.REVERSAL,
        on=on,
        label=f"Annulation : {entry.label}",
        lines=lines,
        author=author,
        reason=reason,
        reverses=entry,
    )


def locked_months() -> set[Month]:
    """Return the months whose books take nothing but reversals, or nothing at all."""
    return {Month.of(month) for month in PeriodLock.objects.values_list("month", flat=True)}


def locked_message(on: date) -> str:
    """Return the French refusal for a date in a locked month."""
    return (
        f"Les comptes de {on:%m/%Y} sont verrouillés : datez l'écriture d'un mois ouvert, ou "
        "demandez à la direction de rouvrir la période."
    )


def _posted_meanwhile(error: IntegrityError, key: str, on: date) -> Entry:
    """Return the entry another session posted meanwhile, or refuse in words."""
    known = Entry.objects.filter(key=key).first()
    if known is not None:
        return known
    if "is locked" in str(error):
        raise MonthLocked(locked_message(on)) from error
    raise error


def _must_be_same(
    known: Entry, kind: EntryKind, on: date, lines: Sequence[Line], source: dict[str, Any]
) -> None:
    asked = Counter((line.account.pk, line.amount, line.payer, line.month) for line in lines)
    posted = Counter(
        known.postings.values_list("account_id", "amount", "payer", "entitlement_month")
    )
    if (known.kind, known.date, known.source, posted) != (kind, on, source, asked):
        raise KeyReusedForAnotherFact(
            f"Une autre écriture porte déjà la clé « {known.key} » : rien n'a été écrit."
        )
