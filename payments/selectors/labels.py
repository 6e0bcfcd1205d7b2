"""Name contracts for lists: who holds them and where, in a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import CharField, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat, LPad

from caracol.core.text import sort_key
from residents.models import Contract, ContractHolder, ContractTerms, Person


@dataclass(frozen=True)
class Label:
    """A contract as lists name it; `home` and `room` are empty for who may not know them.

    `people` is sorted by last name ("DIALLO Ana"), `names` reads as one says it ("Ana DIALLO").
    """

    contract: int
    number: str
    people: str = ""
    names: str = ""
    person: int | None = None
    home: str = ""
    home_id: int | None = None
    room: str = ""

    @property
    def place(self) -> str:
        """The room and the home: "chambre 3, Les Tilleuls"."""
        return f"chambre {self.room}, {self.home}" if self.home else ""

    @property
    def sort_place(self) -> tuple[str, int, str]:
        """What places are sorted by: room 2 before room 10."""
        digits = "".join(letter for letter in self.room if letter.isdigit())
        return sort_key(self.home), int(digits or 0), self.room

    def matches(self, words: str) -> bool:
        """Whether every word is in the number, the names or the place."""
        text = sort_key(f"{self.number} {self.people} {self.place}")
        return all(word in text for word in sort_key(words).split())


def contract_labels(
    contracts: Iterable[int], on: date, *, with_places: bool = True
) -> dict[int, Label]:
    """Return the labels of contracts: main holder first, the room lived in on a day or nearest."""
    ids = sorted(set(contracts))
    numbers = dict(Contract.objects.filter(pk__in=ids).values_list("pk", "number"))
    people: dict[int, list[Person]] = {}
    rows = ContractHolder.objects.filter(contract__in=ids).select_related("person")
    for holder in rows.order_by("-is_main", "pk"):
        people.setdefault(holder.contract_id, []).append(holder.person)
    places = _places(ids, on) if with_places else {}
    return {
        pk: Label(
            contract=pk,
            number=number,
            people=" et ".join(person.sorted_name for person in people.get(pk, [])),
            names=" et ".join(person.full_name for person in people.get(pk, [])),
            person=people[pk][0].pk if pk in people else None,
            **places.get(pk, {}),
        )
        for pk, number in numbers.items()
    }


def _places(ids: list[int], on: date) -> dict[int, dict[str, Any]]:
    rows = ContractTerms.objects.filter(contract__in=ids).order_by("starts_on")
    places: dict[int, dict[str, Any]] = {}
    for contract, starts_on, home_id, home, room in rows.values_list(
        "contract", "starts_on", "room__colocation", "room__colocation__name", "room__number"
    ):
        if contract not in places or starts_on <= on:
            places[contract] = {"home": home, "home_id": home_id, "room": room}
    return places


def contracts_matching(words: str) -> Q:
    """Return the condition of the contracts whose number, or a holder's name, holds the words."""
    key = sort_key(words)
    if not key:
        return Q()
    people = ContractHolder.objects.all()
    for word in key.split():
        people = people.filter(person__search_key__contains=word)
    return Q(number__istartswith=words.strip()) | Q(pk__in=people.values("contract"))


# Between a last name and a first name, between two people: signs that no name holds.
_WITHIN, _BETWEEN = "\x1f", "\x1e"


def with_labels(rows: Any, *, contract: str, on: Any) -> Any:
    """Annotate rows with `people_raw`, `people_key`, `home`, `home_id`, `room`, `place_key`.

    `contract` is the path to the contract, `on` the day (or the path to it) of the room.
    """
    holders = ContractHolder.objects.filter(contract=OuterRef(contract))
    name = Concat("person__last_name", Value(_WITHIN), "person__first_name")
    names = holders.order_by().values("contract")
    names = names.annotate(all=StringAgg(name, _BETWEEN, order_by=("-is_main", "pk")))
    day = OuterRef(on) if isinstance(on, str) else on
    place = ContractTerms.objects.filter(contract=OuterRef(contract), starts_on__lte=day)
    place = place.order_by("-starts_on").annotate(key=_place_key())
    return rows.annotate(
        people_raw=Subquery(names.values("all"), output_field=CharField()),
        people_key=Subquery(holders.order_by("-is_main", "pk").values("person__search_key")[:1]),
        home=Subquery(place.values("room__colocation__name")[:1]),
        home_id=Subquery(place.values("room__colocation")[:1], output_field=IntegerField()),
        room=Subquery(place.values("room__number")[:1]),
        place_key=Subquery(place.values("key")[:1], output_field=CharField()),
    )


def _place_key() -> Concat:
    room = LPad(Cast("room__number", CharField()), 6, Value("0"))
    return Concat(F("room__colocation__name"), Value(" "), room, output_field=CharField())


def people_of(raw: str | None) -> str:
    """Write the people of an annotated row: "DIALLO Ana et KARIMI Farid"."""
    names = []
    for person in (raw or "").split(_BETWEEN):
        last, _, first = person.partition(_WITHIN)
        names.append(f"{last.upper()} {first}".strip())
    return " et ".join(name for name in names if name)


def homes_of(rows: Any) -> list[tuple[str, str]]:
    """Return the homes of annotated rows as choices, by name."""
    found = rows.order_by("home").values_list("home_id", "home").distinct()
    return [(str(pk), name) for pk, name in found if pk is not None]
