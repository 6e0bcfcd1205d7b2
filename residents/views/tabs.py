"""The tabs above the lists: people or contracts."""

from django.urls import reverse

from caracol.accounts.policy import may
from caracol.core.pages import PageRequest

LISTS = (
    ("residents:person-list", "Personnes", "users"),
    ("residents:contract-list", "Contrats", "file-text"),
)


def list_tabs(request: PageRequest) -> list[dict[str, str]]:
    """Return the lists that the user may open; one alone needs no tab."""
    items = [
        {"key": key, "label": label, "url": reverse(key), "icon": icon}
        for key, label, icon in LISTS
        if may(request.user, key)
    ]
    return items if len(items) > 1 else []
