"""What this application does when something happens below it."""

from datetime import date, timedelta

from caracol.accounts.models import User
from caracol.accounts.policy import has_role
from caracol.core.errors import Refused
from colocations.services import keys
from residents.enums import LIVING
from residents.models import Contract
from residents.permissions import READERS, Fact
from residents.services.accepting import AcceptanceReserved, ReasonNeeded
from residents.services.holding import hold_contract
from residents.services.signing import KeysRefused, give_keys, take_back_keys

FIRST_KEYS = timedelta(days=31)
"""Sets handed later than that after the entry are not the first ones: they date nothing."""


class ContractHanding:
    """Keys of the register handed to a household: its contract has its say, and its date."""

    def given(self, *, contract: str, on: date, actor: User) -> None:
        """Write the day of the first keys; what keeps them back is settled on the contract."""
        found = Contract.objects.filter(number=contract).first()
        if found is None:
            return
        held = hold_contract(found)
        if held.status not in LIVING or held.keys_given_on or on > held.starts_on + FIRST_KEYS:
            return
        try:
            give_keys(contract=held, on=on, actor=actor, today=on)
        except (ReasonNeeded, AcceptanceReserved) as refusal:
            raise KeysRefused(_not_ready(held, refusal, actor)) from refusal

    def undone(self, *, contract: str, on: date, actor: User) -> None:
        """Take the day back when nothing else was handed."""
        found = Contract.objects.filter(number=contract, keys_given_on=on).first()
        if found is not None:
            take_back_keys(contract=found, actor=actor, with_sets=False)


def _not_ready(contract: Contract, refusal: Refused, actor: User) -> str:
    """Say what keeps the first keys back, to who may know of it."""
    told = has_role(actor, READERS[Fact.INSURANCE], contract.territory_id)
    said = [
        f"Ce sont les premières clés du contrat {contract.number}, et l'entrée n'est pas prête.",
        *(verdict.message for verdict in getattr(refusal, "verdicts", ()) if told),
        "L'équipe GLA les remet depuis le contrat, où s'écrit la raison de passer outre.",
    ]
    return " ".join(said)


keys.register(ContractHanding())
