"""The tables of money."""

from datetime import date
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.documents.enums import DocumentState
from caracol.ui import atoms
from payments.selectors.arrears import AGE_LABELS
from payments.selectors.drafts import CHANGES, DraftLine
from payments.selectors.labels import people_of

_NUM = {"td": {"class": "num"}, "th": {"class": "num"}}
_LEAD = {"td": {"class": "lead"}}
_ACTS = {"td": {"class": "acts"}, "th": {"class": "acts"}}
_SHEET = {
    DocumentState.PENDING: ("en préparation", "info", "hourglass"),
    DocumentState.RENDERED: ("prêt", "success", "circle-check"),
    DocumentState.FAILED: ("en échec", "danger", "alert-circle"),
}


def who(people: str, number: str) -> SafeString:
    """The people of a contract, which lead to its account, and its number under them."""
    return format_html(
        '<span class="cell-pair"><a class="row-link" href="{}">{}</a>'
        '<span class="cell-note">{}</span></span>',
        reverse("payments:account-detail", args=[number]),
        people or number,
        number,
    )


def where(home: str, room: str) -> SafeString | str:
    """The home, and the room under it."""
    if not home:
        return ""
    return pair(home, f"chambre {room}")


def pair(first: Any, note: str) -> SafeString:
    """A value and its note under it, kept together on a phone."""
    return format_html(
        '<span class="cell-pair">{}<span class="cell-note">{}</span></span>', first, note
    )


class _MoneyTable(tables.Table):
    """What the tables of money share: places are left out for who may not know them."""

    def __init__(self, *args: Any, with_places: bool = True, **kwargs: Any) -> None:
        excluded = tuple(kwargs.pop("exclude", ()))
        super().__init__(*args, exclude=excluded if with_places else (*excluded, "place"), **kwargs)


class PreviewTable(_MoneyTable):
    """The terms that closing would post."""

    people = tables.Column(
        "Contrat", accessor="label", attrs=_LEAD, order_by=("label__people", "label__number")
    )
    place = tables.Column("Chambre", accessor="label", order_by="label__sort_place")
    days = tables.Column("Jours", attrs=_NUM)
    due_on = tables.Column("Échéance")
    change = tables.Column("À regarder", empty_values=(), order_by=("change", "label__people"))
    amount = tables.Column("Montant", attrs={**_NUM, "tf": {"class": "num"}})

    class Meta:
        attrs = {"caption": "Échéances à inscrire"}
        empty_text = "Aucune échéance ne correspond à ces filtres"

    def render_people(self, record: DraftLine) -> SafeString:
        """Who, and the contract."""
        return who(record.label.people, record.label.number)

    def render_place(self, record: DraftLine) -> SafeString | str:
        """Where."""
        return where(record.label.home, record.label.room)

    def render_days(self, record: DraftLine) -> str:
        """The days billed of those of the month."""
        return f"{record.days} / {record.month_days}"

    def render_due_on(self, value: date) -> SafeString:
        """A short day."""
        return atoms.day(value)

    def render_change(self, record: DraftLine) -> SafeString:
        """What deserves a look, and the computation or the amount before."""
        if not record.change:
            return SafeString("")
        label, tone = CHANGES[record.change]
        note = record.formula
        if record.change == "changed" and record.before is not None:
            note = f"{atoms.euros(record.before)} le mois d'avant"
        return pair(atoms.status(label, tone), note)

    def render_amount(self, value: Decimal) -> SafeString:
        """An amount."""
        return atoms.money(value)


class TermTable(_MoneyTable):
    """The terms of a month."""

    people = tables.Column(
        "Contrat", accessor="people_raw", attrs=_LEAD, order_by=("people_key", "pk")
    )
    place = tables.Column("Chambre", accessor="home", order_by=("place_key", "pk"))
    due_on = tables.Column("Échéance", order_by=("due_on", "pk"))
    amount = tables.Column("Montant", accessor="called", attrs=_NUM, order_by=("called", "pk"))
    paid = tables.Column("Payé", accessor="received", attrs=_NUM, order_by=("received", "pk"))
    aid = tables.Column("Aide attendue", accessor="aid_awaited", attrs=_NUM, orderable=False)
    rest = tables.Column("Reste", accessor="owed", attrs=_NUM, order_by=("owed", "pk"))
    state = tables.Column("État", empty_values=(), orderable=False)

    class Meta:
        attrs = {"caption": "Échéances du mois"}
        empty_text = "Aucune échéance ne correspond à ces filtres"

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day

    def render_people(self, record: Any) -> SafeString:
        """Who, and the contract."""
        return who(people_of(record.people_raw), record.contract.number)

    def render_place(self, record: Any) -> SafeString | str:
        """Where."""
        return where(record.home, record.room)

    def render_due_on(self, value: date) -> SafeString:
        """A short day."""
        return atoms.day(value)

    def render_amount(self, record: Any) -> SafeString:
        """The amount, which leads to why."""
        url = reverse("payments:term-explain", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, atoms.money(record.called))

    def render_paid(self, value: Decimal) -> SafeString:
        """What came."""
        return atoms.money(value)

    def render_aid(self, value: Decimal) -> SafeString:
        """What the CAF is still expected to pay."""
        return atoms.money(value) if value else SafeString("")

    def render_rest(self, value: Decimal) -> SafeString:
        """What the resident still owes."""
        return atoms.money(value)

    def render_state(self, record: Any) -> SafeString:
        """Where it stands."""
        return atoms.status(*term_state(record, self.day))


