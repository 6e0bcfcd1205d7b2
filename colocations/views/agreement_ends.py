"""The acts that move an agreement's end, and what is owed to its owner."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.core import clock
from caracol.core.pages import PageRequest, get_visible_or_404, page
from caracol.core.periods import french_day
from caracol.documents.services.uploads import keep_upload
from caracol.ui import toasts
from colocations.enums import LegalBasis
from colocations.forms.agreements import CopyForm, ExtensionForm, ObligationForm, ShorteningForm
from colocations.forms.base import ReasonForm
from colocations.forms.upkeep import DoneForm
from colocations.models import (
    AgreementExtension,
    AgreementShortening,
    OwnerAgreement,
    OwnerObligation,
)
from colocations.selectors.agreements import end_limits
from colocations.services import agreement_ends as services
from colocations.services import obligations as obligation_services
from colocations.views.agreements import AGREEMENTS, SIGNED_COPY, trail_to
from colocations.views.flow import Flow, try_act


def _agreement(request: PageRequest, pk: int) -> OwnerAgreement:
    agreement: OwnerAgreement = get_visible_or_404(request, AGREEMENTS, pk=pk)
    return agreement


def _url(agreement: OwnerAgreement) -> str:
    return trail_to(agreement)[-1][1]


def _extension_form(request: PageRequest, agreement: OwnerAgreement, ends_on: Any) -> ExtensionForm:
    elan = agreement.legal_basis == LegalBasis.ELAN_29
    initial = {"ends_on": ends_on, "signed_on": clock.today()}
    return ExtensionForm(request.POST or None, elan=elan, initial=initial)


@page("colocations:agreement-extend", methods=("GET", "POST"))
def agreement_extend(request: PageRequest, pk: int) -> HttpResponse:
    """Record a signed extension of an agreement."""
    agreement, day = _agreement(request, pk), clock.today()
    limits = end_limits(agreement, day)
    flow = Flow(request, _extension_form(request, agreement, limits.longest), agreement)
    if flow.done(
        lambda said: services.extend_agreement(
            agreement=agreement,
            today=day,
            actor=request.user,
            seen=said.seen,
            acceptance=said.acceptance,
            **said.facts,
        )
    ):
        words = f"La convention va maintenant jusqu'au {french_day(flow.result.ends_on)}."
        return flow.leave(words, _url(agreement))
    return flow.show(
        heading="Prolonger la convention",
        trail=trail_to(agreement),
        submit="Enregistrer la prolongation",
        lead=limits.extension_words,
    )


@page("colocations:agreement-document", methods=("GET", "POST"))
def agreement_document(request: PageRequest, pk: int) -> HttpResponse:
    """Record the act that was missing for an end already in force."""
    agreement, day = _agreement(request, pk), clock.today()
    limits = end_limits(agreement, day)
    flow = Flow(request, _extension_form(request, agreement, limits.next_act), agreement)
    if flow.done(
        lambda said: services.document_extension(
            agreement=agreement, today=day, actor=request.user, seen=said.seen, **said.facts
        )
    ):
        agreement.refresh_from_db()
        rest = "Il reste un acte à retrouver." if agreement.extension_undocumented else ""
        return flow.leave(f"Acte enregistré. {rest}".strip(), _url(agreement))
    return flow.show(
        heading="Documenter la prolongation",
        trail=trail_to(agreement),
        submit="Enregistrer l'acte",
        lead=limits.document_words,
    )


@page("colocations:agreement-shorten", methods=("GET", "POST"))
def agreement_shorten(request: PageRequest, pk: int) -> HttpResponse:
    """Bring an agreement's end forward: every contract that outlasts it is shown first."""
    agreement, day = _agreement(request, pk), clock.today()
    flow = Flow(
        request, ShorteningForm(request.POST or None, initial={"decided_on": day}), agreement
    )
    if flow.done(
        lambda said: services.shorten_agreement(
            agreement=agreement,
            today=day,
            actor=request.user,
            seen=said.seen,
            acceptance=said.acceptance,
            **said.facts,
        )
    ):
        words = f"La convention finit maintenant le {french_day(flow.result.ends_on)}."
        undo = reverse("colocations:shortening-undo", args=[flow.result.pk])
        return flow.leave(words, _url(agreement), undo_url=undo)
    return flow.show(
        heading="Avancer la fin de la convention",
        trail=trail_to(agreement),
        submit="Vérifier et enregistrer",
        tone="danger",
        lead=f"Aujourd'hui prévue le {french_day(agreement.ends_on)}. Chaque contrat du site est "
        "vérifié : ceux qui vont au-delà sont montrés avant d'enregistrer.",
    )


def _take_back(request: PageRequest, act: Any, heading: str) -> HttpResponse:
    agreement = act.agreement
    form = ReasonForm(request.POST if request.method == "POST" else None)
    flow = Flow(request, form)
    if flow.done(
        lambda said: services.take_back_end(act=act, actor=request.user, acceptance=said.acceptance)
    ):
        words = f"La convention finit de nouveau le {french_day(flow.result.ends_on)}."
        return flow.leave(words, _url(agreement))
    return flow.show(
        heading=heading,
        trail=trail_to(agreement),
        submit="Rétablir la fin précédente",
        tone="danger",
        lead=f"La convention finira de nouveau le {french_day(act.previous_ends_on)}.",
    )


