"""The list of residents: each person with the contract that says where they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Concat, LPad
from django.urls import reverse

from caracol.accounts.policy import PAGES
from caracol.core.registries import measure_of
from residents.enums import LANGUAGES, ContractStatus
from residents.models import ContractHolder, ContractTerms, Insurance, Person
from residents.permissions import READERS, Fact, Facts, facts_of_people, may_ever

LIST = "residents:person-list"

STATES = {
    "present": ("Présents", "success", "circle-check"),
    "arriving": ("Arrivées", "info", "door-enter"),
    "leaving": ("Départs", "warning", "door-exit"),
    "former": ("Anciens", "neutral", "history"),
    "none": ("Sans contrat", "neutral", "circle-dashed"),
}
STATE_WORDS = {
    "present": "présent·e",
    "arriving": "arrive",
    "leaving": "part",
    "former": "ancien·ne",
    "none": "sans contrat",
}


def holdings_shown(
    user: Any, roles: frozenset[Any], people: Iterable[int] | None = None
) -> QuerySet[ContractHolder]:
    """Keep, for each person, the holding a list shows: the last one that binds.

    Holdings that bind never overlap, so the last one is that without a later one.
    """
    binding = ContractHolder.objects.visible_to(user, roles).filter(binding=True)
    later = binding.filter(person=OuterRef("person"), starts_on__gt=OuterRef("starts_on"))
    shown: QuerySet[ContractHolder] = binding.filter(~Exists(later))
    return shown if people is None else shown.filter(person__in=people)


def state_condition(state: str, day: date) -> Q:
    """Return the condition on shown holdings whose person is in a state on a day."""
    here = Q(starts_on__lte=day, ends_on__gte=day)
    leaving = Q(contract__status__in=[ContractStatus.NOTICE_GIVEN, ContractStatus.ENDED])
    return {
        "current": Q(ends_on__gte=day),
        "present": here,
        "arriving": Q(starts_on__gt=day),
        "leaving": here & leaving,
        "former": Q(ends_on__lt=day),
    }[state]


def state_counts(shown: Any, day: date) -> dict[str, int]:
    """Count the people in each state, in one query."""
    counts: dict[str, int] = shown.aggregate(
        **{
            state: Count("pk", filter=state_condition(state, day))
            for state in ("current", "arriving", "leaving", "former")
        }
    )
    return counts


def state_of(holding: Any, day: date) -> str:
    """Return the state a holding puts its person in on a day."""
    if holding is None or not holding.binding:
        return "none"
    if holding.ends_on < day:
        return "former"
    if holding.starts_on > day:
        return "arriving"
    leaving = holding.contract.status in {ContractStatus.NOTICE_GIVEN, ContractStatus.ENDED}
    return "leaving" if leaving else "present"


def people_in_state(people: Any, shown: Any, state: str, day: date) -> Any:
    """Keep the people in a state; "all" keeps everybody."""
    if state == "all":
        return people
    if state == "none":
        return people.exclude(pk__in=shown.values("person"))
    return people.filter(pk__in=shown.filter(state_condition(state, day)).values("person"))


def sortable(people: Any, user: Any, roles: frozenset[Any], day: date, sort: str) -> Any:
    """Annotate people with what the list is sorted by, and their balance."""
    column = sort.removeprefix("-")
    last = ContractHolder.objects.visible_to(user, roles).filter(binding=True)
    last = last.filter(person=OuterRef("pk")).order_by("-starts_on")
    if column == "number":
        people = people.annotate(sort_number=Subquery(last.values("contract__number")[:1]))
    if column == "dates":
        ends_on = Subquery(last.values("ends_on")[:1], output_field=DateField())
        people = people.annotate(sort_end=ends_on)
    if column == "place":
        people = people.annotate(sort_place=_place(user, roles, day))
    return with_balance(people, user)


def _place(user: Any, roles: frozenset[Any], day: date) -> Subquery:
    """Return the home and room a person was last in, as a key that sorts numbers as numbers."""
    number = LPad("room__number", 6, Value("0"))
    label = Concat("room__colocation__name", Value(" "), number, output_field=CharField())
    begun = ContractTerms.objects.visible_to(user, roles).filter(binding=True, starts_on__lte=day)
    begun = begun.filter(contract__holders__person=OuterRef("pk")).order_by("-starts_on")
    return Subquery(begun.annotate(label=label).values("label")[:1])


def with_balance(people: Any, user: Any) -> Any:
    """Annotate people with their balance where an application knows it and the user may."""
    measure = measure_of("person", "balance")
    if measure is None or Fact.BALANCE not in may_ever(user):
        return people
    return people.annotate(balance=measure.expression(user, READERS[Fact.BALANCE]))


@dataclass(frozen=True)
class PersonLine:
    """A person of the list, reduced to what the reader may know."""

    pk: int
    url: str
    facts: Facts
    name: str = ""
    reference: str = ""
    phone: str = ""
    email: str = ""
    email_consent: bool | None = None
    sms_consent: bool | None = None
    language: str = ""
    number: str = ""
    kind: str = ""
    home: str = ""
    room: str = ""
    territory: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    state: str = "none"
    insured_until: date | None = None
    uninsured: bool = False
    balance: Decimal | None = None

    @property
    def language_label(self) -> str:
        """The language in French."""
        return LANGUAGES.get(self.language, self.language)


def person_lines(
    user: Any, roles: frozenset[Any], people: Iterable[Any], day: date
) -> list[PersonLine]:
    """Return the lines of a page of people: a fixed number of queries."""
    people = list(people)
    ids = [person.pk for person in people]
    facts = facts_of_people(user, ids)
    latest = Insurance.objects.filter(contract=OuterRef("contract")).with_last_day()
    latest = latest.order_by("-last_day")
    holdings = {
        holding.person_id: holding
        for holding in holdings_shown(user, roles, ids)
        .select_related("contract__territory")
        .annotate(insured_until=Subquery(latest.values("last_day")[:1]))
    }
    places = places_of([holding.contract_id for holding in holdings.values()], day)
    return [
        _person_line(person, holdings.get(person.pk), places, facts[person.pk], day)
        for person in people
    ]


def places_of(contracts: Iterable[int], day: date) -> dict[int, Any]:
    """Return the terms that say where each contract is on a day: in force, else the nearest."""
    terms = ContractTerms.objects.filter(contract__in=list(contracts))
    places: dict[int, Any] = {}
    for line in terms.select_related("room__colocation__site").order_by("starts_on"):
        if line.contract_id not in places or line.starts_on <= day:
            places[line.contract_id] = line
    return places


def _person_line(
    person: Any, holding: Any, places: dict[int, Any], facts: Facts, day: date
) -> PersonLine:
    known: dict[str, Any] = {}
    if Fact.NAME in facts:
        known["name"] = person.sorted_name
    if Fact.PHONE in facts:
        known["phone"] = person.phone
    if Fact.CONTACTS in facts:
        known |= {"email": person.email, "reference": person.reference}
        known |= {"email_consent": person.email_consent, "language": person.language}
        known["sms_consent"] = person.sms_consent
    if Fact.BALANCE in facts:
        known["balance"] = getattr(person, "balance", None)
    if holding is not None:
        known |= _contract_facts(holding, places.get(holding.contract_id), facts, day)
    url = reverse("residents:person-detail", args=[person.pk])
    return PersonLine(pk=person.pk, url=url, facts=facts, **known)


def _contract_facts(holding: Any, place: Any, facts: Facts, day: date) -> dict[str, Any]:
    contract = holding.contract
    known: dict[str, Any] = {}
    if Fact.NUMBER in facts:
        known["number"] = contract.number
    if Fact.ROOM in facts and place is not None:
        known |= {"home": place.room.colocation.name, "room": place.room.number}
        known["territory"] = contract.territory.name
    if Fact.DATES in facts:
        known |= {"starts_on": holding.starts_on, "ends_on": holding.ends_on}
        known |= {"state": state_of(holding, day), "kind": contract.kind}
    if Fact.INSURANCE in facts:
        until = holding.insured_until
        lives = holding.binding and holding.starts_on <= day <= holding.ends_on
        known |= {"insured_until": until}
        known["uninsured"] = lives and (until is None or until < day)
    return known


def people_seen(user: Any) -> Any:
    """People of the list the user may open."""
    return Person.objects.visible_to(user, PAGES[LIST])
