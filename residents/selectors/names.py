"""How lists of things to do name contracts: their household and room, by right."""

from collections.abc import Iterable
from typing import Any

from residents.permissions import Fact, facts_of_contracts
from residents.selectors.stays import holders_of, household


def names_of(user: Any, contracts: Iterable[Any]) -> dict[int, str]:
    """Name each contract annotated by `with_place`: "Amina DIALLO, chambre 3, Les Tilleuls"."""
    contracts = list(contracts)
    ids = [contract.pk for contract in contracts]
    facts = facts_of_contracts(user, ids)
    holders = holders_of(user, ids)
    names = {}
    for contract in contracts:
        known = facts[contract.pk]
        parts = [household(holders[contract.pk])] if Fact.NAME in known else []
        if Fact.ROOM in known and contract.room_number:
            parts.append(f"chambre {contract.room_number}, {contract.home_name}")
        text = ", ".join(parts) or contract.number
        names[contract.pk] = text[:1].upper() + text[1:]
    return names
