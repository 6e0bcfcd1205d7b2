"""Correct a month billed by mistake: what it does to the account first, then the reason."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.core.periods import Month
from caracol.ui import toasts
from payments.calculations.adjustment import Billed
from payments.enums import TermKind
from payments.forms import CorrectionForm
from payments.models import Term
from payments.selectors.impacts import billed_months
from payments.services.adjusting import correct_term, try_correction
from payments.services.foreseeing import effects
from payments.views.receiving import label_of
from residents.selectors.effects import Effects


@page("payments:term-correct", methods=("GET", "POST"))
def term_correct(request: PageRequest, pk: int) -> HttpResponse:
    """Show what correcting the month does while it is typed, ask why, then do it."""
    terms = Term.objects.select_related("contract__territory")
    term = get_visible_or_404(request, terms, pk=pk)
    form = _form(request, term)
    tried, refusal = None, ""
    if "essai" in request.GET:
        tried, refusal = _try(term, form)
    elif request.method == "POST" and form.is_valid():
        try:
            return _correct(request, term, form)
        except Refused as refused:
            form.add_error(None, refused.message)
    context = {
        "term": term,
        "contract": term.contract,
        "month": Month.of(term.month),
        "label": label_of(term.contract),
        "billed": billed_months(term.contract).get(term.month, Billed()).net,
        "is_opening": term.kind == TermKind.OPENING,
        "form": form,
        "tried": tried,
        "refusal": refusal,
        "partials": ("essai",),
    }
    return render_page(request, "payments/term_correct.html", context)


def _form(request: PageRequest, term: Term) -> CorrectionForm:
    if request.method == "POST":
        return CorrectionForm(request.POST)
    net = billed_months(term.contract).get(term.month, Billed()).net
    return CorrectionForm(initial={"key": uuid.uuid4(), "fee": net.fee, "charges": net.charges})


def _try(term: Term, form: CorrectionForm) -> tuple[Effects | None, str]:
    """What the amounts typed would do, or why they cannot be, once they are readable."""
    form.is_valid()
    data, today = getattr(form, "cleaned_data", {}), clock.today()
    if data.get("fee") is None or data.get("charges") is None:
        return None, ""
    try:
        reading = try_correction(term=term, fee=data["fee"], charges=data["charges"], today=today)
    except Refused as refused:
        return None, refused.message
    found = effects(contract=term.contract, reading=reading, before=(), after=(), today=today)
    return found, ""


def _correct(request: PageRequest, term: Term, form: CorrectionForm) -> HttpResponse:
    data: dict[str, Any] = form.cleaned_data
    found = correct_term(
        term=term,
        fee=data["fee"],
        charges=data["charges"],
        reason=data["reason"],
        key=str(data["key"]),
        today=clock.today(),
        actor=request.user,
    )
    if found.adjustment == ZERO:
        toasts.say(request, "Cette correction était déjà enregistrée.", tone="info")
    else:
        month = Month.of(term.month)
        change = euros(found.adjustment)
        toasts.say(request, f"{month.label.capitalize()} est corrigé de {change}.")
    return redirect("payments:account-detail", number=term.contract.number)
