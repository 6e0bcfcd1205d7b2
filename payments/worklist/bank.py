"""What « Aujourd'hui » says of the bank and of the CAFs: what is missing, what waits."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.urls import reverse

from caracol.accounts.policy import GLA, PAGES
from caracol.core.money import euros
from caracol.core.periods import Month, french_day
from caracol.core.registries import WorkGroup, WorkItem, work_provider
from caracol.parameters.selectors import value
from payments.enums import BankLineState
from payments.models import BankAccount, CafLine, CafStatement, Reconciliation
from payments.selectors.awaited_aid import without_credit
from payments.selectors.bank_check import statement_gaps
from payments.selectors.bank_lines import counts, lines_seen
from payments.selectors.caf_statements import TO_NAME

# Banks close a month a few days early, and give its statement a few days late.
EARLY, LATE = timedelta(days=4), timedelta(days=4)
SHOWN_GAPS = 3


@work_provider("payments.bank")
def bank_work(user: Any, today: date) -> WorkGroup | None:
    """Statements that are missing, lines that wait, aid that is nobody's yet."""
    if not user.roles & GLA:
        return None
    items = [
        *_missing(today),
        *_gaps(today),
        *_waiting(user, today),
        *_aid(user),
        *_unpaid(user, today),
    ]
    return WorkGroup(
        code="bank",
        title="La banque et les CAF",
        icon="building-bank",
        total=len(items),
        items=items,
        url=reverse("payments:bank-lines"),
        order=15,
    )


def _missing(today: date) -> Iterator[WorkItem]:
    """Name the accounts whose statement of last month has not come; those never read are left."""
    month = Month.of(today).previous()
    if today < month.next().first + LATE:
        return
    standing = Q(statements__file__withdrawn_at=None)
    rows = BankAccount.objects.annotate(last=Max("statements__closing_on", filter=standing))
    late = rows.filter(last__lt=month.last - EARLY).order_by("pk")
    for account in late:
        last: date = account.last
        yield WorkItem(
            kind="bank-missing",
            title=f"Importer le relevé {month.of_label}",
            why=f"{account} : le dernier relevé s'arrête au {french_day(last)}.",
            url=reverse("payments:bank-files"),
            due_on=month.next().first + LATE,
            otherwise="Des personnes qui ont payé passeraient pour en retard.",
            tone="warning",
            button="Importer",
        )


def _gaps(today: date) -> Iterator[WorkItem]:
    gaps = [gap for gap in statement_gaps(today) if gap.before is not None]
    for gap in gaps[-SHOWN_GAPS:]:
        yield WorkItem(
            kind="bank-gap",
            title="Un relevé manque",
            why=gap.words,
            url=reverse("payments:bank-check"),
            otherwise="Ce qu'il contient n'est pas dans les comptes.",
            tone="danger",
            amount=gap.amount,
            button="Voir",
        )


def _waiting(user: Any, today: date) -> Iterator[WorkItem]:
    numbers = counts(lines_seen(user, PAGES["payments:bank-lines"]))
    address = reverse("payments:bank-lines")
    if numbers["a-rapprocher"]:
        strong = numbers["fortes"]
        sure = f", dont {strong} au nom et au montant exacts" if strong else ""
        yield WorkItem(
            kind="bank-settle",
            title=f"Rapprocher {_lines(numbers['a-rapprocher'])}",
            why=f"Elles ne sont encore à personne{sure}.",
            url=address,
            otherwise="Ces mois restent impayés aux yeux de tous.",
            tone="accent",
            button="Rapprocher",
        )
    if numbers["retenues"]:
        yield WorkItem(
            kind="bank-held",
            title=f"Décider de ce qui est retenu : {_lines(numbers['retenues'])}",
            why="Doublons probables, autre compte ou autre monnaie : elles sont hors des comptes.",
            url=f"{address}?etat=retenues",
            tone="warning",
            button="Décider",
        )
    seen = lines_seen(user, PAGES["payments:bank-lines"]).filter(state=BankLineState.SUSPENSE)
    due = Reconciliation.objects.filter(line__in=seen, undone_at=None, follow_up_on__lte=today)
    if count := due.count():
        yield WorkItem(
            kind="bank-follow",
            title=f"Reprendre {_lines(count)} en attente",
            why="Le jour que vous aviez noté est venu.",
            url=f"{address}?etat=en-attente",
            tone="info",
        )


def _unpaid(user: Any, today: date) -> Iterator[WorkItem]:
    """Name the CAF statements in the books whose credit the bank should have shown by now."""
    delay = timedelta(days=int(value("caf.credit_days", today)))
    late = [one for one in _statements(user) if one.paid_on + delay < today]
    for one in late[:SHOWN_GAPS]:
        yield WorkItem(
            kind="caf-credit",
            title=f"Le crédit de la CAF manque : bordereau {one.reference}",
            why=f"{one.office}, {euros(one.total)} payés le {french_day(one.paid_on)} : aucun "
            "crédit n'y est rapproché.",
            url=reverse("payments:caf-detail", args=[one.pk]),
            due_on=one.paid_on + delay,
            otherwise="L'aide en trop ne peut pas être rendue, et les comptes ne se vérifient pas.",
            tone="warning",
            amount=one.total,
            button="Voir",
        )


def _statements(user: Any) -> list[CafStatement]:
    seen = CafStatement.objects.visible_to(user, PAGES["payments:caf-detail"])
    return without_credit(seen)


def _aid(user: Any) -> Iterator[WorkItem]:
    lines = CafLine.objects.visible_to(user, PAGES["payments:caf-list"]).filter(TO_NAME)
    paid = Count("pk", filter=Q(double_of__isnull=False))
    found = lines.aggregate(every=Count("pk"), paid=paid)
    count, doubles = found["every"], found["paid"]
    if count:
        why = []
        if count > doubles:
            why.append("Le numéro d'allocataire n'est celui de personne, ou de plusieurs.")
        if doubles:
            why.append(f"{_lines(doubles)} d'un mois déjà payé par un autre bordereau.")
        yield WorkItem(
            kind="caf-name",
            title=f"Attribuer {_lines(count)} de la CAF",
            why=" ".join(why),
            url=f"{reverse('payments:caf-list')}?etat=a-traiter#bordereaux",
            otherwise="L'aide reste en attente, et ces mois impayés.",
            tone="warning",
            button="Attribuer",
        )


def _lines(count: int) -> str:
    return f"{count} ligne{'s' if count > 1 else ''}"
