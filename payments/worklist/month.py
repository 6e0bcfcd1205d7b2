"""What « Aujourd'hui » says of months, arrears, deposits, debits and refunds."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Count, Value
from django.urls import reverse

from caracol.accounts.policy import ARREARS, GLA, GLA_DECIDES, PAGES
from caracol.core.expressions import first_of
from caracol.core.money import euros
from caracol.core.periods import Month, french_day
from caracol.core.registries import (
    KeyFigure,
    WorkGroup,
    WorkItem,
    figure_provider,
    work_provider,
)
from caracol.notifications.models import MailOut
from payments.enums import BatchState, LockState, RefundState, SettlementState, TermKind
from payments.models import (
    Account,
    Debit,
    DebitBatch,
    DepositSettlement,
    PeriodLock,
    Refund,
    Term,
)
from payments.selectors.arrears import arrears, overdue_sum
from payments.selectors.deposits import (
    DueReturn,
    deposits_to_return,
    due_returns,
    refunds_due,
)
from payments.selectors.due_papers import notices_due, quittances_due, recus_due
from payments.selectors.labels import contract_labels
from payments.selectors.locking import may_lock_books
from payments.selectors.month import RECEIPT_MONTHS_BACK, months_to_close
from payments.selectors.returns import Returned, latest_returns
from residents.models import Contract

SHOWN = 10
MAILS_SHOWN = 5
# Notices of a month matter before its first due dates, hardly after.
NOTICE_MONTHS_BACK = 0


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count > 1 else ''}"


@work_provider("payments.months")
def month_work(user: Any, today: date) -> WorkGroup | None:
    """Months to close, papers to issue, months to lock, in the order one does them."""
    if not user.roles & GLA:
        return None
    now = Month.of(today)
    contracts = Contract.objects.visible_to(user, GLA)
    terms = Term.objects.visible_to(user, GLA)
    items = [
        *_to_close(user, contracts, terms, now),
        *_to_issue(terms, now),
        *_to_lock(user, terms, now),
    ]
    return WorkGroup(
        code="month",
        title="Le mois",
        icon="calendar-month",
        total=len(items),
        items=items,
        url=reverse("payments:month-index"),
        order=10,
    )


def _to_close(user: Any, contracts: Any, terms: Any, now: Month) -> list[WorkItem]:
    decides = bool(user.roles & GLA_DECIDES)
    return [
        WorkItem(
            kind="month-close",
            title=f"Clôturer {month.label}",
            why=f"{_plural(count, 'contrat')} sans échéance pour ce mois."
            + ("" if decides else " À préparer, la responsable valide."),
            url=reverse("payments:month-preview", args=[month]),
            due_on=month.first,
            otherwise="Personne ne reçoit d'avis et rien n'est réclamé.",
            tone="warning" if month < now else "accent",
            button="Prévisualiser",
        )
        for month, count in months_to_close(contracts, terms, now)
    ]


def _to_issue(terms: Any, now: Month) -> list[WorkItem]:
    oldest = now.plus(-RECEIPT_MONTHS_BACK).first
    locked = PeriodLock.objects.filter(state=LockState.LOCKED).values("month")
    recent = terms.filter(month__gte=oldest).exclude(month__in=locked)
    near = recent.filter(month__gte=now.plus(-NOTICE_MONTHS_BACK).first)
    notices, receipts = _by_month([notices_due(near)], [quittances_due(recent), recus_due(recent)])
    found = [
        _papers(month, count, "notices-issue", "avis d'échéance", "avis d'échéance")
        for month, count in sorted(notices.items())
    ]
    found += [
        _papers(month, count, "receipts-issue", "quittance ou reçu", "quittances et reçus")
        for month, count in sorted(receipts.items())
    ]
    return found


def _by_month(*kinds: list[Any]) -> list[dict[Month, int]]:
    """Count the terms of each kind by month, in one query for all."""
    parts = [
        terms.order_by().values("month").annotate(kind=Value(kind), count=Count("pk"))
        for kind, several in enumerate(kinds)
        for terms in several
    ]
    found: list[dict[Month, int]] = [defaultdict(int) for _kind in kinds]
    for row in parts[0].union(*parts[1:], all=True):
        found[row["kind"]][Month.of(row["month"])] += row["count"]
    return found


def _papers(month: Month, count: int, page: str, one: str, many: str) -> WorkItem:
    return WorkItem(
        kind=page,
        title=f"Émettre {count} {many if count > 1 else one} {month.of_label}",
        why="Les échéances sont inscrites, les avis manquent."
        if page == "notices-issue"
        else "Ces échéances sont payées, en entier ou en partie.",
        url=reverse(f"payments:{page}", args=[month]),
        tone="info",
        button="Émettre",
    )


def _to_lock(user: Any, terms: Any, now: Month) -> list[WorkItem]:
    """The oldest month over, billed and not locked; only once the next one is over too."""
    if not may_lock_books(user):
        return []
    locked = PeriodLock.objects.filter(state=LockState.LOCKED).values("month")
    open_months = (
        terms.filter(kind=TermKind.MONTHLY, month__lt=now.previous().first)
        .exclude(month__in=locked)
        .order_by("month")
    )
    first = open_months.values_list("month", flat=True).first()
    if first is None:
        return []
    month = Month.of(first)
    return [
        WorkItem(
            kind="period-lock",
            title=f"Contrôler et verrouiller {month.label}",
            why="Le mois est fini depuis longtemps : ses comptes ne devraient plus bouger.",
            url=reverse("payments:period-lock", args=[month]),
            tone="neutral",
            button="Vérifier",
        )
    ]


@work_provider("payments.arrears")
def arrears_work(user: Any, today: date) -> WorkGroup | None:
    """Residents who owe something past due, the largest first."""
    if not user.roles & ARREARS:
        return None
    terms = Term.objects.visible_to(user, ARREARS)
    overdue, count = overdue_sum(terms, today)
    rows = arrears(terms, today)
    shown = list(rows.order_by("-overdue", "contract")[:SHOWN])
    labels = contract_labels([row["contract"] for row in shown], today)
    return WorkGroup(
        code="arrears",
        title=f"Impayés · {euros(overdue)}" if count else "Impayés",
        icon="alert-circle",
        total=count,
        items=[_owing(row, labels[row["contract"]], today) for row in shown],
        url=reverse("payments:arrears-list"),
        order=25,
    )


def _owing(row: dict[str, Any], label: Any, today: date) -> WorkItem:
    days = (today - row["since"]).days
    terms = _plural(row["count"], "échéance")
    return WorkItem(
        kind="arrears",
        title=f"{label.names}, {label.place}" if label.place else label.names,
        why=f"{terms}, depuis le {french_day(row['since'])}.",
        url=reverse("payments:account-detail", args=[label.number]),
        tone="danger" if days > 60 else "warning",
        amount=row["overdue"],
        button="Voir le compte",
    )


@work_provider("payments.deposits")
def deposit_work(user: Any, today: date) -> WorkGroup | None:
    """Deposits to return with the days left, returns to approve, refunds to pay out."""
    if not user.roles & GLA:
        return None
    contracts = Contract.objects.visible_to(user, GLA)
    due = due_returns(contracts, today, SHOWN)
    approve = _to_approve(user)
    refunds = refunds_due(contracts)
    items = [
        *(_approval(each) for each in approve[:SHOWN]),
        *(_return(each, today) for each in due),
        *(_refund(each) for each in refunds[:SHOWN]),
    ]
    return WorkGroup(
        code="deposits",
        title="Dépôts de garantie",
        icon="coin-euro",
        total=len(approve) + deposits_to_return(contracts).count() + len(refunds),
        items=items,
        order=27,
    )


def _to_approve(user: Any) -> list[DepositSettlement]:
    """The returns that the user may approve: prepared by somebody else."""
    rows = DepositSettlement.objects.visible_to(user, PAGES["payments:settlement-approve"])
    waiting = rows.filter(state=SettlementState.PREPARED).exclude(prepared_by=user)
    return list(waiting.select_related("contract", "prepared_by").order_by("prepared_on", "pk"))


def _approval(settlement: DepositSettlement) -> WorkItem:
    return WorkItem(
        kind="deposit-approve",
        title=f"Approuver la restitution {settlement.contract.number}",
        why=f"Préparée par {settlement.prepared_by} le {french_day(settlement.prepared_on)}.",
        url=reverse("payments:settlement-approve", args=[settlement.pk]),
        tone="accent",
        amount=settlement.refund,
        button="Relire",
    )


def _return(due: DueReturn, today: date) -> WorkItem:
    left = due.days_left(today)
    if left is None:
        why, tone = "Les clés ne sont pas rendues : complétez la sortie.", "neutral"
    elif left >= 0:
        why, tone = f"{_plural(left, 'jour')} pour le rendre.", "warning" if left < 10 else "info"
    else:
        why, tone = f"En retard de {_plural(-left, 'jour')}.", "danger"
    penalty = due.clock.penalty
    return WorkItem(
        kind="deposit-return",
        title=f"Rendre le dépôt {due.contract.number}",
        why=f"{why} La majoration est de {euros(penalty)}." if penalty else why,
        url=reverse("payments:contract-deposit", args=[due.contract.pk]),
        due_on=due.clock.due_on,
        otherwise="Chaque mois commencé en retard ajoute une majoration." if penalty else "",
        tone=tone,
        amount=due.held,
        button="Voir le dépôt",
    )


def _refund(account: Account) -> WorkItem:
    contract = account.contract
    return WorkItem(
        kind="refund",
        title=f"Rembourser {contract.number if contract else ''}",
        why="La somme est due : enregistrez le virement une fois parti.",
        url=reverse("payments:contract-deposit", args=[account.contract_id]),
        tone="warning",
        amount=-account.balance,
        button="Voir le dépôt",
    )


@work_provider("payments.mails")
def mail_work(user: Any, today: date) -> WorkGroup | None:
    """Mails refused, or of which nobody knows whether they left: a person decides."""
    if not user.roles & GLA:
        return None
    found = MailOut.objects.visible_to(user, GLA).unsettled()
    shown, total = first_of(found.order_by("created_at", "pk"), MAILS_SHOWN)
    items = [
        WorkItem(
            kind="mail",
            title=mail.subject,
            why=f"{mail.get_state_display().capitalize()} · {mail.recipient}",
            url=reverse("notifications:mail-detail", args=[mail.pk]),
            otherwise="Le programme n'envoie jamais deux fois sans votre accord.",
            tone="warning",
            button="Décider",
        )
        for mail in shown
    ]
    return WorkGroup(
        code="mails",
        title="Courriels incertains ou refusés",
        icon="mail",
        total=total,
        items=items,
        url=reverse("notifications:mail-list"),
        order=60,
    )


@figure_provider("payments")
def money_figures(user: Any, today: date) -> list[KeyFigure]:
    """What is overdue, for who follows arrears."""
    if not user.roles & ARREARS:
        return []
    overdue, count = overdue_sum(Term.objects.visible_to(user, ARREARS), today)
    return [
        KeyFigure(
            label="En retard de paiement",
            value=euros(overdue),
            hint=_plural(count, "contrat"),
            url=reverse("payments:arrears-list"),
            tone="danger" if overdue else "",
            order=40,
        )
    ]


# --- Files of the bank ----------------------------------------------------------------------------
@work_provider("payments.files")
def file_work(user: Any, today: date) -> WorkGroup | None:
    """Debits that came back, files not sent yet, refunds that one may approve."""
    if not user.roles & GLA:
        return None
    returns = [
        one
        for one in latest_returns(Debit.objects.visible_to(user, GLA), today)
        if not one.is_settled and one.again is None
    ]
    files = DebitBatch.objects.visible_to(user, PAGES["payments:debit-send"])
    waiting = list(files.filter(state=BatchState.PREPARED).order_by("collect_on", "pk"))
    rows = Refund.objects.visible_to(user, PAGES["payments:refund-approve"])
    refunds = rows.filter(state=RefundState.PREPARED).exclude(prepared_by=user)
    approve = list(refunds.select_related("contract", "prepared_by").order_by("pk"))
    items = [
        *(_file_to_send(batch) for batch in waiting[:SHOWN]),
        *(_refund_to_approve(refund) for refund in approve[:SHOWN]),
        *(_came_back(one) for one in returns[:SHOWN]),
    ]
    return WorkGroup(
        code="files",
        title="Prélèvements et remboursements",
        icon="transfer",
        total=len(waiting) + len(approve) + len(returns),
        items=items,
        url=reverse("payments:debits"),
        order=26,
    )


def _file_to_send(batch: DebitBatch) -> WorkItem:
    return WorkItem(
        kind="debit-send",
        title=f"Envoyer la remise {batch.reference}",
        why=f"{_plural(batch.count, 'prélèvement')} le {french_day(batch.collect_on)}.",
        url=reverse("payments:debit-batch", args=[batch.pk]),
        due_on=batch.collect_on,
        otherwise="Sans envoi, personne n'est prélevé.",
        tone="warning",
        amount=batch.total,
    )


def _refund_to_approve(refund: Refund) -> WorkItem:
    return WorkItem(
        kind="refund-approve",
        title=f"Approuver le remboursement {refund.contract.number}",
        why=f"Préparé par {refund.prepared_by} le {french_day(refund.prepared_on)}.",
        url=reverse("payments:refund-approve", args=[refund.pk]),
        tone="accent",
        amount=refund.amount,
        button="Relire",
    )


def _came_back(one: Returned) -> WorkItem:
    again = one.is_to_represent
    return WorkItem(
        kind="debit-returned",
        title=f"Prélèvement rejeté {one.debit.contract.number}",
        why=f"{one.reason.label}. {one.reason.advice}.",
        url=reverse("payments:contract-mandate", args=[one.debit.contract_id]),
        tone="warning" if again else "danger",
        amount=one.debit.amount,
        button="Voir",
    )
