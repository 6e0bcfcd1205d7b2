"""Read what the bank answers to a file (pain.002): each refusal taken once, the file kept."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from payments.enums import BatchState, DebitState, RefundState
from payments.models import CalledOffTransfer, Debit, Refund, StatusReport
from payments.readers.shapes import FileRefused
from payments.readers.status import MOST, Answer, read_status
from payments.services.refunding import fail_refund
from payments.services.returning import ReturnFacts, record_return
from payments.writers.pain import group_id

IMPORTED = history.label("payments.status-imported", "Compte rendu de la banque importé")
SOURCE = "compte rendu (pain.002)"


@dataclass
class Reported:
    """What a report said: refusals taken now, those known already, those of nobody here."""

    name: str
    refused: int = 0
    new: int = 0
    known: int = 0
    unknown: list[str] = field(default_factory=list)
    is_known_file: bool = False


@transaction.atomic
def import_status(*, stream: BinaryIO, name: str, today: date, actor: User) -> Reported:
    """Read a pain.002; the same file again changes nothing. All of it or nothing.

    Raises FileRefused for anything else, MonthLocked, ContractClosed.
    """
    data = stream.read(MOST + 1)
    status = read_status(BytesIO(data))
    sha256 = hashlib.sha256(data).hexdigest()
    done = Reported(name)
    if StatusReport.objects.filter(sha256=sha256).exists():
        done.is_known_file = True
        return done
    with history.act(IMPORTED, actor=actor):
        for answer in status.refused:
            _take(answer, done, today, actor)
        report = StatusReport(
            sha256=sha256,
            name=name[-160:],
            message=status.reference[:60],
            found=done.new + done.known,
            unknown=len(done.unknown),
            imported_by=actor,
        )
        report.file.save(f"sepa/{uuid.uuid4().hex}.xml", ContentFile(data), save=False)
        StatusReport.objects.bulk_create([report])
    return done


def _take(answer: Answer, done: Reported, today: date, actor: User) -> None:
    debits = _debits(answer)
    refunds = [] if debits else _refunds(answer)
    if not debits and not refunds:
        done.refused += 1
        if _is_called_off(answer):
            done.known += 1
            return
        done.unknown.append(answer.end_to_end_id or answer.group or answer.message)
        return
    facts = ReturnFacts(code=answer.code, on=today, source=SOURCE, text=answer.text)
    for debit in debits:
        done.refused += 1
        new = record_return(debit=debit, facts=facts, today=today, actor=actor)
        done.new += new
        done.known += not new
    for refund in refunds:
        done.refused += 1
        new = fail_refund(refund=refund, code=answer.code, on=today, today=today, actor=actor)
        done.new += new
        done.known += not new


def _is_called_off(answer: Answer) -> bool:
    """Whether what is refused was called off here: there is nothing more to do."""
    name = answer.end_to_end_id or answer.message
    if not name:
        return False
    field = "end_to_end_id" if answer.end_to_end_id else "batch__reference"
    debits = Debit.objects.filter(state=DebitState.CANCELLED, batch__sent_at__isnull=False)
    transfers = CalledOffTransfer.objects.filter(**{field: name})
    return transfers.exists() or debits.filter(**{field: name}).exists()


def _debits(answer: Answer) -> Sequence[Debit]:
    rows = Debit.objects.filter(batch__state=BatchState.SENT).exclude(state=DebitState.CANCELLED)
    rows = rows.select_related("batch").order_by("contract_id", "pk")
    if answer.end_to_end_id:
        found = list(rows.filter(end_to_end_id=answer.end_to_end_id))
        if any(answer.amount not in {None, debit.amount} for debit in found):
            raise FileRefused(
                f"{answer.end_to_end_id} : le compte rendu dit {answer.amount}, nous avons demandé "
                f"{found[0].amount}. Rien n'est inscrit : voyez avec la banque."
            )
        return found
    if not answer.message:
        return ()
    whole = list(rows.filter(batch__reference=answer.message))
    if answer.group:
        whole = [d for d in whole if group_id(d.batch.reference, d.sequence) == answer.group]
    return whole


def _refunds(answer: Answer) -> Sequence[Refund]:
    rows = Refund.objects.filter(state__in=[RefundState.SENT, RefundState.PAID])
    if answer.end_to_end_id:
        return list(rows.filter(end_to_end_id=answer.end_to_end_id))
    if not answer.message:
        return ()
    return list(rows.filter(batch__reference=answer.message).order_by("contract_id", "pk"))
