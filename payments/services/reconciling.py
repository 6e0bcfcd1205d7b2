"""Decide what bank lines are: settle them on contracts, set them aside, wait, or go back.

Each line was posted between the bank and the suspense account when it was imported. Settling moves
its amount out of suspense by one entry, whose parts always add up to the line; undoing reverses
that entry. A line has one living reconciliation; those undone are kept. Lines are locked before
the accounts of contracts, in the order of their numbers, so that two people never wait for each
other for ever: the second is told what the first did.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils.timezone import localtime

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.periods import Month
from payments.enums import OPEN_LINES, BankLineState, MatchRule, PartKind
from payments.models import BankLine, Entry, Reconciliation, ReconciliationPart
from payments.services.allocating import reallocate
from payments.services.known_payers import forget_source, learn
from payments.services.line_entries import EntryDraft, Poster, day_for
from payments.services.line_parts import (
    BY_HAND,
    Act,
    LinePart,
    LineRefused,
    check_parts,
    fingerprint,
    is_same,
    only_waits,
    outcome_of,
)
from payments.services.posting import check_now, reverse
from payments.services.settlers import settlers
from payments.services.withdrawing import withdraw_papers
from residents.models import Contract

SETTLED = history.label("payments.line-settled", "Ligne de relevé rapprochée")
UNDONE = history.label("payments.line-undone", "Rapprochement défait")


class LineTaken(Refused):
    """Somebody else decided what the line is, meanwhile."""


@dataclass
class Done:
    """What became of acts: those done now, those that were so already, those that were taken."""

    made: list[Reconciliation] = field(default_factory=list)
    same: list[Reconciliation] = field(default_factory=list)
    taken: list[Reconciliation] = field(default_factory=list)
    withdrawn: int = 0


def settle_line(
    *,
    line: BankLine,
    parts: Sequence[LinePart],
    actor: User,
    today: date,
    rule: MatchRule = MatchRule.PERSON,
    reason: str = BY_HAND,
    learns: bool = True,
) -> Reconciliation:
    """Settle a line on contracts and months, to the cent; the same answer again changes nothing.

    What is above a contract's debt stays as its credit; part payments settle the oldest due. With
    `learns`, the payer is remembered as paying for the contracts named (payments.services
    .known_payers). Raises LineTaken, LineRefused, ContractClosed, MonthLocked.
    """
    act = Act(line=line, parts=tuple(parts), rule=rule, reason=reason)
    return _one(act, actor=actor, today=today, learns=learns)


def set_aside(
    *,
    line: BankLine,
    actor: User,
    today: date,
    reason: str = "Hors gestion locative.",
) -> Reconciliation:
    """Set aside a line that is no rental money: a fee, a bill, a grant. Raises as settle_line."""
    parts = (LinePart(line.amount, kind=PartKind.FOREIGN),)
    return _one(Act(line=line, parts=parts, reason=reason), actor=actor, today=today)


def leave_in_suspense(
    *,
    line: BankLine,
    actor: User,
    today: date,
    follow_up: str,
    follow_up_on: date | None = None,
) -> Reconciliation:
    """Leave a line in suspense, with what is to be done about it and when to look again."""
    act = Act(
        line=line,
        parts=(LinePart(line.amount, kind=PartKind.SUSPENSE),),
        reason="Argent dont on ne sait pas encore de qui il est.",
        follow_up=follow_up.strip(),
        follow_up_on=follow_up_on,
    )
    return _one(act, actor=actor, today=today)


def tie_line(
    *,
    line: BankLine,
    settler: str,
    ref: str,
    actor: User,
    today: date,
    reason: str,
    is_automatic: bool = False,
) -> Reconciliation:
    """Settle a line by what another module knows of it (payments.services.settlers)."""
    act = Act(
        line=line,
        parts=(),
        rule=settlers()[settler].rule,
        reason=reason,
        is_automatic=is_automatic,
        settler=settler,
        settler_ref=ref,
    )
    return _one(act, actor=actor, today=today)


def _one(act: Act, *, actor: User, today: date, learns: bool = False) -> Reconciliation:
    done = settle_lines(acts=[act], actor=actor, today=today, learns=learns)
    if done.taken:
        raise LineTaken(taken_words(done.taken[0]))
    return (done.made or done.same)[0]


def taken_words(living: Reconciliation) -> str:
    """Say what was done with a line meanwhile, by whom and when."""
    who = "automatiquement" if living.is_automatic else f"par {living.author}"
    at = localtime(living.created_at)
    return (
        f"Cette ligne a déjà été traitée {who} le {at:%d/%m/%Y à %H:%M} "
        f"({living.get_outcome_display()}). Rien n'a changé : défaites ce rapprochement pour le "
        "refaire autrement."
    )


@transaction.atomic
def settle_lines(*, acts: Sequence[Act], actor: User, today: date, learns: bool = False) -> Done:
    """Do several acts at once, all or none; lines decided meanwhile are left and told.

    Raises LineRefused, ContractClosed, MonthLocked, and what a settler refuses.
    """
    done = Done()
    with history.act(SETTLED, actor=actor):
        open_acts = _still_open(acts, actor, done)
        if learns:
            learn(reconciliations=done.same, actor=actor)
        if not open_acts:
            return done
        for act in open_acts:
            check_parts(act)
        poster = Poster(actor=actor, today=today)
        poster.lock_contracts(
            part.contract for act in open_acts for part in act.parts if part.contract
        )
        done.made = _record(open_acts, poster, actor)
        contracts = _contracts_of(done.made)
        if contracts:
            reallocate(contracts)
            done.withdrawn = withdraw_papers(
                contract_ids=contracts,
                reason="Un rapprochement bancaire a changé la répartition de ce mois.",
                on=today,
                actor=actor,
            )
        if learns:
            learn(reconciliations=done.made, actor=actor)
        check_now()
    return done


def _contracts_of(rows: Sequence[Reconciliation]) -> list[int]:
    """Return the contracts that decisions touched, whoever posted them."""
    parts = ReconciliationPart.objects.filter(reconciliation__in=rows, contract__isnull=False)
    return sorted(set(parts.values_list("contract", flat=True)))


def _still_open(acts: Sequence[Act], actor: User, done: Done) -> list[Act]:
    """Lock the lines; return the acts whose line nobody decided, sort out the others."""
    ids = sorted({act.line.pk for act in acts})
    locked = BankLine.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids)
    lines = {line.pk: line for line in locked.order_by("pk")}
    living = {
        row.line_id: row
        for row in Reconciliation.objects.filter(line__in=ids, undone_at=None).select_related(
            "author"
        )
    }
    still = []
    for act in acts:
        line, other = lines[act.line.pk], living.get(act.line.pk)
        if other is not None and is_same(act, other):
            done.same.append(other)
        elif other is not None and not only_waits(other):
            done.taken.append(other)
        elif line.state not in OPEN_LINES:
            raise LineRefused(
                f"Cette ligne est « {line.get_state_display()} » : elle n'est pas dans les "
                "comptes, et ne se rapproche pas."
            )
        else:
            if other is not None:
                _end(other, actor, "Reprise pour être rapprochée.")
            still.append(act)
    return still


def _record(acts: Sequence[Act], poster: Poster, actor: User) -> list[Reconciliation]:
    """Post the entries of acts and write their reconciliations, parts and states."""
    drafts = [poster.draft(act.line, act.parts) if not act.settler else None for act in acts]
    entries = poster.post([draft for draft in drafts if draft])
    rows = []
    for act, draft in zip(acts, drafts, strict=True):
        outcome = outcome_of(draft.parts if draft else ())
        entry = _tied(act, poster, actor) if act.settler else entries.get(act.line.pk)
        rows.append(
            Reconciliation(
                line=act.line,
                outcome=outcome,
                rule=act.rule,
                reason=act.reason[:300],
                is_automatic=act.is_automatic,
                entry=entry,
                settler=act.settler,
                settler_ref=act.settler_ref,
                asked=fingerprint(act),
                follow_up=act.follow_up[:200],
                follow_up_on=act.follow_up_on,
                author=actor,
            )
        )
        act.line.state, act.line.note = outcome, act.reason[:300]
    Reconciliation.objects.bulk_create(rows, batch_size=1000)
    ReconciliationPart.objects.bulk_create(_parts(rows, drafts), batch_size=2000)
    BankLine.objects.bulk_update([act.line for act in acts], ["state", "note"], batch_size=1000)
    return rows


def _tied(act: Act, poster: Poster, actor: User) -> Entry | None:
    settler = settlers()[act.settler]
    return settler.settle(
        line=act.line,
        ref=act.settler_ref,
        on=day_for(act.line, poster.locked, poster.today),
        today=poster.today,
        actor=actor,
    )


def _told_parts(row: Reconciliation) -> Sequence[LinePart] | None:
    """Return the parts that a settler tells itself; None when its entry tells them."""
    tell = getattr(settlers()[row.settler], "parts", None)
    return tell(line=row.line, ref=row.settler_ref) if tell else None


def _parts(
    rows: Sequence[Reconciliation], drafts: Sequence[EntryDraft | None]
) -> Iterable[ReconciliationPart]:
    """Yield the parts of each row: those asked for; those of its entry when a settler made it."""
    for row, draft in zip(rows, drafts, strict=True):
        if draft is not None:
            for part in draft.parts:
                yield ReconciliationPart(
                    reconciliation=row,
                    kind=part.goes_to,
                    amount=part.amount,
                    contract=part.contract,
                    month=part.month.first if part.month else None,
                    payer=part.payer if part.contract else "",
                    recorded=part.recorded,
                )
        elif (told := _told_parts(row)) is not None:
            for part in told:
                yield ReconciliationPart(
                    reconciliation=row,
                    kind=part.goes_to,
                    amount=part.amount,
                    contract=part.contract,
                    payer=part.payer if part.contract else "",
                )
        elif row.entry is not None:
            postings = row.entry.postings.select_related("account")
            for posting in postings.filter(account__contract__isnull=False).order_by("pk"):
                yield ReconciliationPart(
                    reconciliation=row,
                    kind=PartKind.CONTRACT,
                    amount=-posting.amount,
                    contract_id=posting.account.contract_id,
                    month=posting.entitlement_month,
                    payer=posting.payer,
                )


@transaction.atomic
def undo_line(
    *, reconciliation: Reconciliation, actor: User, today: date, reason: str
) -> Reconciliation:
    """Take a decision back: its entry is reversed, its line is open again, the history stays.

    The reversal bears the day of the entry, or today when that month is locked. What was learnt
    from it about the payer is forgotten. Again = no change. Raises LineRefused, MonthLocked,
    ContractClosed.
    """
    if not reason.strip():
        raise LineRefused("Dites pourquoi ce rapprochement est défait.")
    line = BankLine.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=reconciliation.line_id
    )
    living = Reconciliation.objects.get(pk=reconciliation.pk)
    if living.undone_at is not None:
        return living
    with history.act(UNDONE, actor=actor, reason=reason):
        poster = Poster(actor=actor, today=today)
        contracts = poster.lock_contracts(
            Contract.objects.filter(bank_parts__reconciliation=living).distinct()
        )
        _take_back(living, line, poster, reason)
        _end(living, actor, reason)
        forget_source(reconciliation=living, actor=actor)
        line.state, line.note = BankLineState.TO_SETTLE, ""
        BankLine.objects.bulk_update([line], ["state", "note"])
        if contracts:
            reallocate(contracts)
            withdraw_papers(
                contract_ids=contracts,
                reason=f"Un rapprochement bancaire a été défait : {reason}",
                on=today,
                actor=actor,
            )
        check_now()
    return living


def _take_back(living: Reconciliation, line: BankLine, poster: Poster, reason: str) -> None:
    entry = living.entry
    on = poster.today
    if entry is not None and Month.of(entry.date) not in poster.locked:
        on = entry.date
    if living.settler:
        settlers()[living.settler].undo(
            line=line,
            ref=living.settler_ref,
            entry=entry,
            on=on,
            today=poster.today,
            actor=poster.actor,
            reason=reason,
        )
    elif entry is not None:
        reverse(entry=entry, on=on, author=poster.actor, reason=reason)


def _end(living: Reconciliation, actor: User, why: str) -> None:
    living.undone_at, living.undone_by, living.undone_why = clock.now(), actor, why[:300]
    living.save(update_fields=["undone_at", "undone_by", "undone_why"])
