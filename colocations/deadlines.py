"""What must not be forgotten about buildings, and which homes are whose."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, Subquery
from django.utils.timezone import localtime

from caracol.accounts.enums import Role
from caracol.accounts.models import Territory
from caracol.accounts.policy import AGREEMENTS, GLA, ON_SITE, PAGES, UPKEEP
from caracol.core.periods import add_months, french_day
from caracol.deadlines.enums import AppointmentKind, Domain, Subject
from caracol.deadlines.models import Appointment
from caracol.deadlines.registry import Fact, Places, deadline_kind, register_places
from caracol.parameters.selectors import value, values_under
from colocations.enums import INSURANCES, DiagnosticKind, LegalBasis
from colocations.models import (
    Colocation,
    Credential,
    Diagnostic,
    OwnerAgreement,
    OwnerObligation,
    RoomWorks,
)

_LEAVING: frozenset[Role] = AGREEMENTS | {Role.MISSION_OFFICER}
_CHUNK = 500
_VISITS = (AppointmentKind.VISIT, AppointmentKind.INVENTORY)


def _own_homes(user: Any) -> Any:
    return Colocation.objects.filter(mission_officer=user).values("pk")


def _own_sites(user: Any) -> Any:
    return Colocation.objects.filter(mission_officer=user).values("site")


def _names(user: Any) -> list[tuple[int, str]]:
    homes = Colocation.objects.visible_to(user, PAGES["colocations:home-list"])
    return list(homes.order_by("name", "pk").values_list("pk", "name"))


register_places(Places(_own_homes, _own_sites, _names))


def _open_home(day: date, site: str) -> Exists:
    """Condition: a home of the site is not closed yet."""
    homes = Colocation.objects.filter(site=OuterRef(site))
    return Exists(homes.filter(Q(closes_on=None) | Q(closes_on__gte=day)))


def _stream(rows: Any, *names: str) -> Iterator[dict[str, Any]]:
    found: Iterator[dict[str, Any]] = (
        rows.order_by("pk").values("pk", *names).iterator(chunk_size=_CHUNK)
    )
    return found


def _site_fact(row: dict[str, Any], due_on: date, *, subject_id: int, **said: Any) -> Fact:
    return Fact(
        key=said.pop("key", str(row["pk"])),
        subject_id=subject_id,
        due_on=due_on,
        territory_id=row["territory"],
        site_id=row["site_pk"],
        **said,
    )


def _agreements(day: date) -> Iterator[dict[str, Any]]:
    """Stream the last agreement of each site where a home is open."""
    later = OwnerAgreement.objects.filter(site=OuterRef("site"), ends_on__gt=OuterRef("ends_on"))
    rows = OwnerAgreement.objects.filter(~Exists(later), _open_home(day, "site")).annotate(
        territory=F("site__territory"), site_pk=F("site"), name=F("site__name")
    )
    return _stream(rows, "territory", "site_pk", "name", "ends_on", "vacate_margin_days")


@deadline_kind(
    "colocations.agreement-end",
    domain=Domain.BUILDING,
    subject=Subject.AGREEMENT,
    readers=AGREEMENTS,
    url_name="colocations:agreement-detail",
    settled="La convention est prolongée ou remplacée, ou le bâtiment est rendu.",
    icon="building-community",
    button="Voir la convention",
)
def agreement_ends(day: date) -> Iterator[Fact]:
    """The end of the agreement that each open home stands on."""
    for row in _agreements(day):
        yield _site_fact(row, row["ends_on"], subject_id=row["pk"], about=row["name"])


@deadline_kind(
    "colocations.vacate-by",
    domain=Domain.HOUSING,
    subject=Subject.SITE,
    readers=_LEAVING,
    url_name="colocations:site-detail",
    settled="La convention est prolongée, ou le bâtiment est vide.",
    icon="door-exit",
    button="Voir le site",
)
def vacating(day: date) -> Iterator[Fact]:
    """The day by which nobody lives in a building any more: the agreement's end less its margin."""
    for row in _agreements(day):
        by = row["ends_on"] - timedelta(days=row["vacate_margin_days"])
        key = str(row["site_pk"])
        yield _site_fact(row, by, subject_id=row["site_pk"], about=row["name"], key=key)


