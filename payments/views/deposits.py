"""A contract's deposit: asked, received, refunded; a tab of the contract's page."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from caracol.accounts.policy import may_on
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import euros
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.ui import toasts
from payments.enums import AccountKind, Payer, PaymentMeans
from payments.forms import DepositForm, MovementForm, RefundForm, ReversalForm
from payments.models import Entry
from payments.selectors.deposits import DepositSheet, deposit_sheet, payers_in_words
from payments.selectors.settling import obstacles_to_closing
from payments.services.depositing import (
    DEPOSITORS,
    Moved,
    record_deposit,
    record_refund,
    reverse_deposit,
)
from residents.enums import ContractStatus
from residents.models import Contract
from residents.selectors.contract_frame import contract_frame

TAB = "payments:contract-deposit"
_ACTS = (
    *("deposit-record", "deposit-reverse", "refund-record"),
    *("settlement-prepare", "settlement-approve", "settlement-cancel"),
)


@page(TAB)
def contract_deposit(request: PageRequest, pk: int) -> HttpResponse:
    """Show the deposit of a contract: asked, held, to be returned by when, and what is left."""
    context = contract_frame(request, pk)
    contract, day = context["contract"], context["day"]
    sheet = deposit_sheet(contract, day)
    gone = contract.status in {ContractStatus.ENDED, ContractStatus.CLOSED}
    context |= {
        "sheet": sheet,
        "held": payers_in_words(sheet.held_by_payer),
        "to_refund": payers_in_words(sheet.to_refund),
        "left_to_do": obstacles_to_closing(contract, day) if gone else (),
        "deductions": _deductions(sheet),
        "can": acts_on(request, contract),
    }
    record_access(
        actor=request.user,
        action="VIEW",
        subject=contract,
        label=f"Dépôt du contrat {contract.number}",
        page=request.page_key,
    )
    return render_page(request, "payments/deposit.html", context)


def _deductions(sheet: DepositSheet) -> list[Any]:
    return list(sheet.settlement.deductions.order_by("position")) if sheet.settlement else []


def acts_on(request: PageRequest, contract: Contract) -> dict[str, bool]:
    """Say which acts on the deposit the user's rights on the contract's territory open."""
    return {
        name.replace("-", "_"): may_on(request.user, f"payments:{name}", contract.territory_id)
        for name in _ACTS
    }


def contract_of(request: PageRequest, pk: int) -> Contract:
    """Return the contract that the user may act on. Raises Http404, PermissionDenied."""
    found: Contract = get_visible_or_404(request, Contract.objects.all(), pk=pk)
    return found


# --- Received, paid out -------------------------------------------------------------------------
@page("payments:deposit-record", methods=("GET", "POST"))
def deposit_record(request: PageRequest, pk: int) -> HttpResponse:
    """Record a deposit received."""
    contract = contract_of(request, pk)
    sheet = deposit_sheet(contract, clock.today())
    form = DepositForm(
        request.POST or None,
        payers=[(payer.value, payer.label) for payer in DEPOSITORS],
        initial=_fresh(contract, amount=sheet.missing or None, payer=Payer.RESIDENT),
    )
    if form.is_valid():
        try:
            moved = record_deposit(
                contract=contract, received_on=_on(form), **_facts(request, form)
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return _done(request, contract, moved, "de dépôt enregistrés", form)
    context = {"contract": contract, "sheet": sheet, "form": form, "is_refund": False}
    return render_page(request, "payments/deposit_move.html", context)


@page("payments:refund-record", methods=("GET", "POST"))
def refund_record(request: PageRequest, pk: int) -> HttpResponse:
    """Record that what was to be refunded has left."""
    contract = contract_of(request, pk)
    sheet = deposit_sheet(contract, clock.today())
    due = sheet.to_refund
    first = next(iter(sorted(due)), Payer.RESIDENT.value)
    payers = [(payer, f"{Payer(payer).label} ({euros(due[payer])})") for payer in sorted(due)]
    form = RefundForm(
        request.POST or None,
        payers=payers or [(Payer.RESIDENT.value, Payer.RESIDENT.label)],
        initial=_fresh(contract, amount=due.get(first), payer=first),
    )
    if form.is_valid():
        try:
            facts = _facts(request, form)
            moved = record_refund(contract=contract, paid_on=_on(form), **facts)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return _done(request, contract, moved, "remboursés", form)
    context = {"contract": contract, "sheet": sheet, "form": form, "is_refund": True}
    return render_page(request, "payments/deposit_move.html", context)


def _fresh(contract: Contract, **known: Any) -> dict[str, Any]:
    return {"key": uuid.uuid4(), "means": PaymentMeans.TRANSFER, "on": clock.today(), **known}


def _on(form: MovementForm) -> Any:
    return form.cleaned_data["on"]


def _facts(request: PageRequest, form: MovementForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {
        "key": str(data["key"]),
        "amount": data["amount"],
        "means": PaymentMeans(data["means"]),
        "payer": Payer(data["payer"]),
        "note": data["note"],
        "today": clock.today(),
        "actor": request.user,
    }


def _done(
    request: PageRequest, contract: Contract, moved: Moved, words: str, form: MovementForm
) -> HttpResponse:
    if moved.new:
        toasts.say(request, f"{euros(form.cleaned_data['amount'])} {words}.")
    else:
        toasts.say(request, "Ce mouvement était déjà enregistré : rien n'a changé.", tone="info")
    return redirect(TAB, pk=contract.pk)


@page("payments:deposit-reverse", methods=("GET", "POST"))
def deposit_reverse(request: PageRequest, pk: int) -> HttpResponse:
    """Take back a deposit received or a refund paid: ask why, then write the reverse."""
    kinds = (AccountKind.DEPOSIT_HELD, AccountKind.REFUND_DUE)
    contracts = Contract.objects.filter(accounts__kind__in=kinds).distinct()
    contract = get_visible_or_404(request, contracts, accounts__postings__entry=pk)
    entry = get_object_or_404(Entry.objects.select_related("reversed_by"), pk=pk)
    form = ReversalForm(request.POST or None, initial={"on": clock.today()})
    if form.is_valid():
        try:
            reverse_deposit(
                entry=entry, today=clock.today(), actor=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Mouvement annulé par une écriture inverse.")
            return redirect(TAB, pk=contract.pk)
    context = {"contract": contract, "entry": entry, "form": form}
    return render_page(request, "payments/deposit_reverse.html", context)
