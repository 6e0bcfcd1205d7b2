"""Cancel the papers that a term no longer deserves, each by a numbered counter-document."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import F

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.documents.models import Document
from caracol.documents.services.issuing import cancel_document, cancelled_ref
from payments import papers
from payments.enums import PaperKind
from payments.models import Term, TermPaper

WITHDRAWN = history.label("payments.paper-withdrawn", "Quittance ou reçu annulé")


class PaperRefused(Refused):
    """The paper cannot be withdrawn."""


def withdraw_papers(*, term_ids: Sequence[int], reason: str, on: date, actor: User) -> int:
    """Cancel the quittances of terms no longer paid in full, and the reçus for more than is paid.

    Returns how many were cancelled. To be called in the transaction that took the money back.
    """
    living = TermPaper.objects.filter(term__in=term_ids, cancelled_by=None)
    lost = living.filter(kind=PaperKind.QUITTANCE, term__paid_amount__lt=F("term__amount"))
    lost |= living.filter(kind=PaperKind.RECU, paid_amount__gt=F("term__paid_amount"))
    found = list(lost.select_related("document").order_by("pk"))
    if found:
        folder = papers.TermFolder(Term.objects.filter(pk__in=term_ids), on)
        terms = {term.pk: term for term in folder.terms}
        for paper in found:
            _cancel(folder, terms[paper.term_id], paper, reason=reason, on=on, actor=actor)
    return len(found)


@transaction.atomic
def withdraw_paper(*, paper: TermPaper, reason: str, on: date, actor: User) -> Document:
    """Cancel one living paper by hand, for a reason; a fresh one can be issued after.

    Raises PaperRefused without a reason, or when it is cancelled already.
    """
    if not reason.strip():
        raise PaperRefused("Dites pourquoi ce papier est annulé.")
    locked = TermPaper.objects.select_for_update(no_key=True, of=("self",)).get(pk=paper.pk)
    if locked.cancelled_by_id is not None:
        raise PaperRefused("Ce papier est déjà annulé.")
    folder = papers.TermFolder(Term.objects.filter(pk=locked.term_id), on)
    [term] = folder.terms
    with history.act(WITHDRAWN, actor=actor, reason=reason):
        return _cancel(folder, term, locked, reason=reason, on=on, actor=actor)


def _cancel(
    folder: papers.TermFolder, term: Term, paper: TermPaper, *, reason: str, on: date, actor: User
) -> Document:
    data = papers.withdrawal(folder, term, cancelled_ref(paper.document), reason)
    counter = cancel_document(document=paper.document, data=data, issued_on=on, actor=actor)
    TermPaper.objects.filter(pk=paper.pk).update(cancelled_by=counter)
    return counter
