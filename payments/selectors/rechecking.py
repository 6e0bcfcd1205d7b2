"""What changed since a file of debits was prepared: its mandates, its contracts, what is due."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caracol.core.money import ZERO, euros
from payments.enums import DebitState, MandateState
from payments.models import Debit, DebitBatch, Mandate
from payments.selectors.collecting import MISSING, left_and_aid, owing_again
from payments.selectors.mandates import aid_deducted, lapse_months
from residents.enums import ContractStatus, PaymentMethod
from residents.models import Contract

_MANDATE = MISSING | {MandateState.REVOKED: "le mandat est révoqué"}


@dataclass(frozen=True)
class Changed:
    """A debit that can no longer be taken as it was prepared, and why."""

    contract: Contract
    why: str

    def __str__(self) -> str:
        return f"{self.contract.number} ({self.why})"


def changed_since(batch: DebitBatch, today: date) -> list[Changed]:
    """Return the debits of a file that no longer hold; a constant number of queries."""
    rows = Debit.objects.filter(batch=batch, state=DebitState.WAITING)
    related = rows.select_related("contract", "mandate").defer("mandate__iban")
    debits = list(related.order_by("contract__number", "pk"))
    deducted = aid_deducted({debit.contract_id for debit in debits})
    owing = owing_again(debits, today)
    months = lapse_months(today)
    found = []
    for debit in debits:
        left, _aid = left_and_aid(owing[debit.pk], deducted=debit.contract_id in deducted)
        why = (
            _contract_why(debit.contract)
            or _mandate_why(debit.mandate, batch.collect_on, months)
            or _amount_why(debit.amount, max(left, ZERO))
        )
        if why:
            found.append(Changed(debit.contract, why))
    return found


def _contract_why(contract: Contract) -> str:
    if contract.status == ContractStatus.CLOSED:
        return "le contrat est clos"
    if contract.payment_method != PaymentMethod.DIRECT_DEBIT:
        return f"il ne se paie plus par prélèvement : {contract.get_payment_method_display()}"
    return ""


def _mandate_why(mandate: Mandate, on: date, months: int) -> str:
    state = mandate.state_on(on, months)
    return "" if state == MandateState.ACTIVE else _MANDATE[state]


def _amount_why(amount: Decimal, left: Decimal) -> str:
    if left >= amount:
        return ""
    if not left:
        return f"{euros(amount)} à prélever, mais ce mois est réglé depuis"
    return f"{euros(amount)} à prélever, mais il ne reste que {euros(left)} à payer"
