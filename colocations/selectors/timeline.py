"""The life of a home: opening, agreements, works, arrivals and departures."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from caracol.core.periods import french_day
from colocations.models import AgreementExtension, AgreementShortening, Colocation, RoomVoid
from colocations.permissions import sees_notes
from colocations.selectors.occupancy import contracts

PAST_DAYS = 400
COMING_DAYS = 200
SHOWN = 20


@dataclass(frozen=True)
class Event:
    """One event, as the timeline component draws it."""

    on: date
    title: str
    detail: str = ""
    icon: str = "circle"
    tone: str = ""
    url: str = ""
    who: str = ""


def home_timeline(user: Any, home: Colocation, rooms: dict[int, str], day: date) -> list[Event]:
    """Return what happened to a home and what is known to come, latest first."""
    since, until = day - timedelta(days=PAST_DAYS), day + timedelta(days=COMING_DAYS)
    told = sees_notes(user, home.site.territory_id)
    events = [*_opening(home), *_agreements(home), *_voids(home, since, told=told)]
    for move in contracts().moves(user, home.pk, since, until):
        title = "Arrivée" if move.arrives else "Départ"
        events.append(
            Event(
                on=move.on,
                title=f"{title}, chambre {rooms.get(move.room_id, '')}",
                detail=move.label,
                icon="door-enter" if move.arrives else "door-exit",
                url=move.url,
            )
        )
    return sorted(events, key=lambda event: event.on, reverse=True)[:SHOWN]


def _opening(home: Colocation) -> list[Event]:
    events = [Event(home.opens_on, "Ouverture de la colocation", icon="home", tone="success")]
    if home.closes_on:
        events.append(
            Event(home.closes_on, "Fermeture de la colocation", icon="archive", tone="warning")
        )
    return events


def _agreements(home: Colocation) -> list[Event]:
    events = []
    for agreement in home.site.agreements.select_related("owner").all():
        title = f"Début : {agreement.get_legal_basis_display()}"
        events.append(Event(agreement.starts_on, title, str(agreement.owner), icon="building-bank"))
        events.append(
            Event(
                agreement.ends_on,
                "Fin de la convention du propriétaire",
                str(agreement.owner),
                icon="calendar-due",
                tone="warning",
            )
        )
    extensions = AgreementExtension.objects.filter(agreement__site=home.site)
    for extension in extensions:
        detail = f"du {french_day(extension.previous_ends_on)} au {french_day(extension.ends_on)}"
        events.append(
            Event(extension.signed_on, "Prolongation signée", detail, icon="calendar-event")
        )
    for act in AgreementShortening.objects.filter(agreement__site=home.site):
        detail = f"du {french_day(act.previous_ends_on)} au {french_day(act.ends_on)}"
        title = "Fin de la convention avancée"
        events.append(Event(act.decided_on, title, detail, icon="calendar-event", tone="warning"))
    return events


def _voids(home: Colocation, since: date, *, told: bool) -> list[Event]:
    voids = RoomVoid.objects.filter(room__colocation=home, starts_on__gte=since)
    return [
        Event(
            void.starts_on,
            f"Chambre {void.room.number} : {void.get_cause_display()}",
            void.note if told else "",
            icon="tool",
        )
        for void in voids.select_related("room")
    ]
