"""What the gallery shows of lists: views, columns, files, acts, cells. Leads nowhere."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django import forms

VIEWS = [
    SimpleNamespace(
        pk=1, name="Fins de contrat du trimestre", url="#", owner="Camille Moreau", is_mine=True,
        is_shared=False, is_default=True, is_current=True,
    ),
    SimpleNamespace(
        pk=2, name="À renouveler", url="#", owner="Ada Direction", is_mine=False, is_shared=True,
        is_default=False, is_current=False,
    ),
]  # fmt: skip
COLUMNS = (
    ("name", "Nom", True, True),
    ("home", "Maison", True, False),
    ("balance", "Solde", True, False),
    ("language", "Langue", False, False),
)


@dataclass
class SampleListing:
    """The same attributes as `caracol.lists.listing.Listing`, over the gallery's rows."""

    table: Any
    total: int
    detail: str = "3 doivent quelque chose"
    is_changed: bool = True
    is_filtered: bool = True
    has_own_columns: bool = True
    query: str = "q=a"
    path: str = ""
    plain_url: str = "#"
    everything_url: str = "#"
    export_url: str = "#?"
    bulk_url: str = ""
    views: list[Any] = field(default_factory=lambda: VIEWS)
    kept: tuple[tuple[str, str], ...] = (("q", "a"),)
    sizes: tuple[tuple[int, bool], ...] = ((25, False), (50, True), (100, False))

    @property
    def count_words(self) -> str:
        """How many rows there are."""
        return f"{self.total} personnes"

    @property
    def current(self) -> Any:
        """The view shown."""
        return self.views[0]

    @property
    def definition(self) -> Any:
        """What names the list."""
        return SimpleNamespace(key="residents:person-list")

    @property
    def choices(self) -> list[Any]:
        """The columns to choose among."""
        return [
            SimpleNamespace(key=key, label=label, is_shown=shown, is_fixed=fixed)
            for key, label, shown, fixed in COLUMNS
        ]

    @property
    def acts(self) -> list[Any]:
        """What may be done to several rows."""
        return [
            SimpleNamespace(code="quittance", label="Envoyer la quittance"),
            SimpleNamespace(code="language", label="Changer la langue"),
        ]


STATES = [
    {"label": "Actuels", "url": "#", "count": 120, "current": True},
    {"label": "Départs annoncés", "url": "#", "count": 3, "current": False},
    {"label": "Tous", "url": "#", "count": "", "current": False},
]


class SampleCell(forms.Form):
    """A cell being edited."""

    seen = forms.CharField(widget=forms.HiddenInput, initial="0", required=False)
    value = forms.CharField(label="Téléphone", initial="06 12 34 56 78")


CONFLICT = {"who": "Ada Direction", "theirs": "07 00 00 00 01", "mine": "06 12 34 56 78"}
CELL_TARGET = SimpleNamespace(label="Téléphone")
