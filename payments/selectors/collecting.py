"""What can be debited for a month, what cannot and why, and what the bank will be told."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F

from caracol.core.money import ZERO
from caracol.core.periods import Month, french_day
from caracol.parameters.selectors import value
from payments.calculations.target import next_target_day
from payments.enums import (
    BILLED_HERE,
    DebitState,
    MandateState,
    PaperKind,
    SequenceType,
)
from payments.models import Debit, Mandate, Term, TermPaper
from payments.selectors.mandates import aid_deducted, lapse_months
from payments.selectors.owing import with_aid_awaited
from payments.writers.checks import is_iban
from residents.enums import PaymentMethod
from residents.models import Contract, ContractHolder

MISSING = {
    MandateState.TO_SIGN: "le mandat n'est pas signé",
    MandateState.SUSPENDED: "le mandat est suspendu",
    MandateState.LAPSED: "le mandat est caduc : faites-en signer un nouveau",
}


@dataclass(frozen=True)
class Announced:
    """What the resident's due notice says of the debit."""

    on: date
    amount: Decimal
    issued_on: date


@dataclass(frozen=True)
class Candidate:
    """A contract to debit: how much, by which mandate, and what to look at before."""

    contract: Contract
    people: str
    mandate: Mandate
    month: date
    amount: Decimal
    aid: Decimal
    sequence: str
    announced: Announced | None = None
    remarks: tuple[str, ...] = ()
    represents: Debit | None = None
    is_told: bool = False


@dataclass(frozen=True)
class LeftOut:
    """A contract that owes and is not debited, and why."""

    contract: Contract
    people: str
    amount: Decimal
    why: str


