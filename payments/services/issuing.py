"""Issue the papers of a month: due notices, then quittances and reçus. Again = no change."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import QuerySet

from caracol.accounts.models import Territory, User
from caracol.audit import history
from caracol.core.periods import Month
from caracol.documents import content
from caracol.documents.services.issuing import Order, issue_documents
from caracol.jobs.models import Job
from payments import papers
from payments.enums import BILLED_HERE, PaperKind, TermKind
from payments.models import Term, TermPaper
from payments.selectors.due_papers import billed, notices_due, quittances_due, recus_due

NOTICES_ISSUED = history.label("payments.notices-issued", "Avis d'échéance émis")
RECEIPTS_ISSUED = history.label("payments.receipts-issued", "Quittances et reçus émis")

CHUNK = 500
ISSUING_LOCKS = 717
_CODES = {
    PaperKind.DUE_NOTICE: "DUE_NOTICE",
    PaperKind.QUITTANCE: "QUITTANCE",
    PaperKind.RECU: "PARTIAL_RECEIPT",
}


@dataclass(frozen=True)
class Issue:
    """The papers of the month in all, by kind, how many this run issued, and the printing job."""

    notices: int = 0
    quittances: int = 0
    recus: int = 0
    new: int = 0
    job: Job | None = None


@transaction.atomic
def issue_due_notices(
    *, month: Month, on: date, actor: User, territory: Territory | None = None
) -> Issue:
    """Issue the due notice of every term of the month that has none."""
    _wait_for_others(month)
    terms = notices_due(_terms(month, territory))
    with history.act(NOTICES_ISSUED, actor=actor):
        issued, job = _issue(
            terms,
            papers.due_notices,
            on=on,
            actor=actor,
            title=f"Avis d'échéance {month.of_label}",
            territory=territory,
        )
    return _counts(month, territory, issued, job)


@transaction.atomic
def issue_receipts(
    *, month: Month, on: date, actor: User, territory: Territory | None = None
) -> Issue:
    """Issue a quittance for each term paid in full, a reçu for each term paid in part.

    A term with a living quittance, or a reçu for the very amount paid, is left. Aid expected and
    not received makes no quittance (RULEBOOK 2.1).
    """
    _wait_for_others(month)
    terms = _terms(month, territory)
    with history.act(RECEIPTS_ISSUED, actor=actor):
        issued, job = _issue(
            quittances_due(terms) | recus_due(terms),
            papers.receipts,
            on=on,
            actor=actor,
            title=f"Quittances et reçus {month.of_label}",
            territory=territory,
        )
    return _counts(month, territory, issued, job)


def _wait_for_others(month: Month) -> None:
    """Let one run at a time issue a month's papers: the next reads what this one has issued."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [ISSUING_LOCKS, month.year * 100 + month.number]
        )


def _terms(month: Month, territory: Territory | None) -> QuerySet[Term]:
    terms = billed(Term.objects.filter(month=month.first))
    return terms.filter(contract__territory=territory) if territory else terms


Builder = Callable[[Iterable[Term], date], Sequence[tuple[Term, content.TermPaper]]]


def _issue(
    terms: QuerySet[Term],
    build: Builder,
    *,
    on: date,
    actor: User,
    title: str,
    territory: Territory | None,
) -> tuple[int, Job | None]:
    """Lock the terms, fill their papers by chunks, number and freeze them."""
    locked = list(terms.select_for_update(of=("self",), no_key=True).order_by("contract_id"))
    attempts = _attempts(locked)
    orders: list[Order] = []
    rows: list[tuple[Term, PaperKind]] = []
    for start in range(0, len(locked), CHUNK):
        for term, paper in build(locked[start : start + CHUNK], on):
            kind = _kind(paper)
            rows.append((term, kind))
            orders.append(
                Order(
                    kind=_CODES[kind],
                    key=_key(term, kind, attempts.get((term.pk, kind), 0)),
                    subject=term.contract,
                    data=paper,
                    territory_id=term.contract.territory_id,
                )
            )
    if not orders:
        return 0, None
    issued = issue_documents(
        orders=orders, issued_on=on, actor=actor, title=title, territory=territory
    )
    TermPaper.objects.bulk_create(
        TermPaper(term=term, kind=kind, document=document, paid_amount=term.net_paid)
        for (term, kind), document in zip(rows, issued.documents, strict=True)
    )
    return len(rows), issued.job


def _kind(paper: content.TermPaper) -> PaperKind:
    if isinstance(paper, content.DueNotice):
        return PaperKind.DUE_NOTICE
    return PaperKind.QUITTANCE if isinstance(paper, content.Quittance) else PaperKind.RECU


def _attempts(terms: Sequence[Term]) -> dict[tuple[int, str], int]:
    """Count the papers each term had already, cancelled or not, by kind."""
    counts: dict[tuple[int, str], int] = {}
    for term, kind in TermPaper.objects.filter(term__in=[t.pk for t in terms]).values_list(
        "term", "kind"
    ):
        counts[term, kind] = counts.get((term, kind), 0) + 1
    return counts


def _key(term: Term, kind: PaperKind, before: int) -> str:
    added = f":{term.pk}" if term.kind == TermKind.ADJUSTMENT else ""
    return f"{kind.lower()}:{term.contract.number}:{Month.of(term.month)}{added}:{before + 1}"


def _counts(month: Month, territory: Territory | None, issued: int, job: Job | None) -> Issue:
    living = TermPaper.objects.filter(
        term__month=month.first, term__kind__in=BILLED_HERE, cancelled_by=None
    )
    if territory is not None:
        living = living.filter(term__contract__territory=territory)
    by_kind = {kind: living.filter(kind=kind).count() for kind in PaperKind}
    return Issue(
        notices=by_kind[PaperKind.DUE_NOTICE],
        quittances=by_kind[PaperKind.QUITTANCE],
        recus=by_kind[PaperKind.RECU],
        new=issued,
        job=job,
    )
