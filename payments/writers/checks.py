"""What banks refuse though the schema accepts it: checked on every file before it leaves."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from payments.calculations.sepa import (
    NAME,
    REMITTANCE,
    is_creditor_id,
    is_reference,
    is_sepa_text,
)
from payments.calculations.target import is_target_day, next_target_day
from payments.writers.shapes import (
    DebitFile,
    DebitOrder,
    FileNotValid,
    Party,
    TransferFile,
    TransferOrder,
)

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
MOST = Decimal("999999999.99")
_ACCOUNT = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
Order = DebitOrder | TransferOrder


@cache
def _schema(message: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / f"{message}.xsd"))


def check_schema(document: Any, message: str) -> None:
    """Check a message against its official schema. Raises FileNotValid."""
    schema = _schema(message)
    if not schema.validate(document):
        raise FileNotValid([f"ligne {e.line} : {e.message}" for e in schema.error_log])


def check_debits(file: DebitFile) -> None:
    """Check what a bank checks of debits. Raises FileNotValid with every reason."""
    problems = [
        *_party(file.creditor),
        *_day(file.collect_on, "prélèvement"),
        *_orders(file.reference, file.orders),
    ]
    if not is_creditor_id(file.creditor.creditor_id):
        problems.append(
            f"l'identifiant créancier « {file.creditor.creditor_id} » est faux : corrigez-le dans "
            "l'administration, « Association »"
        )
    for order in file.orders:
        problems += _mandate(order, file.made_at.date())
    if problems:
        raise FileNotValid(problems)


def check_transfers(file: TransferFile) -> None:
    """Check what a bank checks of transfers. Raises FileNotValid with every reason."""
    problems = [
        *_party(file.debtor),
        *_day(file.execute_on, "virement"),
        *_orders(file.reference, file.orders),
    ]
    if problems:
        raise FileNotValid(problems)


def is_iban(text: str, *, national: bool = False) -> bool:
    """Whether an IBAN is right; `national`: the key inside the account number too (RIB)."""
    try:
        IBAN(text, validate_bban=national)
    except (SchwiftyException, ValueError):
        return False
    return True


def is_bic(text: str) -> bool:
    """Whether a BIC has its form."""
    try:
        BIC(text)
    except (SchwiftyException, ValueError):
        return False
    return True


def doubts_on(party: Party) -> list[str]:
    """Return what looks wrong of the association and is left to a person to judge."""
    if is_iban(party.iban):
        return []
    return [
        "La clé de l'IBAN de l'association ne tombe pas juste : vérifiez-le avec la banque, et "
        "corrigez-le dans l'administration."
    ]


def _party(party: Party) -> Iterator[str]:
    if not is_sepa_text(party.name, NAME):
        yield "le nom de l'association ne s'écrit pas dans l'alphabet des banques"
    if not _ACCOUNT.fullmatch(party.iban):
        yield "l'IBAN de l'association n'en a pas la forme : corrigez-le dans l'administration"
    if party.bic and not is_bic(party.bic):
        yield f"le BIC de l'association « {party.bic} » est faux"


def _day(day: date, what: str) -> Iterator[str]:
    if not is_target_day(day):
        yield (
            f"les banques ne règlent pas le {day:%d/%m/%Y} : le {what} irait au "
            f"{next_target_day(day):%d/%m/%Y}"
        )


def _orders(reference: str, orders: Sequence[Order]) -> Iterator[str]:
    if not orders:
        yield "il n'y a aucune opération"
    if not is_reference(reference):
        yield f"la référence « {reference} » n'est pas admise"
    yield from _repeated(order.end_to_end_id for order in orders)
    for order in orders:
        yield from _order(order)


def _repeated(references: Iterable[str]) -> Iterator[str]:
    for reference, times in Counter(references).items():
        if times > 1:
            yield f"la référence {reference} est écrite {times} fois"


def _order(order: Order) -> Iterator[str]:
    who = order.end_to_end_id
    if not is_reference(who):
        yield f"la référence « {who} » n'est pas admise"
    if not 0 < order.amount <= MOST or order.amount != round(order.amount, 2):
        yield f"{who} : le montant {order.amount} n'est pas admis"
    if not is_iban(order.iban):
        yield f"{who} : l'IBAN est faux"
    if order.bic and not is_bic(order.bic):
        yield f"{who} : le BIC « {order.bic} » est faux"
    name = order.debtor if isinstance(order, DebitOrder) else order.beneficiary
    if not is_sepa_text(name, NAME):
        yield f"{who} : le nom « {name} » ne s'écrit pas dans l'alphabet des banques"
    if not is_sepa_text(order.remittance, REMITTANCE):
        yield f"{who} : le libellé ne s'écrit pas dans l'alphabet des banques"


def _mandate(order: DebitOrder, today: date) -> Iterator[str]:
    if not is_reference(order.mandate):
        yield f"{order.end_to_end_id} : la RUM « {order.mandate} » n'est pas admise"
    if order.signed_on > today:
        yield f"{order.end_to_end_id} : le mandat est signé dans l'avenir"
