"""The list of agreements: by what each site is held, until when, what ends or is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from caracol.accounts.models import Territory
from caracol.lists.definition import Column, ListDefinition, Part, Reader, register
from caracol.ui import atoms
from colocations.enums import SHORT_BASES
from colocations.filters import AgreementFilter
from colocations.models import OwnerAgreement
from colocations.selectors.agreements import agreements_on
from colocations.selectors.homes import nearness

_NOTHING = format_html('<span class="is-none">{}</span>', "–")


@dataclass(frozen=True)
class ListedAgreement:
    """An agreement of the list, on a day."""

    agreement: Any
    day: date

    @property
    def pk(self) -> int:
        """Its number in the database."""
        return int(self.agreement.pk)

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("colocations:agreement-detail", args=[self.agreement.pk])


def _site(row: ListedAgreement) -> SafeString:
    record, marks = row.agreement, []
    if record.extension_undocumented:
        marks.append(atoms.status("prolongation à documenter", "warning"))
    if record.late_count:
        words = "engagements en retard" if record.late_count > 1 else "engagement en retard"
        marks.append(atoms.status(f"{record.late_count} {words}", "danger"))
    return format_html(
        '<span><a class="row-link" href="{}">{}</a><span class="cell-note">{}</span>{}</span>',
        row.url,
        record.site.name,
        record.site.city,
        format_html_join(" ", "{}", ((mark,) for mark in marks)),
    )


def _ends_on(row: ListedAgreement) -> SafeString:
    record = row.agreement
    if record.is_followed:
        return format_html(
            "<span>{} {}</span>",
            atoms.day(record.ends_on),
            atoms.status("suivie d'une autre", "neutral"),
        )
    near = nearness(record.ends_on, row.day)
    mark = atoms.status(near.words, near.tone) if near.words else ""
    return format_html("<span>{} {}</span>", atoms.day(record.ends_on), mark)


def _notice(row: ListedAgreement) -> Any:
    months = row.agreement.notice_months
    return f"{months} mois" if months else _NOTHING


COLUMNS = (
    Column(
        "site", "Site", _site, css="lead", fixed=True, sort=("site__name",),
        parts=(
            Part("Site", lambda row: row.agreement.site.name),
            Part("Ville", lambda row: row.agreement.site.city),
        ),
    ),
    Column(
        "owner", "Propriétaire", lambda row: row.agreement.owner.name,
        sort=("owner__name", "site__name"),
        parts=(Part("Propriétaire", lambda row: row.agreement.owner.name),),
    ),
    Column(
        "basis", "Cadre", lambda row: SHORT_BASES[row.agreement.legal_basis], css="wide",
        sort=("legal_basis", "site__name"),
        parts=(Part("Cadre", lambda row: row.agreement.get_legal_basis_display()),),
    ),
    Column(
        "starts_on", "Début", lambda row: atoms.day(row.agreement.starts_on), shown=False,
        sort=("starts_on", "site__name"),
        parts=(Part("Début", lambda row: row.agreement.starts_on, "date"),),
    ),
    Column(
        "ends_on", "Fin", _ends_on, sort=("ends_on", "site__name"),
        parts=(Part("Fin", lambda row: row.agreement.ends_on, "date"),),
    ),
    Column(
        "vacate", "À libérer avant le", lambda row: atoms.day(row.agreement.vacate_by),
        parts=(Part("À libérer avant le", lambda row: row.agreement.vacate_by, "date"),),
    ),
    Column(
        "notice", "Préavis", _notice, css="num", shown=False, sort=("notice_months", "site__name"),
        parts=(Part("Préavis (mois)", lambda row: row.agreement.notice_months, "number"),),
    ),
    Column(
        "approval", "Agrément", lambda row: row.agreement.approval_reference or _NOTHING,
        shown=False, sort=("approval_ends_on", "site__name"),
        parts=(
            Part("Agrément", lambda row: row.agreement.approval_reference),
            Part("Fin de l'agrément", lambda row: row.agreement.approval_ends_on, "date"),
        ),
    ),
    Column(
        "documented", "Prolongation",
        lambda row: "à documenter" if row.agreement.extension_undocumented else _NOTHING,
        shown=False, sort=("extension_undocumented", "site__name"),
        parts=(
            Part(
                "Prolongation à documenter",
                lambda row: "oui" if row.agreement.extension_undocumented else "",
            ),
        ),
    ),
    Column(
        "rooms", "Chambres", lambda row: row.agreement.room_count, css="num",
        sort=("room_count", "site__name"),
        parts=(Part("Chambres", lambda row: row.agreement.room_count, "number"),),
    ),
)  # fmt: skip


class AgreementList(ListDefinition):
    """One row an agreement."""

    key = "colocations:agreement-list"
    export_key = "colocations:agreement-export"
    title = "Conventions"
    noun = ("convention", "conventions")
    feminine = True
    file_stem = "conventions"
    empty_text = "Aucune convention ne correspond à ces filtres"
    none_text = "Aucune convention pour l'instant : ajoutez la première"
    columns = COLUMNS
    model = OwnerAgreement

    def rows(self, reader: Reader, sort: str) -> Any:
        """The agreements seen, with their rooms and what is due."""
        seen = OwnerAgreement.objects.visible_to(reader.user, reader.roles)
        return agreements_on(reader.day, seen)

    def filter(self, reader: Reader, query: Any, rows: Any) -> AgreementFilter:
        """Words, territory, basis, state."""
        seen = OwnerAgreement.objects.visible_to(reader.user, reader.roles)
        places = Territory.objects.filter(pk__in=seen.values("site__territory")).order_by("name")
        return AgreementFilter(query, queryset=rows, day=reader.day, territories=places)

    def order(self, reader: Reader, rows: Any) -> Any:
        """The nearest end first."""
        return rows.order_by("ends_on", "pk")

    def lines(self, reader: Reader, rows: Sequence[Any]) -> Iterable[ListedAgreement]:
        """As they are: agreements are no secret to who opens the list."""
        return [ListedAgreement(row, reader.day) for row in rows]

    def label_of(self, line: ListedAgreement) -> str:
        """The site."""
        return str(line.agreement.site.name)


AGREEMENTS = register(AgreementList())
