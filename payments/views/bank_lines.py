"""The lines of the bank: their list by state, and one line to decide by keyboard."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.policy import may
from caracol.audit.services import record_access
from caracol.core import clock, export
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, allowed, page, policy, render_page
from caracol.ui import toasts
from payments.enums import OPEN_LINES
from payments.forms import SplitForm, SuspenseForm
from payments.models import BankLine, Reconciliation
from payments.selectors.bank_lines import (
    FIRST_STATE,
    STATES,
    choices,
    counts,
    filtered,
    line_rows,
    lines_seen,
)
from payments.selectors.claims import near
from payments.selectors.labels import contracts_matching
from payments.services.automatic import reconcile
from payments.services.held import may_be_taken, was_taken
from payments.services.proposing import Proposal, Proposer
from payments.views.bank_keys import came_from, keys_of, nothing_to_accept, sets_aside
from payments.views.lists import answer_file
from residents.models import Contract

PER_PAGE = 50
MOST_FOUND = 6


def roles_of(request: PageRequest) -> Any:
    """Return the roles that open the page asked for."""
    return policy().PAGES[request.page_key]


class Queue:
    """The lines that the address asks for: a state, some words."""

    def __init__(self, request: PageRequest) -> None:
        data = request.POST if request.method == "POST" else request.GET
        asked = data.get("etat", FIRST_STATE)
        self.state = asked if asked in STATES else FIRST_STATE
        self.words = data.get("q", "").strip()
        self.seen = lines_seen(request.user, roles_of(request))
        self.rows = filtered(self.seen, self.state, self.words)

    @property
    def query(self) -> str:
        """The filters as the end of an address."""
        facts = {"etat": self.state, "q": self.words}
        return urlencode({key: value for key, value in facts.items() if value})

    def url(self, line: int) -> str:
        """Return the address of a line, the filters kept."""
        return reverse("payments:bank-line", args=[line]) + f"?{self.query}"

    def around(self, line: BankLine) -> tuple[int | None, int | None, int]:
        """Return the line before, the line after, and how many the filters keep."""
        day, rows = line.booked_on, self.rows.order_by("booked_on", "pk")
        before = rows.filter(Q(booked_on__lt=day) | Q(booked_on=day, pk__lt=line.pk))
        after = rows.filter(Q(booked_on__gt=day) | Q(booked_on=day, pk__gt=line.pk))
        return _pk(before.reverse()), _pk(after), rows.count()

    def back(self, request: PageRequest, line: BankLine) -> int | None:
        """Return the line that one worked on just before this one, among those one sees."""
        trail = came_from(request.session, line)
        seen = set(self.seen.filter(pk__in=trail).values_list("pk", flat=True)) if trail else set()
        return next((pk for pk in trail if pk in seen), None)

    def go_on(self, line: BankLine) -> HttpResponseRedirect:
        """Go to the next line to decide, else to the list."""
        before, after, _count = self.around(line)
        following = after or before
        if following is None or following == line.pk:
            return redirect(reverse("payments:bank-lines") + f"?{self.query}")
        return redirect(self.url(following))


def _pk(rows: Any) -> int | None:
    found: int | None = rows.values_list("pk", flat=True).first()
    return found


@page("payments:bank-lines")
def bank_lines(request: PageRequest) -> HttpResponse:
    """List lines by state, with what is proposed or was decided."""
    queue = Queue(request)
    rows = queue.rows.select_related("proposal")
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    numbers = counts(queue.seen)
    states = [
        {
            "label": label,
            "url": "?" + urlencode({"etat": key, **({"q": queue.words} if queue.words else {})}),
            "count": numbers[key],
            "current": key == queue.state,
        }
        for key, (label, _condition) in STATES.items()
        if numbers[key] or key in (FIRST_STATE, queue.state)
    ]
    first = shown.object_list[0] if shown.object_list else None
    context = {
        "queue": queue,
        "states": states,
        "page": shown,
        "rows": line_rows(list(shown.object_list), request.user, roles_of(request), clock.today()),
        "strong": numbers["fortes"],
        "first_url": queue.url(first.pk) if first else "",
        "may_decide": may(request.user, "payments:bank-line-settle"),
    }
    return render_page(request, "payments/bank_lines.html", context)


_COLUMNS = (
    export.Column("Date", "date"),
    export.Column("Date de valeur", "date"),
    export.Column("Compte"),
    export.Column("Contrepartie"),
    export.Column("Libellé"),
    export.Column("Montant", "money"),
    export.Column("Devise"),
    export.Column("État"),
    export.Column("Pour qui"),
    export.Column("Pourquoi"),
    export.Column("Référence de la banque"),
)
_AT_ONCE = 2000


@page("payments:bank-lines-export")
def bank_lines_export(request: PageRequest) -> HttpResponse:
    """Answer with the lines that the list shows, all its pages, as a file."""
    queue = Queue(request)
    lines = list(queue.rows.select_related("proposal", "statement__bank_account"))
    found = [
        (
            *(row.line.booked_on, row.line.value_on),
            str(row.line.statement.bank_account or row.line.statement.account_number),
            *(row.line.payer, row.line.text, row.line.amount, row.line.currency),
            *(row.state, row.who, row.reason, row.line.bank_ref),
        )
        for start in range(0, len(lines), _AT_ONCE)
        for row in line_rows(
            lines[start : start + _AT_ONCE], request.user, roles_of(request), clock.today()
        )
    ]
    name = f"banque-{queue.state}"
    return answer_file(request, _COLUMNS, found, name=name, label="Lignes de la banque")


def line_seen(request: PageRequest, pk: int) -> BankLine:
    """Return a line that one sees, else 404."""
    rows = lines_seen(request.user, roles_of(request))
    line = (
        rows.filter(pk=pk)
        .select_related("statement__bank_account", "statement__file", "entry")
        .first()
    )
    if line is None:
        raise Http404
    return line


@page("payments:bank-line")
def bank_line(request: PageRequest, pk: int) -> HttpResponse:
    """Show a line with its proposals, to be decided by keyboard."""
    line, queue = line_seen(request, pk), Queue(request)
    context = line_context(request, line, queue)
    htmx = getattr(request, "htmx", None)
    record_access(
        actor=request.user,
        action="VIEW",
        subject=line,
        label=f"Ligne de banque du {line.booked_on:%d/%m/%Y}",
        page=request.page_key,
    )
    if htmx and htmx.target == "trouves":
        return render_page(request, "payments/bank_found.html", context)
    return render_page(request, "payments/bank_line.html", context)


def line_context(
    request: PageRequest, line: BankLine, queue: Queue, **forms: Any
) -> dict[str, Any]:
    """Return what the page of a line shows; `forms` are those that were refused."""
    previous, following, count = queue.around(line)
    back = queue.back(request, line)
    before = back or previous
    decides = may(request.user, "payments:bank-line-settle")
    context: dict[str, Any] = {
        "line": line,
        "queue": queue,
        "previous_url": queue.url(before) if before else "",
        "is_back": bool(back),
        "next_url": queue.url(following) if following else "",
        "count": count,
        "list_url": reverse("payments:bank-lines") + f"?{queue.query}",
        "may_decide": decides,
        "history": _history(line),
        "may_take": may_be_taken(line),
        "may_put_back": was_taken(line) and may(request.user, "payments:bank-line-held"),
    }
    if line.state in OPEN_LINES:
        context |= _open_context(request, line, forms)
    else:
        context["living"] = _living(request, line)
    return context | {"keys": keys_of(line, context)}


def _open_context(request: PageRequest, line: BankLine, forms: dict[str, Any]) -> dict[str, Any]:
    proposer = Proposer(clock.today(), only=line)
    proposal = proposer.propose([line])[line.pk]
    words = request.GET.get("chercher", "").strip()
    found = choices_of(request, proposal, line)
    recorded = near(proposer.recorded, line.amount, line.booked_on)
    recorded.sort(key=lambda one: one.entry != proposal.recorded)  # what is proposed, first
    parts = [(choice.contract.number, choice.amount) for choice in found if choice.is_part]
    context = {
        "proposal": proposal,
        "is_visible": bool(found) or not proposal.parts,
        "choices": found,
        "is_split": len(proposal.parts) > 1,
        "recorded": recorded[:3],
        "words": words,
        "found": _search(request, line, words, len(found)) if words else [],
        "split": forms.get("split") or SplitForm(initial=SplitForm.start(line.amount, parts)),
        "suspense": forms.get("suspense") or SuspenseForm(),
        "sets_aside": sets_aside(line, proposal, recorded),
    }
    return context | {"says": nothing_to_accept(context)}


def choices_of(request: PageRequest, proposal: Proposal, line: BankLine) -> list[Any]:
    """Return the contracts proposed that one sees, the first one first."""
    amounts = {part.contract: part.amount for part in proposal.parts}
    numbers = list(dict.fromkeys([*amounts, *proposal.others]))
    seen = {
        row.number: row for row in allowed(request, Contract.objects.filter(number__in=numbers))
    }
    found = choices(
        [seen[number] for number in numbers if number in seen],
        {number: amounts.get(number, line.amount) for number in numbers},
        clock.today(),
    )
    for rank, choice in enumerate(found[:9], start=1):
        choice.key = str(rank)
    for choice in found:
        choice.is_part = choice.contract.number in amounts
    return found


def _search(request: PageRequest, line: BankLine, words: str, known: int) -> list[Any]:
    rows = allowed(request, Contract.objects.filter(contracts_matching(words)))
    contracts = list(rows.distinct().order_by("-ends_on", "number")[:MOST_FOUND])
    amounts = {contract.number: line.amount for contract in contracts}
    found = choices(contracts, amounts, clock.today())
    for rank, choice in enumerate(found, start=known + 1):
        choice.key = str(rank) if rank < 10 else ""
    return found


def _living(request: PageRequest, line: BankLine) -> Reconciliation | None:
    rows = Reconciliation.objects.filter(line=line, undone_at=None)
    return (
        rows.select_related("author")
        .prefetch_related("parts__contract", "parts__recorded__postings__account__contract")
        .first()
    )


def _history(line: BankLine) -> list[Reconciliation]:
    rows = Reconciliation.objects.filter(line=line).select_related("author", "undone_by")
    return list(rows.order_by("-created_at", "-pk"))


@page("payments:bank-run", methods=("POST",))
def bank_run(request: PageRequest) -> HttpResponse:
    """Settle what is certain among all open lines, and propose again for the others."""
    try:
        done = reconcile(actor=request.user, today=clock.today())
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return redirect("payments:bank-lines")
    left = done.left["proposed"]
    toasts.say(
        request,
        f"{done.settled} lignes rapprochées automatiquement, {left} avec une proposition à "
        "confirmer.",
    )
    return redirect("payments:bank-lines")
