"""The tables of homes, owners and agreements."""

from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from caracol.ui import atoms
from colocations.enums import SHORT_BASES
from colocations.models import Owner, OwnerAgreement
from colocations.selectors.homes import nearness

_NOTHING = format_html('<span class="is-none">{}</span>', "–")
_NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


class OwnerTable(tables.Table):
    """Owners, whom to call, and how many sites they let the association use."""

    name = tables.Column("Propriétaire", attrs={"td": {"class": "lead"}}, order_by=("name", "pk"))
    kind = tables.Column("Qualité", empty_values=())
    phone = tables.Column("Téléphone", empty_values=(), orderable=False)
    email = tables.Column("Courriel", empty_values=(), orderable=False)
    sites = tables.Column("Sites en cours", accessor="site_count", attrs=_NUMBER)

    class Meta:
        model = Owner
        fields: tuple[str, ...] = ()
        sequence = ("name", "kind", "phone", "email", "sites")
        attrs = {"caption": "Propriétaires"}
        empty_text = "Aucun propriétaire ne correspond"

    def render_name(self, record: Any) -> SafeString:
        """The owner, and how many contacts are known."""
        many = record.contact_count
        note = f"{many} contact{'s' if many > 1 else ''}" if many else "aucun contact"
        return format_html(
            '<a class="row-link" href="{}">{}</a><span class="cell-note">{}</span>',
            reverse("colocations:owner-detail", args=[record.pk]),
            record.name,
            note,
        )

    def render_kind(self, record: Any) -> SafeString:
        """The quality, in words."""
        return format_html("{}", record.get_kind_display()) if record.kind else _NOTHING

    def render_phone(self, record: Any) -> SafeString:
        """A number to call."""
        if not record.phone:
            return _NOTHING
        return format_html('<a href="tel:{}">{}</a>', record.phone, atoms.phone(record.phone))

    def render_email(self, record: Any) -> SafeString:
        """An address to write to."""
        if not record.email:
            return _NOTHING
        return format_html('<a href="mailto:{}">{}</a>', record.email, record.email)

    def render_sites(self, value: int) -> SafeString:
        """None is quiet."""
        return format_html("{}", value) if value else format_html('<span class="is-none">0</span>')


class AgreementTable(tables.Table):
    """Agreements and what ends or is missing."""

    site = tables.Column(
        "Site", attrs={"td": {"class": "lead"}}, order_by=("site__name", "pk"), empty_values=()
    )
    owner = tables.Column("Propriétaire", order_by=("owner__name", "pk"))
    legal_basis = tables.Column("Cadre", attrs={"td": {"class": "wide"}, "th": {"class": "wide"}})
    ends_on = tables.Column("Fin")
    vacate = tables.Column("À libérer avant le", accessor="vacate_by", orderable=False)
    rooms = tables.Column("Chambres", accessor="room_count", attrs=_NUMBER)

    class Meta:
        model = OwnerAgreement
        fields: tuple[str, ...] = ()
        sequence = ("site", "owner", "legal_basis", "ends_on", "vacate", "rooms")
        attrs = {"caption": "Conventions"}
        empty_text = "Aucune convention ne correspond"

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day

    def render_site(self, record: Any) -> SafeString:
        """The site, its city, and what is missing."""
        marks = []
        if record.extension_undocumented:
            marks.append(atoms.status("prolongation à documenter", "warning"))
        if record.late_count:
            words = "engagements en retard" if record.late_count > 1 else "engagement en retard"
            marks.append(atoms.status(f"{record.late_count} {words}", "danger"))
        return format_html(
            '<a class="row-link" href="{}">{}</a><span class="cell-note">{}</span>{}',
            reverse("colocations:agreement-detail", args=[record.pk]),
            record.site.name,
            record.site.city,
            format_html_join(" ", "{}", ((mark,) for mark in marks)),
        )

    def render_legal_basis(self, record: Any) -> SafeString:
        """What it is, in words."""
        return format_html("{}", SHORT_BASES[record.legal_basis])

    def render_ends_on(self, record: Any) -> SafeString:
        """The end, and how near it is; a followed one is past news."""
        if record.is_followed:
            note = atoms.status("suivie d'une autre", "neutral")
            return format_html("{} {}", atoms.day(record.ends_on), note)
        near = nearness(record.ends_on, self.day)
        mark = atoms.status(near.words, near.tone) if near.words else ""
        return format_html("{} {}", atoms.day(record.ends_on), mark)

    def render_vacate(self, value: date) -> SafeString:
        """The day by which nobody should live there any more."""
        return atoms.day(value)
