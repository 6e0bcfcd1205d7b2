"""Debits of files sent enter the books on their day, once."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from payments.enums import AccountKind, BatchState, DebitState, EntryKind, Payer
from payments.models import Debit, DebitBatch, Entry, Mandate
from payments.services.accounts import lock_account, shared_account
from payments.services.allocating import reallocate
from payments.services.posting import Line, check_now, post
from payments.services.withdrawing import withdraw_papers

POSTED = history.label("payments.debits-posted", "Prélèvements inscrits aux comptes")


def lock_batch(batch: DebitBatch) -> DebitBatch:
    """Lock a file until the transaction ends, and return it."""
    rows = DebitBatch.objects.select_for_update(no_key=True, of=("self",))
    found: DebitBatch = rows.get(pk=batch.pk)
    return found


@transaction.atomic
def post_debits(*, batch: DebitBatch, today: date, actor: User) -> int:
    """Post the debits of a file sent, on its day; return how many. Again = none.

    They wait on "encaissements à rapprocher" until the bank shows them. Raises MonthLocked,
    ContractClosed.
    """
    with history.act(POSTED, actor=actor):
        found = lock_batch(batch)
        if not found.is_sent or found.collect_on > today:
            return 0
        rows = Debit.objects.filter(batch=found, state=DebitState.WAITING)
        debits = list(rows.select_related("contract", "mandate").order_by("contract_id", "pk"))
        for debit in debits:
            post_debit(debit, on=found.collect_on, actor=actor)
        after_debits(debits, today=today, actor=actor, why="Un prélèvement a été encaissé.")
    return len(debits)


def post_debit(debit: Debit, *, on: date, actor: User, key: str = "") -> Entry:
    """Post one debit: what the contract owes falls, what is to come from the bank grows."""
    receivable = lock_account(debit.contract)
    entry, _new = post(
        key=key or f"debit:{debit.end_to_end_id}",
        kind=EntryKind.PAYMENT,
        on=on,
        label=f"Prélèvement {debit.contract.number} · {debit.end_to_end_id}",
        source={"means": "DIRECT_DEBIT", "payer": Payer.RESIDENT, "note": debit.end_to_end_id},
        lines=[
            Line(shared_account(AccountKind.IN_TRANSIT), debit.amount),
            Line(receivable, -debit.amount, Payer.RESIDENT, debit.month),
        ],
        author=actor,
    )
    debit.state, debit.entry = DebitState.COLLECTED, entry
    debit.save(update_fields=["state", "entry"])
    Mandate.objects.filter(pk=debit.mandate_id).exclude(last_used_on__gt=on).update(last_used_on=on)
    return entry


def after_debits(debits: Sequence[Debit], *, today: date, actor: User, why: str) -> int:
    """Allocate again what debits moved; return how many papers are no longer true."""
    ids = sorted({debit.contract_id for debit in debits})
    if not ids:
        return 0
    reallocate(ids)
    withdrawn = withdraw_papers(contract_ids=ids, reason=why, on=today, actor=actor)
    check_now()
    return withdrawn


def post_due(*, today: date, actor: User) -> int:
    """Post every file sent whose day has come; return how many debits. Again = none."""
    rows = DebitBatch.objects.filter(
        state=BatchState.SENT, collect_on__lte=today, debits__state=DebitState.WAITING
    ).distinct()
    return sum(post_debits(batch=batch, today=today, actor=actor) for batch in rows.order_by("pk"))