@page("colocations:extension-undo", methods=("GET", "POST"))
def extension_undo(request: PageRequest, pk: int) -> HttpResponse:
    """Take back the last extension of an agreement."""
    rows = AgreementExtension.objects.select_related("agreement__site")
    act = get_visible_or_404(request, rows, pk=pk)
    return _take_back(request, act, "Annuler la prolongation")


@page("colocations:shortening-undo", methods=("GET", "POST"))
def shortening_undo(request: PageRequest, pk: int) -> HttpResponse:
    """Take back the last end brought forward."""
    rows = AgreementShortening.objects.select_related("agreement__site")
    act = get_visible_or_404(request, rows, pk=pk)
    return _take_back(request, act, "Annuler la fin anticipée")


@page("colocations:agreement-copy", methods=("GET", "POST"))
def agreement_copy(request: PageRequest, pk: int) -> HttpResponse:
    """Keep a signed copy of an agreement or of one of its acts, cleaned."""
    agreement = _agreement(request, pk)
    flow = Flow(request, CopyForm(request.POST or None, request.FILES or None))
    if flow.done(
        lambda said: keep_upload(
            kind=SIGNED_COPY,
            subject=agreement,
            read_key=request.page_key,
            territory=agreement.site.territory,
            actor=request.user,
            **said.facts,
        )
    ):
        return flow.leave(f"« {flow.result.name} » est gardé avec la convention.", _url(agreement))
    return flow.show(
        heading="Déposer une copie signée",
        trail=trail_to(agreement),
        submit="Déposer",
        files=True,
    )


@page("colocations:obligation-new", methods=("GET", "POST"))
def obligation_new(request: PageRequest, pk: int) -> HttpResponse:
    """Record something owed to the owner."""
    agreement = _agreement(request, pk)
    flow = Flow(request, ObligationForm(request.POST or None))
    if flow.done(
        lambda said: obligation_services.add_obligation(
            agreement=agreement, actor=request.user, **said.facts
        )
    ):
        return flow.leave("Engagement enregistré.", _url(agreement))
    return flow.show(heading="Nouvel engagement", trail=trail_to(agreement))


def _obligation(request: PageRequest, pk: int) -> OwnerObligation:
    rows = OwnerObligation.objects.select_related("agreement__site")
    obligation: OwnerObligation = get_visible_or_404(request, rows, pk=pk)
    return obligation


@page("colocations:obligation-edit", methods=("GET", "POST"))
def obligation_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change something owed to the owner."""
    row = _obligation(request, pk)
    flow = Flow(request, ObligationForm(request.POST or None, row=row), row)
    if flow.done(
        lambda said: obligation_services.edit_obligation(
            obligation=row, actor=request.user, seen=said.seen, **said.facts
        )
    ):
        return flow.leave("Modifications enregistrées.", _url(row.agreement))
    return flow.show(
        heading="Modifier l'engagement",
        trail=trail_to(row.agreement),
        remove_url=reverse("colocations:obligation-remove", args=[pk]),
        remove_label="Supprimer cet engagement",
    )


@page("colocations:obligation-done", methods=("GET", "POST"))
def obligation_done(request: PageRequest, pk: int) -> HttpResponse:
    """Say that something owed is done, and when."""
    row = _obligation(request, pk)
    flow = Flow(request, DoneForm(request.POST or None, initial={"done_on": clock.today()}))
    if flow.done(
        lambda said: obligation_services.finish_obligation(
            obligation=row, actor=request.user, **said.facts
        )
    ):
        following = flow.result
        then = f" Le prochain est à faire avant le {french_day(following.due_on)}." if following \
            else ""  # fmt: skip
        undo = reverse("colocations:obligation-reopen", args=[row.pk])
        return flow.leave(f"{row} : fait.{then}", _url(row.agreement), undo_url=undo)
    return flow.show(
        heading=f"{row} : fait", trail=trail_to(row.agreement), submit="Noter comme fait"
    )


@page("colocations:obligation-reopen", methods=("POST",))
def obligation_reopen(request: PageRequest, pk: int) -> HttpResponse:
    """Say that something owed is not done after all."""
    row = _obligation(request, pk)
    act = obligation_services.reopen_obligation
    if try_act(request, lambda: act(obligation=row, actor=request.user)):
        toasts.say(request, f"{row} : de nouveau à faire.")
    return redirect(_url(row.agreement))


@page("colocations:obligation-remove", methods=("POST",))
def obligation_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take away something recorded by mistake."""
    row = _obligation(request, pk)
    act = obligation_services.remove_obligation
    if try_act(request, lambda: act(obligation=row, actor=request.user)):
        toasts.say(request, f"{row} : supprimé ; l'historique le garde.")
    return redirect(_url(row.agreement))
