"""Whose right each line of a CAF statement is: by number, never by name or dwelling."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from caracol.core.periods import Month
from caracol.core.text import sort_key
from payments.calculations.caf import Stay, allocataire_key, same_name, stay_for
from payments.models import CafLine
from residents.enums import ContractStatus
from residents.models import Contract, ContractHolder, Person

_NOT_LIVED = (ContractStatus.DRAFT, ContractStatus.CANCELLED)


@dataclass(frozen=True)
class Found:
    """The contract of a line, or why none is certain; what a person should look at."""

    contract: int | None
    why: str = ""
    review: str = ""


@dataclass
class _Known:
    pk: int
    name: str
    department: str
    stays: list[Stay] = field(default_factory=list)


def resolve(lines: Sequence[CafLine], department: str) -> list[Found]:
    """Return whose each line is, in a constant number of queries."""
    people = _people({allocataire_key(line.number) for line in lines})
    return [_resolve(line, people.get(allocataire_key(line.number), []), department)
            for line in lines]  # fmt: skip


def _people(keys: set[str]) -> dict[str, list[_Known]]:
    numbered = Person.objects.exclude(caf_number="").values_list(
        "pk", "caf_number", "caf_department", "last_name", "first_name"
    )
    found: dict[str, list[_Known]] = defaultdict(list)
    by_person: dict[int, _Known] = {}
    for pk, number, department, last, first in numbered.iterator(chunk_size=2000):
        key = allocataire_key(number)
        if key in keys:
            by_person[pk] = _Known(pk, f"{first} {last.upper()}", department)
            found[key].append(by_person[pk])
    holdings = ContractHolder.objects.filter(person__in=list(by_person)).exclude(
        contract__status__in=_NOT_LIVED
    )
    for person, contract, first_day, last_day in holdings.values_list(
        "person", "contract", "contract__starts_on", "contract__ends_on"
    ):
        by_person[person].stays.append(Stay(contract, first_day, last_day))
    return found


def _resolve(line: CafLine, people: list[_Known], department: str) -> Found:
    here = [one for one in people if not one.department or one.department == department]
    candidates = here or [one for one in people if same_name(line.printed_name, one.name)]
    if len(candidates) > 1:
        named = [one for one in candidates if same_name(line.printed_name, one.name)]
        candidates = named if len(named) == 1 else candidates
    if not candidates:
        return Found(None, "Aucune personne n'a ce numéro d'allocataire.")
    if len(candidates) > 1:
        names = ", ".join(one.name for one in candidates)
        return Found(None, f"Plusieurs personnes ont ce numéro : {names}.")
    return _in_contract(line, candidates[0], from_elsewhere=not here)


def _in_contract(line: CafLine, known: _Known, *, from_elsewhere: bool) -> Found:
    start, end = Month.of(line.month_from), Month.of(line.month_to)
    stay, review = stay_for(known.stays, start, end)
    if stay is None:
        return Found(None, f"{known.name} n'a pas de contrat.")
    remarks = [review]
    if from_elsewhere:
        remarks.append(f"{known.name} est enregistré·e à la CAF {known.department}.")
    if not same_name(line.printed_name, known.name):
        remarks.append(f"La CAF écrit « {line.printed_name} », la fiche « {known.name} ».")
    return Found(stay.contract, review=" ".join(one for one in remarks if one)[:300])


@dataclass(frozen=True)
class Suggestion:
    """A contract that a held line may be for, and why."""

    contract: Contract
    why: str


def suggestions(lines: Iterable[CafLine], contracts: Any) -> dict[int, list[Suggestion]]:
    """Return, by held line, the contracts (of those given) that its reference or name may mean."""
    held = [line for line in lines if line.contract_id is None]
    numbers = {line.tenant_ref.upper() for line in held if line.tenant_ref}
    words = {sort_key(line.last_name) for line in held if line.last_name}
    paid = {line.double_of.contract_id for line in held if line.double_of}
    meant = list(contracts.filter(Q(number__in=numbers) | Q(pk__in=paid - {None})))
    by_number = {row.number.upper(): row for row in meant}
    by_pk = {row.pk: row for row in meant}
    people: dict[str, list[tuple[Contract, str]]] = defaultdict(list)
    if words:
        condition = Q()
        for word in words:
            condition |= Q(person__search_key__contains=word)
        rows = ContractHolder.objects.filter(condition, contract__in=contracts).exclude(
            contract__status__in=_NOT_LIVED
        )
        for holder in rows.select_related("person", "contract")[:500]:
            key = holder.person.search_key
            for word in words:
                if word in key:
                    people[word].append((holder.contract, holder.person.full_name))
    return {line.pk: [*_paid(line, by_pk), *_suggested(line, by_number, people)][:4]
            for line in held}  # fmt: skip


def _paid(line: CafLine, by_pk: dict[int, Contract]) -> list[Suggestion]:
    """Return the contract on which the month was paid to that number."""
    of = line.double_of
    contract = by_pk.get(of.contract_id or 0) if of else None
    return [Suggestion(contract, "ce mois lui est déjà payé")] if contract else []


def _suggested(
    line: CafLine,
    by_number: dict[str, Contract],
    people: dict[str, list[tuple[Contract, str]]],
) -> list[Suggestion]:
    found: dict[int, Suggestion] = {}
    already = line.double_of.contract_id if line.double_of else None
    contract = by_number.get(line.tenant_ref.upper())
    if contract is not None:
        found[contract.pk] = Suggestion(contract, f"référence {line.tenant_ref} du bordereau")
    first = set(sort_key(line.first_name).split())
    for candidate, name in people.get(sort_key(line.last_name), []):
        if first & set(sort_key(name).split()):
            found.setdefault(candidate.pk, Suggestion(candidate, f"nom et prénom : {name}"))
    return [one for pk, one in found.items() if pk != already]
