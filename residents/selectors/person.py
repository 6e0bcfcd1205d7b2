"""A person's page: contracts, household, timeline, as far as the reader may know."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch, Q, QuerySet

from caracol.core.registries import measure_of
from caracol.documents.models import Document, Upload
from residents.calculations.insurance import is_covered
from residents.enums import ContractStatus
from residents.models import (
    Amendment,
    Contract,
    ContractHolder,
    ContractTerms,
    HousingRequest,
    Insurance,
    Notice,
    Occupant,
    Person,
    PersonStatus,
    ResidencePermit,
)
from residents.permissions import READERS, Fact, Facts, facts_of_contracts, facts_of_people
from residents.selectors.contracts import longest_ends
from residents.selectors.people import state_of
from residents.selectors.stays import contract_state


@dataclass
class ContractCard:
    """A contract as a page shows it."""

    contract: Contract
    facts: Facts
    terms: list[Any]
    holders: list[Any]
    insurances: list[Any]
    notices: list[Any]
    amendments: list[Any]
    state: str
    tone: str
    place: Any = None
    balance: Decimal | None = None
    occupants: list[Any] = field(default_factory=list)
    longest_end: date | None = None
    """If it ends soon, the last day it may be extended to: its type's limit, the owner's end."""

    @property
    def household_size(self) -> int:
        """How many people the contract names, whether they sign or not."""
        return len(self.holders) + len(self.occupants)

    @property
    def main(self) -> Any:
        """The main holder."""
        return next((holder for holder in self.holders if holder.is_main), None)

    @property
    def others(self) -> list[Any]:
        """The co-holders."""
        return [holder for holder in self.holders if not holder.is_main]

    def insurance_on(self, day: date) -> Any:
        """The certificate that really covers a day, or None."""
        return next((i for i in self.insurances if is_covered([i.cover], day)), None)


@dataclass
class PersonSheet:
    """Everything a person's pages read."""

    person: Person
    facts: Facts
    state: str
    day: date
    cards: list[ContractCard] = field(default_factory=list)
    balance: Decimal | None = None

    @property
    def card(self) -> ContractCard | None:
        """The contract that says where the person is: in force, else the last that binds."""
        binding = [card for card in self.cards if self._holding(card).binding]
        return next(iter(binding or self.cards), None)

    def _holding(self, card: ContractCard) -> Any:
        return next(h for h in card.holders if h.person_id == self.person.pk)

    @property
    def title(self) -> str:
        """The name, or the room for who may not know it."""
        if Fact.NAME in self.facts:
            return self.person.full_name
        if self.card and self.card.place and Fact.ROOM in self.card.facts:
            return f"Résident·e, chambre {self.card.place.room.number}"
        return "Résident·e"


def contracts_read(user: Any, queryset: Any) -> QuerySet[Contract]:
    """Fetch with contracts all that a card shows its reader: a fixed number of queries."""
    terms = ContractTerms.objects.select_related("room__colocation__site", "amendment")
    holders = ContractHolder.objects.visible_to(user).select_related("person")
    found: QuerySet[Contract] = queryset.select_related("territory").prefetch_related(
        Prefetch("terms", terms.order_by("starts_on")),
        Prefetch("holders", holders.order_by("-is_main", "starts_on")),
        Prefetch("insurances", Insurance.objects.order_by("-ends_on")),
        Prefetch("notices", Notice.objects.order_by("-received_on")),
        Prefetch("occupants", Occupant.objects.order_by("birth_date", "pk")),
        Prefetch("amendments", Amendment.objects.order_by("number")),
    )
    return found


