"""Grave acts on a CAF's statement: post it without its credit, take it back; where a CAF is."""

from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.audit import history
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.ui import toasts
from payments.forms import ReasonForm
from payments.models import CafOffice
from payments.selectors.caf_credits import BankSays
from payments.services.caf_importing import post_statement
from payments.services.caf_naming import reverse_statement
from payments.views.caf import DETAIL, LIST, statement_of
from payments.views.caf_forms import CafOfficeForm

ADDRESSED = history.label("payments.caf-office", "Adresse d'une CAF modifiée")


@page("payments:caf-force", methods=("GET", "POST"))
def caf_force(request: PageRequest, pk: int) -> HttpResponse:
    """Post a held statement without its credit: somebody saw it on the account."""
    statement = statement_of(request, pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        note = f"Inscrit sans crédit au relevé : {form.cleaned_data['reason']}"
        try:
            post_statement(
                statement=statement,
                said=BankSays(),
                note=note,
                today=clock.today(),
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Bordereau inscrit ; son crédit est attendu.")
            return redirect(DETAIL, pk=statement.pk)
    context = {"statement": statement, "form": form}
    return render_page(request, "payments/caf_force.html", context)


@page("payments:caf-reverse", methods=("GET", "POST"))
def caf_reverse(request: PageRequest, pk: int) -> HttpResponse:
    """Take a whole statement back, with a reason."""
    statement = statement_of(request, pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            reverse_statement(
                statement=statement,
                today=clock.today(),
                reason=form.cleaned_data["reason"],
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Bordereau annulé par des écritures inverses.")
            return redirect(DETAIL, pk=statement.pk)
    count = statement.lines.exclude(entry=None).count()
    context = {"statement": statement, "form": form, "count": count}
    return render_page(request, "payments/caf_reverse.html", context)


@page("payments:caf-office", methods=("GET", "POST"))
def caf_office(request: PageRequest, pk: int) -> HttpResponse:
    """Say where to write to a CAF, and our number there."""
    office = get_visible_or_404(request, CafOffice.objects.all(), pk=pk)
    form = CafOfficeForm(request.POST or None, instance=office)
    if form.is_valid():
        with history.act(ADDRESSED, actor=request.user):
            form.save()
        toasts.say(request, "Adresse enregistrée.")
        return redirect(LIST)
    return render_page(request, "payments/caf_office.html", {"office": office, "form": form})
