"""Write down what a signed contract says and nobody recorded: taken over, it came without."""

from collections.abc import Mapping

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from residents.calculations.facts import required_fields
from residents.enums import ContractStatus
from residents.models import Contract
from residents.selectors.rules import rule_binding
from residents.selectors.states import refuse_if_contract_changed
from residents.services.holding import hold_contract, said_in_words

COMPLETED = history.label("residents.contract-completed", "Contrat complété")


class CompletionRefused(Refused):
    """What is written already does not change so."""


def facts_lacking(contract: Contract) -> tuple[str, ...]:
    """Return what the type of a contract asks it to say and nobody wrote."""
    required = required_fields(rule_binding(contract))
    return tuple(name for name in required if not getattr(contract, name).strip())


@said_in_words
def complete_contract(
    *, contract: Contract, facts: Mapping[str, str], actor: User, seen: str = ""
) -> Contract:
    """Write the facts that a signed contract says, where nothing was written.

    It changes nothing of what binds: what is written changes by amendment. Raises
    CompletionRefused, ChangedMeanwhile.
    """
    locked = hold_contract(contract)
    refuse_if_contract_changed(locked, seen)
    if locked.status in {ContractStatus.DRAFT, ContractStatus.CANCELLED}:
        raise CompletionRefused("Un brouillon se modifie, il ne se complète pas.")
    said = {name: text.strip() for name, text in facts.items() if text.strip()}
    if foreign := set(said) - set(facts_lacking(locked)):
        raise CompletionRefused(
            "Ce qui est déjà écrit au contrat change par un avenant, pas ici : "
            f"{', '.join(sorted(foreign))}."
        )
    for name, text in said.items():
        setattr(locked, name, text)
    with history.act(COMPLETED, actor=actor):
        locked.save(update_fields=list(said))
    return locked
