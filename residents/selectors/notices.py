"""A contract's notices: the one alive, what a letter would do, who waits for what."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from caracol.core.periods import french_day
from residents.calculations.notices import UNSAID, Answer, Clauses, Letter, answer
from residents.calculations.renewal import tacit_schedule
from residents.enums import DeliveryOutcome
from residents.models import AcceptedWarning, Contract, ContractTerms, Notice
from residents.selectors.amending import life_of
from residents.selectors.contracts import upstream_end
from residents.selectors.effects import Effects, Version, accounts
from residents.selectors.rules import rule_binding, rule_in_force
from residents.selectors.spans import cut, versions_of, with_tail

_DAY = timedelta(days=1)


def notice_alive(contract: Contract) -> Notice | None:
    """Return the notice that stands on a contract: prepared, sent or received."""
    return Notice.objects.filter(contract=contract, withdrawn_on=None).first()


def is_prepared(notice: Notice) -> bool:
    """Whether it is still to be sent."""
    return notice.sent_on is None and notice.received_on is None


def must_be_served(notice: Notice) -> bool:
    """Whether its letter did not reach its addressee."""
    return notice.outcome in {DeliveryOutcome.REFUSED, DeliveryOutcome.UNCLAIMED}


def notice_state(notice: Notice) -> tuple[str, str]:
    """Return where a notice stands, in words, and the tone of its badge."""
    if notice.withdrawn_on:
        return ("sans objet" if notice.is_without_object else "retiré"), "neutral"
    if notice.effective_on:
        return f"effet le {french_day(notice.effective_on)}", "warning"
    if must_be_served(notice):
        return "à faire signifier", "danger"
    if is_prepared(notice):
        return "à valider et à envoyer", "info"
    return "réception attendue", "info"


def letter_of(notice: Notice, **changes: Any) -> Letter:
    """Return a notice as the rules read it, with what is changed of it."""
    names = ("given_by", "basis", "delivery", "outcome", "sent_on", "received_on")
    facts = {name: getattr(notice, name) for name in (*names, "reduced_reason", "reason")}
    return Letter(**(facts | changes))


def judge_notice(contract: Contract, letter: Letter) -> Answer:
    """Return what a notice would do by the rule that binds the contract. Raises RuleMissing."""
    return answer(rule_binding(contract), clauses_of(contract), letter)


def clauses_of(contract: Contract) -> Clauses:
    """Return what the contract itself says of its end."""
    return Clauses(
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        resident_months=contract.resident_notice_months,
        resident_days=contract.resident_notice_days,
        manager_months=contract.manager_notice_months,
        objective_causes=contract.objective_causes,
        renews_itself=bool(_next_renewal(contract)),
        usage_accepted=AcceptedWarning.objects.filter(contract=contract, code=UNSAID).exists(),
    )


def _next_renewal(contract: Contract) -> Iterable[Any]:
    if not contract.is_tacitly_renewed:
        return ()
    site = ContractTerms.objects.filter(contract=contract).order_by("-starts_on")
    owner_end = upstream_end(site.values_list("room__colocation__site", flat=True)[0])
    rule = rule_in_force(contract.kind, contract.ends_on + _DAY)
    return tacit_schedule(rule, life_of(contract), owner_end, count=1)


def effects_of_end(contract: Contract, ends_on: date, today: date) -> Effects:
    """Return what ending a contract on a day would do to its account."""
    versions: list[Version] = cut(versions_of(contract), ends_on)
    return accounts().preview(contract=contract, versions=versions, today=today)


def effects_of_return(contract: Contract, kept: dict[str, Any], today: date) -> Effects:
    """Return what giving a contract back the days that were cut would do to its account."""
    versions = with_tail(contract, kept.get("tail", ()))
    return accounts().preview(contract=contract, versions=versions, today=today)
