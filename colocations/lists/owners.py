"""The list of owners: whom to call, and how many sites they let the association use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.lists.definition import Column, ListDefinition, Part, Reader, register
from caracol.ui import atoms
from colocations.filters import OwnerFilter
from colocations.models import Owner, OwnerAgreement
from colocations.selectors.agreements import owners_on

_NOTHING = format_html('<span class="is-none">{}</span>', "–")


@dataclass(frozen=True)
class ListedOwner:
    """An owner of the list."""

    owner: Any

    @property
    def pk(self) -> int:
        """Its number in the database."""
        return int(self.owner.pk)

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("colocations:owner-detail", args=[self.owner.pk])

    @property
    def kind(self) -> str:
        """Its quality, in words."""
        return str(self.owner.get_kind_display()) if self.owner.kind else ""


def _name(row: ListedOwner) -> SafeString:
    many = row.owner.contact_count
    note = f"{many} contact{'s' if many > 1 else ''}" if many else "aucun contact"
    return format_html(
        '<span><a class="row-link" href="{}">{}</a><span class="cell-note">{}</span></span>',
        row.url,
        row.owner.name,
        note,
    )


def _phone(row: ListedOwner) -> Any:
    phone = row.owner.phone
    return format_html('<a href="tel:{}">{}</a>', phone, atoms.phone(phone)) if phone else _NOTHING


def _email(row: ListedOwner) -> Any:
    email = row.owner.email
    return format_html('<a href="mailto:{}">{}</a>', email, email) if email else _NOTHING


def _sites(row: ListedOwner) -> Any:
    return row.owner.site_count or format_html('<span class="is-none">{}</span>', 0)


COLUMNS = (
    Column(
        "name", "Propriétaire", _name, css="lead", fixed=True, sort=("name",),
        parts=(Part("Propriétaire", lambda row: row.owner.name),),
    ),
    Column(
        "kind", "Qualité", lambda row: row.kind or _NOTHING, sort=("kind", "name"),
        parts=(Part("Qualité", lambda row: row.kind),),
    ),
    Column(
        "address", "Adresse", lambda row: row.owner.address or _NOTHING, shown=False,
        parts=(Part("Adresse", lambda row: row.owner.address),),
    ),
    Column(
        "phone", "Téléphone", _phone, parts=(Part("Téléphone", lambda row: row.owner.phone),),
    ),
    Column("email", "Courriel", _email, parts=(Part("Courriel", lambda row: row.owner.email),)),
    Column(
        "contacts", "Contacts", lambda row: row.owner.contact_count, css="num", shown=False,
        sort=("contact_count", "name"),
        parts=(Part("Contacts", lambda row: row.owner.contact_count, "number"),),
    ),
    Column(
        "sites", "Sites en cours", _sites, css="num", sort=("site_count", "name"),
        parts=(Part("Sites", lambda row: row.owner.site_count, "number"),),
    ),
)  # fmt: skip


class OwnerList(ListDefinition):
    """One row an owner."""

    key = "colocations:owner-list"
    export_key = "colocations:owner-export"
    title = "Propriétaires"
    noun = ("propriétaire", "propriétaires")
    file_stem = "proprietaires"
    empty_text = "Aucun propriétaire ne correspond à ces filtres"
    none_text = "Aucun propriétaire pour l'instant : ajoutez le premier"
    columns = COLUMNS
    model = Owner

    def rows(self, reader: Reader, sort: str) -> Any:
        """The owners seen, with the sites that the reader may know."""
        agreements = OwnerAgreement.objects.visible_to(reader.user)
        return owners_on(
            reader.day, Owner.objects.visible_to(reader.user, reader.roles), agreements
        )

    def filter(self, reader: Reader, query: Any, rows: Any) -> OwnerFilter:
        """Words, quality."""
        return OwnerFilter(query, queryset=rows)

    def order(self, reader: Reader, rows: Any) -> Any:
        """By name."""
        return rows.order_by("name", "pk")

    def lines(self, reader: Reader, rows: Sequence[Any]) -> Iterable[ListedOwner]:
        """As they are: owners are no secret to who opens the list."""
        return [ListedOwner(row) for row in rows]

    def label_of(self, line: ListedOwner) -> str:
        """The name."""
        return str(line.owner.name)


OWNERS = register(OwnerList())
