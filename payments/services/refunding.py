"""Refunds: prepared by one person, approved by another, paid by a file, posted when it shows."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from caracol.accounts.models import User
from caracol.accounts.policy import has_role
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from payments.calculations.sepa import NAME, REMITTANCE, sepa_text
from payments.enums import (
    AccountKind,
    EntryKind,
    Payer,
    RefundSource,
    RefundState,
)
from payments.models import Entry, Refund
from payments.selectors.awaited_aid import awaited_words
from payments.selectors.deposits import Credit, credits_of
from payments.selectors.refunds import Owed, owed_on
from payments.services.accounts import account_of, lock_account, shared_account
from payments.services.allocating import reallocate
from payments.services.mandates import checked_bic, checked_iban
from payments.services.posting import Line, check_now, post, reverse
from payments.services.settling import APPROVERS
from payments.services.withdrawing import withdraw_papers
from residents.models import Contract

PREPARED = history.label("payments.refund-prepared", "Remboursement préparé")
APPROVED = history.label("payments.refund-approved", "Remboursement approuvé")
CANCELLED = history.label("payments.refund-cancelled", "Remboursement annulé")
PAID = history.label("payments.refund-executed", "Remboursement vu à la banque")
FAILED = history.label("payments.refund-failed", "Remboursement revenu")


class RefundRefused(Refused):
    """The refund cannot be so."""


class AidAwaited(RefundRefused):
    """What would be refunded rests on aid that the bank has not shown."""

    def __init__(self, found: Owed) -> None:
        can = f"{euros(found.amount)} peuvent être rendus aujourd'hui. " if found.amount else ""
        why = awaited_words(found.awaited, found.aid) if found.aid else ""
        super().__init__(can + why)


@transaction.atomic
def prepare_refund(
    *,
    contract: Contract,
    source: RefundSource,
    payer: Payer,
    amount: Decimal,
    beneficiary: str,
    iban: str,
    today: date,
    actor: User,
    bic: str = "",
    reason: str = "",
) -> Refund:
    """Propose to give a sum back on an account; another person approves.

    Raises RefundRefused for more than is owed, AidAwaited for what the bank has not shown of it,
    IbanInvalid, ContractClosed.
    """
    compact = checked_iban(iban, strict=True)
    code = checked_bic(bic, compact)
    name = sepa_text(beneficiary, NAME)
    if not name:
        raise RefundRefused("Écrivez le nom du titulaire du compte, comme sur son RIB.")
    with history.act(PREPARED, actor=actor):
        lock_account(contract)
        found = _owed(contract, source, payer)
        _check_amount(found, amount)
        return Refund.objects.create(
            contract=contract,
            source=source,
            payer=payer,
            amount=amount,
            reason=sepa_text(reason or found.reason, REMITTANCE),
            beneficiary=name,
            iban=compact,
            iban_tail=compact[-4:],
            bic=code,
            prepared_on=today,
            prepared_by=actor,
        )


def _check_amount(found: Owed, amount: Decimal) -> None:
    if amount > found.amount and found.awaited:
        raise AidAwaited(found)
    if amount <= 0 or amount > found.amount:
        raise RefundRefused(
            f"{euros(found.amount)} peuvent être rendus ici : {euros(amount)} ne le peuvent pas."
        )


def _owed(contract: Contract, source: RefundSource, payer: Payer, besides: int = 0) -> Owed:
    for one in owed_on(contract, besides=besides):
        if (one.source, one.payer) == (source, payer):
            return one
    raise RefundRefused(
        "Il n'y a plus rien à rendre ici : la somme est déjà demandée, ou le compte a changé."
    )


def _locked(refund: Refund) -> Refund:
    rows = Refund.objects.select_for_update(no_key=True, of=("self",))
    found: Refund = rows.select_related("contract__territory", "moved", "entry").get(pk=refund.pk)
    return found


@transaction.atomic
def approve_refund(*, refund: Refund, today: date, actor: User) -> Refund:
    """Approve what another person prepared; an advance leaves the account for what is to be paid.

    Raises RefundRefused, AidAwaited, MonthLocked, ContractClosed.
    """
    with history.act(APPROVED, actor=actor):
        lock_account(refund.contract)
        found = _locked(refund)
        if found.state != RefundState.PREPARED:
            raise RefundRefused(
                f"Ce remboursement n'est plus à approuver : il est {found.get_state_display()}."
            )
        _check_approver(found, actor)
        _check_still_owed(found)
        if found.source == RefundSource.ACCOUNT:
            found.moved = _move(found, today, actor)
        found.state = RefundState.APPROVED
        found.approved_by, found.approved_on = actor, today
        found.save()
        check_now()
    return found


def _check_approver(refund: Refund, actor: User) -> None:
    if not has_role(actor, APPROVERS, refund.contract.territory_id):
        raise RefundRefused("La direction approuve les remboursements.")
    if refund.prepared_by_id == actor.pk:
        raise RefundRefused(
            "Vous avez préparé ce remboursement : une autre personne de la direction l'approuve."
        )


def _check_still_owed(refund: Refund) -> None:
    source, payer = RefundSource(refund.source), Payer(refund.payer)
    try:
        found = _owed(refund.contract, source, payer, besides=refund.pk)
    except RefundRefused:
        owed = ZERO
    else:
        owed = found.amount
        if owed < refund.amount <= owed + found.awaited:
            raise AidAwaited(found)
    if refund.amount > owed:
        raise RefundRefused(
            f"Le compte a changé depuis : {euros(owed)} peuvent être rendus, pas "
            f"{euros(refund.amount)}. Annulez-le et préparez-en un autre."
        )


def _move(refund: Refund, today: date, actor: User) -> Entry:
    contract = refund.contract
    receivable = account_of(contract, AccountKind.RECEIVABLE)
    lines = [
        Line(receivable, share.amount, share.payer, share.month)
        for share in _shares(credits_of(contract), refund.amount)
    ]
    entry, _new = post(
        key=f"refund-approved:{refund.pk}",
        kind=EntryKind.TRANSFER,
        on=today,
        label=f"Remboursement approuvé {contract.number} · {refund.reason}",
        source={"refund": refund.pk},
        lines=[
            *lines,
            Line(account_of(contract, AccountKind.REFUND_DUE), -refund.amount, refund.payer),
        ],
        author=actor,
    )
    after_refund(contract, "Une avance du compte a été rendue.", today, actor)
    return entry


def _shares(credits: Sequence[Credit], amount: Decimal) -> list[Credit]:
    """Return from which money an amount is given back: aid above its month first."""
    shares = []
    for one in sorted(credits, key=lambda one: (one.payer != Payer.CAF, one.month or date.min)):
        part = min(one.amount, amount)
        if part > 0:
            shares.append(Credit(one.payer, one.month, part))
            amount -= part
    return shares


def after_refund(contract: Contract, why: str, today: date, actor: User) -> None:
    """Allocate a contract's money again, and withdraw its papers that are no longer true."""
    reallocate([contract.pk])
    withdraw_papers(contract_ids=[contract.pk], reason=why, on=today, actor=actor)


