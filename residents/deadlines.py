"""What must not be forgotten about contracts and people."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery

from caracol.accounts.enums import Role
from caracol.accounts.policy import GLA_DECIDES
from caracol.core.periods import Span, add_months, end_of_duration, french_day
from caracol.deadlines.enums import Domain, Subject
from caracol.deadlines.registry import Fact, deadline_kind
from caracol.parameters.selectors import value
from colocations.models import OwnerAgreement
from residents.calculations.insurance import standing
from residents.enums import LIVING, ArrearsPath, ContractStatus, NoticeGiver, PermitKind
from residents.models import Contract, ContractTypeRule, Notice, ResidencePermit
from residents.permissions import READERS
from residents.permissions import Fact as Known
from residents.selectors.contracts import longest_end
from residents.selectors.due_sources import (
    CHUNK,
    contract_fact,
    contract_rows,
    everybody,
    people_rows,
    person_fact,
)

_DATES, _PERMITS = READERS[Known.DATES], READERS[Known.PERMITS]
_INSURANCE = READERS[Known.INSURANCE]
_DECIDERS: frozenset[Role] = GLA_DECIDES
ONE_DAY, NO_DAY = timedelta(days=1), timedelta()
# Papers that stand while a request is examined; the others are cards.
SHORT_PERMITS = frozenset({PermitKind.API, PermitKind.RECEPISSE})


def _limited(day: date) -> dict[str, int | None]:
    """Return the longest total duration of each type of contract on a day."""
    rules = ContractTypeRule.objects.on(day)
    return dict(rules.values_list("kind", "max_total_months"))


@deadline_kind(
    "residents.contract-end",
    domain=Domain.STAY,
    subject=Subject.CONTRACT,
    readers=_DATES,
    url_name="residents:contract-detail",
    settled="Le contrat est fini, sous congé, ou prolongé.",
    button="Voir le contrat",
)
def contract_ends(day: date) -> Iterator[Fact]:
    """The last day of each living contract that nobody has given notice of."""
    limits = _limited(day)
    ends = OwnerAgreement.objects.filter(
        site__colocations__rooms__terms__contract=OuterRef("pk")
    ).order_by("-ends_on")
    living = Contract.objects.filter(status__in=LIVING - {ContractStatus.NOTICE_GIVEN}).annotate(
        owner_end=Subquery(ends.values("ends_on")[:1])
    )
    for row in contract_rows(living, "kind", "starts_on", "ends_on", "owner_end"):
        yield contract_fact(row, row["ends_on"], why=_ending(row, limits[row["kind"]]))


def _ending(row: dict[str, Any], months: int | None) -> str:
    held = Contract(starts_on=row["starts_on"])
    longest = longest_end(held, months, row["owner_end"])
    if longest is None:
        return ""
    if longest > row["ends_on"]:
        return f"Le contrat peut être prolongé jusqu'au {french_day(longest)} au plus."
    return "Il ne peut plus être prolongé : préparer le relogement."


@deadline_kind(
    "residents.contract-limit",
    domain=Domain.STAY,
    subject=Subject.CONTRACT,
    readers=_PERMITS,
    url_name="residents:contract-detail",
    settled="Le contrat est fini, ou sa fin est au plus tard.",
    icon="calendar-time",
    button="Voir le contrat",
)
def contract_limits(day: date) -> Iterator[Fact]:
    """The last day that the type of a living contract allows, when it still goes beyond its end."""
    limits = {kind: months for kind, months in _limited(day).items() if months}
    living = Contract.objects.filter(
        status__in=LIVING - {ContractStatus.NOTICE_GIVEN}, kind__in=limits
    )
    for row in contract_rows(living, "kind", "starts_on", "ends_on"):
        last = end_of_duration(row["starts_on"], limits[row["kind"]])
        if last > row["ends_on"]:
            yield contract_fact(row, last)


@deadline_kind(
    "residents.notice-effect",
    domain=Domain.STAY,
    subject=Subject.CONTRACT,
    readers=_DATES,
    url_name="residents:contract-detail",
    settled="Le départ est enregistré, ou le congé retiré.",
    message="appointment",
    icon="door-exit",
    button="Voir le contrat",
)
def notice_effects(day: date) -> Iterator[Fact]:
    """The day each notice takes effect."""
    alive = Notice.objects.filter(
        contract=OuterRef("pk"), withdrawn_on=None, effective_on__isnull=False
    )
    given = (
        Contract.objects.filter(status=ContractStatus.NOTICE_GIVEN)
        .annotate(
            effect=Subquery(alive.values("effective_on")[:1]),
            giver=Subquery(alive.values("given_by")[:1]),
        )
        .filter(effect__isnull=False)
    )
    for row in contract_rows(given, "effect", "giver"):
        by = "l'association" if row["giver"] == NoticeGiver.MANAGER else "la personne"
        why = f"Congé donné par {by} : état des lieux de sortie, clés, nouvelle adresse."
        yield contract_fact(row, row["effect"], why=why)


@deadline_kind(
    "residents.entry",
    domain=Domain.STAY,
    subject=Subject.CONTRACT,
    readers=_DATES,
    url_name="residents:contract-detail",
    settled="Les clés sont remises, ou l'entrée n'a pas lieu.",
    message="appointment",
    icon="key",
    button="Voir le contrat",
)
def entries(day: date) -> Iterator[Fact]:
    """The first day of each signed contract whose keys nobody has given yet."""
    awaited = timedelta(days=int(value("entry.seen_days", day)))
    coming = Contract.objects.filter(
        status__in=[ContractStatus.SIGNED, ContractStatus.IN_FORCE],
        keys_given_on=None,
        signed_on__isnull=False,
        starts_on__gte=day - awaited,
    )
    for row in contract_rows(coming, "starts_on"):
        yield contract_fact(row, row["starts_on"])


@deadline_kind(
    "residents.exit",
    domain=Domain.STAY,
    subject=Subject.CONTRACT,
    readers=_DATES,
    url_name="residents:contract-detail",
    settled="L'état des lieux et les clés sont enregistrés.",
    message="appointment",
    icon="door-exit",
    button="Compléter la sortie",
)
def exits(day: date) -> Iterator[Fact]:
    """The last day of each contract that ended without its keys or its inventory."""
    lacking = Contract.objects.filter(status=ContractStatus.ENDED).filter(
        Q(keys_returned_on=None) | Q(exit_inventory_conforms=None)
    )
    seen_for = timedelta(days=int(value("residents.officer_days_after_exit", day)))
    for row in contract_rows(lacking, "ends_on", "keys_returned_on"):
        if row["ends_on"] + seen_for < day:
            # Whose home it was knows nothing more of the stay: the line leaves their list.
            row |= {"home_id": None, "site_id": None}
        what = "L'état des lieux de sortie" if row["keys_returned_on"] else "Le retour des clés"
        yield contract_fact(row, row["ends_on"], why=f"{what} n'est pas enregistré au contrat.")


@deadline_kind(
    "residents.insurance-end",
    domain=Domain.INSURANCE,
    subject=Subject.CONTRACT,
    readers=_INSURANCE,
    url_name="residents:contract-insurance",
    settled="Une attestation couvre la suite, ou la personne est partie.",
    message="insurance",
    icon="shield-check",
    button="Voir l'assurance",
)
def insurance_ends(day: date) -> Iterator[Fact]:
    """The last day insured of each contract lived in, or the first day without cover."""
    lived = Contract.objects.filter(status__in=LIVING, starts_on__lte=day, ends_on__gte=day)
    covers = lived.order_by("pk").prefetch_related("insurances").only("pk")
    certificates = covers.iterator(chunk_size=CHUNK)
    for row in contract_rows(lived, "starts_on", "ends_on"):
        contract = next(certificates)
        known = [insurance.cover for insurance in contract.insurances.all()]
        stand = standing(known, Span(row["starts_on"], row["ends_on"]), day)
        if stand.covered_until and stand.covered_until >= row["ends_on"]:
            continue
        if stand.covered_until:
            yield contract_fact(row, stand.covered_until)
        else:
            # The day on which the last certificate ended stays the day; else the first one here.
            since = stand.lacking_since or row["starts_on"]
            since -= ONE_DAY if since > row["starts_on"] else NO_DAY
            why = "Aucune attestation ne couvre ce logement aujourd'hui."
            yield contract_fact(row, since, why=why)


def _last_permits() -> dict[str, Any]:
    """Return what names a person's last permit, when it is of these kinds."""
    mine = ResidencePermit.objects.filter(person=OuterRef("pk"), expires_on__isnull=False)
    last = mine.order_by("-expires_on", "-pk")
    return {
        "permit": Subquery(last.values("pk")[:1]),
        "permit_kind": Subquery(last.values("kind")[:1]),
        "expires_on": Subquery(last.values("expires_on")[:1]),
    }


