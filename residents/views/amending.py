"""Amend, renew, revise: what each would do to the account is shown before it is done."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from caracol.accounts.policy import PAGES
from caracol.core import clock
from caracol.core.pages import PageRequest, get_visible_or_404, page
from caracol.core.periods import Month, Span, french_day
from residents.calculations.duration import allowed_ends
from residents.calculations.explaining import explain_rule
from residents.calculations.renewal import latest_renewal, said_final, tacit_schedule
from residents.enums import LIVING, ContractStatus
from residents.forms.acts import AmendmentForm, RenewForm, ReviseForm, WithdrawForm
from residents.forms.contracts import typed_day, typed_number
from residents.models import Amendment, Contract, ContractTerms, Person
from residents.selectors.amending import Change, Plan, life_of, plan_change
from residents.selectors.availability import free_rooms
from residents.selectors.contracts import upstream_end
from residents.selectors.desk import desk_people
from residents.selectors.revising import next_revision, try_revision
from residents.selectors.rules import rule_binding, rule_in_force
from residents.services.amending import (
    AmendmentRefused,
    amend_contract,
    versions_without,
    withdraw_amendment,
    withdrawal_refused,
)
from residents.services.renewing import renew_contract, renewal_change
from residents.services.revising import revise_contract, revision_change
from residents.views.acting import (
    ActPage,
    Done,
    Preview,
    Section,
    answer_act,
    contract_of,
    effects_of,
    seen_version,
    sent_back,
    turned_away,
)

_DAY = timedelta(days=1)


def _last_terms(contract: Contract) -> ContractTerms:
    rows = ContractTerms.objects.filter(contract=contract)
    return rows.select_related("room__colocation__site").order_by("-starts_on")[0]


def _plan(request: PageRequest, contract: Contract, change: Change) -> Plan:
    return plan_change(contract, change, clock.today(), reader=request.user)


def _preview(contract: Contract, plan: Plan, *notes: str) -> Preview:
    """Show the account only for what can be written at all."""
    if any(verdict.is_refused for verdict in plan.verdicts):
        return Preview(verdicts=plan.verdicts, notes=list(notes))
    effects = effects_of(contract, plan.versions, clock.today())
    return Preview(verdicts=plan.verdicts, effects=effects, notes=list(notes))


def _amended(contract: Contract, amendment: Amendment) -> Done:
    back = reverse("residents:amendment-withdraw", args=[amendment.pk])
    undo = "" if amendment.effective_on <= clock.today() else f"{back}?defaire=1"
    said = f"Avenant n° {amendment.number} au contrat {contract.number} enregistré."
    return Done(said, undo_url=undo)


# --- Any change ---------------------------------------------------------------------------------
@page("residents:amendment-new", methods=("GET", "POST"))
def amendment_new(request: PageRequest, pk: int) -> HttpResponse:
    """Change the room, amounts, end, payee or holders of a contract from a day on."""
    contract = contract_of(request, pk)
    if away := turned_away(request, contract, "ne change plus par avenant", LIVING):
        return away
    form = _amendment_form(request, contract)

    def attempt(data: Mapping[str, Any]) -> Preview:
        if not form.is_bound:
            return Preview()
        return _preview(contract, _plan(request, contract, form.change))

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        done = amend_contract(
            contract=contract,
            change=form.change,
            actor=request.user,
            today=clock.today(),
            reasons=reasons,
            seen=data["seen"],
        )
        return _amended(contract, done.amendment)

    page_ = ActPage(
        title="Faire un avenant",
        lead="Ce qui reste vide ne change pas. Le passé non plus : un mois déjà facturé est "
        "régularisé, jamais récrit.",
        sections=_sections(form),
        submit="Enregistrer l'avenant",
        icon="files",
        rule=explain_rule(rule_binding(contract)),
        rule_title="La règle qui lie ce contrat",
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)


def _amendment_form(request: PageRequest, contract: Contract) -> AmendmentForm:
    sent = request.POST or None
    data = request.POST
    last = _last_terms(contract)
    first = typed_day(data.get("effective_on", "")) or _next_month()
    until = typed_day(data.get("ends_on", "")) or contract.ends_on
    rooms = free_rooms(
        request.user,
        PAGES[request.page_key],
        Span(first, max(first, until)),
        typed_number(data.get("room", "")),
    )
    chosen = [int(pk) for pk in data.getlist("cotitulaires") if typed_number(pk)]
    rule, site = rule_binding(contract), last.room.colocation.site_id
    people = desk_people(
        request.user, PAGES[request.page_key], _held(contract), chosen, data.get("co_search", "")
    )
    return AmendmentForm(
        sent,
        contract=contract,
        last=last,
        rooms=rooms,
        candidates=people,
        usual_charges=rule.charges_mode,
        latest=allowed_ends(rule, contract.starts_on, upstream_end(site)),
        initial={
            "effective_on": _next_month(),
            "signed_on": clock.today(),
            **seen_version(contract),
        },
    )


def _held(contract: Contract) -> list[int]:
    held = Person.objects.filter(holdings__contract=contract, holdings__ends_on=contract.ends_on)
    return list(held.values_list("pk", flat=True))


def _next_month() -> date:
    return Month.of(clock.today()).next().first


def _sections(form: AmendmentForm) -> list[Section]:
    names = ("fee", "charges", "expected_aid", "aid_payee")
    amounts = [form[name] for name in names if name in form.fields]
    return [
        Section("L'avenant", [form["effective_on"], form["signed_on"], form["words"]], 2),
        Section("Chambre et fin", [form["room"], form["ends_on"]]),
        Section("Montants", amounts, len(amounts) - 1),
        Section(
            "Titulaires",
            [form["leaves"], form["co_search"], form["cotitulaires"], form["main"]],
        ),
    ]


@page("residents:amendment-withdraw", methods=("GET", "POST"))
def amendment_withdraw(request: PageRequest, pk: int) -> HttpResponse:
    """Take back an amendment that has not taken effect."""
    found: Amendment = get_visible_or_404(
        request, Amendment.objects.select_related("contract"), pk=pk
    )
    contract = found.contract
    undone = request.method == "POST" and "defaire" in request.GET
    sent = {"reason": "saisie annulée"} if undone else request.POST or None
    form = WithdrawForm(sent, initial=seen_version(contract))

    def attempt(data: Mapping[str, Any]) -> Preview:
        if refusal := withdrawal_refused(found, clock.today()):
            raise AmendmentRefused(refusal)
        return Preview(effects=effects_of(contract, versions_without(found), clock.today()))

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        withdraw_amendment(
            amendment=found,
            reason=data["reason"],
            actor=request.user,
            today=clock.today(),
            seen=data["seen"],
        )
        return Done(f"Avenant n° {found.number} retiré : le contrat redevient ce qu'il était.")

    page_ = ActPage(
        title=f"Retirer l'avenant n° {found.number}",
        lead=f"« {found.reason} », prévu pour le {french_day(found.effective_on)}.",
        sections=[Section("Pourquoi", [form["reason"]])],
        submit="Retirer l'avenant",
        icon="arrow-back-up",
        tone="danger",
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)


# --- Renewal ------------------------------------------------------------------------------------
@page("residents:contract-renew", methods=("GET", "POST"))
def contract_renew(request: PageRequest, pk: int) -> HttpResponse:
    """Renew a contract within the total its type allows and what the owner lends."""
    contract = contract_of(request, pk)
    open_to = {ContractStatus.IN_FORCE}
    if away := turned_away(request, contract, "ne se renouvelle pas", open_to):
        return away
    rule = rule_in_force(contract.kind, contract.ends_on + _DAY)
    owner_end = upstream_end(_last_terms(contract).room.colocation.site_id)
    life = life_of(contract)
    if why := said_final(rule, life, owner_end):
        return sent_back(request, contract, why)
    latest = latest_renewal(rule, life, owner_end)
    coming = tacit_schedule(rule, life, owner_end, count=3)
    proposed = coming[0].ends_on if coming else latest
    form = RenewForm(
        request.POST or None,
        initial={"ends_on": proposed, "signed_on": clock.today(), **seen_version(contract)},
    )

    def attempt(data: Mapping[str, Any]) -> Preview:
        notes = [f"Renouvellement tacite à venir, sans congé : {each.sentence}." for each in coming]
        change = renewal_change(contract, data["ends_on"], data["signed_on"], data.get("fee"))
        return _preview(contract, _plan(request, contract, change), *notes)

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        done = renew_contract(
            contract=contract,
            ends_on=data["ends_on"],
            signed_on=data["signed_on"],
            fee=data["fee"],
            actor=request.user,
            today=clock.today(),
            reasons=reasons,
            seen=data["seen"],
        )
        return _amended(contract, done.amendment)

    limit = f"Au plus tard le {french_day(latest)}." if latest else ""
    page_ = ActPage(
        title="Renouveler le contrat",
        lead=f"Le contrat finit le {french_day(contract.ends_on)}. {limit}",
        sections=[Section("Le renouvellement", [form["ends_on"], form["fee"], form["signed_on"]])],
        submit="Renouveler",
        icon="refresh",
        rule=explain_rule(rule),
        rule_title=f"La règle au {french_day(contract.ends_on + _DAY)}",
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)


# --- Revision -----------------------------------------------------------------------------------
@page("residents:contract-revise", methods=("GET", "POST"))
def contract_revise(request: PageRequest, pk: int) -> HttpResponse:
    """Revise the fee by the rent reference index, from the day it is asked for."""
    contract = contract_of(request, pk)
    if away := turned_away(request, contract, "ne se révise pas", {ContractStatus.IN_FORCE}):
        return away
    today = clock.today()
    form = ReviseForm(
        request.POST or None,
        initial={"requested_on": today, "effective_on": today, **seen_version(contract)},
    )

    def attempt(data: Mapping[str, Any]) -> Preview:
        revision = try_revision(contract, data["requested_on"], data["effective_on"])
        notes = [revision.result.sentence] if revision.result else []
        notes.append(next_revision(contract, data["requested_on"]))
        change: Change | None = revision_change(revision, data["effective_on"])
        if change is None:
            return Preview(verdicts=revision.verdicts, notes=notes)
        found = _preview(contract, _plan(request, contract, change), *notes)
        return Preview([*revision.verdicts, *found.verdicts], found.effects, notes)

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        done = revise_contract(
            contract=contract,
            requested_on=data["requested_on"],
            effective_on=data["effective_on"],
            actor=request.user,
            today=clock.today(),
            reasons=reasons,
            seen=data["seen"],
        )
        return _amended(contract, done.amendment)

    page_ = ActPage(
        title="Réviser par l'IRL",
        lead="Une fois par an, si le contrat le dit, à partir du jour où elle est demandée.",
        sections=[Section("La demande", [form["requested_on"], form["effective_on"]], 2)],
        submit="Réviser la redevance",
        icon="trending-up",
        rule=explain_rule(rule_binding(contract)),
        rule_title="La règle qui lie ce contrat",
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)
