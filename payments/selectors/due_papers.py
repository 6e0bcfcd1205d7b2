"""Which papers the terms of a month deserve and do not have yet (RULEBOOK 2.1)."""

from typing import Any

from django.db.models import Exists, F, OuterRef

from payments.enums import BILLED_HERE, PaperKind
from payments.models import TermPaper

RECEIPTS = (PaperKind.QUITTANCE, PaperKind.RECU)


def billed(terms: Any) -> Any:
    """Keep the terms that papers are issued for: billed here, for an amount still standing."""
    return terms.filter(kind__in=BILLED_HERE, amount__gt=F("adjusted_amount"))


def notices_due(terms: Any) -> Any:
    """Keep the terms that have no due notice."""
    living = _living(PaperKind.DUE_NOTICE)
    return billed(terms).exclude(Exists(living))


def quittances_due(terms: Any) -> Any:
    """Keep the terms paid in full that have no quittance."""
    paid = billed(terms).filter(paid_amount=F("amount"))
    return paid.exclude(Exists(_living(PaperKind.QUITTANCE)))


def recus_due(terms: Any) -> Any:
    """Keep the terms paid in part that have no reçu for the very amount paid."""
    part = billed(terms).filter(paid_amount__gt=F("adjusted_amount"), paid_amount__lt=F("amount"))
    living = _living(PaperKind.RECU).filter(
        paid_amount=OuterRef("paid_amount") - OuterRef("adjusted_amount")
    )
    return part.exclude(Exists(living))


def _living(kind: PaperKind) -> Any:
    return TermPaper.objects.filter(term=OuterRef("pk"), kind=kind, cancelled_by=None)
