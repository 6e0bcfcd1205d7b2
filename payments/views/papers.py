"""The papers of a month: their list, the files to print or keep, and their withdrawal."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.accounts.policy import may
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.core.periods import Month
from caracol.documents.enums import BundleKind, DocumentState
from caracol.documents.models import Bundle, Document
from caracol.documents.services import ask_bundle
from caracol.jobs.enums import JobState
from caracol.jobs.models import Job
from caracol.ui import toasts
from payments.enums import PaperKind
from payments.filters import PaperFilter
from payments.forms import ReasonForm
from payments.models import TermPaper
from payments.selectors.due_papers import RECEIPTS
from payments.selectors.labels import contracts_matching, homes_of, people_of, with_labels
from payments.services.withdrawing import withdraw_paper
from payments.tables import PaperTable
from payments.views.lists import paginate
from payments.views.month import month_frame, month_urls
from payments.views.scope import Scope
from residents.models import Contract

NOTICES, RECEIPTS_CODE = "avis", "quittances"
FOLLOW = "suivi"  # the part of the list that watches for the end of the jobs
KINDS: dict[str, tuple[str, tuple[PaperKind, ...]]] = {
    NOTICES: ("Avis d'échéance", (PaperKind.DUE_NOTICE,)),
    RECEIPTS_CODE: ("Quittances et reçus", RECEIPTS),
}


def asked_kind(request: PageRequest) -> str:
    """Return the code of the papers asked for: receipts unless told otherwise."""
    asked = request.POST.get("genre", "") or request.GET.get("genre", "")
    return asked if asked in KINDS else RECEIPTS_CODE


def papers_of(scope: Scope, month: Month, kind: str) -> Any:
    """Return the living papers of a month, labelled, by home and room."""
    rows = scope.papers().filter(
        term__month=month.first, kind__in=KINDS[kind][1], cancelled_by=None
    )
    rows = with_labels(rows, contract="term__contract", on="term__ends_on")
    return rows.select_related("document", "term__contract").order_by("place_key", "pk")


@page("payments:papers")
def papers_list(request: PageRequest, month: Month) -> HttpResponse:
    """List the papers of a month, with the progress of those being set."""
    scope, kind = Scope(request), asked_kind(request)
    rows = papers_of(scope, month, kind)
    jobs = live_jobs(request, rows)
    if request.headers.get("HX-Target") == FOLLOW:
        watched = {"jobs": jobs, "partials": (FOLLOW,)}
        return render_page(request, "payments/papers.html", watched)
    homes = homes_of(rows)
    form = PaperFilter(request.GET, territories=scope.territories, homes=homes)
    table = PaperTable(
        _kept(rows, form),
        with_places=scope.sees_places,
        may_cancel=may(request.user, "payments:receipt-cancel"),
    )
    context = {
        **month_frame(month, scope),
        "kind": kind,
        "title": KINDS[kind][0],
        "tabs": _tabs(month, scope),
        "form": form,
        "table": paginate(request, table),
        "jobs": jobs,
        "ready": rows.filter(document__state=DocumentState.RENDERED).count(),
        "is_empty": not rows.exists(),
    }
    return render_page(request, "payments/papers.html", context)


def live_jobs(request: PageRequest, papers: Any) -> list[Job]:
    """Return the jobs that set these papers now, as far as one may follow them."""
    live = Job.objects.visible_to(request.user).filter(
        state__in=[JobState.PENDING, JobState.RUNNING],
        documents__term_paper__in=papers.order_by().values("pk"),
    )
    return list(live.distinct().order_by("pk"))


def _tabs(month: Month, scope: Scope) -> list[dict[str, str]]:
    urls = month_urls(month, scope)
    return [
        {"key": code, "label": label, "url": f"{urls['papers']}{urls['and']}genre={code}"}
        for code, (label, _kinds) in KINDS.items()
    ]


def _kept(rows: Any, form: PaperFilter) -> Any:
    if words := form.value("q"):
        found = Contract.objects.filter(contracts_matching(words)).values("pk")
        number = Q(document__number__icontains=words)
        rows = rows.filter(Q(term__contract__in=found) | number)
    if home := form.value("maison"):
        rows = rows.filter(home_id=home)
    states = {
        "ready": DocumentState.RENDERED,
        "pending": DocumentState.PENDING,
        "failed": DocumentState.FAILED,
    }
    state = states.get(form.value("etat"))
    return rows.filter(document__state=state) if state else rows


@dataclass
class Pile:
    """The papers of a home (or of all of them), and the last file made of exactly those."""

    key: str
    label: str
    documents: list[int]
    bundle: Bundle | None = None

    @property
    def count(self) -> int:
        """How many sheets."""
        return len(self.documents)

    @property
    def is_pending(self) -> bool:
        """Whether its file is being made."""
        return self.bundle is not None and not self.bundle.file


@page("payments:papers-bundle", methods=("GET", "POST"))
def papers_bundle(request: PageRequest, month: Month) -> HttpResponse:
    """Make files of the month's papers: one PDF a home to print, or a ZIP of all."""
    scope, kind = Scope(request), asked_kind(request)
    piles, archive = _piles(request, scope, month, kind)
    if request.method == "POST":
        _ask(request, month, kind, piles, archive)
        urls = month_urls(month, scope)
        return redirect(f"{urls['bundles']}{urls['and']}genre={kind}")
    everything = [*piles, archive]
    context = {
        **month_frame(month, scope),
        "kind": kind,
        "title": KINDS[kind][0],
        "piles": piles,
        "archive": archive,
        "is_working": any(pile.is_pending for pile in everything),
        "to_make": sum(1 for pile in piles if pile.bundle is None),
        "partials": ("liasses",),
    }
    return render_page(request, "payments/bundles.html", context)


