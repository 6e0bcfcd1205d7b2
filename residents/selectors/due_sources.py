"""Contracts and people as the deadline engine reads them: who, where, streamed row by row."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat, Upper

from caracol.deadlines.registry import Fact
from residents.enums import LIVING
from residents.models import Contract, ContractHolder, ContractTerms, Person

CHUNK = 2000
_PLACE = ("pk", "number", "territory_id", "holder_id", "holder_name", "home_id", "site_id")
_WHO = ("pk", "name", "followed_in", "contract", "home_id", "site_id")


def full_name(path: str = "") -> Concat:
    """Return a person's first name and capitals as SQL; `path` leads to the person."""
    return Concat(
        F(f"{path}first_name"),
        Value(" "),
        Upper(F(f"{path}last_name")),
        output_field=TextField(),
    )


def contract_rows(contracts: Any, *more: str) -> Iterator[dict[str, Any]]:
    """Stream contracts with their main holder and their last place, and more columns."""
    main = ContractHolder.objects.filter(contract=OuterRef("pk"), is_main=True)
    terms = ContractTerms.objects.filter(contract=OuterRef("pk")).order_by("-starts_on")
    rows = contracts.annotate(
        holder_id=Subquery(main.values("person")[:1]),
        holder_name=Subquery(main.annotate(said=full_name("person__")).values("said")[:1]),
        home_id=Subquery(terms.values("room__colocation")[:1]),
        site_id=Subquery(terms.values("room__colocation__site")[:1]),
    )
    found: Iterator[dict[str, Any]] = (
        rows.order_by("pk").values(*_PLACE, *more).iterator(chunk_size=CHUNK)
    )
    return found


def contract_fact(row: dict[str, Any], due_on: date, **said: Any) -> Fact:
    """Return a fact about a contract, under its own number unless `key` says otherwise."""
    return Fact(
        key=said.pop("key", str(row["pk"])),
        subject_id=row["pk"],
        about=" · ".join(filter(None, (row["holder_name"], row["number"]))),
        due_on=due_on,
        territory_id=row["territory_id"],
        person_id=row["holder_id"],
        contract_id=row["pk"],
        home_id=row["home_id"],
        site_id=row["site_id"],
        **said,
    )


def people_rows(people: Any, *more: str) -> Iterator[dict[str, Any]]:
    """Stream people who live here, or are awaited, with their contract and their place."""
    held = ContractHolder.objects.filter(person=OuterRef("pk"))
    living = held.filter(contract__status__in=LIVING).order_by("-starts_on")
    contract = living.values("contract")[:1]
    terms = ContractTerms.objects.filter(contract=OuterRef("contract")).order_by("-starts_on")
    rows = (
        people.filter(Q(died_on=None), Exists(living) | ~Exists(held))
        .annotate(name=full_name(), contract=Subquery(contract))
        .annotate(
            followed_in=Coalesce(
                Subquery(Contract.objects.filter(pk=OuterRef("contract")).values("territory")[:1]),
                F("territory"),
                output_field=BigIntegerField(),
            ),
            home_id=Subquery(terms.values("room__colocation")[:1]),
            site_id=Subquery(terms.values("room__colocation__site")[:1]),
        )
    )
    found: Iterator[dict[str, Any]] = (
        rows.order_by("pk").values(*_WHO, *more).iterator(chunk_size=CHUNK)
    )
    return found


def person_fact(row: dict[str, Any], due_on: date, *, key: str, **said: Any) -> Fact:
    """Return a fact about a person."""
    return Fact(
        key=key,
        subject_id=row["pk"],
        about=row["name"],
        due_on=due_on,
        territory_id=row["followed_in"],
        person_id=row["pk"],
        contract_id=row["contract"],
        home_id=row["home_id"],
        site_id=row["site_id"],
        **said,
    )


def everybody() -> Any:
    """Return every person, to be filtered by what a rule is about."""
    return Person.objects.all()
