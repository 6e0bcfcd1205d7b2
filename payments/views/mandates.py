"""Mandates: their list, a contract's, and what is done with them."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from caracol.accounts.policy import may_on
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.documents.selectors import uploads_about
from caracol.documents.services.uploads import UploadRefused, clean_upload, keep_upload
from caracol.lists.pages import export_list, listing_for, opening
from caracol.ui import toasts
from payments.forms import ReasonForm
from payments.lists import MANDATES
from payments.models import Debit, Mandate
from payments.selectors.collecting import people_of_contracts
from payments.selectors.mandates import aid_deducted, said_in_flight, viewed
from payments.selectors.return_reasons import Reasons
from payments.services.mandates import (
    prepare_mandate,
    resume_mandate,
    revoke_mandate,
    say_aid,
    sign_mandate,
    suspend_mandate,
)
from payments.views.file_forms import MandateCopyForm, MandateForm, SignedMandateForm
from residents.models import Contract
from residents.selectors.contract_frame import contract_frame

TAB = "payments:contract-mandate"
_ACTS = ("prepare", "sign", "suspend", "resume", "revoke", "aid", "copy")
SIGNED_MANDATE = "SIGNED_MANDATE"


@page(MANDATES.key)
def mandate_list(request: PageRequest) -> HttpResponse:
    """List the mandates that live, those to look at first."""
    elsewhere = opening(request, MANDATES)
    if elsewhere is not None:
        return elsewhere
    listing = listing_for(request, MANDATES)
    context = {"listing": listing, "table": listing.table}
    return render_page(request, "payments/mandates.html", context)


@page(MANDATES.export_key)
def mandate_export(request: PageRequest) -> HttpResponseBase:
    """Export the mandates that the filters keep; written in the register."""
    return export_list(request, MANDATES)


@page(TAB)
def contract_mandate(request: PageRequest, pk: int) -> HttpResponse:
    """Show how a contract is debited: its mandates, its debits, what came back and why."""
    context = contract_frame(request, pk)
    contract, day = context["contract"], context["day"]
    rows = Mandate.objects.filter(contract=contract).select_related("document").defer("iban")
    views = viewed(rows.order_by("-pk"), day)
    debits = Debit.objects.filter(contract=contract).select_related("batch", "mandate")
    reasons = Reasons(day)
    context |= {
        "living": next((view for view in views if view.is_alive), None),
        "copies": uploads_about(
            user=request.user,
            subjects=[view.mandate for view in views],
            back=request.path,
            kinds=[SIGNED_MANDATE],
        ),
        "earlier": [view for view in views if not view.is_alive],
        "debits": [(debit, reasons.of(debit.return_code)) for debit in debits.order_by("-pk")[:24]],
        "aid_is_deducted": contract.pk in aid_deducted([contract.pk]),
        "can": {
            name: may_on(request.user, f"payments:mandate-{name}", contract.territory_id)
            for name in _ACTS
        },
    }
    record_access(
        actor=request.user,
        action="VIEW",
        subject=contract,
        label=f"Prélèvement du contrat {contract.number}",
        page=request.page_key,
    )
    return render_page(request, "payments/mandate.html", context)


@page("payments:mandate-prepare", methods=("GET", "POST"))
def mandate_prepare(request: PageRequest, pk: int) -> HttpResponse:
    """Ask for the account and prepare the mandate, to be printed and signed."""
    contract = get_visible_or_404(request, Contract.objects.all(), pk=pk)
    holder = people_of_contracts([contract.pk]).get(contract.pk, "").split(", ")[0]
    form = MandateForm(request.POST or None, initial={"holder": holder})
    if form.is_valid():
        try:
            made = prepare_mandate(
                contract=contract, today=clock.today(), actor=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(
                request,
                f"Mandat {made.reference} préparé : imprimez-le, faites-le signer, puis notez la "
                "date.",
            )
            return redirect(TAB, pk=contract.pk)
    before = Mandate.objects.filter(contract=contract, revoked_on=None).defer("iban").first()
    context = {"contract": contract, "form": form, "before": before}
    return render_page(request, "payments/mandate_prepare.html", context)


def _mandate(request: PageRequest, pk: int) -> Mandate:
    rows = Mandate.objects.select_related("contract__territory").defer("iban")
    found: Mandate = get_visible_or_404(request, rows, pk=pk)
    return found


@page("payments:mandate-sign", methods=("GET", "POST"))
def mandate_sign(request: PageRequest, pk: int) -> HttpResponse:
    """Ask on which day the mandate was signed."""
    mandate = _mandate(request, pk)
    form = SignedMandateForm(
        request.POST or None, request.FILES or None, initial={"signed_on": clock.today()}
    )
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            clean = clean_upload(file) if file else None
            sign_mandate(
                mandate=mandate,
                signed_on=form.cleaned_data["signed_on"],
                today=clock.today(),
                actor=request.user,
            )
            if clean is not None:
                _keep_copy(request, mandate, clean)
        except UploadRefused as refusal:
            form.add_error("file", refusal.message)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Mandat signé : ce contrat peut être prélevé.")
            return redirect(TAB, pk=mandate.contract_id)
    context = {"mandate": mandate, "contract": mandate.contract, "form": form}
    return render_page(request, "payments/mandate_sign.html", context)


def _keep_copy(request: PageRequest, mandate: Mandate, file: Any) -> None:
    """Keep the scan of a signed mandate: who reads the mandate reads it."""
    keep_upload(
        file=file,
        kind=SIGNED_MANDATE,
        subject=mandate,
        read_key=TAB,
        territory=mandate.contract.territory,
        name=f"Mandat {mandate.reference} signé",
        actor=request.user,
    )


@page("payments:mandate-copy", methods=("GET", "POST"))
def mandate_copy(request: PageRequest, pk: int) -> HttpResponse:
    """Keep the scan of a mandate signed before."""
    mandate = _mandate(request, pk)
    form = MandateCopyForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            _keep_copy(request, mandate, form.cleaned_data["file"])
        except UploadRefused as refusal:
            form.add_error("file", refusal.message)
        else:
            toasts.say(request, "Le mandat signé est gardé.")
            return redirect(TAB, pk=mandate.contract_id)
    context = {"mandate": mandate, "contract": mandate.contract, "form": form}
    return render_page(request, "payments/mandate_copy.html", context)


def _ask_why(
    request: PageRequest, mandate: Mandate, act: Any, said: str, words: dict[str, str]
) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            act(mandate=mandate, reason=reason, today=clock.today(), actor=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            warned = words.get("warning", "")
            tone = "warning" if warned else "success"
            toasts.say(request, f"{said} {warned}".strip(), tone=tone)
            return redirect(TAB, pk=mandate.contract_id)
    context = {"mandate": mandate, "contract": mandate.contract, "form": form, **words}
    return render_page(request, "payments/mandate_why.html", context)


@page("payments:mandate-suspend", methods=("GET", "POST"))
def mandate_suspend(request: PageRequest, pk: int) -> HttpResponse:
    """Ask why a mandate is suspended; say what becomes of a debit that is in a file."""
    mandate = _mandate(request, pk)
    words = {
        "warning": said_in_flight(mandate),
        "title": "Suspendre le mandat",
        "effect": "Aucun prélèvement ne partira tant que vous ne l'aurez pas repris.",
        "button": "Suspendre",
    }
    return _ask_why(request, mandate, suspend_mandate, "Mandat suspendu.", words)


@page("payments:mandate-revoke", methods=("GET", "POST"))
def mandate_revoke(request: PageRequest, pk: int) -> HttpResponse:
    """Ask why a mandate is revoked."""
    words = {
        "title": "Révoquer le mandat",
        "effect": "Il ne resservira jamais : pour prélever de nouveau, il en faudra un autre, "
        "signé. Sa référence n'est pas réutilisée.",
        "button": "Révoquer",
    }
    return _ask_why(request, _mandate(request, pk), revoke_mandate, "Mandat révoqué.", words)


@page("payments:mandate-resume", methods=("POST",))
def mandate_resume(request: PageRequest, pk: int) -> HttpResponse:
    """Let a suspended mandate serve again."""
    mandate = _mandate(request, pk)
    try:
        resume_mandate(mandate=mandate, actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, "Mandat repris : ce contrat peut être prélevé.")
    return redirect(TAB, pk=mandate.contract_id)


@page("payments:mandate-aid", methods=("POST",))
def mandate_aid(request: PageRequest, pk: int) -> HttpResponse:
    """Say whether the aid is deducted before the CAF has paid once."""
    mandate = _mandate(request, pk)
    deducted = request.POST.get("deduire") == "oui"
    try:
        say_aid(mandate=mandate, deducted=deducted, today=clock.today(), actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        said = "L'aide sera déduite des prélèvements." if deducted else "L'aide n'est plus déduite."
        toasts.say(request, said)
    return redirect(TAB, pk=mandate.contract_id)
