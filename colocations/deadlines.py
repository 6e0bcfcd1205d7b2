"""What must not be forgotten about buildings, and which homes are whose."""

from typing import Any

from caracol.accounts.policy import PAGES
from caracol.deadlines.registry import Places, register_places
from colocations.models import Colocation


def _own_homes(user: Any) -> Any:
    return Colocation.objects.filter(mission_officer=user).values("pk")


def _own_sites(user: Any) -> Any:
    return Colocation.objects.filter(mission_officer=user).values("site")


def _names(user: Any) -> list[tuple[int, str]]:
    homes = Colocation.objects.visible_to(user, PAGES["colocations:home-list"])
    return list(homes.order_by("name", "pk").values_list("pk", "name"))


register_places(Places(_own_homes, _own_sites, _names))
