"""The life of a person here: contracts, amendments, insurances, notices, permits by right."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from caracol.core.money import euros
from caracol.core.periods import Span, french_day
from residents.calculations.insurance import gaps
from residents.enums import ContractStatus, NoticeGiver
from residents.permissions import Fact
from residents.selectors.person import ContractCard, PersonSheet


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


def person_timeline(sheet: PersonSheet) -> list[Event]:
    """Return the events of a person, latest first."""
    events = [event for card in sheet.cards for event in _contract(card, sheet.day)]
    if Fact.PERMITS in sheet.facts:
        events += _permits(sheet)
    return sorted(events, key=lambda event: event.on, reverse=True)


def _contract(card: ContractCard, day: date) -> Iterator[Event]:
    if Fact.DATES not in card.facts:
        return
    contract = card.contract
    first = card.terms[0] if card.terms else None
    place = f"Chambre {first.room.number}, {first.room.colocation.name}" if first else ""
    verb = "Arrivée prévue" if contract.starts_on > day else "Arrivée"
    yield Event(contract.starts_on, verb, place, icon="door-enter", tone="success")
    yield from _amendments(card)
    if Fact.INSURANCE in card.facts:
        yield from _insurances(card, day)
    yield from _notices(card)
    yield _end(card, day)


def _end(card: ContractCard, day: date) -> Event:
    contract = card.contract
    over = contract.status in {ContractStatus.ENDED, ContractStatus.CLOSED}
    if over and contract.ends_on <= day:
        reason = contract.exit_reason if Fact.REASONS in card.facts else ""
        return Event(contract.ends_on, "Départ", reason, icon="door-exit")
    if contract.ends_on < day:
        detail = "Ni départ ni prolongation enregistrés"
        return Event(
            contract.ends_on, "Contrat arrivé à son terme", detail, "alert-triangle", "warning"
        )
    return Event(contract.ends_on, "Fin prévue du contrat", contract.number, icon="calendar-due")


def _amendments(card: ContractCard) -> Iterator[Event]:
    terms = {line.amendment_id: line for line in card.terms if line.amendment_id}
    for amendment in card.amendments:
        line = terms.get(amendment.pk)
        words = [amendment.reason] if Fact.REASONS in card.facts else []
        if line and Fact.AMOUNTS in card.facts:
            words.append(f"{euros(line.fee + line.charges)} par mois")
        title = f"Avenant n° {amendment.number}"
        if amendment.withdrawn_on:
            title = f"{title} retiré avant d'avoir pris effet"
        on = amendment.withdrawn_on or amendment.effective_on
        yield Event(on, title, " · ".join(words), icon="file-text")


def _insurances(card: ContractCard, day: date) -> Iterator[Event]:
    for insurance in card.insurances:
        detail = f"{insurance.insurer}, jusqu'au {french_day(insurance.ends_on)}"
        yield Event(insurance.starts_on, "Assurance habitation", detail, icon="shield-check")
    contract = card.contract
    lived = Span(contract.starts_on, min(day, contract.ends_on))
    for gap in gaps([insurance.cover for insurance in card.insurances], lived):
        if gap.first == contract.starts_on and not card.insurances:
            continue
        detail = f"{gap.days} jour{'s' if gap.days > 1 else ''} sans couverture connue"
        yield Event(gap.first, "Pas d'assurance", detail, "alert-triangle", "warning")


def _notices(card: ContractCard) -> Iterator[Event]:
    for notice in card.notices:
        who = "par l'association" if notice.given_by == NoticeGiver.MANAGER else ""
        title = "Congé retiré" if notice.withdrawn_on else "Congé reçu"
        on = notice.withdrawn_on or notice.received_on or notice.sent_on
        if on is None or notice.effective_on is None:
            continue
        detail = f"Effet au {french_day(notice.effective_on)} {who}".strip()
        yield Event(on, title, detail, icon="mail-forward", tone="warning")


def _permits(sheet: PersonSheet) -> Iterator[Event]:
    for permit in sheet.person.permits.all():
        if permit.expires_on:
            verb = (
                "Titre de séjour expiré" if permit.expires_on < sheet.day else "Titre à renouveler"
            )
            tone = "warning" if permit.expires_on < sheet.day + timedelta(days=120) else ""
            kind = permit.get_kind_display() if Fact.STATUS in sheet.facts else ""
            yield Event(permit.expires_on, verb, kind, icon="id", tone=tone)
