"""A person's situation: what expires, when, why it matters; kinds and dates are written here."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.accounts.policy import PAGES
from caracol.audit.models import AccessAction
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.core.versions import ChangedMeanwhile, version_of
from caracol.ui import toasts
from residents.enums import PermitKind, ProtectionKind
from residents.forms.conflicts import show_again
from residents.forms.people import HousingRequestForm, PermitForm, StatusForm
from residents.models import HousingRequest, Person, PersonStatus, ResidencePermit
from residents.selectors.frame import person_frame
from residents.selectors.situation import situation_of
from residents.services import situation as services
from residents.views.person import read_person


@page("residents:person-status")
def person_status(request: PageRequest, pk: int) -> HttpResponse:
    """Show the administrative situation, to those who have need of it."""
    context = person_frame(request, pk)
    sheet = context["sheet"]
    roles = PAGES["residents:status-edit"]
    writes = Person.objects.visible_to(request.user, roles).filter(pk=sheet.person.pk).exists()
    context |= {"situation": situation_of(sheet), "writes": writes}
    read_person(request, context, AccessAction.VIEW, "Situation administrative")
    return render_page(request, "residents/person_status.html", context)


def _answer(
    request: PageRequest, person: Person, form: Any, title: str, **more: Any
) -> HttpResponse:
    """Show one of the small forms of a situation."""
    read_person(request, {"person": person}, AccessAction.VIEW, title)
    context = {"person": person, "form": form, "title": title, "conflict": [], **more}
    status = 422 if form.is_bound and form.errors else 200
    return render_page(request, "residents/situation_form.html", context, status=status)


@page("residents:status-edit", methods=("GET", "POST"))
def status_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Write nationality and protection."""
    person = get_visible_or_404(request, Person.objects.all(), pk=pk)
    status = PersonStatus.objects.filter(person=person).first() or PersonStatus(person=person)
    names = services.STATUS_VERSIONED
    initial = {name: getattr(status, name) for name in names} | {"seen": version_of(status, names)}
    form = StatusForm(request.POST or None, initial=initial)
    conflict: list[Any] = []
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.keep_status(
                person=person,
                nationality=data["nationality"],
                protection_kind=ProtectionKind(data["protection_kind"]),
                seen=data["seen"],
                actor=request.user,
            )
        except ChangedMeanwhile as refusal:
            now = PersonStatus.objects.filter(person=person).first() or status
            conflict = show_again(form, now, names)
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Situation enregistrée.")
            return redirect("residents:person-status", pk=person.pk)
    return _answer(request, person, form, "Situation administrative", conflict=conflict)


@page("residents:permit-new", methods=("GET", "POST"))
def permit_new(request: PageRequest, pk: int) -> HttpResponse:
    """Add a permit, or the one that renews an old one."""
    person = get_visible_or_404(request, Person.objects.all(), pk=pk)
    old = person.permits.filter(pk=_number(request.GET.get("de", ""))).first()
    form = PermitForm(request.POST or None, initial={"kind": old.kind if old else ""})
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.add_permit(
                person=person,
                kind=PermitKind(data["kind"]),
                expires_on=data["expires_on"],
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Titre enregistré.")
            return redirect("residents:person-status", pk=person.pk)
    title = "Renouveler le titre de séjour" if old else "Ajouter un titre de séjour"
    return _answer(request, person, form, title)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


@page("residents:permit-edit", methods=("GET", "POST"))
def permit_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Correct a permit, or remove one typed by mistake."""
    permits = ResidencePermit.objects.select_related("person")
    permit = get_visible_or_404(request, permits, pk=pk)
    if "retirer" in request.POST:
        services.remove_permit(permit=permit, actor=request.user)
        toasts.say(request, "Titre retiré.")
        return redirect("residents:person-status", pk=permit.person_id)
    names = services.PERMIT_VERSIONED
    initial = {name: getattr(permit, name) for name in names} | {"seen": version_of(permit, names)}
    form, conflict = PermitForm(request.POST or None, initial=initial), []
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.edit_permit(
                permit=permit,
                kind=PermitKind(data["kind"]),
                expires_on=data["expires_on"],
                seen=data["seen"],
                actor=request.user,
            )
        except ChangedMeanwhile as refusal:
            permit.refresh_from_db()
            conflict = show_again(form, permit, names)
            form.add_error(None, refusal.message)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Titre corrigé.")
            return redirect("residents:person-status", pk=permit.person_id)
    return _answer(
        request, permit.person, form, "Corriger le titre", conflict=conflict, removable=True
    )


@page("residents:housing-request-new", methods=("GET", "POST"))
def request_new(request: PageRequest, pk: int) -> HttpResponse:
    """Write a social housing request."""
    person = get_visible_or_404(request, Person.objects.all(), pk=pk)
    return _keep_request(request, person, None)


@page("residents:housing-request-edit", methods=("GET", "POST"))
def request_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Correct a social housing request, or write its renewal."""
    found = get_visible_or_404(request, HousingRequest.objects.select_related("person"), pk=pk)
    return _keep_request(request, found.person, found)


def _keep_request(
    request: PageRequest, person: Person, found: HousingRequest | None
) -> HttpResponse:
    names = services.REQUEST_VERSIONED
    initial = {}
    if found:
        initial = {name: getattr(found, name) for name in names}
        initial["seen"] = version_of(found, names)
    form, conflict = HousingRequestForm(request.POST or None, initial=initial), []
    if form.is_valid():
        try:
            services.keep_request(
                person=person, request=found, actor=request.user, **form.cleaned_data
            )
        except ChangedMeanwhile as refusal:
            saved = HousingRequest.objects.get(pk=found.pk if found else 0)
            conflict = show_again(form, saved, names)
            form.add_error(None, refusal.message)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Demande enregistrée.")
            return redirect("residents:person-status", pk=person.pk)
    title = "Renouveler la demande de logement" if found else "Ajouter une demande de logement"
    return _answer(request, person, form, title, conflict=conflict)
