"""Every page of ours carries its key, its line in the rights table and its French address."""

import re

import pytest
from django.urls import URLPattern, get_resolver, reverse

from caracol.accounts.enums import Role
from caracol.accounts.policy import PAGES
from caracol.core import registries
from caracol.ui import navigation

# Pages that are not the product's business: Django's, allauth's, the gallery of components.
OTHERS = {"admin", "ui", "account", "mfa", "usersessions"}
# Answered to machines and to whoever is not signed in.
OPEN = {"jobs:health", "agenda:feed"}


def patterns(resolver=None, namespace=""):
    """Yield the full name and the pattern of every URL of ours."""
    resolver = resolver or get_resolver()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        else:
            inside = pattern.namespace or ""
            if inside not in OTHERS and not str(pattern.pattern).startswith("compte/"):
                yield from patterns(pattern, f"{namespace}{inside}:" if inside else namespace)


OURS = sorted((name, pattern) for name, pattern in patterns() if name not in OPEN)


def test_there_are_pages():
    """The walk finds the pages; otherwise the other tests prove nothing."""
    names = {name for name, _pattern in OURS}
    assert {"dashboard:today", "colocations:home-list", "residents:person-detail"} <= names


@pytest.mark.parametrize(("name", "pattern"), OURS, ids=[name for name, _ in OURS])
def test_every_view_carries_its_key(name, pattern):
    """A view without the page decorator, or under another's key, is a hole."""
    assert getattr(pattern.callback, "page_key", None) == name
    assert name in PAGES


def test_every_line_of_the_table_names_known_roles():
    """The table holds roles, and an address key is made of application and page."""
    for key, roles in PAGES.items():
        assert re.fullmatch(r"[a-z]+:[a-z-]+", key)
        assert roles <= frozenset(Role), key


def test_every_entry_of_the_navigation_has_its_line():
    """An entry without a line in the table would show to nobody."""
    assert {destination.key for destination in navigation.DESTINATIONS} <= set(PAGES)


def test_every_tab_and_act_has_its_line_and_address():
    """What applications register leads somewhere."""
    known = {name for name, _pattern in OURS}
    for tab in registries.tabs:
        assert tab.page_key in PAGES
        assert reverse(tab.url_name, args=[1])
    for act in registries.acts:
        assert act.url_name in PAGES, act
        assert act.url_name in known or act.url_name.startswith("takeover:")
