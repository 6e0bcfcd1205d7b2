"""Give, receive and withdraw notices; from its receipt a notice ends the contract earlier."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from caracol.accounts.models import User
from caracol.accounts.policy import GLA_DECIDES, has_role
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import french_day
from residents.calculations.notices import Answer, Letter
from residents.enums import ContractStatus, DeliveryOutcome, NoticeBasis, NoticeGiver
from residents.models import Contract, Notice
from residents.selectors.effects import Effects, accounts
from residents.selectors.notices import (
    is_prepared,
    judge_notice,
    letter_of,
    notice_alive,
)
from residents.selectors.states import refuse_if_contract_changed
from residents.services.accepting import settle
from residents.services.drafting import NO_REASON
from residents.services.holding import hold_contract, said_in_words
from residents.services.lifecycle import next_status
from residents.services.spans import cut_contract, put_back

PREPARED = history.label("residents.notice-prepared", "Congé préparé")
SENT = history.label("residents.notice-sent", "Congé envoyé")
RECEIVED = history.label("residents.notice-received", "Congé reçu")
UNDELIVERED = history.label("residents.notice-undelivered", "Congé non remis")
WITHDRAWN = history.label("residents.notice-withdrawn", "Congé retiré")

REASON_LENGTH = 300
NOTHING = Effects()


class NoticeRefused(Refused):
    """The notice cannot be given, received or withdrawn so."""


@dataclass(frozen=True)
class Given:
    """A notice written, what the rule answers, and what it did to the account (if received)."""

    notice: Notice
    answer: Answer
    effects: Effects = NOTHING


@said_in_words
def prepare_notice(
    *,
    contract: Contract,
    basis: NoticeBasis,
    delivery: str,
    reason: str,
    actor: User,
    today: date,
    sent_on: date | None = None,
    reasons: Mapping[str, str] = NO_REASON,
    seen: str = "",
) -> Given:
    """Prepare the association's notice: it is sent once the manager or the director validates it.

    Who decides may say at once when the letter left (`sent_on`). Raises NoticeRefused,
    LawForbids, ReasonNeeded, AcceptanceReserved, ChangedMeanwhile, TransitionRefused.
    """
    locked = _held(contract, seen)
    letter = Letter(
        NoticeGiver.MANAGER, basis, delivery, DeliveryOutcome.AWAITED, reason=reason.strip()
    )
    answer = judge_notice(locked, letter)
    settle(contract=locked, verdicts=answer.verdicts, reasons=reasons, actor=actor, today=today)
    with history.act(PREPARED, actor=actor):
        notice = _write(locked, letter, answer)
    if sent_on is not None:
        notice = _send(locked, notice, sent_on, actor, today)
    return Given(notice, answer)


@said_in_words
def send_notice(*, notice: Notice, sent_on: date, actor: User, today: date) -> Notice:
    """Validate a prepared notice and record that its letter left.

    Raises NoticeRefused, LawForbids when it can no longer reach its addressee in time.
    """
    contract = hold_contract(notice.contract)
    row = Notice.objects.get(pk=notice.pk)
    return _send(contract, row, sent_on, actor, today)


@said_in_words
def record_receipt(
    *,
    notice: Notice,
    outcome: DeliveryOutcome,
    delivery: str,
    received_on: date | None,
    actor: User,
    today: date,
    first_presented_on: date | None = None,
    reasons: Mapping[str, str] = NO_REASON,
    seen: str = "",
) -> Given:
    """Record what became of the association's letter; received, it ends the contract.

    A letter refused or unclaimed has no effect: its service by a commissaire de justice is then
    recorded in the same way. Raises what `prepare_notice` raises, and MonthLocked.
    """
    contract = hold_contract(notice.contract)
    refuse_if_contract_changed(contract, seen)
    row = Notice.objects.get(pk=notice.pk)
    if row.withdrawn_on or row.received_on:
        raise NoticeRefused("Ce congé n'attend plus de réception.")
    if is_prepared(row):
        raise NoticeRefused("Ce congé n'est pas encore parti : validez son envoi d'abord.")
    row.outcome, row.delivery = outcome, delivery
    row.first_presented_on = first_presented_on
    row.received_on = received_on if outcome == DeliveryOutcome.SIGNED else None
    _not_ahead(row.received_on, first_presented_on, today=today)
    answer = judge_notice(contract, letter_of(row))
    if outcome != DeliveryOutcome.SIGNED:
        with history.act(UNDELIVERED, actor=actor):
            row.rule = answer.rule
            row.save(update_fields=["outcome", "delivery", "first_presented_on", "rule"])
        return Given(row, answer)
    settle(contract=contract, verdicts=answer.verdicts, reasons=reasons, actor=actor, today=today)
    return _take_effect(contract, row, answer, actor, today)


@said_in_words
def receive_resident_notice(
    *,
    contract: Contract,
    delivery: str,
    received_on: date,
    actor: User,
    today: date,
    sent_on: date | None = None,
    reduced_reason: str = "",
    reason: str = "",
    reasons: Mapping[str, str] = NO_REASON,
    seen: str = "",
) -> Given:
    """Record the resident's notice: from its receipt it ends the contract at the rule's day.

    Raises what `record_receipt` raises.
    """
    locked = _held(contract, seen)
    _not_ahead(received_on, sent_on, today=today)
    letter = Letter(
        NoticeGiver.RESIDENT,
        delivery=delivery,
        sent_on=sent_on,
        received_on=received_on,
        reduced_reason=reduced_reason.strip(),
        reason=reason.strip(),
    )
    answer = judge_notice(locked, letter)
    settle(contract=locked, verdicts=answer.verdicts, reasons=reasons, actor=actor, today=today)
    with history.act(RECEIVED, actor=actor):
        notice = _write(locked, letter, answer)
        notice.received_on = received_on
    return _take_effect(locked, notice, answer, actor, today)


@said_in_words
def withdraw_notice(
    *, notice: Notice, reason: str, agreed: bool, actor: User, today: date, seen: str = ""
) -> Given:
    """Withdraw a notice: one received needs both parties' agreement, and gives the end back.

    Raises NoticeRefused, SpanRefused, ContractRefused, ChangedMeanwhile, MonthLocked.
    """
    contract = hold_contract(notice.contract)
    refuse_if_contract_changed(contract, seen)
    row = Notice.objects.get(pk=notice.pk)
    if row.withdrawn_on:
        raise NoticeRefused("Ce congé est déjà retiré.")
    if not reason.strip():
        raise NoticeRefused("Dites pourquoi le congé est retiré.")
    if row.received_on and not agreed:
        raise NoticeRefused("Un congé reçu ne se retire qu'avec l'accord des deux parties.")
    effects = NOTHING
    with history.act(WITHDRAWN, actor=actor, reason=reason):
        row.withdrawn_on, row.withdrawn_reason = today, reason.strip()[:REASON_LENGTH]
        row.save(update_fields=["withdrawn_on", "withdrawn_reason"])
        if row.received_on:
            contract.status = next_status(ContractStatus(contract.status), "retirer le congé")
            contract.save(update_fields=["status"])
            put_back(contract, row.before)
    if row.received_on:
        effects = accounts().apply(
            contract=contract,
            actor=actor,
            today=today,
            reason="retrait du congé",
            key=f"notice:{row.pk}:withdrawn",
        )
    return Given(row, Answer(None, (), ""), effects)


# --- Inside -------------------------------------------------------------------------------------
def _held(contract: Contract, seen: str) -> Contract:
    """Hold a contract on which notice may be given. Raises TransitionRefused, NoticeRefused."""
    locked = hold_contract(contract)
    refuse_if_contract_changed(locked, seen)
    next_status(ContractStatus(locked.status), "donner congé")
    standing = notice_alive(locked)
    if standing is not None:
        whose = "de l'association" if standing.given_by == NoticeGiver.MANAGER else "du résident"
        raise NoticeRefused(f"Un congé {whose} est déjà en cours : retirez-le d'abord.")
    return locked


def _send(contract: Contract, row: Notice, sent_on: date, actor: User, today: date) -> Notice:
    if not has_role(actor, GLA_DECIDES, contract.territory_id):
        raise NoticeRefused("La responsable GLA ou la direction valide et envoie un congé.")
    if row.withdrawn_on or not is_prepared(row):
        raise NoticeRefused("Ce congé n'est plus à envoyer.")
    if sent_on > today:
        raise NoticeRefused("Un envoi ne se date pas de l'avenir.")
    answer = judge_notice(contract, letter_of(row, sent_on=sent_on))
    forbidden = [verdict for verdict in answer.verdicts if verdict.is_refused]
    if forbidden:
        raise NoticeRefused(" ".join(verdict.sentence for verdict in forbidden))
    with history.act(SENT, actor=actor):
        row.sent_on, row.rule = sent_on, answer.rule
        row.save(update_fields=["sent_on", "rule"])
    return row


def _not_ahead(*days: date | None, today: date) -> None:
    if any(day is not None and day > today for day in days):
        raise NoticeRefused("Une lettre ne se reçoit pas dans l'avenir.")


def _write(contract: Contract, letter: Letter, answer: Answer) -> Notice:
    facts = {
        name: getattr(letter, name)
        for name in ("given_by", "basis", "delivery", "outcome", "sent_on", "reduced_reason")
    }
    return Notice.objects.create(
        contract=contract, rule=answer.rule, reason=letter.reason[:REASON_LENGTH], **facts
    )


def _take_effect(
    contract: Contract, notice: Notice, answer: Answer, actor: User, today: date
) -> Given:
    """Cut the contract at the day the notice takes effect, and put the account right."""
    if answer.effective_on is None:
        raise NoticeRefused(" ".join(answer.sentences))
    with history.act(RECEIVED, actor=actor):
        contract.status = next_status(ContractStatus(contract.status), "donner congé")
        contract.save(update_fields=["status"])
        notice.before = cut_contract(contract, answer.effective_on)
        notice.effective_on, notice.rule = answer.effective_on, answer.rule
        notice.save()
    effects = accounts().apply(
        contract=contract,
        actor=actor,
        today=today,
        reason=f"congé, fin le {french_day(answer.effective_on)}",
        key=f"notice:{notice.pk}:received",
    )
    return Given(notice, answer, effects)
