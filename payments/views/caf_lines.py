"""The lines of the CAFs' statements: say whose they are, take them off, look at them."""

from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.ui import toasts
from payments.models import CafLine
from payments.selectors.caf_doubles import doubles
from payments.selectors.caf_people import suggestions
from payments.selectors.labels import contract_labels, contracts_matching
from payments.services.caf_naming import name_line, review_line, unname_line
from payments.services.caf_posting import months_words
from residents.models import Contract, ContractHolder

DETAIL = "payments:caf-detail"
MOST_FOUND = 8


def _line(request: PageRequest, pk: int) -> CafLine:
    rows = CafLine.objects.select_related("statement__office", "contract", "double_of__statement")
    found: CafLine = get_visible_or_404(request, rows, pk=pk)
    return found


@page("payments:caf-name", methods=("GET", "POST"))
def caf_name(request: PageRequest, pk: int) -> HttpResponse:
    """Find the contract that a line is for, and put it there."""
    line = _line(request, pk)
    if request.method == "POST":
        return _name(request, line)
    contracts = allowed(request, Contract.objects.all())
    words = request.GET.get("q", "").strip()
    proposed = suggestions([line], contracts).get(line.pk, [])
    found = []
    if words:
        rows = contracts.filter(contracts_matching(words)).order_by("-ends_on", "number")
        found = list(rows[:MOST_FOUND])
    ids = [one.pk for one in found] + [one.contract.pk for one in proposed]
    labels = contract_labels(ids, line.month_to)
    double = doubles([line], line.statement.office).get(line.pk)
    context = {
        "line": line,
        "is_numbered": double is not None and double.of.contract_id is not None,
        "double": double if line.contract_id is None else None,
        "months": months_words(line),
        "words": words,
        "proposed": [(labels[one.contract.pk], one.why) for one in proposed],
        "found": [labels[one.pk] for one in found],
        "partials": ("trouves",),
    }
    return render_page(request, "payments/caf_name.html", context)


def _name(request: PageRequest, line: CafLine) -> HttpResponse:
    number = request.POST.get("contrat", "")
    contract = get_visible_or_404(request, Contract.objects.all(), number=number)
    holder = None
    if "retenir" in request.POST:
        holders = ContractHolder.objects.filter(contract=contract).select_related("person")
        holder = holders.order_by("-is_main", "pk").first()
    try:
        name_line(
            line=line,
            contract=contract,
            today=clock.today(),
            actor=request.user,
            remember=holder.person if holder else None,
        )
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, f"Ligne inscrite au contrat {contract.number}.")
    return redirect(DETAIL, pk=line.statement_id)


@page("payments:caf-unname", methods=("POST",))
def caf_unname(request: PageRequest, pk: int) -> HttpResponse:
    """Take a line off its contract: back in suspense."""
    line = _line(request, pk)
    try:
        unname_line(line=line, today=clock.today(), actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, "Ligne remise en attente.")
    return redirect(DETAIL, pk=line.statement_id)


@page("payments:caf-review", methods=("POST",))
def caf_review(request: PageRequest, pk: int) -> HttpResponse:
    """Note that one has looked at a line."""
    line = _line(request, pk)
    review_line(line=line, actor=request.user)
    toasts.say(request, "Ligne vérifiée.")
    return redirect(DETAIL, pk=line.statement_id)
