"""Import a bank's file: each line once, in the books at once, against the suspense account.

The bank's account always equals its statements (DESIGN section 5, invariant 6): a line is posted
between the bank and the suspense account when it is read; reconciling then empties the latter.
What is not money of ours yet (another account, another currency, a probable duplicate) is held for
a person; what is only announced (PDNG, INFO) is kept and posts nothing.
"""

import hashlib
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from django.core.files.base import File
from django.db import connection, transaction
from django.db.models import Q

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.files import gone_if_it_fails
from caracol.core.money import ZERO, euros
from caracol.core.periods import Month
from payments.calculations.fingerprints import line_base, same_account
from payments.enums import AccountKind, BankLineState, EntryKind
from payments.models import (
    BankAccount,
    BankFile,
    BankLine,
    BankStatement,
    Entry,
    Posting,
)
from payments.models.bank import payer_index
from payments.readers.detection import format_of
from payments.readers.shapes import BOOKED, Closing, Events, FileRefused, Line, Opening, Remark
from payments.services.accounts import shared_account
from payments.services.bank_accounts import own_accounts
from payments.services.copying import reserve
from payments.services.layouts import events_of
from payments.services.posting import locked_message, locked_months

IMPORTED = history.label("payments.bank-imported", "Relevé de banque importé")
MAX_FILE = 200 * 1024 * 1024
CHUNK = 2000
IMPORT_LOCK = 719
EURO = "EUR"


class BankMonthLocked(Refused):
    """A line is of a month whose books are locked."""


@dataclass
class Imported:
    """What a file held and what of it was new."""

    name: str
    format: str
    statements: int = 0
    entries: int = 0
    credits: Decimal = ZERO
    debits: Decimal = ZERO
    new: int = 0
    duplicates: int = 0
    held: int = 0
    is_known_file: bool = False
    remarks: list[str] = field(default_factory=list)

    def count(self, amount: Decimal) -> None:
        """Count an entry of the file, whatever becomes of it."""
        self.entries += 1
        if amount > 0:
            self.credits += amount
        else:
            self.debits -= amount


@transaction.atomic
def import_bank(*, stream: BinaryIO, name: str, actor: User) -> Imported:
    """Import a file of any format; again, or an overlap, adds nothing. All of it or nothing.

    Raises FileRefused with the reason and the place, BankMonthLocked.
    """
    measured = _measured(stream)
    kind = format_of(stream)
    result = Imported(name=name, format=kind)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [IMPORT_LOCK])
    if BankFile.objects.filter(sha256=measured[0]).exists():
        return _read_again(events_of(kind, stream), result)
    record = _keep(stream, name, kind, measured)
    with gone_if_it_fails(record.file), history.act(IMPORTED, actor=actor), transaction.atomic():
        record.imported_by = actor
        BankFile.objects.bulk_create([record])
        _Writer(record, actor, result).read(events_of(kind, stream))
    return result


def _read_again(events: Events, result: Imported) -> Imported:
    """Say what a file imported already holds, and write nothing."""
    result.is_known_file = True
    for event in events:
        if isinstance(event, Opening):
            result.statements += 1
        elif isinstance(event, Line):
            result.count(event.amount)
    result.duplicates = result.entries
    return result


