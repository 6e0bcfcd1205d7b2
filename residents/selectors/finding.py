"""People found by words: each fact through its own index, among as many people as there are.

A condition that joined the facts by OR would have the database read everybody. Each fact is
looked up alone, and people are fetched by what these lookups unite.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from caracol.core.expressions import digits_of
from caracol.core.text import sort_key
from residents.models import ContractHolder, ContractTerms, Person
from residents.permissions import READERS, Fact

WHOLE_PART = 3
"""A shorter word is looked for at the beginning of the words only."""
SHORTEST_PHONE = 4
_COUNTRY, _TRUNK = "33", "0"


def matching(people: Any, user: Any, words: str, rooms: Any = None) -> Any:
    """Keep the people found by any part of the name, reference, contract number or telephone.

    Each fact counts only where the user may know it: a technician finds nobody by name. `rooms`:
    rooms that the words name; who lives there or will is found too.
    """
    found = _found(user, words, rooms)
    if not found:
        return people.none()
    return people.filter(pk__in=found[0].union(*found[1:]))


def first_matching(people: Any, user: Any, words: str, limit: int, rooms: Any = None) -> Any:
    """Return the first people found, by name: each lookup gives no more than that many.

    By an expression: in the order of an index, the database would walk everybody to find a few.
    """
    by_name = (Concat("search_key", Value("")), "pk")
    cut = [
        people.filter(pk__in=ids).order_by(*by_name).values("pk")[:limit]
        for ids in _found(user, words, rooms)
    ]
    if not cut:
        return people.none()
    return people.filter(pk__in=cut[0].union(*cut[1:])).order_by(*by_name)[:limit]


def _found(user: Any, words: str, rooms: Any) -> list[Any]:
    known = (_known(user, fact, ids) for fact, ids in _lookups(words, rooms))
    return [ids for ids in known if ids is not None]


def _known(user: Any, fact: Fact, ids: Any) -> Any:
    """Keep what the user may know the fact of; None when that is nobody."""
    readers = READERS[fact]
    if user.roles <= readers:
        return ids
    if not user.roles & readers:
        return None
    return ids.filter(Q(found__in=Person.objects.visible_to(user, readers).values("pk")))


def _lookups(words: str, rooms: Any) -> Iterator[tuple[Fact, Any]]:
    key, typed = sort_key(words), words.strip()
    if key:
        yield Fact.NAME, _ids(Person.objects.filter(_named(key)))
        yield Fact.NAME, _ids(Person.objects.filter(reference__iexact=typed))
        holders = ContractHolder.objects.filter(contract__number__istartswith=typed)
        yield Fact.NUMBER, _ids(holders, "person")
    digits = phone_digits(words)
    if len(digits) >= SHORTEST_PHONE:
        phones = Person.objects.alias(phone_digits=digits_of("phone"))
        yield Fact.PHONE, _ids(phones.filter(phone_digits__contains=digits))
    if rooms is not None:
        terms = ContractTerms.objects.filter(binding=True, room__in=rooms)
        holders = ContractHolder.objects.filter(contract__in=terms.values("contract"))
        yield Fact.ROOM, _ids(holders, "person")


def _ids(queryset: Any, field: str = "pk") -> Any:
    return queryset.annotate(found=F(field)).values("found")


def _named(key: str) -> Q:
    """Condition on names: every word, anywhere; where words begin for those of a letter or two."""
    named = Q()
    for word in key.split():
        if len(word) >= WHOLE_PART:
            named &= Q(search_key__contains=word)
        else:
            named &= Q(search_key__startswith=word) | Q(search_key__contains=f" {word}")
    return named


def phone_digits(words: str) -> str:
    """Return the digits of a telephone number, without what changes from one writing to another.

    "06 12 34 56 78", "+33 6 12 34 56 78" and "0033 6 12…" are the same number.
    """
    digits = "".join(letter for letter in words if letter.isdigit())
    bare = digits.removeprefix("00")
    if len(bare) > len(_COUNTRY) + SHORTEST_PHONE and bare.startswith(_COUNTRY):
        return bare.removeprefix(_COUNTRY)
    if len(digits) > SHORTEST_PHONE + 1 and digits.startswith(_TRUNK):
        return digits.removeprefix(_TRUNK)
    return digits
