"""A room's page: what it is, who lived there, when it stood empty."""

from django.http import HttpResponse

from caracol.core import clock
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.core.periods import Span
from colocations.models import Room
from colocations.permissions import sees_amounts
from colocations.selectors.occupancy import contracts
from colocations.selectors.rooms import lost, room_lines, rooms_on


@page("colocations:room-detail")
def room_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a room and its occupation over time."""
    day = clock.today()
    room = get_visible_or_404(request, rooms_on(day, Room.objects.all()), pk=pk)
    line = room_lines(request.user, [room], day)[0]
    amounts = sees_amounts(request.user, room.colocation.site.territory_id)
    context = {
        "room": room,
        "home": room.colocation,
        "line": line,
        "stays": contracts().stays_in(request.user, room.pk),
        "voids": room.voids.order_by("-starts_on"),
        "sees_amounts": amounts,
        "lost": lost(room.fee, Span(line.free_from, day)) if amounts and line.free_from else None,
    }
    return render_page(request, "colocations/room_detail.html", context)
