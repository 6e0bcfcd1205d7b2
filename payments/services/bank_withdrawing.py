"""Take back a bank's file imported by mistake: all of it, by reversing entries, or nothing.

The file stays as it came, and its lines with their state; the same file may be imported again.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core import clock
from caracol.core.errors import Refused
from payments.enums import BankLineState
from payments.models import BankFile, BankLine, LineProposal
from payments.selectors.bank_files import Obstacle, obstacles
from payments.services.automatic import RUN_LOCK
from payments.services.banking import IMPORT_LOCK
from payments.services.posting import check_now

WITHDRAWN = history.label("payments.bank-file-withdrawn", "Fichier de la banque retiré")


class WithdrawalRefused(Refused):
    """The file cannot be taken back, and why."""

    def __init__(self, found: list[Obstacle]) -> None:
        super().__init__(" ".join(one.words for one in found))
        self.obstacles = found


@dataclass(frozen=True)
class Withdrawn:
    """How many lines a file had, and how many entries were reversed."""

    lines: int
    reversed: int


@transaction.atomic
def withdraw_file(*, file: BankFile, actor: User, reason: str) -> Withdrawn:
    """Reverse what a file posted and set its lines apart. Again = no change.

    Refused while a line of it is decided, dated in a locked month, or known again by a file that
    came after: what to do is said. Raises WithdrawalRefused, Refused.
    """
    if not reason.strip():
        raise Refused("Dites pourquoi ce fichier est retiré.")
    with connection.cursor() as cursor:
        for lock in (IMPORT_LOCK, RUN_LOCK):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [lock])
    locked = BankFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    if locked.withdrawn_at is not None:
        return Withdrawn(0, 0)
    lines = BankLine.objects.filter(statement__file=locked)
    rows = lines.select_for_update(no_key=True, of=("self",)).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    if found := obstacles(locked):
        raise WithdrawalRefused(found)
    with history.act(WITHDRAWN, actor=actor, reason=reason):
        done = Withdrawn(len(ids), _reverse(locked, actor, reason))
        LineProposal.objects.filter(line__statement__file=locked).delete()
        note = f"Fichier « {locked.name} » retiré par {actor} : {reason}"[:300]
        lines.update(state=BankLineState.WITHDRAWN, entry=None, note=note)
        locked.withdrawn_at, locked.withdrawn_by = clock.now(), actor
        locked.withdrawn_why = reason[:300]
        locked.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
        check_now()
    return done


def _reverse(file: BankFile, actor: User, reason: str) -> int:
    """Post the reversing entries of a file's lines together, each on the day of its entry."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO payments_entry
                    (key, kind, date, label, source, author_id, reason, reverses_id)
                SELECT 'reversal:' || e.id, 'REVERSAL', e.date,
                       left('Annulation : ' || e.label, 200), '{}', %s, %s, e.id
                    FROM payments_bankline l
                    JOIN payments_bankstatement s ON s.id = l.statement_id
                    JOIN payments_entry e ON e.id = l.entry_id
                    WHERE s.file_id = %s ORDER BY e.id
            """,
            [actor.pk, reason[:300], file.pk],
        )
        count = int(cursor.rowcount)
        cursor.execute(
            """
            INSERT INTO payments_posting (entry_id, account_id, amount, payer, entitlement_month)
                SELECT r.id, p.account_id, -p.amount, p.payer, p.entitlement_month
                    FROM payments_bankline l
                    JOIN payments_bankstatement s ON s.id = l.statement_id
                    JOIN payments_entry r ON r.reverses_id = l.entry_id
                    JOIN payments_posting p ON p.entry_id = l.entry_id
                    WHERE s.file_id = %s ORDER BY p.id
            """,
            [file.pk],
        )
    return count
