"""Which papers the terms of a month deserve and do not have yet (RULEBOOK 2.1)."""

from typing import cast

from django.db.models import Exists, F, OuterRef

from payments.enums import PaperKind, TermKind
from payments.models import TermPaper
from payments.models.terms import TermQuerySet

RECEIPTS = (PaperKind.QUITTANCE, PaperKind.RECU)


def billed(terms: TermQuerySet) -> TermQuerySet:
    """Keep the terms that papers are issued for: billed here, for an amount."""
    return cast(TermQuerySet, terms.filter(kind=TermKind.MONTHLY, amount__gt=0))


def notices_due(terms: TermQuerySet) -> TermQuerySet:
    """Keep the terms that have no due notice."""
    living = _living(PaperKind.DUE_NOTICE)
    return cast(TermQuerySet, billed(terms).exclude(Exists(living)))


def quittances_due(terms: TermQuerySet) -> TermQuerySet:
    """Keep the terms paid in full that have no quittance."""
    paid = billed(terms).filter(paid_amount=F("amount"))
    return cast(TermQuerySet, paid.exclude(Exists(_living(PaperKind.QUITTANCE))))


def recus_due(terms: TermQuerySet) -> TermQuerySet:
    """Keep the terms paid in part that have no reçu for the very amount paid."""
    part = billed(terms).filter(paid_amount__gt=0, paid_amount__lt=F("amount"))
    living = _living(PaperKind.RECU).filter(paid_amount=OuterRef("paid_amount"))
    return cast(TermQuerySet, part.exclude(Exists(living)))


def _living(kind: PaperKind) -> TermPaper:
    return TermPaper.objects.filter(term=OuterRef("pk"), kind=kind, cancelled_by=None)
