"""Import a bank's file: each line once, in the books at once, against the suspense account.

The bank's account always equals its statements (DESIGN section 5, invariant 6): a line is posted
between the bank and the suspense account when it is read; reconciling then empties the latter.
What is not money of ours yet (another account, another currency, a probable duplicate) is held for
a person; what is only announced (PDNG, INFO) is kept and posts nothing.
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO

from django.core.files.base import File
from django.db import connection, transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core import clock
from caracol.core.ahead import ahead
from caracol.core.files import gone_if_it_fails
from caracol.core.money import ZERO, euros
from payments.enums import BankLineState
from payments.models import BankFile, BankStatement
from payments.readers.detection import STREAMED, format_of
from payments.readers.shapes import Closing, Events, FileRefused, Line, Opening, Remark
from payments.services.bank_accounts import own_accounts
from payments.services.bank_copying import BankMonthLocked, LineWriter
from payments.services.bank_rows import MOST, Begun, Rows, pieces_of
from payments.services.layouts import events_of
from payments.services.open_days import days_of_books

__all__ = ["BankMonthLocked", "Imported", "import_bank"]

IMPORTED = history.label("payments.bank-imported", "Relevé de banque importé")
MAX_FILE = 200 * 1024 * 1024
IMPORT_LOCK = 719


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
def import_bank(
    *,
    stream: BinaryIO,
    name: str,
    actor: User,
    on_step: Callable[[int], None] = lambda _lines: None,
) -> Imported:
    """Import a file of any format; again, or an overlap, adds nothing. All of it or nothing.

    `on_step` is told how many lines were written, now and then. Raises FileRefused with the reason
    and the place, BankMonthLocked.
    """
    measured = _measured(stream)
    kind = format_of(stream)
    result = Imported(name=name, format=kind)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [IMPORT_LOCK])
    if BankFile.objects.filter(sha256=measured[0], withdrawn_at=None).exists():
        return _read_again(events_of(kind, stream), result)
    record = _keep(stream, name, kind, measured)
    with gone_if_it_fails(record.file), history.act(IMPORTED, actor=actor), transaction.atomic():
        record.imported_by = actor
        BankFile.objects.bulk_create([record])
        _Writer(record, actor, result, on_step).read(events_of(kind, stream))
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

    def __init__(
        self, record: BankFile, actor: User, result: Imported, on_step: Callable[[int], None]
    ) -> None:
        self.record, self.result, self.on_step = record, result, on_step
        self.lines = LineWriter(record, actor)
        self.statement: BankStatement | None = None

    def read(self, events: Events) -> None:
        """Write the whole file. Raises FileRefused, BankMonthLocked."""
        pieces = pieces_of(events, own_accounts(), days_of_books(clock.today()))
        # The other readers have their whole file in memory, and may ask the database.
        for piece in ahead(pieces) if self.record.format in STREAMED else pieces:
            if isinstance(piece, Remark):
                self.result.remarks.append(f"{piece.place} : {piece.message}")
            elif isinstance(piece, Begun):
                self._open(piece)
            elif isinstance(piece, Rows) and self.statement is not None:
                self._write(self.statement, piece)
            elif isinstance(piece, Closing):
                self._close(piece)

    def _open(self, begun: Begun) -> None:
        self.result.statements += 1
        opening = begun.opening
        self.statement = BankStatement(
            file=self.record,
            bank_account=begun.account,
            position=self.result.statements,
            account_number=opening.account[:40],
            currency=opening.currency[:3],
            reference=opening.reference[:60],
            sequence=opening.sequence[:20],
            opening=_balance(opening.balance),
            opening_on=opening.on,
        )
        BankStatement.objects.bulk_create([self.statement])
        self.result.remarks += [begun.remark] if begun.remark else []
        self.result.remarks += gaps_before(self.statement)

    def _write(self, statement: BankStatement, piece: Rows) -> None:
        self.result.entries += len(piece.rows)
        self.result.credits += piece.credits
        self.result.debits += piece.debits
        statement.entries += len(piece.rows)
        statement.credits += piece.booked_credits
        statement.debits += piece.booked_debits
        fresh = self.lines.write(statement, piece.rows)
        self.result.duplicates += len(piece.rows) - len(fresh)
        self.result.new += len(fresh)
        self.result.held += sum(line.state == BankLineState.HELD for line in fresh)
        self.on_step(self.result.entries)

    def _close(self, closing: Closing) -> None:
        statement, self.statement = self.statement, None
        if statement is None:
            return
        statement.closing, statement.closing_on = _balance(closing.balance), closing.on
        _balance(max(statement.credits, statement.debits))
        BankStatement.objects.bulk_update([statement], list(BankStatement.db_update_columns))
        if statement.ties is False:
            self.result.remarks.append(
                f"Relevé {statement} : l'ancien solde et les écritures ne font pas le nouveau "
                "solde."
            )


def _balance(amount: Decimal | None) -> Decimal | None:
    """Return a balance to the cent. Raises FileRefused for one that no account has."""
    if amount is not None and not -MOST <= amount <= MOST:
        raise FileRefused(
            f"Un solde ou un total de {amount:.2E} dépasse tout ce qu'un compte porte. Le fichier "
            "est abîmé : téléchargez-le à nouveau depuis la banque."
        )
    return None if amount is None else round(amount, 2)


def gaps_before(row: BankStatement) -> list[str]:
    """Say when a statement does not open where the one before it closed."""
    if row.bank_account is None or row.opening is None or row.opening_on is None:
        return []
    before = (
        BankStatement.objects.filter(bank_account=row.bank_account, closing__isnull=False)
        .filter(file__withdrawn_at=None)
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
