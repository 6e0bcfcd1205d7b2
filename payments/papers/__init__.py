"""Fill the papers of a term: due notice, quittance, reçu, from the ledger, many at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from caracol.core.money import ZERO, euros
from caracol.core.periods import Month, french_day
from caracol.documents import content
from caracol.parameters.models import Association
from caracol.parameters.selectors import association
from payments.calculations.allocation import ADJUSTED, CAF, Allocation, Part
from payments.enums import AccountKind, EntryKind, Payer, PaymentMeans
from payments.models import Account, Mandate, Posting, Term
from payments.papers.caf import caf_papers
from payments.papers.deposit import deposit_facts, deposit_letter
from payments.papers.mandate import mandate_paper
from payments.selectors.allocations import allocations
from payments.selectors.collecting import debit_day
from payments.selectors.mandates import active_mandates, aid_deducted
from payments.selectors.owing import with_aid_awaited
from residents.enums import AidEligibility, AidPayee, PaymentMethod
from residents.models import Contract, ContractHolder, ContractTerms

__all__ = ["caf_papers", "deposit_facts", "deposit_letter", "mandate_paper"]

_PAYERS = {
    Payer.RESIDENT: "vous",
    Payer.CAF: "CAF",
    Payer.FSL: "FSL",
    Payer.OTHER: "un tiers",
}


@dataclass(frozen=True)
class Received:
    """A share of some money that settled a term."""

    on: date
    means: str
    payer: str
    amount: Decimal
    is_aid: bool


class TermFolder:
    """All that the papers of some terms need, read in a constant number of queries."""

    def __init__(self, terms: Iterable[Term], on: date) -> None:
        self.on = on
        ids = [term.pk for term in terms]
        rows = with_aid_awaited(Term.objects.filter(pk__in=ids), on)
        self.terms = list(
            rows.select_related("contract__territory")
            .prefetch_related("lines")
            .order_by("contract__number")
        )
        self.contract_ids = sorted({term.contract_id for term in self.terms})
        self.association: Association = association(on)
        self.issuer = content.Issuer(
            name=self.association.name,
            address=self.association.address,
            siret=self.association.siret,
            signatory=self.association.signatory,
        )

    @cached_property
    def allocations(self) -> dict[int, Allocation]:
        """Which money settles which term, by contract."""
        return allocations(self.contract_ids)

    @cached_property
    def adjustments(self) -> dict[int, list[content.Line]]:
        """By term, the lines that lower it since it was billed."""
        parts = self._parts(adjusted=True)
        postings = Posting.objects.select_related("entry").in_bulk({p.money for p in parts})
        lines: dict[int, list[content.Line]] = {}
        for part in parts:
            entry = postings[part.money].entry
            line = content.Line(
                label=f"Régularisation du {french_day(entry.date)}", amount=-part.amount
            )
            lines.setdefault(part.due, []).append(line)
        return lines

    def _parts(self, *, adjusted: bool) -> list[Part]:
        """The shares of money, or of what was billed too much; those only tried are left out."""
        return [
            part
            for found in self.allocations.values()
            for part in found.parts
            if (part.rule == ADJUSTED) == adjusted and part.money > 0
        ]

    @cached_property
    def received(self) -> dict[int, list[Received]]:
        """The shares of money each term received, by term."""
        parts = self._parts(adjusted=False)
        postings = Posting.objects.select_related("entry").in_bulk({p.money for p in parts})
        received: dict[int, list[Received]] = {}
        for part in parts:
            posting = postings[part.money]
            is_aid = posting.payer == CAF and posting.entitlement_month is not None
            received.setdefault(part.due, []).append(
                Received(
                    posting.entry.date,
                    _means(posting),
                    _PAYERS.get(Payer(posting.payer or Payer.RESIDENT), "vous"),
                    part.amount,
                    is_aid,
                )
            )
        return received

    @cached_property
    def balances(self) -> dict[int, Decimal]:
        """Each contract's balance today: positive is owed."""
        return dict(
            Account.objects.filter(
                contract__in=self.contract_ids, kind=AccountKind.RECEIVABLE
            ).values_list("contract", "balance")
        )

    @cached_property
    def open_terms(self) -> dict[int, list[Term]]:
        """Each contract's terms not settled, with the aid awaited on them."""
        rows = with_aid_awaited(Term.objects.filter(contract__in=self.contract_ids), self.on)
        by_contract: dict[int, list[Term]] = {}
        for term in rows:
            if term.paid_amount < term.amount:
                by_contract.setdefault(term.contract_id, []).append(term)
        return by_contract

    @cached_property
    def holders(self) -> dict[int, list[ContractHolder]]:
        """The holders of each contract, the main one first."""
        rows = ContractHolder.objects.filter(contract__in=self.contract_ids)
        by_contract: dict[int, list[ContractHolder]] = {}
        for holder in rows.select_related("person").order_by("-is_main", "pk"):
            by_contract.setdefault(holder.contract_id, []).append(holder)
        return by_contract

    @cached_property
    def versions(self) -> dict[int, list[ContractTerms]]:
        """The versions of each contract's terms, with room, home and site, in order."""
        rows = ContractTerms.objects.filter(contract__in=self.contract_ids)
        by_contract: dict[int, list[ContractTerms]] = {}
        for version in rows.select_related("room__colocation__site").order_by("starts_on"):
            by_contract.setdefault(version.contract_id, []).append(version)
        return by_contract

    @cached_property
    def mandates(self) -> dict[int, Mandate]:
        """The mandate by which each contract may be debited."""
        return active_mandates(self.contract_ids, self.on)

    @cached_property
    def deducted(self) -> set[int]:
        """The contracts whose aid is deducted from what is debited."""
        return aid_deducted(self.mandates)

    def is_debited(self, contract: Contract) -> bool:
        """Whether a contract pays by direct debit, and may."""
        by_debit = contract.payment_method == PaymentMethod.DIRECT_DEBIT
        return by_debit and contract.pk in self.mandates

    def version_on(self, contract_id: int, day: date) -> ContractTerms:
        """The terms of a contract on a day, else the nearest."""
        versions = self.versions[contract_id]
        living = [v for v in versions if v.starts_on <= day]
        return living[-1] if living else versions[0]

    def recipient(self, contract: Contract, day: date) -> content.Recipient:
        """Who a paper is sent to, at the room lived in on a day."""
        present = [
            h for h in self.holders[contract.pk] if h.starts_on <= day and h.ends_on >= day
        ] or self.holders[contract.pk]
        version = self.version_on(contract.pk, day)
        home = version.room.colocation
        return content.Recipient(
            names=tuple(holder.person.addressed_name for holder in present),
            lines=(f"{home.name}, chambre {version.room.number}", home.site.address),
            postcode=home.site.postcode,
            city=home.site.city,
            short_name=present[0].person.last_name,
        )

    def contract_ref(self, contract: Contract, day: date) -> content.ContractRef:
        """The contract as papers name it."""
        version = self.version_on(contract.pk, day)
        return content.ContractRef(
            number=contract.number,
            kind_label=contract.get_kind_display(),
            room=version.room.number,
            home=version.room.colocation.name,
            home_code=version.room.colocation.code,
        )

    def means(self, contract: Contract, debit: content.Debit | None = None) -> content.PaymentMeans:
        """How to pay: by debit when one is announced, else as the contract says."""
        kind = content.DIRECT_DEBIT if debit else contract.payment_method
        if kind == content.DIRECT_DEBIT and debit is None:
            kind = content.TRANSFER
        return content.PaymentMeans(
            kind=kind,
            iban=self.association.iban,
            bic=self.association.bic,
            reference=contract.number,
            debit=debit,
        )

    def other_balance(self, term: Term) -> Decimal:
        """What is owed for other months already due, aid awaited left out (negative: credit)."""
        here = term.amount - term.paid_amount
        later = awaited = ZERO
        for other in self.open_terms.get(term.contract_id, []):
            if other.pk == term.pk:
                continue
            if other.due_on > self.on:
                later += other.amount - other.paid_amount
            else:
                awaited += other.aid_awaited  # type: ignore[attr-defined]
        return self.balances.get(term.contract_id, ZERO) - here - later - awaited


