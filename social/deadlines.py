"""What must not be forgotten about the rights of people."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery

from caracol.core.periods import add_months
from caracol.deadlines.enums import Domain, Subject
from caracol.deadlines.registry import Fact, deadline_kind
from caracol.parameters.selectors import value
from colocations.models import Site
from residents.enums import LIVING, ContractStatus, ProtectionKind
from residents.models import Contract, ContractHolder, ContractTerms, ResidencePermit
from residents.selectors.due_sources import CHUNK, everybody, full_name, people_rows, person_fact
from social.enums import Decision, RightKind
from social.models import PersonRight
from social.permissions import READERS

PROTECTED = (ProtectionKind.REFUGEE, ProtectionKind.SUBSIDIARY, ProtectionKind.STATELESS)
_PAGE: dict[str, Any] = {
    "domain": Domain.RIGHTS,
    "subject": Subject.PERSON,
    "readers": READERS,
    "url_name": "social:person-rights",
    "settled": "Le droit n'est plus suivi ou a changé d'étape, ou la personne est partie.",
    "icon": "heart-handshake",
    "button": "Voir les droits",
    "is_sensitive": True,
    "message": "procedure",
}
_DALO: dict[str, Any] = {**_PAGE, "domain": Domain.HOUSING, "icon": "gavel"}


def _rights(kind: RightKind) -> Iterator[dict[str, Any]]:
    """Stream people with their right of a kind, as long as it is followed."""
    followed = PersonRight.objects.filter(person=OuterRef("pk"), kind=kind, closed_on=None)
    names = ("filed_on", "due_on", "decision", "decided_on", "is_transition")
    people = everybody().annotate(
        right=Subquery(followed.values("pk")[:1]),
        **{name: Subquery(followed.values(name)[:1]) for name in names},
    )
    return people_rows(people.filter(right__isnull=False), "right", *names)


def _seen_for(day: date) -> int:
    """Return for how many months after its day a move, or a fifteenth month, stays in sight."""
    return int(value("rights.move_seen_months", day))


def _due(row: dict[str, Any], due_on: date, **said: Any) -> Fact:
    return person_fact(row, due_on, key=str(row["right"]), **said)


@deadline_kind("social.c2s", **_PAGE)
def health_cover(day: date) -> Iterator[Fact]:
    """The end of each C2S; it is asked anew from four months before."""
    months = int(value("c2s.window_opens_months", day))
    for row in _rights(RightKind.C2S):
        yield _due(row, row["due_on"], opens_on=add_months(row["due_on"], -months))


@deadline_kind("social.rsa", **_PAGE)
def declarations(day: date) -> Iterator[Fact]:
    """The next quarterly declaration of each RSA or prime d'activité."""
    months = int(value("rights.rsa_months", day))
    missed = timedelta(days=int(value("rights.rsa_missed_days", day)))
    for row in _rights(RightKind.RSA):
        turn, due_on = 0, row["due_on"]
        while due_on + missed < day:
            turn += 1
            due_on = add_months(row["due_on"], months * turn)
        yield _due(row, due_on)


@deadline_kind("social.licence", **_PAGE)
def licences(day: date) -> Iterator[Fact]:
    """A year from the attestation of protection: the licence must have been exchanged."""
    months = int(value("licence.exchange_months", day))
    for row in _rights(RightKind.LICENCE):
        yield _due(row, add_months(row["filed_on"], months))


@deadline_kind("social.visale", **{**_PAGE, "domain": Domain.HOUSING})
def visas(day: date) -> Iterator[Fact]:
    """The end of each Visale visa."""
    for row in _rights(RightKind.VISALE):
        yield _due(row, row["due_on"])


@deadline_kind("social.integration", **_PAGE)
def integrations(day: date) -> Iterator[Fact]:
    """The day that an integration contract or a family reunification has set."""
    for row in _rights(RightKind.INTEGRATION):
        yield _due(row, row["due_on"])


@deadline_kind("social.dalo-commission", **_DALO)
def dalo_commissions(day: date) -> Iterator[Fact]:
    """The day by which the DALO commission decides."""
    months = int(value("dalo.commission_months", day))
    for row in _rights(RightKind.DALO):
        if not row["decision"]:
            yield _due(row, add_months(row["filed_on"], months))


def _dalo_offers(day: date) -> Iterator[tuple[dict[str, Any], date]]:
    """Stream who was recognised, with the day of the offer: the law's delay where they live."""
    large, other = (int(value(f"dalo.offer_months{end}", day)) for end in ("", ".elsewhere"))
    departments = set(value("dalo.large_departments", day))
    homes = dict(Site.objects.values_list("pk", "department"))
    for row in _rights(RightKind.DALO):
        if row["decision"] == Decision.FAVOURABLE:
            # Nobody knows yet where they live: the delay of both our territories.
            is_large = homes.get(row["site_id"]) in {None, *departments}
            yield row, add_months(row["decided_on"], large if is_large else other)


@deadline_kind("social.dalo-offer", **_DALO)
def dalo_offers(day: date) -> Iterator[Fact]:
    """The day by which the préfet makes an offer to who was recognised."""
    for row, by in _dalo_offers(day):
        if day <= by:
            yield _due(row, by)


