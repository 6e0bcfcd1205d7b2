"""A contract's account: by its number, and as a tab of the person's page."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.policy import MONEY, may_on
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.export import Column
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.core.periods import Month
from caracol.documents.enums import DocumentState
from caracol.documents.models import Document
from caracol.ui.fields import DateField
from payments.forms import StatementForm
from payments.models import Term
from payments.selectors.account import RULES, AccountSheet
from payments.selectors.labels import contract_labels
from payments.views.lists import answer_file
from residents.models import Contract
from residents.selectors.frame import person_frame

RECENT = 12
PER_PAGE = 40
_ACTS = (
    *("payment-record", "payment-reverse", "account-statement", "account-export"),
    *("account-attestation", "receipt-cancel", "paper-read", "term-correct"),
)


@page("payments:account-detail")
def account_detail(request: PageRequest, number: str) -> HttpResponse:
    """Show an account: what is called and received, side by side, at any date."""
    contract = _contract(request, number)
    _read(request, contract)
    return render_page(request, "payments/account.html", _context(request, contract))


@page("payments:person-account")
def person_account(request: PageRequest, pk: int) -> HttpResponse:
    """Show the account of a person's contract within their page."""
    context = person_frame(request, pk)
    held = allowed(request, Contract.objects.filter(holders__person=pk)).select_related("territory")
    contracts = list(held.distinct().order_by("-ends_on", "-pk"))
    asked = request.GET.get("contrat", "")
    contract = next((each for each in contracts if each.number == asked), None)
    contract = contract or next(iter(contracts), None)
    context["contracts"] = contracts
    context["contract"] = contract
    if contract is not None:
        _read(request, contract)
        context |= _context(request, contract)
    return render_page(request, "payments/person_account.html", context)


def _contract(request: PageRequest, number: str) -> Contract:
    contracts = Contract.objects.select_related("territory")
    contract: Contract = get_visible_or_404(request, contracts, number=number)
    return contract


def _read(request: PageRequest, contract: Contract) -> None:
    """Write the one line of the register that this reading leaves."""
    record_access(
        actor=request.user,
        action="VIEW",
        subject=contract,
        label=f"Compte · {contract.number}",
        page=request.page_key,
    )


def asked_day(request: PageRequest) -> date | None:
    """Return the day in the address, or None for now."""
    try:
        day: date | None = DateField(required=False).clean(request.GET.get("au", ""))
    except ValidationError:  # an address typed by hand
        return None
    return day


def _context(request: PageRequest, contract: Contract) -> dict[str, Any]:
    today = clock.today()
    until = asked_day(request)
    sheet = AccountSheet(contract, today=today, until=until)
    places = _sees_places(request, contract)
    pages = Paginator(sheet.movements[::-1], PER_PAGE)
    return {
        "contract": contract,
        "label": contract_labels([contract.pk], sheet.on, with_places=places)[contract.pk],
        "account": sheet,
        "today": today,
        "until": until,
        "recent": sheet.terms[:RECENT],
        "older": sheet.terms[RECENT:],
        "movements": pages.get_page(request.GET.get("page")),
        "rules": RULES,
        "can": _can(request, contract, _ACTS),
        "statement_form": StatementForm(initial=_period(contract, sheet, today)),
        "account_url": reverse("payments:account-detail", args=[contract.number]),
        **_papers(contract),
    }


def _can(request: PageRequest, contract: Contract, names: Iterable[str]) -> dict[str, bool]:
    """Say which of these acts the user's rights on the contract's territory open."""
    return {
        name.replace("-", "_"): may_on(request.user, f"payments:{name}", contract.territory_id)
        for name in names
    }


def _sees_places(request: PageRequest, contract: Contract) -> bool:
    """Whether homes and rooms may be shown: accounting knows names and numbers only."""
    return bool(request.user.roles_on(contract.territory_id) & (MONEY - {Role.ACCOUNTANT}))


def _period(contract: Contract, sheet: AccountSheet, today: date) -> dict[str, date]:
    movements = sheet.movements
    first = movements[0].on if movements else contract.starts_on
    return {"starts_on": max(first, Month.of(today).plus(-11).first), "ends_on": today}


def _papers(contract: Contract) -> dict[str, Any]:
    """The papers of the account other than those of a term: statements, attestations."""
    rows = Document.objects.about(contract).filter(kind__in=["STATEMENT", "TAKEOVER_ATTESTATION"])
    papers = list(rows.order_by("-issued_at")[:10])
    pending = any(paper.state == DocumentState.PENDING for paper in papers)
    return {"papers": papers, "papers_pending": pending}


@page("payments:account-papers")
def account_papers(request: PageRequest, number: str) -> HttpResponse:
    """Answer the papers of the account alone, while one is being made."""
    contract = _contract(request, number)
    can = _can(request, contract, ("paper-read",))
    context = {"contract": contract, "can": can, **_papers(contract)}
    return render_page(request, "payments/account_papers.html", context)


_COLUMNS = [
    Column("Date", "date"),
    Column("Libellé"),
    Column("Détail"),
    Column("Appelé", "money"),
    Column("Reçu", "money"),
    Column("Solde", "money"),
]


@page("payments:account-export")
def account_export(request: PageRequest, number: str) -> HttpResponse:
    """Export every line of the account with its running balance."""
    contract = _contract(request, number)
    sheet = AccountSheet(contract, today=clock.today(), until=asked_day(request))
    rows = [
        (line.on, line.label, line.detail, line.debit, line.credit, line.balance)
        for line in sheet.movements
    ]
    label = f"Compte · {contract.number}"
    return answer_file(
        request, _COLUMNS, rows, name=f"compte-{contract.number}", label=label, subject=contract
    )


@page("payments:term-explain")
def term_explain(request: PageRequest, pk: int) -> HttpResponse:
    """Say why a term is worth what it is, and what settled it."""
    terms = Term.objects.select_related("contract__territory")
    term = get_visible_or_404(request, terms, pk=pk)
    contract = term.contract
    sheet = AccountSheet(contract, today=clock.today())
    row = next(row for row in sheet.terms if row.term.pk == term.pk)
    places = _sees_places(request, contract)
    context = {
        "contract": contract,
        "label": contract_labels([contract.pk], term.ends_on, with_places=places)[contract.pk],
        "row": row,
        "can": _can(request, contract, ("receipt-cancel", "paper-read", "term-correct")),
    }
    return render_page(request, "payments/term.html", context)