def term_state(term: Any, day: date) -> tuple[str, str]:
    """The state of an annotated term in words, and its tone."""
    if term.paid_amount == term.amount:
        return "payée", "success"
    if term.owed <= 0:
        return "aide attendue", "info"
    if term.due_on < day:
        return "en retard", "danger"
    return ("en partie", "warning") if term.received else ("à payer", "neutral")


class PaperTable(_MoneyTable):
    """The papers of a month."""

    number = tables.Column(
        "Numéro", accessor="document__number", attrs=_LEAD, order_by=("document__number",)
    )
    people = tables.Column("Contrat", accessor="people_raw", order_by=("people_key", "pk"))
    place = tables.Column("Chambre", accessor="home", order_by=("place_key", "pk"))
    issued_on = tables.Column("Émis le", accessor="document__issued_on")
    amount = tables.Column("Montant", empty_values=(), attrs=_NUM, orderable=False)
    sheet = tables.Column("Feuille", accessor="document__state", orderable=False)
    acts = tables.Column("", empty_values=(), attrs=_ACTS, orderable=False)

    class Meta:
        attrs = {"caption": "Papiers du mois"}
        empty_text = "Aucun papier ne correspond à ces filtres"

    def __init__(self, *args: Any, may_cancel: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_cancel = may_cancel

    def render_number(self, record: Any) -> SafeString:
        """The number, which downloads the sheet, and the kind."""
        document = record.document
        kind = record.get_kind_display()
        if document.state != DocumentState.RENDERED:
            return pair(document.number, kind)
        url = reverse("documents:document-download", args=[document.number])
        link = format_html('<a class="row-link" href="{}">{}</a>', url, document.number)
        return pair(link, kind)

    def render_people(self, record: Any) -> SafeString:
        """Who, and the contract."""
        return who(people_of(record.people_raw), record.term.contract.number)

    def render_place(self, record: Any) -> SafeString | str:
        """Where."""
        return where(record.home, record.room)

    def render_issued_on(self, value: date) -> SafeString:
        """A short day."""
        return atoms.day(value)

    def render_amount(self, record: Any) -> SafeString:
        """What was paid when a receipt was issued, what is called by a notice."""
        is_notice = record.kind == "DUE_NOTICE"
        return atoms.money(record.term.net_amount if is_notice else record.paid_amount)

    def render_sheet(self, record: Any) -> SafeString:
        """Whether the sheet is ready."""
        return atoms.status(*_SHEET[DocumentState(record.document.state)])

    def render_acts(self, record: Any) -> SafeString:
        """Withdraw it."""
        if not self.may_cancel:
            return SafeString("")
        url = reverse("payments:receipt-cancel", args=[record.document.number])
        return format_html('<a class="btn btn-quiet btn-sm" href="{}">Annuler…</a>', url)


class ArrearsTable(_MoneyTable):
    """Contracts overdue, by age."""

    people = tables.Column("Contrat", accessor="label", attrs=_LEAD, order_by=("label__people",))
    place = tables.Column("Chambre", accessor="label", order_by="label__sort_place")
    since = tables.Column("Depuis")
    a30 = tables.Column(AGE_LABELS["a30"], attrs=_NUM)
    a60 = tables.Column(AGE_LABELS["a60"], attrs=_NUM)
    a90 = tables.Column(AGE_LABELS["a90"], attrs=_NUM)
    older = tables.Column(AGE_LABELS["older"], attrs=_NUM)
    overdue = tables.Column("En retard", attrs=_NUM)

    class Meta:
        attrs = {"caption": "Contrats en retard de paiement"}
        empty_text = "Aucun impayé ne correspond à ces filtres"

    def render_people(self, record: dict[str, Any]) -> SafeString:
        """Who, and the contract."""
        return who(record["label"].people, record["label"].number)

    def render_place(self, record: dict[str, Any]) -> SafeString | str:
        """Where."""
        return where(record["label"].home, record["label"].room)

    def render_since(self, record: dict[str, Any], value: date) -> SafeString:
        """The oldest due date, and how many terms are late."""
        count = record["count"]
        note = f"{count} échéance{'s' if count > 1 else ''}"
        return pair(atoms.day(value), note)

    def _aged(self, value: Decimal) -> SafeString:
        return atoms.money(value) if value else SafeString("")

    render_a30 = render_a60 = render_a90 = render_older = _aged

    def render_overdue(self, value: Decimal) -> SafeString:
        """The whole."""
        return atoms.money(value, strong=True)
