"""The frame of a person's pages: header and tabs. Every tab, of any application, stands in it."""

from typing import Any

from django.urls import reverse

from caracol.accounts.policy import PAGES
from caracol.core import clock
from caracol.core.pages import get_visible_or_404
from caracol.core.registries import tabs_for
from residents.models import Person
from residents.permissions import Fact
from residents.selectors.people import STATE_WORDS, STATES
from residents.selectors.person import person_sheet
from residents.selectors.person_acts import person_acts


def person_frame(request: Any, pk: int) -> dict[str, Any]:
    """Return the context of `residents/person_frame.html` for a page of the person.

    Raises Http404 or PermissionDenied as every page does. A page of another application extends
    the same template and fills its block `onglet`.
    """
    person = get_visible_or_404(request, Person.objects.all(), pk=pk)
    sheet = person_sheet(request.user, person, clock.today())
    _label, tone, icon = STATES[sheet.state]
    return {
        "person": person,
        "sheet": sheet,
        "card": sheet.card,
        "facts": {fact.value: fact in sheet.facts for fact in Fact},
        "may_name": Fact.NAME in sheet.facts,
        "state": {"words": STATE_WORDS[sheet.state], "tone": tone, "icon": icon},
        "menu": person_acts(request.user, sheet),
        "tabs": person_tabs(request, person),
        "current_tab": request.page_key,
    }


def person_tabs(request: Any, person: Person) -> list[dict[str, str]]:
    """Return the tabs that the user may open on this person."""
    tabs = []
    for tab in tabs_for("person"):
        roles = PAGES.get(tab.page_key, frozenset())
        if not request.user.roles & roles:
            continue
        if not request.user.roles <= roles and not _through(request, person, roles):
            continue
        url = reverse(tab.url_name, args=[person.pk])
        tabs.append({"key": tab.page_key, "label": tab.label, "url": url})
    return tabs


def _through(request: Any, person: Person, roles: frozenset[Any]) -> bool:
    return Person.objects.visible_to(request.user, roles).filter(pk=person.pk).exists()
