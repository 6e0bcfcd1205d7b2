"""What « Aujourd'hui » says of the money, to who may act on it."""

from datetime import date
from typing import Any

from django.db.models import Count
from django.urls import reverse

from caracol.accounts.policy import ARREARS, GLA, GLA_DECIDES
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
from payments.enums import LockState, TermKind
from payments.models import PeriodLock, Term
from payments.selectors.arrears import arrears, overdue_sum
from payments.selectors.due_papers import notices_due, quittances_due, recus_due
from payments.selectors.labels import contract_labels
from payments.selectors.locking import may_lock_books
from payments.selectors.month import RECEIPT_MONTHS_BACK, months_to_close
from residents.models import Contract

SHOWN = 10
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
    notices = _by_month(notices_due(recent.filter(month__gte=now.plus(-NOTICE_MONTHS_BACK).first)))
    receipts = _by_month(quittances_due(recent))
    for month, count in _by_month(recus_due(recent)).items():
        receipts[month] = receipts.get(month, 0) + count
    found = [
        _papers(month, count, "notices-issue", "avis d'échéance", "avis d'échéance")
        for month, count in sorted(notices.items())
    ]
    found += [
        _papers(month, count, "receipts-issue", "quittance ou reçu", "quittances et reçus")
        for month, count in sorted(receipts.items())
    ]
    return found


def _by_month(terms: Any) -> dict[Month, int]:
    rows = terms.order_by().values("month").annotate(count=Count("pk"))
    return {Month.of(row["month"]): row["count"] for row in rows}


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


@work_provider("payments.mails")
def mail_work(user: Any, today: date) -> WorkGroup | None:
    """Mails refused, or of which nobody knows whether they left: a person decides."""
    if not user.roles & GLA:
        return None
    found = MailOut.objects.visible_to(user, GLA).unsettled()
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
        for mail in found.order_by("created_at")[:5]
    ]
    return WorkGroup(
        code="mails",
        title="Courriels incertains ou refusés",
        icon="mail",
        total=found.count(),
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
