"""A person's pages: overview, administrative situation, history, print."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse

from caracol.audit.models import AccessAction
from caracol.audit.selectors import history_of
from caracol.audit.services import record_access
from caracol.core.pages import PageRequest, page, render_page
from caracol.deadlines.selectors.about import appointment_url, task_url
from caracol.deadlines.selectors.agenda import coming
from residents.permissions import Fact, masks
from residents.selectors.deadlines import person_deadlines
from residents.selectors.frame import person_frame
from residents.selectors.person import history_subjects
from residents.selectors.timeline import person_timeline

PER_PAGE = 20
MOST_DUE = 6


def read_person(
    request: PageRequest, context: dict[str, Any], action: AccessAction, what: str
) -> None:
    """Write the one line of the register that this reading leaves."""
    record_access(
        actor=request.user,
        action=action,
        subject=context["person"],
        label=f"{what} · {context['person'].reference}",
        page=request.page_key,
        request_id=getattr(request, "request_id", ""),
    )


def _overview(user: Any, context: dict[str, Any]) -> dict[str, Any]:
    sheet = context["sheet"]
    card = sheet.card
    insured = card is not None and Fact.INSURANCE in card.facts
    return {
        "timeline": person_timeline(sheet),
        "deadlines": person_deadlines(user, sheet)[:MOST_DUE],
        "task_url": task_url(person=sheet.person.pk),
        "meetings": coming(user, Q(person_id=sheet.person.pk), sheet.day),
        "meeting_url": appointment_url(user, personne=sheet.person.pk),
        "insurance": card.insurance_on(sheet.day) if insured and card else None,
        "must_insure": insured and sheet.state in {"present", "leaving"},
        "former": [other for other in sheet.cards if other is not card],
    }


@page("residents:person-detail")
def person_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a person: where they live, their contract, their life here, their contacts."""
    context = person_frame(request, pk)
    context |= _overview(request.user, context)
    read_person(request, context, AccessAction.VIEW, "Fiche")
    return render_page(request, "residents/person_detail.html", context)


@page("residents:person-print")
def person_print(request: PageRequest, pk: int) -> HttpResponse:
    """Show the sheet of a person to be printed."""
    context = person_frame(request, pk)
    context |= _overview(request.user, context)
    read_person(request, context, AccessAction.PRINT, "Fiche imprimée")
    return render_page(request, "residents/person_print.html", context)


@page("residents:person-history")
def person_history(request: PageRequest, pk: int) -> HttpResponse:
    """Show who changed what about a person and their contracts."""
    context = person_frame(request, pk)
    sheet = context["sheet"]
    lines = history_of(history_subjects(sheet), masks=masks(sheet.facts))
    context["lines"] = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    read_person(request, context, AccessAction.VIEW, "Historique")
    return render_page(request, "residents/person_history.html", context)
