"""Settle a deposit on leaving: prepared by one person, approved by the director, or taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from caracol.accounts.enums import Role
from caracol.accounts.models import User
from caracol.accounts.policy import GLA_DECIDES, has_role
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from payments.calculations.deposit import Clock, Settled, TooMuchKept, settle_deposit
from payments.enums import AccountKind, EntryKind, Payer, SettlementState
from payments.models import DepositDeduction, DepositSettlement, Entry
from payments.selectors.deposits import Credit, credits_of, deposit_sheet
from payments.selectors.refunds import engaged
from payments.selectors.settling import unbilled_months, unbilled_words
from payments.selectors.simulating import balance_of
from payments.services.accounts import account_of, lock_account, shared_accounts
from payments.services.allocating import reallocate
from payments.services.posting import Line, check_now, post, reverse
from payments.services.withdrawing import withdraw_papers
from residents.models import Contract

PREPARED = history.label("payments.deposit-prepared", "Restitution du dépôt préparée")
APPROVED = history.label("payments.deposit-approved", "Restitution du dépôt approuvée")
CANCELLED = history.label("payments.deposit-cancelled", "Restitution du dépôt annulée")

APPROVERS = frozenset({Role.DIRECTOR})


class SettlementRefused(Refused):
    """The deposit cannot be settled so."""


@dataclass(frozen=True)
class Deduction:
    """What is kept, for what, and what justifies it."""

    label: str
    amount: Decimal
    justification: str


@dataclass(frozen=True)
class SettlementPlan:
    """How the deposit and the account would be settled on a day."""

    settled: Settled
    clock: Clock
    balance: Decimal
    credits: tuple[Credit, ...] = ()
    deductions: tuple[Deduction, ...] = ()

    @property
    def statement(self) -> dict[str, Any]:
        """The statement as data: what a paper prints."""
        return {
            "held": str(self.settled.held),
            "deductions": [
                {"label": one.label, "amount": str(one.amount), "detail": one.justification}
                for one in self.deductions
            ],
            "set_off": str(self.settled.set_off),
            "penalty": str(self.settled.penalty),
            "credit": str(self.settled.credit),
            "returned": {payer: str(amount) for payer, amount in self.settled.returned.items()},
            "total": str(self.settled.total),
            "due_on": self.clock.due_on.isoformat() if self.clock.due_on else None,
            "months_late": self.clock.months_late,
            "sentences": list(self.clock.sentences),
            "balance_before": str(self.balance),
        }

    @property
    def balance_after(self) -> Decimal:
        """What the account still owes once settled."""
        return self.balance - self.settled.set_off + self.settled.credit


def plan_settlement(
    contract: Contract, *, deductions: Sequence[Deduction], set_off: Decimal, on: date
) -> SettlementPlan:
    """Return how a deposit would be settled on a day. Raises SettlementRefused."""
    _check_exit(contract)
    _check_deductions(deductions)
    sheet = deposit_sheet(contract, on)
    balance = balance_of(contract)
    credits = tuple(credits_of(contract)) if balance < 0 else ()
    credit = sum((one.amount for one in credits), ZERO)
    if not sheet.held and not credit:
        raise SettlementRefused("Il n'y a ni dépôt ni avance à rendre sur ce contrat.")
    if set_off > max(balance, ZERO):
        raise SettlementRefused(
            f"Le compte ne doit que {euros(max(balance, ZERO))} : on n'en retient pas plus."
        )
    kept = sum((one.amount for one in deductions), ZERO)
    try:
        settled = settle_deposit(
            sheet.held_by_payer,
            kept=kept,
            set_off=set_off,
            penalty=sheet.clock.penalty,
            credit=credit,
        )
    except TooMuchKept as error:
        raise SettlementRefused(
            f"Retenues et arriérés font {euros(kept + set_off)} pour un dépôt de "
            f"{euros(sheet.held)} : on ne retient pas plus que ce qui est détenu."
        ) from error
    return SettlementPlan(settled, sheet.clock, balance, credits, tuple(deductions))


def _check_exit(contract: Contract) -> None:
    if not contract.exit_kind:
        raise SettlementRefused("Le départ n'est pas enregistré : enregistrez-le d'abord.")
    if contract.keys_returned_on is None:
        raise SettlementRefused(
            "Les clés ne sont pas rendues : complétez la sortie, le délai part de ce jour."
        )
    if months := unbilled_months(contract):
        raise SettlementRefused(unbilled_words(months))


def _check_deductions(deductions: Iterable[Deduction]) -> None:
    for one in deductions:
        if one.amount <= 0:
            raise SettlementRefused("Une retenue est supérieure à zéro.")
        if not one.label.strip() or not one.justification.strip():
            raise SettlementRefused(
                "Chaque retenue a un objet et une justification : état des lieux, facture, devis."
            )


@transaction.atomic
def prepare_settlement(
    *,
    contract: Contract,
    deductions: Sequence[Deduction],
    set_off: Decimal,
    today: date,
    actor: User,
) -> DepositSettlement:
    """Propose how to settle a deposit; nothing is posted until the director approves.

    Prepared again, it replaces what was proposed. Raises SettlementRefused, ContractClosed.
    """
    with history.act(PREPARED, actor=actor):
        lock_account(contract)
        contract = Contract.objects.get(pk=contract.pk)
        found = _prepared(contract)
        plan = plan_settlement(contract, deductions=deductions, set_off=set_off, on=today)
        facts = {"prepared_on": today, "prepared_by": actor, **_amounts(plan)}
        if found is None:
            found = DepositSettlement.objects.create(contract=contract, **facts)
        else:
            found.deductions.all().delete()
            for name, value in facts.items():
                setattr(found, name, value)
            found.save()
        DepositDeduction.objects.bulk_create(
            DepositDeduction(
                settlement=found,
                position=position,
                label=one.label.strip()[:120],
                amount=one.amount,
                justification=one.justification.strip()[:300],
            )
            for position, one in enumerate(deductions, start=1)
        )
    return found


def _prepared(contract: Contract) -> DepositSettlement | None:
    alive = (
        DepositSettlement.objects.select_for_update(no_key=True, of=("self",))
        .filter(contract=contract)
        .exclude(state=SettlementState.CANCELLED)
        .first()
    )
    if alive is not None and alive.is_approved:
        raise SettlementRefused("La restitution est déjà approuvée : annulez-la d'abord.")
    return alive


def _amounts(plan: SettlementPlan) -> dict[str, Any]:
    settled = plan.settled
    return {
        "set_off": settled.set_off,
        "held": settled.held,
        "kept": settled.kept,
        "penalty": settled.penalty,
        "credit": settled.credit,
        "refund": settled.total,
        "statement": plan.statement,
    }


@transaction.atomic
def approve_settlement(
    *, settlement: DepositSettlement, today: date, actor: User
) -> DepositSettlement:
    """Approve what another person prepared: reckoned again today, then posted.

    What is to be paid out waits on "à rembourser", by whom it is due to. Raises
    SettlementRefused, MonthLocked, ContractClosed.
    """
    with history.act(APPROVED, actor=actor):
        contract = settlement.contract
        receivable = lock_account(contract)
        contract = Contract.objects.get(pk=contract.pk)
        found = _prepared(contract)
        if found is None or found.pk != settlement.pk:
            raise SettlementRefused("Cette restitution n'est plus à approuver.")
        _check_approver(found, actor)
        deductions = deductions_of(found)
        plan = plan_settlement(contract, deductions=deductions, set_off=found.set_off, on=today)
        entry, _new = post(
            key=f"deposit-settlement:{found.pk}",
            kind=EntryKind.DEPOSIT,
            on=today,
            label=f"Restitution du dépôt {contract.number}",
            source={"settlement": found.pk},
            lines=_lines(contract, receivable, plan),
            author=actor,
        )
        for name, value in _amounts(plan).items():
            setattr(found, name, value)
        found.state, found.entry = SettlementState.APPROVED, entry
        found.approved_by, found.approved_on = actor, today
        found.save()
        _after(contract, "Le dépôt de garantie a été restitué.", today, actor)
    return found


def _check_approver(settlement: DepositSettlement, actor: User) -> None:
    if not has_role(actor, APPROVERS, settlement.contract.territory_id):
        raise SettlementRefused("La direction approuve les restitutions.")
    if settlement.prepared_by_id == actor.pk:
        raise SettlementRefused(
            "Vous avez préparé cette restitution : une autre personne de la direction l'approuve, "
            "ou quelqu'un d'autre la prépare."
        )


def deductions_of(settlement: DepositSettlement) -> tuple[Deduction, ...]:
    """Return what a settlement proposes to keep."""
    rows = settlement.deductions.order_by("position")
    return tuple(Deduction(row.label, row.amount, row.justification) for row in rows)


def _lines(contract: Contract, receivable: Any, plan: SettlementPlan) -> list[Line]:
    settled = plan.settled
    shared = shared_accounts(AccountKind.DEPOSIT_KEPT, AccountKind.PENALTY)
    held = account_of(contract, AccountKind.DEPOSIT_HELD)
    due = account_of(contract, AccountKind.REFUND_DUE)
    by_payer = deposit_sheet(contract, plan.clock.due_on or date.min).held_by_payer
    return [
        *(Line(held, amount, payer) for payer, amount in sorted(by_payer.items())),
        Line(shared[AccountKind.DEPOSIT_KEPT], -settled.kept),
        Line(shared[AccountKind.PENALTY], settled.penalty),
        Line(receivable, -settled.set_off, Payer.RESIDENT),
        *(Line(receivable, one.amount, one.payer, one.month) for one in plan.credits),
        *(Line(due, -amount, payer) for payer, amount in sorted(settled.returned.items())),
    ]


def _after(contract: Contract, why: str, today: date, actor: User) -> None:
    reallocate([contract.pk])
    withdraw_papers(contract_ids=[contract.pk], reason=why, on=today, actor=actor)
    check_now()


@transaction.atomic
def cancel_settlement(
    *, settlement: DepositSettlement, reason: str, today: date, actor: User
) -> DepositSettlement:
    """Take back a settlement: one approved is reversed, as long as nothing was paid out.

    Raises SettlementRefused, MonthLocked, ContractClosed.
    """
    if not reason.strip():
        raise SettlementRefused("Dites pourquoi la restitution est annulée.")
    with history.act(CANCELLED, actor=actor, reason=reason):
        contract = settlement.contract
        lock_account(contract)
        found = DepositSettlement.objects.select_for_update(no_key=True, of=("self",)).get(
            pk=settlement.pk
        )
        if found.state == SettlementState.CANCELLED:
            raise SettlementRefused("Cette restitution est déjà annulée.")
        roles = APPROVERS if found.is_approved else GLA_DECIDES
        if not has_role(actor, roles, contract.territory_id):
            who = "La direction" if found.is_approved else "La responsable GLA ou la direction"
            raise SettlementRefused(f"{who} annule cette restitution.")
        if found.is_approved and found.entry is not None:
            _reverse(contract, found.entry, reason, today, actor)
        found.state = SettlementState.CANCELLED
        found.cancelled_reason = reason.strip()[:200]
        found.save(update_fields=["state", "cancelled_reason"])
    return found


def _reverse(contract: Contract, entry: Entry, reason: str, today: date, actor: User) -> None:
    due = deposit_sheet(contract, today).to_refund
    asked = engaged(contract)
    lines = entry.postings.filter(account__kind=AccountKind.REFUND_DUE)
    for payer, amount in lines.values_list("payer", "amount"):
        if due.get(payer, ZERO) - asked[payer] < -amount:
            raise SettlementRefused(
                "Un remboursement est en cours ou déjà parti : annulez-le d'abord, ou attendez "
                "qu'il soit revenu."
            )
    reverse(entry=entry, on=max(today, entry.date), author=actor, reason=reason)
    _after(contract, f"La restitution du dépôt est annulée : {reason}", today, actor)
