"""Take a payment back: what reopens and what is cancelled, then the reason, then the act."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import euros
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.ui import toasts
from payments.enums import MONEY_FROM_PAYERS
from payments.forms import ReversalForm
from payments.models import Entry
from payments.selectors.simulating import ReversalTry, try_reversal
from payments.services.receiving import Received, reverse_payment
from payments.views.receiving import label_of
from residents.models import Contract

# How long the person who typed a payment may undo it by oneself.
UNDO_WITHIN = timedelta(minutes=15)
UNDONE = "Erreur de saisie, corrigée aussitôt."
TOO_LATE = (
    "Ce paiement ne se défait plus d'un clic : une personne responsable peut l'annuler, "
    "avec un motif, depuis le compte."
)


def _payment(request: PageRequest, pk: int) -> tuple[Entry, Contract]:
    """Return a payment and its contract, both seen by the user, else 404."""
    contract = get_visible_or_404(
        request,
        Contract.objects.filter(accounts__kind__in=MONEY_FROM_PAYERS).distinct(),
        accounts__postings__entry=pk,
    )
    entry = get_object_or_404(Entry.objects.select_related("author", "reversed_by"), pk=pk)
    return entry, contract


@page("payments:payment-reverse", methods=("GET", "POST"))
def payment_reverse(request: PageRequest, pk: int) -> HttpResponse:
    """Show what taking the payment back does, ask why, then do it."""
    entry, contract = _payment(request, pk)
    form = ReversalForm(request.POST or None, initial={"on": clock.today()})
    if form.is_valid():
        try:
            received = reverse_payment(
                entry=entry, today=clock.today(), actor=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, _sentence(try_amount(entry), received))
            return redirect("payments:account-detail", number=contract.number)
    done = getattr(entry, "reversed_by", None)
    context = {
        "entry": entry,
        "contract": contract,
        "label": label_of(contract),
        "tried": try_reversal(entry) if done is None else ReversalTry(try_amount(entry)),
        "done": done,
        "form": form,
    }
    return render_page(request, "payments/payment_reverse.html", context)


def try_amount(entry: Entry) -> Any:
    """Return what a payment brought, over all its contracts."""
    lines = entry.postings.filter(account__kind__in=MONEY_FROM_PAYERS)
    return -sum(lines.values_list("amount", flat=True))


def _sentence(amount: Any, received: Received) -> str:
    if not received.new:
        return "Ce paiement était déjà annulé : rien n'a changé."
    papers = ""
    if received.withdrawn:
        word = "papiers annulés" if received.withdrawn > 1 else "papier annulé"
        papers = f" {received.withdrawn} {word} par un document numéroté."
    return (
        f"Le paiement de {euros(amount)} est annulé par une écriture inverse.{papers} "
        "Si l'argent est bien là, enregistrez-le à nouveau."
    )


@page("payments:payment-undo", methods=("POST",))
def payment_undo(request: PageRequest, pk: int) -> HttpResponse:
    """Take back at once a payment one has just typed."""
    entry, contract = _payment(request, pk)
    if entry.author_id != request.user.pk or entry.created_at < clock.now() - UNDO_WITHIN:
        toasts.say(request, TOO_LATE, tone="warning")
        return redirect("payments:account-detail", number=contract.number)
    try:
        received = reverse_payment(
            entry=entry,
            on=clock.today(),
            today=clock.today(),
            reason=UNDONE,
            actor=request.user,
        )
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, _sentence(try_amount(entry), received))
    return redirect("payments:account-detail", number=contract.number)
