"""The rule that binds a contract: the one in force when it was signed or last renewed."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from caracol.core.errors import Refused
from caracol.parameters.models import Parameter
from residents.calculations.place import Surfaces
from residents.calculations.type_rule import TypeRule
from residents.enums import AmendmentKind
from residents.models import Amendment, Contract, ContractTypeRule

_COLUMNS = {field.name for field in ContractTypeRule._meta.concrete_fields} - {"kind"}
_PLAIN = [name for name in TypeRule.__dataclass_fields__ if name in _COLUMNS]
_LISTS = {"alarm_months", "charges_modes"}


class RuleMissing(Refused):
    """No rule of the type is in force on the day."""


def rule_in_force(kind: str, day: date) -> TypeRule:
    """Return what a type allows on a day. Raises RuleMissing."""
    row = ContractTypeRule.objects.on(day).filter(kind=kind).first()
    if row is None:
        raise RuleMissing(
            f"Aucune règle de ce type de contrat n'est en vigueur au {day:%d/%m/%Y}. La direction "
            "peut l'ajouter dans l'administration, « Règles des types de contrat »."
        )
    return as_rule(row)


def rules_in_force(day: date) -> dict[str, TypeRule]:
    """Return what each type allows on a day."""
    return {row.kind: as_rule(row) for row in ContractTypeRule.objects.on(day)}


def as_rule(row: Any) -> TypeRule:
    """Return a row as the calculations read it."""
    values = {name: getattr(row, name) for name in _PLAIN}
    values |= {name: tuple(values[name]) for name in _LISTS}
    return TypeRule(kind=row.kind, label=str(row.get_kind_display()), **values)


def bound_on(contract: Contract, amendments: Iterable[Amendment] | None = None) -> date:
    """Return the day whose law binds the contract: its last renewal, else its signature.

    A law that changes meanwhile does not touch it; the next renewal does (RULEBOOK 1.9). The
    amendments spare a query to who has read them.
    """
    renewals = [
        amendment.effective_on
        for amendment in (contract.amendments.all() if amendments is None else amendments)
        if amendment.kind == AmendmentKind.RENEWAL and amendment.withdrawn_on is None
    ]
    return max(renewals, default=None) or contract.signed_on or contract.starts_on


def rule_binding(contract: Contract) -> TypeRule:
    """Return the rule that binds a contract today. Raises RuleMissing."""
    return rule_in_force(contract.kind, bound_on(contract))


def surfaces_on(day: date) -> Surfaces | None:
    """Return the least surfaces of a home that opens housing aid on a day."""
    row = Parameter.objects.on(day).filter(key="aid.min_surface_m2").first()
    if row is None:
        return None
    sizes = {name: Decimal(row.value[name]) for name in ("one", "two", "more")}
    return Surfaces(**sizes, source=row.source)


def optional_value(key: str, day: date, default: Any) -> Any:
    """Return a parameter on a day, or the default before it existed."""
    row = Parameter.objects.on(day).filter(key=key).first()
    return default if row is None else row.value
