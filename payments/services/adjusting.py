"""Put billed months right: by a difference, dated today, never by rewriting what was billed."""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.money import euros
from caracol.core.periods import Month
from payments.calculations.adjustment import Billed, Parts, next_due
from payments.enums import AccountKind, EntryKind, LineKind, Payer, TermKind
from payments.guards import CONTRACT_LOCKS
from payments.models import Account, Entry, Term, TermLine
from payments.selectors.impacts import (
    BY_HAND,
    BY_TERMS,
    MonthBill,
    MonthGap,
    Reading,
    billed_months,
    read_months,
    written_versions,
)
from payments.services.accounts import lock_account, shared_accounts
from payments.services.allocating import reallocate
from payments.services.foreseeing import effects, foresee
from payments.services.posting import Line, check_now, post
from payments.services.withdrawing import withdraw_notices, withdraw_papers
from residents.models import Contract
from residents.selectors.effects import Effects

ADJUSTED = history.label("payments.months-adjusted", "Mois régularisés")
CORRECTED = history.label("payments.term-corrected", "Échéance corrigée")


class CorrectionRefused(Refused):
    """The month cannot be corrected this way."""


@transaction.atomic
def adjust_months(
    *, contract: Contract, actor: User, today: date, reason: str, key: str
) -> Effects:
    """Bring each month billed to what the contract's terms, just written, now say.

    Waits for a closing under way, and makes the next one wait: a month is billed by the terms
    of before and put right here, or by the new ones. The same key again changes nothing.
    Raises MonthLocked.
    """
    wait_for_closings()
    receivable = lock_account(contract)
    contract = Contract.objects.get(pk=contract.pk)
    versions = written_versions(contract)
    reading = read_months(contract, versions, today)
    if Entry.objects.filter(key__startswith=f"{_key(contract, key)}:").exists():
        reading = Reading(taken_over=reading.taken_over)
    found = effects(
        contract=contract, reading=reading, before=versions, after=versions, today=today
    )
    with history.act(ADJUSTED, actor=actor, reason=reason):
        _put_right(
            _Act(contract, receivable, _key(contract, key), BY_TERMS, reason, today, actor), reading
        )
    return found


