"""A contract's insurance: certificates with their files, gaps in days, what cut them short."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.policy import may_on
from caracol.audit.models import AccessAction
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.core.versions import ChangedMeanwhile, version_of
from caracol.documents.selectors import uploads_about
from caracol.documents.services.uploads import CleanFile, UploadRefused, clean_upload
from caracol.ui import toasts
from residents.forms.conflicts import show_again
from residents.forms.insurance import GUARANTEES, CertificateForm, LapseForm
from residents.models import Contract, Insurance
from residents.papers.choices import insurance_letters
from residents.selectors.contract_frame import contract_frame
from residents.selectors.insurance import insurance_view
from residents.selectors.insurance_words import way_words
from residents.selectors.people import places_of
from residents.services import insurance as services

TAB = "residents:contract-insurance"


@page(TAB)
def contract_insurance(request: PageRequest, pk: int) -> HttpResponse:
    """Show the certificates of a contract, the days without cover, and the next step."""
    context = contract_frame(request, pk)
    contract, day = context["contract"], context["day"]
    view = insurance_view(contract, day)
    back = reverse(TAB, args=[contract.pk])
    files = uploads_about(user=request.user, subjects=view.certificates, back=back)
    by_certificate: dict[int, list[Any]] = {}
    for row in files:
        by_certificate.setdefault(row.upload.object_id, []).append(row)
    may_issue = may_on(request.user, "residents:document-issue", contract.territory_id)
    context |= {
        "view": view,
        "way": way_words(view, contract),
        "files": [(one, by_certificate.get(one.pk, [])) for one in view.certificates],
        "may_write": may_on(request.user, "residents:insurance-edit", contract.territory_id),
        "letters": insurance_letters(contract, day) if may_issue else [],
        "may_choose": may_on(request.user, "residents:insurance-choose", contract.territory_id),
    }
    record_access(
        actor=request.user,
        action=AccessAction.VIEW,
        subject=contract,
        label=f"Assurance du contrat {contract.number}",
        page=request.page_key,
    )
    return render_page(request, "residents/contract_insurance.html", context)


@page("residents:insurance-new", methods=("GET", "POST"))
def insurance_new(request: PageRequest, pk: int) -> HttpResponse:
    """Add a certificate, with its photo or its PDF."""
    contract = get_visible_or_404(request, Contract.objects.all(), pk=pk)
    form = CertificateForm(request.POST or None, request.FILES or None, initial=_fresh(contract))
    if form.is_valid():
        try:
            insurance = services.add_certificate(
                contract=contract,
                certificate=form.certificate,
                on=clock.today(),
                actor=request.user,
                scan=_scan(form),
            )
        except UploadRefused as refusal:
            form.add_error("file", refusal.message)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return _kept(request, insurance, "Attestation enregistrée.")
    return _answer(request, contract, form, "Ajouter une attestation", is_new=True)


def _fresh(contract: Contract) -> dict[str, Any]:
    """What a new certificate most often says: the room's address, all guarantees, from the end."""
    today = clock.today()
    place = places_of([contract.pk], today).get(contract.pk)
    site = place.room.colocation.site if place else None
    last = contract.insurances.order_by("-ends_on").first()
    return {
        "insured_address": f"{site.address}, {site.postcode} {site.city}" if site else "",
        "insurer": last.insurer if last else "",
        "policy_number": last.policy_number if last else "",
        "received_on": today,
        "guarantees": [name for name, _label in GUARANTEES],
    }


