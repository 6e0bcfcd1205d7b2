"""Revise a fee by the IRL: an amendment that takes effect when it is asked for, never before."""

from collections.abc import Mapping
from datetime import date

from caracol.accounts.models import User
from caracol.core.errors import Refused
from residents.enums import AmendmentKind, ContractStatus
from residents.models import Contract
from residents.selectors.amending import Change, plan_change
from residents.selectors.revising import Revision, try_revision
from residents.selectors.states import refuse_if_contract_changed
from residents.services.accepting import settle
from residents.services.amending import Amended, write_amendment
from residents.services.drafting import NO_REASON
from residents.services.holding import hold_contract, said_in_words

LIVED_IN = (ContractStatus.IN_FORCE, ContractStatus.NOTICE_GIVEN)


class RevisionRefused(Refused):
    """The contract cannot be revised so."""


def revision_change(revision: Revision, effective_on: date) -> Change | None:
    """Return a revision as the change it is, or None when there is nothing to reckon with."""
    if revision.result is None or revision.pair is None:
        return None
    return Change(
        effective_on=effective_on,
        fee=revision.result.fee,
        charges=revision.result.charges,
        kind=AmendmentKind.INDEX,
        words=f"révision, {revision.pair.label}",
    )


@said_in_words
def revise_contract(
    *,
    contract: Contract,
    requested_on: date,
    effective_on: date,
    actor: User,
    today: date,
    reasons: Mapping[str, str] = NO_REASON,
    seen: str = "",
) -> Amended:
    """Revise the fee by the index of the contract's clause (RULEBOOK 2.4).

    Raises LawForbids, ReasonNeeded, AcceptanceReserved, RevisionRefused, ChangedMeanwhile.
    """
    locked = hold_contract(contract)
    refuse_if_contract_changed(locked, seen)
    if locked.status not in LIVED_IN:
        raise RevisionRefused("Seul un contrat en cours se révise.")
    if requested_on > today:
        raise RevisionRefused("Une demande ne se date pas de l'avenir.")
    revision = try_revision(locked, requested_on, effective_on)
    change = revision_change(revision, effective_on)
    verdicts = list(revision.verdicts)
    plan = plan_change(locked, change, today, reader=actor) if change else None
    verdicts += plan.verdicts if plan else []
    settle(contract=locked, verdicts=verdicts, reasons=reasons, actor=actor, today=today)
    if change is None or plan is None:
        raise RevisionRefused("L'indice manque : rien ne peut être calculé.")
    return write_amendment(contract=locked, change=change, plan=plan, actor=actor, today=today)
