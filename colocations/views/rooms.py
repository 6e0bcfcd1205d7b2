"""A room's page, and the acts on it: create, change, close, reopen."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from caracol.accounts.policy import may_on
from caracol.core import clock
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.core.periods import Span
from colocations.calculations.vacancy import lost
from colocations.forms.patrimony import CloseRoomForm, ReopenForm, RoomForm
from colocations.models import Colocation, Room, RoomVoid
from colocations.permissions import may_write_void, sees_amounts, sees_costs, sees_notes
from colocations.selectors.acts import room_acts
from colocations.selectors.belongings import home_keys, key_lines
from colocations.selectors.history import room_subjects
from colocations.selectors.occupancy import contracts
from colocations.selectors.rooms import room_lines, rooms_on
from colocations.services import rooms as services
from colocations.views.flow import Flow, Trail
from colocations.views.frames import history_page, rights, tabs_of
from colocations.views.home_acts import HOMES, trail_to

ROOMS = Room.objects.select_related("colocation__site__territory")
_ACTS = (
    "home-detail", "room-edit", "room-close", "room-reopen", "void-new", "works-new",
    "equipment-new", "equipment-copy", "home-equipment", "home-keys", "site-detail",
)  # fmt: skip


def _frame(request: PageRequest, pk: int) -> dict[str, Any]:
    day = clock.today()
    room = get_visible_or_404(request, rooms_on(day, Room.objects.all()), pk=pk)
    territory = room.colocation.site.territory_id
    return {
        "room": room,
        "home": room.colocation,
        "line": room_lines(request.user, [room], day)[0],
        "day": day,
        "sees_amounts": sees_amounts(request.user, territory),
        "tabs": tabs_of(request, "room", room.pk, territory),
        "current_tab": request.page_key,
        "may": rights(request, territory, *_ACTS),
    }


@page("colocations:room-detail")
def room_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a room, its occupation over time, its voids and works, what it holds."""
    context = _frame(request, pk)
    room, line = context["room"], context["line"]
    territory = room.colocation.site.territory_id
    loses = context["sees_amounts"] and line.free_from and not line.closed
    context |= {
        "acts": room_acts(request.user, line),
        "stays": contracts().stays_in(request.user, room.pk),
        "voids": _voids(request, room),
        "sees_costs": sees_costs(request.user, territory),
        "sees_notes": sees_notes(request.user, territory),
        "lost": lost(room.fee + room.charges, Span(line.free_from, context["day"]))
        if loses
        else None,
    }
    if context["may"]["home_equipment"]:
        pieces = room.equipment.filter(removed_on=None)
        context["equipment"] = pieces.order_by("kind", "label", "pk")
    if context["may"]["home_keys"]:
        context["keys"] = key_lines(request.user, home_keys(room.colocation).filter(room=room))
    return render_page(request, "colocations/room_detail.html", context)


def _voids(request: PageRequest, room: Room) -> list[Any]:
    voids: list[Any] = list(
        RoomVoid.objects.filter(room=room)
        .with_expected_end()
        .prefetch_related("works")
        .order_by("-starts_on")
    )
    territory = room.colocation.site.territory_id
    editable = may_on(request.user, "colocations:void-edit", territory)
    for void in voids:
        void.may_write = editable and may_write_void(request.user, void.cause, territory)
        void.is_over = void.ends_on is not None and void.ends_on < clock.today()
    return voids


@page("colocations:room-history")
def room_history(request: PageRequest, pk: int) -> HttpResponse:
    """Show who changed what about a room."""
    context = _frame(request, pk)
    context["lines"] = history_page(request, room_subjects(context["room"]))
    return render_page(request, "colocations/room_history.html", context)


def trail_to_room(room: Room) -> Trail:
    """Return the way to a room's page."""
    url = reverse("colocations:room-detail", args=[room.pk])
    return (*trail_to(room.colocation), (f"Chambre {room.number}", url))


@page("colocations:room-new", methods=("GET", "POST"))
def room_new(request: PageRequest, pk: int) -> HttpResponse:
    """Create a room in a home."""
    home: Colocation = get_visible_or_404(request, HOMES, pk=pk)
    flow = Flow(request, RoomForm(request.POST or None))
    if flow.done(
        lambda said: services.create_room(
            home=home,
            today=clock.today(),
            actor=request.user,
            acceptance=said.acceptance,
            **said.facts,
        )
    ):
        words = f"La chambre {flow.result.number} est créée."
        if "suivant" in request.POST:
            return flow.leave(words, reverse("colocations:room-new", args=[home.pk]))
        return flow.leave(words, trail_to_room(flow.result)[-1][1])
    return flow.show(
        heading="Nouvelle chambre",
        trail=trail_to(home),
        submit="Créer",
        again="Créer, puis une autre",
    )


@page("colocations:room-edit", methods=("GET", "POST"))
def room_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a room."""
    room = get_visible_or_404(request, ROOMS, pk=pk)
    flow = Flow(request, RoomForm(request.POST or None, row=room), room)
    if flow.done(
        lambda said: services.edit_room(
            room=room,
            today=clock.today(),
            actor=request.user,
            seen=said.seen,
            acceptance=said.acceptance,
            **said.facts,
        )
    ):
        return flow.leave("Modifications enregistrées.", trail_to_room(room)[-1][1])
    return flow.show(heading=f"Modifier la chambre {room.number}", trail=trail_to_room(room))


@page("colocations:room-close", methods=("GET", "POST"))
def room_close(request: PageRequest, pk: int) -> HttpResponse:
    """Close a room after a last day."""
    room = get_visible_or_404(request, ROOMS, pk=pk)
    initial = {"closes_on": room.closes_on or clock.today()}
    flow = Flow(request, CloseRoomForm(request.POST or None, initial=initial), room)
    if flow.done(
        lambda said: services.close_room(
            room=room, actor=request.user, seen=said.seen, **said.facts
        )
    ):
        undo = reverse("colocations:room-reopen", args=[room.pk])
        words = f"Chambre {room.number} : fermeture enregistrée."
        return flow.leave(words, trail_to_room(room)[-1][1], undo_url=undo)
    return flow.show(
        heading=f"Fermer la chambre {room.number}",
        trail=trail_to_room(room),
        submit="Fermer la chambre",
        tone="danger",
        lead="Elle ne pourra plus être attribuée et ne comptera plus dans l'occupation.",
    )


@page("colocations:room-reopen", methods=("GET", "POST"))
def room_reopen(request: PageRequest, pk: int) -> HttpResponse:
    """Take the closing of a room back."""
    room = get_visible_or_404(request, ROOMS, pk=pk)
    flow = Flow(request, ReopenForm(request.POST if request.method == "POST" else None), room)
    if flow.done(lambda said: services.reopen_room(room=room, actor=request.user, seen=said.seen)):
        words = f"La chambre {room.number} est rouverte."
        return flow.leave(words, trail_to_room(room)[-1][1])
    return flow.show(
        heading=f"Rouvrir la chambre {room.number}",
        trail=trail_to_room(room),
        submit="Rouvrir la chambre",
    )