def _cards() -> Iterator[dict[str, Any]]:
    """Stream people whose last permit is a card, with its end."""
    people = everybody().annotate(**_last_permits()).filter(expires_on__isnull=False)
    return people_rows(people.exclude(permit_kind__in=SHORT_PERMITS), "permit", "expires_on")


def _months_after(day: date) -> tuple[int, int]:
    """Return how many months an expired card serves, and after how many it is as if none."""
    return int(value("permit.grace_months", day)), int(value("permit.late_months", day))


_PERMIT_PAGE: dict[str, Any] = {
    "domain": Domain.PERMIT,
    "subject": Subject.PERSON,
    "readers": _PERMITS,
    "url_name": "residents:person-status",
    "settled": "Un nouveau titre est enregistré, ou la personne est partie.",
    "icon": "id",
    "button": "Voir la situation",
    "is_sensitive": True,
    "message": "procedure",
}


@deadline_kind("residents.permit-expiry", **_PERMIT_PAGE)
def permit_expiries(day: date) -> Iterator[Fact]:
    """The end of each last card, until three months after it: then other alarms take over."""
    grace = int(value("permit.grace_months", day))
    for row in _cards():
        if add_months(row["expires_on"], grace) >= day:
            yield person_fact(row, row["expires_on"], key=str(row["pk"]))


