"""Renew contracts: by an amendment signed by both, or tacitly when nobody said no in time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from caracol.accounts.models import User
from caracol.core.errors import Refused
from caracol.core.periods import add_months, french_day
from residents.calculations.renewal import Renewal, certain_from, tacit_schedule
from residents.enums import AmendmentKind, ContractStatus
from residents.models import Amendment, Contract, ContractTerms, Notice
from residents.selectors.amending import Change, life_of, plan_change
from residents.selectors.contracts import upstream_end
from residents.selectors.rules import rule_in_force
from residents.services.amending import Amended, amend_contract, write_amendment
from residents.services.drafting import NO_REASON
from residents.services.holding import hold_contract, said_in_words

_DAY = timedelta(days=1)
# The longest warning an association owes before a term: bare leases, six months.
FURTHEST_MONTHS = 7


@dataclass(frozen=True)
class Renewed:
    """How many contracts were renewed tacitly, and which could not be, with why."""

    renewed: int
    failures: tuple[str, ...] = ()


def renew_contract(
    *,
    contract: Contract,
    ends_on: date,
    signed_on: date,
    actor: User,
    today: date,
    fee: Decimal | None = None,
    reasons: Mapping[str, str] = NO_REASON,
    seen: str = "",
) -> Amended:
    """Renew a contract up to a day, within the total its type allows and the owner's end.

    The law of the first day renewed judges it. Raises what `amend_contract` raises.
    """
    change = renewal_change(contract, ends_on, signed_on, fee)
    return amend_contract(
        contract=contract, change=change, actor=actor, today=today, reasons=reasons, seen=seen
    )


def renewal_change(
    contract: Contract, ends_on: date, signed_on: date | None, fee: Decimal | None = None
) -> Change:
    """Return a renewal as the change it is: from the day after the term."""
    return Change(
        effective_on=contract.ends_on + _DAY,
        ends_on=ends_on,
        fee=fee,
        signed_on=signed_on,
        kind=AmendmentKind.RENEWAL,
        words=f"renouvellement jusqu'au {french_day(ends_on)}",
    )


def renew_tacitly(*, on: date, actor: User) -> Renewed:
    """Renew each contract that renews itself, once nobody can oppose it in time any more.

    Until then the association may still warn the resident that it will not be renewed. One
    contract that cannot be renewed holds back no other. Run every night: a day missed is caught
    up, a day run twice changes nothing.
    """
    count, failures = 0, []
    for contract in _candidates(on):
        try:
            while _renew_one(contract=contract, on=on, actor=actor):
                count += 1
        except Refused as refusal:
            failures.append(f"{contract.number} : {refusal.message}")
    return Renewed(count, tuple(failures))


def _candidates(on: date) -> Iterator[Contract]:
    yield from Contract.objects.filter(
        status=ContractStatus.IN_FORCE,
        is_tacitly_renewed=True,
        ends_on__lte=add_months(on, FURTHEST_MONTHS),
    ).order_by("ends_on", "pk")


@said_in_words
def _renew_one(*, contract: Contract, on: date, actor: User) -> Amendment | None:
    locked = hold_contract(contract)
    renewal = due_tacit_renewal(locked, on)
    if renewal is None:
        return None
    change = Change(
        effective_on=renewal.starts_on,
        ends_on=renewal.ends_on,
        kind=AmendmentKind.RENEWAL,
        words=f"renouvellement tacite jusqu'au {french_day(renewal.ends_on)}",
    )
    plan = plan_change(locked, change, on)
    if any(verdict.is_refused for verdict in plan.verdicts):
        raise Refused(" ".join(v.sentence for v in plan.verdicts if v.is_refused))
    amended = write_amendment(contract=locked, change=change, plan=plan, actor=actor, today=on)
    return amended.amendment


def due_tacit_renewal(contract: Contract, on: date) -> Renewal | None:
    """Return the tacit renewal of a contract that has become certain by a day, or None."""
    if contract.status != ContractStatus.IN_FORCE or not contract.is_tacitly_renewed:
        return None
    rule = rule_in_force(contract.kind, contract.ends_on + _DAY)
    if on < certain_from(rule, contract.ends_on):
        return None
    if Notice.objects.filter(contract=contract, withdrawn_on=None).exists():
        return None
    last = ContractTerms.objects.filter(contract=contract).order_by("-starts_on")
    site = last.values_list("room__colocation__site", flat=True)[0]
    coming = tacit_schedule(rule, life_of(contract), upstream_end(site), count=1)
    return coming[0] if coming else None
