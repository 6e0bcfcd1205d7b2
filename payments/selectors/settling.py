"""What is left to settle on a contract that has ended: account, deposit, refund, aid."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from caracol.core.money import ZERO, euros
from payments.enums import AccountKind
from payments.models import Account
from residents.models import Contract


def obstacles_to_closing(contract: Contract, today: date) -> tuple[str, ...]:
    """Return, in French, what keeps a contract from being closed, and what to do of it."""
    balances = dict(Account.objects.filter(contract=contract).values_list("kind", "balance"))
    return tuple(_obstacles(balances))


def _obstacles(balances: dict[str, Decimal]) -> Iterator[str]:
    owed = balances.get(AccountKind.RECEIVABLE, ZERO)
    held = -balances.get(AccountKind.DEPOSIT_HELD, ZERO)
    refund = -balances.get(AccountKind.REFUND_DUE, ZERO)
    awaited = balances.get(AccountKind.AID_AT_TAKEOVER, ZERO)
    if owed > 0:
        yield (
            f"Le compte doit encore {euros(owed)} : encaissez-les, retenez-les sur le dépôt, ou "
            "corrigez l'échéance s'il y a une erreur."
        )
    if owed < 0:
        yield f"Le compte a {euros(-owed)} en avance : ils sont à rembourser."
    if held:
        yield f"Un dépôt de garantie de {euros(held)} est encore détenu : préparez sa restitution."
    if refund:
        yield f"{euros(refund)} sont à rembourser : le virement n'est pas encore parti."
    if awaited:
        yield (
            f"{euros(awaited)} d'aide étaient attendus à la reprise et ne sont pas venus : "
            "voyez avec la CAF."
        )
