"""Files of transfers: what was approved leaves once, and only once the bank has shown its money."""

import hashlib
from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction

from caracol.accounts.models import Territory, User
from caracol.audit import history
from caracol.core import clock
from caracol.core.files import gone_if_it_fails
from caracol.core.money import ZERO
from caracol.parameters.selectors import association, value
from payments.calculations.sepa import REMITTANCE, sepa_text
from payments.calculations.target import next_target_day
from payments.enums import BatchState, RefundState
from payments.models import CalledOffTransfer, Refund, RefundBatch
from payments.selectors.awaited_aid import awaited_words, waiting_for_caf
from payments.services.collecting import COLLECT_LOCK, check_day, keep_file, own_party
from payments.services.refunding import RefundRefused
from payments.writers.pain import write_transfers
from payments.writers.shapes import TransferFile, TransferOrder

SENT = history.label("payments.refunds-sent", "Remise de virements envoyée")


@transaction.atomic
def send_refunds(
    *, today: date, actor: User, territory: Territory | None = None, on: date | None = None
) -> RefundBatch | None:
    """Write the file of the approved refunds and note it sent: each leaves once.

    What rests on aid that the bank has not shown waits, the others leave. None when nothing is
    approved. Raises CollectRefused for a day no bank settles on, RefundRefused when all of it
    waits for the CAF's credits, FileNotValid.
    """
    day = on or next_target_day(today)
    check_day(day, today)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 1)", [COLLECT_LOCK])
    rows = Refund.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.filter(state=RefundState.APPROVED)
    if territory is not None:
        rows = rows.filter(contract__territory=territory)
    approved = list(rows.select_related("contract").order_by("contract__number", "pk"))
    if not approved:
        return None
    refunds = _seen(approved)
    _check_another_person(refunds, actor)
    with history.act(SENT, actor=actor):
        batch = _batch(refunds, day, territory, today, actor)
        for refund in refunds:
            refund.state, refund.batch = RefundState.SENT, batch
        Refund.objects.bulk_update(refunds, ["state", "batch", "end_to_end_id"])
    return batch


def _seen(approved: Sequence[Refund]) -> list[Refund]:
    """Keep what the bank has shown the money of. Raises RefundRefused when nothing is."""
    waiting = waiting_for_caf(approved)
    refunds = [one for one in approved if one.pk not in waiting]
    if not refunds:
        whole = sum((one.amount for one in approved), ZERO)
        raise RefundRefused(awaited_words(whole, next(iter(waiting.values()))))
    return refunds


def _check_another_person(refunds: Sequence[Refund], actor: User) -> None:
    """Refuse that who called a sending off makes the new file alone: money could leave twice."""
    own = CalledOffTransfer.objects.filter(refund__in=refunds, batch__cancelled_by=actor)
    batch = own.order_by("-pk").values_list("batch__reference", flat=True).first()
    if batch:
        raise RefundRefused(
            f"Vous avez annulé l'envoi {batch} : une autre personne fait le nouveau fichier, après "
            "s'être assurée que la banque n'a pas exécuté le premier."
        )


def _batch(
    refunds: Sequence[Refund], day: date, territory: Territory | None, today: date, actor: User
) -> RefundBatch:
    base = f"REMB{today.year % 100:02d}{today.month:02d}"
    rank = RefundBatch.objects.filter(reference__startswith=f"{base}-").count() + 1
    reference = f"{base}-{rank}"
    message = str(value("sepa.transfer_message", today))
    for position, refund in enumerate(refunds, start=1):
        refund.end_to_end_id = f"{reference}-{position:04d}"
    data = write_transfers(
        TransferFile(
            message=message,
            reference=reference,
            made_at=clock.local_now(),
            execute_on=day,
            debtor=own_party(association(today)),
            orders=tuple(_order(refund) for refund in refunds),
        )
    )
    batch = RefundBatch(
        reference=reference,
        territory=territory,
        execute_on=day,
        message=message,
        state=BatchState.SENT,
        count=len(refunds),
        total=sum((refund.amount for refund in refunds), ZERO),
        sha256=hashlib.sha256(data).hexdigest(),
        sent_by=actor,
    )
    keep_file(batch, data)
    with gone_if_it_fails(batch.file):
        batch.save()
    return batch


def _order(refund: Refund) -> TransferOrder:
    words = f"{refund.reason} contrat {refund.contract.number}"
    return TransferOrder(
        end_to_end_id=refund.end_to_end_id,
        amount=refund.amount,
        beneficiary=refund.beneficiary,
        iban=refund.iban,
        bic=refund.bic,
        remittance=sepa_text(words, REMITTANCE),
    )