def due_notices(terms: Iterable[Term], on: date) -> list[tuple[Term, content.DueNotice]]:
    """Return each term with its due notice, filled."""
    folder = TermFolder(terms, on)
    return [(term, _due_notice(folder, term)) for term in folder.terms]


def receipts(
    terms: Iterable[Term], on: date
) -> list[tuple[Term, content.Quittance | content.PartialReceipt]]:
    """Return each term with the paper it deserves: a quittance in full, else a reçu."""
    folder = TermFolder(terms, on)
    return [(term, _receipt(folder, term)) for term in folder.terms]


def _due_notice(folder: TermFolder, term: Term) -> content.DueNotice:
    contract = term.contract
    aid = _announced_aid(folder, contract, term)
    already = min(term.net_paid, term.net_amount - aid)
    net = term.net_amount - aid - already
    debit = _debit(folder, contract, term, net)
    other = folder.other_balance(term)
    return content.DueNotice(
        **_common(folder, term),
        aids=(content.Aid(amount=aid),) if aid else (),
        already_paid=already,
        net_due=net,
        due_on=term.due_on,
        previous_balance=other,
        previous_balance_on=folder.on if other else None,
        means=folder.means(contract, debit),
    )


def _announced_aid(folder: TermFolder, contract: Contract, term: Term) -> Decimal:
    """The aid deducted from what is asked: only where a person said that the CAF pays it.

    A debit announces what will be taken: the CAF must have paid once, or somebody said so.
    """
    direct = term.aid_payee == AidPayee.MANAGER
    if not direct or contract.aid_eligible != AidEligibility.YES:
        return ZERO
    if folder.is_debited(contract) and contract.pk not in folder.deducted:
        return ZERO
    return min(term.expected_aid, term.net_amount)


