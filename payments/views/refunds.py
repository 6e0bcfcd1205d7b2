"""Refunds: what may be given back, who prepared and approved, the files, what the bank shows."""

from typing import BinaryIO, cast

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from caracol.accounts.policy import may
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.core.periods import Month
from caracol.documents.views.files import private_file
from caracol.lists.pages import export_list, listing_for, opening
from caracol.ui import toasts
from payments.enums import BatchState, Payer, RefundSource, RefundState
from payments.forms import CallOffForm, ReasonForm
from payments.lists import REFUNDS
from payments.lists.refunds import TONES
from payments.models import Mandate, Refund, RefundBatch
from payments.selectors.awaited_aid import waiting_for_caf
from payments.selectors.collecting import people_of_contracts
from payments.selectors.refunds import contestable_debit, owed_now, returnable
from payments.services.refund_calling_off import call_off_sending
from payments.services.refund_sending import send_refunds
from payments.services.refunding import (
    approve_refund,
    cancel_refund,
    prepare_refund,
)
from payments.views.file_forms import RefundRequestForm
from payments.views.scope import Scope
from residents.models import Contract

LIST = REFUNDS.key
_PER_PAGE, _BATCHES = 20, 12


@page(LIST)
def refund_list(request: PageRequest) -> HttpResponse:
    """Show what may be given back, what waits for whom, and the files."""
    elsewhere = opening(request, REFUNDS)
    if elsewhere is not None:
        return elsewhere
    today = clock.today()
    found = returnable(allowed(request, Contract.objects.all()), today)
    owed = Paginator(found.first, _PER_PAGE).get_page(request.GET.get("rendre"))
    ahead = Paginator(found.advances, _PER_PAGE).get_page(request.GET.get("avances"))
    people = people_of_contracts({one.contract.pk for one in (*owed, *ahead)})
    approved = list(
        allowed(request, Refund.objects.filter(state=RefundState.APPROVED)).defer("iban")
    )
    waiting = waiting_for_caf(approved)
    amounts = [one.amount for one in approved if one.pk not in waiting]
    listing = listing_for(request, REFUNDS)
    listing.detail = euros(listing.asked.filter.qs.order_by().aggregate(
        total=Sum("amount", default=ZERO))["total"])  # fmt: skip
    context = {
        "listing": listing,
        "table": listing.table,
        "owed": [(one, people.get(one.contract.pk, "")) for one in owed],
        "owed_page": owed,
        "ahead": [(one, people.get(one.contract.pk, "")) for one in ahead],
        "ahead_page": ahead,
        "ahead_open": "avances" in request.GET,
        "month": Month.of(today),
        "approved": len(amounts),
        "approved_total": sum(amounts, ZERO),
        "held": len(approved) - len(amounts),
        "batches": _batches(request),
        "day": today,
        "can": {
            name.replace("-", "_"): may(request.user, f"payments:refund-{name}")
            for name in ("prepare", "send", "file", "call-off")
        },
    }
    return render_page(request, "payments/refunds.html", context)


@page(REFUNDS.export_key)
def refund_export(request: PageRequest) -> HttpResponseBase:
    """Export the refunds that the filters keep; written in the register."""
    return export_list(request, REFUNDS)


def _batches(request: PageRequest) -> list[RefundBatch]:
    rows = allowed(request, RefundBatch.objects.all()).select_related("cancelled_by")
    waits = Exists(Refund.objects.filter(batch=OuterRef("pk"), state=RefundState.SENT))
    return list(rows.annotate(is_waiting=waits).order_by("-pk")[:_BATCHES])