def _measured(stream: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in iter(lambda: stream.read(1024 * 1024), b""):
        size += len(piece)
        if size > MAX_FILE:
            raise FileRefused(
                f"Ce fichier dépasse {MAX_FILE // 1024 // 1024} Mo. Demandez à la banque un relevé "
                "par mois."
            )
        digest.update(piece)
    stream.seek(0)
    return digest.hexdigest(), size


def _keep(stream: BinaryIO, name: str, kind: str, measured: tuple[str, int]) -> BankFile:
    """Put the file in the private store, before anything is written of it."""
    sha256, size = measured
    record = BankFile(sha256=sha256, name=name[-160:], format=kind, size=size)
    record.file.save(f"bank/{uuid.uuid4().hex}", File(stream), save=False)
    stream.seek(0)
    return record


class _Writer:
    """Writes the statements of a file as they are read, a few thousand lines in memory at most."""

    def __init__(self, record: BankFile, actor: User, result: Imported) -> None:
        self.record, self.actor, self.result = record, actor, result
        self.bank = shared_account(AccountKind.BANK)
        self.suspense = shared_account(AccountKind.SUSPENSE)
        self.locked = locked_months()
        self.ranks: Counter[str] = Counter()
        self.row: BankStatement | None = None
        self.hold = ""
        self.waiting: list[Line] = []

    def read(self, events: Events) -> None:
        """Write the whole file. Raises FileRefused, BankMonthLocked."""
        for event in events:
            if isinstance(event, Remark):
                self.result.remarks.append(f"{event.place} : {event.message}")
            elif isinstance(event, Opening):
                self._open(event)
            elif isinstance(event, Line):
                self._take(event)
            else:
                self._close(event)

    def _open(self, opening: Opening) -> None:
        self.result.statements += 1
        account, self.hold = self._account(opening)
        self.row = BankStatement(
            file=self.record,
            bank_account=account,
            position=self.result.statements,
            account_number=opening.account[:40],
            currency=opening.currency[:3],
            reference=opening.reference[:60],
            sequence=opening.sequence[:20],
            opening=_cents(opening.balance),
            opening_on=opening.on,
        )
        BankStatement.objects.bulk_create([self.row])
        self.result.remarks += gaps_before(self.row)

    def _take(self, line: Line) -> None:
        if self.row is None:
            raise FileRefused(f"{line.place} : une écriture vient hors de tout relevé.")
        self.result.count(line.amount)
        self.row.entries += 1
        if line.status == BOOKED and line.amount > 0:
            self.row.credits += round(line.amount, 2)
        elif line.status == BOOKED:
            self.row.debits -= round(line.amount, 2)
        self.waiting.append(line)
        if len(self.waiting) == CHUNK:
            self._write(self.row)

    def _close(self, closing: Closing) -> None:
        if self.row is None:
            return
        self._write(self.row)
        self.row.closing, self.row.closing_on = _cents(closing.balance), closing.on
        BankStatement.objects.bulk_update([self.row], list(BankStatement.db_update_columns))
        if self.row.ties is False:
            self.result.remarks.append(
                f"Relevé {self.row} : l'ancien solde et les écritures ne font pas le nouveau solde."
            )
        self.row = None

    def _write(self, row: BankStatement) -> None:
        lines, self.waiting = self.waiting, []
        first = row.entries - len(lines) + 1
        prepared = [self._prepared(row, first + rank, line) for rank, line in enumerate(lines)]
        keys = [line.key for line in prepared]
        known = set(BankLine.objects.filter(key__in=keys).values_list("key", flat=True))
        fresh = [line for line in prepared if line.key not in known]
        self._hold_twins(row, fresh)
        self._post([line for line in fresh if line.state == BankLineState.TO_SETTLE])
        BankLine.objects.bulk_create(fresh, batch_size=1000)
        self.result.duplicates += len(prepared) - len(fresh)
        self.result.new += len(fresh)
        self.result.held += sum(line.state == BankLineState.HELD for line in fresh)

    def _account(self, opening: Opening) -> tuple[BankAccount | None, str]:
        """Return the association's account of a statement, or why its lines are held."""
        own = own_accounts()
        if not opening.account:
            if len(own) == 1:
                self.result.remarks.append(
                    f"Le fichier ne dit pas de quel compte il est : lu comme {own[0]}."
                )
                return own[0], ""
            return None, "Le fichier ne dit pas de quel compte il est."
        for account in own:
            if same_account(account.number, opening.account):
                return account, ""
        return None, f"Le compte {opening.account[-11:]} n'est pas celui de l'association."

    def _prepared(self, row: BankStatement, number: int, line: Line) -> BankLine:
        booked = line.booked_on or line.value_on or row.closing_on or row.opening_on
        state, note = _state(line, booked, self.hold)
        detail = line.details[0] if line.details else None
        currency = line.currency or row.currency or EURO
        texts = [line.text, *(text for each in line.details for text in each.texts)]
        payer, iban = _party(line)
        base = line_base(
            account=row.bank_account.number if row.bank_account else row.account_number,
            booked_on=booked or clock.today(),
            amount=line.amount,
            currency=currency,
            bank_ref=line.bank_ref,
            texts=[*texts, payer],
        )
        self.ranks[base] += 1
        return BankLine(
            statement=row,
            key=f"{base}:{self.ranks[base]}",
            position=number,
            place=line.place[:40],
            booked_on=booked or clock.today(),
            value_on=line.value_on,
            amount=_cents(line.amount) or ZERO,
            currency=currency[:3],
            bank_ref=line.bank_ref[:60],
            family=line.family[:40],
            is_reversal=line.is_reversal,
            text=" · ".join(dict.fromkeys(text for text in texts if text))[:500],
            payer=payer[:160],
            payer_iban=iban[:34],
            payer_index=payer_index(iban[:34]),
            end_to_end_id=_known(detail.end_to_end_id)[:60] if detail else "",
            mandate_id=_known(detail.mandate_id)[:40] if detail else "",
            return_reason=detail.return_reason[:10] if detail else "",
            details=[_plain(each) for each in line.details] if len(line.details) > 1 else [],
            state=state,
            note=note[:300],
        )

    def _hold_twins(self, row: BankStatement, fresh: list[BankLine]) -> None:
        """Hold what another format has brought already: same account, day and amount."""
        open_lines = [line for line in fresh if line.state == BankLineState.TO_SETTLE]
        if row.bank_account is None or not open_lines:
            return
        others = (
            BankLine.objects.filter(statement__bank_account=row.bank_account)
            .filter(booked_on__in={line.booked_on for line in open_lines})
            .exclude(Q(statement__file__format=self.record.format) | Q(entry=None))
            .values_list("booked_on", "amount")
        )
        there = Counter(others)
        for line in open_lines:
            if there[line.booked_on, line.amount] > 0:
                there[line.booked_on, line.amount] -= 1
                line.state = BankLineState.HELD
                line.note = "Doublon probable : un autre fichier a déjà ce montant ce jour-là."

    def _post(self, lines: list[BankLine]) -> None:
        money = [line for line in lines if line.amount]
        for line in money:
            if Month.of(line.booked_on) in self.locked:
                raise BankMonthLocked(f"{line.place} : {locked_message(line.booked_on)}")
        numbers = reserve("payments_entry_id_seq", len(money))
        entries = []
        postings = []
        for number, line in zip(numbers, money, strict=True):
            entries.append(
                Entry(
                    pk=number,
                    key=f"bank:{line.key}",
                    kind=EntryKind.BANK,
                    date=line.booked_on,
                    label=(line.text or line.payer or "Ligne de relevé")[:200],
                    author=self.actor,
                )
            )
            line.entry_id = number
            for account, amount in ((self.bank, line.amount), (self.suspense, -line.amount)):
                postings.append(Posting(entry_id=number, account=account, amount=amount))
        Entry.objects.bulk_create(entries, batch_size=1000)
        Posting.objects.bulk_create(postings, batch_size=2000)


def _state(line: Line, booked: date | None, hold: str) -> tuple[BankLineState, str]:
    """Return what becomes of a line as it is read, and why when it is not to be settled."""
    if line.status != BOOKED:
        return BankLineState.ANNOUNCED, "Annoncée par la banque, pas encore comptabilisée."
    if hold:
        return BankLineState.HELD, hold
    if line.currency not in {"", EURO}:
        return BankLineState.HELD, f"En {line.currency} : seuls les euros entrent dans les comptes."
    if booked is None:
        return BankLineState.HELD, "La banque ne dit pas le jour de cette ligne."
    if line.amount != round(line.amount, 2):
        return BankLineState.HELD, f"Le montant {line.amount} a plus de deux décimales."
    return BankLineState.TO_SETTLE, ""


def _party(line: Line) -> tuple[str, str]:
    """Return the other side of a line: who paid a credit, who is paid by a debit."""
    if len(line.details) != 1:
        return "", ""
    detail = line.details[0]
    # A direct debit that comes back names the debtor, though money leaves.
    if line.amount > 0 or (detail.return_reason and detail.debtor):
        return detail.debtor, detail.debtor_iban
    return detail.creditor, detail.creditor_iban


def _known(reference: str) -> str:
    return "" if reference.upper() == "NOTPROVIDED" else reference


def _cents(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else round(amount, 2)


def _plain(detail: object) -> dict[str, object]:
    """Return a detail as JSON: amounts as text, accounts left out (they are never in clear)."""
    facts = {name: getattr(detail, name) for name in detail.__dataclass_fields__}  # type: ignore[attr-defined]
    return {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in facts.items()
        if value and not name.endswith("_iban")
    }


def gaps_before(row: BankStatement) -> list[str]:
    """Say when a statement does not open where the one before it closed."""
    if row.bank_account is None or row.opening is None or row.opening_on is None:
        return []
    before = (
        BankStatement.objects.filter(bank_account=row.bank_account, closing__isnull=False)
        .filter(closing_on__lte=row.opening_on)
        .exclude(pk=row.pk)
        .order_by("-closing_on", "-pk")
        .first()
    )
    if before is None or before.closing is None or before.closing == row.opening:
        return []
    return [
        f"Relevé {row} : il s'ouvre à {euros(row.opening)} alors que le précédent se ferme à "
        f"{euros(before.closing)} le {before.closing_on:%d/%m/%Y}. Il manque un relevé entre eux."
    ]
