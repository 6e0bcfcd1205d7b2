"""Write what happens to homes, people and contracts: one chapter of the story after the other."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Count

from caracol.accounts.models import Territory, User
from caracol.audit import history
from caracol.core.money import ZERO
from caracol.core.periods import whole_months
from caracol.core.text import sort_key
from caracol.demo.names import Individual
from caracol.demo.places import VOIDS, Place
from caracol.demo.stays import Amended, Arrival, Chapter, Extended, Gap, Leaving, Stay, Story, Terms
from caracol.demo.story import room_fee, room_numbers, room_surface
from caracol.demo.workbook import officer_email
from caracol.notifications.telephones import mobile_number
from colocations.enums import VoidCause
from colocations.models import (
    AgreementExtension,
    Colocation,
    Owner,
    OwnerAgreement,
    Room,
    RoomVoid,
    Site,
)
from payments.models import Account
from residents.enums import AidEligibility, AmendmentKind, Civility, ContractStatus, NoticeGiver
from residents.models import (
    Amendment,
    Contract,
    ContractHolder,
    ContractTerms,
    HousingRequest,
    Insurance,
    Notice,
    Person,
    PersonStatus,
    ResidencePermit,
)
from residents.services.amending import situation_of
from residents.services.lifecycle import advance_contracts, move, next_status

HOME_OPENED = history.label("colocations.home-opened", "Colocation ouverte")
AGREEMENT_EXTENDED = history.label("colocations.agreement-extended", "Convention prolongée")
CONTRACT_SIGNED = history.label("residents.contract-signed", "Contrat signé")
CONTRACT_AMENDED = history.label("residents.contract-amended", "Avenant signé")
CONTRACT_CLOSED = history.label("residents.contract-closed", "Contrat clos")
NOTICE_RECORDED = history.label("residents.notice-recorded", "Départ enregistré")
INSURANCE_RECORDED = history.label("residents.insurance-recorded", "Assurance enregistrée")
VOIDS_RECORDED = history.label("colocations.voids-recorded", "Vacances enregistrées")

_CIVILITIES = {"Mme": Civility.MRS, "M.": Civility.MR}
_NOTICE_RULES = {
    "CRT": "Quinze jours à compter de la réception (décret 2019-497)",
    "COP": "Un mois à compter de la réception (convention)",
    "SUBLET_SOCIAL": "Un mois à compter de la réception (convention)",
}
_DAY = timedelta(days=1)


class Life:
    """Keeps at hand the rows that the story writes about."""

    def __init__(self, story: Story, actor: User) -> None:
        self.story = story
        self.actor = actor
        self.territories = {territory.code: territory for territory in Territory.objects.all()}
        self.officers = {user.email: user for user in User.objects.all()}
        self.rooms: dict[tuple[str, str], Room] = {}
        self.contracts: dict[str, Contract] = {}
        self.people: dict[str, Person] = {}
        self._find_taken_over()

    def _find_taken_over(self) -> None:
        for room in Room.objects.select_related("colocation"):
            self.rooms[room.colocation.code, room.number] = room
        self.contracts = {contract.number: contract for contract in Contract.objects.all()}
        self.people = {person.reference: person for person in Person.objects.all()}

    def write(self, chapter: Chapter) -> None:
        """Write a month's events, in an order the database's guards allow."""
        for place in chapter.opened:
            self._open(place)
        for extended in chapter.extended:
            self._extend(extended)
        with history.act(NOTICE_RECORDED, actor=self.actor):
            self._leave(chapter.leavings)
        with history.act(CONTRACT_AMENDED, actor=self.actor):
            for amended in chapter.amended:
                self._amend(amended)
        with history.act(CONTRACT_SIGNED, actor=self.actor):
            self._arrive(chapter.arrivals)
        with history.act(INSURANCE_RECORDED, actor=self.actor):
            self._insure(chapter)
        advance_contracts(on=min(chapter.month.last, self.story.today), actor=self.actor)

    # --- Homes ----------------------------------------------------------------------------------
    def _open(self, place: Place) -> None:
        with history.act(HOME_OPENED, actor=self.actor):
            owner, _new = Owner.objects.get_or_create(name=place.owner)
            site = Site.objects.create(
                territory=self.territories[place.territory],
                code=f"{place.code}-S",
                name=place.name,
                address=place.street,
                postcode=place.postcode,
                city=place.city,
                department=place.postcode[:2],
            )
            OwnerAgreement.objects.create(
                site=site,
                owner=owner,
                legal_basis=place.basis,
                starts_on=self.story.opens_on(place),
                ends_on=self.story.first_end(place),
                notice_months=6,
            )
            home = Colocation.objects.create(
                site=site,
                code=place.code,
                name=place.name,
                opens_on=self.story.opens_on(place),
                mission_officer=self.officers.get(officer_email(place)),
                mission_officer_email=officer_email(place),
            )
            rooms = Room.objects.bulk_create(
                Room(
                    colocation=home,
                    number=number,
                    surface_m2=room_surface(number),
                    fee=room_fee(place, number),
                    charges=place.charges,
                    deposit=room_fee(place, number) if place.takes_deposit else ZERO,
                )
                for number in room_numbers(place)
            )
        self.rooms |= {(place.code, room.number): room for room in rooms}

    def _extend(self, extended: Extended) -> None:
        with history.act(AGREEMENT_EXTENDED, actor=self.actor):
            agreement = OwnerAgreement.objects.get(site__code=f"{extended.place.code}-S")
            AgreementExtension.objects.create(
                agreement=agreement,
                previous_ends_on=extended.previous,
                ends_on=extended.ends_on,
                signed_on=extended.signed_on,
                reason="Travaux du propriétaire reportés d'un an",
            )
            agreement.ends_on = extended.ends_on
            agreement.save(update_fields=["ends_on"])

    def write_gaps(self, gaps: Sequence[Gap]) -> None:
        """Write why rooms stood empty, for the gaps of a week or more."""
        rows = []
        in_works = next((gap for gap in gaps if gap.ends_on is None), None)
        for index, gap in enumerate(gaps):
            until = gap.ends_on or self.story.today
            if (until - gap.starts_on).days < 7:
                continue
            cause, note = VOIDS[index % len(VOIDS)]
            if gap.ends_on is None and gap.place.ends[-1] < 6:
                cause, note = VoidCause.CLOSING, "Plus d'arrivée avant la fin de la convention"
            elif gap is in_works:
                cause, note = VoidCause.WORKS, "Remplacement de la fenêtre"
            elif gap.ends_on and gap.ends_on >= self.story.today:
                cause, note = VoidCause.RESERVED, "Contrat signé"
            room = self.rooms[gap.place.code, gap.room]
            rows.append(
                RoomVoid(
                    room=room, starts_on=gap.starts_on, ends_on=gap.ends_on, cause=cause, note=note
                )
            )
        with history.act(VOIDS_RECORDED, actor=self.actor):
            RoomVoid.objects.bulk_create(rows)

    # --- Contracts ------------------------------------------------------------------------------
    def _leave(self, leavings: Iterable[Leaving]) -> None:
        for leaving in leavings:
            contract = self.contracts[leaving.stay.number]
            contract.exit_reason = leaving.reason
            if leaving.received_on is not None:
                Notice.objects.create(
                    contract=contract,
                    given_by=NoticeGiver.RESIDENT,
                    sent_on=leaving.received_on - 2 * _DAY,
                    received_on=leaving.received_on,
                    effective_on=leaving.ends_on,
                    rule=_NOTICE_RULES[leaving.stay.place.kind],
                    reason=leaving.reason,
                )
                move(contract=contract, act="donner congé", actor=self.actor)
                self._end(contract, leaving.ends_on)
            contract.save(update_fields=["exit_reason"])

    def _end(self, contract: Contract, last: date) -> None:
        """Move the last day of a contract, of its holders and of its last terms."""
        old, contract.ends_on = contract.ends_on, last
        contract.save(update_fields=["ends_on"])
        ContractHolder.objects.filter(contract=contract, ends_on=old).update(ends_on=last)
        ContractTerms.objects.filter(contract=contract, ends_on=old).update(ends_on=last)

    def _amend(self, amended: Amended) -> None:
        terms, stay = amended.terms, amended.stay
        contract = self.contracts[stay.number]
        count = contract.amendments.aggregate(count=Count("pk"))["count"]
        amendment = Amendment.objects.create(
            contract=contract,
            number=count + 1,
            effective_on=terms.starts_on,
            signed_on=terms.starts_on - 6 * _DAY,
            reason=terms.reason,
            kind=_kind(contract, terms),
            before=situation_of(contract),
        )
        ContractTerms.objects.filter(contract=contract, ends_on__gte=terms.starts_on).update(
            ends_on=terms.starts_on - _DAY
        )
        ContractTerms.objects.create(
            contract=contract, amendment=amendment, **self._conditions(stay, terms)
        )
        ContractHolder.objects.filter(contract=contract).update(ends_on=terms.ends_on)
        contract.ends_on = terms.ends_on
        contract.save(update_fields=["ends_on"])

    def _arrive(self, arrivals: list[Arrival]) -> None:
        self._meet(arrivals)
        contracts = Contract.objects.bulk_create(
            Contract(
                territory=self.territories[arrival.stay.place.territory],
                number=arrival.stay.number,
                kind=arrival.stay.place.kind,
                status=ContractStatus.SIGNED,
                starts_on=arrival.terms.starts_on,
                ends_on=arrival.terms.ends_on,
                payment_method=arrival.stay.method,
                due_day=arrival.stay.due_day,
                aid_eligible=_eligibility(arrival),
                deposit=arrival.stay.deposit,
                distress_rate=arrival.terms.fee == 75,
                precarity_ground=arrival.stay.ground,
                initial_months=whole_months(arrival.terms.starts_on, arrival.terms.ends_on),
            )
            for arrival in arrivals
        )
        pairs = list(zip(arrivals, contracts, strict=True))
        self.contracts |= {contract.number: contract for contract in contracts}
        ContractTerms.objects.bulk_create(
            ContractTerms(contract=contract, **self._conditions(arrival.stay, arrival.terms))
            for arrival, contract in pairs
        )
        ContractHolder.objects.bulk_create(
            ContractHolder(
                contract=contract,
                person=self.people[person.reference],
                is_main=person is arrival.stay.holder,
                starts_on=contract.starts_on,
                ends_on=contract.ends_on,
            )
            for arrival, contract in pairs
            for person in _household(arrival.stay)
        )

    def _conditions(self, stay: Stay, terms: Terms) -> dict[str, Any]:
        return {
            "room": self.rooms[stay.place.code, terms.room],
            "starts_on": terms.starts_on,
            "ends_on": terms.ends_on,
            "fee": terms.fee,
            "charges": terms.charges,
            "expected_aid": terms.aid,
        }

    def _insure(self, chapter: Chapter) -> None:
        Insurance.objects.bulk_create(
            Insurance(
                contract=self.contracts[stay.number],
                insurer=one.insurer,
                policy_number=one.policy,
                starts_on=one.starts_on,
                ends_on=one.ends_on,
            )
            for stay, one in chapter.certificates
        )

    def close_settled(self) -> None:
        """Close the contracts that are over, owe nothing and are owed nothing."""
        unsettled = Account.objects.exclude(balance=0).exclude(contract=None).values("contract")
        settled = Contract.objects.filter(status=ContractStatus.ENDED).exclude(pk__in=unsettled)
        with history.act(CONTRACT_CLOSED, actor=self.actor):
            settled.update(status=next_status(ContractStatus.ENDED, "clore"))

    # --- People ---------------------------------------------------------------------------------
    def _meet(self, arrivals: list[Arrival]) -> None:
        met = [
            (person, arrival.stay.place)
            for arrival in arrivals
            for person in _household(arrival.stay)
        ]
        people = Person.objects.bulk_create(_person(person, place) for person, place in met)
        self.people |= {person.reference: person for person in people}
        facts = [(self.people[person.reference], person) for person, _place in met]
        PersonStatus.objects.bulk_create(
            PersonStatus(person=row, nationality=one.nationality, protection_kind=one.protection)
            for row, one in facts
        )
        ResidencePermit.objects.bulk_create(
            ResidencePermit(person=row, kind=one.permit, expires_on=one.permit_expires_on)
            for row, one in facts
            if one.permit
        )
        HousingRequest.objects.bulk_create(
            HousingRequest(person=row, number=one.request, expires_on=one.request_expires_on)
            for row, one in facts
            if one.request
        )


def _kind(contract: Contract, terms: Terms) -> AmendmentKind:
    """Say what an amendment of the story changes."""
    if terms.ends_on != contract.ends_on:
        return AmendmentKind.RENEWAL
    last = contract.terms.select_related("room").order_by("-starts_on")[0]
    return AmendmentKind.AMOUNT if last.room.number == terms.room else AmendmentKind.ROOM


def _household(stay: Stay) -> list[Individual]:
    return [stay.holder, stay.partner] if stay.partner else [stay.holder]


def _eligibility(arrival: Arrival) -> AidEligibility:
    return AidEligibility.YES if arrival.terms.aid else AidEligibility.ASK_CAF


def _person(one: Individual, place: Place) -> Person:
    return Person(
        reference=one.reference,
        civility=_CIVILITIES[one.civility],
        last_name=one.last_name,
        first_name=one.first_name,
        search_key=sort_key(f"{one.last_name} {one.first_name}"),
        birth_date=one.birth_date,
        language=one.language,
        phone=one.phone,
        email=one.email,
        email_consent=one.consents and bool(one.email),
        sms_consent=one.consents and bool(mobile_number(one.phone)),
        caf_number=one.caf_number,
        caf_department=place.postcode[:2] if one.caf_number else "",
    )
