"""Voids and the works done meanwhile."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.core import clock
from caracol.core.pages import PageRequest, get_visible_or_404, page
from caracol.ui import toasts
from colocations.enums import VoidCause
from colocations.forms.upkeep import DoneForm, EndVoidForm, VoidForm, WorksForm
from colocations.models import Room, RoomVoid, RoomWorks
from colocations.permissions import causes_of, may_write_void, sees_costs
from colocations.selectors.occupancy import contracts
from colocations.services import voids as services
from colocations.services import works as works_services
from colocations.views.flow import Flow, try_act
from colocations.views.rooms import ROOMS, trail_to_room

VOIDS = RoomVoid.objects.select_related("room__colocation__site__territory")
ONE_DAY = timedelta(days=1)
WORKS = RoomWorks.objects.select_related("void__room__colocation__site__territory")


def _territory(room: Room) -> int:
    return room.colocation.site.territory_id


def _room_url(room: Room) -> str:
    return reverse("colocations:room-detail", args=[room.pk])


def _void(request: PageRequest, pk: int) -> RoomVoid:
    """Return a void the user may write. Raises Http404, PermissionDenied."""
    void: RoomVoid = get_visible_or_404(request, VOIDS, pk=pk)
    if not may_write_void(request.user, void.cause, _territory(void.room)):
        raise PermissionDenied
    return void


@page("colocations:void-new", methods=("GET", "POST"))
def void_new(request: PageRequest, pk: int) -> HttpResponse:
    """Record days when a room houses nobody."""
    room = get_visible_or_404(request, ROOMS, pk=pk)
    causes = causes_of(request.user, _territory(room))
    asked = request.GET.get("cause", "")
    coming = contracts().bound(request.user, [room.pk], clock.today(), None)
    arrives = next((one.starts_on for one in coming if one.starts_on), None)
    before = arrives - ONE_DAY if arrives and arrives > clock.today() else ""
    initial = {
        "cause": asked if asked in causes else "",
        "starts_on": request.GET.get("starts_on") or clock.today(),
        "ends_on": request.GET.get("ends_on") or before,
    }
    form = VoidForm(request.POST or None, initial=initial, causes=causes)
    flow = Flow(request, form)
    closes = _foreseen(form, room)
    if not closes and flow.done(
        lambda said: services.record_void(room=room, actor=request.user, **said.facts)
    ):
        undo = reverse("colocations:void-remove", args=[flow.result.pk])
        words = f"Chambre {room.number} : vacance enregistrée."
        return flow.leave(words, _room_url(room), undo_url=undo)
    return flow.show(
        heading=f"Chambre {room.number} : vacance",
        trail=trail_to_room(room),
        lead="Les jours où la chambre n'accueille personne, et pourquoi.",
        foreseen=closes,
    )


def _foreseen(form: VoidForm, room: Room, except_for: int | None = None) -> list[str]:
    """Say what a valid void would close, until it was shown once; then nothing."""
    if not form.is_bound or not form.is_valid():
        return []
    facts = form.cleaned_data
    said = services.gives_way(room, facts["starts_on"], facts["ends_on"], except_for=except_for)
    return [] if form.has_shown(said) else said


@page("colocations:void-edit", methods=("GET", "POST"))
def void_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a void."""
    void = _void(request, pk)
    causes = causes_of(request.user, _territory(void.room))
    form = VoidForm(request.POST or None, row=void, causes=causes)
    flow = Flow(request, form, void)
    closes = _foreseen(form, void.room, void.pk)
    if not closes and flow.done(
        lambda said: services.edit_void(void=void, actor=request.user, seen=said.seen, **said.facts)
    ):
        return flow.leave("Modifications enregistrées.", _room_url(void.room))
    return flow.show(
        heading="Modifier la vacance",
        trail=trail_to_room(void.room),
        foreseen=closes,
        remove_url="" if void.works.exists() else reverse("colocations:void-remove", args=[pk]),
        remove_label="Supprimer cette vacance",
    )


@page("colocations:void-end", methods=("GET", "POST"))
def void_end(request: PageRequest, pk: int) -> HttpResponse:
    """End a void after a last day."""
    void = _void(request, pk)
    unfinished = void.works.filter(done_on=None).exists()
    form = EndVoidForm(
        request.POST or None,
        initial={"ends_on": clock.today(), "finish_works": unfinished},
        with_works=unfinished,
    )
    flow = Flow(request, form, void)
    if flow.done(
        lambda said: services.end_void(void=void, actor=request.user, seen=said.seen, **said.facts)
    ):
        undo = reverse("colocations:void-reopen", args=[void.pk])
        words = f"Chambre {void.room.number} : vacance terminée."
        return flow.leave(words, _room_url(void.room), undo_url=undo)
    cause = VoidCause(void.cause).label
    return flow.show(
        heading=f"Fin de vacance, chambre {void.room.number}",
        trail=trail_to_room(void.room),
        submit="Mettre fin à la vacance",
        lead=f"Vacance « {cause} » depuis le {void.starts_on:%d/%m/%Y}.",
    )