def wait_for_closings() -> None:
    """Let no month be closed until this transaction ends: its terms are about to change.

    Taken before any account is locked, as closings do.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, 0)", [CONTRACT_LOCKS])


@transaction.atomic
def correct_term(
    *,
    term: Term,
    fee: Decimal,
    charges: Decimal,
    reason: str,
    today: date,
    actor: User,
    key: str,
) -> Effects:
    """Bring a month billed by mistake to the right amounts, by hand.

    The correction stays whatever the contract's terms become. The same key again changes
    nothing. Raises CorrectionRefused, MonthLocked.
    """
    if not reason.strip():
        raise CorrectionRefused("Dites pourquoi cette échéance est corrigée.")
    contract = term.contract
    with history.act(CORRECTED, actor=actor, reason=reason):
        receivable = lock_account(contract)
        if Entry.objects.filter(key__startswith=f"{_key(contract, key)}:").exists():
            return Effects()
        reading = try_correction(term=term, fee=fee, charges=charges, today=today)
        found = effects(contract=contract, reading=reading, before=(), after=(), today=today)
        _put_right(
            _Act(contract, receivable, _key(contract, key), BY_HAND, reason, today, actor), reading
        )
    return found


def try_correction(*, term: Term, fee: Decimal, charges: Decimal, today: date) -> Reading:
    """Return what correcting a month would post. Raises CorrectionRefused."""
    if term.kind == TermKind.OPENING:
        raise CorrectionRefused("Le solde repris ne se corrige pas comme un mois facturé ici.")
    if fee < 0 or charges < 0:
        raise CorrectionRefused("Un mois ne vaut jamais moins de zéro.")
    contract = term.contract
    base = Term.objects.select_related("entry").get(
        contract=contract, month=term.month, kind=TermKind.MONTHLY
    )
    billed = billed_months(contract).get(term.month, Billed())
    change = Parts(fee, charges) - billed.net
    if not change.total:
        raise CorrectionRefused(f"Ce mois vaut déjà {euros(billed.net.total)}.")
    on = max(today, base.entry.date if base.entry else base.starts_on)
    due_on = next_due(contract.due_day, on)
    bill = MonthBill(Month.of(term.month), None, base.expected_aid, base.aid_payee)
    return Reading([MonthGap(base, billed, bill, change, on, due_on, by_hand=True)])


@dataclass(frozen=True)
class _Act:
    """Who puts months right, why, when, and under which key."""

    contract: Contract
    receivable: Account
    key: str
    cause: str
    reason: str
    today: date
    actor: User

    @property
    def printed_reason(self) -> str:
        """What the papers cancelled say."""
        return f"Ce mois a été régularisé : {self.reason}"


def _put_right(act: _Act, reading: Reading) -> None:
    ids, changes = [act.contract.pk], reading.changes
    stale = [paper.term for paper in foresee(act.contract, reading.gaps, act.today).notices]
    income = shared_accounts(AccountKind.FEES, AccountKind.CHARGES) if changes else {}
    for gap in changes:
        _post(act, gap, income)
    for gap in reading.gaps:
        _hope_for_aid(gap)
    why, on, actor = act.printed_reason, act.today, act.actor
    if changes:
        reallocate(ids)
        withdraw_papers(contract_ids=ids, reason=why, on=on, actor=actor)
    withdraw_notices(terms=stale, reason=why, on=on, actor=actor)
    if changes:
        check_now()


def _post(act: _Act, gap: MonthGap, income: dict[str, Account]) -> None:
    total = gap.change.total
    entry, _new = post(
        key=f"{act.key}:{gap.month}",
        kind=EntryKind.ADJUSTMENT,
        on=gap.on,
        label=f"Régularisation {gap.month.of_label} {act.contract.number}",
        source={"cause": act.cause, "explanation": gap.explanation},
        lines=[
            Line(act.receivable, total, Payer.RESIDENT, gap.month.first),
            Line(income[AccountKind.FEES], -gap.change.fee),
            Line(income[AccountKind.CHARGES], -gap.change.charges),
        ],
        author=act.actor,
        reason=act.reason[:300],
    )
    if total > 0:
        _add_term(act.contract, gap, entry)


def _add_term(contract: Contract, gap: MonthGap, entry: Entry) -> None:
    """Bill what is added to a month: a term of its own, due from now on."""
    span = gap.bill.bill.span if gap.bill.bill else None
    term = Term.objects.create(
        contract=contract,
        month=gap.month.first,
        kind=TermKind.ADJUSTMENT,
        starts_on=span.first if span else gap.term.starts_on,
        ends_on=span.last if span else gap.term.ends_on,
        due_on=gap.due_on,
        amount=gap.change.total,
        entry=entry,
        explanation=gap.explanation,
    )
    named = (("Redevance", gap.change.fee), ("Charges", gap.change.charges))
    lines = [(name, amount) for name, amount in named if amount]
    TermLine.objects.bulk_create(
        TermLine(
            term=term,
            position=position,
            kind=LineKind.ADJUSTMENT,
            label=f"{name} {gap.month.of_label}, complément",
            amount=amount,
        )
        for position, (name, amount) in enumerate(lines, start=1)
    )


def _hope_for_aid(gap: MonthGap) -> None:
    """Expect of a month the aid that the contract's terms now say."""
    hoped = {"expected_aid": gap.bill.expected_aid, "aid_payee": gap.bill.aid_payee}
    if any(getattr(gap.term, name) != value for name, value in hoped.items()):
        Term.objects.filter(pk=gap.term.pk).update(**hoped)


def _key(contract: Contract, key: str) -> str:
    """Return the key of an act's entries, short enough whatever who asks gave."""
    short = key if len(key) <= 60 else hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"adjustment:{contract.number}:{short}"
