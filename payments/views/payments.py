"""The list of payments and its export."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, Sum
from django.http import HttpResponse

from caracol.accounts.policy import may
from caracol.core.export import Column
from caracol.core.money import ZERO
from caracol.core.pages import PageRequest, page, render_page
from caracol.core.periods import Month
from payments.enums import EntryKind
from payments.filters import PaymentFilter
from payments.selectors.labels import contracts_matching
from payments.selectors.month import months_with
from payments.selectors.recent import payment_lines, with_facts
from payments.tables import PaymentTable
from payments.views.lists import PER_PAGE, answer_file, page_number
from payments.views.scope import Scope
from residents.models import Contract


def _payments(request: PageRequest, scope: Scope) -> tuple[Any, PaymentFilter]:
    rows = scope.payments()
    months = [Month.of(day) for day in months_with(rows)]
    choices = [(str(month), month.label.capitalize()) for month in months]
    form = PaymentFilter(request.GET, territories=scope.territories, mois=choices)
    if words := form.value("q"):
        found = Contract.objects.filter(contracts_matching(words)).values("pk")
        rows = rows.filter(account__contract__in=found)
    if text := form.value("mois"):
        month = Month.parse(text)
        rows = rows.filter(entry__date__gte=month.first, entry__date__lte=month.last)
    if means := form.value("moyen"):
        rows = rows.filter(entry__source__means=means)
    if payer := form.value("payeur"):
        rows = rows.filter(payer=payer)
    states = {
        "standing": Q(entry__reversed_by=None) & ~Q(entry__kind=EntryKind.REVERSAL),
        "reversed": Q(entry__reversed_by__isnull=False) | Q(entry__kind=EntryKind.REVERSAL),
    }
    rows = rows.filter(states.get(form.value("etat"), Q()))
    return with_facts(rows).order_by("-entry__date", "-pk"), form


@page("payments:payment-list")
def payment_list(request: PageRequest) -> HttpResponse:
    """List the payments, latest first."""
    scope = Scope(request)
    rows, form = _payments(request, scope)
    part = Paginator(rows, PER_PAGE).get_page(page_number(request))
    lines = payment_lines(part.object_list)
    table = PaymentTable(
        lines, may_reverse=may(request.user, "payments:payment-reverse"), orderable=False
    )
    context = {
        "scope": scope,
        "form": form,
        "table": table,
        "part": part,
        "total": -rows.order_by().aggregate(total=Sum("amount", default=ZERO))["total"],
        "may_record": may(request.user, "payments:payment-record"),
    }
    return render_page(request, "payments/payment_list.html", context)


_COLUMNS = [
    Column("Date", "date"),
    Column("Contrat"),
    Column("Personnes"),
    Column("Moyen"),
    Column("Payeur"),
    Column("Montant", "money"),
    Column("État"),
    Column("Note"),
    Column("Enregistré par"),
    Column("Enregistré le", "date"),
]


@page("payments:payment-export")
def payment_export(request: PageRequest) -> HttpResponse:
    """Export the payments that the filters keep."""
    rows, _form = _payments(request, Scope(request))
    lines = [
        (
            line.entry.date, line.label.number, line.label.people, line.means, line.payer,
            line.amount, line.state[0], line.note, str(line.entry.author), line.entry.created_at,
        )
        for line in payment_lines(rows)
    ]  # fmt: skip
    return answer_file(request, _COLUMNS, lines, name="paiements", label="Paiements")
