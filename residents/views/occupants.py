"""Who lives in a room without signing: add, correct, say when they left."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.core.versions import ChangedMeanwhile, version_of
from caracol.ui import toasts
from residents.forms.conflicts import show_again
from residents.forms.occupants import OccupantForm
from residents.models import Contract, Occupant
from residents.services import occupants as services
from residents.services.accepting import ReasonNeeded


def _reasons(form: OccupantForm, contract: Contract, row: Occupant | None = None) -> dict[str, str]:
    """The one reason typed stands for every doubt about the room."""
    reason = form.cleaned_data.get("reason", "")
    doubts = services.crowding(contract, form.stay, leaving_out=row)
    return {verdict.code: reason for verdict in doubts}


@page("residents:occupant-new", methods=("GET", "POST"))
def occupant_new(request: PageRequest, pk: int) -> HttpResponse:
    """Add somebody to the household of a contract."""
    contract = get_visible_or_404(request, Contract.objects.all(), pk=pk)
    form = OccupantForm(request.POST or None, initial={"starts_on": contract.starts_on})
    doubts: list[Any] = []
    if form.is_valid():
        try:
            occupant = services.add_occupant(
                contract=contract,
                stay=form.stay,
                reasons=_reasons(form, contract),
                today=clock.today(),
                actor=request.user,
            )
        except ReasonNeeded as refusal:
            form, doubts = _ask(request), refusal.verdicts
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, f"{occupant.full_name} fait partie du ménage.")
            return redirect("residents:contract-detail", pk=contract.pk)
    return _answer(request, contract, form, doubts=doubts)


def _ask(request: PageRequest) -> OccupantForm:
    """Show the form again with the field of the reason, which it lacked."""
    form = OccupantForm(request.POST, ask_reason=True)
    form.fields["reason"].required = True
    return form


@page("residents:occupant-edit", methods=("GET", "POST"))
def occupant_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Correct somebody of the household, or say when they left."""
    rows = Occupant.objects.select_related("contract__territory")
    occupant = get_visible_or_404(request, rows, pk=pk)
    contract, names = occupant.contract, services.VERSIONED
    if "retirer" in request.POST:
        services.remove_occupant(occupant=occupant, actor=request.user)
        toasts.say(request, f"{occupant.full_name} ne fait plus partie du ménage.")
        return redirect("residents:contract-detail", pk=contract.pk)
    initial = {name: getattr(occupant, name) for name in names}
    initial["seen"] = version_of(occupant, names)
    form = OccupantForm(request.POST or None, initial=initial)
    doubts: list[Any] = []
    conflict: list[Any] = []
    if form.is_valid():
        try:
            services.edit_occupant(
                occupant=occupant,
                stay=form.stay,
                reasons=_reasons(form, contract, occupant),
                seen=form.cleaned_data["seen"],
                today=clock.today(),
                actor=request.user,
            )
        except ReasonNeeded as refusal:
            form, doubts = _ask(request), refusal.verdicts
        except ChangedMeanwhile as refusal:
            occupant.refresh_from_db()
            conflict = show_again(form, occupant, names)
            form.add_error(None, refusal.message)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Ménage mis à jour.")
            return redirect("residents:contract-detail", pk=contract.pk)
    more = {"occupant": occupant, "doubts": doubts, "conflict": conflict}
    return _answer(request, contract, form, **more)


def _answer(
    request: PageRequest, contract: Contract, form: OccupantForm, **more: Any
) -> HttpResponse:
    context = {"contract": contract, "form": form, "doubts": [], "conflict": [], **more}
    status = 422 if form.is_bound and form.errors else 200
    return render_page(request, "residents/occupant_form.html", context, status=status)
