"""The tab of a person's rights, and the acts on one: nothing but kinds and days."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from caracol.audit.models import AccessAction
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.core.versions import version_of
from caracol.ui import toasts
from residents.models import Person
from residents.selectors.frame import person_frame
from social import services
from social.enums import RightKind, RightOutcome
from social.forms import EndForm, KindForm, RightForm
from social.models import PersonRight
from social.selectors import right_dues, rights_of

RIGHTS = PersonRight.objects.select_related("person")


def _read(request: PageRequest, person: Person, what: str) -> None:
    record_access(
        actor=request.user,
        action=AccessAction.VIEW,
        subject=person,
        label=f"{what} · {person.reference}",
        page=request.page_key,
        request_id=getattr(request, "request_id", ""),
    )


@page("social:person-rights")
def person_rights(request: PageRequest, pk: int) -> HttpResponse:
    """Show the rights of a person that have a clock, and what is due next."""
    context = person_frame(request, pk)
    person = context["person"]
    lines = rights_of(person)
    context |= {
        "open_rights": [line for line in lines if line.is_open],
        "ended_rights": [line for line in lines if not line.is_open],
        "dues": right_dues(request.user, person, clock.today()),
    }
    _read(request, person, "Droits")
    return render_page(request, "social/person_rights.html", context)


def _answer(request: PageRequest, person: Person, form: Any, title: str) -> HttpResponse:
    _read(request, person, title)
    context = {"person": person, "form": form, "title": title}
    status = 422 if form.is_bound and form.errors else 200
    return render_page(request, "social/right_form.html", context, status=status)


def _kind(text: str) -> RightKind:
    try:
        return RightKind(text.upper())
    except ValueError as error:
        raise Http404 from error


@page("social:right-new", methods=("GET", "POST"))
def right_new(request: PageRequest, pk: int) -> HttpResponse:
    """Choose which right to follow."""
    person = get_visible_or_404(request, Person.objects.all(), pk=pk)
    followed = PersonRight.objects.filter(person=person, closed_on=None)
    taken = frozenset(followed.values_list("kind", flat=True))
    form = KindForm(request.POST or None, taken=taken)
    if form.is_valid():
        kind = form.cleaned_data["kind"].lower()
        return redirect("social:right-add", pk=person.pk, kind=kind)
    return _answer(request, person, form, "Suivre un droit")


@page("social:right-add", methods=("GET", "POST"))
def right_add(request: PageRequest, pk: int, kind: str) -> HttpResponse:
    """Write the days of a right to follow."""
    person = get_visible_or_404(request, Person.objects.all(), pk=pk)
    known = _kind(kind)
    form = RightForm(request.POST or None, kind=known)
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in form.fields if name != "seen"}
        try:
            services.add_right(person=person, kind=known, actor=request.user, **facts)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Droit suivi. Ses échéances viendront à temps.")
            return redirect("social:person-rights", pk=person.pk)
    return _answer(request, person, form, f"Suivre : {known.label}")


@page("social:right-edit", methods=("GET", "POST"))
def right_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change the days of a right, or write what was decided."""
    right = get_visible_or_404(request, RIGHTS, pk=pk)
    initial: dict[str, Any] = {name: getattr(right, name) for name in services.FIELDS}
    initial["seen"] = version_of(right, services.FIELDS)
    form = RightForm(request.POST or None, kind=RightKind(right.kind), initial=initial)
    if form.is_valid():
        try:
            services.edit_right(right=right, actor=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Modifications enregistrées.")
            return redirect("social:person-rights", pk=right.person_id)
    return _answer(request, right.person, form, f"Modifier : {right.get_kind_display()}")


@page("social:right-end", methods=("GET", "POST"))
def right_end(request: PageRequest, pk: int) -> HttpResponse:
    """Say how the follow-up of a right ended."""
    right = get_visible_or_404(request, RIGHTS, pk=pk)
    form = EndForm(request.POST or None)
    if form.is_valid():
        outcome = RightOutcome(form.cleaned_data["outcome"])
        try:
            services.end_right(right=right, outcome=outcome, on=clock.today(), actor=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Suivi terminé. Il peut être repris.")
            return redirect("social:person-rights", pk=right.person_id)
    return _answer(request, right.person, form, f"Terminer : {right.get_kind_display()}")


@page("social:right-resume", methods=("POST",))
def right_resume(request: PageRequest, pk: int) -> HttpResponse:
    """Take up again the follow-up of a right."""
    right = get_visible_or_404(request, RIGHTS, pk=pk)
    try:
        services.resume_right(right=right, actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, "Suivi repris.")
    return redirect("social:person-rights", pk=right.person_id)
