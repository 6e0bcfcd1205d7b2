"""Record SEPA mandates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from caracol.core.crypto import blind_index
from caracol.core.errors import Refused
from payments.models import Mandate
from residents.models import Contract


class IbanInvalid(Refused):
    """The IBAN's form or check digits are wrong."""


@dataclass(frozen=True)
class MandateFacts:
    """A signed mandate; the IBAN may be written with spaces."""

    contract: Contract
    reference: str
    iban: str
    signed_on: date
    bic: str = ""


def checked_iban(text: str) -> str:
    """Return an IBAN in compact form. Raises IbanInvalid."""
    try:
        return str(IBAN(text, validate_bban=False).compact)
    except (SchwiftyException, ValueError) as error:
        raise IbanInvalid(
            "Cet IBAN est faux (clé de contrôle ou longueur) : recopiez-le du relevé d'identité "
            "bancaire."
        ) from error


@transaction.atomic
def record_mandates(facts: Iterable[MandateFacts]) -> list[Mandate]:
    """Record mandates in bulk; one already known by its reference is left. Raises IbanInvalid."""
    wanted = {fact.reference: fact for fact in facts}
    for reference in Mandate.objects.filter(reference__in=wanted).values_list(
        "reference", flat=True
    ):
        del wanted[reference]
    mandates = []
    for fact in wanted.values():
        iban = checked_iban(fact.iban)
        mandates.append(
            Mandate(
                contract=fact.contract,
                reference=fact.reference,
                signed_on=fact.signed_on,
                iban=iban,
                iban_index=blind_index(iban, context="payments_mandate.iban"),
                iban_tail=iban[-4:],
                bic=fact.bic,
            )
        )
    return Mandate.objects.bulk_create(mandates)
