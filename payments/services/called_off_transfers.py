"""Transfers called off, or paid already, that the bank executed all the same.

Such a line is never posted by itself. A refund that still waits is paid by it; money that left
once too often is on the account of the contract, for a person to see to.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.money import ZERO, euros
from caracol.core.periods import french_day
from payments.calculations.match_facts import Certainty, Part
from payments.enums import AccountKind, EntryKind, Payer, RefundSource, RefundState
from payments.models import BankLine, CalledOffTransfer, Entry, Refund, RefundBatch
from payments.selectors.deposits import deposit_sheet
from payments.selectors.refunds import engaged
from payments.services.accounts import account_of, lock_account, shared_account
from payments.services.posting import Line, post, reverse
from payments.services.refunding import after_refund, pay_refund, unpay_refund
from payments.services.sepa_book import Book, SepaLineRefused, named_in, says
from payments.services.settlers import Offer

AGAIN = history.label("payments.transfer-again", "Virement exécuté une fois de trop")
UNDONE = history.label("payments.transfer-again-undone", "Virement en trop défait")
DEAD_TRANSFER = "rappel"
STILL = (RefundState.APPROVED, RefundState.SENT)


def called_off_words(batch: RefundBatch) -> str:
    """Say when and why the sending of a file was called off."""
    when = f" le {french_day(batch.cancelled_on)}" if batch.cancelled_on else ""
    why = f" ({batch.cancelled_reason})" if batch.cancelled_reason else ""
    return f"remise {batch.reference} annulée{when}{why}"


def named_transfers(line: BankLine, book: Book) -> Iterator[Offer]:
    """Offer a debit that names transfers of ours which were not to leave, or not again."""
    names = [one.end_to_end_id for one in named_in(line)]
    dead = [book.called_off[name] for name in names if name in book.called_off]
    own = [book.refunds[name] for name in names if name in book.refunds]
    total = _sum(dead, own)
    if (dead or own) and len(dead) + len(own) == len(names) and total == -line.amount:
        refunds = [*(one.refund for one in dead), *own]
        why = _why_dead(dead[0]) if dead else _why_again(own)
        yield _offer(names[0], line, why, refunds)
    for batch, amount in book.dead_transfers:
        if amount == -line.amount and says(line, batch.reference):
            yield _offer(batch.reference, line, _why_batch(batch), ())


def near_transfers(line: BankLine, book: Book) -> Iterator[Offer]:
    """Offer a debit of the amount and the day of a file called off."""
    for batch, amount in book.dead_transfers:
        is_near = abs(line.booked_on - batch.execute_on) <= book.near
        if is_near and amount == -line.amount:
            yield _offer(batch.reference, line, _why_batch(batch), (), is_named=False)


def _sum(dead: Sequence[CalledOffTransfer], own: Sequence[Refund]) -> Decimal:
    whole = sum((one.amount for one in dead), ZERO)
    return sum((one.amount for one in own), whole)


def _why_dead(one: CalledOffTransfer) -> str:
    refund = one.refund
    after = ""
    if refund.state == RefundState.SENT and refund.batch:
        after = (
            f" Il est reparti dans {refund.batch.reference} : annulez cet envoi aussi, ou la "
            "personne sera payée deux fois."
        )
    elif refund.state not in STILL:
        after = (
            f" Ce remboursement est {refund.get_state_display()} : la somme serait portée au "
            "compte du contrat, à récupérer."
        )
    return f"La banque exécute quand même un virement de la {called_off_words(one.batch)}.{after}"


def _why_again(refunds: Sequence[Refund]) -> str:
    one = refunds[0]
    return (
        f"Ce remboursement ({one.end_to_end_id}) est déjà {one.get_state_display()} : la banque "
        "l'a exécuté une fois de trop, ou cette ligne est un doublon. Acceptée, la somme est "
        "portée au compte du contrat, à récupérer."
    )


def _why_batch(batch: RefundBatch) -> str:
    return (
        f"La banque débite le montant de la {called_off_words(batch)} : elle semble l'avoir "
        "exécutée quand même."
    )


def _offer(
    name: str,
    line: BankLine,
    why: str,
    refunds: Sequence[Refund],
    *,
    is_named: bool = True,
) -> Offer:
    return Offer(
        ref=f"{DEAD_TRANSFER}:{name}"[:60],
        certainty=Certainty.PROPOSED,
        reason=why[:300],
        label=f"Virement annulé de {euros(-line.amount)}",
        parts=tuple(Part(refund.contract.number, -refund.amount) for refund in refunds),
        is_named=is_named,
    )


def tie_called_off(line: BankLine, name: str, on: date, today: date, actor: User) -> None:
    """Post what the bank executed all the same, as a person said. Raises SepaLineRefused."""
    rows = CalledOffTransfer.objects.filter(bank_line=None).select_related("refund__contract")
    dead = list(rows.filter(batch__reference=name))
    own: list[Refund] = []
    if not dead:
        names = [one.end_to_end_id for one in named_in(line) if one.end_to_end_id]
        dead = list(rows.filter(end_to_end_id__in=names))
        own = list(Refund.objects.filter(end_to_end_id__in=names).select_related("contract"))
    if _sum(dead, own) != -line.amount:
        raise SepaLineRefused("Ces virements ne font pas le montant de la ligne : rechargez.")
    acts = [*((one.refund, one) for one in dead), *((refund, None) for refund in own)]
    for refund, one in sorted(acts, key=lambda act: (act[0].contract_id, act[0].pk)):
        if not _pay_waiting(refund, one, line, on, actor):
            _pay_again(refund, line, on, today, actor)
        if one is not None:
            one.bank_line = line
            one.save(update_fields=["bank_line"])


def _pay_waiting(
    refund: Refund, one: CalledOffTransfer | None, line: BankLine, on: date, actor: User
) -> bool:
    """Pay a refund that still waits; False when it does not."""
    if refund.state not in (STILL if one is not None else (RefundState.SENT,)):
        return False
    reference = one.end_to_end_id if one else ""
    return pay_refund(refund=refund, line=line, on=on, actor=actor, reference=reference)


def _pay_again(refund: Refund, line: BankLine, on: date, today: date, actor: User) -> None:
    contract = refund.contract
    with history.act(AGAIN, actor=actor, reason=refund.end_to_end_id):
        receivable = lock_account(contract)
        stem = f"transfer-again:{line.pk}:{refund.pk}:"
        rank = Entry.objects.filter(key__startswith=stem).count() + 1
        from_due = refund.source == RefundSource.DUE and _is_free(refund, today)
        account = account_of(contract, AccountKind.REFUND_DUE) if from_due else receivable
        post(
            key=f"{stem}{rank}",
            kind=EntryKind.REFUND,
            on=on,
            label=f"Virement exécuté une fois de trop {contract.number}",
            source={"means": "TRANSFER", "payer": refund.payer, "note": line.end_to_end_id},
            lines=[
                Line(account, refund.amount, Payer(refund.payer)),
                Line(shared_account(AccountKind.IN_TRANSIT), -refund.amount),
            ],
            author=actor,
        )
        after_refund(contract, "Un virement est parti une fois de trop.", today, actor)


def _is_free(refund: Refund, today: date) -> bool:
    """Whether what is to be refunded still holds the sum, asked by nothing else."""
    due = deposit_sheet(refund.contract, today).to_refund.get(refund.payer, ZERO)
    return due - engaged(refund.contract)[refund.payer] >= refund.amount


def untie_called_off(*, line: BankLine, on: date, today: date, actor: User, reason: str) -> None:
    """Take back what tie_called_off posted: the transfers are called off, as before."""
    for refund in line.refunds.select_related("contract").order_by("contract_id", "pk"):
        unpay_refund(refund=refund, on=on, actor=actor, reason=reason)
    entries = Entry.objects.filter(
        key__startswith=f"transfer-again:{line.pk}:", reversed_by__isnull=True
    )
    with history.act(UNDONE, actor=actor, reason=reason):
        for entry in entries.order_by("pk"):
            contracts = entry.postings.filter(account__contract__isnull=False)
            contract = contracts.select_related("account__contract").get().account.contract
            reverse(entry=entry, on=max(on, entry.date), author=actor, reason=reason)
            if contract is not None:
                after_refund(contract, reason, today, actor)
    CalledOffTransfer.objects.filter(bank_line=line).update(bank_line=None)