def _button(request: PageRequest, room: Room, act: Callable[[], Any], words: str) -> HttpResponse:
    if try_act(request, act):
        toasts.say(request, words)
    return redirect(_room_url(room))


@page("colocations:void-reopen", methods=("POST",))
def void_reopen(request: PageRequest, pk: int) -> HttpResponse:
    """Take the end of a void back."""
    void = _void(request, pk)
    return _button(
        request,
        void.room,
        lambda: services.reopen_void(void=void, actor=request.user),
        "La vacance est de nouveau sans fin.",
    )


@page("colocations:void-remove", methods=("POST",))
def void_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take away a void recorded by mistake."""
    void = _void(request, pk)
    return _button(
        request,
        void.room,
        lambda: services.remove_void(void=void, actor=request.user),
        "La vacance est supprimée ; l'historique la garde.",
    )


def _works_form(request: PageRequest, room: Room, **kwargs: Any) -> WorksForm:
    form = WorksForm(request.POST or None, **kwargs)
    if not sees_costs(request.user, _territory(room)):
        del form.fields["cost"]
    return form


@page("colocations:works-new", methods=("GET", "POST"))
def works_new(request: PageRequest, pk: int) -> HttpResponse:
    """Record works during a void."""
    void: RoomVoid = get_visible_or_404(request, VOIDS, pk=pk)
    flow = Flow(request, _works_form(request, void.room))
    if flow.done(
        lambda said: works_services.add_works(void=void, actor=request.user, **said.facts)
    ):
        undo = reverse("colocations:works-remove", args=[flow.result.pk])
        return flow.leave("Travaux enregistrés.", _room_url(void.room), undo_url=undo)
    return flow.show(heading=f"Travaux, chambre {void.room.number}", trail=trail_to_room(void.room))


def _works(request: PageRequest, pk: int) -> RoomWorks:
    works: RoomWorks = get_visible_or_404(request, WORKS, pk=pk)
    return works


@page("colocations:works-edit", methods=("GET", "POST"))
def works_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change works."""
    works = _works(request, pk)
    room = works.void.room
    flow = Flow(request, _works_form(request, room, row=works), works)
    if flow.done(
        lambda said: works_services.edit_works(
            works=works, actor=request.user, seen=said.seen, **said.facts
        )
    ):
        return flow.leave("Modifications enregistrées.", _room_url(room))
    return flow.show(
        heading="Modifier les travaux",
        trail=trail_to_room(room),
        remove_url=reverse("colocations:works-remove", args=[pk]),
        remove_label="Supprimer ces travaux",
    )


@page("colocations:works-finish", methods=("GET", "POST"))
def works_finish(request: PageRequest, pk: int) -> HttpResponse:
    """Say that works are done, and when."""
    works = _works(request, pk)
    room = works.void.room
    form = DoneForm(request.POST or None, initial={"done_on": clock.today()})
    flow = Flow(request, form)
    if flow.done(
        lambda said: works_services.finish_works(works=works, actor=request.user, **said.facts)
    ):
        undo = reverse("colocations:works-reopen", args=[works.pk])
        return flow.leave(f"{works.label} : terminé.", _room_url(room), undo_url=undo)
    return flow.show(
        heading=f"{works.label} : terminé",
        trail=trail_to_room(room),
        submit="Noter comme terminé",
    )


@page("colocations:works-reopen", methods=("POST",))
def works_reopen(request: PageRequest, pk: int) -> HttpResponse:
    """Say that works are not done after all."""
    works = _works(request, pk)
    return _button(
        request,
        works.void.room,
        lambda: works_services.reopen_works(works=works, actor=request.user),
        "Les travaux sont de nouveau en cours.",
    )


@page("colocations:works-remove", methods=("POST",))
def works_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take away works recorded by mistake."""
    works = _works(request, pk)
    return _button(
        request,
        works.void.room,
        lambda: works_services.remove_works(works=works, actor=request.user),
        "Travaux supprimés ; l'historique les garde.",
    )
