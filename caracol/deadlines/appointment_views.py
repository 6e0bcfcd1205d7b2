"""Appointments: note one, read it, change it, call it off, take that back."""

from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from caracol.accounts.policy import GLA_DECIDES, SOCIAL, may
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.deadlines.calendar_forms import AppointmentForm
from caracol.deadlines.enums import AppointmentKind
from caracol.deadlines.models import Appointment
from caracol.deadlines.selectors.about import message_url
from caracol.deadlines.selectors.agenda import hours_of
from caracol.deadlines.services import appointments as services
from caracol.deadlines.subjects import HOME, PERSON, named
from caracol.ui import atoms, toasts

ROWS = Appointment.objects.select_related("created_by", "territory")


@page("agenda:appointment")
def appointment(request: PageRequest, pk: int) -> HttpResponse:
    """Show an appointment."""
    row: Appointment = get_visible_or_404(request, ROWS, pk=pk)
    person = named(PERSON, request.user, [row.person_id]).get(row.person_id or 0)
    home = named(HOME, request.user, [row.home_id]).get(row.home_id or 0)
    if person is not None:
        record_access(
            actor=request.user,
            action="VIEW",
            label=f"Rendez-vous · {row.pk}",
            page=request.page_key,
        )
    guests = [str(guest.user) for guest in row.guests.select_related("user")]
    context = {
        "row": row,
        "person": person,
        "home": home,
        "when": f"{atoms.long_day(timezone.localtime(row.starts_at))}, {hours_of(row)}",
        "facts": [
            ("Nature", row.get_kind_display()),
            ("Qui y va", ", ".join(sorted(guests)) or "–"),
            ("Lieu", row.place or "–"),
            ("Territoire", row.territory or "–"),
            ("Visible", "des participants" if row.is_private else "de l'équipe du territoire"),
            ("Noté par", row.created_by),
        ],
        "write_url": _write_url(request, row) if person is not None else "",
        "may_change": _may_change(request, row) and not row.is_cancelled,
        "cancel_url": reverse("agenda:appointment-cancel", args=[row.pk, row.sequence]),
        "back": _agenda(row),
    }
    return render_page(request, "deadlines/appointment.html", context)


def _write_url(request: PageRequest, row: Appointment) -> str:
    """Return where one tells the person of it, with its day, its hour and its place."""
    starts_at = timezone.localtime(row.starts_at)
    kind = "visit" if row.kind == AppointmentKind.VISIT else "appointment"
    when = {"date": f"{starts_at:%Y-%m-%d}", "time": f"{starts_at:%H:%M}"}
    return message_url(request.user, row.person_id, kind, **when, place=row.place)


@page("agenda:appointment-new", methods=("GET", "POST"))
def appointment_new(request: PageRequest) -> HttpResponse:
    """Note an appointment."""
    form = AppointmentForm(request.POST or None, user=request.user, initial=_initial(request))
    warned = _warnings(form)
    if form.is_valid() and not warned:
        row = services.note_appointment(meeting=form.meeting, now=clock.now(), actor=request.user)
        return _leave(request, row, "Rendez-vous noté.")
    return _form(request, form, warned, "Nouveau rendez-vous", reverse("agenda:week"))


@page("agenda:appointment-edit", methods=("GET", "POST"))
def appointment_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change an appointment."""
    row = _mine(request, pk)
    form = AppointmentForm(request.POST or None, user=request.user, row=row)
    warned = _warnings(form, row)
    if form.is_valid() and not warned:
        try:
            row = services.change_appointment(
                appointment=row,
                meeting=form.meeting,
                seen=form.cleaned_data["seen"] or 0,
                now=clock.now(),
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return _leave(request, row, "Rendez-vous modifié.")
    back = reverse("agenda:appointment", args=[row.pk])
    return _form(request, form, warned, "Modifier le rendez-vous", back)


@page("agenda:appointment-cancel", methods=("POST",))
def appointment_cancel(request: PageRequest, pk: int, seen: int) -> HttpResponse:
    """Call an appointment off."""
    row = _mine(request, pk)
    try:
        row = services.cancel_appointment(
            appointment=row, seen=seen, now=clock.now(), actor=request.user
        )
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return redirect("agenda:appointment", pk=pk)
    return _leave(request, row, "Rendez-vous annulé.")


@page("agenda:appointment-undo", methods=("POST",))
def appointment_undo(request: PageRequest, pk: int, seen: int) -> HttpResponse:
    """Take back the last act on an appointment."""
    row = _mine(request, pk)
    try:
        row = services.undo_appointment(
            appointment=row, seen=seen, now=clock.now(), actor=request.user
        )
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, "C'est annulé : le rendez-vous est comme avant.")
    return redirect(_agenda(row))


def _may_change(request: PageRequest, row: Appointment) -> bool:
    """Whether the user made it, takes part in it, or decides where it is."""
    if not may(request.user, "agenda:appointment-edit"):
        return False
    own = Appointment.objects.of(request.user).filter(pk=row.pk).exists()
    return own or bool(request.user.roles_on(row.territory_id) & GLA_DECIDES)


def _mine(request: PageRequest, pk: int) -> Appointment:
    """Return an appointment the user may change. Raises Http404, PermissionDenied."""
    row: Appointment = get_visible_or_404(request, ROWS, pk=pk)
    if not _may_change(request, row):
        raise PermissionDenied
    return row


def _warnings(form: AppointmentForm, row: Appointment | None = None) -> list[str]:
    """Say which people are already taken at that hour, until the reader has seen it once."""
    if not form.is_bound or not form.is_valid():
        return []
    found = [
        f"{', '.join(names) or 'La personne reçue'} : déjà pris·e "
        f"le {atoms.short_day(timezone.localtime(other.starts_at))}, {hours_of(other)}."
        for other, names in services.clashes(form.meeting, but=row)
    ]
    return [] if form.cleaned_data["accepted"] == "1" else found


def _initial(request: PageRequest) -> dict[str, Any]:
    """Return what the address and the hour suggest."""
    try:
        day = date.fromisoformat(request.GET.get("jour", ""))
    except ValueError:
        day = clock.today()
    person = request.GET.get("personne", "")
    known = named(PERSON, request.user, [int(person)]) if person.isdigit() else {}
    home = request.GET.get("colocation", "")
    return {
        "day": day,
        "starts": time(10),
        "ends": time(11),
        "guests": [request.user.pk],
        "person": next((one.label for one in known.values()), ""),
        "home": int(home) if home.isdigit() else None,
        # What a social worker sees somebody for is theirs, until they say otherwise.
        "is_private": bool(request.user.roles) and request.user.roles <= SOCIAL,
    }


def _form(
    request: PageRequest, form: AppointmentForm, warned: list[str], heading: str, back: str
) -> HttpResponse:
    refused = form.is_bound and not form.is_valid()
    context = {"form": form, "heading": heading, "back": back, "warned": warned}
    status = 422 if refused or warned or form.errors else 200
    return render_page(request, "deadlines/appointment_form.html", context, status=status)


def _leave(request: PageRequest, row: Appointment, words: str) -> HttpResponse:
    undo = reverse("agenda:appointment-undo", args=[row.pk, row.sequence])
    toasts.say(request, words, undo_url=undo)
    return redirect(_agenda(row))


def _agenda(row: Appointment) -> str:
    day: datetime = timezone.localtime(row.starts_at)
    return f"{reverse('agenda:week')}?jour={day:%Y-%m-%d}"
