"""The aid of the CAF within a person's page."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from caracol.accounts.policy import GLA, may, may_on
from caracol.audit.models import AccessAction
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.pages import PageRequest, allowed, page, render_page
from payments.selectors.caf_person import PersonAid, person_aid
from residents.models import Contract
from residents.permissions import Fact
from residents.selectors.frame import person_frame

RECENT = 12


@page("payments:person-caf")
def person_caf(request: PageRequest, pk: int) -> HttpResponse:
    """Show a person's aid: expected and received by month, with the statements that brought it."""
    context = person_frame(request, pk)
    person = context["person"]
    held = allowed(request, Contract.objects.filter(holders__person=pk))
    contracts = list(held.select_related("territory").distinct().order_by("-ends_on", "-pk"))
    aid = person_aid(person, contracts, clock.today())
    record_access(
        actor=request.user,
        action=AccessAction.VIEW,
        subject=person,
        label=f"Aides de la CAF · {person.reference}",
        page=request.page_key,
    )
    context |= {
        "aid": aid,
        "contract": aid.contract,
        "several": len(contracts) > 1,
        "recent": aid.months[:RECENT],
        "older": aid.months[RECENT:],
        "sees_number": Fact.PERMITS in context["sheet"].facts,
        **_can(request, aid),
    }
    return render_page(request, "payments/person_caf.html", context)


def _can(request: PageRequest, aid: PersonAid) -> dict[str, Any]:
    """Say what the user's rights open from here."""
    contract = aid.contract
    territory = contract.territory_id if contract else None
    may_contract = may_on(request.user, "residents:contract-detail", territory)
    return {
        "may_statement": may(request.user, "payments:caf-detail"),
        "may_name": bool(request.user.roles & GLA),
        "may_refund": may_on(request.user, "payments:refund-prepare", territory),
        "may_contest": may_on(request.user, "residents:document-issue", territory),
        "contract_url": (
            reverse("residents:contract-detail", args=[contract.pk])
            if contract and may_contract
            else ""
        ),
    }
