"""Sign a draft and see what remains; hand over the keys; go no further."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.policy import GLA_DECIDES, has_role
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, page, render_page
from caracol.ui import toasts
from colocations.selectors.belongings import keys_at_hand
from residents.calculations.explaining import explain_rule
from residents.calculations.renewal import said_after
from residents.enums import LIVING, ContractStatus
from residents.forms.acts import CancelForm, KeysForm, SignForm
from residents.models import Contract
from residents.selectors.amending import life_of
from residents.selectors.checklist import entry_checklist
from residents.selectors.effects import accounts
from residents.selectors.people import places_of
from residents.selectors.proposals import proposal_of
from residents.services.drafting import cancel_contract, restore_draft
from residents.services.signing import (
    give_keys,
    judge_keys,
    judge_signature,
    sign_contract,
    take_back_keys,
)
from residents.views.acting import (
    ActPage,
    Done,
    Preview,
    Section,
    answer_act,
    card_of,
    contract_of,
    effects_of,
    reasons_in,
    seen_version,
    told,
)

MONTHS_SHOWN = 4


@page("residents:contract-sign", methods=("GET", "POST"))
def contract_sign(request: PageRequest, pk: int) -> HttpResponse:
    """Read a draft again whole, then sign it; once signed, say what remains to be done."""
    contract = contract_of(request, pk)
    if contract.status != ContractStatus.DRAFT:
        return _ready(request, contract)
    form = SignForm(
        request.POST or None, initial={"signed_on": clock.today(), **seen_version(contract)}
    )
    reasons = reasons_in(request, contract)
    if form.is_valid() and "essai" not in request.POST:
        try:
            sign_contract(
                contract=contract,
                signed_on=form.cleaned_data["signed_on"],
                actor=request.user,
                today=clock.today(),
                reasons=reasons,
                seen=form.cleaned_data["seen"],
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, f"Contrat {contract.number} signé.")
            return redirect("residents:contract-sign", pk=pk)
    context = _to_sign(request, contract, form)
    context["told"] = told(context["judged"].verdicts, reasons)
    wrong = form.is_bound and form.errors
    return render_page(
        request, "residents/contract_sign.html", context, status=422 if wrong else 200
    )


def _to_sign(request: PageRequest, contract: Contract, form: SignForm) -> dict[str, Any]:
    data = proposal_of(contract)
    day = getattr(form, "cleaned_data", {}).get("signed_on") or clock.today()
    judged = judge_signature(contract, day, request.user)
    decides = has_role(request.user, GLA_DECIDES, contract.territory_id)
    return {
        "contract": contract,
        "card": card_of(request, contract),
        "data": data,
        "form": form,
        "judged": judged,
        "rule": explain_rule(judged.rule),
        "after": said_after(judged.rule, life_of(contract), judged.owner_end),
        "schedule": accounts().schedule(
            kind=data.kind, due_day=data.due_day, versions=data.versions, months=MONTHS_SHOWN
        ),
        "may_sign": not judged.refusals and (decides or not judged.doubts),
        "partials": ("verification",),
    }


def _ready(request: PageRequest, contract: Contract) -> HttpResponse:
    if contract.status not in LIVING:
        return redirect("residents:contract-detail", pk=contract.pk)
    context = {
        "contract": contract,
        "card": card_of(request, contract),
        "items": entry_checklist(request.user, contract, clock.today()),
    }
    return render_page(request, "residents/contract_ready.html", context)


@page("residents:contract-keys", methods=("GET", "POST"))
def contract_keys(request: PageRequest, pk: int) -> HttpResponse:
    """Hand over the keys, against the insurance certificate; or undo a mistake."""
    contract = contract_of(request, pk)
    here = reverse("residents:contract-keys", args=[pk])
    if request.method == "POST" and "defaire" in request.GET:
        return _undo(request, contract, take_back_keys, "La remise des clés est annulée.")
    place = places_of([contract.pk], clock.today())[contract.pk]
    at_hand = keys_at_hand(place.room_id)
    form = KeysForm(
        request.POST or None,
        at_hand=at_hand,
        initial={
            "on": clock.today(),
            "sets": [keys.pk for keys in at_hand],
            **seen_version(contract),
        },
    )

    def attempt(data: Mapping[str, Any]) -> Preview:
        return Preview(verdicts=judge_keys(contract, data["on"]))

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        give_keys(
            contract=contract,
            on=data["on"],
            sets=form.chosen,
            actor=request.user,
            today=clock.today(),
            reasons=reasons,
            seen=data["seen"],
        )
        ready = reverse("residents:contract-sign", args=[pk])
        return Done("Clés remises.", undo_url=f"{here}?defaire=1", url=ready)

    page_ = ActPage(
        title="Remettre les clés",
        lead="Les clés se remettent contre l'attestation d'assurance, avec l'état des lieux.",
        sections=[Section("La remise", [form[name] for name in form.fields if name != "seen"])],
        submit="Remettre les clés",
        icon="key",
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)


def _undo(request: PageRequest, contract: Contract, act: Any, message: str) -> HttpResponse:
    try:
        act(contract=contract, actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, message)
    return redirect("residents:contract-detail", pk=contract.pk)


@page("residents:contract-cancel", methods=("GET", "POST"))
def contract_cancel(request: PageRequest, pk: int) -> HttpResponse:
    """Leave a draft, take it up again, or cancel a signed contract before anybody enters."""
    contract = contract_of(request, pk)
    if request.method == "POST" and "retablir" in request.GET:
        return _undo(request, contract, restore_draft, f"Brouillon {contract.number} rétabli.")
    drafted = contract.status == ContractStatus.DRAFT
    if request.method == "POST" and "defaire" in request.GET and drafted:
        return _leave(request, contract)
    form = CancelForm(request.POST or None, drafted=drafted, initial=seen_version(contract))

    def attempt(data: Mapping[str, Any]) -> Preview:
        effects = None if drafted else effects_of(contract, [], clock.today())
        return Preview(effects=effects)

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        return _cancel(request, contract, data["reason"], data["seen"], drafted=drafted)

    title = "Abandonner le brouillon" if drafted else "Annuler avant l'entrée"
    page_ = ActPage(
        title=title,
        lead="Le brouillon ne lie encore personne ; vous pourrez le rétablir."
        if drafted
        else "La chambre redevient libre. Un contrat signé puis annulé ne se rétablit pas.",
        sections=[Section("Pourquoi", [form["reason"]])],
        submit=title,
        icon="trash" if drafted else "ban",
        tone="danger",
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)


def _leave(request: PageRequest, contract: Contract) -> HttpResponse:
    try:
        done = _cancel(request, contract, "", "", drafted=True)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, done.message, undo_url=done.undo_url)
    return redirect("residents:contract-detail", pk=contract.pk)


def _cancel(
    request: PageRequest, contract: Contract, reason: str, seen: str, *, drafted: bool
) -> Done:
    today: date = clock.today()
    cancel_contract(contract=contract, reason=reason, actor=request.user, today=today, seen=seen)
    if not drafted:
        return Done(f"Contrat {contract.number} annulé avant l'entrée.")
    back = reverse("residents:contract-cancel", args=[contract.pk]) + "?retablir=1"
    return Done(f"Brouillon {contract.number} abandonné.", undo_url=back)
