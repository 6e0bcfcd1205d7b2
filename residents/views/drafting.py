"""A contract from nothing, in one flow: who, then room, dates, type, amounts; then signing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.models import User
from caracol.accounts.policy import PAGES
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.core.versions import ChangedMeanwhile
from caracol.ui import toasts
from colocations.models import Room
from residents.calculations.explaining import explain_rule
from residents.calculations.renewal import Life, Renewal, tacit_schedule
from residents.enums import AidEligibility, AidPayee, ContractStatus, PaymentMethod
from residents.forms.conflicts import Difference, draft_differences
from residents.forms.contracts import ContractForm, initial_of, typed_day, typed_number
from residents.models import Contract, Person
from residents.selectors.desk import (
    Desk,
    desk_for,
    drafts_of,
    usual_kind,
    usual_months,
    usual_span,
    usual_words,
)
from residents.selectors.effects import MonthEffect, accounts
from residents.selectors.finding import matching
from residents.selectors.people import PersonLine, people_seen, person_lines
from residents.selectors.person import contract_cards
from residents.selectors.proposals import ContractData, Judged, judge, proposal_of
from residents.selectors.rules import rules_in_force
from residents.selectors.states import contract_version
from residents.services.drafting import create_draft, edit_draft
from residents.views.acting import TRY, contract_of, reasons_in, told

MOST_FOUND = 8
MONTHS_SHOWN = 4


@dataclass(frozen=True)
class Check:
    """What the form comes to: verdicts, first terms, renewals; nothing while it is unreadable."""

    data: ContractData | None = None
    judged: Judged | None = None
    schedule: tuple[MonthEffect, ...] = ()
    renewals: tuple[Renewal, ...] = ()
    rule: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    cut: str = ""

    @property
    def unread(self) -> bool:
        """Whether the form says too little to be verified."""
        return self.data is None


@page("residents:contract-new", methods=("GET", "POST"))
def contract_new(request: PageRequest) -> HttpResponse:
    """Choose who signs, then write the draft of their contract, verified while it is typed."""
    sent = request.POST if request.method == "POST" else request.GET
    person = _person(request, sent.get("personne", ""))
    if person is None:
        return _find(request)
    form = _form(request, person)
    if request.method == "POST" and TRY not in request.POST and form.is_valid():
        try:
            drafted = create_draft(
                data=form.proposal,
                actor=request.user,
                today=clock.today(),
                reasons=reasons_in(request),
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            contract = drafted.contract
            said = "enregistré." if drafted.new else "existait déjà : le voici."
            said = " ".join(filter(None, [said, form.cut]))
            toasts.say(request, f"Brouillon {contract.number} {said}", undo_url=_undo(contract))
            return redirect("residents:contract-sign", pk=contract.pk)
    return _show(request, form, person)


@page("residents:contract-edit", methods=("GET", "POST"))
def contract_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a draft; a contract once signed changes by amendment."""
    contract = contract_of(request, pk)
    if contract.status != ContractStatus.DRAFT:
        toasts.say(request, "Un contrat signé se modifie par avenant.", tone="info")
        return redirect("residents:contract-detail", pk=contract.pk)
    person = proposal_of(contract).people[0]
    form = _form(request, person, contract)
    conflict: list[Difference] = []
    if request.method == "POST" and TRY not in request.POST and form.is_valid():
        try:
            edit_draft(
                contract=contract,
                data=form.proposal,
                actor=request.user,
                today=clock.today(),
                reasons=reasons_in(request),
                seen=form.cleaned_data["seen"],
            )
        except ChangedMeanwhile as changed:
            conflict = draft_differences(form, proposal_of(_again(contract)))
            form.add_error(None, changed.message)
            form.data["seen"] = contract_version(contract)  # type: ignore[index]
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            said = " ".join(filter(None, ["enregistré.", form.cut]))
            toasts.say(request, f"Brouillon {contract.number} {said}")
            return redirect("residents:contract-sign", pk=contract.pk)
    return _show(request, form, person, contract, conflict)


def _again(contract: Contract) -> Contract:
    return Contract.objects.get(pk=contract.pk)


def _undo(contract: Contract) -> str:
    return reverse("residents:contract-cancel", args=[contract.pk]) + "?defaire=1"


def _person(request: PageRequest, text: str) -> Person | None:
    number = typed_number(text)
    if number is None:
        return None
    found: Person = get_visible_or_404(request, Person.objects.all(), pk=number)
    return found


def _room(request: PageRequest, text: str) -> Room | None:
    number = typed_number(text)
    rooms = allowed(request, Room.objects.select_related("colocation__site__territory"))
    found: Room | None = rooms.filter(pk=number).first() if number else None
    return found


