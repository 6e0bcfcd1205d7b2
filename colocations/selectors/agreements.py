"""Agreements as lists and pages read them: their end in force, what is due, what is missing."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from caracol.core.expressions import RowCount
from caracol.core.periods import french_day
from caracol.parameters.selectors import value
from colocations.calculations import agreements as rules
from colocations.enums import LegalBasis
from colocations.models import (
    AgreementExtension,
    AgreementShortening,
    Colocation,
    OwnerAgreement,
    OwnerContact,
    OwnerObligation,
    Room,
)
from colocations.selectors.homes import rooms_open_on
from colocations.selectors.occupancy import Bound, contracts

DUE_SOON_DAYS = 60
APPROVAL_NEAR_DAYS = 120


def agreements_on(day: date, queryset: Any) -> Any:
    """Annotate agreements with their rooms, what is overdue, and whether a later one follows."""
    owed = OwnerObligation.objects.filter(agreement=OuterRef("pk"))
    late = owed.filter(done_on=None, due_on__lt=day)
    rooms = Room.objects.filter(rooms_open_on(day), colocation__site=OuterRef("site"))
    later = OwnerAgreement.objects.filter(
        site=OuterRef("site"), starts_on__gt=OuterRef("starts_on")
    )
    return queryset.select_related("site__territory", "owner").annotate(
        room_count=RowCount(rooms.values("pk")),
        late_count=RowCount(late.values("pk")),
        due_count=RowCount(obligations_due(owed, day).values("pk")),
        is_followed=Exists(later),
    )


def matching(queryset: Any, words: str) -> Any:
    """Keep the agreements whose owner, site, city or approval holds every word."""
    for word in words.split():
        queryset = queryset.filter(
            Q(site__search_key__contains=word)
            | Q(owner__search_key__contains=word)
            | Q(approval_reference__icontains=word)
        )
    return queryset


def owners_on(day: date, queryset: Any, agreements: Any) -> Any:
    """Annotate owners with the sites and the end in force that the user may know."""
    theirs = agreements.filter(owner=OuterRef("pk"), starts_on__lte=day, ends_on__gte=day)
    return queryset.annotate(
        site_count=RowCount(theirs.values("site").distinct()),
        contact_count=Count("contacts", distinct=True),
    )


def owners_matching(queryset: Any, words: str) -> Any:
    """Keep the owners whose name, contacts or address holds every word."""
    for word in words.split():
        known = OwnerContact.objects.filter(owner=OuterRef("pk"), name__icontains=word)
        queryset = queryset.filter(Q(search_key__contains=word) | Exists(known))
    return queryset


@dataclass(frozen=True)
class EndAct:
    """An act that fixed an agreement's end: an extension or a shortening."""

    on: date
    title: str
    detail: str
    reason: str
    act: Any
    is_extension: bool
    is_last: bool


def end_acts(agreement: OwnerAgreement) -> list[EndAct]:
    """Return the acts that moved an agreement's end, latest first."""
    found = [
        *(_extension(act, agreement) for act in AgreementExtension.objects.filter(
            agreement=agreement)),
        *(_shortening(act, agreement) for act in AgreementShortening.objects.filter(
            agreement=agreement)),
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.on, each.act.pk), reverse=True)


def _extension(act: AgreementExtension, agreement: OwnerAgreement) -> EndAct:
    detail = f"du {french_day(act.previous_ends_on)} au {french_day(act.ends_on)}"
    last = act.ends_on == agreement.ends_on
    return EndAct(
        act.signed_on, "Prolongation signée", detail, act.reason, act,
        is_extension=True, is_last=last,
    )  # fmt: skip


def _shortening(act: AgreementShortening, agreement: OwnerAgreement) -> EndAct:
    title = f"Fin avancée par {act.get_ended_by_display()}"
    if act.ended_by == "BOTH":
        title = "Fin avancée d'un commun accord"
    detail = f"du {french_day(act.previous_ends_on)} au {french_day(act.ends_on)}"
    last = act.ends_on == agreement.ends_on
    return EndAct(act.decided_on, title, detail, act.reason, act, is_extension=False, is_last=last)


def outlasting(user: Any, agreement: OwnerAgreement) -> list[Bound]:
    """Return the contracts that go on after an agreement's end, unless another follows it."""
    if OwnerAgreement.objects.filter(
        site=agreement.site_id, starts_on__gt=agreement.starts_on
    ).exists():
        return []
    rooms = Room.objects.filter(colocation__site=agreement.site_id).values("pk")
    return contracts().bound(user, rooms, agreement.ends_on + timedelta(days=1), None)


@dataclass(frozen=True)
class HomeEnd:
    """The day by which a home must be empty, and what decides it."""

    limit: date | None
    cause: str


def ends_of(home: Colocation) -> HomeEnd:
    """Return the first of a home's closing and of its site's last agreement's end."""
    last = OwnerAgreement.objects.filter(site=home.site_id).order_by("-ends_on").first()
    if home.closes_on and (last is None or home.closes_on <= last.ends_on):
        return HomeEnd(home.closes_on, "la fermeture de la colocation")
    return HomeEnd(last.ends_on if last else None, "la fin de la convention")


def to_shorten(user: Any, home: Colocation, limit: date | None) -> list[Bound]:
    """Return the contracts of a home that go on after it must be empty."""
    if limit is None:
        return []
    rooms = Room.objects.filter(colocation=home).values("pk")
    return contracts().bound(user, rooms, limit + timedelta(days=1), None)


def obligations_due(obligations: Any, day: date) -> Any:
    """Keep what is owed, not done, late or due soon."""
    return obligations.filter(done_on=None, due_on__lte=day + timedelta(days=DUE_SOON_DAYS))


@dataclass(frozen=True)
class EndLimits:
    """How far an agreement may be pushed back, and what is missing of its acts."""

    longest: date | None
    next_act: date | None
    extension_words: str
    document_words: str


def end_limits(agreement: OwnerAgreement, day: date) -> EndLimits:
    """Return the bounds of the next extension: a year at a time under ELAN, art. 29."""
    end = french_day(agreement.ends_on)
    if agreement.legal_basis != LegalBasis.ELAN_29:
        words = f"La convention finit le {end}. L'acte qui la prolonge fixe la nouvelle fin."
        return EndLimits(None, None, words, words)
    years = value("agreement.extension_years", on=day)
    first = value("agreement.max_years", on=agreement.starts_on)
    longest = rules.longest_extension(agreement.ends_on, years)
    acts = list(agreement.extensions.values_list("previous_ends_on", "ends_on"))
    accounted = rules.documented_end(agreement.starts_on, first, acts)
    following = min(rules.longest_extension(accounted, years), agreement.ends_on)
    return EndLimits(
        longest,
        following,
        f"La convention finit le {end}. Une prolongation dure {years} an au plus "
        f"({rules.ARTICLE}) : jusqu'au {french_day(longest)}.",
        f"Les actes enregistrés vont jusqu'au {french_day(accounted)}, la convention jusqu'au "
        f"{end}. Enregistrez l'acte suivant, un an au plus : jusqu'au {french_day(following)}. "
        "La fin de la convention ne bouge pas.",
    )
