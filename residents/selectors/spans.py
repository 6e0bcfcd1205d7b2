"""The terms of a contract cut at a day, or with what was cut put back: thought of, not written."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from residents.models import Contract, ContractTerms
from residents.selectors.effects import Version

PRICED = ("fee", "charges", "expected_aid")
SAME = ("room_id", "amendment_id", "aid_payee", *PRICED)


def versions_of(contract: Contract) -> list[Version]:
    """Return the terms of a contract as they are written."""
    rows = ContractTerms.objects.filter(contract=contract).order_by("starts_on")
    return [as_version(row) for row in rows]


def as_version(row: Any) -> Version:
    """Return terms as the books read them."""
    return Version(
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        fee=row.fee,
        charges=row.charges,
        expected_aid=row.expected_aid,
        aid_payee=row.aid_payee,
        room_id=row.room_id,
    )


def cut(versions: Iterable[Version], ends_on: date) -> list[Version]:
    """Return the versions up to a day, included."""
    return [
        replace(version, ends_on=min(version.ends_on, ends_on))
        for version in versions
        if version.starts_on <= ends_on
    ]


def with_tail(contract: Contract, tail: Iterable[dict[str, Any]]) -> list[Version]:
    """Return the contract's versions followed by those that were cut."""
    return [*versions_of(contract), *(tail_version(piece) for piece in tail)]


def tail_of(rows: Iterable[ContractTerms], after: date) -> list[dict[str, Any]]:
    """Return what lies after a day, as it is kept to be put back."""
    return [
        {
            "starts_on": max(row.starts_on, _next(after)).isoformat(),
            "ends_on": row.ends_on.isoformat(),
            "room_id": row.room_id,
            "amendment_id": row.amendment_id,
            "aid_payee": row.aid_payee,
            **{name: str(getattr(row, name)) for name in PRICED},
        }
        for row in rows
        if row.ends_on > after
    ]


def tail_facts(piece: dict[str, Any]) -> dict[str, Any]:
    """Return what was kept of a version, as its columns."""
    return {
        **piece,
        "starts_on": date.fromisoformat(piece["starts_on"]),
        "ends_on": date.fromisoformat(piece["ends_on"]),
        **{name: Decimal(piece[name]) for name in PRICED},
    }


def tail_version(piece: dict[str, Any]) -> Version:
    """Return what was kept of a version, as the books read it."""
    facts = tail_facts(piece)
    facts.pop("amendment_id")
    return Version(**facts)


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
