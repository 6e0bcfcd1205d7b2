"""Notices: given by the association, received from the resident, sent, received, withdrawn."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.accounts.policy import may_on
from caracol.core import clock
from caracol.core.pages import PageRequest, page
from caracol.core.periods import french_day
from caracol.ui import toasts
from residents.calculations.explaining import explain_rule
from residents.calculations.notices import AWAITED, MANAGER, RESIDENT, SIGNED, Answer, Letter
from residents.calculations.notices import bases_of as grounds
from residents.enums import LIVING, DeliveryOutcome, NoticeBasis, NoticeDelivery, NoticeGiver
from residents.forms.exits import (
    GiveForm,
    NoticeWithdrawForm,
    ReceiptForm,
    ResidentNoticeForm,
    SendForm,
)
from residents.models import Contract, Notice
from residents.selectors.notices import (
    effects_of_end,
    effects_of_return,
    is_prepared,
    judge_notice,
    letter_of,
    notice_alive,
)
from residents.selectors.rules import rule_binding
from residents.services import noticing as services
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

RULE_TITLE = "La règle qui lie ce contrat"


def preview_of(contract: Contract, answer: Answer, *notes: str) -> Preview:
    """Return what a notice does: when it ends the contract, why, and what the account becomes."""
    said = [*notes, *answer.sentences]
    if answer.effective_on is None or any(one.is_refused for one in answer.verdicts):
        return Preview(list(answer.verdicts), notes=said)
    said.append(f"Le contrat finira le {french_day(answer.effective_on)} ({answer.article}).")
    effects = effects_of_end(contract, answer.effective_on, clock.today())
    return Preview(list(answer.verdicts), effects, said)


# --- Given by the association -------------------------------------------------------------------
@page("residents:notice-give", methods=("GET", "POST"))
def notice_give(request: PageRequest, pk: int) -> HttpResponse:
    """Prepare the association's notice; who decides may record at once that it left."""
    contract = contract_of(request, pk)
    if contract.status not in LIVING:
        return _too_late(request, contract)
    rule, today = rule_binding(contract), clock.today()
    decides = may_on(request.user, "residents:notice-send", contract.territory_id)
    form = GiveForm(
        request.POST or None,
        rule=rule,
        decides=decides,
        initial={
            "basis": next(iter(grounds(rule, MANAGER)), ""),
            "delivery": NoticeDelivery.LRAR,
            **seen_version(contract),
        },
    )

    def attempt(data: Mapping[str, Any]) -> Preview:
        return _preview_given(contract, _letter(data), today)

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        given = services.prepare_notice(
            contract=contract,
            basis=NoticeBasis(data["basis"]),
            delivery=data["delivery"],
            reason=data["reason"],
            sent_on=data.get("sent_on"),
            actor=request.user,
            today=today,
            reasons=reasons,
            seen=data["seen"],
        )
        if given.notice.sent_on:
            return Done("Congé envoyé : enregistrez sa réception dès que l'avis revient.")
        return Done("Congé préparé : la responsable GLA ou la direction le valide et l'envoie.")

    fields = [form["basis"], form["reason"], form["delivery"]]
    page_ = ActPage(
        title="Donner congé",
        lead="Le préavis ne part pas de l'envoi mais de la réception : rien ne change d'ici là.",
        sections=[Section("Le congé", fields + ([form["sent_on"]] if decides else []))],
        submit="Enregistrer le congé" if decides else "Préparer le congé",
        icon="mail-forward",
        rule=explain_rule(rule),
        rule_title=RULE_TITLE,
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)


def _letter(data: Mapping[str, Any]) -> Letter:
    return Letter(
        MANAGER,
        data["basis"],
        data["delivery"],
        AWAITED,
        sent_on=data.get("sent_on"),
        reason=data.get("reason") or "",
    )


