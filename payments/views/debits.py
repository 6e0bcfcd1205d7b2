"""Direct debits: what can be taken, the files, what came back."""

from datetime import date
from typing import BinaryIO, cast
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.models import Territory
from caracol.accounts.policy import may
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.core.periods import Month
from caracol.documents.views.files import private_file
from caracol.parameters.selectors import value
from caracol.ui import toasts
from payments.calculations.target import next_target_day, target_days_after
from payments.enums import DebitState
from payments.forms import ReasonForm
from payments.models import Debit, DebitBatch, Mandate
from payments.selectors.collecting import Collection, most_announced
from payments.selectors.mandates import viewed
from payments.selectors.rechecking import changed_since
from payments.selectors.returns import latest_returns
from payments.services.collecting import (
    Wish,
    cancel_debits,
    plan_debits,
    prepare_debits,
    send_debits,
    unclosed_before,
    warnings_on,
)
from payments.services.reporting_status import Reported, import_status
from payments.views.file_forms import DebitDayForm, StatusForm
from payments.views.scope import Scope

_BATCHES = 24


@page("payments:debits")
def debits(request: PageRequest) -> HttpResponse:
    """Show the month to debit, what came back and waits, the files."""
    today = clock.today()
    month = Month.of(today).next() if today.day > 15 else Month.of(today)
    batches = allowed(request, DebitBatch.objects.all()).select_related("territory")
    returns = latest_returns(allowed(request, Debit.objects.all()), today)
    mandates = allowed(request, Mandate.objects.filter(revoked_on=None)).defer("iban")
    stopped = [view for view in viewed(mandates, today) if view.state != "ACTIVE"]
    context = {
        "month": month,
        "months": [month.plus(step) for step in (-1, 0, 1)],
        "batches": list(batches.order_by("-collect_on", "-pk")[:_BATCHES]),
        "returns": returns,
        "to_represent": [one for one in returns if one.is_to_represent],
        "mandates": len(mandates),
        "stopped": len(stopped),
        "may_prepare": may(request.user, "payments:debit-prepare"),
        "may_import": may(request.user, "payments:status-import"),
        "may_list": may(request.user, "payments:mandate-list"),
    }
    return render_page(request, "payments/debits.html", context)


def _territory(scope: Scope) -> Territory | None:
    """Return whose debits are prepared together: all of them for who sees all."""
    return scope.chosen or (None if scope.sees_all else next(iter(scope.territories), None))


@page("payments:debit-prepare", methods=("GET", "POST"))
def debit_prepare(request: PageRequest, month: Month) -> HttpResponse:
    """Show what a file would hold, each debit and each doubt; prepare it on confirmation."""
    scope = Scope(request)
    asked = request.POST or request.GET
    today, territory = clock.today(), _territory(scope)
    form = DebitDayForm(asked if "on" in asked else None, initial={"on": _first_day(month, today)})
    day = form.cleaned_data["on"] if form.is_bound and form.is_valid() else form.initial["on"]
    wish = Wish(
        month=month,
        on=day,
        territory=territory,
        represent=_numbers(asked.getlist("representer")),
        without=frozenset(_numbers(asked.getlist("sans"))),
        only_told="prevenus" in asked,
    )
    plan, refusal, warnings = _plan(wish, today)
    if request.method == "POST" and plan is not None:
        try:
            batch = prepare_debits(
                wish=wish, token=request.POST.get("vu", "-"), today=today, actor=request.user
            )
        except Refused as refused:
            refusal = refused.message
        else:
            toasts.say(request, f"Remise {batch} préparée. Relisez-la, puis confirmez l'envoi.")
            return redirect("payments:debit-batch", pk=batch.pk)
    rows = allowed(request, Debit.objects.all())
    again = [one for one in latest_returns(rows, today) if one.is_to_represent]
    context = {
        "month": month,
        "scope": scope,
        "here": request.path,
        "back": reverse("payments:debits"),
        "form": form,
        "wish": wish,
        "plan": plan,
        "refusal": refusal,
        "warnings": warnings,
        "again": [one for one in again if not territory or one.territory_id == territory.pk],
        "query": urlencode({"territoire": scope.chosen.code}) if scope.chosen else "",
    }
    return render_page(request, "payments/debit_prepare.html", context)


def _first_day(month: Month, today: date) -> date:
    """Return the day most notices announce, else the first on which a file may still be taken."""
    told = most_announced(month)
    if told is not None and told > today:
        return told
    lead = int(value("sepa.bank_lead_days", today))
    day = month.day(int(value("sepa.collect_day", today)))
    return next_target_day(max(day, target_days_after(today, lead)))