# --- Who ----------------------------------------------------------------------------------------
def _find(request: PageRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    room = _room(request, request.GET.get("chambre", ""))
    found: list[PersonLine] = []
    if words:
        seen = allowed(request, Person.objects.all()).values("pk")
        people = matching(people_seen(request.user), request.user, words).filter(pk__in=seen)
        rows = people.order_by("search_key", "pk")[:MOST_FOUND]
        roles = PAGES[request.page_key]
        found = list(person_lines(request.user, roles, rows, clock.today()))
    mine = Contract.objects.filter(status=ContractStatus.DRAFT)
    drafts = allowed(request, mine).order_by("-pk")[:MOST_FOUND]
    context = {
        "words": words,
        "room": room,
        "found": found,
        "drafts": contract_cards(request.user, drafts, clock.today()) if not words else [],
        "partials": ("trouves",),
    }
    return render_page(request, "residents/contract_find.html", context)


# --- What ---------------------------------------------------------------------------------------
def _form(request: PageRequest, person: Person, contract: Contract | None = None) -> ContractForm:
    if request.method == "POST":
        data = request.POST.copy()
        filled = _renew_words(request, data)
        desk = _desk(request, person, data, contract)
        return ContractForm(data, desk=desk, filled=filled)
    initial = _initial(request, contract)
    shown = {name: str(value) for name, value in initial.items() if value not in (None, "")}
    desk = _desk(request, person, shown | {"people": initial.get("cotitulaires", [])}, contract)
    return ContractForm(initial=initial, desk=desk)


def _initial(request: PageRequest, contract: Contract | None) -> dict[str, Any]:
    if contract is not None:
        return initial_of(proposal_of(contract)) | {"seen": contract_version(contract)}
    room = _room(request, request.GET.get("chambre", ""))
    kind = usual_kind(room)
    return {
        **usual_words(kind, room),
        "kind": kind,
        "kind_shown": kind,
        "room": str(room.pk) if room else "",
        "starts_on": clock.today(),
        "months": usual_months(rules_in_force(clock.today())[kind]),
        "aid_eligible": AidEligibility.ASK_CAF,
        "aid_payee": AidPayee.MANAGER,
        "payment_method": PaymentMethod.TRANSFER,
        "due_day": 5,
    }


def _renew_words(request: PageRequest, data: Any) -> list[str]:
    """Give a form whose type or room was changed their usual words; return which."""
    kind, room = data.get("kind", ""), data.get("room", "")
    new_kind = data.get("kind_shown", "") not in {"", kind}
    if not new_kind and data.get("room_shown", room) == room:
        return []
    usual = usual_words(kind, _room(request, room))
    if new_kind and not data.get("ends_on"):
        usual["months"] = _new_months(data)
    filled = [name for name, value in usual.items() if value and not data.get(name)]
    for name in filled:
        data[name] = usual[name]
    return filled


def _new_months(data: Any) -> str:
    """Return the usual duration of the type just chosen, in place of that of the type before."""
    rules = rules_in_force(clock.today())
    before, now = rules.get(data.get("kind_shown", "")), rules.get(data.get("kind", ""))
    if (
        before is None
        or now is None
        or data.get("months", "") not in {"", str(usual_months(before))}
    ):
        return ""
    data["months"] = ""
    return str(usual_months(now))


def _desk(request: PageRequest, person: Person, data: Any, contract: Contract | None) -> Desk:
    chosen = data.getlist("cotitulaires") if hasattr(data, "getlist") else data["people"]
    months = typed_number(data.get("months", ""))
    span = usual_span(
        typed_day(data.get("starts_on", "")),
        typed_day(data.get("ends_on", "")),
        months if months and months <= 120 else None,
        clock.today(),
    )
    return desk_for(
        request.user,
        PAGES[request.page_key],
        person,
        span,
        keep_room=typed_number(data.get("room", "")),
        chosen=[int(pk) for pk in chosen if typed_number(pk)],
        words=data.get("co_search", ""),
        day=clock.today(),
    )


def _check(form: ContractForm, contract: Contract | None, today: date, reader: User) -> Check:
    rule = explain_rule(form.rule)
    form = form if form.is_bound else form.as_sent()
    if not form.is_valid():
        return Check(rule=rule, missing=_missing(form), wrong=_wrong(form))
    data = form.proposal
    judged = judge(data, today, contract, reader=reader)
    if any(verdict.code == "dates-order" for verdict in judged.refusals):
        return Check(data, judged, rule=rule, cut=form.cut)
    tacit = judged.rule.is_tacitly_renewed
    life = Life(data.starts_on, data.ends_on, data.initial_months, is_tacitly_renewed=tacit)
    return Check(
        data=data,
        judged=judged,
        schedule=accounts().schedule(
            kind=data.kind, due_day=data.due_day, versions=data.versions, months=MONTHS_SHOWN
        ),
        renewals=tacit_schedule(judged.rule, life, judged.owner_end, count=4),
        rule=rule,
        cut=form.cut,
    )


def _missing(form: ContractForm) -> list[str]:
    """Say what is to be filled before anything can be verified."""
    found = form.errors.as_data()
    return [
        str(form.fields[name].label)
        for name, errors in found.items()
        if name in form.fields and {error.code for error in errors} == {"required"}
    ]


def _wrong(form: ContractForm) -> list[str]:
    """Say what is to be mended, in sentences."""
    missing = _missing(form)
    return [
        f"{form.fields[name].label} : {text}" if name in form.fields else str(text)
        for name, texts in form.errors.items()
        for text in texts
        if name not in form.fields or str(form.fields[name].label) not in missing
    ]


def _show(
    request: PageRequest,
    form: ContractForm,
    person: Person,
    contract: Contract | None = None,
    conflict: Sequence[Difference] = (),
) -> HttpResponse:
    wrong = form.is_bound and TRY not in request.POST and not form.is_valid()
    others = drafts_of([person]) if contract is None else Contract.objects.none()
    check = _check(form, contract, clock.today(), request.user)
    reasons = reasons_in(request, contract)
    context = {
        "form": form,
        "person": person,
        "contract": contract,
        "conflict": conflict,
        "check": check,
        "told": told(check.judged.verdicts, reasons) if check.judged else [],
        "others": allowed(request, others),
        "rooms_changed": request.POST.get("rooms_shown", "") != form.desk.rooms.seen,
        "typed_search": request.POST.get("co_search", ""),
        "partials": ("verification",),
    }
    template = "residents/contract_form.html"
    return render_page(request, template, context, status=422 if wrong else 200)
