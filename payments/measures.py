"""What the books know of a person or a contract, for the lists and pages of residents."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from caracol.core.models import MoneyField
from caracol.core.registries import Measure, register_measure
from payments.enums import AccountKind
from payments.models import Account
from residents.models import Contract, ContractHolder


def _balance(of_subject: dict[str, Any]) -> Callable[[Any, frozenset[Any]], Any]:
    """Return the measure: the sum of the contracts' balances that the user may see."""

    def expression(user: Any, roles: frozenset[Any]) -> Any:
        contracts = Contract.objects.visible_to(user, roles).values("pk")
        total = (
            Account.objects.filter(
                kind=AccountKind.RECEIVABLE, contract__in=contracts, **of_subject
            )
            .values("kind")
            .annotate(total=Sum("balance"))
            .values("total")
        )
        zero = Value(Decimal("0.00"), output_field=MoneyField())
        return Coalesce(Subquery(total, output_field=MoneyField()), zero)

    return expression


_HELD = ContractHolder.objects.filter(person=OuterRef(OuterRef("pk"))).values("contract")
_OF_PERSON = _balance({"contract_id__in": _HELD})
_OF_CONTRACT = _balance({"contract": OuterRef("pk")})

register_measure(Measure("person", "balance", "Solde", _OF_PERSON))
register_measure(Measure("contract", "balance", "Solde", _OF_CONTRACT))
