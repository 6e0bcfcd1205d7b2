"""What « Aujourd'hui » says of homes: rooms free, agreements that end or lack an act."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.urls import reverse

from caracol.accounts.policy import GLA, PAGES
from caracol.core.expressions import first_of
from caracol.core.money import ZERO, euros
from caracol.core.periods import Span, add_months, french_day
from caracol.core.registries import (
    KeyFigure,
    WorkGroup,
    WorkItem,
    figure_provider,
    work_provider,
)
from colocations.calculations.vacancy import lost
from colocations.models import Colocation, KeySet, OwnerAgreement, OwnerObligation, Room, RoomWorks
from colocations.permissions import AMOUNTS
from colocations.selectors import agreements, homes
from colocations.selectors.belongings import lost_keys
from colocations.selectors.homes import occupation
from colocations.selectors.rooms import RoomLine, room_lines, rooms_on

SHOWN = 3
NOTHING_NEXT = "Rien n'est prévu ensuite."
_ROLES = PAGES["colocations:home-list"]


def _free_rooms(user: Any, today: date) -> Any:
    open_homes = Colocation.objects.visible_to(user, _ROLES).filter(homes.open_on(today))
    let = Room.objects.filter(homes.rooms_open_on(today), colocation__in=open_homes.values("pk"))
    rooms = rooms_on(today, let)
    return rooms.filter(is_occupied=False)


@work_provider("colocations.rooms-free")
def rooms_free(user: Any, today: date) -> WorkGroup | None:
    """Rooms nobody lives in: since when, why, and what they would bring, to those who may know."""
    if not user.roles & _ROLES:
        return None
    free = _free_rooms(user, today)
    priced = Room.objects.visible_to(user, AMOUNTS).values("pk")
    monthly = Sum(F("fee") + F("charges"), filter=Q(pk__in=priced))
    totals = free.order_by().aggregate(total=Count("pk"), fees=monthly)
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
    amount = lost(line.room.fee + line.room.charges, Span(since, today)) if priced else ZERO
    note = f" ({line.note})" if line.note else ""
    why = f"Depuis le {french_day(since)} : {line.cause}{note}."
    why += f" {line.comes_next or NOTHING_NEXT}"
    return WorkItem(
        kind="room",
        title=f"Chambre {line.room.number}, {line.room.colocation.name}",
        why=why,
        url=reverse("colocations:room-detail", args=[line.room.pk]),
        due_on=line.back_on,
        otherwise=f"Déjà {euros(amount)} non perçus." if amount else "",
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
    ordered = found.select_related("site", "owner").order_by("ends_on", "pk")
    shown, total = first_of(ordered, SHOWN)
    return WorkGroup(
        code="agreements",
        title="Conventions des propriétaires",
        icon="building-bank",
        total=total,
        items=_agreement_items(shown, today),
        url=f"{reverse('colocations:agreement-list')}?state=soon",
        order=40,
    )


def _agreement_items(agreements: list[OwnerAgreement], today: date) -> list[WorkItem]:
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
                url=reverse("colocations:agreement-detail", args=[agreement.pk]),
                due_on=agreement.ends_on,
                otherwise="Aucun contrat ne peut aller au-delà.",
                tone=tone,
                button="Voir la convention",
            )
        )
    return items


@work_provider("colocations.obligations")
def obligations(user: Any, today: date) -> WorkGroup | None:
    """What is owed to owners, late or due soon, and approvals that run out."""
    roles = PAGES["colocations:obligation-done"]
    if not user.roles & roles:
        return None
    seen = OwnerObligation.objects.visible_to(user, roles)
    found = agreements.obligations_due(seen, today)
    ordered = found.select_related("agreement__site", "agreement__owner").order_by("due_on", "pk")
    shown, total = first_of(ordered, SHOWN)
    return WorkGroup(
        code="obligations",
        title="Engagements envers les propriétaires",
        icon="clipboard-list",
        total=total,
        items=[_obligation(each, today) for each in shown],
        url=f"{reverse('colocations:agreement-list')}?state=due",
        order=42,
    )


def _obligation(obligation: OwnerObligation, today: date) -> WorkItem:
    late = obligation.due_on < today
    agreement = obligation.agreement
    return WorkItem(
        kind="obligation",
        title=f"{obligation.label}, {agreement.site.name}",
        why=f"{obligation.get_kind_display().capitalize()}, envers {agreement.owner}.",
        url=reverse("colocations:agreement-detail", args=[agreement.pk]),
        due_on=obligation.due_on,
        otherwise="Le propriétaire peut s'en plaindre et mettre fin à la convention."
        if late
        else "",
        tone="danger" if late else "info",
        button="Voir la convention",
    )


@work_provider("colocations.approvals")
def approvals(user: Any, today: date) -> WorkGroup | None:
    """Approvals under which agreements run, gone or about to go."""
    if not user.roles & GLA:
        return None
    until = today + timedelta(days=agreements.APPROVAL_NEAR_DAYS)
    found = OwnerAgreement.objects.visible_to(user, GLA).filter(
        starts_on__lte=today, ends_on__gte=today, approval_ends_on__lte=until
    )
    ordered = found.select_related("site").order_by("approval_ends_on", "pk")
    shown, total = first_of(ordered, SHOWN)
    items = [
        WorkItem(
            kind="approval",
            title=agreement.site.name,
            why=f"{agreement.approval_reference or 'Agrément sans référence'}.",
            url=reverse("colocations:agreement-detail", args=[agreement.pk]),
            due_on=agreement.approval_ends_on,
            otherwise="Le retrait de l'agrément est une cause de fin de la convention.",
            tone="danger" if agreement.approval_ends_on < today else "warning",
            button="Voir la convention",
        )
        for agreement in shown
        if agreement.approval_ends_on
    ]
    return WorkGroup(
        code="approvals",
        title="Agréments à renouveler",
        icon="certificate",
        total=total,
        items=items,
        url=f"{reverse('colocations:agreement-list')}?state=approval",
        order=43,
    )


@work_provider("colocations.works")
def works_late(user: Any, today: date) -> WorkGroup | None:
    """Works whose expected end has passed."""
    roles = PAGES["colocations:works-finish"]
    if not user.roles & roles:
        return None
    found = RoomWorks.objects.visible_to(user, roles).filter(done_on=None, expected_on__lt=today)
    ordered = found.select_related("void__room__colocation").order_by("expected_on", "pk")
    shown, total = first_of(ordered, SHOWN)
    items = [
        WorkItem(
            kind="works",
            title=f"{works.label}, chambre {works.void.room.number}, "
            f"{works.void.room.colocation.name}",
            why=f"Par {works.contractor}." if works.contractor else "Personne n'est indiqué.",
            url=reverse("colocations:room-detail", args=[works.void.room_id]),
            due_on=works.expected_on,
            otherwise="La chambre reste vide tant que les travaux ne sont pas notés terminés.",
            tone="warning",
            button="Voir la chambre",
        )
        for works in shown
    ]
    return WorkGroup(
        code="works",
        title="Travaux en retard",
        icon="hammer",
        total=total,
        items=items,
        order=27,
    )


@work_provider("colocations.keys-lost")
def keys_lost(user: Any, today: date) -> WorkGroup | None:
    """Sets of keys that nobody has found again: a lock to change, or a set to make anew."""
    roles = PAGES["colocations:keys-move"]
    if not user.roles & roles:
        return None
    found = lost_keys(KeySet.objects.visible_to(user, roles))
    rows, total = first_of(found.order_by("lost_on", "pk"), SHOWN)
    return WorkGroup(
        code="keys-lost",
        title="Clés perdues",
        icon="key",
        total=total,
        items=[_lost_item(keys) for keys in rows],
        order=28,
    )


def _lost_item(keys: Any) -> WorkItem:
    place = f"chambre {keys.room.number}, " if keys.room else ""
    opens = f"Ouvre : {keys.opens}. " if keys.opens else ""
    return WorkItem(
        kind="keys",
        title=f"{keys.label}, {place}{keys.colocation.name}",
        why=f"Perdu depuis le {french_day(keys.lost_on)}. {opens}Retrouver, ou changer la serrure "
        "puis retirer du registre.",
        url=reverse("colocations:keys-detail", args=[keys.pk]),
        otherwise="Quelqu'un d'autre pourrait entrer.",
        tone="warning",
        button="Voir le trousseau",
    )


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
