"""Record a payment by hand: find the contract, see what it settles, save."""

import uuid
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.policy import may
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import euros
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.core.periods import Month
from caracol.ui import toasts
from payments.enums import Payer, PaymentMeans, TermKind
from payments.forms import NamedMonth, PaymentForm
from payments.models import Entry, Term
from payments.selectors.account import RULES
from payments.selectors.labels import Label, contract_labels, contracts_matching
from payments.selectors.owing import with_aid_awaited
from payments.selectors.simulating import PaymentTry, balance_of, try_payment
from payments.services.receiving import Received, record_payment
from residents.models import Contract

MOST_FOUND = 8


@page("payments:payment-record", methods=("GET", "POST"))
def payment_record(request: PageRequest) -> HttpResponse:
    """Find the contract by name or number, then record the payment on it."""
    number = request.POST.get("contrat", "") or request.GET.get("contrat", "")
    if not number:
        return _find(request)
    contract = get_visible_or_404(request, Contract.objects.all(), number=number)
    form = _form(request, contract)
    if request.method == "POST" and "essai" not in request.POST and form.is_valid():
        try:
            received = _record(request, contract, form)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            _say(request, contract, received, form.cleaned_data["amount"])
            return _next(request, contract)
    context = {
        **_frame(contract),
        "form": form,
        "tried": _try(contract, form) if request.method == "POST" else None,
    }
    return render_page(request, "payments/payment_record.html", context)


def _find(request: PageRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found: list[dict[str, Any]] = []
    if words:
        contracts = allowed(request, Contract.objects.filter(contracts_matching(words)))
        rows = contracts.order_by("-ends_on", "number")[:MOST_FOUND]
        ids = [contract.pk for contract in rows]
        labels = contract_labels(ids, clock.today())
        balances = dict(
            Contract.objects.filter(pk__in=ids, accounts__kind="RECEIVABLE").values_list(
                "pk", "accounts__balance"
            )
        )
        found = [{"label": labels[pk], "balance": balances.get(pk)} for pk in ids]
    context = {"words": words, "found": found, "partials": ("trouves",)}
    return render_page(request, "payments/payment_find.html", context)


def _form(request: PageRequest, contract: Contract) -> PaymentForm:
    months = _months(contract)
    if request.method == "POST":
        # Read after the months: a payment being written meanwhile is either unseen or known.
        is_known = Entry.objects.filter(key=f"payment:{_key(request)}").exists()
        return PaymentForm(request.POST, months=months, is_known=is_known)
    usual = contract.payment_method
    means = usual if usual in PaymentMeans.values else PaymentMeans.TRANSFER
    return PaymentForm(initial=PaymentForm.fresh(means=means), months=months)


def _key(request: PageRequest) -> str:
    """The key sent, written as it is kept; empty when it is none."""
    try:
        return str(uuid.UUID(request.POST.get("key", "")))
    except ValueError:
        return ""


def _months(contract: Contract) -> list[NamedMonth]:
    """The months money may be for: all that were billed and the takeover's, latest first."""
    months: dict[Month, NamedMonth] = {}
    for term in Term.objects.filter(contract=contract).order_by("-month"):
        month, opening = Month.of(term.month), term.kind == TermKind.OPENING
        other = months.get(month)
        settled = term.is_paid and (other is None or other.settled)
        months[month] = NamedMonth(month, settled, opening)
    return list(months.values())


def _frame(contract: Contract) -> dict[str, Any]:
    day = clock.today()
    rows = Term.objects.filter(contract=contract, paid_amount__lt=F("amount"))
    terms = with_aid_awaited(rows, day).order_by("due_on", "month")
    return {
        "contract": contract,
        "label": label_of(contract),
        "balance": balance_of(contract),
        "open_terms": list(terms),
        "day": day,
    }


def label_of(contract: Contract) -> Label:
    """Return a contract's label today."""
    return contract_labels([contract.pk], clock.today())[contract.pk]


def _record(request: PageRequest, contract: Contract, form: PaymentForm) -> Received:
    data = form.cleaned_data
    return record_payment(
        key=str(data["key"]),
        contract=contract,
        amount=data["amount"],
        means=PaymentMeans(data["means"]),
        received_on=data["received_on"],
        today=clock.today(),
        actor=request.user,
        payer=Payer(data["payer"]),
        month=data["month"],
        note=data["note"],
    )


def _say(request: PageRequest, contract: Contract, received: Received, amount: Decimal) -> None:
    if not received.new:
        toasts.say(request, "Ce paiement était déjà enregistré : rien n'a changé.", tone="info")
        return
    after = balance_of(contract)
    if after > 0:
        rest = f"Reste dû : {euros(after)}."
    elif after < 0:
        rest = f"En avance : {euros(-after)}."
    else:
        rest = "Le compte est à jour."
    undo = ""
    if may(request.user, "payments:payment-undo"):
        undo = reverse("payments:payment-undo", args=[received.entry.pk])
    who = label_of(contract).names
    toasts.say(request, f"{euros(amount)} enregistrés pour {who}. {rest}", undo_url=undo)


def _next(request: PageRequest, contract: Contract) -> HttpResponse:
    if "suivant" in request.POST:
        return redirect("payments:payment-record")
    return redirect("payments:account-detail", number=contract.number)


def _try(contract: Contract, form: PaymentForm) -> PaymentTry | None:
    """What the payment typed would do, once its amount and its month are readable."""
    form.is_valid()
    data = getattr(form, "cleaned_data", {})
    if not data.get("amount") or "payer" not in data or "month" not in data:
        return None
    return try_payment(
        contract=contract,
        amount=data["amount"],
        on=data.get("received_on") or clock.today(),
        payer=Payer(data["payer"]),
        month=data["month"],
    )


@page("payments:payment-try", methods=("POST",))
def payment_try(request: PageRequest) -> HttpResponse:
    """Answer what a payment would settle, while it is typed; writes nothing."""
    number = request.POST.get("contrat", "")
    contract = get_visible_or_404(request, Contract.objects.all(), number=number)
    tried = _try(contract, _form(request, contract))
    context = {"tried": tried, "rules": RULES}
    return render_page(request, "payments/payment_try.html", context)
