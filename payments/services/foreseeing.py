"""Say what new terms of a contract would do to its account, before anything is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caracol.core.money import ZERO, euros
from caracol.core.periods import Month, french_day
from payments.calculations.allocation import Allocation, Due, Money
from payments.enums import PaperKind
from payments.models import MonthClosing, Posting, TermPaper
from payments.selectors.allocations import allocations
from payments.selectors.impacts import MonthGap, Priced, Reading, bill_of
from payments.selectors.simulating import balance_of
from payments.services.withdrawing import untrue_papers
from residents.enums import AidEligibility, AidPayee
from residents.models import Contract
from residents.selectors.effects import Effects, MonthEffect


@dataclass(frozen=True)
class Foreseen:
    """Where money would go once months are put right, and the papers that would then be false."""

    allocation: Allocation
    receipts: tuple[TermPaper, ...] = ()
    notices: tuple[TermPaper, ...] = ()

    @property
    def papers(self) -> tuple[str, ...]:
        """The papers to cancel, in French."""
        return tuple(
            f"{paper.get_kind_display()} {paper.document.number} "
            f"({Month.of(paper.term.month).label})"
            for paper in (*self.receipts, *self.notices)
        )


def foresee(contract: Contract, gaps: Sequence[MonthGap], today: date) -> Foreseen:
    """Try putting these months right. Keys below zero are those of what is only tried."""
    money = [
        Money(-index, gap.on, -gap.change.total, month=gap.month.first, adjusts=True)
        for index, gap in enumerate(gaps, start=1)
        if gap.change.total < 0
    ]
    dues = [
        Due(-index, gap.month.first, gap.due_on, gap.change.total)
        for index, gap in enumerate(gaps, start=1)
        if gap.change.total > 0
    ]
    found = allocations([contract.pk], extra={contract.pk: money}, extra_dues={contract.pk: dues})
    untrue = untrue_papers(contract_ids=[contract.pk], on=today, allocated=found)
    allocation = found[contract.pk]
    stale = [gap.term for gap in gaps if notice_is_stale(contract, gap, allocation)]
    notices = TermPaper.objects.filter(
        term__in=stale, kind=PaperKind.DUE_NOTICE, cancelled_by=None
    ).select_related("document", "term")
    return Foreseen(allocation, untrue.papers, tuple(notices.order_by("pk")))


def notice_is_stale(contract: Contract, gap: MonthGap, allocation: Allocation) -> bool:
    """Whether a due notice of the month would ask what is no longer due, or not in this way."""
    term = gap.term
    if not term.amount:
        return False
    paid, adjusted = allocation.paid[term.pk], allocation.adjusted[term.pk]
    if paid == term.amount and adjusted != term.amount:
        return False  # nothing is asked any more: the notice did its work
    now = _announced(contract, gap.bill.aid_payee, gap.bill.expected_aid)
    return gap.change.total < 0 or now != _announced(contract, term.aid_payee, term.expected_aid)


def _announced(contract: Contract, payee: str, aid: Decimal) -> Decimal:
    direct = payee == AidPayee.MANAGER and contract.aid_eligible == AidEligibility.YES
    return aid if direct else ZERO


def effects(
    *,
    contract: Contract,
    reading: Reading,
    before: Sequence[Priced],
    after: Sequence[Priced],
    today: date,
) -> Effects:
    """Return what an act would do: month by month, on the balance, on papers, in sentences."""
    changes = reading.changes
    foreseen = foresee(contract, reading.gaps, today)
    balance = balance_of(contract)
    months = [*map(_billed, changes), *_to_come(contract, reading, before, after)]
    moved = sum((gap.change.total for gap in changes), ZERO)
    return Effects(
        months=tuple(sorted(months, key=lambda month: month.month)),
        balance_before=balance,
        balance_after=balance + moved,
        papers=foreseen.papers,
        sentences=(
            *(_sentence(gap) for gap in changes),
            *_of_taken_over(reading, before, after),
            *_of_closed_months(contract, months),
            *_of_aid(changes, foreseen),
            _of_balance(balance, balance + moved),
        ),
    )


def _billed(gap: MonthGap) -> MonthEffect:
    net = gap.billed.net.total
    return MonthEffect(
        month=gap.month.first,
        before=net,
        after=net + gap.change.total,
        billed=True,
        due_on=gap.due_on if gap.change.total > 0 else gap.term.due_on,
        days=gap.bill.days,
        explanation=gap.explanation,
    )


def _to_come(
    contract: Contract, reading: Reading, before: Sequence[Priced], after: Sequence[Priced]
) -> Iterator[MonthEffect]:
    """Yield the months not billed yet whose amount changes."""
    days = [day for v in (*before, *after) for day in (v.starts_on, v.ends_on)]
    if not days:
        return
    billed = {gap.month for gap in reading.gaps}
    for month in Month.of(min(days)).until(Month.of(max(days))):
        if month in billed or (reading.taken_over and month <= reading.taken_over):
            continue
        now, then = bill_of(month, before), bill_of(month, after)
        if (now.parts.total, now.days) != (then.parts.total, then.days):
            yield MonthEffect(
                month=month.first,
                before=now.parts.total if now.bill else None,
                after=then.parts.total,
                due_on=then.due_on(contract.due_day),
                days=then.days,
                explanation=then.bill.explanation if then.bill else {},
            )


def _sentence(gap: MonthGap) -> str:
    net, change = gap.billed.net.total, gap.change.total
    name = gap.month.label.capitalize()
    if change > 0:
        return (
            f"{name}, déjà facturé {euros(net)}, vaut désormais {euros(net + change)} : un "
            f"complément de {euros(change)} est à payer pour le {french_day(gap.due_on)}."
        )
    return (
        f"{name}, déjà facturé {euros(net)}, ne vaut plus que {euros(net + change)} : "
        f"{euros(-change)} sont régularisés en faveur de la personne."
    )


def _of_taken_over(
    reading: Reading, before: Sequence[Priced], after: Sequence[Priced]
) -> Iterator[str]:
    last = reading.taken_over
    days = [version.starts_on for version in (*before, *after)]
    if last is None or not days or Month.of(min(days)) > last:
        return
    months = Month.of(min(days)).until(last)
    if any(bill_of(m, before).parts.total != bill_of(m, after).parts.total for m in months):
        yield (
            f"Les mois jusqu'à {last.label} ont été repris en un solde : ce qui change pour eux "
            "n'est pas régularisé ici, voyez s'il faut corriger le compte à la main."
        )


def _of_closed_months(contract: Contract, months: Sequence[MonthEffect]) -> Iterator[str]:
    missing = [m.month for m in months if not m.billed and m.before is None and m.after]
    closed = MonthClosing.objects.filter(territory=contract.territory_id, month__in=missing)
    for first in closed.order_by("month").values_list("month", flat=True).distinct():
        yield (
            f"{Month.of(first).label.capitalize()} est déjà clôturé : clôturez-le à nouveau pour "
            "y ajouter cette échéance."
        )


def _of_aid(changes: Sequence[MonthGap], foreseen: Foreseen) -> Iterator[str]:
    aid = Posting.objects.filter(pk__in=foreseen.allocation.left, payer="CAF")
    left = {
        month: foreseen.allocation.left[pk]
        for pk, month in aid.values_list("pk", "entitlement_month")
    }
    for gap in changes:
        surplus = left.get(gap.month.first)
        if surplus and gap.change.total < 0:
            yield (
                f"L'aide reçue pour {gap.month.label} dépasse alors ce qui est dû de "
                f"{euros(surplus)} : à rendre, à la personne ou à la CAF selon son droit "
                "(CCH art. L842-1)."
            )


def _of_balance(before: Decimal, after: Decimal) -> str:
    if before == after:
        return f"Le solde du compte ne change pas aujourd'hui : {_says(before)}."
    return f"Le solde du compte passe de « {_says(before)} » à « {_says(after)} »."


def _says(balance: Decimal) -> str:
    if balance > 0:
        return f"{euros(balance)} à payer"
    return f"{euros(-balance)} en avance" if balance < 0 else "à jour"
