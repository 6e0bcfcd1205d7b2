"""Bank lines of our own files: the credit of debits, what comes back, the transfers that left.

A line is settled by itself only when it names a payment of ours and the amounts tie to the cent.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from caracol.accounts.models import User
from caracol.core.money import ZERO, euros
from caracol.core.periods import french_day
from payments.calculations.match_facts import Certainty, Part
from payments.enums import (
    AccountKind,
    DebitState,
    EntryKind,
    MatchRule,
    RefundState,
)
from payments.models import BankLine, Debit, DebitBatch, Entry, Refund
from payments.selectors.returns import source_of
from payments.services.accounts import shared_account
from payments.services.called_off_debits import (
    DEAD_CREDIT,
    bury_debits,
    named_credits,
    near_credits,
    revive_debits,
)
from payments.services.called_off_transfers import (
    DEAD_TRANSFER,
    named_transfers,
    near_transfers,
    tie_called_off,
    untie_called_off,
)
from payments.services.debit_posting import post_debits
from payments.services.posting import Line, post, reverse
from payments.services.refunding import fail_refund, pay_refund, unpay_refund
from payments.services.returning import ReturnFacts, record_return, restore_debit
from payments.services.sepa_book import Book, SepaLineRefused, Sum, named_in, says
from payments.services.settlers import Offer

CREDIT, RETURN, TRANSFER, BOUNCE = "remise", "rejet", "virement", "retour"


class SepaSettler:
    """Settles the lines of files of debits and of transfers."""

    key = "sepa"
    rule = MatchRule.SEPA

    def offers(self, lines: Sequence[BankLine]) -> Mapping[int, Offer]:
        """Return what lines are, when they are ours; a constant number of queries."""
        book = Book(lines)
        found = {}
        for line in lines:
            offer = next(_offers(line, book), None)
            if offer is not None:
                found[line.pk] = offer
        return found

    def settle(
        self, *, line: BankLine, ref: str, on: date, today: date, actor: User
    ) -> Entry | None:
        """Post what follows, then the line against what was to come from the bank."""
        kind, _, name = ref.partition(":")
        _ACTS[kind](line, name, on, today, actor)
        in_transit, suspense = _accounts()
        times = Entry.objects.filter(key__startswith=f"sepa-line:{line.pk}:").count()
        entry, _new = post(
            key=f"sepa-line:{line.pk}:{times + 1}",
            kind=EntryKind.TRANSFER,
            on=on,
            label=f"Banque : {ref}",
            lines=[Line(suspense, line.amount), Line(in_transit, -line.amount)],
            author=actor,
            source={"line": line.pk, "ref": ref},
        )
        return entry

    def undo(
        self,
        *,
        line: BankLine,
        ref: str,
        entry: Entry | None,
        on: date,
        today: date,
        actor: User,
        reason: str,
    ) -> None:
        """Take back what the line was tied to."""
        kind = ref.partition(":")[0]
        if kind == BOUNCE:
            raise SepaLineRefused(
                "Un virement revenu ne se défait pas : préparez un nouveau remboursement."
            )
        if kind == CREDIT:
            Debit.objects.filter(bank_line=line).update(bank_line=None)
        elif kind == TRANSFER:
            for refund in line.refunds.order_by("contract_id", "pk"):
                unpay_refund(refund=refund, on=on, actor=actor, reason=reason)
        else:
            undone = {RETURN: _restore, DEAD_CREDIT: bury_debits, DEAD_TRANSFER: untie_called_off}
            undone[kind](line=line, on=on, today=today, actor=actor, reason=reason)
        if entry is not None:
            reverse(entry=entry, on=max(on, entry.date), author=actor, reason=reason)


def _accounts() -> tuple[Any, Any]:
    return shared_account(AccountKind.IN_TRANSIT), shared_account(AccountKind.SUSPENSE)


# --- What a line is -------------------------------------------------------------------------------
def _offers(line: BankLine, book: Book) -> Iterator[Offer]:
    if line.amount > 0:
        yield from _bounces(line, book)
        yield from _credits(line, book)
    else:
        yield from _returns(line, book)
        yield from _transfers(line, book)


def _credits(line: BankLine, book: Book) -> Iterator[Offer]:
    fits = [one for one in book.batches if one.open_debits and one.fits(line.amount)]
    for one in sorted(fits, key=lambda one: len(one.ref), reverse=True):
        if says(line, one.ref):
            certainty = Certainty.AUTO if line.amount in one.sure else Certainty.PROPOSED
            yield _credit_offer(one, certainty, "La banque crédite la remise")
    yield from named_credits(line, book)
    near = [one for one in fits if abs(line.booked_on - one.batch.collect_on) <= book.near]
    near = [one for one in near if line.amount in one.sure]
    if len({one.batch.pk for one in near}) == 1:
        one = min(near, key=lambda one: len(one.ref))
        yield _credit_offer(one, Certainty.PROPOSED, "Le montant et le jour sont ceux de la remise")
    if not near:
        yield from near_credits(line, book)


def _credit_offer(one: Sum, certainty: Certainty, why: str) -> Offer:
    day = french_day(one.batch.collect_on)
    return Offer(
        ref=f"{CREDIT}:{one.ref}",
        certainty=certainty,
        reason=f"{why} {one.ref} du {day}.",
        label=f"Prélèvements du {day}",
    )


def _returns(line: BankLine, book: Book) -> Iterator[Offer]:
    pairs = [(one, book.debit_of(one)) for one in named_in(line)]
    debits = [debit for _one, debit in pairs if debit is not None]
    if not debits:
        return
    parts = tuple(Part(debit.contract.number, -debit.amount) for debit in debits)
    total = sum((debit.amount for debit in debits), ZERO)
    taken = any(debit.return_source == source_of(line) for debit in debits)
    sure = len(debits) == len(pairs) and total == -line.amount and not taken
    codes = ", ".join(sorted({one.code for one, debit in pairs if debit and one.code}))
    said = f" ({codes})" if codes else ""
    if not sure:
        return
    label = "Prélèvement rejeté" if len(debits) == 1 else f"{len(debits)} prélèvements rejetés"
    yield Offer(
        ref=f"{RETURN}:{debits[0].end_to_end_id}"[:60],
        certainty=Certainty.AUTO,
        reason=f"La banque rend {euros(total)} de prélèvements de notre remise{said}.",
        label=label,
        parts=parts,
    )


def _transfers(line: BankLine, book: Book) -> Iterator[Offer]:
    refunds = [book.refunds.get(one.end_to_end_id) for one in named_in(line)]
    known = [refund for refund in refunds if refund and refund.state == RefundState.SENT]
    total = sum((refund.amount for refund in known), ZERO)
    if known and len(known) == len(refunds) and total == -line.amount:
        yield _transfer_offer(known[0].end_to_end_id, total, Certainty.AUTO, known)
        return
    yield from named_transfers(line, book)
    near = False
    for batch, amount in book.transfers:
        if amount == -line.amount:
            sure = says(line, batch.reference)
            certainty = Certainty.AUTO if sure else Certainty.PROPOSED
            if sure or abs(line.booked_on - batch.execute_on) <= book.near:
                near = True
                yield _transfer_offer(batch.reference, -line.amount, certainty, ())
    if not near:
        yield from near_transfers(line, book)


def _transfer_offer(
    name: str, total: Decimal, certainty: Certainty, refunds: Iterable[Refund]
) -> Offer:
    return Offer(
        ref=f"{TRANSFER}:{name}",
        certainty=certainty,
        reason=f"Remboursement de {euros(total)} que nous avons demandé ({name}).",
        label="Remboursement payé",
        parts=tuple(Part(refund.contract.number, -refund.amount) for refund in refunds),
    )


def _bounces(line: BankLine, book: Book) -> Iterator[Offer]:
    for one in named_in(line):
        refund = book.refunds.get(one.end_to_end_id)
        if refund and refund.amount == line.amount and refund.state == RefundState.PAID:
            yield Offer(
                ref=f"{BOUNCE}:{one.end_to_end_id}",
                certainty=Certainty.AUTO,
                reason=f"Notre virement de {euros(refund.amount)} revient {one.code}.".strip(),
                label="Remboursement revenu",
                parts=(Part(refund.contract.number, line.amount),),
            )


# --- Settling -------------------------------------------------------------------------------------
def _returned_by(line: BankLine) -> list[Debit]:
    rows = Debit.objects.filter(return_source=source_of(line))
    return list(rows.select_related("contract").order_by("contract_id", "pk"))


def _restore(*, line: BankLine, on: date, today: date, actor: User, reason: str) -> None:
    for debit in _returned_by(line):
        restore_debit(debit=debit, on=on, today=today, actor=actor, reason=reason)


def _credit(line: BankLine, name: str, on: date, today: date, actor: User) -> None:
    batch = DebitBatch.objects.filter(reference=name).first()
    sequence = ""
    if batch is None:
        reference, _, sequence = name.rpartition("-")
        batch = DebitBatch.objects.get(reference=reference)
    # The bank shows it: its day has come, whatever the clock here says.
    post_debits(batch=batch, today=max(today, batch.collect_on), actor=actor)
    rows = Debit.objects.filter(batch=batch, bank_line=None).exclude(state=DebitState.CANCELLED)
    if sequence:
        rows = rows.filter(sequence=sequence)
    if not rows.update(bank_line=line):
        raise SepaLineRefused(f"La remise {batch} est déjà rapprochée.")


def _return(line: BankLine, _name: str, on: date, today: date, actor: User) -> None:
    book = Book([line])
    pairs = [(one, book.debit_of(one)) for one in named_in(line)]
    known = [(one, debit) for one, debit in pairs if debit is not None]
    if len(known) != len(pairs):
        raise SepaLineRefused("Un des prélèvements rejetés n'est pas de nos remises.")
    for one, debit in sorted(known, key=lambda pair: (pair[1].contract_id, pair[1].pk)):
        facts = ReturnFacts(one.code, on, source_of(line), one.text, is_settled=True)
        record_return(debit=debit, facts=facts, today=today, actor=actor)


def _transfer(line: BankLine, name: str, on: date, _today: date, actor: User) -> None:
    rows = Refund.objects.filter(batch__reference=name, state=RefundState.SENT)
    if not rows.exists():
        ids = [one.end_to_end_id for one in named_in(line)]
        rows = Refund.objects.filter(end_to_end_id__in=ids)
    refunds = list(rows.select_related("contract").order_by("contract_id", "pk"))
    if sum((refund.amount for refund in refunds), ZERO) != -line.amount:
        raise SepaLineRefused("Les remboursements ne font pas le montant de la ligne.")
    for refund in refunds:
        pay_refund(refund=refund, line=line, on=on, actor=actor)


def _bounce(line: BankLine, name: str, on: date, today: date, actor: User) -> None:
    refund = Book([line]).refunds[name]
    code = next((one.code for one in named_in(line) if one.code), "")
    fail_refund(refund=refund, code=code, on=on, today=today, actor=actor)


_ACTS: dict[str, Callable[[BankLine, str, date, date, User], None]] = {
    CREDIT: _credit,
    RETURN: _return,
    TRANSFER: _transfer,
    BOUNCE: _bounce,
    DEAD_CREDIT: revive_debits,
    DEAD_TRANSFER: tie_called_off,
}
