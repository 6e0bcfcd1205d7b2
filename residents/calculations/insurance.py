"""Days covered by insurance, gaps in days, and the next step when cover is missing. Pure.

RULEBOOK 5.1; loi 89-462 art. 7 g; décret 2016-383; C. assur. L113-3.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from caracol.core.money import round_half_up
from caracol.core.periods import Span, add_months

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cover:
    """The days a certificate announces, and what cut them short.

    `suspended_on`, `resumed_on`, `terminated_on` are each the first day of the new state.
    """

    starts_on: date
    ends_on: date
    suspended_on: date | None = None
    resumed_on: date | None = None
    terminated_on: date | None = None

    def spans(self) -> list[Span]:
        """Return the days really covered."""
        last = self.ends_on
        if self.terminated_on is not None:
            last = min(last, self.terminated_on - ONE_DAY)
        spans = [Span(self.starts_on, last)]
        if self.suspended_on is not None:
            spans = [Span(self.starts_on, min(last, self.suspended_on - ONE_DAY))]
            if self.resumed_on is not None:
                spans.append(Span(max(self.starts_on, self.resumed_on), last))
        return [span for span in spans if span.days]


def covered_spans(covers: Iterable[Cover]) -> list[Span]:
    """Return the days covered by any certificate, merged, in time order."""
    found: list[Span] = []
    for span in sorted((s for cover in covers for s in cover.spans()), key=lambda s: s.first):
        if found and span.first <= found[-1].last + ONE_DAY:
            found[-1] = Span(found[-1].first, max(found[-1].last, span.last))
        else:
            found.append(span)
    return found


def gaps(covers: Iterable[Cover], period: Span) -> list[Span]:
    """Return the days of a period that no certificate covers, in time order."""
    missing, first = [], period.first
    for span in covered_spans(covers):
        inside = span.within(period)
        if inside is None:
            continue
        if inside.first > first:
            missing.append(Span(first, inside.first - ONE_DAY))
        first = max(first, inside.last + ONE_DAY)
    if first <= period.last:
        missing.append(Span(first, period.last))
    return missing


def is_covered(covers: Iterable[Cover], day: date) -> bool:
    """Whether a certificate really covers a day."""
    return any(span.first <= day <= span.last for span in covered_spans(covers))


@dataclass(frozen=True)
class Standing:
    """Where a contract stands on a day.

    `covered_until`: the last day covered without a break from the day, if it is covered.
    `lacking_since`: the first day of the present gap, if it is not.
    """

    day: date
    covered_until: date | None = None
    lacking_since: date | None = None

    @property
    def days_lacking(self) -> int:
        """How many days of the present gap have been lived, the day included."""
        return (self.day - self.lacking_since).days + 1 if self.lacking_since else 0

    @property
    def expiry(self) -> date:
        """Day 0 of the reminders: the last day covered, or the day before the gap."""
        if self.covered_until is not None:
            return self.covered_until
        return (self.lacking_since or self.day) - ONE_DAY


def standing(covers: Iterable[Cover], lived: Span, day: date) -> Standing:
    """Return where a contract lived over some days stands on one of them."""
    spans = covered_spans(covers)
    for span in spans:
        if span.first <= day <= span.last:
            return Standing(day, covered_until=span.last)
    ended = [span.last for span in spans if span.last < day]
    since = max(ended) + ONE_DAY if ended else lived.first
    return Standing(day, lacking_since=max(since, lived.first))


@dataclass(frozen=True)
class Delays:
    """The lead times in force: dated parameters, not constants."""

    reminders: tuple[int, ...]
    registered_days: int
    choice_days: int
    behalf_months: int
    clause_months: int


@dataclass(frozen=True)
class Done:
    """A step already taken."""

    kind: str
    done_on: date
    lead_days: int | None = None
    received_on: date | None = None


@dataclass(frozen=True)
class NextStep:
    """What comes next: its kind, the day it is due, why, and for a reminder its lead."""

    kind: str
    due_on: date
    why: str
    lead_days: int | None = None
    waits_for_receipt: bool = False
    alternatives: tuple[str, ...] = field(default=())


def next_step(stand: Standing, done: Sequence[Done], delays: Delays) -> NextStep | None:
    """Return the next step towards a certificate, or None when nothing is to be done yet."""
    kinds = {step.kind: step for step in done}
    chosen = kinds.get("BEHALF_NOTICE") or kinds.get("ORDER")
    if chosen is not None:
        return _after_choice(chosen, kinds, delays)
    if "REGISTERED" in kinds:
        return NextStep(
            kind="CHOICE",
            due_on=kinds["REGISTERED"].done_on + timedelta(days=delays.choice_days),
            why="La lettre recommandée est restée sans suite : assurer pour compte ou faire jouer "
            "la clause résolutoire. L'une exclut l'autre.",
            alternatives=("BEHALF_NOTICE", "ORDER"),
        )
    return _reminder(stand, done, delays)


def _after_choice(chosen: Done, kinds: dict[str, Done], delays: Delays) -> NextStep | None:
    runs_from = chosen.received_on or chosen.done_on
    waits = chosen.received_on is None
    if chosen.kind == "BEHALF_NOTICE" and "BEHALF_TAKEN" not in kinds:
        return NextStep(
            kind="BEHALF_TAKEN",
            due_on=add_months(runs_from, delays.behalf_months),
            why=f"Sans attestation {_months(delays.behalf_months)} après la mise en demeure, "
            "l'association peut s'assurer pour compte (loi 89-462, art. 7 g).",
            waits_for_receipt=waits,
        )
    if chosen.kind == "ORDER" and "CLAUSE" not in kinds:
        return NextStep(
            kind="CLAUSE",
            due_on=add_months(runs_from, delays.clause_months),
            why=f"Sans attestation {_months(delays.clause_months)} après le commandement, la "
            "clause résolutoire produit son effet (loi 89-462, art. 7 g).",
            waits_for_receipt=waits,
        )
    return None


def _months(number: int) -> str:
    return f"{number} mois"


def _reminder(stand: Standing, done: Sequence[Done], delays: Delays) -> NextStep | None:
    """The latest reminder whose day has come and that none followed, else the first to come."""
    expiry = stand.expiry
    last_done = max((step.lead_days for step in done if step.lead_days is not None), default=None)
    open_leads = [
        lead for lead in sorted(delays.reminders) if last_done is None or lead > last_done
    ]
    come = [lead for lead in open_leads if expiry + timedelta(days=lead) <= stand.day]
    registered_on = expiry + timedelta(days=delays.registered_days)
    if stand.day >= registered_on and last_done is not None:
        return _registered(registered_on)
    if come:
        return _remind(come[-1], stand)
    if open_leads:
        lead = open_leads[0]
        is_first = lead == min(delays.reminders)
        return None if is_first else _remind(lead, stand)
    return _registered(registered_on)


def _registered(due_on: date) -> NextStep:
    return NextStep(
        kind="REGISTERED",
        due_on=due_on,
        why="Les rappels sont restés sans attestation : lettre recommandée avec avis de réception.",
    )


def _remind(lead: int, stand: Standing) -> NextStep:
    expiry, left = stand.expiry, (stand.expiry - stand.day).days
    if left > 0:
        why = f"L'attestation se termine dans {left} jour{'s' if left > 1 else ''}."
    elif left == 0:
        why = "L'attestation se termine aujourd'hui."
    else:
        why = f"L'attestation manque depuis {-left} jour{'s' if left < -1 else ''}."
    return NextStep(kind="REMINDER", due_on=expiry + timedelta(days=lead), why=why, lead_days=lead)


def monthly_share(yearly: Decimal, increase_percent: Decimal, months: int) -> Decimal:
    """Return a month's share of a premium taken on behalf, raised within the cap.

    A twelfth (loi 89-462 art. 7 g, décret 2016-383), unless `months` says otherwise.
    """
    raised = Fraction(yearly) * (100 + Fraction(increase_percent)) / 100
    return round_half_up(raised / months)


def premium_unpaid(
    notice_on: date, suspension_days: int, termination_days: int
) -> tuple[date, date]:
    """Return the days from which an insurer may suspend, then terminate (C. assur. L113-3)."""
    suspended_on = notice_on + timedelta(days=suspension_days)
    return suspended_on, suspended_on + timedelta(days=termination_days)
