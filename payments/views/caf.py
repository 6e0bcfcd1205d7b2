"""The CAFs' statements: drop files, type one in, see what they come to, tie them to the bank."""

import base64
import binascii
import io
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.accounts.models import Territory
from caracol.accounts.policy import GLA, may
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, policy, render_page
from caracol.core.periods import Month
from caracol.ui import toasts
from payments.enums import CafState
from payments.models import BankLine, CafLine, CafOffice, CafStatement
from payments.models.caf import departments_seen
from payments.readers.caf import MAX_FILE, CafLayoutUnknown, first_rows
from payments.readers.caf_columns import FIELDS, REQUIRED, signature_of
from payments.readers.shapes import FileRefused
from payments.selectors.caf_credits import BankSays
from payments.selectors.caf_statements import (
    TO_NAME,
    TO_REVIEW,
    show_statement,
    statement_lines,
    with_counts,
)
from payments.selectors.july_rents import last_july
from payments.services.caf_importing import (
    CAFS,
    CafImported,
    Given,
    post_statement,
    remember_layout,
    settle_statement,
)
from payments.services.caf_ties import tie
from payments.services.caf_uploads import AT_ONCE, import_followed, import_later, words_of
from payments.views.caf_forms import (
    CafMappingForm,
    CafUploadForm,
)
from residents.models import Contract

PER_PAGE = 30
LIST, DETAIL = "payments:caf-list", "payments:caf-detail"
TO_DO = "a-traiter"
_SHOWN_ROWS = 6


# --- The list, and files brought ----------------------------------------------------------------
@page(LIST, methods=("GET", "POST"))
def caf_list(request: PageRequest) -> HttpResponse:
    """List the statements, latest first; bring files, one by one, all of each or nothing."""
    form = CafUploadForm(request.POST or None, request.FILES or None)
    outcomes: list[dict[str, Any]] = []
    if request.method == "POST" and "content" in request.POST:
        return _map_columns(request)
    if request.method == "POST" and form.is_valid():
        for file in form.cleaned_data["brought"]:
            outcome = (
                _bring_later(request, file)
                if file.size > AT_ONCE
                else _bring(request, file.name or "bordereau", file.read(MAX_FILE + 1))
            )
            if isinstance(outcome, HttpResponse):
                return outcome
            outcomes.append(outcome)
        if len(outcomes) == 1 and "job" in outcomes[0]:
            return redirect("jobs:job-detail", pk=outcomes[0]["job"].pk)
        if len(outcomes) == 1 and outcomes[0]["statements"]:
            _toast(request, outcomes[0])
            return redirect(DETAIL, pk=outcomes[0]["statements"][0].pk)
    context = {**_listed(request), "form": form, "outcomes": outcomes}
    failed = bool(form.errors) or any(one["tone"] == "danger" for one in outcomes)
    return render_page(request, "payments/caf_list.html", context, status=422 if failed else 200)


