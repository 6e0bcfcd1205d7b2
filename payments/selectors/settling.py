"""What is left to settle on a contract that has ended: account, deposit, refund, aid."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from caracol.core.money import ZERO, euros
from caracol.core.periods import Month
from payments.enums import AccountKind, DebitState, TermKind
from payments.models import Account, Debit, Term
from payments.selectors.deposits import settlement_alive
from payments.selectors.impacts import bill_of, written_versions
from residents.models import Contract


def obstacles_to_closing(contract: Contract, today: date) -> tuple[str, ...]:
    """Return, in French, what keeps a contract from being closed, and what to do of it."""
    balances = dict(Account.objects.filter(contract=contract).values_list("kind", "balance"))
    return (*_unbilled(contract), *_obstacles(balances), *_under_way(contract))


def unbilled_months(contract: Contract) -> list[Month]:
    """Return the months of a contract that no term bills, those before the takeover left out."""
    terms = Term.objects.filter(contract=contract).exclude(kind=TermKind.ADJUSTMENT)
    billed = dict(terms.values_list("month", "kind"))
    opening = max((m for m, kind in billed.items() if kind == TermKind.OPENING), default=None)
    versions = written_versions(contract)
    return [
        month
        for month in Month.of(contract.starts_on).until(Month.of(contract.ends_on))
        if month.first not in billed
        and (opening is None or month.first > opening)
        and bill_of(month, versions).parts.total
    ]


def unbilled_words(months: list[Month]) -> str:
    """Say which months are still to be billed."""
    names = ", ".join(month.label for month in months)
    return f"{names.capitalize()} n'est pas encore facturé : clôturez ce mois d'abord."


def _under_way(contract: Contract) -> Iterator[str]:
    waiting = Debit.objects.filter(contract=contract, state=DebitState.WAITING)
    debit = waiting.select_related("batch").first()
    if debit is not None:
        yield (
            f"Un prélèvement de {euros(debit.amount)} est en cours ({debit.batch}) : attendez le "
            f"{debit.batch.collect_on:%d/%m/%Y}, ou annulez la remise."
        )


def _unbilled(contract: Contract) -> Iterator[str]:
    if months := unbilled_months(contract):
        yield unbilled_words(months)


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
        yield f"Le compte a {euros(-owed)} en avance : préparez leur restitution."
    if held:
        yield f"Un dépôt de garantie de {euros(held)} est encore détenu : préparez sa restitution."
    if refund:
        yield f"{euros(refund)} sont à rembourser : enregistrez le remboursement une fois parti."
    if awaited:
        yield (
            f"{euros(awaited)} d'aide étaient attendus à la reprise et ne sont pas venus : "
            "voyez avec la CAF."
        )


def obstacle_to_reopening(contract: Contract) -> str:
    """Return what was built on the contract's end and keeps it; "" when nothing does."""
    settlement = settlement_alive(contract)
    if settlement is None:
        return ""
    state = settlement.get_state_display()
    return f"La restitution du dépôt est déjà engagée ({state}) : annulez-la d'abord."
