"""What « Aujourd'hui » says of homes: rooms free, agreements that end or lack an act."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.urls import reverse

from caracol.accounts.policy import GLA, PAGES
from caracol.core.money import ZERO, euros
from caracol.core.periods import Span, add_months, french_day
from caracol.core.registries import (
    KeyFigure,
    WorkGroup,
    WorkItem,
    figure_provider,
    work_provider,
)
from colocations.models import Colocation, OwnerAgreement, Room
from colocations.permissions import AMOUNTS
from colocations.selectors import homes
from colocations.selectors.homes import occupation
from colocations.selectors.rooms import RoomLine, lost, room_lines, rooms_on

SHOWN = 3
_ROLES = PAGES["colocations:home-list"]


def _free_rooms(user: Any, today: date) -> Any:
    open_homes = Colocation.objects.visible_to(user, _ROLES).filter(homes.open_on(today))
    rooms = rooms_on(today, Room.objects.filter(colocation__in=open_homes.values("pk")))
    return rooms.filter(is_occupied=False)


@work_provider("colocations.rooms-free")
def rooms_free(user: Any, today: date) -> WorkGroup | None:
    """Rooms nobody lives in: since when, why, and what they would bring, to those who may know."""
    if not user.roles & _ROLES:
        return None
    free = _free_rooms(user, today)
    priced = Room.objects.visible_to(user, AMOUNTS).values("pk")
    totals = free.order_by().aggregate(total=Count("pk"), fees=Sum("fee", filter=Q(pk__in=priced)))
    lines = room_lines(user, free.order_by("last_end", "pk")[:SHOWN], today)
    ids = [line.room.pk for line in lines]
    known = set(
        Room.objects.visible_to(user, AMOUNTS).filter(pk__in=ids).values_list("pk", flat=True)
    )
    title = "Chambres libres"
    if totals["fees"]:
        title = f"Chambres libres · {euros(totals['fees'])} par mois"
    return WorkGroup(
        code="rooms-free",
        title=title,
        icon="door",
        total=totals["total"],
        items=[_free_item(line, line.room.pk in known, today) for line in lines],
        url=f"{reverse('colocations:home-list')}?state=free",
        order=25,
    )


def _free_item(line: RoomLine, priced: bool, today: date) -> WorkItem:  # noqa: FBT001
    since = line.free_from or today
    amount = lost(line.room.fee, Span(since, today)) if priced else ZERO
    note = f" ({line.note})" if line.note else ""
    why = f"Depuis le {french_day(since)} : {line.cause}{note}."
    if line.arrives_on:
        why += f" Réservée à partir du {french_day(line.arrives_on)}."
    return WorkItem(
        kind="room",
        title=f"Chambre {line.room.number}, {line.room.colocation.name}",
        why=why,
        url=reverse("colocations:room-detail", args=[line.room.pk]),
        due_on=line.back_on,
        otherwise=f"Déjà {euros(amount)} de redevance non perçue." if amount else "",
        tone=line.tone,
        button="Voir la chambre",
    )


@work_provider("colocations.agreements")
def agreements_to_mend(user: Any, today: date) -> WorkGroup | None:
    """Agreements of open homes that lack their act of extension, have ended or end soon."""
    if not user.roles & GLA:
        return None
    soon = add_months(today, homes.AGREEMENT_NEAR_MONTHS)
    still_open = Colocation.objects.filter(homes.open_on(today)).values("site")
    later = OwnerAgreement.objects.filter(
        site=OuterRef("site"), starts_on__gt=OuterRef("starts_on")
    )
    found = (
        OwnerAgreement.objects.visible_to(user, GLA)
        .filter(site__in=still_open, starts_on__lte=today)
        .filter(Q(extension_undocumented=True) | Q(ends_on__lte=soon))
        .filter(~Exists(later))
    )
    shown = found.select_related("site", "owner").order_by("ends_on", "pk")[:SHOWN]
    items = _agreement_items(list(shown), today)
    return WorkGroup(
        code="agreements",
        title="Conventions des propriétaires",
        icon="building-bank",
        total=found.count(),
        items=items,
        url=f"{reverse('colocations:home-list')}?state=agreement",
        order=40,
    )


def _agreement_items(agreements: list[OwnerAgreement], today: date) -> list[WorkItem]:
    sites = [agreement.site_id for agreement in agreements]
    first_home = {
        home.site_id: home.pk
        for home in Colocation.objects.filter(site__in=sites).order_by("-name")
    }
    items = []
    for agreement in agreements:
        if agreement.ends_on < today:
            why, tone = "La convention est échue.", "danger"
        elif agreement.extension_undocumented:
            why, tone = "La prolongation n'a pas d'acte signé.", "warning"
        else:
            why, tone = f"La convention avec {agreement.owner} arrive à son terme.", "warning"
        items.append(
            WorkItem(
                kind="agreement",
                title=agreement.site.name,
                why=why,
                url=reverse("colocations:home-detail", args=[first_home[agreement.site_id]]),
                due_on=agreement.ends_on,
                otherwise="Aucun contrat ne peut aller au-delà.",
                tone=tone,
                button="Voir la colocation",
            )
        )
    return items


@figure_provider("colocations.occupation")
def occupation_figures(user: Any, today: date) -> list[KeyFigure]:
    """Occupation of the homes the user sees."""
    if not user.roles & _ROLES:
        return []
    seen = occupation(user, _ROLES, today)
    url = reverse("colocations:home-list")
    rooms = f"{seen.occupied} chambres sur {seen.rooms}"
    free = f"{url}?state=free"
    return [
        KeyFigure("Occupation", f"{seen.percent} %", hint=rooms, url=url, order=20),
        KeyFigure(
            "Chambres libres",
            seen.free,
            url=free,
            tone="warning" if seen.free else "",
            order=25,
        ),
    ]
