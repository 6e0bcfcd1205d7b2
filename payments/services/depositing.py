"""Receive a deposit, pay out what is to be refunded, take either back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from payments.enums import AccountKind, EntryKind, Payer, PaymentMeans
from payments.models import Entry
from payments.selectors.awaited_aid import awaited_aid, awaited_words
from payments.selectors.deposits import deposit_sheet, settlement_alive
from payments.selectors.refunds import engaged
from payments.services.accounts import account_of, lock_account, shared_account
from payments.services.posting import Line, check_now, post, reverse
from payments.services.receiving import DEBITED
from residents.models import Contract

RECEIVED = history.label("payments.deposit-received", "Dépôt de garantie reçu")
REFUNDED = history.label("payments.refund-paid", "Remboursement effectué")
REVERSED = history.label("payments.deposit-reversed", "Mouvement de dépôt annulé")

# Who may bring a deposit: the CAF pays none.
DEPOSITORS = (Payer.RESIDENT, Payer.FSL, Payer.OTHER)


class DepositRefused(Refused):
    """The deposit cannot be received, refunded or taken back so."""


@dataclass(frozen=True)
class Moved:
    """The entry written, or known already."""

    entry: Entry
    new: bool


@transaction.atomic
def record_deposit(
    *,
    key: str,
    contract: Contract,
    amount: Decimal,
    means: PaymentMeans,
    received_on: date,
    today: date,
    actor: User,
    payer: Payer = Payer.RESIDENT,
    note: str = "",
) -> Moved:
    """Record a deposit received; it is a debt of the association and pays no term.

    The same key again changes nothing. Raises DepositRefused, MonthLocked, ContractClosed.
    """
    _check(amount, received_on, today)
    if payer not in DEPOSITORS:
        raise DepositRefused("La CAF ne verse pas de dépôt de garantie.")
    with history.act(RECEIVED, actor=actor):
        lock_account(contract)
        if not Entry.objects.filter(key=f"deposit:{key}").exists():
            _refuse_too_much(contract, amount, today)
        label = f"Dépôt de garantie {contract.number}"
        entry, new = post(
            key=f"deposit:{key}",
            kind=EntryKind.DEPOSIT,
            on=received_on,
            label=f"{label} · {note}" if note else label,
            source={"means": means, "payer": payer, "note": note},
            lines=[
                Line(shared_account(DEBITED[PaymentMeans(means)]), amount),
                Line(account_of(contract, AccountKind.DEPOSIT_HELD), -amount, payer),
            ],
            author=actor,
        )
        check_now()
    return Moved(entry, new)


def _check(amount: Decimal, on: date, today: date) -> None:
    if amount <= 0:
        raise DepositRefused("Le montant est supérieur à zéro.")
    if on > today:
        raise DepositRefused("Un mouvement ne se date pas de l'avenir.")


def _refuse_too_much(contract: Contract, amount: Decimal, today: date) -> None:
    sheet = deposit_sheet(contract, today)
    if sheet.settlement is not None:
        raise DepositRefused("La restitution de ce dépôt est déjà engagée.")
    if amount > sheet.missing:
        raise DepositRefused(
            f"Le contrat demande {euros(sheet.asked)} de dépôt et {euros(sheet.received)} sont "
            f"déjà reçus : {euros(amount)} dépassent ce qui manque. S'il s'agit d'une redevance, "
            "enregistrez un paiement."
        )


@transaction.atomic
def record_refund(
    *,
    key: str,
    contract: Contract,
    payer: Payer,
    amount: Decimal,
    means: PaymentMeans,
    paid_on: date,
    today: date,
    actor: User,
    note: str = "",
) -> Moved:
    """Record that what was to be refunded has been paid out to whom it is due.

    The same key again changes nothing. Raises DepositRefused, MonthLocked, ContractClosed.
    """
    _check(amount, paid_on, today)
    with history.act(REFUNDED, actor=actor):
        lock_account(contract)
        if not Entry.objects.filter(key=f"refund:{key}").exists():
            asked = engaged(contract)
            due = {
                who: owed - asked[who]
                for who, owed in deposit_sheet(contract, today).to_refund.items()
            }
            _refuse_more_than_due(due, payer, amount)
            _refuse_awaited(contract, due, payer, amount)
        label = f"Remboursement {contract.number}"
        entry, new = post(
            key=f"refund:{key}",
            kind=EntryKind.REFUND,
            on=paid_on,
            label=f"{label} · {note}" if note else label,
            source={"means": means, "payer": payer, "note": note},
            lines=[
                Line(account_of(contract, AccountKind.REFUND_DUE), amount, payer),
                Line(shared_account(DEBITED[PaymentMeans(means)]), -amount),
            ],
            author=actor,
        )
        check_now()
    return Moved(entry, new)


def _refuse_more_than_due(due: Mapping[str, Decimal], payer: Payer, amount: Decimal) -> None:
    owed = due.get(payer, ZERO)
    if amount > owed:
        raise DepositRefused(
            f"{euros(owed)} sont à rembourser ({Payer(payer).label}), remboursements en cours "
            f"déduits : {euros(amount)} les dépassent."
        )


def _refuse_awaited(
    contract: Contract, due: Mapping[str, Decimal], payer: Payer, amount: Decimal
) -> None:
    aid = awaited_aid([contract.pk]).get(contract.pk) if payer == Payer.RESIDENT else None
    if aid is not None and amount > due.get(payer, ZERO) - aid.held.due:
        raise DepositRefused(awaited_words(aid.held.due, aid))


@transaction.atomic
def reverse_deposit(*, entry: Entry, on: date, today: date, reason: str, actor: User) -> Moved:
    """Take back a deposit received or a refund paid: a bounced cheque, a mistake.

    Raises DepositRefused, MonthLocked, ContractClosed, AlreadyReversed.
    """
    if not reason.strip():
        raise DepositRefused("Dites pourquoi ce mouvement est annulé.")
    if on < entry.date or on > today:
        raise DepositRefused("Une annulation se date entre le mouvement et aujourd'hui.")
    lines = entry.postings.filter(
        account__kind__in=[AccountKind.DEPOSIT_HELD, AccountKind.REFUND_DUE]
    )
    line = lines.select_related("account__contract").first()
    contract = line.account.contract if line else None
    if entry.kind not in (EntryKind.DEPOSIT, EntryKind.REFUND) or contract is None:
        raise DepositRefused("Cette écriture n'est pas un mouvement de dépôt.")
    if hasattr(entry, "deposit_settlement"):
        raise DepositRefused("Une restitution s'annule depuis sa page, avec ses retenues.")
    with history.act(REVERSED, actor=actor, reason=reason):
        lock_account(contract)
        if entry.kind == EntryKind.DEPOSIT and settlement_alive(contract) is not None:
            raise DepositRefused("La restitution de ce dépôt est engagée : annulez-la d'abord.")
        reversal, new = reverse(entry=entry, on=on, author=actor, reason=reason)
        check_now()
    return Moved(reversal, new)
