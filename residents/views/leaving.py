"""The end of a contract: the departure, what completes it or takes it back, and closing."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, page, render_page
from caracol.core.periods import french_day
from caracol.ui import toasts
from colocations.selectors.belongings import KeysBack, keys_back
from residents.calculations.explaining import explain_rule
from residents.calculations.verdicts import refused
from residents.enums import ContractStatus
from residents.forms.exits import DepartureForm, ExitForm, ReasonForm
from residents.models import Contract
from residents.selectors.contract_frame import contract_frame
from residents.selectors.leaving import expected_kind, judge_departure
from residents.selectors.notices import effects_of_end, effects_of_return
from residents.selectors.rules import rule_binding
from residents.services import leaving as services
from residents.views.acting import (
    ActPage,
    Done,
    Preview,
    Section,
    answer_act,
    contract_of,
    contract_url,
    seen_version,
)


@page("residents:contract-end", methods=("GET", "POST"))
def contract_end(request: PageRequest, pk: int) -> HttpResponse:
    """Record a departure: until when the fee is owed, and what becomes of the account."""
    contract = contract_of(request, pk)
    if contract.exit_kind:
        return redirect("residents:exit-complete", pk=contract.pk)
    today = clock.today()
    left_on = min(today, contract.ends_on) if contract.ends_on >= contract.starts_on else today
    register = keys_back(contract.number)
    form = DepartureForm(
        request.POST or None,
        initial={
            "kind": expected_kind(contract),
            "left_on": left_on,
            "keys_returned_on": None if register.out else register.on or left_on,
            **seen_version(contract),
        },
    )

    def attempt(data: Mapping[str, Any]) -> Preview:
        judged = judge_departure(contract, form.departure(dict(data)), today)
        notes = [judged.owed.sentence, *filter(None, [judged.closing, *_of_register(register)])]
        if any(one.is_refused for one in judged.verdicts):
            return Preview(judged.verdicts, notes=notes)
        until = min(judged.owed.until, contract.ends_on)
        return Preview(judged.verdicts, effects_of_end(contract, until, today), notes)

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        left = services.end_contract(
            contract=contract,
            departure=form.departure(dict(data)),
            actor=request.user,
            today=today,
            reasons=reasons,
            seen=data["seen"],
        )
        return Done(_said(left.contract))

    page_ = ActPage(
        title="Enregistrer le départ",
        lead="Le jour où la personne est partie, et ce qu'elle a rendu.",
        sections=[
            Section("Le départ", [form["kind"], form["left_on"], form["relet_on"]]),
            Section("Les clés et la chambre", [form["keys_returned_on"], form["inventory"]]),
            Section("Après", [form["destination"], form["new_address"], form["reason"]]),
        ],
        submit="Enregistrer le départ",
        icon="door-exit",
        rule=explain_rule(rule_binding(contract)),
        rule_title="La règle qui lie ce contrat",
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)


def _of_register(register: KeysBack) -> Iterator[str]:
    """Say what the keys register of the home knows of the household's sets."""
    if register.on:
        yield f"Au registre, le dernier trousseau est revenu le {french_day(register.on)}."
    if register.out:
        yield f"Au registre, encore remis au ménage : {', '.join(register.out)}."
    if register.lost:
        yield f"Au registre, perdu : {', '.join(register.lost)}."


def _said(contract: Contract) -> str:
    if contract.status == ContractStatus.ENDED:
        return "Départ enregistré : le contrat est terminé. Rendez le dépôt, puis clôturez-le."
    end = french_day(contract.ends_on)
    return f"Départ enregistré. La redevance reste due jusqu'au {end}, fin du contrat."