@deadline_kind("social.dalo-appeal", **{**_DALO, "is_procedural": True})
def dalo_appeals(day: date) -> Iterator[Fact]:
    """The last day to go to court when no offer came in time."""
    months = int(value("dalo.appeal_months", day))
    for row, by in _dalo_offers(day):
        if day > by:
            yield _due(row, add_months(by, months))


@deadline_kind("social.daho-commission", **_DALO)
def daho_commissions(day: date) -> Iterator[Fact]:
    """The day by which the DAHO commission decides."""
    weeks = int(value("daho.commission_weeks", day))
    for row in _rights(RightKind.DAHO):
        if not row["decision"]:
            yield _due(row, row["filed_on"] + timedelta(weeks=weeks))


@deadline_kind("social.daho-place", **_DALO)
def daho_places(day: date) -> Iterator[Fact]:
    """The day by which a place is offered to who was recognised."""
    weeks = timedelta(weeks=int(value("daho.place_weeks", day)))
    months = int(value("daho.transition_months", day))
    for row in _rights(RightKind.DAHO):
        if row["decision"] == Decision.FAVOURABLE:
            since = row["decided_on"]
            yield _due(row, add_months(since, months) if row["is_transition"] else since + weeks)


@deadline_kind("social.dalo-ground", **_DALO)
def transitions(day: date) -> Iterator[Fact]:
    """The fifteenth month of a stay: eighteen months of transition open the DALO."""
    months, seen_for = int(value("dalo.ground_months", day)), _seen_for(day)
    asked = PersonRight.objects.filter(person=OuterRef("pk"), kind=RightKind.DALO)
    stays = ContractHolder.objects.filter(
        person=OuterRef("pk"), contract__status__in=LIVING
    ).order_by("-starts_on")
    people = everybody().annotate(
        came=Subquery(stays.values("contract__starts_on")[:1]),
        leaves=Subquery(stays.values("contract__ends_on")[:1]),
    )
    for row in people_rows(people.filter(~Exists(asked), came__isnull=False), "came", "leaves"):
        due_on = add_months(row["came"], months)
        if due_on <= row["leaves"] and add_months(due_on, seen_for) >= day:
            yield person_fact(row, due_on, key=str(row["contract"]))


@deadline_kind("social.health-card", **_PAGE)
def health_cards(day: date) -> Iterator[Fact]:
    """A month after a permit was replaced by a new one: the health office must know it."""
    within = timedelta(days=int(value("rights.health_card_days", day)))
    mine = ResidencePermit.objects.filter(person=OuterRef("pk"), expires_on__isnull=False)
    latest = mine.order_by("-expires_on", "-pk")
    people = everybody().annotate(
        permit=Subquery(latest.values("pk")[:1]),
        replaced_on=Subquery(latest.values("expires_on")[1:2]),
    )
    seen_for = timedelta(days=int(value("rights.new_permit_days", day)))
    recent = people.filter(replaced_on__gte=day - seen_for)
    for row in people_rows(recent, "permit", "replaced_on"):
        yield person_fact(row, row["replaced_on"] + within, key=str(row["permit"]))


@deadline_kind("social.ofpra-address", **_PAGE)
def addresses(day: date) -> Iterator[Fact]:
    """Three months after each move of somebody under protection: the OFPRA must know it."""
    months, since = int(value("ofpra.address_months", day)), add_months(day, -_seen_for(day))
    held = ContractHolder.objects.filter(
        person__died_on=None, person__status__protection_kind__in=PROTECTED
    )
    came = held.filter(
        contract__status__in=LIVING, starts_on__gte=since, starts_on__lte=day
    ).annotate(moved=F("starts_on"))
    left = held.filter(
        Q(contract__left_on__isnull=False, contract__left_on__gte=since),
        contract__status__in=[ContractStatus.ENDED, ContractStatus.CLOSED],
    ).annotate(moved=F("contract__left_on"))
    for holders, what in ((came, "entry"), (left, "exit")):
        for row in _moves(holders):
            yield Fact(
                key=f"{row['contract']}/{row['person']}/{what}",
                subject_id=row["person"],
                about=row["name"],
                due_on=add_months(row["moved"], months),
                territory_id=row["where"],
                person_id=row["person"],
                contract_id=row["contract"],
                home_id=row["home"],
                site_id=row["site"],
            )


def _moves(holders: Any) -> Iterator[dict[str, Any]]:
    terms = ContractTerms.objects.filter(contract=OuterRef("contract")).order_by("-starts_on")
    rows = holders.annotate(
        name=full_name("person__"),
        where=Subquery(Contract.objects.filter(pk=OuterRef("contract")).values("territory")[:1]),
        home=Subquery(terms.values("room__colocation")[:1]),
        site=Subquery(terms.values("room__colocation__site")[:1]),
    )
    names = ("person", "contract", "name", "moved", "where", "home", "site")
    found: Iterator[dict[str, Any]] = rows.order_by("pk").values(*names).iterator(chunk_size=CHUNK)
    return found
