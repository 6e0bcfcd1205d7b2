"""Record that somebody left, take it back, close the contract once all is settled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from caracol.accounts.models import User
from caracol.accounts.policy import GLA_DECIDES, has_role
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import french_day
from residents.calculations.verdicts import Verdict
from residents.enums import ContractStatus, ExitDestination
from residents.models import Contract, Notice
from residents.models.notices import WITHOUT_OBJECT
from residents.selectors.effects import Effects, accounts
from residents.selectors.leaving import (
    Departure,
    judge_departure,
    judge_keys_returned,
    notice_received,
)
from residents.selectors.states import refuse_if_contract_changed
from residents.services.accepting import settle
from residents.services.drafting import NO_REASON
from residents.services.holding import hold_contract, said_in_words
from residents.services.lifecycle import TransitionRefused, next_status
from residents.services.spans import cut_contract, put_back

ENDED = history.label("residents.contract-ended", "Départ enregistré")
EXIT_COMPLETED = history.label("residents.exit-completed", "Sortie complétée")
REOPENED = history.label("residents.contract-reopened", "Départ annulé")
CLOSED = history.label("residents.contract-closed", "Contrat clos")
UNCLOSED = history.label("residents.contract-unclosed", "Contrat clos rouvert")

_OF_EXIT = (
    *("exit_kind", "exit_destination", "exit_reason", "new_address", "left_on"),
    *("keys_returned_on", "exit_inventory_conforms"),
)
LIVED = frozenset({ContractStatus.IN_FORCE, ContractStatus.NOTICE_GIVEN})


class ExitRefused(Refused):
    """The exit cannot be recorded, completed or taken back so."""


class ClosingRefused(Refused):
    """Something is still to settle: the text lists it."""


@dataclass(frozen=True)
class Left:
    """The contract once somebody left, and what it did to the account."""

    contract: Contract
    effects: Effects


@said_in_words
def end_contract(
    *,
    contract: Contract,
    departure: Departure,
    actor: User,
    today: date,
    reasons: Mapping[str, str] = NO_REASON,
    seen: str = "",
) -> Left:
    """Record a departure: until when the fee is owed follows from the rule, months are put right.

    The contract ends at once, or on the day until which it is owed. Raises ExitRefused,
    LawForbids, ReasonNeeded, AcceptanceReserved, ChangedMeanwhile, MonthLocked.
    """
    locked = hold_contract(contract)
    refuse_if_contract_changed(locked, seen)
    _may_leave(locked)
    judged = judge_departure(locked, departure, today)
    settle(contract=locked, verdicts=judged.verdicts, reasons=reasons, actor=actor, today=today)
    with history.act(ENDED, actor=actor):
        kept = cut_contract(locked, min(judged.owed.until, locked.ends_on))
        locked.end_before = {
            "cut": kept,
            "status": locked.status,
            "renews": locked.is_tacitly_renewed,
            "notice": _close_notice(judged.closes, departure.left_on, today),
        }
        _write_exit(locked, departure)
        locked.is_tacitly_renewed = False
        if locked.status in LIVED and locked.ends_on <= today:
            locked.status = next_status(ContractStatus(locked.status), "terminer")
        locked.save(update_fields=[*_OF_EXIT, "end_before", "is_tacitly_renewed", "status"])
    effects = accounts().apply(
        contract=locked,
        actor=actor,
        today=today,
        reason=f"départ le {french_day(departure.left_on)}",
        key=_key(locked, "left"),
    )
    return Left(locked, effects)


def _may_leave(contract: Contract) -> None:
    if contract.exit_kind:
        raise ExitRefused(
            "Le départ est déjà enregistré : complétez-le, ou annulez-le s'il l'a été par erreur."
        )
    if contract.status not in LIVED | {ContractStatus.ENDED}:
        raise TransitionRefused(
            f"Un contrat {contract.get_status_display()} ne permet pas d'enregistrer un départ."
        )


def _close_notice(notice: Notice | None, left_on: date, today: date) -> int | None:
    """Close a notice that nobody received: the person left. Return which, to open it again."""
    if notice is None:
        return None
    notice.withdrawn_on = today
    notice.withdrawn_reason = f"{WITHOUT_OBJECT} : départ le {french_day(left_on)}"
    notice.save(update_fields=["withdrawn_on", "withdrawn_reason"])
    return notice.pk


def _open_notice(pk: int | None) -> None:
    """Open again the notice that a departure closed."""
    for notice in Notice.objects.filter(pk=pk) if pk else ():
        notice.withdrawn_on, notice.withdrawn_reason = None, ""
        notice.save(update_fields=["withdrawn_on", "withdrawn_reason"])


def _write_exit(contract: Contract, departure: Departure) -> None:
    contract.exit_kind = departure.kind
    contract.exit_destination = departure.destination or ExitDestination.UNKNOWN
    contract.exit_reason = departure.reason.strip()[:200]
    contract.new_address = departure.new_address.strip()[:300]
    contract.left_on = departure.left_on
    contract.keys_returned_on = departure.keys_returned_on
    contract.exit_inventory_conforms = departure.inventory_conforms


def _key(contract: Contract, step: str) -> str:
    """Return a key of its own for each time the act is done: taken back, it may be done again."""
    done = type(contract).pgh_event_model.objects.filter(pgh_obj_id=contract.pk).count()  # type: ignore[attr-defined]
    return f"exit:{contract.pk}:{step}:{done}"


@said_in_words
def complete_exit(
    *,
    contract: Contract,
    keys_returned_on: date | None,
    inventory_conforms: bool | None,
    destination: str,
    new_address: str,
    actor: User,
    today: date,
    reasons: Mapping[str, str] = NO_REASON,
    seen: str = "",
) -> Contract:
    """Write what was not known on the day of the departure: keys, inventory, new address.

    The clock of the deposit starts from the keys. Raises ExitRefused, LawForbids, ReasonNeeded,
    AcceptanceReserved, ChangedMeanwhile.
    """
    locked = hold_contract(contract)
    refuse_if_contract_changed(locked, seen)
    if not locked.exit_kind or locked.status == ContractStatus.CLOSED:
        raise ExitRefused("Aucun départ à compléter sur ce contrat.")
    verdicts = judge_completion(locked, keys_returned_on, today)
    settle(contract=locked, verdicts=verdicts, reasons=reasons, actor=actor, today=today)
    with history.act(EXIT_COMPLETED, actor=actor):
        locked.keys_returned_on = keys_returned_on
        locked.exit_inventory_conforms = inventory_conforms
        locked.exit_destination = destination or ExitDestination.UNKNOWN
        locked.new_address = new_address.strip()[:300]
        locked.save(
            update_fields=[
                *("keys_returned_on", "exit_inventory_conforms", "exit_destination"),
                "new_address",
            ]
        )
    return locked


def judge_completion(
    contract: Contract, keys_returned_on: date | None, today: date
) -> list[Verdict]:
    """Judge the keys told after the departure; a day already written is judged no more."""
    if keys_returned_on == contract.keys_returned_on:
        return []
    left_on = contract.left_on or contract.ends_on
    return judge_keys_returned(contract, keys_returned_on, left_on, today)


@said_in_words
def reopen_exit(
    *, contract: Contract, reason: str, actor: User, today: date, seen: str = ""
) -> Left:
    """Take back a departure recorded by mistake, while nothing else was built upon it.

    The days cut are given back and billed again. Raises ExitRefused, SpanRefused,
    ContractRefused (the room was given to somebody else), ChangedMeanwhile, MonthLocked.
    """
    locked = hold_contract(contract)
    refuse_if_contract_changed(locked, seen)
    if not has_role(actor, GLA_DECIDES, locked.territory_id):
        raise ExitRefused("La responsable GLA ou la direction annule un départ.")
    if not reason.strip():
        raise ExitRefused("Dites pourquoi le départ est annulé.")
    if refusal := reopening_refused(locked):
        raise ExitRefused(refusal)
    before: dict[str, Any] = locked.end_before
    with history.act(REOPENED, actor=actor, reason=reason):
        locked.status = _status_again(locked)
        locked.is_tacitly_renewed = before.get("renews", False)
        _forget_exit(locked)
        locked.save(update_fields=[*_OF_EXIT, "end_before", "is_tacitly_renewed", "status"])
        put_back(locked, before.get("cut", {}))
        _open_notice(before.get("notice"))
    effects = accounts().apply(
        contract=locked,
        actor=actor,
        today=today,
        reason="départ annulé",
        key=_key(locked, "reopened"),
    )
    return Left(locked, effects)


def reopening_refused(contract: Contract) -> str:
    """Return why a departure can no longer be taken back, in French; "" when it can."""
    if not contract.exit_kind or not contract.end_before:
        return "Aucun départ enregistré ici n'est à annuler."
    if contract.status == ContractStatus.CLOSED:
        return "Le contrat est clos : rouvrez-le d'abord."
    return accounts().obstacle_to_reopening(contract)


def _status_again(contract: Contract) -> ContractStatus:
    if contract.status != ContractStatus.ENDED:
        return ContractStatus(contract.status)
    if contract.end_before.get("status") == ContractStatus.ENDED:
        return ContractStatus.ENDED
    act = "rouvrir sous préavis" if notice_received(contract) else "rouvrir"
    return next_status(ContractStatus.ENDED, act)


def _forget_exit(contract: Contract) -> None:
    contract.exit_kind = contract.exit_destination = ""
    contract.exit_reason = contract.new_address = ""
    contract.left_on = contract.keys_returned_on = None
    contract.exit_inventory_conforms = None
    contract.end_before = {}


@said_in_words
def close_contract(*, contract: Contract, actor: User, today: date, seen: str = "") -> Contract:
    """Close a contract that has ended and owes nothing, on either side.

    Raises ClosingRefused with all that is left to do, TransitionRefused, ChangedMeanwhile.
    """
    locked = hold_contract(contract)
    refuse_if_contract_changed(locked, seen)
    status = next_status(ContractStatus(locked.status), "clore")
    accounts().hold(locked)
    obstacles = left_to_do(locked, today)
    if obstacles:
        raise ClosingRefused(" ".join(obstacles))
    with history.act(CLOSED, actor=actor):
        locked.status = status
        locked.save(update_fields=["status"])
    return locked


def left_to_do(contract: Contract, today: date) -> tuple[str, ...]:
    """Return, in French, what keeps a contract that has ended from being closed."""
    found = accounts().obstacles_to_closing(contract, today)
    if not contract.exit_kind:
        return ("Le départ n'est pas enregistré : enregistrez-le.", *found)
    return found


@said_in_words
def unclose_contract(*, contract: Contract, reason: str, actor: User, seen: str = "") -> Contract:
    """Open a closed contract again: money came late, or an account was wrong.

    Raises ExitRefused without a reason, TransitionRefused, ChangedMeanwhile.
    """
    locked = hold_contract(contract)
    refuse_if_contract_changed(locked, seen)
    if not reason.strip():
        raise ExitRefused("Dites pourquoi le contrat est rouvert.")
    with history.act(UNCLOSED, actor=actor, reason=reason):
        locked.status = next_status(ContractStatus(locked.status), "rouvrir le dossier")
        locked.save(update_fields=["status"])
    return locked
