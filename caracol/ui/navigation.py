"""The entries of the side navigation, filtered by what the person may open."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from caracol.core.pages import policy


@dataclass(frozen=True)
class Destination:
    """A page of the navigation: its key is its URL name and its line in the rights table."""

    key: str
    label: str
    icon: str
    letter: str = ""
    """Pressed after `g`, goes there."""
    section: str = ""
    prefixes: tuple[str, ...] = ()
    """URL paths (below the entry's own) that light the entry up."""


@dataclass(frozen=True)
class Entry:
    """A destination ready to be drawn."""

    key: str
    label: str
    icon: str
    letter: str
    section: str
    url: str
    current: bool


PEOPLE = ("/contrats/", "/assurances/", "/attestations/", "/menage/", "/titres/")
DESTINATIONS: tuple[Destination, ...] = (
    Destination("dashboard:today", "Aujourd'hui", "sun", "a"),
    Destination("deadlines:deadline-list", "Échéances", "calendar-due", "d"),
    Destination("colocations:home-list", "Parc", "building-community", "p"),
    Destination(
        "residents:person-list",
        "Résidents",
        "users",
        "r",
        prefixes=(
            "/contrats/",
            "/assurances/",
            "/attestations/",
            "/menage/",
            "/titres/",
            "/demandes-logement/",
            "/droits/",
        ),
    ),
    Destination("payments:month-index", "Encaissements", "coin-euro", "e", "Argent"),
    Destination("payments:bank-lines", "Banque", "building-bank", "b", "Argent"),
    Destination("payments:arrears-list", "Impayés", "alert-circle", "i", "Argent"),
    Destination("payments:payment-list", "Règlements", "cash", "l", "Argent"),
    Destination("payments:caf-list", "CAF", "home-heart", "f", "Argent"),
    Destination("payments:debits", "Prélèvements", "transfer", "", "Argent", ("/mandats/",)),
    Destination("payments:refund-list", "Remboursements", "receipt-refund", "", "Argent"),
    Destination(
        "payments:ledger-check",
        "Comptabilité",
        "scale",
        "c",
        "Argent",
        ("/encaissements/export/",),
    ),
    Destination("agenda:month", "Agenda", "calendar-month", "j", "Suivi"),
    Destination(
        "residents:message-list", "Messages", "mail", "m", "Suivi", prefixes=("/messages/",)
    ),
    Destination("jobs:job-list", "Traitements", "list-check", "t", "Suivi"),
    Destination("takeover:upload", "Reprise", "file-import", "", "Suivi"),
)
BOTTOM_BAR = 4
"""How many entries the phone's bottom bar shows beside the menu."""


def _path(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _allowed(user: object) -> Iterator[tuple[Destination, str]]:
    may = policy().may
    for destination in DESTINATIONS:
        url = _path(destination.key) if may(user, destination.key) else ""
        if url:
            yield destination, url


def _depth(destination: Destination, url: str, path: str) -> int:
    """Return how much of an address an entry holds, 0 when it does not."""
    if url == "/":
        return int(path == "/")
    return max(len(start) for start in ("", url, *destination.prefixes) if path.startswith(start))


def entries(user: object, path: str) -> list[Entry]:
    """Return the entries that the person may open; the deepest one that matches is current."""
    allowed = list(_allowed(user))
    depths = {url: _depth(destination, url, path) for destination, url in allowed}
    current = max(depths, key=lambda url: depths[url], default="")
    is_lit = bool(current) and depths[current] > 0
    return [
        Entry(d.key, d.label, d.icon, d.letter, d.section, url, current=is_lit and url == current)
        for d, url in allowed
    ]


def search_url(user: object) -> str:
    """Return the address of the search, or nothing for who may not search."""
    return _path("dashboard:search") if policy().may(user, "dashboard:search") else ""
