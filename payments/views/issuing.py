"""Issue the papers of a month: what will be issued, then the confirmation, then the job."""

from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import ZERO
from caracol.core.pages import PageRequest, page, render_page
from caracol.core.periods import Month
from caracol.ui import toasts
from payments.selectors.due_papers import notices_due, quittances_due, recus_due
from payments.selectors.month import month_state
from payments.selectors.owing import NET_AMOUNT, NET_PAID
from payments.services.issuing import issue_due_notices, issue_receipts
from payments.views.month import month_frame, month_urls
from payments.views.scope import Scope

NOTICES, RECEIPTS = "avis", "quittances"


@page("payments:notices-issue", methods=("GET", "POST"))
def notices_issue(request: PageRequest, month: Month) -> HttpResponse:
    """Issue the due notices that are missing."""
    scope = Scope(request)
    if request.method == "POST":
        return _issue(request, month, scope, issue_due_notices, NOTICES)
    due = notices_due(scope.terms().filter(month=month.first))
    rows = [("Avis d'échéance à émettre", *_sums(due, NET_AMOUNT), "ce qui est appelé")]
    return _confirm(request, month, scope, rows, NOTICES)


@page("payments:receipts-issue", methods=("GET", "POST"))
def receipts_issue(request: PageRequest, month: Month) -> HttpResponse:
    """Issue the quittances and reçus that are missing."""
    scope = Scope(request)
    if request.method == "POST":
        return _issue(request, month, scope, issue_receipts, RECEIPTS)
    terms = scope.terms().filter(month=month.first)
    rows = [
        ("Quittances", *_sums(quittances_due(terms), NET_AMOUNT), "échéances payées en entier"),
        ("Reçus", *_sums(recus_due(terms), NET_PAID), "échéances payées en partie"),
    ]
    return _confirm(request, month, scope, rows, RECEIPTS)


def _sums(terms: Any, amount: Any) -> tuple[int, Any]:
    rows = terms.order_by()
    return rows.count(), rows.aggregate(total=Sum(amount, default=ZERO))["total"]


def _confirm(
    request: PageRequest, month: Month, scope: Scope, rows: list[Any], kind: str
) -> HttpResponse:
    count = sum(row[1] for row in rows)
    frame = month_frame(month, scope)
    state = month_state(month, scope.terms(), scope.contracts(), clock.today())
    context = {**frame, "state": state, "rows": rows, "count": count, "kind": kind}
    return render_page(request, "payments/issue.html", context)


def _issue(
    request: PageRequest, month: Month, scope: Scope, service: Any, kind: str
) -> HttpResponse:
    urls = month_urls(month, scope)
    try:
        with transaction.atomic():
            new = sum(
                service(month=month, on=clock.today(), actor=request.user, territory=part).new
                for part in scope.parts
            )
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return redirect(urls["month"])
    if new:
        text = f"{new} papiers numérotés et figés : la mise en page est en cours."
    else:
        text = "Rien de nouveau à émettre : tous les papiers existent déjà."
    toasts.say(request, text, tone="success" if new else "info")
    return redirect(f"{urls['papers']}{urls['and']}genre={kind}")
