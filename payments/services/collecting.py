"""Files of direct debits: prepared of what was shown, sent once (debit_posting posts them)."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils.timezone import localtime

from caracol.accounts.models import Territory, User
from caracol.audit import history
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.files import gone_if_it_fails
from caracol.core.money import euros
from caracol.core.periods import Month, add_months, french_day
from caracol.parameters.models import Association
from caracol.parameters.selectors import association, value
from payments.calculations.sepa import NAME, REMITTANCE, sepa_text
from payments.calculations.target import (
    is_target_day,
    next_target_day,
    target_days_after,
)
from payments.enums import (
    BatchState,
    DebitState,
    TermKind,
)
from payments.models import Debit, DebitBatch, Mandate, Term
from payments.selectors.collecting import Candidate, Collection, collection
from payments.selectors.rechecking import changed_since
from payments.services.debit_posting import lock_batch
from payments.writers.checks import doubts_on
from payments.writers.pain import write_debits
from payments.writers.shapes import DebitFile, DebitOrder, Party
from residents.enums import LIVING, PaymentMethod
from residents.models import Contract

PREPARED = history.label("payments.debits-prepared", "Remise de prélèvements préparée")
SENT = history.label("payments.debits-sent", "Remise de prélèvements envoyée")
CANCELLED = history.label("payments.debits-cancelled", "Remise de prélèvements annulée")
COLLECT_LOCK = 721
# Farther is a slip of the year, no wish.
MOST_MONTHS_AHEAD = 12


class CollectRefused(Refused):
    """The debits cannot be prepared, sent or cancelled so."""


class NotAsShown(CollectRefused):
    """What would be debited is no longer what was shown."""


@dataclass(frozen=True)
class Wish:
    """What is asked to be debited: which month, which day, whose contracts, and what is left."""

    month: Month
    on: date
    territory: Territory | None = None
    represent: tuple[int, ...] = ()
    without: frozenset[int] = field(default_factory=frozenset)
    only_told: bool = False


def warnings_on(on: date, today: date) -> list[str]:
    """Return what to weigh before a file: a day too close, an account that looks wrong.

    Raises CollectRefused as check_day.
    """
    close = check_day(on, today)
    return [*([close] if close else []), *doubts_on(own_party(association(today)))]


def unclosed_before(wish: Wish) -> list[str]:
    """Warn of whoever pays by debit and has no term of the month, nor of the month before."""
    contracts = _contracts(wish).filter(
        payment_method=PaymentMethod.DIRECT_DEBIT, status__in=LIVING
    )
    told = []
    for month in (wish.month.plus(-1), wish.month):
        lodged = contracts.filter(terms__starts_on__lte=month.last, terms__ends_on__gte=month.first)
        billed = Term.objects.filter(month=month.first)
        since = Term.objects.filter(kind=TermKind.OPENING, month__gte=month.first)
        missing = (
            lodged.exclude(pk__in=billed.values("contract"))
            .exclude(pk__in=since.values("contract"))
            .distinct()
            .count()
        )
        if missing:
            told.append(
                f"{month.label.capitalize()} n'est pas clôturé pour {missing} "
                f"contrat{'s' if missing > 1 else ''} en prélèvement : ce qui en sera dû n'est pas "
                "dans cette remise. Clôturez ce mois d'abord."
            )
    return told


def _contracts(wish: Wish) -> Any:
    rows = Contract.objects.all()
    return rows if wish.territory is None else rows.filter(territory=wish.territory)


def check_day(on: date, today: date) -> str:
    """Refuse a day no bank settles on, or past; return a warning for one too close, or "".

    Raises CollectRefused, with the next day that is possible.
    """
    if on < today:
        raise CollectRefused(
            f"Le {french_day(on)} est passé : choisissez le {french_day(next_target_day(today))} "
            "ou plus tard."
        )
    if on > add_months(today, MOST_MONTHS_AHEAD):
        raise CollectRefused(
            f"Le {french_day(on)} est à plus d'un an : aucune banque ne garde un fichier si "
            "longtemps. Relisez l'année."
        )
    if not is_target_day(on):
        raise CollectRefused(
            f"Les banques ne règlent pas le {french_day(on)} (week-end ou jour férié TARGET) : le "
            f"prochain jour possible est le {french_day(next_target_day(on))}."
        )
    lead = int(value("sepa.bank_lead_days", today))
    if on < target_days_after(today, lead):
        return (
            f"Votre banque demande le fichier {lead} jours ouvrés avant : il risque d'arriver trop "
            "tard."
        )
    return ""


def plan_debits(wish: Wish, today: date) -> Collection:
    """Return what a file would hold now. Raises CollectRefused."""
    check_day(wish.on, today)
    contracts = _contracts(wish)
    if not Term.objects.filter(
        month=wish.month.first, kind=TermKind.MONTHLY, contract__in=contracts
    ).exists():
        raise CollectRefused(
            f"{wish.month.label.capitalize()} n'est pas clôturé : aucune échéance n'est à "
            "prélever. Clôturez ce mois d'abord."
        )
    represent = _to_represent(wish, contracts)
    found = collection(
        wish.month, on=wish.on, today=today, contracts=contracts, represent=represent
    )
    found.lines = [line for line in found.lines if _is_kept(line, wish)]
    return found


def _is_kept(line: Candidate, wish: Wish) -> bool:
    if line.contract.pk in wish.without:
        return False
    return not (wish.only_told and not line.is_told and line.represents is None)


def _to_represent(wish: Wish, contracts: Any) -> Sequence[Debit]:
    if not wish.represent:
        return ()
    rows = Debit.objects.filter(
        pk__in=wish.represent,
        state=DebitState.RETURNED,
        represents=None,
        contract__in=contracts,
    )
    # What a cancelled file presented again was not.
    again = Debit.objects.exclude(state=DebitState.CANCELLED).filter(represents__isnull=False)
    rows = rows.exclude(pk__in=again.values("represents"))
    return list(rows.select_related("contract__territory"))


@transaction.atomic
def prepare_debits(*, wish: Wish, token: str, today: date, actor: User) -> DebitBatch:
    """Prepare a file of what was shown (`token`), and keep it; nothing is sent nor posted.

    One person at a time prepares. Raises CollectRefused, NotAsShown, FileNotValid.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [COLLECT_LOCK])
    found = plan_debits(wish, today)
    if token and token != found.token:
        raise NotAsShown(
            "Depuis que cette liste est affichée, quelque chose a changé : un paiement, un mandat, "
            "une autre remise. Relisez-la avant de préparer la remise."
        )
    if not found.lines:
        raise CollectRefused("Il n'y a rien à prélever.")
    reference = _next_reference(wish.month)
    message = str(value("sepa.debit_message", today))
    debits = [_debit(line, reference) for line in found.lines]
    data = write_debits(_file(found, debits, reference, message, today))
    with history.act(PREPARED, actor=actor):
        batch = DebitBatch(
            reference=reference,
            territory=wish.territory,
            month=wish.month.first,
            collect_on=wish.on,
            message=message,
            count=len(debits),
            total=found.total,
            sha256=hashlib.sha256(data).hexdigest(),
            prepared_by=actor,
        )
        keep_file(batch, data)
        with gone_if_it_fails(batch.file):
            batch.save()
            for debit in debits:
                debit.batch = batch
            Debit.objects.bulk_create(debits)
    return batch