def contract_cards(user: Any, queryset: Any, day: date) -> list[ContractCard]:
    """Return the cards of contracts, with balances where the reader may know them."""
    measure = measure_of("contract", "balance")
    if measure is not None and user.roles & READERS[Fact.BALANCE]:
        queryset = queryset.annotate(balance=measure.expression(user, READERS[Fact.BALANCE]))
    contracts = list(contracts_read(user, queryset))
    facts = facts_of_contracts(user, [contract.pk for contract in contracts])
    cards = [_card(contract, facts[contract.pk], day) for contract in contracts]
    lived = [card for card in cards if card.contract.status == ContractStatus.IN_FORCE]
    limits = longest_ends([(card.contract, card.amendments, card.place) for card in lived])
    for card in lived:
        card.longest_end = limits[card.contract.pk]
    return cards


def _card(contract: Any, facts: Facts, day: date) -> ContractCard:
    terms = list(contract.terms.all())
    begun = [line for line in terms if line.starts_on <= day]
    state, tone = contract_state(contract.status)
    return ContractCard(
        contract=contract,
        facts=facts,
        terms=terms,
        holders=list(contract.holders.all()),
        insurances=list(contract.insurances.all()),
        notices=list(contract.notices.all()),
        amendments=list(contract.amendments.all()),
        occupants=list(contract.occupants.all()),
        state=state,
        tone=tone,
        place=(begun[-1:] or terms[:1] or [None])[0],
        balance=getattr(contract, "balance", None) if Fact.BALANCE in facts else None,
    )


def person_sheet(user: Any, person: Person, day: date) -> PersonSheet:
    """Return what the user may read of a person on a day."""
    held = ContractHolder.objects.visible_to(user).filter(person=person)
    contracts = Contract.objects.visible_to(user).filter(pk__in=held.values("contract"))
    cards = contract_cards(user, contracts.order_by("-starts_on", "-pk"), day)
    sheet = PersonSheet(
        person=person,
        facts=facts_of_people(user, [person.pk])[person.pk],
        state="none",
        day=day,
        cards=cards,
    )
    if sheet.card:
        holding = next(h for h in sheet.card.holders if h.person_id == person.pk)
        holding.contract = sheet.card.contract
        sheet.state = state_of(holding, day)
    known = [card.balance for card in cards if card.balance is not None]
    sheet.balance = sum(known, Decimal("0.00")) if known else None
    return sheet


def history_subjects(sheet: PersonSheet) -> dict[Any, list[int]]:
    """Return the rows whose history is the person's: own facts, contracts and what hangs on."""
    person, cards = sheet.person, [card for card in sheet.cards if Fact.DATES in card.facts]
    return {
        Person: [person.pk],
        PersonStatus: list(PersonStatus.objects.filter(person=person).values_list("pk", flat=True)),
        ResidencePermit: list(person.permits.values_list("pk", flat=True)),
        HousingRequest: list(person.housing_requests.values_list("pk", flat=True)),
        **contract_history_subjects(cards),
    }


def contract_history_subjects(cards: list[ContractCard]) -> dict[Any, list[int]]:
    """Return the rows whose history is that of contracts: themselves and what hangs on them."""
    return {
        Contract: [card.contract.pk for card in cards],
        ContractHolder: [holder.pk for card in cards for holder in card.holders],
        ContractTerms: [line.pk for card in cards for line in card.terms],
        Amendment: [amendment.pk for card in cards for amendment in card.amendments],
        Insurance: [insurance.pk for card in cards for insurance in card.insurances],
        Notice: [notice.pk for card in cards for notice in card.notices],
        Occupant: [occupant.pk for card in cards for occupant in card.occupants],
    }


def access_subjects(sheet: PersonSheet) -> dict[Any, list[int]]:
    """Return the rows whose consultations are the person's: papers and files of theirs too."""
    own: dict[Any, list[int]] = {
        Person: [sheet.person.pk],
        Contract: [card.contract.pk for card in sheet.cards],
    }
    kinds = ContentType.objects.get_for_models(*own)
    about = Q(pk__in=[])
    for model, ids in own.items():
        about |= Q(content_type=kinds[model], object_id__in=ids)
    for model in (Document, Upload):
        own[model] = list(model.objects.filter(about).values_list("pk", flat=True))
    return own
