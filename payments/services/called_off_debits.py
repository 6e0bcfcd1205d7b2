"""Debits of a file called off that the bank collected all the same: seen, and put to a person.

Nothing of it is posted by itself: the same months may have been debited again since.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.money import ZERO, euros
from caracol.core.periods import french_day
from payments.calculations.match_facts import Certainty, Part
from payments.enums import BatchState, DebitState
from payments.models import BankLine, Debit, DebitBatch
from payments.services.debit_posting import after_debits, lock_batch, post_debit
from payments.services.posting import reverse
from payments.services.sepa_book import Book, SepaLineRefused, named_in, says
from payments.services.settlers import Offer

REVIVED = history.label("payments.debits-revived", "Remise annulée, encaissée quand même")
BURIED = history.label("payments.debits-buried", "Encaissement d'une remise annulée défait")
DEAD_CREDIT = "annulee"


def called_off_words(batch: DebitBatch) -> str:
    """Say when and why a file was called off."""
    when = f" annulée le {french_day(batch.cancelled_on)}" if batch.cancelled_on else " annulée"
    why = f" ({batch.cancelled_reason})" if batch.cancelled_reason else ""
    return f"remise{when}{why}"


def named_credits(line: BankLine, book: Book) -> Iterator[Offer]:
    """Offer a credit that names debits, or a file, called off."""
    names = [one.end_to_end_id for one in named_in(line)]
    debits = [book.cancelled[name] for name in names if name in book.cancelled]
    total = sum((debit.amount for debit in debits), ZERO)
    if debits and len(debits) == len(names) and total == line.amount:
        yield _offer(debits[0].end_to_end_id, debits[0].batch, line, debits)
    for one in sorted(book.dead_batches, key=lambda one: len(one.ref), reverse=True):
        if one.gross == line.amount and says(line, one.ref):
            yield _offer(one.ref, one.batch, line, ())


def near_credits(line: BankLine, book: Book) -> Iterator[Offer]:
    """Offer a credit of the amount and the day of a file called off."""
    near = [
        one
        for one in book.dead_batches
        if one.gross == line.amount and abs(line.booked_on - one.batch.collect_on) <= book.near
    ]
    if len({one.batch.pk for one in near}) == 1:
        one = min(near, key=lambda one: len(one.ref))
        yield _offer(one.ref, one.batch, line, (), is_named=False)


def _offer(
    name: str,
    batch: DebitBatch,
    line: BankLine,
    debits: Sequence[Debit],
    *,
    is_named: bool = True,
) -> Offer:
    how = "crédite quand même" if is_named else "semble créditer quand même"
    return Offer(
        ref=f"{DEAD_CREDIT}:{name}"[:60],
        certainty=Certainty.PROPOSED,
        reason=f"La banque {how} {batch.reference}, {called_off_words(batch)}. Acceptez si "
        f"{euros(line.amount)} ont bien été prélevés : ils iront au compte de chacun, et ce qui "
        "serait pris deux fois y restera à rendre.",
        label=f"Remise annulée du {french_day(batch.collect_on)}",
        parts=tuple(Part(debit.contract.number, debit.amount) for debit in debits),
        is_named=is_named,
    )


def _debits_of(line: BankLine, name: str) -> list[Debit]:
    """Return the debits called off that a line pays."""
    names = [one.end_to_end_id for one in named_in(line)]
    rows = Debit.objects.filter(state=DebitState.CANCELLED, batch__sent_at__isnull=False)
    rows = rows.select_related("contract", "mandate", "batch").order_by("contract_id", "pk")
    found = list(rows.filter(end_to_end_id__in=[one for one in names if one]))
    if found and len(found) == len(names):
        return found
    whole = list(rows.filter(batch__reference=name))
    if whole:
        return whole
    reference, _, sequence = name.rpartition("-")
    return list(rows.filter(batch__reference=reference, sequence=sequence))


def revive_debits(line: BankLine, name: str, on: date, today: date, actor: User) -> None:
    """Post debits called off as collected, as a person said they were. Raises SepaLineRefused."""
    debits = _debits_of(line, name)
    if not debits or sum((debit.amount for debit in debits), ZERO) != line.amount:
        raise SepaLineRefused(
            "Cette remise n'est plus à rapprocher, ou son montant a changé : rechargez la page."
        )
    again = Debit.objects.filter(represents__in=[one.represents_id for one in debits])
    if again.exclude(state=DebitState.CANCELLED).exists():
        raise SepaLineRefused(
            "Un de ces prélèvements a été représenté depuis par une autre remise. Mettez la ligne "
            "en attente, et demandez à la banque lequel des deux elle a exécuté."
        )
    with history.act(REVIVED, actor=actor, reason=called_off_words(debits[0].batch)):
        batch = lock_batch(debits[0].batch)
        for debit in debits:
            again_key = f"debit:{debit.end_to_end_id}:{debit.entry_id}" if debit.entry_id else ""
            post_debit(debit, on=on, actor=actor, key=again_key)
        Debit.objects.filter(pk__in=[debit.pk for debit in debits]).update(bank_line=line)
        batch.state = BatchState.SENT
        batch.save(update_fields=["state"])
        why = f"La remise {batch} a été encaissée malgré son annulation."
        after_debits(debits, today=today, actor=actor, why=why)


def bury_debits(*, line: BankLine, on: date, today: date, actor: User, reason: str) -> None:
    """Take back that debits called off were collected. Raises SepaLineRefused."""
    rows = Debit.objects.filter(bank_line=line).select_related("contract", "batch", "entry")
    debits = list(rows.order_by("contract_id", "pk"))
    if any(debit.state != DebitState.COLLECTED or debit.entry is None for debit in debits):
        raise SepaLineRefused(
            "Un de ces prélèvements est revenu depuis : défaites d'abord ce rejet."
        )
    with history.act(BURIED, actor=actor, reason=reason):
        batches = [lock_batch(batch) for batch in {debit.batch for debit in debits}]
        for debit in debits:
            if debit.entry is not None:
                day = max(on, debit.entry.date)
                reverse(entry=debit.entry, on=day, author=actor, reason=reason)
            debit.state, debit.bank_line = DebitState.CANCELLED, None
            debit.save(update_fields=["state", "bank_line"])
        for batch in batches:
            alive = Debit.objects.filter(batch=batch).exclude(state=DebitState.CANCELLED)
            if not alive.exists():
                batch.state = BatchState.CANCELLED
                batch.save(update_fields=["state"])
        after_debits(debits, today=today, actor=actor, why=reason)