@page("payments:refund-prepare", methods=("GET", "POST"))
def refund_prepare(request: PageRequest, pk: int) -> HttpResponse:
    """Ask how much is given back, to whom, on which account."""
    contract = get_visible_or_404(request, Contract.objects.all(), pk=pk)
    owed = owed_now(contract, clock.today())
    ready = [one for one in owed if one.amount]
    first = max(ready, key=lambda one: one.over > 0, default=None)
    mandate = Mandate.objects.signed().filter(contract=contract).first()
    holder = people_of_contracts([contract.pk]).get(contract.pk, "").split(", ")[0]
    form = RefundRequestForm(
        request.POST or None,
        owed=owed,
        initial={
            "what": first.key if first else "",
            "amount": first.over or None if first else None,
            "beneficiary": (mandate.holder if mandate else "") or holder,
            "iban": mandate.iban if mandate else "",
        },
    )
    if form.is_valid():
        data = form.cleaned_data
        source, _, payer = data["what"].partition(":")
        try:
            prepare_refund(
                contract=contract,
                source=RefundSource(source),
                payer=Payer(payer),
                amount=data["amount"],
                beneficiary=data["beneficiary"],
                iban=data["iban"],
                today=clock.today(),
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(
                request,
                f"Remboursement de {euros(data['amount'])} préparé : une autre personne de la "
                "direction l'approuve.",
            )
            return redirect(LIST)
    context = {
        "contract": contract,
        "form": form,
        "ready": ready,
        "awaited": [one for one in owed if one.awaited],
        "waiting": [one for one in ready if one.coming],
        "risk": contestable_debit(contract, clock.today()),
    }
    return render_page(request, "payments/refund_prepare.html", context)


def _refund(request: PageRequest, pk: int) -> Refund:
    rows = Refund.objects.select_related("contract__territory", "prepared_by", "approved_by")
    found: Refund = get_visible_or_404(request, rows, pk=pk)
    return found


@page("payments:refund-approve", methods=("GET", "POST"))
def refund_approve(request: PageRequest, pk: int) -> HttpResponse:
    """Show what another person prepared, with the account it goes to, and approve it."""
    refund = _refund(request, pk)
    refusal = ""
    if request.method == "POST":
        try:
            approve_refund(refund=refund, today=clock.today(), actor=request.user)
        except Refused as refused:
            refusal = refused.message
        else:
            toasts.say(
                request,
                f"Remboursement de {euros(refund.amount)} approuvé : il partira avec la prochaine "
                "remise de virements.",
            )
            return redirect(LIST)
    context = {
        "refund": refund,
        "contract": refund.contract,
        "aid": waiting_for_caf([refund]).get(refund.pk),
        "people": people_of_contracts([refund.contract_id]).get(refund.contract_id, ""),
        "refusal": refusal,
        "is_own": refund.prepared_by_id == request.user.pk,
        "is_prepared": refund.state == RefundState.PREPARED,
        "risk": contestable_debit(refund.contract, clock.today()),
    }
    return render_page(request, "payments/refund_approve.html", context)


@page("payments:refund-cancel", methods=("GET", "POST"))
def refund_cancel(request: PageRequest, pk: int) -> HttpResponse:
    """Ask why a refund is cancelled, then cancel it."""
    refund = _refund(request, pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            cancel_refund(
                refund=refund,
                reason=form.cleaned_data["reason"],
                today=clock.today(),
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Remboursement annulé.")
            return redirect(LIST)
    context = {"refund": refund, "contract": refund.contract, "form": form}
    return render_page(request, "payments/refund_cancel.html", context)


@page("payments:refund-send", methods=("POST",))
def refund_send(request: PageRequest) -> HttpResponse:
    """Write the file of the approved refunds, confirmed on the list."""
    scope = Scope(request)
    territory = scope.chosen or (None if scope.sees_all else next(iter(scope.territories), None))
    try:
        batch = send_refunds(today=clock.today(), actor=request.user, territory=territory)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return redirect(LIST)
    if batch is None:
        toasts.say(request, "Aucun remboursement approuvé n'attend.", tone="info")
    else:
        toasts.say(
            request,
            f"Remise {batch} : {batch.count} virements pour {euros(batch.total)}. Téléchargez le "
            "fichier et déposez-le à la banque.",
        )
    return redirect(LIST)


@page("payments:refund-call-off", methods=("GET", "POST"))
def refund_call_off(request: PageRequest, pk: int) -> HttpResponse:
    """Show what a file sent holds, ask why and whether the bank agrees, then call it off."""
    batch = get_visible_or_404(request, RefundBatch.objects.select_related("sent_by"), pk=pk)
    form = CallOffForm(request.POST or None)
    if form.is_valid():
        try:
            call_off_sending(
                batch=batch,
                reason=form.cleaned_data["reason"],
                today=clock.today(),
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(
                request,
                f"Envoi {batch} annulé : ses remboursements sont de nouveau approuvés. Une autre "
                "personne fait le nouveau fichier.",
            )
            return redirect(LIST)
    refunds = list(Refund.objects.filter(batch=batch).select_related("contract").defer("iban"))
    context = {
        "batch": batch,
        "form": form,
        "refunds": [(one, TONES[RefundState(one.state)]) for one in refunds],
        "is_sent": batch.state == BatchState.SENT,
    }
    return render_page(request, "payments/refund_call_off.html", context)


@page("payments:refund-file")
def refund_file(request: PageRequest, pk: int) -> HttpResponseBase:
    """Give the file of a batch of transfers."""
    batch = get_visible_or_404(request, RefundBatch.objects.all(), pk=pk)
    if batch.state == BatchState.CANCELLED:
        toasts.say(request, f"L'envoi {batch} est annulé : ne le déposez pas.", tone="warning")
        return redirect(LIST)
    record_access(
        actor=request.user,
        action="DOWNLOAD",
        subject=batch,
        label=f"Fichier de la remise {batch}",
        page=request.page_key,
        rows=batch.count,
    )
    return private_file(cast(BinaryIO, batch.file.open("rb")), name=batch.file_name)
