"""Homes and rooms found by Ctrl-K."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from caracol.accounts.policy import PAGES
from caracol.core.registries import SearchHit, search_provider
from caracol.core.text import sort_key
from colocations.models import Colocation, Room
from colocations.selectors import homes

_ROLES = PAGES["colocations:home-list"]
_FILLERS = frozenset({"chambre", "ch"})


@search_provider("colocations.homes")
def find_homes(user: Any, words: str, limit: int) -> Iterator[SearchHit]:
    """Homes by any part of their name, site, address, city or code."""
    key = sort_key(words)
    if not key or not user.roles & _ROLES:
        return
    found = homes.matching(Colocation.objects.visible_to(user, _ROLES), key)
    for home in found.select_related("site").order_by("name", "pk")[:limit]:
        url = reverse("colocations:home-detail", args=[home.pk])
        yield SearchHit("Colocations", home.name, home.site.city, url, icon="home")


@search_provider("colocations.rooms")
def find_rooms(user: Any, words: str, limit: int) -> Iterator[SearchHit]:
    """Rooms by their number and their home: "chambre 3 tilleuls", "tilleuls 3"."""
    parts = [word for word in sort_key(words).split() if word not in _FILLERS]
    numbers = [word for word in parts if any(letter.isdigit() for letter in word)]
    places = [word for word in parts if word not in numbers]
    if len(numbers) != 1 or not places or not user.roles & _ROLES:
        return
    found = homes.matching(Colocation.objects.visible_to(user, _ROLES), " ".join(places))
    rooms = Room.objects.filter(colocation__in=found.values("pk"), number__iexact=numbers[0])
    for room in rooms.select_related("colocation").order_by("colocation__name")[:limit]:
        url = reverse("colocations:room-detail", args=[room.pk])
        label = f"Chambre {room.number}"
        yield SearchHit("Chambres", label, room.colocation.name, url, icon="door")
