"""Who may read what of a person: one table of facts, and the functions that apply it.

A page's line in the rights table says who may open it; these facts say what they find on it.
"""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from caracol.accounts.enums import Role
from caracol.accounts.policy import CONTACTS, EVERYONE, GLA, MONEY, PERMITS, SOCIAL
from caracol.notifications.standard import KINDS
from residents.models import Contract, Person
from residents.models.stays import PASSING


class Fact(StrEnum):
    """What may be known of a person."""

    NAME = "name"
    PHONE = "phone"
    CONTACTS = "contacts"
    NUMBER = "number"
    ROOM = "room"
    DATES = "dates"
    INSURANCE = "insurance"
    AMOUNTS = "amounts"
    BALANCE = "balance"
    PERMITS = "permits"
    STATUS = "status"
    REASONS = "reasons"


Facts = frozenset[Fact]

_O, _T, _C = Role.MISSION_OFFICER, Role.TECHNICAL, Role.ACCOUNTANT

READERS: dict[Fact, frozenset[Role]] = {
    Fact.NAME: EVERYONE - {_T},
    Fact.PHONE: EVERYONE - {_C},
    Fact.CONTACTS: CONTACTS,
    Fact.NUMBER: EVERYONE - {_T},
    Fact.ROOM: EVERYONE - {_C},
    Fact.DATES: GLA | SOCIAL | {_O},
    Fact.INSURANCE: GLA | SOCIAL,
    Fact.AMOUNTS: GLA | SOCIAL,
    Fact.BALANCE: MONEY - {_C},
    # When a permit or a housing request ends, and the number at the CAF.
    Fact.PERMITS: PERMITS,
    # Nationality, protection, and which permit it is: it may reveal why somebody fled (RULEBOOK 8).
    Fact.STATUS: SOCIAL,
    # Why somebody leaves or moves, in words typed freely.
    Fact.REASONS: GLA | SOCIAL,
}

# What a reader without the fact finds masked in the history.
MASKED: dict[Fact, frozenset[str]] = {
    Fact.PERMITS: frozenset(
        {
            "residents.residencepermit",
            "residents.housingrequest",
            "residents.person.caf_number",
        }
    ),
    Fact.STATUS: frozenset({"residents.personstatus", "residents.residencepermit.kind"}),
    Fact.AMOUNTS: frozenset(
        {
            "residents.contract.deposit",
            "residents.contractterms.fee",
            "residents.contractterms.charges",
            "residents.contractterms.expected_aid",
        }
    ),
    Fact.REASONS: frozenset(
        {
            "residents.contract.exit_reason",
            "residents.amendment.reason",
            "residents.notice.reason",
        }
    ),
}


def may_ever(user: Any) -> Facts:
    """Return the facts the user may know of somebody at least: the columns of a list."""
    return frozenset(fact for fact, roles in READERS.items() if user.roles & roles)


def facts_of_people(user: Any, ids: Iterable[int]) -> dict[int, Facts]:
    """Return what the user may know of each person: through territories, through own homes."""
    return _facts(user, list(ids), Person.objects)


def facts_of_contracts(user: Any, ids: Iterable[int]) -> dict[int, Facts]:
    """Return what the user may know of each contract and of whom it binds."""
    return _facts(user, list(ids), Contract.objects)


def _facts(user: Any, ids: list[int], manager: Any) -> dict[int, Facts]:
    """Ask the database only about facts that some of the user's roles know and others do not.

    Roles whose sight ends with the stay are asked about every time.
    """
    sure = not user.roles & PASSING
    always = frozenset(f for f, roles in READERS.items() if sure and user.roles <= roles)
    found: dict[int, set[Fact]] = {pk: set(always) for pk in ids}
    by_roles: dict[frozenset[Role], set[Fact]] = defaultdict(set)
    for fact in READERS.keys() - always:
        by_roles[user.roles & READERS[fact]].add(fact)
    by_roles.pop(frozenset(), None)
    for roles, facts in by_roles.items():
        known = manager.filter(pk__in=ids).visible_to(user, roles).values_list("pk", flat=True)
        for pk in known:
            found[pk] |= facts
    return {pk: frozenset(facts) for pk, facts in found.items()}


def masks(facts: Facts) -> frozenset[str]:
    """Return what the history hides from a reader of these facts."""
    return frozenset().union(*(names for fact, names in MASKED.items() if fact not in facts))


# What each standard message lets its reader know: officers write of visits, never of money nor of
# papers.
MESSAGE_WRITERS: dict[str, frozenset[Role]] = {
    "due_notice": GLA,
    "insurance": GLA | SOCIAL,
    "procedure": GLA | SOCIAL,
    "appointment": CONTACTS,
    "visit": CONTACTS,
    "call_us": CONTACTS,
}


def message_kinds(roles: frozenset[Any]) -> list[tuple[str, str]]:
    """Return the standard messages that these roles may write and read: code and name."""
    return [(code, name) for code, name in KINDS.items() if MESSAGE_WRITERS[code] & roles]
