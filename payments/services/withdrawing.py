"""Cancel the papers that a term no longer deserves, each by a numbered counter-document."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.documents.models import Document
from caracol.documents.services.issuing import cancel_document, cancelled_ref
from payments import papers
from payments.calculations.allocation import Allocation
from payments.enums import PaperKind
from payments.models import Term, TermPaper

WITHDRAWN = history.label("payments.paper-withdrawn", "Quittance ou reçu annulé")


class PaperRefused(Refused):
    """The paper cannot be withdrawn."""


@dataclass(frozen=True)
class Untrue:
    """Papers that are no longer true, and what is needed to cancel them."""

    folder: papers.TermFolder | None = None
    papers: tuple[TermPaper, ...] = ()


def untrue_papers(
    *, contract_ids: Sequence[int], on: date, allocated: dict[int, Allocation] | None = None
) -> Untrue:
    """Return the quittances and reçus that attest money which settles their term no more.

    `allocated` tries an act before it is done; without it, the money is read as it is.
    """
    living = TermPaper.objects.filter(
        term__contract__in=contract_ids,
        kind__in=[PaperKind.QUITTANCE, PaperKind.RECU],
        cancelled_by=None,
    )
    found = list(living.select_related("document", "term").order_by("pk"))
    if not found:
        return Untrue()
    folder = papers.TermFolder(Term.objects.filter(pk__in={paper.term_id for paper in found}), on)
    if allocated is not None:
        folder.allocations = allocated
    return Untrue(folder, tuple(p for p in found if not _still_true(p, folder.received)))


def withdraw_papers(*, contract_ids: Sequence[int], reason: str, on: date, actor: User) -> int:
    """Cancel the quittances and reçus of contracts that attest money which settles them no more.

    The money left, or settles another month now: aid came for the month, an older term was
    posted. A paper whose every payment and aid is still there stays true. Returns how many were
    cancelled. To be called in the transaction that moved the money, once terms are reallocated.
    """
    found = untrue_papers(contract_ids=contract_ids, on=on)
    if found.folder is not None:
        _cancel_all(found.folder, found.papers, reason=reason, on=on, actor=actor)
    return len(found.papers)


def withdraw_notices(*, terms: Sequence[Term], reason: str, on: date, actor: User) -> int:
    """Cancel the living due notices of terms, which ask what is no longer due."""
    living = TermPaper.objects.filter(
        term__in=[term.pk for term in terms], kind=PaperKind.DUE_NOTICE, cancelled_by=None
    )
    found = list(living.select_related("document", "term").order_by("pk"))
    if found:
        folder = papers.TermFolder([paper.term for paper in found], on)
        _cancel_all(folder, found, reason=reason, on=on, actor=actor)
    return len(found)


def _cancel_all(
    folder: papers.TermFolder, found: Sequence[TermPaper], *, reason: str, on: date, actor: User
) -> None:
    terms = {term.pk: term for term in folder.terms}
    for paper in found:
        _cancel(folder, terms[paper.term_id], paper, reason=reason, on=on, actor=actor)


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