@transaction.atomic
def cancel_refund(*, refund: Refund, reason: str, today: date, actor: User) -> Refund:
    """Take back a refund that is in no file; an approval is reversed. Raises RefundRefused."""
    if not reason.strip():
        raise RefundRefused("Dites pourquoi ce remboursement est annulé.")
    with history.act(CANCELLED, actor=actor, reason=reason):
        lock_account(refund.contract)
        found = _locked(refund)
        if found.state not in {RefundState.PREPARED, RefundState.APPROVED}:
            raise RefundRefused(
                f"Ce remboursement est {found.get_state_display()} : il ne s'annule plus ici."
            )
        if found.state == RefundState.APPROVED and not has_role(
            actor, APPROVERS, found.contract.territory_id
        ):
            raise RefundRefused("La direction annule un remboursement approuvé.")
        if found.moved is not None:
            on = max(today, found.moved.date)
            reverse(entry=found.moved, on=on, author=actor, reason=reason)
            after_refund(found.contract, f"Un remboursement est annulé : {reason}", today, actor)
        found.state, found.closed_reason = RefundState.CANCELLED, reason.strip()[:200]
        found.save(update_fields=["state", "closed_reason"])
        check_now()
    return found


@transaction.atomic
def pay_refund(*, refund: Refund, line: Any, on: date, actor: User, reference: str = "") -> bool:
    """Post a refund that the bank shows as paid; False when it was posted already.

    `reference`: the one it bore in a file called off, that the bank executed all the same.
    """
    with history.act(PAID, actor=actor, reason=reference):
        lock_account(refund.contract)
        found = _locked(refund)
        if found.state == RefundState.PAID:
            return False
        waits = {RefundState.SENT, RefundState.APPROVED} if reference else {RefundState.SENT}
        if found.state not in waits:
            raise RefundRefused(f"Ce remboursement est {found.get_state_display()}.")
        name = reference or found.end_to_end_id
        entry, _new = post(
            key=f"transfer:{name}:{_times(name) + 1}",
            kind=EntryKind.REFUND,
            on=on,
            label=f"Remboursement {found.contract.number} · {name}",
            source={"means": "TRANSFER", "payer": found.payer, "note": name},
            lines=[
                Line(account_of(found.contract, AccountKind.REFUND_DUE), found.amount, found.payer),
                Line(shared_account(AccountKind.IN_TRANSIT), -found.amount),
            ],
            author=actor,
        )
        found.state, found.entry, found.paid_on = RefundState.PAID, entry, on
        found.bank_line = line
        found.save(update_fields=["state", "entry", "paid_on", "bank_line"])
    return True