def _debit(
    folder: TermFolder, contract: Contract, term: Term, net: Decimal
) -> content.Debit | None:
    if not folder.is_debited(contract) or not net:
        return None
    mandate = folder.mandates[contract.pk]
    return content.Debit(
        on=debit_day(term.due_on, folder.on),
        amount=net,
        rum=mandate.reference,
        ics=folder.association.creditor_id,
        account=mandate.iban_tail,
    )


def _receipt(folder: TermFolder, term: Term) -> content.Quittance | content.PartialReceipt:
    received = folder.received.get(term.pk, [])
    aids = tuple(content.Aid(amount=r.amount, received_on=r.on) for r in received if r.is_aid)
    payments = tuple(
        content.PaymentLine(received_on=r.on, means=r.means, payer=r.payer, amount=r.amount)
        for r in sorted(received, key=lambda r: r.on)
        if not r.is_aid
    )
    paid = sum((line.amount for line in payments), ZERO)
    other = folder.other_balance(term)
    common: dict[str, Any] = {
        **_common(folder, term),
        "aids": aids,
        "payments": payments,
        "paid_total": paid,
        "other_balance": other,
        "other_balance_on": folder.on if other else None,
    }
    if term.is_paid:
        settled = max((r.on for r in received), default=term.due_on)
        return content.Quittance(**common, settled_on=settled)
    return content.PartialReceipt(
        **common,
        left_due=term.amount - term.paid_amount,
        aid_pending=term.aid_awaited,  # type: ignore[attr-defined]
    )


def _common(folder: TermFolder, term: Term) -> dict[str, Any]:
    return {
        "issuer": folder.issuer,
        "recipient": folder.recipient(term.contract, term.ends_on),
        "contract": folder.contract_ref(term.contract, term.ends_on),
        "month": str(Month.of(term.month)),
        "starts_on": term.starts_on,
        "ends_on": term.ends_on,
        "lines": (
            *(
                content.Line(label=line.label, amount=line.amount, detail=line.detail)
                for line in sorted(term.lines.all(), key=lambda line: line.position)
            ),
            *folder.adjustments.get(term.pk, ()),
        ),
        "total": term.net_amount,
        "explanations": explanations(term),
    }


def explanations(term: Term) -> tuple[str, ...]:
    """Return the plain sentences of a term whose amount is not the month's whole."""
    return tuple(
        f"{node['label']} {node['detail']}."
        for node in term.explanation.get("children", [])
        if node.get("detail")
    )


def _means(posting: Posting) -> str:
    entry = posting.entry
    if entry.kind == EntryKind.OPENING:
        return f"avance reprise au {french_day(entry.date)}"
    if entry.kind == EntryKind.REVERSAL:
        return "annulation"
    means = entry.source.get("means", "")
    if means == content.DIRECT_DEBIT:
        return "prélèvement"
    return str(PaymentMeans(means).label) if means in PaymentMeans.values else entry.label


def withdrawal(
    folder: TermFolder, term: Term, cancelled: content.CancelledRef, reason: str
) -> content.Cancellation:
    """Return the counter-document of a paper that the term no longer deserves."""
    left = term.amount - term.paid_amount
    month = Month.of(term.month)
    consequences = [
        f"{cancelled.kind_label} {cancelled.number} n'a plus de valeur : ne vous en servez plus.",
    ]
    if left:
        consequences.append(f"Il reste {euros(left)} à payer pour {month.label}.")
    return content.Cancellation(
        issuer=folder.issuer,
        recipient=folder.recipient(term.contract, term.ends_on),
        contract=folder.contract_ref(term.contract, term.ends_on),
        cancelled=cancelled,
        month=str(month),
        reason=reason,
        consequences=tuple(consequences),
        left_due=left,
        due_on=term.due_on,
        means=folder.means(term.contract),
    )