def _piles(request: PageRequest, scope: Scope, month: Month, kind: str) -> tuple[list[Pile], Pile]:
    rows = papers_of(scope, month, kind).filter(document__state=DocumentState.RENDERED)
    piles: dict[int, Pile] = {}
    archive = Pile("zip", "Toutes les colocations", [])
    for document, home_id, home in rows.values_list("document", "home_id", "home"):
        pile = piles.setdefault(home_id, Pile(str(home_id), home, []))
        pile.documents.append(document)
        archive.documents.append(document)
    made = {
        (bundle.kind, tuple(bundle.document_ids)): bundle
        for bundle in Bundle.objects.visible_to(request.user)
        .filter(title__startswith=_title(month, kind))
        .select_related("job")
        .order_by("pk")
    }
    for pile in piles.values():
        pile.bundle = made.get((BundleKind.PRINT, tuple(pile.documents)))
    archive.bundle = made.get((BundleKind.ZIP, tuple(archive.documents)))
    return list(piles.values()), archive


def _title(month: Month, kind: str) -> str:
    return f"{KINDS[kind][0]} {month.of_label}"


@transaction.atomic
def _ask(request: PageRequest, month: Month, kind: str, piles: list[Pile], archive: Pile) -> None:
    asked = request.POST.get("pile", "")
    chosen = [pile for pile in [*piles, archive] if pile.key == asked]
    if asked == "all":
        chosen = [pile for pile in piles if pile.bundle is None]
    for pile in chosen:
        if pile.bundle is not None or not pile.documents:
            continue
        shape = BundleKind.ZIP if pile is archive else BundleKind.PRINT
        ask_bundle(
            documents=in_order(pile.documents),
            kind=shape,
            title=f"{_title(month, kind)} · {pile.label}",
            actor=request.user,
        )


def in_order(ids: list[int]) -> Any:
    """Return these documents by home and room."""
    rows = Document.objects.filter(pk__in=ids)
    rows = with_labels(rows, contract="term_paper__term__contract", on="term_paper__term__ends_on")
    return rows.order_by("place_key", "term_paper")


@page("payments:receipt-cancel", methods=("GET", "POST"))
def receipt_cancel(request: PageRequest, number: str) -> HttpResponse:
    """Withdraw a paper for a reason: a numbered counter-document cancels it."""
    papers = TermPaper.objects.select_related("document", "term__contract")
    paper = get_visible_or_404(request, papers, document__number=number)
    account = paper.term.contract.number
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            counter = withdraw_paper(
                paper=paper,
                reason=form.cleaned_data["reason"],
                on=clock.today(),
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(
                request,
                f"{paper.document.number} est annulé par {counter.number}. Vous pouvez émettre "
                "à nouveau les quittances du mois : un nouveau papier portera un nouveau numéro.",
            )
            return redirect("payments:account-detail", number=account)
    people = with_labels(
        TermPaper.objects.filter(pk=paper.pk), contract="term__contract", on="term__ends_on"
    ).values_list("people_raw", flat=True)
    context = {
        "paper": paper,
        "month": Month.of(paper.term.month),
        "people": people_of(people.first()),
        "form": form,
    }
    return render_page(request, "payments/paper_cancel.html", context)
