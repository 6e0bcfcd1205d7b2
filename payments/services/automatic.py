"""Settle what is certain, without a person, and keep proposals for the rest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction

from caracol.accounts.models import User
from caracol.core.errors import Refused
from payments.calculations.match_facts import Certainty
from payments.enums import OPEN_LINES, MatchRule, Payer
from payments.models import BankLine, KnownPayer
from payments.services.line_parts import Act, LinePart
from payments.services.proposing import Proposal, Proposer, grouped, keep
from payments.services.reconciling import settle_lines, tie_line
from residents.models import Contract

# One run at a time: two would propose and settle the same lines.
RUN_LOCK = 720


@dataclass
class Run:
    """What a run did: how many lines it settled, by certainty those it left."""

    settled: int = 0
    left: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    withdrawn: int = 0


def reconcile(*, actor: User, today: date, lines: Sequence[int] | None = None) -> Run:
    """Settle every open line that is certain, and propose for the others. Again = no change.

    `lines` restricts it to some. Each few hundred lines are a transaction of their own, one at
    a time; lines that a person decides meanwhile are left to them.
    """
    run = Run()
    rows = BankLine.objects.filter(state__in=OPEN_LINES)
    if lines is not None:
        rows = rows.filter(pk__in=lines)
    proposer = Proposer(today)
    for chunk in grouped(list(rows.order_by("booked_on", "pk"))):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [RUN_LOCK])
            _settle(chunk, proposer, actor, today, run)
    return run


def _settle(
    lines: Sequence[BankLine], proposer: Proposer, actor: User, today: date, run: Run
) -> None:
    found = proposer.propose(lines)
    certain = [line for line in lines if found[line.pk].is_certain]
    tied = [line for line in certain if found[line.pk].settler]
    for line in tied:
        _tie_one(line, found, actor, today, run)
    acts = _acts([line for line in certain if not found[line.pk].settler], found)
    done = settle_lines(acts=acts, actor=actor, today=today) if acts else None
    if done is not None:
        run.settled += len(done.made)
        run.withdrawn += done.withdrawn
    settled = {line.pk for line in certain if line.state not in OPEN_LINES}
    kept = {pk: one for pk, one in found.items() if pk not in settled}
    keep(kept, lines)
    run.left.update(one.certainty.value for one in kept.values())


def _tie_one(
    line: BankLine, found: dict[int, Proposal], actor: User, today: date, run: Run
) -> None:
    """Let another module settle a line; what it refuses becomes a proposal with its words."""
    one = found[line.pk]
    try:
        with transaction.atomic():
            tie_line(
                line=line,
                settler=one.settler,
                ref=one.settler_ref,
                actor=actor,
                today=today,
                reason=one.reason,
                is_automatic=True,
            )
    except Refused as refusal:
        run.refused.append(f"{line} : {refusal.message}")
        found[line.pk] = _doubtful(one, refusal.message)
        line.refresh_from_db()
    else:
        run.settled += 1


def _doubtful(one: Proposal, why: str) -> Proposal:
    facts = {**vars(one), "certainty": Certainty.PROPOSED, "reason": f"{one.reason} {why}"}
    return Proposal(**facts)


def _acts(lines: Sequence[BankLine], found: dict[int, Proposal]) -> list[Act]:
    numbers = {part.contract for line in lines for part in found[line.pk].parts}
    contracts = {row.number: row for row in Contract.objects.filter(number__in=numbers)}
    others = third_parties(lines)
    return [
        Act(
            line=line,
            parts=tuple(
                LinePart(
                    part.amount,
                    contracts[part.contract],
                    payer=Payer.OTHER
                    if (line.payer_index, contracts[part.contract].pk) in others
                    else Payer.RESIDENT,
                )
                for part in found[line.pk].parts
            ),
            rule=MatchRule(found[line.pk].rule),
            reason=found[line.pk].reason,
            is_automatic=True,
        )
        for line in lines
    ]


def third_parties(lines: Sequence[BankLine]) -> set[tuple[str, int]]:
    """Return the accounts, with the contracts they pay for, that are not the resident's own."""
    indexes = {line.payer_index for line in lines} - {""}
    rows = KnownPayer.objects.alive().filter(iban_index__in=indexes).exclude(relation="RESIDENT")
    return set(rows.values_list("iban_index", "contract"))
