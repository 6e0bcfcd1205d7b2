"""A person's situation as its tab shows it: what is known, what expires, why it matters."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from residents.enums import PermitKind
from residents.models import HousingRequest, PersonStatus, ResidencePermit
from residents.permissions import Fact
from residents.selectors.person import PersonSheet

_SHORT = frozenset({PermitKind.API, PermitKind.RECEPISSE})
# CESEDA R431-5: a renewal is asked between the 120th and the 60th day before expiry.
OPENS_DAYS, ALARM_DAYS = 120, 60
SHORT_DAYS = 30


@dataclass(frozen=True)
class PermitLine:
    """A permit, and what its end asks for. Its kind is read by few."""

    permit: ResidencePermit
    label: str
    words: str
    advice: str
    tone: str
    is_current: bool


@dataclass(frozen=True)
class Situation:
    """What the tab shows."""

    status: PersonStatus | None
    may_status: bool
    permits: list[PermitLine]
    requests: list[HousingRequest]
    opens_aid: bool


def situation_of(sheet: PersonSheet) -> Situation:
    """Return a person's situation on the day of the sheet, as far as the reader may know it."""
    person, may_status = sheet.person, Fact.STATUS in sheet.facts
    permits = list(person.permits.order_by("-expires_on", "-pk"))
    status = PersonStatus.objects.filter(person=person).first() if may_status else None
    return Situation(
        status=status,
        may_status=may_status,
        permits=[
            _line(permit, sheet.day, named=may_status, is_current=index == 0)
            for index, permit in enumerate(permits)
        ],
        requests=list(person.housing_requests.order_by("expires_on")),
        opens_aid=any(line.expected_aid for card in sheet.cards for line in card.terms[-1:]),
    )


def _line(permit: Any, day: date, *, named: bool, is_current: bool) -> PermitLine:
    words, advice, tone = ("remplacé", "", "neutral")
    if is_current:
        words, advice, tone = _state(permit, day)
    label = permit.get_kind_display().capitalize() if named else "Titre de séjour"
    return PermitLine(permit, label, words, advice, tone, is_current)


def _state(permit: Any, day: date) -> tuple[str, str, str]:
    end = permit.expires_on
    if end is None:
        return "fin inconnue", "Demandez la date : sans elle, rien ne prévient à temps.", "warning"
    if end < day:
        return (
            "expiré",
            "Sans preuve de renouvellement demandé, la CAF peut arrêter l'aide au logement. "
            "Demandez l'attestation de prolongation ou le récépissé.",
            "danger",
        )
    opens = SHORT_DAYS if permit.kind in _SHORT else OPENS_DAYS
    if end - timedelta(days=opens) > day:
        return "valable", "", "success"
    if permit.kind not in _SHORT and end - timedelta(days=ALARM_DAYS) <= day:
        return (
            "renouvellement urgent",
            "La demande devait partir deux mois avant la fin (CESEDA R431-5) : faites-la "
            "sans attendre, l'aide au logement en dépend.",
            "danger",
        )
    return (
        "à renouveler",
        "C'est le moment de demander le renouvellement : l'aide au logement suit le droit "
        "au séjour.",
        "warning",
    )
