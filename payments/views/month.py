"""The months, and a month in steps on one page."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from caracol.accounts.policy import may
from caracol.core import clock
from caracol.core.pages import PageRequest, page, render_page
from caracol.core.periods import Month
from caracol.jobs.enums import JobState
from caracol.jobs.models import Job
from payments.enums import PaperKind
from payments.models import Term
from payments.selectors.due_papers import RECEIPTS
from payments.selectors.locking import may_lock_books
from payments.selectors.month import earlier_receipts_due, month_lines, month_state
from payments.selectors.recent import last_payments
from payments.services.checks import last_check
from payments.services.closing import MonthBeforeTakeover, preview_month
from payments.views.scope import Scope
from payments.views.steps import figures, month_steps

LAST_PAYMENTS = 5
_ACTS = (
    *("month-close", "month-preview", "month-terms", "month-terms-export", "notices-issue"),
    *("receipts-issue", "receipts-mail", "papers", "papers-bundle", "payment-record"),
    *("payment-list", "period-lock", "period-reopen", "ledger-check"),
)


@page("payments:month-index")
def month_index(request: PageRequest) -> HttpResponse:
    """List the months, latest first, with what each billed and what came."""
    scope = Scope(request)
    today = Month.of(clock.today())
    lines = month_lines(scope.terms(), scope.contracts(), today)
    years = sorted({line.month.year for line in lines}, reverse=True)
    asked = request.GET.get("annee", "")
    year = int(asked) if asked.isdigit() and int(asked) in years else years[0]
    if year > today.year and not asked:
        year = today.year if today.year in years else year
    context = {
        "scope": scope,
        "years": years,
        "year": year,
        "lines": [line for line in lines if line.month.year == year],
        "today": today,
    }
    return render_page(request, "payments/month_index.html", context)


@page("payments:month-detail")
def month_detail(request: PageRequest, month: Month) -> HttpResponse:
    """Show a month in steps: what is done, what is next, what it amounts to."""
    scope, day = Scope(request), clock.today()
    state = month_state(month, scope.terms(), scope.contracts(), day)
    drafts = month_drafts(month, scope)
    steps = month_steps(state, None if drafts is None else len(drafts), Month.of(day))
    urls = month_urls(month, scope)
    context = {
        "scope": scope,
        "month": month,
        "state": state,
        "steps": steps,
        "step_list": list(steps.values()),
        "drafts": drafts or [],
        "drafts_total": sum(draft.bill.amount for draft in drafts or []),
        "figures": figures(state, urls),
        "urls": urls,
        "can": {name.replace("-", "_"): may(request.user, f"payments:{name}") for name in _ACTS},
        "jobs": _jobs(request, scope, month),
        "earlier": earlier_receipts_due(month, scope.terms()),
        "payments": last_payments(scope.payments(), month, LAST_PAYMENTS),
        "check": last_check(),
        "is_over": month < Month.of(day),
        "is_ahead": is_ahead(month),
        "may_lock": may_lock_books(request.user),
    }
    return render_page(request, "payments/month_detail.html", context)


def is_ahead(month: Month) -> bool:
    """Whether a month has not begun: much may still change before it does."""
    return month > Month.of(clock.today())


def month_drafts(month: Month, scope: Scope) -> list[Any] | None:
    """Return what closing would post in the scope; None before the takeover."""
    try:
        return [draft for part in scope.parts for draft in preview_month(month, part)]
    except MonthBeforeTakeover:
        return None


def month_urls(month: Month, scope: Scope) -> dict[str, str]:
    """Return the addresses of a month's pages, the territory kept."""
    names = {
        "month": "month-detail",
        "preview": "month-preview",
        "preview_export": "month-preview-export",
        "close": "month-close",
        "terms": "month-terms",
        "terms_export": "month-terms-export",
        "notices": "notices-issue",
        "receipts": "receipts-issue",
        "papers": "papers",
        "bundles": "papers-bundle",
        "mail": "receipts-mail",
        "lock": "period-lock",
        "reopen": "period-reopen",
    }
    query = scope.query
    urls = {key: reverse(f"payments:{name}", args=[month]) + query for key, name in names.items()}
    urls["previous"] = reverse("payments:month-detail", args=[month.previous()]) + query
    urls["next"] = reverse("payments:month-detail", args=[month.next()]) + query
    urls["index"] = reverse("payments:month-index") + query
    urls["and"] = "&" if query else "?"
    return urls


def _jobs(request: PageRequest, scope: Scope, month: Month) -> dict[str, list[Job]]:
    """The jobs that are setting the month's papers now, by step, as far as one may follow them."""
    live = Job.objects.visible_to(request.user).filter(
        state__in=[JobState.PENDING, JobState.RUNNING]
    )
    terms = Term.objects.filter(pk__in=scope.terms().values("pk"), month=month.first)
    found: dict[str, list[Job]] = {}
    for step, kinds in (("notices", [PaperKind.DUE_NOTICE]), ("receipts", list(RECEIPTS))):
        papers = live.filter(
            documents__term_paper__term__in=terms, documents__term_paper__kind__in=kinds
        )
        found[step] = list(papers.distinct().order_by("pk"))
    return found


def month_frame(month: Month, scope: Scope) -> dict[str, Any]:
    """Return what every page of a month shows around its content."""
    return {"scope": scope, "month": month, "urls": month_urls(month, scope)}
