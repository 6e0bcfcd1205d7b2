"""Bank lines of our own files: the credit of debits, what comes back, the transfers that left.

A line is settled by itself only when it names a payment of ours and the amounts tie to the cent.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from caracol.accounts.models import User
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from caracol.core.periods import Month, french_day
from caracol.parameters.selectors import value
from payments.calculations.match_facts import Certainty, Part
from payments.enums import (
    AccountKind,
    BatchState,
    DebitState,
    EntryKind,
    MatchRule,
    RefundState,
)
from payments.models import BankLine, Debit, DebitBatch, Entry, Refund, RefundBatch
from payments.selectors.returns import source_of
from payments.services.accounts import shared_account
from payments.services.debit_posting import post_debits
from payments.services.posting import Line, post, reverse
from payments.services.refunding import fail_refund, pay_refund, unpay_refund
from payments.services.returning import ReturnFacts, record_return, restore_debit
from payments.services.settlers import Offer
from payments.writers.pain import group_id

# Days before are no days of ours: nothing of SEPA is older.
FIRST_DAY = date(2014, 8, 1)
CREDIT, RETURN, TRANSFER, BOUNCE = "remise", "rejet", "virement", "retour"


class SepaLineRefused(Refused):
    """The line is not what it was offered as."""


@dataclass(frozen=True)
class Named:
    """One payment that a line names."""

    end_to_end_id: str
    mandate: str
    amount: Decimal | None
    code: str
    text: str


def named_in(line: BankLine) -> list[Named]:
    """Return the payments that a line names, its details first."""
    if line.details:
        return [
            Named(
                str(each.get("end_to_end_id", "")),
                str(each.get("mandate_id", "")),
                abs(Decimal(str(each["amount"]))) if each.get("amount") else None,
                str(each.get("return_reason", "")),
                str(each.get("return_text", "")),
            )
            for each in line.details
        ]
    amount = abs(line.amount)
    return [Named(line.end_to_end_id, line.mandate_id, amount, line.return_reason, "")]


class _Book:
    """Our files and their payments, read once for many lines."""

    def __init__(self, lines: Sequence[BankLine]) -> None:
        named = [one for line in lines for one in named_in(line)]
        ids = {one.end_to_end_id for one in named if one.end_to_end_id}
        mandates = {one.mandate for one in named if one.mandate and not one.end_to_end_id}
        sent = Debit.objects.filter(batch__state=BatchState.SENT)
        related = ("batch", "contract")
        found = list(sent.filter(end_to_end_id__in=ids).select_related(*related))
        self.debits = {debit.end_to_end_id: debit for debit in found}
        self.by_mandate: dict[str, list[Debit]] = defaultdict(list)
        rows = sent.filter(mandate__reference__in=mandates, state=DebitState.COLLECTED)
        for debit in rows.select_related(*related, "mandate").order_by("-batch__collect_on"):
            self.by_mandate[debit.mandate.reference].append(debit)
        refunds = Refund.objects.filter(end_to_end_id__in=ids).select_related("contract")
        self.refunds = {refund.end_to_end_id: refund for refund in refunds}
        first = min((line.booked_on for line in lines), default=clock.today())
        since = _recent(first)
        # A file is known by its amount alone when the line comes this near its day.
        self.near = timedelta(days=int(value("sepa.near_days", clock.today())))
        self.batches = _sums(since)
        waiting = Refund.objects.filter(batch=OuterRef("pk"), state=RefundState.SENT)
        self.transfers = list(
            RefundBatch.objects.filter(
                Exists(waiting), state=BatchState.SENT, execute_on__gte=since
            )
        )

    def debit_of(self, one: Named) -> Debit | None:
        """Return the debit named, by its own reference, else by its mandate and amount."""
        if one.end_to_end_id:
            return self.debits.get(one.end_to_end_id)
        rows = self.by_mandate.get(one.mandate, [])
        return next((debit for debit in rows if debit.amount == one.amount), None)


def _recent(first: date) -> date:
    """Return since when files may still be spoken of: as long as a debit may be contested."""
    months = int(value("sepa.unauthorised_months", clock.today()))
    month = Month.of(max(first, FIRST_DAY))
    return month.plus(-months - 1).first


@dataclass
class _Sum:
    """What a file, or the part of it that is of one sequence, may be credited as."""

    batch: DebitBatch
    ref: str
    gross: Decimal = ZERO
    net: Decimal = ZERO
    open_debits: int = 0

    def add(self, debit: Debit) -> None:
        """Count a debit; one refused before it settled is not credited by most banks."""
        self.gross += debit.amount
        if debit.state != DebitState.RETURNED or debit.entry_id is not None:
            self.net += debit.amount
        self.open_debits += debit.bank_line_id is None


def _sums(since: date) -> list[_Sum]:
    rows = Debit.objects.filter(batch__state=BatchState.SENT, batch__collect_on__gte=since)
    rows = rows.exclude(state=DebitState.CANCELLED).select_related("batch").order_by("pk")
    found: dict[str, _Sum] = {}
    for debit in rows:
        batch = debit.batch
        for ref in (batch.reference, group_id(batch.reference, debit.sequence)):
            found.setdefault(ref, _Sum(batch, ref)).add(debit)
    return list(found.values())


class SepaSettler:
    """Settles the lines of files of debits and of transfers."""

    key = "sepa"
    rule = MatchRule.SEPA

    def offers(self, lines: Sequence[BankLine]) -> Mapping[int, Offer]:
        """Return what lines are, when they are ours; a constant number of queries."""
        book = _Book(lines)
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
        act = {CREDIT: _credit, RETURN: _return, TRANSFER: _transfer, BOUNCE: _bounce}[kind]
        act(line, name, on, today, actor)
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
        kind, _, _name = ref.partition(":")
        if kind == CREDIT:
            Debit.objects.filter(bank_line=line).update(bank_line=None)
        elif kind == RETURN:
            for debit in _returned_by(line):
                restore_debit(debit=debit, on=on, today=today, actor=actor, reason=reason)
        elif kind == TRANSFER:
            for refund in line.refunds.order_by("contract_id", "pk"):
                unpay_refund(refund=refund, on=on, actor=actor, reason=reason)
        else:
            raise SepaLineRefused(
                "Un virement revenu ne se défait pas : préparez un nouveau remboursement."
            )
        if entry is not None:
            reverse(entry=entry, on=max(on, entry.date), author=actor, reason=reason)


def _accounts() -> tuple[Any, Any]:
    return shared_account(AccountKind.IN_TRANSIT), shared_account(AccountKind.SUSPENSE)


# --- What a line is -------------------------------------------------------------------------------
def _offers(line: BankLine, book: _Book) -> Iterator[Offer]:
    if line.amount > 0:
        yield from _bounces(line, book)
        yield from _credits(line, book)
    else:
        yield from _returns(line, book)
        yield from _transfers(line, book)


def _credits(line: BankLine, book: _Book) -> Iterator[Offer]:
    said = f"{line.text} {line.end_to_end_id}".upper()
    fits = [one for one in book.batches if line.amount in {one.gross, one.net} and one.open_debits]
    for one in sorted(fits, key=lambda one: len(one.ref), reverse=True):
        if one.ref in said:
            yield _credit_offer(one, Certainty.AUTO, "La banque crédite la remise")
    near = [one for one in fits if abs(line.booked_on - one.batch.collect_on) <= book.near]
    if len({one.batch.pk for one in near}) == 1:
        one = min(near, key=lambda one: len(one.ref))
        yield _credit_offer(one, Certainty.PROPOSED, "Le montant et le jour sont ceux de la remise")


def _credit_offer(one: _Sum, certainty: Certainty, why: str) -> Offer:
    day = french_day(one.batch.collect_on)
    return Offer(
        ref=f"{CREDIT}:{one.ref}",
        certainty=certainty,
        reason=f"{why} {one.ref} du {day}.",
        label=f"Prélèvements du {day}",
    )


def _returns(line: BankLine, book: _Book) -> Iterator[Offer]:
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


def _transfers(line: BankLine, book: _Book) -> Iterator[Offer]:
    refunds = [book.refunds.get(one.end_to_end_id) for one in named_in(line)]
    known = [refund for refund in refunds if refund and refund.state == RefundState.SENT]
    total = sum((refund.amount for refund in known), ZERO)
    if known and len(known) == len(refunds) and total == -line.amount:
        yield _transfer_offer(known[0].end_to_end_id, total, Certainty.AUTO, known)
        return
    for batch in book.transfers:
        if batch.total == -line.amount:
            sure = batch.reference in f"{line.text} {line.end_to_end_id}".upper()
            certainty = Certainty.AUTO if sure else Certainty.PROPOSED
            if sure or abs(line.booked_on - batch.execute_on) <= book.near:
                yield _transfer_offer(batch.reference, batch.total, certainty, ())


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


def _bounces(line: BankLine, book: _Book) -> Iterator[Offer]:
    for one in named_in(line):
        refund = book.refunds.get(one.end_to_end_id)
        if refund and refund.amount == line.amount and refund.state == RefundState.PAID:
            yield Offer(
                ref=f"{BOUNCE}:{refund.end_to_end_id}",
                certainty=Certainty.AUTO,
                reason=f"Notre virement de {euros(refund.amount)} revient {one.code}.".strip(),
                label="Remboursement revenu",
                parts=(Part(refund.contract.number, line.amount),),
            )


# --- Settling -------------------------------------------------------------------------------------
def _returned_by(line: BankLine) -> list[Debit]:
    rows = Debit.objects.filter(return_source=source_of(line))
    return list(rows.select_related("contract").order_by("contract_id", "pk"))


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
    book = _Book([line])
    pairs = [(one, book.debit_of(one)) for one in named_in(line)]
    known = [(one, debit) for one, debit in pairs if debit is not None]
    if len(known) != len(pairs):
        raise SepaLineRefused("Un des prélèvements rejetés n'est pas de nos remises.")
    for one, debit in sorted(known, key=lambda pair: (pair[1].contract_id, pair[1].pk)):
        facts = ReturnFacts(one.code, on, source_of(line), one.text, is_settled=True)
        record_return(debit=debit, facts=facts, today=today, actor=actor)


def _transfer(line: BankLine, name: str, on: date, _today: date, actor: User) -> None:
    rows = Refund.objects.filter(batch__reference=name)
    if not rows.exists():
        ids = [one.end_to_end_id for one in named_in(line)]
        rows = Refund.objects.filter(end_to_end_id__in=ids)
    refunds = list(rows.select_related("contract").order_by("contract_id", "pk"))
    if sum((refund.amount for refund in refunds), ZERO) != -line.amount:
        raise SepaLineRefused("Les remboursements ne font pas le montant de la ligne.")
    for refund in refunds:
        pay_refund(refund=refund, line=line, on=on, actor=actor)


def _bounce(line: BankLine, name: str, on: date, today: date, actor: User) -> None:
    refund = Refund.objects.select_related("contract").get(end_to_end_id=name)
    code = next((one.code for one in named_in(line) if one.code), "")
    fail_refund(refund=refund, code=code, on=on, today=today, actor=actor)