@deadline_kind(
    "colocations.home-closing",
    domain=Domain.BUILDING,
    subject=Subject.HOME,
    readers=_LEAVING,
    url_name="colocations:home-detail",
    settled="La colocation est fermée, ou ne ferme plus.",
    icon="home",
    button="Voir la colocation",
)
def home_closings(day: date) -> Iterator[Fact]:
    """The last day of each home that is to close."""
    # A home that has closed keeps its line for a while: what remains to be given back is seen.
    kept = timedelta(days=int(value("home.closed_seen_days", day)))
    closing = Colocation.objects.filter(closes_on__gte=day - kept).annotate(
        territory=F("site__territory"), site_pk=F("site")
    )
    for row in _stream(closing, "territory", "site_pk", "name", "closes_on"):
        yield _site_fact(
            row, row["closes_on"], subject_id=row["pk"], about=row["name"], home_id=row["pk"]
        )


@deadline_kind(
    "colocations.obligation",
    domain=Domain.BUILDING,
    subject=Subject.AGREEMENT,
    readers=UPKEEP,
    url_name="colocations:agreement-detail",
    settled="L'engagement est noté comme fait.",
    icon="list-check",
    button="Voir la convention",
)
def obligations(day: date) -> Iterator[Fact]:
    """What the association owes to an owner by a day and has not done."""
    owed = OwnerObligation.objects.filter(
        _open_home(day, "agreement__site"), done_on=None
    ).annotate(
        territory=F("agreement__site__territory"),
        site_pk=F("agreement__site"),
        name=F("agreement__site__name"),
    )
    names = ("territory", "site_pk", "name", "label", "due_on", "agreement")
    for row in _stream(owed, *names):
        about = f"{row['label']} · {row['name']}"
        yield _site_fact(row, row["due_on"], subject_id=row["agreement"], about=about)


@deadline_kind(
    "colocations.diagnostic",
    domain=Domain.BUILDING,
    subject=Subject.SITE,
    readers=UPKEEP,
    url_name="colocations:site-detail",
    settled="Un diagnostic plus récent est enregistré.",
    icon="file-check",
    button="Voir le site",
)
def diagnostics(day: date) -> Iterator[Fact]:
    """The end of the last diagnostic of each kind of a site: its own, else the law's duration."""
    months = values_under("diagnostic.months.", day)
    same = Diagnostic.objects.filter(site=OuterRef("site"), kind=OuterRef("kind"))
    last = same.order_by("-done_on", "-pk").values("pk")[:1]
    rows = Diagnostic.objects.filter(_open_home(day, "site"), pk=Subquery(last)).annotate(
        territory=F("site__territory"), site_pk=F("site"), name=F("site__name")
    )
    for row in _stream(rows, "territory", "site_pk", "name", "kind", "done_on", "valid_until"):
        ends = row["valid_until"]
        if ends is None and row["kind"] in months:
            ends = add_months(row["done_on"], int(months[row["kind"]]))
        if ends is None:
            continue
        label = str(DiagnosticKind(row["kind"]).label)
        about = f"{label[:1].upper()}{label[1:]} · {row['name']}"
        key = f"{row['site_pk']}/{row['kind']}"
        yield _site_fact(row, ends, subject_id=row["site_pk"], about=about, key=key)


def _credentials(*, insurances: bool) -> Iterator[Fact]:
    rows = Credential.objects.select_related("site", "territory").order_by("pk")
    rows = rows.filter(kind__in=INSURANCES) if insurances else rows.exclude(kind__in=INSURANCES)
    for row in rows.iterator(chunk_size=_CHUNK):
        where = row.site or row.territory
        label = str(row)
        yield Fact(
            key=str(row.pk),
            subject_id=row.pk,
            about=" · ".join(filter(None, (label[:1].upper() + label[1:], str(where or "")))),
            due_on=row.expires_on,
            territory_id=row.site.territory_id if row.site else row.territory_id,
            site_id=row.site_id,
        )


@deadline_kind(
    "colocations.approval",
    domain=Domain.BUILDING,
    subject=Subject.ASSOCIATION,
    readers=GLA,
    url_name="colocations:credential-list",
    settled="L'agrément est renouvelé ou retiré.",
    icon="certificate",
    button="Voir l'agrément",
)
def approvals(day: date) -> Iterator[Fact]:
    """The end of each approval of the association, and of those that agreements name."""
    yield from _credentials(insurances=False)
    named = OwnerAgreement.objects.filter(
        _open_home(day, "site"), approval_ends_on__isnull=False
    ).annotate(territory=F("site__territory"), site_pk=F("site"), name=F("site__name"))
    names = ("territory", "site_pk", "name", "approval_reference", "approval_ends_on")
    for row in _stream(named, *names):
        about = " · ".join(filter(None, (row["approval_reference"], row["name"])))
        key = f"agreement/{row['pk']}"
        yield _site_fact(row, row["approval_ends_on"], subject_id=row["pk"], about=about, key=key)


