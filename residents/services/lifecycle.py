"""Move contracts along their life (DESIGN section 4): one table of transitions decides."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from residents.enums import TRANSITIONS, ContractStatus
from residents.models import Contract

MOVED = history.label("residents.contract-moved", "Contrat : changement d'état")


class TransitionRefused(Refused):
    """The contract's state does not allow the act."""


@dataclass(frozen=True)
class Advanced:
    """How many contracts began and how many ended."""

    began: int
    ended: int


def next_status(status: ContractStatus, act: str) -> ContractStatus:
    """Return the state an act leads to. Raises TransitionRefused when the state forbids it."""
    allowed = TRANSITIONS[ContractStatus(status)]
    if act not in allowed:
        may = ", ".join(f"« {name} »" for name in allowed) or "plus rien"
        label = ContractStatus(status).label
        raise TransitionRefused(f"Un contrat {label} ne permet pas « {act} » : il permet {may}.")
    return allowed[act]


@transaction.atomic
def move(*, contract: Contract, act: str, actor: User, reason: str = "") -> Contract:
    """Apply an act of the table to a contract. Raises TransitionRefused."""
    with history.act(MOVED, actor=actor, reason=reason):
        locked = Contract.objects.select_for_update(no_key=True, of=("self",)).get(pk=contract.pk)
        locked.status = next_status(ContractStatus(locked.status), act)
        locked.save(update_fields=["status"])
    return locked


@transaction.atomic
def advance_contracts(*, on: date, actor: User) -> Advanced:
    """Begin the signed contracts whose first day has come; end those whose last day is past.

    Run every night; a day missed is caught up, a day run twice changes nothing.
    """
    living = [ContractStatus.IN_FORCE, ContractStatus.NOTICE_GIVEN]
    with history.act(MOVED, actor=actor):
        began = Contract.objects.filter(status=ContractStatus.SIGNED, starts_on__lte=on).update(
            status=next_status(ContractStatus.SIGNED, "entrer")
        )
        ended = Contract.objects.filter(status__in=living, ends_on__lt=on).update(
            status=next_status(ContractStatus.IN_FORCE, "terminer")
        )
    return Advanced(began, ended)
