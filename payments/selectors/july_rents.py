"""The rents of July, that each CAF asks for once a year (RULEBOOK 3.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from caracol.core.periods import Month
from payments.models import CafOffice
from payments.selectors.labels import Label, contract_labels
from residents.enums import BINDING, AidEligibility
from residents.models import ContractHolder, ContractTerms

JULY = 7


@dataclass(frozen=True)
class JulyRent:
    """What somebody's home cost in July, for their CAF."""

    label: Label
    caf_number: str
    fee: Decimal
    charges: Decimal

    @property
    def total(self) -> Decimal:
        """Fee and charges."""
        return self.fee + self.charges


@dataclass(frozen=True)
class OfficeRents:
    """The rents of July of one CAF."""

    office: CafOffice
    rows: list[JulyRent]

    @property
    def unknown(self) -> int:
        """How many people's numbers at the CAF are not known: the CAF would not find them."""
        return sum(not row.caf_number for row in self.rows)


def last_july(today: date) -> int:
    """Return the year of the last July that has begun."""
    return today.year if today.month >= JULY else today.year - 1


def july_rents(contracts: Any, year: int) -> list[OfficeRents]:
    """Return by CAF what each home lived in during July cost: five queries.

    The last terms of the month count. Contracts that open no right are left out.
    """
    month = Month(year, JULY)
    terms = ContractTerms.objects.filter(
        contract__in=contracts,
        contract__status__in=BINDING,
        starts_on__lte=month.last,
        ends_on__gte=month.first,
    ).exclude(contract__aid_eligible=AidEligibility.NO)
    found = {
        row[0]: row[1:]
        for row in terms.order_by("starts_on").values_list(
            "contract", "room__colocation__site__department", "fee", "charges"
        )
    }
    labels = contract_labels(found, month.last)
    numbers = _numbers(found)
    offices = {office.department: office for office in CafOffice.objects.all()}
    piles: dict[str, list[JulyRent]] = {}
    for pk, (department, fee, charges) in found.items():
        row = JulyRent(labels[pk], numbers.get(pk, ""), fee, charges)
        piles.setdefault(department, []).append(row)
    return [
        OfficeRents(
            offices.get(code) or CafOffice(department=code, name=f"CAF {code}"),
            sorted(rows, key=lambda row: row.label.people),
        )
        for code, rows in sorted(piles.items())
    ]


def _numbers(contracts: Iterable[int]) -> dict[int, str]:
    holders = ContractHolder.objects.filter(contract__in=list(contracts)).order_by("is_main")
    return dict(holders.values_list("contract", "person__caf_number"))