@deadline_kind(
    "colocations.site-insurance",
    domain=Domain.INSURANCE,
    subject=Subject.ASSOCIATION,
    readers=UPKEEP,
    url_name="colocations:credential-list",
    settled="L'assurance est renouvelée ou retirée.",
    icon="shield-check",
    button="Voir l'assurance",
)
def insurances(day: date) -> Iterator[Fact]:
    """The end of each insurance of the association and of its buildings."""
    yield from _credentials(insurances=True)


@deadline_kind(
    "colocations.works",
    domain=Domain.BUILDING,
    subject=Subject.HOME,
    readers=UPKEEP,
    url_name="colocations:room-detail",
    settled="Les travaux sont terminés.",
    icon="tool",
    button="Voir la chambre",
)
def works(day: date) -> Iterator[Fact]:
    """The day on which works in a room are expected to be over."""
    waited = RoomWorks.objects.filter(done_on=None, expected_on__isnull=False).annotate(
        territory=F("void__room__colocation__site__territory"),
        site_pk=F("void__room__colocation__site"),
        home=F("void__room__colocation"),
        name=F("void__room__colocation__name"),
        room=F("void__room"),
        number=F("void__room__number"),
    )
    names = ("territory", "site_pk", "home", "name", "room", "number", "label", "expected_on")
    for row in _stream(waited, *names):
        yield _site_fact(
            row,
            row["expected_on"],
            subject_id=row["home"],
            about=f"{row['label']} · chambre {row['number']}, {row['name']}",
            home_id=row["home"],
            url_arg=str(row["room"]),
        )


@deadline_kind(
    "colocations.home-visit",
    domain=Domain.BUILDING,
    subject=Subject.HOME,
    readers=ON_SITE,
    url_name="colocations:home-detail",
    settled="La colocation est fermée.",
    icon="eye",
    button="Voir la colocation",
)
def visits(day: date) -> Iterator[Fact]:
    """So many months after the last visit noted in each open home, or after it opened.

    Before the first visit that the agenda holds nobody noted any: no home is late for that.
    """
    months = int(value("home.visit_months", day))
    every = Appointment.objects.standing().filter(kind__in=_VISITS, home_id__isnull=False)
    first = every.aggregate(at=Min("starts_at"))["at"]
    if first is None:
        return
    noted = every.filter(home_id=OuterRef("pk"))
    past, ahead = noted.filter(ends_at__date__lte=day), noted.filter(starts_at__date__gt=day)
    homes = Colocation.objects.filter(
        Q(closes_on=None) | Q(closes_on__gt=day), opens_on__lte=day
    ).annotate(
        territory=F("site__territory"),
        site_pk=F("site"),
        seen_at=Subquery(past.order_by("-ends_at").values("ends_at")[:1]),
        planned_at=Subquery(ahead.order_by("starts_at").values("starts_at")[:1]),
    )
    names = ("territory", "site_pk", "name", "opens_on", "seen_at", "planned_at")
    for row in _stream(homes, *names):
        since = max(row["opens_on"], localtime(first).date())
        seen_on = localtime(row["seen_at"]).date() if row["seen_at"] else since
        planned = row["planned_at"] and french_day(localtime(row["planned_at"]).date())
        why = f"Une visite est prévue le {planned}." if planned else ""
        yield _site_fact(
            row,
            add_months(seen_on, months),
            subject_id=row["pk"],
            about=row["name"],
            home_id=row["pk"],
            why=why,
        )


@deadline_kind(
    "colocations.prefect-report",
    domain=Domain.BUILDING,
    subject=Subject.TERRITORY,
    readers=GLA,
    url_name="colocations:agreement-list",
    settled="L'année est passée, ou aucune opération n'a eu lieu.",
    icon="file-text",
    button="Voir les conventions",
)
def reports(day: date) -> Iterator[Fact]:
    """The report to the préfet on last year's operations under ELAN art. 29, by territory."""
    month, number = (int(part) for part in str(value("elan.report_by", day)).split("-"))
    first, last = date(day.year - 1, 1, 1), date(day.year - 1, 12, 31)
    ran = OwnerAgreement.objects.filter(
        legal_basis=LegalBasis.ELAN_29, starts_on__lte=last, ends_on__gte=first
    )
    territories = Territory.objects.filter(pk__in=ran.values("site__territory"))
    for territory in territories.order_by("pk"):
        yield Fact(
            key=f"{first.year}/{territory.code}",
            subject_id=territory.pk,
            about=f"Année {first.year} · {territory.name}",
            due_on=date(day.year, month, number),
            territory_id=territory.pk,
        )
