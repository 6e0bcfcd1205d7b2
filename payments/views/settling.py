"""Return a deposit: what is kept, what goes back and to whom; prepared, then approved."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.ui import toasts
from payments.forms import DeductionSet, ReasonForm, SettlementForm
from payments.models import DepositSettlement
from payments.selectors.deposits import deposit_sheet, payers_in_words
from payments.selectors.simulating import balance_of
from payments.services.settling import (
    Deduction,
    SettlementPlan,
    approve_settlement,
    cancel_settlement,
    deductions_of,
    plan_settlement,
    prepare_settlement,
)
from payments.views.deposits import TAB, contract_of
from residents.models import Contract

TRY = "essai"


@page("payments:settlement-prepare", methods=("GET", "POST"))
def settlement_prepare(request: PageRequest, pk: int) -> HttpResponse:
    """Show how the deposit would be settled while it is typed, then propose it."""
    contract = contract_of(request, pk)
    sheet = deposit_sheet(contract, clock.today())
    form, lines = _forms(request, contract, sheet.settlement, sheet.held)
    is_try = TRY in request.GET
    plan, refusal = None, ""
    readable = not form.is_bound or (form.is_valid() and lines.is_valid())
    if readable:
        try:
            if form.is_bound and not is_try:
                return _prepare(request, contract, form, lines)
            plan = _plan(contract, form, lines, sheet.settlement)
        except Refused as refused:
            refusal = refused.message
            if form.is_bound and not is_try:
                form.add_error(None, refusal)
    context = {
        "contract": contract,
        "sheet": sheet,
        "form": form,
        "lines": lines,
        "plan": plan,
        "returned": payers_in_words(plan.settled.returned) if plan else (),
        "refusal": refusal,
        "partials": (TRY,),
    }
    return render_page(request, "payments/settlement_prepare.html", context)


def _forms(
    request: PageRequest, contract: Contract, known: DepositSettlement | None, held: Decimal
) -> tuple[SettlementForm, Any]:
    if request.method == "POST":
        return SettlementForm(request.POST), DeductionSet(request.POST, prefix="retenue")
    if known is not None:
        kept = [vars(one) for one in deductions_of(known)]
        return (
            SettlementForm(initial={"set_off": known.set_off}),
            DeductionSet(initial=kept, prefix="retenue"),
        )
    owed = min(max(balance_of(contract), ZERO), held)
    return SettlementForm(initial={"set_off": owed}), DeductionSet(prefix="retenue")


def _typed(form: SettlementForm, lines: Any) -> tuple[tuple[Deduction, ...], Decimal]:
    kept = tuple(
        Deduction(data["label"], data["amount"], data["justification"])
        for data in (line.cleaned_data for line in lines)
        if data.get("amount")
    )
    return kept, form.cleaned_data["set_off"]


def _plan(
    contract: Contract, form: SettlementForm, lines: Any, known: DepositSettlement | None
) -> SettlementPlan:
    if form.is_bound:
        kept, set_off = _typed(form, lines)
    else:
        kept = deductions_of(known) if known else ()
        set_off = form.initial["set_off"]
    return plan_settlement(contract, deductions=kept, set_off=set_off, on=clock.today())


def _prepare(
    request: PageRequest, contract: Contract, form: SettlementForm, lines: Any
) -> HttpResponse:
    kept, set_off = _typed(form, lines)
    settlement = prepare_settlement(
        contract=contract,
        deductions=kept,
        set_off=set_off,
        today=clock.today(),
        actor=request.user,
    )
    amount = euros(settlement.refund)
    toasts.say(request, f"Restitution préparée : {amount} à rembourser, une fois approuvée.")
    return redirect(TAB, pk=contract.pk)


def _settlement(request: PageRequest, pk: int) -> DepositSettlement:
    rows = DepositSettlement.objects.select_related("contract__territory", "prepared_by")
    found: DepositSettlement = get_visible_or_404(request, rows, pk=pk)
    return found


@page("payments:settlement-approve", methods=("GET", "POST"))
def settlement_approve(request: PageRequest, pk: int) -> HttpResponse:
    """Show what another person prepared, reckoned again today, and approve it."""
    settlement = _settlement(request, pk)
    contract = settlement.contract
    if not settlement.is_prepared:
        return redirect(TAB, pk=contract.pk)
    refusal = ""
    if request.method == "POST":
        try:
            done = approve_settlement(
                settlement=settlement, today=clock.today(), actor=request.user
            )
        except Refused as refused:
            refusal = refused.message
        else:
            toasts.say(
                request,
                f"Restitution approuvée : {euros(done.refund)} à rembourser, à enregistrer une "
                "fois partis.",
            )
            return redirect(TAB, pk=contract.pk)
    plan, why = _again(contract, settlement, deductions_of(settlement))
    context = {
        "contract": contract,
        "settlement": settlement,
        "plan": plan,
        "returned": payers_in_words(plan.settled.returned) if plan else (),
        "refusal": refusal or why,
        "is_own": settlement.prepared_by_id == request.user.pk,
    }
    return render_page(request, "payments/settlement_approve.html", context)


def _again(
    contract: Contract, settlement: DepositSettlement, kept: Sequence[Deduction]
) -> tuple[SettlementPlan | None, str]:
    """Reckon a proposal again today, or say why it no longer holds."""
    try:
        plan = plan_settlement(
            contract, deductions=kept, set_off=settlement.set_off, on=clock.today()
        )
    except Refused as refused:
        return None, refused.message
    return plan, ""


@page("payments:settlement-cancel", methods=("GET", "POST"))
def settlement_cancel(request: PageRequest, pk: int) -> HttpResponse:
    """Ask why a return is taken back, then do it."""
    settlement = _settlement(request, pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            cancel_settlement(
                settlement=settlement,
                reason=form.cleaned_data["reason"],
                today=clock.today(),
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Restitution annulée : le dépôt est de nouveau détenu.")
            return redirect(TAB, pk=settlement.contract_id)
    context = {"contract": settlement.contract, "settlement": settlement, "form": form}
    return render_page(request, "payments/settlement_cancel.html", context)
