"""The letter of a deposit settled, offered on its contract."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from caracol.core.money import euros
from caracol.core.periods import french_day
from payments.enums import SettlementState
from payments.models import DepositSettlement
from residents.models import Contract
from residents.papers import Plan, deposit_plan
from residents.papers.choices import PaperChoice, paper_provider


@paper_provider
def deposit_letter(contract: Contract, today: date) -> Iterable[tuple[PaperChoice, Plan]]:
    """Offer the letter of a settlement that is approved."""
    found = DepositSettlement.objects.filter(contract=contract, state=SettlementState.APPROVED)
    settlement = found.first()
    if settlement is None:
        return
    detail = f"{euros(settlement.refund)} à rendre"
    choice = PaperChoice("depot", "Décompte du dépôt de garantie", detail, "scale")
    yield choice, deposit_plan(contract, today, deposit_facts(settlement))


def deposit_facts(settlement: DepositSettlement) -> dict[str, str]:
    """Return the amounts of a settlement by their names in the texts."""
    said = settlement.statement
    kept = [
        f"{line['label']} : {euros(Decimal(line['amount']))} ({line['detail']})"
        for line in said["deductions"]
    ]
    if settlement.set_off:
        kept.append(f"Sommes restant dues au compte : {euros(settlement.set_off)}")
    due_on = said["due_on"]
    return {
        "dépôt.versé": euros(settlement.held),
        "dépôt.retenu": euros(settlement.kept + settlement.set_off),
        "dépôt.retenues": "\n".join(kept),
        "dépôt.majoration": euros(settlement.penalty) if settlement.penalty else "",
        "dépôt.avance": euros(settlement.credit) if settlement.credit else "",
        "dépôt.rendu": euros(settlement.refund),
        "dépôt.à rendre avant le": french_day(date.fromisoformat(due_on)) if due_on else "",
    }
