"""The table of homes."""

from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.ui import atoms
from colocations.models import Colocation
from colocations.selectors.homes import nearness

_NOTHING = format_html('<span class="is-none">{}</span>', "–")
_NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


class HomeTable(tables.Table):
    """Homes with their occupation and what ends next."""

    name = tables.Column("Colocation", attrs={"td": {"class": "lead"}}, order_by=("name", "pk"))
    occupied = tables.Column(
        "Occupation", accessor="occupied_count", order_by=("occupied_count", "name")
    )
    free = tables.Column("Libres", accessor="free_count", attrs=_NUMBER)
    next_end = tables.Column("Prochaine fin de contrat", empty_values=())
    agreement_end = tables.Column("Fin côté propriétaire", empty_values=())
    officer = tables.Column(
        "Suivi par",
        accessor="mission_officer",
        order_by=("mission_officer__last_name", "mission_officer_email"),
        empty_values=(),
    )

    class Meta:
        model = Colocation
        fields: tuple[str, ...] = ()
        sequence = ("name", "occupied", "free", "next_end", "agreement_end", "officer")
        attrs = {"caption": "Colocations"}
        empty_text = "Aucune colocation ne correspond"

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day

    def render_name(self, record: Any) -> SafeString:
        """The home, its city, its end when it has closed."""
        closed = ""
        if record.closes_on and record.closes_on < self.day:
            closed = format_html(" {}", atoms.status("fermée", "neutral"))
        return format_html(
            '<a class="row-link" href="{}">{}</a>{}<span class="cell-note">{} · {}</span>',
            reverse("colocations:home-detail", args=[record.pk]),
            record.name,
            closed,
            record.site.city,
            record.site.territory.name,
        )

    def render_occupied(self, record: Any) -> SafeString:
        """Rooms lived in, of how many."""
        return format_html(
            '<span class="occupancy"><span class="figures">{}'
            '<span class="muted"> / {}</span></span>'
            '<progress class="occupancy-bar" max="{}" value="{}" aria-hidden="true"></progress>'
            "</span>",
            record.occupied_count,
            record.room_count,
            max(record.room_count, 1),
            record.occupied_count,
        )

    def render_free(self, value: int) -> SafeString:
        """Rooms free; none is quiet."""
        if not value:
            return format_html('<span class="is-none">{}</span>', 0)
        return atoms.status(str(value), "warning", "door")

    def render_next_end(self, record: Any) -> SafeString:
        """The nearest end of a contract in force."""
        return atoms.day(record.next_end)

    def render_agreement_end(self, record: Any) -> SafeString:
        """The end of the owner's agreement, and how near it is."""
        near = nearness(record.agreement_end, self.day)
        note = atoms.status(near.words, near.tone) if near.words else ""
        return format_html("{} {}", atoms.day(record.agreement_end, ""), note)

    def render_officer(self, record: Any) -> SafeString:
        """The mission officer, or the address awaited."""
        if record.mission_officer:
            return format_html("{}", record.mission_officer)
        if record.mission_officer_email:
            return format_html('<span class="muted">{}</span>', "invitation en attente")
        return _NOTHING
