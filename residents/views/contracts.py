"""A contract's pages: what it says, version by version, who and what hangs on it, its history."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse

from caracol.accounts.policy import may_on
from caracol.audit.models import AccessAction
from caracol.audit.selectors import history_of
from caracol.audit.services import record_access
from caracol.core.pages import PageRequest, page, render_page
from caracol.deadlines.selectors.about import task_url
from residents.calculations.renewal import said_after
from residents.enums import LIVING, ContractStatus
from residents.models import AcceptedWarning, Contract, ContractTypeRule
from residents.permissions import Fact, masks
from residents.selectors.amending import life_of
from residents.selectors.contract_frame import contract_frame
from residents.selectors.contracts import newer_rule, rule_of, upstream_end
from residents.selectors.deadlines import contract_deadlines
from residents.selectors.person import contract_history_subjects
from residents.selectors.rules import as_rule

PER_PAGE = 20
ENDING = (ContractStatus.NOTICE_GIVEN, ContractStatus.ENDED, ContractStatus.CLOSED)


def _read(request: PageRequest, context: dict[str, Any], what: str) -> None:
    """Write the one line of the register that this reading leaves."""
    record_access(
        actor=request.user,
        action=AccessAction.VIEW,
        subject=context["contract"],
        label=f"{what} {context['contract'].number}",
        page=request.page_key,
        request_id=getattr(request, "request_id", ""),
    )


@page("residents:contract-detail")
def contract_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a contract, as far as the user may know it."""
    context = contract_frame(request, pk)
    card, contract, day = context["card"], context["contract"], context["day"]
    lived = contract.status in LIVING and contract.starts_on <= day <= contract.ends_on
    rule = rule_of(contract)
    owner_end = upstream_end(card.place.room.colocation.site_id) if card.place else None
    context |= {
        "terms": list(reversed(card.terms)),
        "rule": rule,
        "newer_rule": newer_rule(contract, rule, day),
        "withdraws": may_on(request.user, "residents:amendment-withdraw", contract.territory_id),
        "upstream_end": owner_end,
        "after": _after(contract, rule, owner_end),
        "insurance": card.insurance_on(day),
        "deadlines": contract_deadlines(request.user, card, day),
        "task_url": task_url(contract=contract.pk),
        "may_issue": may_on(request.user, "residents:document-issue", contract.territory_id),
        "may_occupants": may_on(request.user, "residents:occupant-new", contract.territory_id),
        "insured_needed": Fact.INSURANCE in card.facts and lived,
        "warnings": contract.accepted_warnings.select_related("accepted_by").order_by("pk"),
    }
    _read(request, context, "Contrat")
    return render_page(request, "residents/contract_detail.html", context)


def _after(contract: Contract, rule: ContractTypeRule | None, owner_end: date | None) -> str:
    """Say what follows the end of a contract that nothing ends yet."""
    if rule is None or contract.status in {ContractStatus.CANCELLED, *ENDING}:
        return ""
    return said_after(as_rule(rule), life_of(contract), owner_end)


@page("residents:contract-history")
def contract_history(request: PageRequest, pk: int) -> HttpResponse:
    """Show who changed what of a contract."""
    context = contract_frame(request, pk)
    subjects = contract_history_subjects([context["card"]])
    warnings = AcceptedWarning.objects.filter(contract=context["contract"])
    subjects[AcceptedWarning] = list(warnings.values_list("pk", flat=True))
    lines = history_of(subjects, masks=masks(context["card"].facts))
    context["lines"] = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    _read(request, context, "Historique du contrat")
    return render_page(request, "residents/contract_history.html", context)
