"""What must not be forgotten about money: deposits, mandates, months, papers, aid."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Exists, Max, OuterRef, Subquery

from caracol.accounts.models import Territory
from caracol.accounts.policy import GLA
from caracol.core.money import ZERO
from caracol.core.periods import Month, add_months
from caracol.deadlines.enums import Domain, Subject
from caracol.deadlines.registry import Fact, deadline_kind
from caracol.documents.models import Document
from caracol.parameters.selectors import value
from payments.calculations.deposit import return_clock
from payments.enums import AccountKind, LockState, Payer
from payments.models import Mandate, PeriodLock, Posting, Term
from payments.selectors.deposits import deposits_to_return, return_rule
from payments.selectors.due_papers import quittances_due, recus_due
from payments.selectors.mandates import lapse_months
from payments.selectors.month import RECEIPT_MONTHS_BACK, months_to_close
from payments.selectors.to_report import defaults_of_aided, defaults_of_others
from residents.enums import LIVING, AidEligibility, ArrearsPath, ContractStatus
from residents.models import Contract, ContractTypeRule
from residents.selectors.due_sources import contract_fact, contract_rows
from residents.selectors.rules import rules_in_force

_GONE = frozenset({ContractStatus.ENDED, ContractStatus.CLOSED})


@deadline_kind(
    "payments.deposit-return",
    domain=Domain.MONEY,
    subject=Subject.CONTRACT,
    readers=GLA,
    url_name="payments:contract-deposit",
    settled="La restitution du dépôt est engagée.",
    icon="coin-euro",
    button="Voir le dépôt",
)
def deposit_returns(day: date) -> Iterator[Fact]:
    """The day by which each deposit is to be given back; its clock starts with the keys."""
    by_law = {kind: rule.deposit_return_by_law for kind, rule in rules_in_force(day).items()}
    rules = {law: return_rule(law, day) for law in (True, False)}
    left = deposits_to_return(Contract.objects.filter(keys_returned_on__isnull=False))
    for row in contract_rows(left, "kind", "keys_returned_on", "exit_inventory_conforms"):
        clock = return_clock(
            rules[by_law.get(row["kind"], False)],
            keys_returned_on=row["keys_returned_on"],
            conforms=row["exit_inventory_conforms"],
            rent=ZERO,
            on=day,
            has_new_address=True,
        )
        if clock.due_on is not None:
            yield contract_fact(row, clock.due_on)


@deadline_kind(
    "payments.mandate-lapse",
    domain=Domain.MONEY,
    subject=Subject.CONTRACT,
    readers=GLA,
    url_name="payments:contract-mandate",
    settled="Le mandat a servi, est remplacé, ou la personne est partie.",
    icon="transfer",
    button="Voir le mandat",
)
def mandate_lapses(day: date) -> Iterator[Fact]:
    """The day on which each signed mandate lapses for want of a collection."""
    months = lapse_months(day)
    mine = Mandate.objects.signed().filter(contract=OuterRef("pk"))
    held = Contract.objects.filter(status__in=LIVING).annotate(
        mandate=Subquery(mine.values("pk")[:1]),
        signed=Subquery(mine.values("signed_on")[:1]),
        used=Subquery(mine.values("last_used_on")[:1]),
    )
    for row in contract_rows(held.filter(mandate__isnull=False), "mandate", "signed", "used"):
        last = max(filter(None, (row["signed"], row["used"])))
        yield contract_fact(row, add_months(last, months), key=str(row["mandate"]))


def _month_fact(territory: Territory, month: Month, due_on: date) -> Fact:
    label = month.label
    return Fact(
        key=f"{month}/{territory.code}",
        subject_id=territory.pk,
        about=f"{label[:1].upper()}{label[1:]} · {territory.name}",
        due_on=due_on,
        territory_id=territory.pk,
        url_arg=str(month),
    )


@deadline_kind(
    "payments.month-close",
    domain=Domain.MONEY,
    subject=Subject.TERRITORY,
    readers=GLA,
    url_name="payments:month-preview",
    settled="Chaque contrat a son échéance de ce mois.",
    icon="calendar-month",
    button="Prévisualiser",
)
def months_open(day: date) -> Iterator[Fact]:
    """The months of each territory in which contracts have no term yet."""
    for territory in Territory.objects.order_by("pk"):
        contracts = Contract.objects.filter(territory=territory)
        terms = Term.objects.filter(contract__territory=territory)
        for month, _count in months_to_close(contracts, terms, Month.of(day)):
            yield _month_fact(territory, month, month.first)


@deadline_kind(
    "payments.receipts",
    domain=Domain.MONEY,
    subject=Subject.TERRITORY,
    readers=GLA,
    url_name="payments:receipts-issue",
    settled="Les quittances et reçus du mois sont émis.",
    icon="receipt",
    button="Émettre",
)
def receipts(day: date) -> Iterator[Fact]:
    """The months of each territory in which terms are paid without their papers."""
    by = int(value("receipts.by_day", day))
    locked = PeriodLock.objects.filter(state=LockState.LOCKED).values("month")
    oldest = Month.of(day).plus(-RECEIPT_MONTHS_BACK).first
    terms = Term.objects.filter(month__gte=oldest).exclude(month__in=locked)
    found: set[tuple[int, date]] = set()
    for due in (quittances_due(terms), recus_due(terms)):
        rows = due.order_by().values("contract__territory", "month").annotate(n=Count("pk"))
        found |= {(row["contract__territory"], row["month"]) for row in rows}
    territories = Territory.objects.in_bulk({pk for pk, _month in found})
    for pk, first in sorted(found):
        month = Month.of(first)
        yield _month_fact(territories[pk], month, month.next().day(by))


@deadline_kind(
    "payments.caf-july",
    domain=Domain.AID,
    subject=Subject.TERRITORY,
    readers=GLA,
    url_name="payments:caf-july",
    settled="L'année est passée.",
    icon="home-heart",
    button="Voir les loyers de juillet",
)
def july_rents(day: date) -> Iterator[Fact]:
    """The rents of July, which each CAF asks of who receives its aid; from July on."""
    july = Month(day.year, 7)
    if day < july.first:
        return
    month, number = (int(part) for part in str(value("caf.july_rents_by", day)).split("-"))
    lived = Contract.objects.filter(
        status__in=LIVING | _GONE,
        starts_on__lte=july.last,
        ends_on__gte=july.first,
        aid_eligible=AidEligibility.YES,
    )
    for territory in Territory.objects.filter(pk__in=lived.values("territory")).order_by("pk"):
        yield Fact(
            key=f"{day.year}/{territory.code}",
            subject_id=territory.pk,
            about=f"Juillet {day.year} · {territory.name}",
            due_on=date(day.year, month, number),
            territory_id=territory.pk,
            url_arg=str(day.year),
        )


def _without(kind: str) -> Any:
    """Condition on contracts: no living letter of a kind was issued about them."""
    about = ContentType.objects.get_for_model(Contract)
    issued = Document.objects.living().filter(kind=kind, content_type=about)
    return ~Exists(issued.filter(object_id=OuterRef("pk")))


@deadline_kind(
    "payments.caf-departure",
    domain=Domain.AID,
    subject=Subject.CONTRACT,
    readers=GLA,
    url_name="residents:contract-documents",
    settled="La lettre à la CAF est faite, ou le délai n'a plus de sens.",
    icon="door-exit",
    button="Écrire à la CAF",
)
def departures(day: date) -> Iterator[Fact]:
    """The day somebody with aid left, until the CAF has been told."""
    seen_for = timedelta(days=int(value("caf.departure_seen_days", day)))
    gone = Contract.objects.filter(
        _without("CAF_DEPARTURE"),
        status__in=_GONE,
        aid_eligible=AidEligibility.YES,
        ends_on__gte=day - seen_for,
    )
    for row in contract_rows(gone, "left_on", "ends_on"):
        yield contract_fact(row, row["left_on"] or row["ends_on"])


@deadline_kind(
    "payments.caf-certificate",
    domain=Domain.AID,
    subject=Subject.CONTRACT,
    readers=GLA,
    url_name="residents:contract-documents",
    settled="L'attestation de loyer est faite, ou l'entrée est ancienne.",
    icon="certificate",
    button="Faire l'attestation",
)
def certificates(day: date) -> Iterator[Fact]:
    """The rent certificate that opens the aid of who has just come."""
    within = timedelta(days=int(value("caf.certificate_days", day)))
    seen_for = timedelta(days=int(value("caf.entry_seen_days", day)))
    come = Contract.objects.filter(
        _without("CAF_RENT_CERTIFICATE"),
        status__in=LIVING,
        aid_eligible=AidEligibility.YES,
        starts_on__gte=day - seen_for,
        starts_on__lte=day,
    )
    for row in contract_rows(come, "starts_on"):
        yield contract_fact(row, row["starts_on"] + within)


@deadline_kind(
    "payments.aid-nil",
    domain=Domain.AID,
    subject=Subject.CONTRACT,
    readers=GLA,
    url_name="payments:account-detail",
    settled="L'aide est revenue, ou la personne est partie.",
    icon="home-heart",
    button="Voir le compte",
)
def aid_gone(day: date) -> Iterator[Fact]:
    """Nine months after the last month of aid: nil since then, it must be asked anew (R823-6)."""
    months = int(value("caf.nil_months", day))
    paid = Posting.objects.filter(
        account__contract=OuterRef("pk"),
        account__kind=AccountKind.RECEIVABLE,
        payer=Payer.CAF,
        amount__lt=0,
    )
    last = paid.order_by().values("account__contract").annotate(of=Max("entitlement_month"))
    helped = Contract.objects.filter(status__in=LIVING).annotate(
        aided=Subquery(last.values("of")[:1])
    )
    # Aid comes a month after its month: one missing month more is silence.
    silent = Month.of(day).plus(-2).first
    for row in contract_rows(helped.filter(aided__lt=silent), "aided"):
        due_on = add_months(Month.of(row["aided"]).next().first, months)
        yield contract_fact(row, due_on, url_arg=row["number"])


_ARREARS: dict[str, Any] = {
    "domain": Domain.MONEY,
    "subject": Subject.CONTRACT,
    "readers": GLA,
    "url_name": "payments:account-detail",
    "settled": "La dette est payée en entier, ou la personne est partie.",
    "icon": "send",
    "button": "Voir le compte",
    "is_procedural": True,
}
NIL_BASE = "Rien ne reste à charge une fois l'aide déduite : le seuil ne dit rien, à vous de juger."
BY_LAW = "Pour ce bail, l'assignation exige une saisine de la CCAPEX deux mois avant (art. 24 II)."
BY_HABIT = "Pour ce contrat, aucune loi ne l'exige : la commission peut aider à éviter l'expulsion."


@deadline_kind("payments.caf-arrears", **{**_ARREARS, "domain": Domain.AID})
def debts_to_report(day: date) -> Iterator[Fact]:
    """Two months after a debt counts for the CAF, until paid in full: it must know (R824-4)."""
    months = int(value("caf.report_delay_months", day))
    for row, found in defaults_of_aided(day):
        since, why = found.since, ""
        if since is None and found.base <= 0:
            since, why = found.first_on, NIL_BASE
        if since is not None:
            due_on = add_months(since, months)
            yield contract_fact(row, due_on, why=why, url_arg=row["number"])


@deadline_kind("payments.ccapex-arrears", **_ARREARS)
def debts_for_ccapex(day: date) -> Iterator[Fact]:
    """The same to the CCAPEX where no CAF tells it: by law for a lease, by habit otherwise."""
    months = int(value("ccapex.report_delay_months", day))
    paths = dict(ContractTypeRule.objects.on(day).values_list("kind", "arrears_path"))
    for row, found in defaults_of_others(day):
        if found.since is not None:
            why = BY_LAW if paths.get(row["kind"]) == ArrearsPath.A else BY_HABIT
            due_on = add_months(found.since, months)
            yield contract_fact(row, due_on, why=why, url_arg=row["number"])
