"""Call off the sending of a file of transfers that the bank will not execute."""

from datetime import date

from django.db import transaction

from caracol.accounts.models import User
from caracol.accounts.policy import has_role
from caracol.audit import history
from caracol.core.money import euros
from caracol.core.periods import french_day
from payments.enums import BankLineState, BatchState, RefundState
from payments.models import BankLine, CalledOffTransfer, Refund, RefundBatch
from payments.services.refunding import RefundRefused
from payments.services.sepa_book import named_in, says
from payments.services.settling import APPROVERS

CALLED_OFF = history.label("payments.refunds-called-off", "Envoi de virements annulé")


@transaction.atomic
def call_off_sending(*, batch: RefundBatch, reason: str, today: date, actor: User) -> RefundBatch:
    """Call off a file handed to the bank: its refunds are approved again, to be sent anew.

    They will bear other references, and another person makes the new file. Those that the bank
    refused stay so. Raises RefundRefused once the bank has shown a debit.
    """
    if not reason.strip():
        raise RefundRefused("Dites pourquoi cet envoi est annulé.")
    with history.act(CALLED_OFF, actor=actor, reason=reason):
        rows = RefundBatch.objects.select_for_update(no_key=True, of=("self",))
        found: RefundBatch = rows.get(pk=batch.pk)
        if found.state != BatchState.SENT:
            raise RefundRefused("Cet envoi est déjà annulé.")
        refunds = _locked(found)
        _check_actor(refunds, actor)
        sent = [one for one in refunds if one.state == RefundState.SENT]
        _check_not_executed(found, refunds, sent)
        CalledOffTransfer.objects.bulk_create(
            CalledOffTransfer(
                batch=found, refund=one, end_to_end_id=one.end_to_end_id, amount=one.amount
            )
            for one in sent
        )
        for one in sent:
            one.state, one.batch, one.end_to_end_id = RefundState.APPROVED, None, ""
        Refund.objects.bulk_update(sent, ["state", "batch", "end_to_end_id"])
        found.state, found.cancelled_reason = BatchState.CANCELLED, reason.strip()[:200]
        found.cancelled_on, found.cancelled_by = today, actor
        found.save(update_fields=["state", "cancelled_reason", "cancelled_on", "cancelled_by"])
    return found


def _locked(batch: RefundBatch) -> list[Refund]:
    rows = Refund.objects.select_for_update(no_key=True, of=("self",)).filter(batch=batch)
    return list(rows.select_related("contract").order_by("contract_id", "pk"))


def _check_actor(refunds: list[Refund], actor: User) -> None:
    if not all(has_role(actor, APPROVERS, one.contract.territory_id) for one in refunds):
        raise RefundRefused("La direction annule un envoi de virements.")


def _check_not_executed(batch: RefundBatch, refunds: list[Refund], sent: list[Refund]) -> None:
    paid = sum(one.state == RefundState.PAID for one in refunds)
    if paid:
        raise RefundRefused(
            f"La banque a déjà exécuté cette remise : {paid} de ses virements "
            f"{'sont' if paid > 1 else 'est'} au relevé. Ce qui revient se traite ligne par ligne."
        )
    if not sent:
        raise RefundRefused("La banque a refusé toute cette remise : il n'y a rien à annuler.")
    line = shown_by(batch, sent)
    if line is not None:
        raise RefundRefused(
            f"Le relevé montre déjà un débit de {euros(-line.amount)} le "
            f"{french_day(line.booked_on)} pour cette remise : rapprochez-le. La banque l'a "
            "exécutée."
        )


def shown_by(batch: RefundBatch, sent: list[Refund]) -> BankLine | None:
    """Return the line by which the bank shows a file, or one of its transfers."""
    names = {one.end_to_end_id for one in sent}
    rows = BankLine.objects.filter(amount__lt=0, booked_on__gte=batch.sent_at.date())
    rows = rows.exclude(state=BankLineState.DISCARDED)
    for line in rows.order_by("booked_on", "pk").iterator():
        if says(line, batch.reference) or any(n.end_to_end_id in names for n in named_in(line)):
            return line
    return None
