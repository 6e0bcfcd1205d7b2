"""Propose what bank lines are: by other modules, by what was recorded, by matching, by habit.

The order is that of FORMATS 3.3. What is certain may be settled without a person, unless a person
undid such a decision of that line before: then it only proposes, and says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from payments.calculations.match_facts import Certainty, Decision, Part, Payment, Rule
from payments.calculations.matching import Book, decide
from payments.calculations.naming import words_of
from payments.enums import OPEN_LINES, BankLineState, MatchRule
from payments.models import BankLine, LineProposal, Reconciliation
from payments.selectors.candidates import candidates
from payments.selectors.claims import Recorded, matching_book, near, recorded_waiting
from payments.services.settlers import Offer, settlers
from residents.models import Contract

CHUNK = 500
"""How many lines one transaction settles."""
HABITS = 2000


@dataclass(frozen=True)
class Proposal:
    """What a line is proposed to be. `parts` name contracts; a recorded payment by its entry."""

    line: int
    certainty: Certainty
    rule: MatchRule
    reason: str
    parts: tuple[Part, ...] = ()
    others: tuple[str, ...] = ()
    is_strong: bool = False
    settler: str = ""
    settler_ref: str = ""
    label: str = ""
    recorded: int | None = None

    @property
    def is_certain(self) -> bool:
        """Whether no person is needed."""
        return self.certainty == Certainty.AUTO


class Proposer:
    """What is needed to propose, read once: then lines are proposed one after the other.

    For one line alone, only what it may be for is read, among however many contracts.
    """

    def __init__(self, on: date, only: BankLine | None = None) -> None:
        self.book: Book = matching_book(on, candidates(only) if only is not None else None)
        self.recorded: list[Recorded] = (
            recorded_waiting(only.amount, only.booked_on) if only else recorded_waiting()
        )
        self.aside = _set_aside_before()

    def propose(self, lines: Sequence[BankLine]) -> dict[int, Proposal]:
        """Return a proposal for each line, in a constant number of queries."""
        offers = _offers(lines)
        undone = _undone([line.pk for line in lines])
        found = {}
        for line in lines:
            proposal = self._one(line, offers.get(line.pk))
            if proposal.is_certain and line.pk in undone:
                reason = f"{proposal.reason} Mais ce rapprochement a été défait : à décider."
                proposal = replace(proposal, certainty=Certainty.PROPOSED, reason=reason)
            found[line.pk] = proposal
        return found

    def _one(self, line: BankLine, offer: tuple[str, Offer] | None) -> Proposal:
        if not line.amount:
            return Proposal(line.pk, Certainty.NONE, MatchRule.NONE, "Une ligne sans montant.")
        decision = decide(payment_of(line), self.book)
        if offer is not None and not _is_named(line, decision, offer[1]):
            return _offered(line, *offer)
        waiting = self._recorded_for(line, decision)
        if waiting is not None:
            return waiting
        if decision.certainty == Certainty.NONE:
            return self._by_habit(line, decision)
        return Proposal(
            line=line.pk,
            certainty=decision.certainty,
            rule=MatchRule(decision.rule.value),
            reason=decision.reason,
            parts=decision.parts,
            others=decision.others,
            is_strong=decision.strong,
        )

    def _recorded_for(self, line: BankLine, decision: Decision) -> Proposal | None:
        """Propose the payment recorded by hand that the line shows: it must not count twice."""
        named = {part.contract for part in decision.parts}
        for one in near(self.recorded, line.amount, line.booked_on):
            if not named or one.contract in named:
                reason = (
                    f"« {one.label} » a été saisi à la main le {one.on:%d/%m/%Y} pour ce montant : "
                    "cette ligne le confirme, sans le compter deux fois."
                )
                return Proposal(
                    line=line.pk,
                    certainty=Certainty.PROPOSED,
                    rule=MatchRule.RECORDED,
                    reason=reason,
                    parts=(Part(one.contract, line.amount),) if one.contract else (),
                    recorded=one.entry,
                    label=one.label,
                )
        return None

    def _by_habit(self, line: BankLine, decision: Decision) -> Proposal:
        """Propose to set aside what the same other side had set aside before.

        Debits that come back are never foreign, whatever was done of the last ones.
        """
        if decision.rule == Rule.RETURN:
            return Proposal(line.pk, Certainty.NONE, MatchRule.RETURN, decision.reason)
        if origin_of(line) in self.aside:
            reason = f"« {line.payer or line.text} » a déjà été mis hors gestion locative."
            return Proposal(line.pk, Certainty.PROPOSED, MatchRule.FOREIGN, reason)
        return Proposal(line.pk, Certainty.NONE, MatchRule.NONE, decision.reason)


def _is_named(line: BankLine, decision: Decision, offer: Offer) -> bool:
    """Whether money that comes in bears a reference or the full name, beside an unsure offer.

    A payment whose amount happens to be that of an expected batch is still the contract's.
    """
    surer = decision.strong or (
        decision.rule == Rule.REFERENCE and decision.certainty == Certainty.AUTO
    )
    unsure = offer.certainty != Certainty.AUTO and not offer.is_named
    return line.amount > 0 and surer and unsure


def origin_of(line: BankLine) -> str:
    """Return who is at the other side of a line, as it is compared; its words without a name."""
    sign = "+" if line.amount > 0 else "-"
    words = words_of(line.payer) or [word for word in words_of(line.text) if not word.isdigit()]
    return sign + " ".join(sorted(words)) if words else ""


def payment_of(line: BankLine) -> Payment:
    """Return a line as matching reads it; an account is told by its index."""
    texts = [line.text, *_reference_texts(line)]
    return Payment(
        amount=line.amount,
        on=line.booked_on,
        texts=tuple(texts),
        payer=line.payer,
        iban=line.payer_index,
        end_to_end_id=line.end_to_end_id,
        mandate_id=line.mandate_id,
        return_reason=line.return_reason,
    )


def _reference_texts(line: BankLine) -> Iterable[str]:
    for detail in line.details:
        yield from detail.get("references", ())


def _offers(lines: Sequence[BankLine]) -> dict[int, tuple[str, Offer]]:
    found: dict[int, tuple[str, Offer]] = {}
    for key, settler in settlers().items():
        left = [line for line in lines if line.pk not in found]
        for line, offer in settler.offers(left).items():
            found.setdefault(line, (key, offer))
    return found


def _offered(line: BankLine, key: str, offer: Offer) -> Proposal:
    return Proposal(
        line=line.pk,
        certainty=offer.certainty,
        rule=settlers()[key].rule,
        reason=offer.reason,
        parts=offer.parts,
        settler=key,
        settler_ref=offer.ref,
        label=offer.label,
    )


def _undone(lines: Sequence[int]) -> set[int]:
    """Return the lines of which a decision was undone by a person."""
    rows = Reconciliation.objects.filter(line__in=lines, undone_at__isnull=False)
    return set(rows.exclude(outcome=BankLineState.SUSPENSE).values_list("line", flat=True))


def _set_aside_before() -> set[str]:
    rows = BankLine.objects.filter(state=BankLineState.SET_ASIDE).only("amount", "payer", "text")
    return {origin_of(line) for line in rows.order_by("-booked_on")[:HABITS]} - {""}


def propose(lines: Sequence[BankLine], *, on: date) -> dict[int, Proposal]:
    """Return what each line is proposed to be, in a constant number of queries."""
    return Proposer(on).propose(lines)


def propose_one(line: BankLine, *, on: date) -> Proposal:
    """Return what a line is proposed to be, reading only what it may be for."""
    return Proposer(on, only=line).propose([line])[line.pk]


@transaction.atomic
def refresh(lines: Sequence[BankLine], *, on: date) -> dict[int, Proposal]:
    """Propose for open lines, and keep it for the pages; decided lines lose theirs."""
    return keep(Proposer(on).propose([line for line in lines if line.state in OPEN_LINES]), lines)


def keep(found: dict[int, Proposal], lines: Sequence[BankLine]) -> dict[int, Proposal]:
    """Write proposals down in the place of those of these lines."""
    numbers = {part.contract for one in found.values() for part in one.parts}
    contracts = dict(Contract.objects.filter(number__in=numbers).values_list("number", "pk"))
    LineProposal.objects.filter(line__in=[line.pk for line in lines]).delete()
    LineProposal.objects.bulk_create(
        (_row(one, contracts) for one in found.values()), batch_size=1000, ignore_conflicts=True
    )
    return found


def _row(one: Proposal, contracts: dict[str, int]) -> LineProposal:
    first = next((contracts[part.contract] for part in one.parts if part.contract in contracts), 0)
    parts: list[dict[str, Any]] = [
        {"contract": part.contract, "amount": str(part.amount)} for part in one.parts
    ]
    if one.recorded is not None:
        parts = [{**part, "recorded": one.recorded} for part in parts or [{}]]
    return LineProposal(
        line_id=one.line,
        certainty=one.certainty.value,
        rule=one.rule,
        reason=one.reason[:300],
        is_strong=one.is_strong,
        contract_id=first or None,
        parts=parts,
        others=list(one.others),
        settler=one.settler,
        settler_ref=one.settler_ref[:60],
        label=one.label[:160],
    )


def grouped(lines: Iterable[BankLine]) -> Iterable[list[BankLine]]:
    """Yield lines a few hundred at a time."""
    waiting: list[BankLine] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) == CHUNK:
            yield waiting
            waiting = []
    if waiting:
        yield waiting