def keep_file(batch: Any, data: bytes) -> None:
    """Put a file in the private store, under a name that cannot be guessed."""
    batch.file.save(f"sepa/{uuid.uuid4().hex}.xml", ContentFile(data), save=False)


def _next_reference(month: Month) -> str:
    base = f"PRLV{month.year % 100:02d}{month.number:02d}"
    rank = DebitBatch.objects.filter(reference__startswith=f"{base}-").count() + 1
    return f"{base}-{rank}"


def _debit(line: Candidate, reference: str) -> Debit:
    mandate = line.mandate
    again = "-R" if line.represents else ""
    number = sepa_text(line.contract.number, 20).replace("/", "-").replace(" ", "-")
    return Debit(
        contract=line.contract,
        mandate=mandate,
        month=line.month,
        end_to_end_id=f"{reference}-{number}{again}",
        sequence=line.sequence,
        amount=line.amount,
        aid=line.aid,
        debtor=sepa_text(mandate.holder or line.people, NAME) or mandate.reference,
        iban_tail=mandate.iban_tail,
        notified_on=line.announced.issued_on if line.announced else None,
        represents=line.represents,
    )


def _file(
    found: Collection, debits: Sequence[Debit], reference: str, message: str, today: date
) -> DebitFile:
    orders = tuple(
        DebitOrder(
            end_to_end_id=debit.end_to_end_id,
            amount=debit.amount,
            mandate=debit.mandate.reference,
            signed_on=debit.mandate.signed_on or today,
            sequence=debit.sequence,
            debtor=debit.debtor,
            iban=debit.mandate.iban,
            bic=debit.mandate.bic,
            remittance=_remittance(debit),
        )
        for debit in debits
    )
    return DebitFile(
        message=message,
        reference=reference,
        made_at=clock.local_now(),
        collect_on=found.on,
        creditor=own_party(association(today)),
        orders=orders,
    )


