"""A contract's page: facts, terms version by version, holders, insurances, notices."""

from django.http import HttpResponse

from caracol.accounts.policy import may_on
from caracol.audit.models import AccessAction
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from residents.models import Contract
from residents.permissions import Fact
from residents.selectors.contracts import rule_of, upstream_end
from residents.selectors.person import contract_cards


@page("residents:contract-detail")
def contract_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a contract, as far as the user may know it."""
    contract = get_visible_or_404(request, Contract.objects.all(), pk=pk)
    day = clock.today()
    card = contract_cards(request.user, Contract.objects.filter(pk=contract.pk), day)[0]
    record_access(
        actor=request.user,
        action=AccessAction.VIEW,
        subject=contract,
        label=f"Contrat {contract.number}",
        page=request.page_key,
        request_id=getattr(request, "request_id", ""),
    )
    context = {
        "contract": contract,
        "card": card,
        "facts": {fact.value: fact in card.facts for fact in Fact},
        "terms": reversed(card.terms),
        "rule": rule_of(contract),
        "upstream_end": upstream_end(card.place.room.colocation.site_id) if card.place else None,
        "insurance": card.insurance_on(day),
        "may_open_person": may_on(request.user, "residents:person-detail", contract.territory_id),
        "insured_needed": Fact.INSURANCE in card.facts
        and contract.starts_on <= day <= contract.ends_on,
    }
    return render_page(request, "residents/contract_detail.html", context)
