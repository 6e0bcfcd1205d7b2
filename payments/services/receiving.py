"""Record money received by hand, and take it back when it leaves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.money import euros
from caracol.core.periods import Month
from payments.enums import AccountKind, EntryKind, Payer, PaymentMeans, TermKind
from payments.models import Account, Entry, Reconciliation, Term
from payments.services.accounts import account_of, lock_account, shared_account
from payments.services.allocating import reallocate
from payments.services.posting import Line, check_now, post, reverse
from payments.services.withdrawing import withdraw_papers
from residents.models import Contract

RECORDED = history.label("payments.payment-recorded", "Paiement enregistré")
REVERSED = history.label("payments.payment-reversed", "Paiement annulé")

DEBITED = {
    PaymentMeans.CASH: AccountKind.CASH,
    # The bank's own account takes statement lines only: what is recorded by hand waits for them.
    PaymentMeans.CHEQUE: AccountKind.IN_TRANSIT,
    PaymentMeans.TRANSFER: AccountKind.IN_TRANSIT,
}


class PaymentRefused(Refused):
    """The payment cannot be: no amount, or a date to come."""


class NotAPayment(Refused):
    """The entry is not a payment of this contract."""


@dataclass(frozen=True)
class Received:
    """A payment written (or known already) and the terms' papers it withdrew, if any."""

    entry: Entry
    new: bool
    withdrawn: int = 0


@transaction.atomic
def record_payment(
    *,
    key: str,
    contract: Contract,
    amount: Decimal,
    means: PaymentMeans,
    received_on: date,
    today: date,
    actor: User,
    payer: Payer = Payer.RESIDENT,
    month: Month | None = None,
    note: str = "",
) -> Received:
    """Record money received and settle terms with it (RULEBOOK 2.2).

    `key` is made by who asks, once per payment: the same key again changes nothing. `month` is
    the one the payer names, or that aid is for. Aid for a month of before the takeover settles
    the aid awaited at the takeover, up to what is awaited (DESIGN section 7). Papers that attest
    money which now settles another month are cancelled. Raises PaymentRefused, MonthLocked,
    KeyReusedForAnotherFact.
    """
    if amount <= 0:
        raise PaymentRefused("Le montant d'un paiement est supérieur à zéro.")
    if received_on > today:
        raise PaymentRefused("Un paiement ne se date pas de l'avenir.")
    with history.act(RECORDED, actor=actor):
        receivable = lock_account(contract)
        named = month.first if month else None
        credited = receivable
        if payer == Payer.CAF and _is_before_takeover(contract, named):
            credited = account_of(contract, AccountKind.AID_AT_TAKEOVER)
            _refuse_more_than_awaited(key, credited, amount)
        label = f"{PaymentMeans(means).label.capitalize()} {contract.number}"
        entry, new = post(
            key=f"payment:{key}",
            kind=EntryKind.PAYMENT,
            on=received_on,
            label=f"{label} · {note}" if note else label,
            source={"means": means, "payer": payer, "note": note},
            lines=[
                Line(shared_account(DEBITED[PaymentMeans(means)]), amount),
                Line(credited, -amount, payer, named),
            ],
            author=actor,
        )
        withdrawn = 0
        if new:
            reallocate([contract.pk])
            withdrawn = withdraw_papers(
                contract_ids=[contract.pk],
                reason=f"Un paiement de {euros(amount)} a changé la répartition de ce mois.",
                on=today,
                actor=actor,
            )
            check_now()
    return Received(entry, new, withdrawn)


def _is_before_takeover(contract: Contract, month: date | None) -> bool:
    openings = Term.objects.filter(contract=contract, kind=TermKind.OPENING)
    return month is not None and openings.filter(month__gte=month).exists()


def _refuse_more_than_awaited(key: str, awaited: Account, amount: Decimal) -> None:
    if amount > awaited.balance and not Entry.objects.filter(key=f"payment:{key}").exists():
        raise PaymentRefused(
            f"À la reprise, {euros(awaited.balance)} d'aide étaient encore attendus pour ce "
            f"contrat : {euros(amount)} les dépassent. Enregistrez la part attendue, et voyez "
            "avec la CAF à quoi correspond le reste."
        )


@transaction.atomic
def reverse_payment(*, entry: Entry, on: date, today: date, reason: str, actor: User) -> Received:
    """Take a payment back: a bounced cheque, a refused debit, a mistake.

    Its terms reopen; the quittances and reçus they no longer deserve are cancelled by numbered
    counter-documents, dated today, in the same transaction. Raises NotAPayment, MonthLocked,
    PaymentRefused.
    """
    if entry.kind not in (EntryKind.PAYMENT, EntryKind.AID):
        raise NotAPayment("Cette écriture n'est pas un paiement : elle ne s'annule pas ici.")
    if on < entry.date:
        raise PaymentRefused("Un paiement ne s'annule pas avant d'avoir été reçu.")
    if on > today:
        raise PaymentRefused("Une annulation ne se date pas de l'avenir.")
    if not reason.strip():
        raise PaymentRefused("Dites pourquoi ce paiement est annulé.")
    _refuse_owned(entry)
    contracts = _contracts(entry)
    with history.act(REVERSED, actor=actor, reason=reason):
        for contract in contracts:
            lock_account(contract)
        reversal, new = reverse(entry=entry, on=on, author=actor, reason=reason)
        withdrawn = 0
        if new:
            ids = [contract.pk for contract in contracts]
            reallocate(ids)
            why = f"Un paiement de {euros(_amount(entry))} a été annulé : {reason}"
            withdrawn = withdraw_papers(contract_ids=ids, reason=why, on=today, actor=actor)
            check_now()
    return Received(reversal, new, withdrawn)


def _refuse_owned(entry: Entry) -> None:
    """Refuse what came by a statement: it is undone where it was decided."""
    if Reconciliation.objects.filter(entry=entry, undone_at=None).exists():
        raise PaymentRefused(
            "Ce paiement vient du relevé de la banque : défaites son rapprochement, dans "
            "Encaissements, Banque. La ligne attendra alors une autre décision."
        )
    if hasattr(entry, "caf_line") or hasattr(entry, "caf_line_moved"):
        raise PaymentRefused(
            "Cette aide vient d'un bordereau de la CAF : elle se corrige depuis ce bordereau, dans "
            "Encaissements, CAF."
        )


def _contracts(entry: Entry) -> list[Contract]:
    return list(
        Contract.objects.filter(
            accounts__kind__in=[AccountKind.RECEIVABLE, AccountKind.AID_AT_TAKEOVER],
            accounts__postings__entry=entry,
        )
        .distinct()
        .order_by("pk")
    )


def _amount(entry: Entry) -> Decimal:
    amounts: Iterable[Decimal] = entry.postings.values_list("amount", flat=True)
    return sum((amount for amount in amounts if amount > 0), Decimal(0))
