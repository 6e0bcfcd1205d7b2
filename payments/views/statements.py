"""Papers asked for from an account: the statement, the attestation of the takeover."""

from django.http import HttpResponse
from django.shortcuts import redirect

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page
from caracol.documents.models import Document
from caracol.ui import toasts
from payments.forms import StatementForm
from payments.services.statements import issue_attestation, issue_statement
from residents.models import Contract


@page("payments:account-statement", methods=("POST",))
def account_statement(request: PageRequest, number: str) -> HttpResponse:
    """Issue the statement of a period, then show the account's papers."""
    contract = _contract(request, number)
    form = StatementForm(request.POST)
    if not form.is_valid():
        words = " ".join(str(error) for errors in form.errors.values() for error in errors)
        toasts.say(request, f"Le relevé n'a pas été demandé. {words}", tone="danger")
        return _back(contract)
    try:
        document = issue_statement(
            contract=contract, today=clock.today(), actor=request.user, **form.cleaned_data
        )
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return _back(contract)
    return _told(request, contract, document)


@page("payments:account-attestation", methods=("POST",))
def account_attestation(request: PageRequest, number: str) -> HttpResponse:
    """Issue the attestation of the situation at the takeover."""
    contract = _contract(request, number)
    try:
        document = issue_attestation(contract=contract, today=clock.today(), actor=request.user)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return _back(contract)
    return _told(request, contract, document)


def _contract(request: PageRequest, number: str) -> Contract:
    contracts = Contract.objects.select_related("territory")
    contract: Contract = get_visible_or_404(request, contracts, number=number)
    return contract


def _told(request: PageRequest, contract: Contract, document: Document) -> HttpResponse:
    if document.is_ready:
        text = f"Rien n'a changé depuis : c'est le même document, {document.number}."
    else:
        text = f"{document.kind_label} {document.number} : la feuille arrive dans les papiers."
    toasts.say(request, text)
    return _back(contract)


def _back(contract: Contract) -> HttpResponse:
    response = redirect("payments:account-detail", number=contract.number)
    response["Location"] += "#papiers"
    return response
