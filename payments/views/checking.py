"""Check the books, lock a month, reopen it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.accounts.policy import may
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, page, render_page
from caracol.core.periods import Month
from caracol.ui import toasts
from payments.forms import ReasonForm
from payments.selectors.checks import INVARIANTS
from payments.selectors.locking import may_lock_books
from payments.selectors.month import month_state
from payments.services.checks import ask_check, last_check, running_check
from payments.services.locking import lock_period, reopen_period
from payments.views.month import month_frame, month_urls
from payments.views.scope import Scope


@page("payments:ledger-check", methods=("GET", "POST"))
def ledger_check(request: PageRequest) -> HttpResponse:
    """Show what the last check of the books found; ask for another."""
    if request.method == "POST":
        ask_check(actor=request.user)
        return redirect("payments:ledger-check")
    running = running_check()
    follows = running is not None and running.requested_by_id == request.user.pk
    check = last_check()
    context = {
        "check": check,
        "running": running,
        "follows": follows,
        "facts": [
            (label, check.checked[code])
            for code, label in INVARIANTS.items()
            if code in check.checked
        ]
        if check
        else [],
    }
    return render_page(request, "payments/ledger_check.html", context)


@page("payments:period-lock", methods=("GET", "POST"))
def period_lock(request: PageRequest, month: Month) -> HttpResponse:
    """Lock a month of the books, after a look at what it holds."""
    scope, day = Scope(request), clock.today()
    urls = month_urls(month, scope)
    may_lock = may_lock_books(request.user)
    if request.method == "POST":
        if not may_lock:
            raise PermissionDenied
        try:
            lock_period(month=month, today=Month.of(day), actor=request.user)
        except Refused as refusal:
            toasts.say(request, refusal.message, tone="danger")
        else:
            toasts.say(
                request,
                f"{month.label.capitalize()} est verrouillé : ses comptes ne changent plus. "
                "La direction peut le rouvrir, pour des contre-passations seulement.",
            )
        return redirect(urls["month"])
    state = month_state(month, scope.terms(), scope.contracts(), day)
    context = {
        **month_frame(month, scope),
        "state": state,
        "check": last_check(),
        "is_over": month < Month.of(day),
        "may_lock": may_lock,
        "may_reopen": may(request.user, "payments:period-reopen"),
    }
    return render_page(request, "payments/period_lock.html", context)


@page("payments:period-reopen", methods=("GET", "POST"))
def period_reopen(request: PageRequest, month: Month) -> HttpResponse:
    """Reopen a locked month for reversing entries, with a reason: the director's act."""
    scope = Scope(request)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            reopen_period(month=month, actor=request.user, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(
                request,
                f"{month.label.capitalize()} est rouvert aux contre-passations. "
                "Verrouillez-le à nouveau quand c'est fait.",
            )
            return redirect(month_urls(month, scope)["month"])
    context = {**month_frame(month, scope), "form": form}
    return render_page(request, "payments/period_reopen.html", context)