@page("residents:exit-complete", methods=("GET", "POST"))
def exit_complete(request: PageRequest, pk: int) -> HttpResponse:
    """Write what was not known on the day: keys, inventory, destination, new address."""
    contract = contract_of(request, pk)
    known = {True: "oui", False: "non", None: ""}[contract.exit_inventory_conforms]
    register = keys_back(contract.number)
    form = ExitForm(
        request.POST or None,
        initial={
            "keys_returned_on": contract.keys_returned_on or register.on,
            "inventory": known,
            "destination": contract.exit_destination,
            "new_address": contract.new_address,
            **seen_version(contract),
        },
    )

    def attempt(data: Mapping[str, Any]) -> Preview:
        note = "Le délai pour rendre le dépôt part du jour où les clés reviennent."
        verdicts = services.judge_completion(contract, data["keys_returned_on"], clock.today())
        return Preview(verdicts, notes=[note, *_of_register(register)])

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        services.complete_exit(
            contract=contract,
            keys_returned_on=data["keys_returned_on"],
            inventory_conforms=form.conforms,
            destination=data["destination"],
            new_address=data["new_address"],
            actor=request.user,
            today=clock.today(),
            reasons=reasons,
            seen=data["seen"],
        )
        return Done("Sortie complétée.")

    left = french_day(contract.left_on) if contract.left_on else "un jour inconnu"
    page_ = ActPage(
        title="Compléter la sortie",
        lead=f"Départ le {left} : {contract.get_exit_kind_display() or 'non enregistré'}.",
        sections=[
            Section("Les clés et la chambre", [form["keys_returned_on"], form["inventory"]]),
            Section("Après", [form["destination"], form["new_address"]]),
        ],
        submit="Enregistrer",
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)


@page("residents:contract-reopen", methods=("GET", "POST"))
def contract_reopen(request: PageRequest, pk: int) -> HttpResponse:
    """Take back a departure recorded by mistake, or open a closed contract again."""
    contract = contract_of(request, pk)
    form = ReasonForm(request.POST or None, initial=seen_version(contract))
    if contract.status == ContractStatus.CLOSED:
        return _unclose(request, contract, form)

    def attempt(data: Mapping[str, Any]) -> Preview:
        if refusal := services.reopening_refused(contract):
            return Preview([refused("kept", refusal)])
        kept = contract.end_before.get("cut", {})
        effects = effects_of_return(contract, kept, clock.today())
        return Preview(effects=effects, notes=["Le contrat redevient ce qu'il était."])

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        services.reopen_exit(
            contract=contract,
            reason=data["reason"],
            actor=request.user,
            today=clock.today(),
            seen=data["seen"],
        )
        return Done("Départ annulé : le contrat redevient ce qu'il était.")

    page_ = ActPage(
        title="Annuler le départ",
        lead="Seulement si le départ a été enregistré par erreur, et que rien n'a suivi.",
        sections=[Section("Pourquoi", [form["reason"]])],
        submit="Annuler le départ",
        icon="arrow-back-up",
        tone="danger",
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)


def _unclose(request: PageRequest, contract: Contract, form: ReasonForm) -> HttpResponse:
    def attempt(data: Mapping[str, Any]) -> Preview:
        return Preview(notes=["Le compte acceptera de nouveau des mouvements."])

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        services.unclose_contract(
            contract=contract, reason=data["reason"], actor=request.user, seen=data["seen"]
        )
        return Done("Contrat rouvert : clôturez-le de nouveau une fois tout réglé.")

    page_ = ActPage(
        title="Rouvrir le contrat",
        lead="Quand de l'argent arrive tard, ou qu'un compte était faux.",
        sections=[Section("Pourquoi", [form["reason"]])],
        submit="Rouvrir",
        icon="lock-open",
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)


@page("residents:contract-close", methods=("GET", "POST"))
def contract_close(request: PageRequest, pk: int) -> HttpResponse:
    """Close a contract that has ended once nothing is left to settle, or say what is."""
    context = contract_frame(request, pk)
    contract = context["contract"]
    refusal = ""
    if request.method == "POST":
        try:
            services.close_contract(
                contract=contract,
                actor=request.user,
                today=clock.today(),
                seen=request.POST.get("seen", ""),
            )
        except Refused as refused_:
            refusal = refused_.message
        else:
            toasts.say(request, f"Contrat {contract.number} clos.")
            return redirect(contract_url(contract))
    context |= {
        "left_to_do": services.left_to_do(contract, clock.today()),
        "refusal": refusal,
        "is_ended": contract.status == ContractStatus.ENDED,
        **seen_version(contract),
    }
    status = 422 if refusal else 200
    return render_page(request, "residents/contract_close.html", context, status=status)