def _times(reference: str) -> int:
    """Return how many times a transfer was posted: a line tied, then untied, is tied afresh."""
    return Entry.objects.filter(key__startswith=f"transfer:{reference}:").count()


@transaction.atomic
def unpay_refund(*, refund: Refund, on: date, actor: User, reason: str) -> None:
    """Take back that the bank showed a refund: it waits for its line again, or for a file."""
    with history.act(FAILED, actor=actor, reason=reason):
        lock_account(refund.contract)
        found = _locked(refund)
        if found.state != RefundState.PAID or found.entry is None:
            raise RefundRefused("Ce remboursement n'est pas inscrit comme payé.")
        reverse(entry=found.entry, on=max(on, found.entry.date), author=actor, reason=reason)
        found.state = RefundState.SENT if found.batch_id else RefundState.APPROVED
        found.entry, found.bank_line, found.paid_on = None, None, None
        found.save(update_fields=["state", "entry", "bank_line", "paid_on"])


@transaction.atomic
def fail_refund(*, refund: Refund, code: str, on: date, today: date, actor: User) -> bool:
    """Note that a transfer was refused or came back: the sum is to be refunded again.

    False when it was known already. Raises RefundRefused, MonthLocked, ContractClosed.
    """
    with history.act(FAILED, actor=actor, reason=code):
        lock_account(refund.contract)
        found = _locked(refund)
        if found.state == RefundState.RETURNED:
            return False
        if found.state not in {RefundState.SENT, RefundState.PAID}:
            raise RefundRefused(f"Ce remboursement est {found.get_state_display()}.")
        if found.entry is not None:
            on = max(on, found.entry.date)
            reverse(entry=found.entry, on=on, author=actor, reason=f"Virement revenu {code}")
        found.state = RefundState.RETURNED
        found.closed_reason = f"Refusé ou revenu {code}".strip()
        found.save(update_fields=["state", "closed_reason"])
        check_now()
    return True
