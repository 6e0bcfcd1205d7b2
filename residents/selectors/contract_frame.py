"""The frame of the pages of a contract: header, acts, and the tabs of any application."""

from typing import Any

from django.urls import reverse

from caracol.accounts.policy import PAGES
from caracol.core import clock
from caracol.core.pages import get_visible_or_404
from caracol.core.registries import tabs_for
from residents.models import Contract
from residents.permissions import Fact
from residents.selectors.acts import acts_on
from residents.selectors.person import contract_cards


def contract_frame(request: Any, pk: int) -> dict[str, Any]:
    """Return the context of `residents/contract_frame.html` for a page of the contract.

    Raises Http404 or PermissionDenied as every page does. A page of another application extends
    the same template and fills its block `onglet`; it writes its own line in the register.
    """
    contract = get_visible_or_404(request, Contract.objects.all(), pk=pk)
    day = clock.today()
    card = contract_cards(request.user, Contract.objects.filter(pk=contract.pk), day)[0]
    return {
        "contract": card.contract,
        "card": card,
        "day": day,
        "facts": {fact.value: fact in card.facts for fact in Fact},
        "menu": acts_on(request.user, card, day),
        "tabs": contract_tabs(request, contract),
        "current_tab": request.page_key,
    }


def contract_tabs(request: Any, contract: Contract) -> list[dict[str, str]]:
    """Return the tabs that the user may open on this contract."""
    tabs = []
    for tab in tabs_for("contract"):
        roles = PAGES.get(tab.page_key, frozenset())
        if not request.user.roles & roles:
            continue
        if not request.user.roles <= roles and not _through(request, contract, roles):
            continue
        if tab.fits is not None and not tab.fits(contract):
            continue
        url = reverse(tab.url_name, args=[contract.pk])
        tabs.append({"key": tab.page_key, "label": tab.label, "url": url})
    return tabs


def _through(request: Any, contract: Contract, roles: frozenset[Any]) -> bool:
    return Contract.objects.visible_to(request.user, roles).filter(pk=contract.pk).exists()