def _remittance(debit: Debit) -> str:
    month = Month.of(debit.month).label
    return sepa_text(f"Redevance {month} contrat {debit.contract.number}", REMITTANCE)


def own_party(signs: Association) -> Party:
    """Return the association as banks read it."""
    return Party(
        name=sepa_text(signs.name, NAME),
        iban=signs.iban.replace(" ", ""),
        bic=signs.bic.replace(" ", ""),
        creditor_id=signs.creditor_id.replace(" ", "").upper(),
    )


@transaction.atomic
def send_debits(*, batch: DebitBatch, today: date, actor: User) -> DebitBatch:
    """Note that a file is handed to the bank: once, by one person, as long as it still holds.

    Raises CollectRefused, naming what changed since it was prepared.
    """
    with history.act(SENT, actor=actor):
        found = lock_batch(batch)
        if found.is_sent:
            who, at = found.sent_by, localtime(found.sent_at)
            raise CollectRefused(
                f"Cette remise est déjà partie, envoyée par {who} le {at:%d/%m/%Y à %H:%M}. "
                "Ne la déposez pas une seconde fois."
            )
        if not found.is_prepared:
            raise CollectRefused("Cette remise est annulée : préparez-en une autre.")
        if found.collect_on < today:
            raise CollectRefused(
                "Son jour de prélèvement est passé : annulez-la et préparez-en une autre."
            )
        _check_unchanged(found, today)
        found.state, found.sent_by, found.sent_at = BatchState.SENT, actor, clock.now()
        found.save(update_fields=["state", "sent_by", "sent_at"])
    return found


def _check_unchanged(batch: DebitBatch, today: date) -> None:
    # Locked, no mandate is suspended nor revoked while the file goes.
    mandates = Mandate.objects.filter(pk__in=Debit.objects.filter(batch=batch).values("mandate"))
    list(mandates.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    changed = changed_since(batch, today)
    if changed:
        raise CollectRefused(
            "Depuis que cette remise est préparée, quelque chose a changé : "
            f"{', '.join(str(one) for one in changed)}. Annulez cette remise et préparez-la de "
            "nouveau."
        )


@transaction.atomic
def cancel_debits(*, batch: DebitBatch, reason: str, today: date, actor: User) -> DebitBatch:
    """Cancel a file not sent; or sent, before its day, once the bank has cancelled it.

    Raises CollectRefused.
    """
    if not reason.strip():
        raise CollectRefused("Dites pourquoi la remise est annulée.")
    with history.act(CANCELLED, actor=actor, reason=reason):
        found = lock_batch(batch)
        if found.state == BatchState.CANCELLED:
            raise CollectRefused("Cette remise est déjà annulée.")
        waiting = Debit.objects.filter(batch=found, state=DebitState.WAITING)
        begun = Debit.objects.filter(batch=found).exclude(state=DebitState.WAITING).exists()
        if found.is_sent and (begun or found.collect_on <= today):
            raise CollectRefused(
                "La banque l'exécute déjà : ce qui revient se traite rejet par rejet."
            )
        waiting.update(state=DebitState.CANCELLED)
        # What it presented again may be presented again by another file.
        found.state, found.cancelled_reason = BatchState.CANCELLED, reason.strip()[:200]
        found.cancelled_on = today
        found.save(update_fields=["state", "cancelled_reason", "cancelled_on"])
    return found


def summary(batch: DebitBatch) -> str:
    """Say a file in a sentence."""
    return (
        f"{batch.reference} : {batch.count} prélèvements pour {euros(batch.total)} le "
        f"{french_day(batch.collect_on)}"
    )