@page("residents:insurance-edit", methods=("GET", "POST"))
def insurance_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Correct a certificate, add its file, or remove one typed by mistake."""
    insurance = _insurance(request, pk)
    if "retirer" in request.POST:
        services.remove_certificate(insurance=insurance, actor=request.user)
        toasts.say(request, "Attestation retirée.")
        return redirect(TAB, pk=insurance.contract_id)
    names = services.VERSIONED
    initial = {name: getattr(insurance, name) for name in names}
    initial["guarantees"] = [name for name, _label in GUARANTEES if initial[name]]
    initial["seen"] = version_of(insurance, names)
    form = CertificateForm(request.POST or None, request.FILES or None, initial=initial)
    conflict: list[Any] = []
    if form.is_valid():
        try:
            services.edit_certificate(
                insurance=insurance,
                certificate=form.certificate,
                seen=form.cleaned_data["seen"],
                on=clock.today(),
                actor=request.user,
                scan=_scan(form),
            )
        except UploadRefused as refusal:
            form.add_error("file", refusal.message)
        except ChangedMeanwhile as refusal:
            insurance.refresh_from_db()
            conflict = _conflict(form, insurance)
            form.add_error(None, refusal.message)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return _kept(request, insurance, "Attestation corrigée.")
    more = {"insurance": insurance, "conflict": conflict}
    return _answer(request, insurance.contract, form, "Corriger l'attestation", **more)


def _conflict(form: CertificateForm, insurance: Insurance) -> list[Any]:
    """What differs: the guarantees are compared as the form shows them, the file not at all."""
    del form.cleaned_data["file"]
    written = [name for name, _label in GUARANTEES if getattr(insurance, name)]
    insurance.guarantees = written  # type: ignore[attr-defined]
    return show_again(form, insurance, services.VERSIONED)


def _insurance(request: PageRequest, pk: int) -> Insurance:
    rows = Insurance.objects.select_related("contract__territory")
    insurance: Insurance = get_visible_or_404(request, rows, pk=pk)
    return insurance


def _scan(form: CertificateForm) -> CleanFile | None:
    """Return the file brought with the form, cleaned. Raises UploadRefused."""
    file = form.cleaned_data["file"]
    return clean_upload(file) if file is not None else None


def _kept(request: PageRequest, insurance: Insurance, words: str) -> HttpResponse:
    """Go back to the tab; say what the certificate lacks."""
    if missing := insurance.missing_guarantees:
        words = f"{words} Garanties manquantes : {', '.join(missing)}."
        toasts.say(request, words, tone="warning")
    else:
        toasts.say(request, words)
    return redirect(TAB, pk=insurance.contract_id)


@page("residents:insurance-lapse", methods=("GET", "POST"))
def insurance_lapse(request: PageRequest, pk: int) -> HttpResponse:
    """Write that an insurer suspended, resumed or terminated a policy before its date."""
    insurance = _insurance(request, pk)
    names = services.LAPSE_VERSIONED
    initial = {name: getattr(insurance, name) for name in names}
    form = LapseForm(
        request.POST or None, initial={**initial, "seen": version_of(insurance, names)}
    )
    conflict: list[Any] = []
    if form.is_valid():
        try:
            services.record_lapse(
                insurance=insurance,
                lapse=form.lapse,
                seen=form.cleaned_data["seen"],
                on=clock.today(),
                actor=request.user,
            )
        except ChangedMeanwhile as refusal:
            insurance.refresh_from_db()
            conflict = show_again(form, insurance, names)
            form.add_error(None, refusal.message)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Enregistré : les jours sans couverture sont recalculés.")
            return redirect(TAB, pk=insurance.contract_id)
    more = {"insurance": insurance, "conflict": conflict, "is_lapse": True}
    return _answer(request, insurance.contract, form, "Garantie suspendue ou résiliée", **more)


def _answer(
    request: PageRequest, contract: Contract, form: Any, title: str, **more: Any
) -> HttpResponse:
    record_access(
        actor=request.user,
        action=AccessAction.VIEW,
        subject=contract,
        label=f"{title} · {contract.number}",
        page=request.page_key,
    )
    context = {"contract": contract, "form": form, "title": title, "conflict": [], **more}
    status = 422 if form.is_bound and form.errors else 200
    return render_page(request, "residents/insurance_form.html", context, status=status)