@deadline_kind("residents.permit-window", **_PERMIT_PAGE)
def permit_windows(day: date) -> Iterator[Fact]:
    """The last day of the window in which a card is asked anew; it opens at J-120 (R431-5)."""
    opens = timedelta(days=int(value("permit.window_opens_days", day)))
    closes = timedelta(days=int(value("permit.window_closes_days", day)))
    for row in _cards():
        ends: date = row["expires_on"]
        if ends >= day:
            yield person_fact(row, ends - closes, key=str(row["pk"]), opens_on=ends - opens)


@deadline_kind("residents.permit-short", **_PERMIT_PAGE)
def short_permits(day: date) -> Iterator[Fact]:
    """The end of each last paper that stands while a request is examined (API, récépissé)."""
    people = everybody().annotate(**_last_permits()).filter(permit_kind__in=SHORT_PERMITS)
    for row in people_rows(people.filter(expires_on__isnull=False), "expires_on"):
        yield person_fact(row, row["expires_on"], key=str(row["pk"]))


@deadline_kind("residents.permit-grace", **_PERMIT_PAGE)
def permit_graces(day: date) -> Iterator[Fact]:
    """The end of the three months during which an expired card still proves the stay (L433-3)."""
    grace, late = _months_after(day)
    for row in _cards():
        ends: date = row["expires_on"]
        if ends < day <= add_months(ends, late):
            yield person_fact(row, add_months(ends, grace), key=str(row["pk"]))


@deadline_kind("residents.permit-late", **_PERMIT_PAGE)
def late_permits(day: date) -> Iterator[Fact]:
    """The day on which a card expired without a request makes it a first entry (R431-8)."""
    grace, late = _months_after(day)
    for row in _cards():
        ends: date = row["expires_on"]
        if add_months(ends, grace) < day:
            yield person_fact(row, add_months(ends, late), key=str(row["pk"]))


@deadline_kind(
    "residents.housing-request",
    domain=Domain.HOUSING,
    subject=Subject.PERSON,
    readers=_PERMITS,
    url_name="residents:person-status",
    settled="La demande est renouvelée ou radiée, ou la personne est partie.",
    message="procedure",
    icon="home-heart",
    button="Voir la demande",
    is_sensitive=True,
)
def housing_requests(day: date) -> Iterator[Fact]:
    """The day each housing request must be renewed by."""
    people = everybody().filter(housing_requests__expires_on__isnull=False)
    asked = people.annotate(
        request=F("housing_requests"), expires_on=F("housing_requests__expires_on")
    )
    for row in people_rows(asked, "request", "expires_on"):
        yield person_fact(row, row["expires_on"], key=str(row["request"]))


@deadline_kind(
    "residents.retention",
    domain=Domain.DATA,
    subject=Subject.CONTRACT,
    readers=_DECIDERS,
    url_name="residents:contract-detail",
    settled="Le dossier n'est plus gardé.",
    icon="archive",
    button="Voir le contrat",
)
def retention(day: date) -> Iterator[Fact]:
    """The day from which the file of a contract that is over has no reason to be kept."""
    paths = dict(ContractTypeRule.objects.on(day).values_list("kind", "arrears_path"))
    years = {
        True: int(value("retention.lease_years", day)),
        False: int(value("retention.other_years", day)),
    }
    over = Contract.objects.filter(status__in=[ContractStatus.ENDED, ContractStatus.CLOSED])
    for row in contract_rows(over, "kind", "ends_on"):
        by_law = paths.get(row["kind"]) == ArrearsPath.A
        yield contract_fact(row, add_months(row["ends_on"], 12 * years[by_law]))