@dataclass
class Collection:
    """What a file of debits would hold."""

    month: Month
    on: date
    lines: list[Candidate] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """The sum of the debits."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def untold(self) -> list[Candidate]:
        """Those who were not told of this day and amount, in time."""
        return [line for line in self.lines if not line.represents and not line.is_told]

    @property
    def remarked(self) -> list[Candidate]:
        """Those with something to look at."""
        return [line for line in self.lines if line.remarks]

    @property
    def token(self) -> str:
        """What was shown, in short: a file is prepared only of what was shown."""
        told = [
            f"{line.contract.pk}:{line.month}:{line.amount}:{line.mandate.pk}"
            for line in sorted(self.lines, key=lambda line: (line.contract.pk, line.month))
        ]
        return hashlib.sha256("|".join([self.on.isoformat(), *told]).encode()).hexdigest()[:16]


def debit_day(due_on: date, told_on: date) -> date:
    """Return the day a debit told on a day is taken: banks settle, and the delay has passed."""
    delay = int(value("sepa.prenotification_days", told_on))
    return next_target_day(max(due_on, told_on + timedelta(days=delay)))


def collection(
    month: Month, *, on: date, today: date, contracts: Any, represent: Sequence[Debit] = ()
) -> Collection:
    """Return what would be debited on a day for a month; a constant number of queries."""
    rows = contracts.filter(payment_method=PaymentMethod.DIRECT_DEBIT)
    owing = _owing(month, rows, today)
    again = owing_again(represent, today)
    ids = {term.contract_id for term in [*owing, *(t for ts in again.values() for t in ts)]}
    folder = _Folder(ids, month, on, today)
    found = Collection(month, on)
    for pk, terms in _by_contract(owing).items():
        folder.weigh(found, pk, terms)
    for debit in represent:
        folder.weigh_again(found, debit, again.get(debit.pk, []))
    found.lines.sort(key=lambda line: (line.contract.number, line.month))
    found.left_out.sort(key=lambda line: line.contract.number)
    return found


def _owing(month: Month, contracts: Any, today: date) -> list[Term]:
    terms = Term.objects.filter(
        month=month.first,
        kind__in=BILLED_HERE,
        paid_amount__lt=F("amount"),
        contract__in=contracts,
    )
    rows = with_aid_awaited(terms, today).select_related("contract__territory")
    return list(rows.order_by("contract__number", "pk"))


def owing_again(debits: Iterable[Debit], today: date) -> dict[int, list[Term]]:
    """Return the open terms of each debit to present again."""
    rows = list(debits)
    terms = Term.objects.filter(
        kind__in=BILLED_HERE,
        contract__in=[debit.contract_id for debit in rows],
        month__in=[debit.month for debit in rows],
        paid_amount__lt=F("amount"),
    )
    by_place: dict[tuple[int, date], list[Term]] = defaultdict(list)
    for term in with_aid_awaited(terms, today).select_related("contract__territory"):
        by_place[term.contract_id, term.month].append(term)
    return {debit.pk: by_place[debit.contract_id, debit.month] for debit in rows}


def left_and_aid(terms: Iterable[Term], *, deducted: bool) -> tuple[Decimal, Decimal]:
    """Return what is to be debited of open terms, and the aid awaited that is deducted."""
    left = aid = ZERO
    for term in terms:
        left += term.left
        if deducted:
            aid += term.aid_awaited  # type: ignore[attr-defined]
    return left - aid, aid


def _by_contract(terms: Iterable[Term]) -> dict[int, list[Term]]:
    found: dict[int, list[Term]] = defaultdict(list)
    for term in terms:
        found[term.contract_id].append(term)
    return found


class _Folder:
    """All that weighing contracts needs, read at once."""

    def __init__(self, ids: set[int], month: Month, on: date, today: date) -> None:
        self.month, self.on, self.today = month, on, today
        self.deducted = aid_deducted(ids)
        self.months = lapse_months(today)
        self.mandates = {
            row.contract_id: row
            for row in Mandate.objects.filter(contract__in=ids, revoked_on=None)
        }
        self.people = people_of_contracts(ids)
        self.busy = _busy(ids, month)
        self.used = _used(self.mandates.values())
        self.announced = _announced(ids, month)
        self.first = str(value("sepa.first_sequence", today))
        self.delay = int(value("sepa.prenotification_days", today))

    def weigh(self, found: Collection, pk: int, terms: list[Term]) -> None:
        """Put a contract among those debited, or left out with the reason."""
        contract = terms[0].contract
        amount, aid = self._amounts(pk, terms)
        if amount <= 0:
            return
        why = self.busy.get(pk) or self._why_not(self.mandates.get(pk))
        if why:
            found.left_out.append(LeftOut(contract, self.people.get(pk, ""), amount, why))
            return
        announced = self.announced.get(pk)
        candidate = self._candidate(contract, terms[0].month, amount, aid)
        untold = tuple(self._remarks(announced, amount))
        remarks = (*_doubts(candidate.mandate), *untold)
        found.lines.append(
            _with(candidate, announced=announced, remarks=remarks, is_told=not untold)
        )

    def weigh_again(self, found: Collection, debit: Debit, terms: list[Term]) -> None:
        """Put a debit that came back among those presented once more, or say why not."""
        contract, pk = debit.contract, debit.contract_id
        left, aid = self._amounts(pk, terms)
        amount = min(left, debit.amount)
        why = self._why_not(self.mandates.get(pk))
        if amount <= 0:
            why = "ce mois est réglé depuis"
        if why:
            left_out = LeftOut(contract, self.people.get(pk, ""), debit.amount, why)
            found.left_out.append(left_out)
            return
        candidate = self._candidate(contract, debit.month, amount, aid)
        found.lines.append(_with(candidate, represents=debit))

    def _candidate(
        self, contract: Contract, month: date, amount: Decimal, aid: Decimal
    ) -> Candidate:
        mandate = self.mandates[contract.pk]
        return Candidate(
            contract=contract,
            people=self.people.get(contract.pk, ""),
            mandate=mandate,
            month=month,
            amount=amount,
            aid=aid,
            sequence=self._sequence(mandate),
        )

    def _amounts(self, pk: int, terms: Iterable[Term]) -> tuple[Decimal, Decimal]:
        return left_and_aid(terms, deducted=pk in self.deducted)

    def _why_not(self, mandate: Mandate | None) -> str:
        if mandate is None:
            return "aucun mandat : faites-en signer un, ou changez le mode de paiement"
        state = mandate.state_on(self.on, self.months)
        if state != MandateState.ACTIVE:
            return MISSING[state]
        if mandate.signed_on and mandate.signed_on > self.today:
            return "le mandat est signé dans l'avenir : corrigez sa date"
        return "" if is_iban(mandate.iban) else "l'IBAN du mandat est faux"

    def _sequence(self, mandate: Mandate) -> str:
        first = self.first == SequenceType.FRST
        if first and not mandate.was_used and mandate.pk not in self.used:
            return SequenceType.FRST
        return SequenceType.RCUR

    def _remarks(self, announced: Announced | None, amount: Decimal) -> Iterable[str]:
        if announced is None:
            yield "pas prévenu·e : aucun avis d'échéance n'annonce ce prélèvement"
            return
        if announced.on != self.on:
            yield f"prévenu·e pour le {french_day(announced.on)}"
        if amount > announced.amount:
            yield "prévenu·e d'un montant plus petit"
        days = (self.on - announced.issued_on).days
        if days < self.delay:
            yield f"prévenu·e {days} jours avant, au lieu de {self.delay}"


def _doubts(mandate: Mandate) -> Iterable[str]:
    if not is_iban(mandate.iban, national=True):
        yield "la clé du compte (RIB) ne tombe pas juste : la banque peut le rejeter"


def _with(candidate: Candidate, **more: Any) -> Candidate:
    return Candidate(**{**vars(candidate), **more})


def people_of_contracts(ids: Iterable[int]) -> dict[int, str]:
    """Return the names of the holders of contracts, the main one first."""
    names: dict[int, list[str]] = defaultdict(list)
    rows = ContractHolder.objects.filter(contract__in=list(ids)).select_related("person")
    for holder in rows.order_by("-is_main", "pk"):
        names[holder.contract_id].append(holder.person.full_name)
    return {pk: ", ".join(dict.fromkeys(found)) for pk, found in names.items()}


def _busy(ids: Iterable[int], month: Month) -> dict[int, str]:
    """Return the contracts whose month is in a file already, or came back from one."""
    found: dict[int, str] = {}
    rows = Debit.objects.filter(
        contract__in=list(ids),
        month=month.first,
        state__in=[DebitState.WAITING, DebitState.RETURNED],
    )
    for debit in rows.select_related("batch").order_by("pk"):
        if debit.state == DebitState.WAITING:
            found[debit.contract_id] = f"déjà dans la remise {debit.batch}"
        elif debit.contract_id not in found:
            found[debit.contract_id] = "rejeté par la banque : à représenter à part"
    return found


def _used(mandates: Iterable[Mandate]) -> set[int]:
    """Return the mandates that served: what was refused before it settled does not count."""
    rows = Debit.objects.filter(mandate__in=[mandate.pk for mandate in mandates])
    served = rows.exclude(state=DebitState.CANCELLED).exclude(state=DebitState.RETURNED, entry=None)
    return set(served.values_list("mandate", flat=True))


def _announced(ids: Iterable[int], month: Month) -> dict[int, Announced]:
    papers = TermPaper.objects.filter(
        term__contract__in=list(ids),
        term__month=month.first,
        kind=PaperKind.DUE_NOTICE,
        cancelled_by=None,
    ).select_related("document", "term")
    found: dict[int, Announced] = {}
    for paper in papers.order_by("pk"):
        debit = (paper.document.data.get("means") or {}).get("debit")
        if not debit:
            continue
        before = found.get(paper.term.contract_id)
        amount = Decimal(debit["amount"]) + (before.amount if before else ZERO)
        found[paper.term.contract_id] = Announced(
            date.fromisoformat(debit["on"]), amount, paper.document.issued_on
        )
    return found


def most_announced(month: Month) -> date | None:
    """Return the day of a month that most living due notices announce."""
    rows = TermPaper.objects.filter(
        term__month=month.first, kind=PaperKind.DUE_NOTICE, cancelled_by=None
    ).exclude(document__data__means__debit=None)
    days = rows.values_list("document__data__means__debit__on", flat=True)
    counts = Counter(day for day in days if day)
    return date.fromisoformat(counts.most_common(1)[0][0]) if counts else None
