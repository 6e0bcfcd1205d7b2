"""The table of insurances: one row a contract lived in."""

from collections.abc import Mapping
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.ui import atoms
from residents.models import Contract
from residents.selectors.insurance_list import InsuredLine


class InsuranceTable(tables.Table):
    """Rows are contracts; what they show is their line."""

    select = tables.Column(
        format_html(
            '<input type="checkbox" class="form-check-input" data-select-all aria-label="{}">',
            "Tout choisir sur cette page",
        ),
        empty_values=(),
        orderable=False,
        attrs={"td": {"class": "select"}, "th": {"class": "select"}},
    )
    who = tables.Column("Ménage", empty_values=(), orderable=False, attrs={"td": {"class": "lead"}})
    cover = tables.Column("Couverture", empty_values=(), order_by=("expiry", "pk"))
    state = tables.Column("État", empty_values=(), orderable=False)
    step = tables.Column("Prochaine étape", empty_values=(), orderable=False)

    class Meta:
        model = Contract
        fields: tuple[str, ...] = ()
        sequence = ("select", "who", "cover", "state", "step")
        attrs = {"caption": "Assurances"}
        empty_text = "Aucune attestation à demander"

    def __init__(self, *args: Any, may_ask: bool, **kwargs: Any) -> None:
        super().__init__(*args, exclude=() if may_ask else ("select",), **kwargs)
        self.lines: Mapping[int, InsuredLine] = {}

    def render_select(self, record: Any) -> SafeString:
        """The tick box."""
        line = self.lines[record.pk]
        return format_html(
            '<input type="checkbox" class="form-check-input" form="bulk" name="ids" value="{}" '
            'aria-label="{}">',
            line.pk,
            f"Choisir {line.name}",
        )

    def render_who(self, record: Any) -> SafeString:
        """The household, which opens the insurance; its room beneath."""
        line = self.lines[record.pk]
        return format_html(
            '<span><a class="row-link" href="{}">{}</a><span class="cell-note">{}</span></span>',
            line.url,
            line.name,
            line.place,
        )

    def render_cover(self, record: Any) -> SafeString:
        """Until when, by whom; or since when nothing is known."""
        line = self.lines[record.pk]
        if line.covered_until:
            return format_html(
                '<span>jusqu\'au {}<span class="cell-note">{}</span></span>',
                atoms.day(line.covered_until),
                line.insurer,
            )
        return format_html(
            '<span>depuis le {}<span class="cell-note">{}</span></span>',
            atoms.day(line.lacking_since),
            line.insurer or "jamais d'attestation",
        )

    def render_state(self, record: Any) -> SafeString:
        """How many days without cover, or where the path stands."""
        line = self.lines[record.pk]
        return atoms.status(line.state, line.tone)

    def render_step(self, record: Any) -> SafeString:
        """What comes next and when."""
        line = self.lines[record.pk]
        if not line.next_label:
            return format_html('<span class="is-none">{}</span>', "–")
        return format_html(
            '<span>{}<span class="cell-note">{}</span></span>',
            line.next_label,
            atoms.day(line.next_on),
        )
