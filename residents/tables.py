"""The table of residents. Cells show what the reader may know of each person."""

from collections.abc import Mapping
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.ui import atoms
from residents.enums import SHORT_KINDS
from residents.models import Person
from residents.permissions import Fact, Facts
from residents.selectors.people import STATE_WORDS, STATES, PersonLine

_NOTHING = format_html('<span class="is-none">{}</span>', "–")
_NUM = {"td": {"class": "num"}, "th": {"class": "num"}}
_WIDE = {"td": {"class": "wide"}, "th": {"class": "wide"}}
# Without one of these facts the column is not there at all.
_COLUMN_FACTS = {
    "name": Fact.NAME,
    "number": Fact.NUMBER,
    "place": Fact.ROOM,
    "phone": Fact.PHONE,
    "dates": Fact.DATES,
    "state": Fact.DATES,
    "balance": Fact.BALANCE,
}


class PersonTable(tables.Table):
    """One row a person; sorted and cut into pages by the database."""

    name = tables.Column(
        "Nom",
        empty_values=(),
        order_by=("search_key", "pk"),
        attrs={"td": {"class": "lead"}},
    )
    place = tables.Column("Chambre", empty_values=(), order_by=("sort_place", "search_key"))
    phone = tables.Column("Téléphone", empty_values=(), orderable=False)
    number = tables.Column("Contrat", empty_values=(), order_by=("sort_number", "pk"), attrs=_WIDE)
    dates = tables.Column("Dates", empty_values=(), order_by=("sort_end", "search_key"))
    state = tables.Column("État", empty_values=(), orderable=False)
    balance = tables.Column(
        "Solde", empty_values=(), order_by=("balance", "search_key"), attrs=_NUM
    )

    class Meta:
        model = Person
        fields: tuple[str, ...] = ()
        sequence = ("name", "place", "phone", "number", "dates", "state", "balance")
        attrs = {"caption": "Résidents"}
        empty_text = "Personne ne correspond à ces filtres"

    def __init__(self, *args: Any, known: Facts, money: bool, **kwargs: Any) -> None:
        hidden = [name for name, fact in _COLUMN_FACTS.items() if fact not in known]
        if not money:
            hidden.append("balance")
        if Fact.NUMBER in known:  # the telephone shows under the name, else it is the column
            hidden.append("phone")
        super().__init__(*args, exclude=tuple(set(hidden)), **kwargs)
        self.lines: Mapping[int, PersonLine] = {}

    def render_name(self, record: Any) -> SafeString:
        """The name, which opens the page; its contacts beneath."""
        line = self.lines[record.pk]
        label = line.name or "Résident·e"
        note = line.phone or line.email
        return format_html(
            '<span class="person-cell">{}<span><a class="row-link" href="{}">{}</a>'
            '<span class="cell-note">{}</span></span></span>',
            atoms.avatar(record.full_name if line.name else "?"),
            line.url,
            label,
            note,
        )

    def render_number(self, record: Any) -> SafeString:
        """The contract's number and type."""
        line = self.lines[record.pk]
        return format_html(
            '<span>{}<span class="cell-note">{}</span></span>',
            line.number or "–",
            SHORT_KINDS.get(line.kind, ""),
        )

    def render_place(self, record: Any) -> SafeString:
        """The room and the home; for who knows no name, they open the page."""
        line = self.lines[record.pk]
        if not line.home:
            return _NOTHING
        room = f"Chambre {line.room}"
        if "name" not in self.columns.names():
            label = format_html('<a class="row-link" href="{}">{}</a>', line.url, room)
        else:
            label = format_html("{}", room)
        return format_html('<span>{}<span class="cell-note">{}</span></span>', label, line.home)

    def render_phone(self, record: Any) -> SafeString:
        """The telephone, to call."""
        phone = self.lines[record.pk].phone
        if not phone:
            return _NOTHING
        return format_html('<a href="tel:{}">{}</a>', phone.replace(" ", ""), phone)

    def render_dates(self, record: Any) -> SafeString:
        """From when to when."""
        line = self.lines[record.pk]
        if line.starts_on is None:
            return _NOTHING
        return format_html(
            '<span class="date-span">{}<span class="muted"> → </span>{}</span>',
            atoms.day(line.starts_on),
            atoms.day(line.ends_on),
        )

    def render_state(self, record: Any) -> SafeString:
        """Present, arriving, leaving, former; and an insurance that is missing."""
        line = self.lines[record.pk]
        if Fact.DATES not in line.facts:
            return _NOTHING
        _label, tone, icon = STATES[line.state]
        badge = atoms.status(STATE_WORDS[line.state], tone, icon)
        if line.uninsured:
            return format_html(
                "{} {}", badge, atoms.status("sans assurance", "danger", "shield-check")
            )
        return badge

    def render_balance(self, record: Any) -> SafeString:
        """What is owed, or paid in advance."""
        return atoms.money(self.lines[record.pk].balance, "balance")
