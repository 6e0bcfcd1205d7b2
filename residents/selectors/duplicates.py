"""Who might be the person that somebody is about to add: by name, birth date, telephone, e-mail."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from caracol.core.expressions import digits_of
from caracol.core.text import sort_key
from residents.models import Person

MOST = 6


@dataclass(frozen=True)
class Lookalike:
    """Somebody already known, and what they have in common with what was typed."""

    person: Person
    reasons: tuple[str, ...]


def lookalikes(
    user: Any,
    *,
    last_name: str,
    first_name: str,
    birth_date: Any = None,
    phone: str = "",
    email: str = "",
) -> list[Lookalike]:
    """Return who the user may see and who resembles, the closest first."""
    words = sort_key(f"{last_name} {first_name}").split()
    digits = re.sub(r"\D", "", phone)[-9:]
    condition = _same_words(words)
    if birth_date:
        condition |= Q(birth_date=birth_date) & _some_word(words)
    if len(digits) == 9:
        condition |= Q(phone_digits__endswith=digits)
    if email:
        condition |= Q(email__iexact=email)
    seen = Person.objects.visible_to(user).annotate(phone_digits=digits_of("phone"))
    found = [
        Lookalike(person, _reasons(person, words, birth_date, digits, email))
        for person in seen.filter(condition).order_by("search_key", "pk")[: MOST * 4]
    ]
    return sorted(found, key=lambda one: -len(one.reasons))[:MOST]


def _same_words(words: list[str]) -> Q:
    condition = Q(pk__isnull=False)
    for word in words:
        condition &= Q(search_key__contains=word)
    return condition if words else Q(pk__in=[])


def _some_word(words: list[str]) -> Q:
    condition = Q(pk__in=[])
    for word in words:
        condition |= Q(search_key__contains=word)
    return condition


def _reasons(
    person: Any, words: list[str], birth_date: Any, digits: str, email: str
) -> tuple[str, ...]:
    known = set(person.search_key.split())
    reasons = []
    if set(words) <= known:
        reasons.append("même nom")
    if birth_date and person.birth_date == birth_date:
        reasons.append("même date de naissance")
    if len(digits) == 9 and person.phone_digits.endswith(digits):
        reasons.append("même téléphone")
    if email and person.email.lower() == email.lower():
        reasons.append("même courriel")
    return tuple(reasons) or ("nom proche",)
