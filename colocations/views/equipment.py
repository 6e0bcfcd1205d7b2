"""Equipment: by place, edited, copied, taken out, printed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.core import clock
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.ui import toasts
from colocations.forms.upkeep import (
    CopyEquipmentForm,
    EquipmentForm,
    RemoveEquipmentForm,
    StateForm,
)
from colocations.models import Colocation, Equipment, Room
from colocations.permissions import sees_costs
from colocations.selectors.belongings import common_places, inventory
from colocations.services import equipment as services
from colocations.views.flow import Flow, Trail, try_act
from colocations.views.frames import rights
from colocations.views.home_acts import HOMES, trail_to
from colocations.views.homes import home_frame
from colocations.views.rooms import ROOMS, trail_to_room

PIECES = Equipment.objects.select_related("colocation__site__territory", "room")
_ACTS = (
    "equipment-new", "equipment-edit", "equipment-state", "equipment-remove",
    "equipment-restore", "home-inventory",
)  # fmt: skip


@page("colocations:home-equipment")
def home_equipment(request: PageRequest, pk: int) -> HttpResponse:
    """Show what each room and common part of a home holds."""
    context = home_frame(request, pk)
    home: Colocation = context["home"]
    gone = Equipment.objects.filter(colocation=home).exclude(removed_on=None)
    context |= {
        "places": inventory(home),
        "gone": gone.select_related("room").order_by("-removed_on", "-pk")[:20],
        "sees_costs": sees_costs(request.user, home.site.territory_id),
        "may": rights(request, home.site.territory_id, *_ACTS),
    }
    return render_page(request, "colocations/home_equipment.html", context)


@page("colocations:home-inventory")
def home_inventory(request: PageRequest, pk: int) -> HttpResponse:
    """Show the inventory ready to be printed, one block a place, with room to tick."""
    home = get_visible_or_404(request, HOMES, pk=pk)
    places = inventory(home)
    asked = request.GET.get("chambre", "")
    if asked.isdigit():
        places = [place for place in places if place.room_id == int(asked)]
    context = {"home": home, "places": places, "day": clock.today(), "trail": _trail(home)}
    return render_page(request, "colocations/home_inventory.html", context)


def _rooms(home: Colocation) -> Any:
    return Room.objects.filter(colocation=home).order_by("number", "pk")


def _trail(home: Colocation) -> Trail:
    url = reverse("colocations:home-equipment", args=[home.pk])
    return (*trail_to(home), ("Équipement", url))


def _form(request: PageRequest, home: Colocation, **kwargs: Any) -> EquipmentForm:
    rooms, places = _rooms(home), common_places(home)
    return EquipmentForm(request.POST or None, rooms=rooms, places=places, **kwargs)


@page("colocations:equipment-new", methods=("GET", "POST"))
def equipment_new(request: PageRequest, pk: int) -> HttpResponse:
    """Record a piece of equipment."""
    home = get_visible_or_404(request, HOMES, pk=pk)
    room = request.GET.get("chambre", "")
    initial = {"room": room, "place": request.GET.get("lieu", "")}
    flow = Flow(request, _form(request, home, initial=initial))
    if flow.done(lambda said: services.add_equipment(home=home, actor=request.user, **said.facts)):
        words = f"{flow.result} : ajouté à l'inventaire."
        if "suivant" in request.POST:
            here = flow.result.room_id or ""
            return flow.leave(words, f"{request.path}?chambre={here}")
        return flow.leave(words, _trail(home)[-1][1])
    return flow.show(
        heading="Nouvel équipement",
        trail=_trail(home),
        submit="Ajouter",
        again="Ajouter, puis un autre",
        template="colocations/equipment_form.html",
    )


def _piece(request: PageRequest, pk: int) -> Equipment:
    piece: Equipment = get_visible_or_404(request, PIECES, pk=pk)
    return piece


@page("colocations:equipment-edit", methods=("GET", "POST"))
def equipment_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a piece of equipment."""
    piece = _piece(request, pk)
    flow = Flow(request, _form(request, piece.colocation, row=piece), piece)
    if flow.done(
        lambda said: services.edit_equipment(
            piece=piece, actor=request.user, seen=said.seen, **said.facts
        )
    ):
        return flow.leave("Modifications enregistrées.", _trail(piece.colocation)[-1][1])
    return flow.show(
        heading=f"Modifier : {piece}",
        trail=_trail(piece.colocation),
        template="colocations/equipment_form.html",
    )


@page("colocations:equipment-state", methods=("GET", "POST"))
def equipment_state(request: PageRequest, pk: int) -> HttpResponse:
    """Say how a piece of equipment is."""
    piece = _piece(request, pk)
    flow = Flow(request, StateForm(request.POST or None, row=piece), piece)
    if flow.done(
        lambda said: services.set_state(
            piece=piece, actor=request.user, seen=said.seen, **said.facts
        )
    ):
        words = f"{piece} : {flow.result.get_state_display()}."
        return flow.leave(words, _trail(piece.colocation)[-1][1])
    return flow.show(heading=f"État : {piece}", trail=_trail(piece.colocation))


@page("colocations:equipment-remove", methods=("GET", "POST"))
def equipment_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take a piece of equipment out of the inventory."""
    piece = _piece(request, pk)
    form = RemoveEquipmentForm(request.POST or None, initial={"removed_on": clock.today()})
    flow = Flow(request, form)
    if flow.done(
        lambda said: services.remove_equipment(piece=piece, actor=request.user, **said.facts)
    ):
        undo = reverse("colocations:equipment-restore", args=[piece.pk])
        words = f"{piece} : sorti de l'inventaire."
        return flow.leave(words, _trail(piece.colocation)[-1][1], undo_url=undo)
    return flow.show(
        heading=f"Sortir de l'inventaire : {piece}",
        trail=_trail(piece.colocation),
        submit="Sortir de l'inventaire",
        tone="danger",
    )


@page("colocations:equipment-restore", methods=("POST",))
def equipment_restore(request: PageRequest, pk: int) -> HttpResponse:
    """Put a piece of equipment back in the inventory."""
    piece = _piece(request, pk)
    if try_act(request, lambda: services.restore_equipment(piece=piece, actor=request.user)):
        toasts.say(request, f"{piece} : remis à l'inventaire.")
    return redirect(_trail(piece.colocation)[-1][1])


@page("colocations:equipment-copy", methods=("GET", "POST"))
def equipment_copy(request: PageRequest, pk: int) -> HttpResponse:
    """Give a room the equipment of another one of the home."""
    room: Room = get_visible_or_404(request, ROOMS, pk=pk)
    others = _rooms(room.colocation).exclude(pk=room.pk).filter(equipment__removed_on=None)
    others = others.filter(equipment__isnull=False).distinct()
    flow = Flow(request, CopyEquipmentForm(request.POST or None, rooms=others))
    if flow.done(
        lambda said: services.copy_equipment(target=room, actor=request.user, **said.facts)
    ):
        words = f"{flow.result} équipement{'s' if flow.result > 1 else ''} repris."
        return flow.leave(words, trail_to_room(room)[-1][1])
    return flow.show(
        heading=f"Équiper la chambre {room.number} comme une autre",
        trail=trail_to_room(room),
        submit="Reprendre",
        lead="Les équipements sont recopiés sans leur date ni leur prix.",
    )
