"""The documents of a contract and of a person: list, preview, issue, sign, send, cancel."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse

from caracol.accounts.policy import may_on
from caracol.audit.models import AccessAction
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.documents.models import Document
from caracol.documents.services.drafting import draft_pdf
from caracol.ui import toasts
from residents.forms.documents import DocumentReasonForm, SignedCopyForm
from residents.models import Contract
from residents.papers import kinds, write
from residents.papers.building import Plan
from residents.papers.choices import choices, plan_of
from residents.selectors.contract_frame import contract_frame
from residents.selectors.documents import DocumentRow, documents_of
from residents.selectors.frame import person_frame
from residents.services import documents as services

ISSUE = "residents:document-issue"


def _record(request: PageRequest, subject: Any, action: AccessAction, label: str) -> None:
    record_access(
        actor=request.user,
        action=action,
        subject=subject,
        label=label,
        page=request.page_key,
        request_id=getattr(request, "request_id", ""),
    )


# --- Lists --------------------------------------------------------------------------------------
@page("residents:contract-documents")
def contract_documents(request: PageRequest, pk: int) -> HttpResponse:
    """List a contract's documents, and the papers that may be written now."""
    context = contract_frame(request, pk)
    contract = context["contract"]
    back = reverse("residents:contract-documents", args=[pk])
    may_issue = may_on(request.user, ISSUE, contract.territory_id)
    context |= {
        "rows": documents_of(request.user, [contract], back),
        "choices": choices(contract, context["day"]) if may_issue else [],
        "statement_url": _statement_url(request, contract),
        "with_contract": False,
    }
    _record(request, contract, AccessAction.VIEW, f"Documents du contrat {contract.number}")
    return render_page(request, "residents/contract_documents.html", context)


@page("residents:person-documents")
def person_documents(request: PageRequest, pk: int) -> HttpResponse:
    """List the documents of all the contracts of a person."""
    context = person_frame(request, pk)
    contracts = [card.contract for card in context["sheet"].cards]
    back = reverse("residents:person-documents", args=[pk])
    context |= {
        "rows": documents_of(request.user, contracts, back),
        "contracts": contracts,
        "with_contract": len(contracts) > 1,
    }
    reference = context["person"].reference
    _record(request, context["person"], AccessAction.VIEW, f"Documents · {reference}")
    return render_page(request, "residents/person_documents.html", context)


def _statement_url(request: PageRequest, contract: Contract) -> str:
    """Return where the account's statement is issued, for who may."""
    key = "payments:account-statement"
    if not may_on(request.user, key, contract.territory_id):
        return ""
    try:
        return reverse(key, args=[contract.number])
    except NoReverseMatch:
        return ""


# --- Writing one --------------------------------------------------------------------------------
def _plan(request: PageRequest, pk: int, what: str) -> Plan:
    contract = get_visible_or_404(request, Contract.objects.select_related("territory"), pk=pk)
    plan = plan_of(contract, what, clock.today())
    if plan is None:
        raise Http404
    return plan


@page(ISSUE, methods=("GET", "POST"))
def document_issue(request: PageRequest, pk: int, what: str) -> HttpResponse:
    """Show a paper as it would be, then issue it: numbered, and never changed again."""
    plan = _plan(request, pk, what)
    refusal, paper = "", None
    try:
        paper = write(plan)
        if request.method == "POST":
            return _issued(request, plan)
    except Refused as error:
        refusal = error.message
    choice = next(c for c in choices(plan.contract, plan.on) if c.what == what)
    if request.method == "GET":
        label = f"{choice.label} du contrat {plan.contract.number}, avant émission"
        _record(request, plan.contract, AccessAction.VIEW, label)
    context = {
        "contract": plan.contract,
        "what": what,
        "choice": choice,
        "paper": paper,
        "refusal": refusal,
        "to_sign": plan.kind.code in kinds.SIGNED,
    }
    status = 409 if refusal and request.method == "POST" else 200
    return render_page(request, "residents/document_issue.html", context, status=status)


def _issued(request: PageRequest, plan: Plan) -> HttpResponse:
    document = services.issue_plan(plan=plan, today=clock.today(), actor=request.user)
    toasts.say(request, f"{document.number} est émis : il se met en page.")
    return redirect("residents:contract-documents", pk=plan.contract.pk)


@page("residents:document-preview")
def document_preview(request: PageRequest, pk: int, what: str) -> HttpResponse:
    """Give the PDF of a paper that is not issued."""
    plan = _plan(request, pk, what)
    try:
        paper = write(plan)
    except Refused as error:
        toasts.say(request, error.message, tone="danger")
        return redirect(ISSUE, pk=pk, what=what)
    _record(request, plan.contract, AccessAction.PRINT, f"Projet : {paper.title}")
    response = HttpResponse(
        draft_pdf(kind=plan.kind, paper=paper, on=plan.on), content_type="application/pdf"
    )
    response["Content-Disposition"] = 'inline; filename="projet.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


# --- One that exists ----------------------------------------------------------------------------
def _row(request: PageRequest, number: str) -> DocumentRow:
    """Return a document of a contract, with what may be done on it; else 404."""
    document = get_visible_or_404(
        request, Document.objects.filter(kind__in=kinds.OURS), number=number
    )
    contract = services.contract_of(document)
    back = reverse("residents:contract-documents", args=[contract.pk])
    return next(r for r in documents_of(request.user, [contract], back) if r.document == document)


def _back(row: DocumentRow) -> HttpResponse:
    return redirect("residents:contract-documents", pk=row.contract.pk)


@page("residents:document-signed", methods=("GET", "POST"))
def document_signed(request: PageRequest, number: str) -> HttpResponse:
    """Keep the scan of a document that came back signed: a photo, or a PDF."""
    row = _row(request, number)
    form = SignedCopyForm(request.POST or None, request.FILES or None, today=clock.today())
    if form.is_valid():
        try:
            copy = services.attach_signed_copy(
                document=row.document,
                file=form.cleaned_data["file"],
                signed_on=form.cleaned_data["signed_on"],
                today=clock.today(),
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(_field_of(refusal), refusal.message)
        else:
            toasts.say(request, f"{number} : exemplaire signé le {_day(copy.signed_on)}, gardé.")
            return _back(row)
    return render_page(request, "residents/document_signed.html", {"row": row, "form": form})


def _field_of(refusal: Refused) -> str | None:
    return {"UploadRefused": "file", "SignatureRefused": "signed_on"}.get(type(refusal).__name__)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


@page("residents:document-cancel", methods=("GET", "POST"))
def document_cancel(request: PageRequest, number: str) -> HttpResponse:
    """Cancel a document for a reason: a numbered counter-document says so."""
    row = _row(request, number)
    form = DocumentReasonForm(request.POST or None)
    if form.is_valid():
        try:
            counter = services.cancel_paper(
                document=row.document,
                reason=form.cleaned_data["reason"],
                today=clock.today(),
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, f"{number} est annulé par {counter.number}.")
            return _back(row)
    return render_page(request, "residents/document_cancel.html", {"row": row, "form": form})


@page("residents:document-mail", methods=("POST",))
def document_mail(request: PageRequest, number: str) -> HttpResponse:
    """Send a document to the holders who accept e-mail."""
    row = _row(request, number)
    try:
        count = services.mail_paper(document=row.document, actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="warning")
    else:
        people = "une personne" if count == 1 else f"{count} personnes"
        toasts.say(request, f"{number} part par courriel à {people}.")
    return _back(row)