def _numbers(texts: list[str]) -> tuple[int, ...]:
    return tuple(sorted(int(text) for text in texts if text.isdigit()))


def _plan(wish: Wish, today: date) -> tuple[Collection | None, str, list[str]]:
    try:
        warnings = [*unclosed_before(wish), *warnings_on(wish.on, today)]
        return plan_debits(wish, today), "", warnings
    except Refused as refused:
        return None, refused.message, []


@page("payments:debit-batch")
def debit_batch(request: PageRequest, pk: int) -> HttpResponse:
    """Show a file: where it stands, what comes next, each debit."""
    batch = _batch(request, pk)
    rows = Debit.objects.filter(batch=batch).select_related("contract", "mandate", "represents")
    lines = list(rows.order_by("contract__number", "pk"))
    record_access(
        actor=request.user,
        action="VIEW",
        subject=batch,
        label=f"Remise de prélèvements {batch}",
        page=request.page_key,
        rows=len(lines),
    )
    context = {
        "batch": batch,
        "month": Month.of(batch.month),
        "lines": lines,
        "changed": changed_since(batch, clock.today()) if batch.is_prepared else [],
        "returned": sum(line.state == DebitState.RETURNED for line in lines),
        "seen": sum(line.bank_line_id is not None for line in lines),
        "day": clock.today(),
        "may_send": may(request.user, "payments:debit-send"),
        "may_cancel": may(request.user, "payments:debit-cancel"),
        "may_read": may(request.user, "payments:debit-file"),
    }
    return render_page(request, "payments/debit_batch.html", context)


def _batch(request: PageRequest, pk: int) -> DebitBatch:
    rows = DebitBatch.objects.select_related("prepared_by", "sent_by", "territory")
    found: DebitBatch = get_visible_or_404(request, rows, pk=pk)
    return found


@page("payments:debit-send", methods=("POST",))
def debit_send(request: PageRequest, pk: int) -> HttpResponse:
    """Note that the file goes to the bank, once; its file can be downloaded from then on."""
    batch = _batch(request, pk)
    try:
        send_debits(batch=batch, today=clock.today(), actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, "Envoi confirmé : téléchargez le fichier et déposez-le à la banque.")
    return redirect("payments:debit-batch", pk=batch.pk)


@page("payments:debit-cancel", methods=("GET", "POST"))
def debit_cancel(request: PageRequest, pk: int) -> HttpResponse:
    """Ask why a file is cancelled, then cancel it."""
    batch = _batch(request, pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            cancel_debits(
                batch=batch,
                reason=form.cleaned_data["reason"],
                today=clock.today(),
                actor=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, f"Remise {batch} annulée : ces mois peuvent être prélevés.")
            return redirect("payments:debits")
    return render_page(request, "payments/debit_cancel.html", {"batch": batch, "form": form})


@page("payments:debit-file")
def debit_file(request: PageRequest, pk: int) -> HttpResponseBase:
    """Give the file of a batch that was confirmed."""
    batch = _batch(request, pk)
    if not batch.is_sent:
        toasts.say(request, "Confirmez d'abord l'envoi de cette remise.", tone="warning")
        return redirect("payments:debit-batch", pk=batch.pk)
    record_access(
        actor=request.user,
        action="DOWNLOAD",
        subject=batch,
        label=f"Fichier de la remise {batch}",
        page=request.page_key,
        rows=batch.count,
    )
    return private_file(cast(BinaryIO, batch.file.open("rb")), name=batch.file_name)


@page("payments:status-import", methods=("GET", "POST"))
def status_import(request: PageRequest) -> HttpResponse:
    """Take what the bank answers to our files."""
    form = StatusForm(request.POST or None, request.FILES or None)
    done: Reported | None = None
    if form.is_valid():
        file = form.cleaned_data["report"]
        try:
            done = import_status(
                stream=file, name=file.name or "", today=clock.today(), actor=request.user
            )
        except Refused as refusal:
            form.add_error("report", refusal.message)
        else:
            toasts.say(request, _said(done), tone="success" if done.new else "info")
            if not done.unknown:
                return redirect("payments:debits")
    context = {"form": form, "done": done}
    return render_page(request, "payments/status_import.html", context)


def _said(done: Reported) -> str:
    if done.is_known_file:
        return "Ce compte rendu est déjà importé : rien n'a changé."
    if not done.refused:
        return "Compte rendu lu : la banque ne refuse rien."
    words = "rejet inscrit" if done.new == 1 else "rejets inscrits"
    known = f", {done.known} déjà connus" if done.known else ""
    return f"{done.new} {words}{known}."
