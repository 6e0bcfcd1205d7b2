"""What a workbook is checked against: facts of the database, handed in. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class TypeRule:
    """What a type of contract allows over a span of days."""

    kind: str
    valid_from: date
    valid_to: date | None
    label: str
    min_months: int | None = None
    max_total_months: int | None = None
    fee_cap: Decimal | None = None
    deposit_cap_months: int | None = None
    needs_precarity_ground: bool = False


@dataclass(frozen=True)
class Stay:
    """Days of a contract that the database knows and the workbook does not name."""

    contract: str
    person: str
    room: str
    first: date
    last: date


@dataclass(frozen=True)
class Rules:
    """The rules in force and what is known already."""

    today: date
    departments: Mapping[str, frozenset[str]]
    type_rules: Sequence[TypeRule]
    agreement_years: Sequence[tuple[date, date | None, int]] = ()
    officers: frozenset[str] = frozenset()
    stays: Sequence[Stay] = ()
    foreign_mandates: Mapping[str, str] = field(default_factory=dict)

    def type_rule(self, kind: str, on: date) -> TypeRule | None:
        """Return the rule of a type on a day."""
        return next(
            (
                rule
                for rule in self.type_rules
                if rule.kind == kind and _covers(rule.valid_from, rule.valid_to, on)
            ),
            None,
        )

    def longest_agreement(self, on: date) -> int | None:
        """Return the legal maximum of an ELAN agreement in years, on the day it starts."""
        return next(
            (years for first, last, years in self.agreement_years if _covers(first, last, on)),
            None,
        )


def _covers(first: date, last: date | None, day: date) -> bool:
    return first <= day and (last is None or day <= last)
