"""The frames of the patrimony's pages: what each shows around its content."""

from typing import Any

from django.core.paginator import Paginator
from django.urls import reverse

from caracol.accounts.policy import may, may_on
from caracol.audit.selectors import history_of
from caracol.core.pages import PageRequest
from caracol.core.registries import tabs_for

HISTORY_PAGE = 20
SECTIONS = (
    ("Colocations", "colocations:home-list"),
    ("Chambres", "colocations:room-list"),
    ("Occupation", "colocations:occupancy"),
    ("Fermetures", "colocations:closures"),
    ("Propriétaires", "colocations:owner-list"),
    ("Conventions", "colocations:agreement-list"),
    ("Agréments", "colocations:credential-list"),
)


def sections(request: PageRequest) -> list[dict[str, str]]:
    """Return the sections of « Parc » that the user may open."""
    return [
        {"key": key, "label": label, "url": reverse(key)}
        for label, key in SECTIONS
        if may(request.user, key)
    ]


def tabs_of(
    request: PageRequest, subject: str, pk: int, territory_id: int | None
) -> list[dict[str, str]]:
    """Return the tabs of a page that the user may open on a territory (None: anywhere)."""
    user = request.user
    return [
        {"key": tab.url_name, "label": tab.label, "url": reverse(tab.url_name, args=[pk])}
        for tab in tabs_for(subject)
        if (may(user, tab.page_key) if territory_id is None
            else may_on(user, tab.page_key, territory_id))
    ]  # fmt: skip


def rights(request: PageRequest, territory_id: int | None, *names: str) -> dict[str, bool]:
    """Tell which acts the user may do: "home-edit" is read as `may.home_edit` by templates."""
    user = request.user
    found = {}
    for name in names:
        key = f"colocations:{name}"
        known = may(user, key) if territory_id is None else may_on(user, key, territory_id)
        found[name.replace("-", "_")] = known
    return found


def history_page(request: PageRequest, subjects: Any) -> Any:
    """Return the page of a history that the address asks for."""
    lines = history_of(subjects)
    return Paginator(lines, HISTORY_PAGE).get_page(request.GET.get("page"))
