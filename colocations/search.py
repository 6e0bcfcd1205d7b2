"""Homes, rooms, owners and agreements found by Ctrl-K, and what one may do with them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.urls import reverse

from caracol.accounts.policy import PAGES
from caracol.core.periods import french_day
from caracol.core.registries import Act, SearchHit, register_act, search_provider
from caracol.core.text import sort_key
from caracol.deadlines.subjects import HOME, Named, Subjects, register_subjects
from colocations.models import Colocation, Owner, OwnerAgreement
from colocations.selectors import agreements, homes
from colocations.selectors.rooms import rooms_found

_ROLES = PAGES["colocations:home-list"]
_OWNER_ROLES = PAGES["colocations:owner-detail"]
_AGREEMENT_ROLES = PAGES["colocations:agreement-detail"]

for act in (
    Act("Nouvelle colocation", "colocations:home-new", "Parc", "créer ouvrir maison", "plus"),
    Act("Nouveau site", "colocations:site-new", "Parc", "créer adresse bâtiment immeuble", "plus"),
    Act("Nouveau propriétaire", "colocations:owner-new", "Parc", "créer bailleur", "plus"),
    Act("Nouvelle convention", "colocations:agreement-new", "Parc", "créer elan commodat prêt",
        "plus"),
    Act("Voir l'occupation", "colocations:occupancy", "Parc",
        "image chambres mois vacance planning travaux préavis", "calendar-event"),
    Act("Voir les chambres vides", "colocations:occupancy", "Parc", "vacance coût perdu", "door",
        "empty=on"),
    Act("Voir les fermetures", "colocations:closures", "Parc", "compte à rebours relogement fin",
        "calendar-due"),
    Act("Nouvel agrément ou assurance", "colocations:credential-new", "Parc", "habilitation",
        "certificate"),
    Act("Voir les propriétaires", "colocations:owner-list", "Parc", "contacts", "users"),
    Act("Voir les conventions", "colocations:agreement-list", "Parc", "elan agrément échéances",
        "building-bank"),
    Act("Conventions à documenter", "colocations:agreement-list", "Parc", "prolongation acte elan",
        "file-alert", "state=undocumented"),
    Act("Exporter les conventions", "colocations:agreement-export", "Excel", "excel tableur",
        "file-spreadsheet"),
    Act("Exporter les propriétaires", "colocations:owner-export", "Excel", "excel tableur",
        "file-spreadsheet"),
):  # fmt: skip
    register_act(act)


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
    """Rooms by their number, and their home's name or code: "tilleuls 3", "c07 03", "ch 03"."""
    rooms = rooms_found(Colocation.objects.visible_to(user, _ROLES), words)
    if rooms is None or not user.roles & _ROLES:
        return
    for room in rooms.select_related("colocation").order_by("colocation__name", "pk")[:limit]:
        url = reverse("colocations:room-detail", args=[room.pk])
        label = f"Chambre {room.number}"
        yield SearchHit("Chambres", label, room.colocation.name, url, icon="door")


@search_provider("colocations.owners")
def find_owners(user: Any, words: str, limit: int) -> Iterator[SearchHit]:
    """Owners by any part of their name, address or contacts."""
    key = sort_key(words)
    if not key or not user.roles & _OWNER_ROLES:
        return
    seen = Owner.objects.visible_to(user, _OWNER_ROLES)
    for owner in agreements.owners_matching(seen, key).order_by("name", "pk")[:limit]:
        url = reverse("colocations:owner-detail", args=[owner.pk])
        kind = owner.get_kind_display() if owner.kind else ""
        yield SearchHit("Propriétaires", owner.name, kind, url, icon="building-bank")


@search_provider("colocations.agreements")
def find_agreements(user: Any, words: str, limit: int) -> Iterator[SearchHit]:
    """Agreements by site, city, owner or approval: "convention tilleuls"."""
    parts = [word for word in sort_key(words).split() if word not in {"convention", "conventions"}]
    if not parts or not user.roles & _AGREEMENT_ROLES:
        return
    seen = OwnerAgreement.objects.visible_to(user, _AGREEMENT_ROLES)
    found = agreements.matching(seen, " ".join(parts)).select_related("site", "owner")
    for agreement in found.order_by("-ends_on", "pk")[:limit]:
        url = reverse("colocations:agreement-detail", args=[agreement.pk])
        detail = f"{agreement.owner}, jusqu'au {french_day(agreement.ends_on)}"
        yield SearchHit("Conventions", agreement.site.name, detail, url, icon="building-bank")


def _named_homes(found: Any) -> list[Named]:
    rows = found.order_by("name", "pk").values_list("pk", "name")
    return [Named(pk, name, reverse("colocations:home-detail", args=[pk])) for pk, name in rows]


def _homes_of_appointments(user: Any, words: str) -> list[Named]:
    """Homes where an appointment may be; without words, all that the user sees."""
    return _named_homes(Colocation.objects.visible_to(user, _ROLES).filter(name__icontains=words))


def _homes_by_number(user: Any, ids: Iterable[int]) -> Mapping[int, Named]:
    found = Colocation.objects.visible_to(user, _ROLES).filter(pk__in=ids)
    return {named.pk: named for named in _named_homes(found)}


def _territory_of(home: int) -> int | None:
    where = Colocation.objects.filter(pk=home).values_list("site__territory", flat=True)
    return where.first()


register_subjects(HOME, Subjects(_homes_of_appointments, _homes_by_number, _territory_of))