def _preview_given(contract: Contract, letter: Letter, today: date) -> Preview:
    """Say what a letter would do if it were received today, and what stands in its way."""
    now = judge_notice(contract, letter)
    tried = judge_notice(contract, replace(letter, outcome=SIGNED, received_on=today))
    if tried.effective_on is None or any(one.is_refused for one in now.verdicts):
        return Preview(list(now.verdicts), notes=list(now.sentences))
    end = french_day(tried.effective_on)
    effects = effects_of_end(contract, tried.effective_on, today)
    notes = [*now.sentences, f"Reçue aujourd'hui, elle mettrait fin au contrat le {end}."]
    # Nothing is posted yet: the account changes with the receipt alone.
    return Preview(list(now.verdicts), None, [*notes, *effects.sentences[-1:]])


@page("residents:notice-send", methods=("GET", "POST"))
def notice_send(request: PageRequest, pk: int) -> HttpResponse:
    """Validate a prepared notice and record that its letter left."""
    contract = contract_of(request, pk)
    notice = notice_alive(contract)
    if notice is None or not is_prepared(notice):
        return _none(request, contract, "Aucun congé n'est à envoyer sur ce contrat.")
    form = SendForm(
        request.POST or None, initial={"sent_on": clock.today(), **seen_version(contract)}
    )

    def attempt(data: Mapping[str, Any]) -> Preview:
        letter = letter_of(notice, sent_on=data["sent_on"])
        return _preview_given(contract, letter, data["sent_on"])

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        services.send_notice(
            notice=notice, sent_on=data["sent_on"], actor=request.user, today=clock.today()
        )
        return Done("Congé envoyé : enregistrez sa réception dès que l'avis revient.")

    page_ = ActPage(
        title="Valider et envoyer le congé",
        lead=f"{notice.get_basis_display().capitalize()}, par {notice.get_delivery_display()}.",
        sections=[Section("L'envoi", [form["sent_on"]])],
        submit="Valider l'envoi",
        icon="send",
        rule=_said(notice),
        rule_title="Ce qui est écrit",
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)


def _said(notice: Notice) -> list[tuple[str, str]]:
    return [("Motif", notice.reason or "aucun"), ("Règle", notice.rule)]


def _none(request: PageRequest, contract: Contract, words: str) -> HttpResponse:
    """Say that there is no such notice any more, on the contract's page."""
    toasts.say(request, words, tone="warning")
    return redirect(contract_url(contract))


def _too_late(request: PageRequest, contract: Contract) -> HttpResponse:
    """Lead back to a contract that nobody lives in: no notice is given of it."""
    toasts.say(
        request,
        f"Le contrat {contract.number} est « {contract.get_status_display()} » : un congé se donne "
        "d'un contrat en cours.",
        tone="warning",
    )
    return redirect("residents:contract-detail", pk=contract.pk)


# --- Received -----------------------------------------------------------------------------------
@page("residents:notice-receive", methods=("GET", "POST"))
def notice_receive(request: PageRequest, pk: int) -> HttpResponse:
    """Record the receipt of the association's letter, or a notice that the resident gives."""
    contract = contract_of(request, pk)
    if contract.status not in LIVING:
        return _too_late(request, contract)
    notice = notice_alive(contract)
    awaited = notice is not None and notice.received_on is None
    if notice is None or not awaited:
        return _resident_notice(request, contract)
    if is_prepared(notice):
        return redirect("residents:notice-send", pk=contract.pk)
    return _receipt(request, contract, notice)


def _receipt(request: PageRequest, contract: Contract, notice: Notice) -> HttpResponse:
    form = ReceiptForm(
        request.POST or None,
        initial={
            "outcome": DeliveryOutcome.SIGNED,
            "received_on": clock.today(),
            "delivery": notice.delivery,
            **seen_version(contract),
        },
    )

    def attempt(data: Mapping[str, Any]) -> Preview:
        signed = data["outcome"] == DeliveryOutcome.SIGNED
        letter = letter_of(
            notice,
            outcome=data["outcome"],
            delivery=data["delivery"],
            received_on=data["received_on"] if signed else None,
        )
        return preview_of(contract, judge_notice(contract, letter))

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        given = services.record_receipt(
            notice=notice,
            outcome=DeliveryOutcome(data["outcome"]),
            delivery=data["delivery"],
            received_on=data["received_on"],
            first_presented_on=data["first_presented_on"],
            actor=request.user,
            today=clock.today(),
            reasons=reasons,
            seen=data["seen"],
        )
        if given.notice.effective_on is None:
            return Done("Lettre non remise : faites signifier le congé, puis enregistrez l'acte.")
        return Done(f"Congé reçu : le contrat finit le {french_day(given.notice.effective_on)}.")

    sent = french_day(notice.sent_on) if notice.sent_on else "jour inconnu"
    page_ = ActPage(
        title="Réception du congé",
        lead=f"Congé de l'association envoyé le {sent}.",
        sections=[
            Section("Ce qu'est devenue la lettre", [form["outcome"], form["received_on"]]),
            Section("La remise", [form["delivery"], form["first_presented_on"]]),
        ],
        submit="Enregistrer la réception",
        icon="mail-check",
        rule=explain_rule(rule_binding(contract)),
        rule_title=RULE_TITLE,
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)


