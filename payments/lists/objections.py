"""What the books say of lists: objections to a change, files that take people's facts out."""

from collections.abc import Mapping, Sequence
from typing import Any

from caracol.lists.services.exporting import tell_about_people
from payments.models import Mandate
from residents.enums import PaymentMethod
from residents.models import Contract
from residents.services.fields import object_to

for key in ("payments:arrears-export", "payments:payment-export", "payments:bank-lines-export"):
    tell_about_people(key)


@object_to("payment_method")
def without_mandate(rows: Sequence[Contract], value: Any) -> Mapping[int, str]:
    """Say which contracts may not pay by direct debit: no signed mandate lives."""
    if value != PaymentMethod.DIRECT_DEBIT:
        return {}
    ids = [row.pk for row in rows]
    held = set(Mandate.objects.signed().filter(contract__in=ids).values_list("contract", flat=True))
    return dict.fromkeys(set(ids) - held, "pas de mandat de prélèvement en cours")
