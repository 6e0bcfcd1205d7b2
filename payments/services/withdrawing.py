"""Cancel the papers that a term no longer deserves, each by a numbered counter-document."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

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


def withdraw_papers(*, contract_ids: Sequence[int], reason: str, on: date, actor: User) -> int:
    """Cancel the quittances and reçus of contracts that attest money which settles them no more.

    The money left, or settles another month now: aid came for the month, an older term was
    posted. A paper whose every payment and aid is still there stays true. Returns how many were
    cancelled. To be called in the transaction that moved the money, once terms are reallocated.
    """
    living = TermPaper.objects.filter(
        term__contract__in=contract_ids,
        kind__in=[PaperKind.QUITTANCE, PaperKind.RECU],
        cancelled_by=None,
    )
    found = list(living.select_related("document").order_by("pk"))
    if not found:
        return 0
    folder = papers.TermFolder(Term.objects.filter(pk__in={paper.term_id for paper in found}), on)
    terms = {term.pk: term for term in folder.terms}
    false = [paper for paper in found if not _still_true(paper, folder.received)]
    for paper in false:
        _cancel(folder, terms[paper.term_id], paper, reason=reason, on=on, actor=actor)
    return len(false)


def _still_true(paper: TermPaper, received: dict[int, list[papers.Received]]) -> bool:
    """Return whether all that the paper attests, day by day, still settles its term."""
    now: Counter[tuple[bool, str]] = Counter()
    for share in received.get(paper.term_id, []):
        now[share.is_aid, share.on.isoformat()] += _cents(share.amount)
    then: Counter[tuple[bool, str]] = Counter()
    for is_aid, name in ((False, "payments"), (True, "aids")):
        for line in paper.document.data.get(name, []):
            then[is_aid, line["received_on"]] += _cents(Decimal(line["amount"]))
    return all(now[key] >= amount for key, amount in then.items())


def _cents(amount: Decimal) -> int:
    """Return an amount in whole cents."""
    return int(amount * 100)


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
