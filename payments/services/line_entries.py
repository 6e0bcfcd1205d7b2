"""Post what takes bank lines out of the suspense account, many at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from caracol.accounts.models import User
from caracol.core.money import ZERO, euros
from caracol.core.periods import Month
from payments.enums import AccountKind, EntryKind, PartKind, Payer, TermKind
from payments.models import (
    Account,
    BankLine,
    Entry,
    Posting,
    Reconciliation,
    ReconciliationPart,
    Term,
)
from payments.services.accounts import ContractClosed, open_accounts, shared_accounts
from payments.services.copying import reserve
from payments.services.line_parts import LinePart, LineRefused
from payments.services.posting import MonthLocked, locked_message, locked_months
from residents.enums import ContractStatus
from residents.models import Contract

TRANSFER, RETURN = "TRANSFER", "RETURN"
_PER_CONTRACT = (AccountKind.RECEIVABLE, AccountKind.AID_AT_TAKEOVER)


@dataclass
class EntryDraft:
    """An entry about to be posted for a line, with the parts it comes to."""

    line: BankLine
    parts: tuple[LinePart, ...]
    kind: EntryKind
    label: str
    source: dict[str, Any]
    postings: list[tuple[Account, Decimal, str, date | None]] = field(default_factory=list)


def day_for(line: BankLine, locked: set[Month], today: date) -> date:
    """Return the day to date what settles a line: its own, or today once its month is locked.

    Raises MonthLocked when today's month is locked too.
    """
    if Month.of(line.booked_on) not in locked:
        return line.booked_on
    if Month.of(today) in locked:
        raise MonthLocked(locked_message(today))
    return today


class Poster:
    """Posts the entries of lines: accounts read and locked once, entries written together."""

    def __init__(self, *, actor: User, today: date) -> None:
        self.actor, self.today = actor, today
        self.locked = locked_months()
        kinds = (AccountKind.SUSPENSE, AccountKind.OUT_OF_SCOPE, AccountKind.IN_TRANSIT)
        self.shared = shared_accounts(*kinds)
        self.accounts: dict[tuple[int, str], Account] = {}
        self.taken_over: dict[int, date] = {}

    def lock_contracts(self, contracts: Iterable[Contract]) -> list[int]:
        """Lock the accounts of contracts, in the order of their numbers. Raises ContractClosed."""
        ids = sorted({contract.pk for contract in contracts})
        if not ids:
            return []
        open_accounts(ids)
        rows = Account.objects.select_for_update(no_key=True, of=("self",)).filter(
            contract__in=ids, kind__in=_PER_CONTRACT
        )
        for account in rows.order_by("contract_id", "kind"):
            self.accounts[account.contract_id or 0, account.kind] = account
        closed = Contract.objects.filter(pk__in=ids, status=ContractStatus.CLOSED).first()
        if closed is not None:
            raise ContractClosed(
                f"Le contrat {closed.number} est clos : rouvrez-le pour y inscrire un mouvement."
            )
        openings = Term.objects.filter(contract__in=ids, kind=TermKind.OPENING)
        self.taken_over = dict(openings.values_list("contract", "month"))
        return ids

    def draft(self, line: BankLine, parts: Sequence[LinePart]) -> EntryDraft:
        """Return the entry of a line; without postings when all of it stays in suspense."""
        contracts = [part for part in parts if part.contract]
        aid = bool(contracts) and all(part.payer == Payer.CAF for part in contracts)
        kind = EntryKind.TRANSFER
        if contracts:
            kind = EntryKind.AID if aid else EntryKind.PAYMENT
        draft = EntryDraft(line, tuple(parts), kind, _label(line, parts), _source(line, contracts))
        kept: list[LinePart] = []
        for part in parts:
            kept += self._add(draft, part)
        draft.parts = tuple(kept)
        moved = -sum((amount for _account, amount, *_rest in draft.postings), ZERO)
        if draft.postings:
            draft.postings.insert(0, (self.shared[AccountKind.SUSPENSE], moved, "", None))
        return draft

    def _add(self, draft: EntryDraft, part: LinePart) -> list[LinePart]:
        """Add the postings of a part; return it, cut where not all of it can go there."""
        if part.goes_to == PartKind.SUSPENSE:
            return [part]
        if part.contract is None:
            kind = AccountKind.IN_TRANSIT if part.recorded is not None else AccountKind.OUT_OF_SCOPE
            draft.postings.append((self.shared[kind], -part.amount, "", None))
            return [part]
        month = part.month.first if part.month else None
        if part.payer == Payer.CAF and self._is_before_takeover(part.contract, month):
            return self._add_awaited(draft, part, part.contract, month)
        account = self.accounts[part.contract.pk, AccountKind.RECEIVABLE]
        draft.postings.append((account, -part.amount, part.payer, month))
        return [part]

    def _is_before_takeover(self, contract: Contract, month: date | None) -> bool:
        opened = self.taken_over.get(contract.pk)
        return month is not None and opened is not None and month <= opened

    def _add_awaited(
        self, draft: EntryDraft, part: LinePart, contract: Contract, month: date | None
    ) -> list[LinePart]:
        """Settle the aid awaited at the takeover, as much as is; the rest waits for a person."""
        awaited = self.accounts[contract.pk, AccountKind.AID_AT_TAKEOVER]
        taken = min(part.amount, max(awaited.balance, ZERO)) if part.amount > 0 else ZERO
        kept = []
        if taken:
            awaited.balance -= taken
            draft.postings.append((awaited, -taken, part.payer, month))
            kept.append(LinePart(taken, contract, part.month, part.payer))
        if part.amount != taken:
            kept.append(LinePart(part.amount - taken, kind=PartKind.SUSPENSE))
        return kept

    def post(self, drafts: Sequence[EntryDraft]) -> dict[int, Entry]:
        """Write the entries of drafts; return them by line. Raises MonthLocked, LineRefused."""
        drafts = [draft for draft in drafts if draft.postings]
        self._check_recorded(drafts)
        before = _times_decided([draft.line.pk for draft in drafts])
        numbers = reserve("payments_entry_id_seq", len(drafts))
        entries: dict[int, Entry] = {}
        postings: list[Posting] = []
        for number, draft in zip(numbers, drafts, strict=True):
            entries[draft.line.pk] = Entry(
                pk=number,
                key=f"line:{draft.line.pk}:{before.get(draft.line.pk, 0)}",
                kind=draft.kind,
                date=day_for(draft.line, self.locked, self.today),
                label=draft.label[:200],
                source=draft.source,
                author=self.actor,
            )
            postings += [
                Posting(
                    entry_id=number,
                    account=account,
                    amount=amount,
                    payer=payer,
                    entitlement_month=month,
                )
                for account, amount, payer, month in draft.postings
            ]
        Entry.objects.bulk_create(entries.values(), batch_size=1000)
        Posting.objects.bulk_create(postings)  # in one statement: it must balance
        return entries

    def _check_recorded(self, drafts: Sequence[EntryDraft]) -> None:
        """Refuse to clear a payment recorded by hand twice, or for another amount."""
        parts = [part for draft in drafts for part in draft.parts if part.recorded is not None]
        if not parts:
            return
        transit = self.shared[AccountKind.IN_TRANSIT]
        Account.objects.select_for_update(no_key=True, of=("self",)).get(pk=transit.pk)
        ids = [part.recorded.pk for part in parts if part.recorded]
        cleared = ReconciliationPart.objects.alive().filter(recorded__in=ids)
        amounts = dict(
            Posting.objects.filter(entry__in=ids, account=transit).values_list("entry", "amount")
        )
        if cleared.exists() or len(set(ids)) < len(ids):
            raise LineRefused("Ce règlement saisi à la main est déjà pointé sur une autre ligne.")
        for part in parts:
            known = amounts.get(part.recorded.pk if part.recorded else 0)
            if known != part.amount:
                raise LineRefused(
                    f"Le règlement saisi à la main est de {euros(known or ZERO)} : il se pointe "
                    "en entier, pour ce montant."
                )


def _times_decided(lines: Sequence[int]) -> dict[int, int]:
    """Return how often each line was decided before: a fresh key each time."""
    counts: dict[int, int] = {}
    for line in Reconciliation.objects.filter(line__in=lines).values_list("line", flat=True):
        counts[line] = counts.get(line, 0) + 1
    return counts


def _label(line: BankLine, parts: Sequence[LinePart]) -> str:
    numbers = list(dict.fromkeys(part.contract.number for part in parts if part.contract))
    if not numbers:
        recorded = any(part.recorded for part in parts)
        what = "Pointage" if recorded else "Hors gestion locative"
        return f"{what} · {line.text or line.payer or 'ligne de relevé'}"
    what = "Virement" if line.amount > 0 else "Prélèvement revenu"
    shown = ", ".join(numbers[:4]) + (f" et {len(numbers) - 4} autres" if numbers[4:] else "")
    return f"{what} {shown}"


def _source(line: BankLine, contracts: Sequence[LinePart]) -> dict[str, Any]:
    if not contracts:
        return {"bank_line": line.pk}
    means = TRANSFER if line.amount > 0 else RETURN
    note = line.payer or line.text
    return {
        "means": means,
        "payer": contracts[0].payer.value,
        "note": note[:120],
        "bank_line": line.pk,
    }
