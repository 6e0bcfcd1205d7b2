"""The steps towards a missing insurance, one form each; choosing a way forbids the other."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from caracol.accounts.policy import may_on
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.ui import toasts
from residents.enums import ArrearsPath, InsuranceStepKind
from residents.forms.insurance import BehalfForm, ReceivedForm, StepForm
from residents.models import Contract, InsuranceStep
from residents.selectors.contracts import rule_of
from residents.selectors.insurance import insurance_view
from residents.selectors.insurance_words import DECIDED, KINDS
from residents.services import insurance_path as services

TAB = "residents:contract-insurance"
Kind = InsuranceStepKind

# What each step does, said before it is recorded.
EFFECTS = {
    Kind.REMINDER: "La personne a été prévenue que son attestation est attendue.",
    Kind.REGISTERED: "Lettre recommandée avec avis de réception : dernier rappel avant la mise en "
    "demeure ou le commandement.",
    Kind.BEHALF_NOTICE: "Elle annonce que l'association s'assurera pour le compte de la personne "
    "après un mois. Elle emporte renonciation à la clause résolutoire pour défaut d'assurance "
    "(loi 89-462, art. 7 g).",
    Kind.BEHALF_TAKEN: "La prime est demandée par douzième avec chaque redevance, majorée de 10 % "
    "au plus (décret 2016-383), jusqu'à ce que la personne remette une attestation.",
    Kind.ORDER: "Délivré par commissaire de justice. Un mois après, sans attestation, la clause "
    "résolutoire produit son effet. L'assurance pour compte n'est alors plus possible.",
    Kind.CLAUSE: "Le contrat est résilié de plein droit par la clause ; la suite relève du juge. "
    "Prévenez la direction et le pôle social.",
}


def _kind(slug: str, *, decided: bool) -> InsuranceStepKind:
    kind = KINDS.get(slug)
    if kind is None or (kind in DECIDED) is not decided:
        raise Http404
    return kind


@page("residents:insurance-step", methods=("GET", "POST"))
def insurance_step(request: PageRequest, pk: int, slug: str) -> HttpResponse:
    """Record a reminder or the registered letter."""
    contract = get_visible_or_404(request, Contract.objects.all(), pk=pk)
    return _record(request, contract, _kind(slug, decided=False))


@page("residents:insurance-choose", methods=("GET", "POST"))
def insurance_choose(request: PageRequest, pk: int, slug: str) -> HttpResponse:
    """Record a legal step: the manager chooses one of the two ways, and goes on along it."""
    contract = get_visible_or_404(request, Contract.objects.all(), pk=pk)
    kind = _kind(slug, decided=True)
    if kind == Kind.BEHALF_TAKEN:
        return _insure(request, contract)
    return _record(request, contract, kind)


def _record(request: PageRequest, contract: Contract, kind: InsuranceStepKind) -> HttpResponse:
    form = StepForm(request.POST or None, kind=kind, initial={"done_on": clock.today()})
    if form.is_valid():
        try:
            services.record_step(
                contract=contract,
                kind=kind,
                done_on=form.cleaned_data["done_on"],
                received_on=form.cleaned_data.get("received_on"),
                lead_days=_lead(request, contract, kind),
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, f"{kind.label.capitalize()} : enregistré.")
            return redirect(TAB, pk=contract.pk)
    return _answer(request, contract, form, kind)


def _lead(request: PageRequest, contract: Contract, kind: InsuranceStepKind) -> int | None:
    """How far from the expiry a reminder is: as the address says, else by the calendar."""
    if kind != Kind.REMINDER:
        return None
    text = request.GET.get("jours", "")
    if text.removeprefix("-").isdecimal() and len(text) < 5:
        return int(text)
    day = clock.today()
    return (day - insurance_view(contract, day).standing.expiry).days


def _insure(request: PageRequest, contract: Contract) -> HttpResponse:
    form = BehalfForm(request.POST or None, initial={"done_on": clock.today()})
    if form.is_valid():
        try:
            step = services.insure_on_behalf(
                contract=contract,
                certificate=form.certificate,
                premium=form.premium,
                done_on=form.cleaned_data["done_on"],
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            share = f"{step.monthly_share:.2f}".replace(".", ",")
            toasts.say(request, f"Assurance pour compte enregistrée : {share} € par mois.")
            return redirect(TAB, pk=contract.pk)
    return _answer(request, contract, form, Kind.BEHALF_TAKEN)


def _answer(
    request: PageRequest, contract: Contract, form: Any, kind: InsuranceStepKind
) -> HttpResponse:
    rule = rule_of(contract)
    needs_clause = kind in DECIDED and rule is not None and rule.arrears_path != ArrearsPath.A
    context = {
        "contract": contract,
        "form": form,
        "title": kind.label[:1].upper() + kind.label[1:],
        "effect": EFFECTS[kind],
        "needs_clause": needs_clause,
        "is_grave": kind in DECIDED,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render_page(request, "residents/insurance_step.html", context, status=status)


def _step(request: PageRequest, pk: int) -> InsuranceStep:
    rows = InsuranceStep.objects.select_related("case__contract")
    step: InsuranceStep = get_visible_or_404(request, rows, pk=pk)
    return step


@page("residents:insurance-step-receive", methods=("GET", "POST"))
def step_receive(request: PageRequest, pk: int) -> HttpResponse:
    """Record the day a letter was received or an act served."""
    step = _step(request, pk)
    form = ReceivedForm(request.POST or None, initial={"received_on": step.received_on})
    if form.is_valid():
        try:
            services.receive_step(
                step=step, received_on=form.cleaned_data["received_on"], actor=request.user
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Réception enregistrée : le délai court de cette date.")
            return redirect(TAB, pk=step.case.contract_id)
    context = {
        "contract": step.case.contract,
        "form": form,
        "title": f"Réception : {step.get_kind_display()}",
        "effect": "Le délai d'un mois court de cette date.",
    }
    status = 422 if form.is_bound and form.errors else 200
    return render_page(request, "residents/insurance_step.html", context, status=status)


@page("residents:insurance-step-cancel", methods=("POST",))
def step_cancel(request: PageRequest, pk: int) -> HttpResponse:
    """Set aside a step recorded by mistake; a legal one by whoever decides."""
    step = _step(request, pk)
    contract = step.case.contract
    decides = may_on(request.user, "residents:insurance-choose", contract.territory_id)
    if step.kind in DECIDED and not decides:
        toasts.say(request, "Cette étape s'annule par un·e responsable.", tone="danger")
        return redirect(TAB, pk=contract.pk)
    try:
        services.cancel_step(step=step, on=clock.today(), actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, f"{step.get_kind_display().capitalize()} : étape annulée.")
    return redirect(TAB, pk=contract.pk)