def _resident_notice(request: PageRequest, contract: Contract) -> HttpResponse:
    rule, today = rule_binding(contract), clock.today()
    form = ResidentNoticeForm(
        request.POST or None,
        rule=rule,
        initial={
            "received_on": today,
            "delivery": NoticeDelivery.LRAR,
            **seen_version(contract),
        },
    )

    def attempt(data: Mapping[str, Any]) -> Preview:
        letter = Letter(
            RESIDENT,
            delivery=data["delivery"],
            received_on=data["received_on"],
            reduced_reason=data.get("reduced_reason") or "",
        )
        return preview_of(contract, judge_notice(contract, letter))

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        given = services.receive_resident_notice(
            contract=contract,
            delivery=data["delivery"],
            received_on=data["received_on"],
            reduced_reason=data.get("reduced_reason") or "",
            reason=data["reason"],
            actor=request.user,
            today=today,
            reasons=reasons,
            seen=data["seen"],
        )
        ends_on = given.notice.effective_on or contract.ends_on
        return Done(f"Congé enregistré : le contrat finit le {french_day(ends_on)}.")

    reduced = [form["reduced_reason"]] if "reduced_reason" in form.fields else []
    page_ = ActPage(
        title="Congé reçu du résident",
        lead="La fin du contrat se calcule depuis la réception, selon le type de contrat.",
        sections=[
            Section("Le congé", [form["received_on"], form["delivery"], *reduced, form["reason"]])
        ],
        submit="Enregistrer le congé",
        icon="mail",
        rule=explain_rule(rule),
        rule_title=RULE_TITLE,
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)


# --- Withdrawn ----------------------------------------------------------------------------------
@page("residents:notice-withdraw", methods=("GET", "POST"))
def notice_withdraw(request: PageRequest, pk: int) -> HttpResponse:
    """Withdraw a notice: the end that it cut is given back."""
    contract = contract_of(request, pk)
    notice = notice_alive(contract)
    if notice is None:
        return _none(request, contract, "Aucun congé n'est en cours sur ce contrat.")
    received = notice.received_on is not None
    form = NoticeWithdrawForm(
        request.POST or None, received=received, initial=seen_version(contract)
    )

    def attempt(data: Mapping[str, Any]) -> Preview:
        if not received:
            return Preview(notes=["La lettre n'a pas été reçue : le contrat ne change pas."])
        until = notice.before.get("ends_on")
        back = date.fromisoformat(until) if until else contract.ends_on
        notes = [f"Le contrat finira de nouveau le {french_day(back)}."]
        return Preview(
            effects=effects_of_return(contract, notice.before, clock.today()), notes=notes
        )

    def do(data: Mapping[str, Any], reasons: Mapping[str, str]) -> Done:
        services.withdraw_notice(
            notice=notice,
            reason=data["reason"],
            agreed=bool(data.get("agreed")),
            actor=request.user,
            today=clock.today(),
            seen=data["seen"],
        )
        return Done("Congé retiré : le contrat reprend son cours.")

    who = "de l'association" if notice.given_by == NoticeGiver.MANAGER else "du résident"
    page_ = ActPage(
        title="Retirer le congé",
        lead=f"Congé {who}. {notice.rule}",
        sections=[Section("Pourquoi", [form["reason"], *([form["agreed"]] if received else [])])],
        submit="Retirer le congé",
        icon="arrow-back-up",
        tone="danger",
    )
    return answer_act(request, contract, page_, form=form, attempt=attempt, do=do)
