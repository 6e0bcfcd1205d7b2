"""The list of homes, with their occupation and what ends next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.accounts.models import Territory
from caracol.lists.bulk import SetField, register_act
from caracol.lists.definition import Column, ListDefinition, Part, Reader, register
from caracol.lists.fields import EditableField
from caracol.ui import atoms
from colocations.filters import HomeFilter
from colocations.lists import officers
from colocations.models import Colocation
from colocations.selectors.homes import homes_on, nearness

NOTHING = format_html('<span class="is-none">{}</span>', "–")


@dataclass(frozen=True)
class HomeLine:
    """A home of the list: nothing in it is reserved to some readers."""

    home: Any
    day: date

    @property
    def pk(self) -> int:
        """Its number."""
        return int(self.home.pk)

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("colocations:home-detail", args=[self.home.pk])

    @property
    def is_closed(self) -> bool:
        """Whether it has been given back."""
        return bool(self.home.closes_on and self.home.closes_on < self.day)


def _name(line: HomeLine) -> SafeString:
    home = line.home
    closed = format_html(" {}", atoms.status("fermée", "neutral")) if line.is_closed else ""
    return format_html(
        '<a class="row-link" href="{}">{}</a>{}<span class="cell-note">{} · {}</span>',
        line.url,
        home.name,
        closed,
        home.site.city,
        home.site.territory.name,
    )


def _occupied(line: HomeLine) -> SafeString:
    home = line.home
    return format_html(
        '<span class="occupancy"><span class="figures">{}'
        '<span class="muted"> / {}</span></span>'
        '<progress class="occupancy-bar" max="{}" value="{}" aria-hidden="true"></progress>'
        "</span>",
        home.occupied_count,
        home.room_count,
        max(home.room_count, 1),
        home.occupied_count,
    )


def _free(line: HomeLine) -> SafeString:
    if line.is_closed:
        return NOTHING
    if not line.home.free_count:
        return format_html('<span class="is-none">{}</span>', 0)
    return atoms.status(str(line.home.free_count), "warning", "door")


def _agreement_end(line: HomeLine) -> SafeString:
    near = nearness(line.home.agreement_end, line.day)
    note = atoms.status(near.words, near.tone) if near.words else ""
    return format_html("{} {}", atoms.day(line.home.agreement_end, ""), note)


def _officer(line: HomeLine) -> Any:
    if line.home.mission_officer:
        return format_html("<span>{}</span>", line.home.mission_officer)
    if line.home.mission_officer_email:
        return format_html('<span class="muted">{}</span>', "invitation en attente")
    return NOTHING


COLUMNS = (
    Column(
        "name", "Colocation", _name, sort=("name", "pk"), css="lead", fixed=True,
        parts=(
            Part("Code", lambda line: line.home.code),
            Part("Colocation", lambda line: line.home.name),
            Part("Ville", lambda line: f"{line.home.site.postcode} {line.home.site.city}"),
            Part("Territoire", lambda line: line.home.site.territory.name),
        ),
    ),
    Column(
        "address", "Adresse", lambda line: line.home.site.address, shown=False,
        parts=(
            Part("Site", lambda line: line.home.site.name),
            Part("Adresse", lambda line: line.home.site.address),
        ),
    ),
    Column(
        "occupied", "Occupation", _occupied, sort=("occupied_count", "name"),
        parts=(
            Part("Chambres", lambda line: line.home.room_count, "number"),
            Part("Occupées", lambda line: line.home.occupied_count, "number"),
        ),
    ),
    Column(
        "free", "Libres", _free, sort=("free_count", "name"), css="num",
        parts=(Part("Libres", lambda line: line.home.free_count, "number"),),
    ),
    Column(
        "next_end", "Prochaine fin de contrat", lambda line: atoms.day(line.home.next_end),
        sort=("next_end", "name"),
        parts=(Part("Prochaine fin de contrat", lambda line: line.home.next_end, "date"),),
    ),
    Column(
        "agreement_end", "Fin côté propriétaire", _agreement_end, sort=("agreement_end", "name"),
        parts=(Part("Fin côté propriétaire", lambda line: line.home.agreement_end, "date"),),
    ),
    Column(
        "opens_on", "Ouverture", lambda line: atoms.day(line.home.opens_on),
        sort=("opens_on", "name"), shown=False,
        parts=(
            Part("Ouverture", lambda line: line.home.opens_on, "date"),
            Part("Fermeture", lambda line: line.home.closes_on, "date"),
        ),
    ),
    Column(
        "dpe", "DPE", lambda line: line.home.dpe_class or NOTHING, sort=("dpe_class", "name"),
        shown=False, parts=(Part("Classe DPE", lambda line: line.home.dpe_class),),
    ),
    Column(
        "officer", "Suivi par", _officer,
        sort=("mission_officer__last_name", "mission_officer_email"),
        parts=(
            Part(
                "Suivi par",
                lambda line: str(line.home.mission_officer or line.home.mission_officer_email),
            ),
        ),
    ),
)  # fmt: skip

OFFICER = EditableField(
    key="officer",
    label="Suivi par",
    names=("mission_officer", "mission_officer_email"),
    control=officers.control,
    raw=lambda home: str(home.mission_officer_id or ""),
    show=officers.shown,
    write=officers.give,
)


class HomeList(ListDefinition):
    """One row a home."""

    key = "colocations:home-list"
    export_key = "colocations:home-export"
    cell_key = "colocations:home-cell"
    bulk_key = "colocations:home-bulk"
    title = "Colocations"
    noun = ("colocation", "colocations")
    feminine = True
    file_stem = "colocations"
    empty_text = "Aucune colocation ne correspond à ces filtres"
    none_text = "Aucune colocation pour l'instant : la première apparaîtra ici"
    columns = COLUMNS
    fields = {"officer": OFFICER}
    model = Colocation
    related = ("site", "mission_officer")

    def rows(self, reader: Reader, sort: str) -> Any:
        """The homes seen, with their occupation of the day."""
        return homes_on(reader.day, Colocation.objects.visible_to(reader.user, reader.roles))

    def filter(self, reader: Reader, query: Any, rows: Any) -> HomeFilter:
        """Words, territory, state."""
        seen = Colocation.objects.visible_to(reader.user, reader.roles)
        territories = Territory.objects.filter(pk__in=seen.values("site__territory"))
        return HomeFilter(
            query, queryset=rows, day=reader.day, territories=territories.order_by("name")
        )

    def order(self, reader: Reader, rows: Any) -> Any:
        """By name."""
        return rows.order_by("name", "pk")

    def lines(self, reader: Reader, rows: Sequence[Any]) -> Iterable[HomeLine]:
        """As they are."""
        return map(partial(HomeLine, day=reader.day), rows)

    def label_of(self, line: HomeLine) -> str:
        """The name."""
        return str(line.home.name)


HOMES = register(HomeList())
register_act(
    SetField(
        OFFICER,
        code="home-officer",
        list_key=HOMES.key,
        page_key=HOMES.bulk_key,
        label="Changer qui suit",
        icon="user-check",
        lead="Qui suit ces colocations au quotidien : cette personne les verra, l'ancienne non.",
        done=("{} colocation confiée.", "{} colocations confiées."),
    )
)
