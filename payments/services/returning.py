"""Debits that come back: posted once whoever says it first, the reason deciding what follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.money import euros
from caracol.core.periods import Month, french_day
from caracol.notifications.services import queue_mail
from payments.enums import DebitState, ReturnAct
from payments.models import Debit, DebitBatch
from payments.selectors.return_reasons import Reasons, ReturnReason
from payments.services.accounts import lock_account
from payments.services.debit_posting import after_debits, post_debit
from payments.services.mandates import restore_for_return, revoke_for_return, suspend_mandate
from payments.services.posting import reverse
from residents.models import ContractHolder

RETURNED = history.label("payments.debit-returned", "Prélèvement rejeté")
RESTORED = history.label("payments.debit-restored", "Rejet de prélèvement défait")
TEMPLATE = "notifications/letter"


class ReturnRefused(Refused):
    """The debit cannot have come back."""


@dataclass(frozen=True)
class ReturnFacts:
    """What the bank says of a debit that came back. `is_settled`: money left the account."""

    code: str
    on: date
    source: str
    text: str = ""
    is_settled: bool = False


@transaction.atomic
def record_return(*, debit: Debit, facts: ReturnFacts, today: date, actor: User) -> bool:
    """Take back a debit that the bank refused or returned; False when it was known already.

    Its month owes again, its papers are cancelled, its mandate is suspended when the reason says
    so, and the resident is told once. Raises ReturnRefused, MonthLocked, ContractClosed.
    """
    with history.act(RETURNED, actor=actor, reason=facts.code):
        # The file before its debits: the order in which they are posted.
        batch = DebitBatch.objects.select_for_update(no_key=True, of=("self",)).get(
            pk=debit.batch_id
        )
        found = _locked(debit)
        if found.state == DebitState.RETURNED:
            return False
        if not batch.is_sent or found.state == DebitState.CANCELLED:
            raise ReturnRefused(
                f"La remise {batch} n'est pas partie ({batch.get_state_display()}) : rien ne peut "
                "en revenir."
            )
        _take_back(found, batch, facts, actor)
        reason = Reasons(today).of(facts.code)
        _apply(found, reason, today, actor)
        if tell(found, reason, actor):
            found.told_on = today
        found.save(
            update_fields=[
                *("state", "returned_on", "return_code", "return_text"),
                *("return_source", "told_on"),
            ]
        )
        why = f"Le prélèvement du {french_day(batch.collect_on)} a été rejeté."
        after_debits([found], today=today, actor=actor, why=why)
    return True


def _locked(debit: Debit) -> Debit:
    rows = Debit.objects.select_for_update(no_key=True, of=("self",))
    found: Debit = rows.select_related("contract__territory", "mandate", "entry").get(pk=debit.pk)
    return found


def _take_back(debit: Debit, batch: DebitBatch, facts: ReturnFacts, actor: User) -> None:
    lock_account(debit.contract)
    if facts.is_settled and debit.entry is None:
        # The bank took it, then gave it back, before this day's debits were posted here.
        post_debit(debit, on=min(batch.collect_on, facts.on), actor=actor)
    if debit.entry is not None:
        on = max(facts.on, debit.entry.date)
        reason = f"Prélèvement rejeté {facts.code}".strip()
        reverse(entry=debit.entry, on=on, author=actor, reason=reason)
    debit.state, debit.returned_on = DebitState.RETURNED, facts.on
    debit.return_code, debit.return_text = facts.code[:10], facts.text[:200]
    debit.return_source = facts.source[:40]


def _apply(debit: Debit, reason: ReturnReason, today: date, actor: User) -> None:
    mandate, why = debit.mandate, _why(reason)
    if mandate.revoked_on is not None:
        return
    if reason.act == ReturnAct.CANCEL:
        revoke_for_return(mandate=mandate, reason=why, today=today, actor=actor)
    elif reason.suspends:
        suspend_mandate(mandate=mandate, reason=why, today=today, actor=actor)


def _why(reason: ReturnReason) -> str:
    """Say why a return changes a mandate: what it is known by when the return is undone."""
    return f"{reason.code} : {reason.label}"


def tell(debit: Debit, reason: ReturnReason, actor: User) -> int:
    """Write to the holders who accept e-mail that a debit came back; return how many."""
    if reason.act == ReturnAct.STOP:
        return 0
    holders = ContractHolder.objects.filter(contract=debit.contract).select_related("person")
    people = [h.person for h in holders if h.person.email_consent and h.person.email]
    for person in people:
        queue_mail(
            dedup_key=f"debit-return:{debit.pk}:{person.pk}",
            to=person.email,
            subject="À propos de votre prélèvement",
            template=TEMPLATE,
            context={"greeting": "Bonjour,", "paragraphs": _words(debit, reason), "papers": []},
            requested_by=actor,
            territory=debit.contract.territory,
        )
    return len(people)


def _words(debit: Debit, reason: ReturnReason) -> Sequence[str]:
    month = Month.of(debit.month)
    after = {
        ReturnAct.SUSPEND: "Nous ne prélèverons plus ce compte tant que nous n'en avons pas parlé.",
        ReturnAct.CANCEL: "Nous ne prélèverons plus ce compte.",
    }
    sentences = (
        f"Le prélèvement de {euros(debit.amount)} pour {month.label} n'a pas abouti.",
        f"Ce que dit la banque : {reason.label[:1].lower()}{reason.label[1:]}.",
        f"Cette somme reste à payer pour {month.label}. Nous ne vous comptons aucun frais.",
        after.get(reason.act, ""),
        "Répondez à ce message ou appelez-nous : nous chercherons ensemble comment faire.",
    )
    return [sentence for sentence in sentences if sentence]


@transaction.atomic
def restore_debit(*, debit: Debit, on: date, today: date, actor: User, reason: str) -> None:
    """Put back a debit whose return was a mistake: it is collected again, by a fresh entry.

    The mandate that this very return suspended or revoked is as before, unless something else
    happened to it since. What was said to the resident stays: a person sees to it.
    """
    with history.act(RESTORED, actor=actor, reason=reason):
        found = _locked(debit)
        if found.state != DebitState.RETURNED or found.entry is None:
            raise ReturnRefused("Ce prélèvement n'est pas à remettre.")
        if found.presented_again.exclude(state=DebitState.CANCELLED).exists():
            raise ReturnRefused("Ce prélèvement a été représenté depuis : il ne se remet plus.")
        key = f"debit:{found.end_to_end_id}:{found.entry_id}"
        post_debit(found, on=max(on, found.entry.date), actor=actor, key=key)
        _restore_mandate(found, today, actor)
        found.returned_on, found.return_code, found.return_text = None, "", ""
        found.return_source = ""
        found.save(update_fields=["returned_on", "return_code", "return_text", "return_source"])
        after_debits([found], today=today, actor=actor, why=reason)


def _restore_mandate(debit: Debit, today: date, actor: User) -> None:
    """Give back its mandate what a return took from it, unless another return says the same."""
    same = Debit.objects.filter(
        mandate=debit.mandate_id, state=DebitState.RETURNED, return_code=debit.return_code
    )
    if not same.exclude(pk=debit.pk).exists():
        why = _why(Reasons(today).of(debit.return_code))
        restore_for_return(mandate=debit.mandate, reason=why, actor=actor)