def _listed(request: PageRequest) -> dict[str, Any]:
    rows = allowed(request, CafStatement.objects.all())
    state, code = request.GET.get("etat", ""), request.GET.get("caf", "")
    kept = rows.filter(state=state) if state in CafState.values else rows
    if state == TO_DO:
        waiting = CafLine.objects.filter(TO_NAME | TO_REVIEW & Q(contract__isnull=False))
        kept = rows.filter(Q(state=CafState.HELD) | Q(pk__in=waiting.values("statement")))
    kept = kept.filter(office__department=code) if code else kept
    found = Paginator(with_counts(kept).order_by("-paid_on", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    lines = allowed(request, CafLine.objects.all())
    return {
        "page": found,
        "lines": statement_lines(found.object_list),
        "offices": allowed(request, CafOffice.objects.order_by("department")),
        "states": CafState.choices,
        "state": state,
        "code": code,
        "to_name": lines.filter(TO_NAME).count(),
        "to_review": lines.filter(TO_REVIEW, contract__isnull=False).count(),
        "month": Month.of(clock.today()).previous(),
        "july": last_july(clock.today()),
        "may_july": may(request.user, "payments:caf-july"),
        "may_decide": bool(request.user.roles & GLA),
    }


def _bring(request: PageRequest, name: str, data: bytes, given: Given | None = None) -> Any:
    """Import a file; return what to say of it, or the page that asks for its columns."""
    try:
        found = _import(request, name, data, given)
    except CafLayoutUnknown as refusal:
        return _ask_columns(request, name, data, refusal)
    except Refused as refusal:
        return {"name": name, "tone": "danger", "words": refusal.message, "statements": []}
    return _said(found)


def _import(request: PageRequest, name: str, data: bytes, given: Given | None) -> CafImported:
    """Import a file of a CAF that the user follows. Raises Refused."""
    return import_followed(
        stream=io.BytesIO(data),
        name=name,
        actor=request.user,
        today=clock.today(),
        departments=_seen(request),
        given=given,
    )


def _seen(request: PageRequest) -> set[str] | None:
    """Return the départements whose CAFs the user follows here; None: all."""
    roles: Any = policy().PAGES[request.page_key]
    return departments_seen(request.user, roles)


def _bring_later(request: PageRequest, file: UploadedFile) -> dict[str, Any]:
    """Have a large file imported by a job; return where to follow it."""
    if (file.size or 0) > MAX_FILE:
        words = f"Ce fichier dépasse {MAX_FILE // 1024 // 1024} Mo : ce n'est pas un bordereau."
        return {"name": file.name, "tone": "danger", "words": words, "statements": []}
    name = file.name or "bordereau"
    stream = cast(BinaryIO, file)
    job = import_later(stream=stream, name=name, actor=request.user, departments=_seen(request))
    words = "Ce grand fichier s'importe en arrière-plan."
    return {"name": name, "tone": "info", "words": words, "statements": [], "job": job}


def _said(found: CafImported) -> dict[str, Any]:
    words, tone = words_of(found)
    return {"name": found.name, "tone": tone, "words": words, "statements": found.statements}


def _toast(request: PageRequest, outcome: dict[str, Any]) -> None:
    """Say what became of a file; what is held is told on its page too."""
    tone = "warning" if outcome["tone"] == "danger" else "success"
    toasts.say(request, outcome["words"], tone=tone)


# --- A layout mapped once -----------------------------------------------------------------------
def _ask_columns(
    request: PageRequest, name: str, data: bytes, refusal: CafLayoutUnknown
) -> HttpResponse:
    head = _head_of(refusal.rows)
    initial = {
        "content": base64.b64encode(data).decode(),
        "name": name[:160],
        **{f"col_{field}": str(index) for field, index in refusal.found.columns.items()},
    }
    form = _mapping_form(request, refusal.rows[head], initial=initial)
    return _mapping_page(request, form, refusal.rows, refusal.message)


def _head_of(rows: list[list[str]]) -> int:
    """Return the row that looks most like headings: the widest of the first ones."""
    return max(range(len(rows)), key=lambda index: (sum(map(bool, rows[index])), -index))


def _mapping_form(request: PageRequest, head: list[str], *args: Any, **kwargs: Any) -> Any:
    return CafMappingForm(
        *args,
        columns=head,
        names=FIELDS,
        required=REQUIRED,
        departments=departments_of(request),
        **kwargs,
    )


def departments_of(request: PageRequest) -> list[tuple[str, str]]:
    """Return the CAFs of the territories that the user follows here."""
    seen = _seen(request)
    codes = {
        code for row in Territory.objects.values_list("departments", flat=True) for code in row
    }
    kept = sorted(codes if seen is None else codes & seen)
    return [(code, f"CAF {CAFS.get(code, code)}") for code in kept]


def _mapping_page(request: PageRequest, form: Any, rows: list[list[str]], why: str) -> HttpResponse:
    needed = [form[f"col_{name}"] for name in REQUIRED]
    others = [form[f"col_{name}"] for name in FIELDS if name not in REQUIRED]
    context = {
        "form": form, "rows": rows[:_SHOWN_ROWS], "why": why, "needed": needed, "others": others,
    }  # fmt: skip
    return render_page(request, "payments/caf_mapping.html", context, status=422)


def _map_columns(request: PageRequest) -> HttpResponse:
    """Keep the columns that a person names, then import the file they came with."""
    try:
        data = base64.b64decode(request.POST["content"], validate=True)
        import_rows = first_rows(data)
    except (binascii.Error, ValueError, FileRefused):
        toasts.say(request, "Le fichier s'est perdu : déposez-le à nouveau.", tone="warning")
        return redirect(LIST)
    head = import_rows[_head_of(import_rows)]
    form = _mapping_form(request, head, request.POST)
    if form.is_valid():
        facts = form.cleaned_data
        remember_layout(
            signature=signature_of(head),
            columns=form.mapped,
            department=facts["department"],
            actor=request.user,
        )
        given = Given(facts["department"], facts["reference"], facts["paid_on"])
        outcome = _bring(request, facts["name"], data, given)
        if isinstance(outcome, HttpResponse):
            return outcome
        if outcome["statements"]:
            _toast(request, outcome)
            return redirect(DETAIL, pk=outcome["statements"][0].pk)
        form.add_error(None, outcome["words"])
    return _mapping_page(request, form, import_rows, "")


# --- One statement ------------------------------------------------------------------------------
def statement_of(request: PageRequest, pk: int) -> CafStatement:
    """Return the statement that the user sees. Raises Http404, PermissionDenied."""
    rows = CafStatement.objects.select_related("office", "file", "created_by")
    found: CafStatement = get_visible_or_404(request, rows, pk=pk)
    return found


@page(DETAIL)
def caf_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a statement: its lines, whose they are and why, what waits, and its credit."""
    statement = statement_of(request, pk)
    contracts = Contract.objects.visible_to(request.user)
    record_access(
        actor=request.user,
        action="VIEW",
        subject=statement,
        label=f"Bordereau {statement}",
        page=request.page_key,
        rows=None,
    )
    context = {
        "shown": show_statement(statement, contracts),
        "statement": statement,
        "sees_numbers": bool(request.user.roles & GLA),
        "may_name": bool(request.user.roles & GLA),
        "may_reverse": _may(request, "caf-reverse"),
        "may_force": _may(request, "caf-force"),
    }
    return render_page(request, "payments/caf_detail.html", context)


def _may(request: PageRequest, name: str) -> bool:
    return policy().may(request.user, f"payments:{name}")


@page("payments:caf-settle", methods=("POST",))
def caf_settle(request: PageRequest, pk: int) -> HttpResponse:
    """Tie a statement to the credits chosen, posting it if it was held; or look again."""
    statement = statement_of(request, pk)
    chosen = [value for value in request.POST.getlist("credits") if value.isdigit()]
    credits = list(BankLine.objects.filter(pk__in=chosen))
    try:
        if not credits:
            posted = settle_statement(statement=statement, today=clock.today(), actor=request.user)
            words = f"{posted[0]} lignes inscrites." if any(posted) else statement.note
        elif statement.state == CafState.HELD:
            said = BankSays(credits)
            post_statement(
                statement=statement, said=said, note="", today=clock.today(), actor=request.user
            )
            words = "Bordereau inscrit et rapproché de la banque."
        else:
            tie(statements=[statement], credits=credits, today=clock.today(), actor=request.user)
            words = "Bordereau rapproché de la banque."
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, words)
    return redirect(DETAIL, pk=statement.pk)
