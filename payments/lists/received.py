"""The list of payments received, and of what took them back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from caracol.accounts.policy import may
from caracol.core.periods import Month
from caracol.lists.definition import Column, ListDefinition, Part, Reader, register
from caracol.ui import atoms
from payments.enums import EntryKind
from payments.filters import PaymentFilter
from payments.models import Posting
from payments.selectors.labels import contracts_matching
from payments.selectors.month import months_with, payments_of
from payments.selectors.recent import PaymentLine, payment_lines, with_facts
from payments.tables import who
from residents.models import Contract
from residents.selectors.contracts import territories_seen

REVERSE = "reverse"
_STATES = {
    "standing": Q(entry__reversed_by=None) & ~Q(entry__kind=EntryKind.REVERSAL),
    "reversed": Q(entry__reversed_by__isnull=False) | Q(entry__kind=EntryKind.REVERSAL),
}


def _reverse(line: PaymentLine) -> Any:
    """Take it back."""
    if not line.may_be_reversed:
        return ""
    url = reverse("payments:payment-reverse", args=[line.entry.pk])
    return format_html('<a class="btn btn-quiet btn-sm" href="{}">Annuler…</a>', url)


COLUMNS = (
    Column(
        "people", "Contrat", lambda line: who(line.label.people, line.label.number), css="lead",
        fixed=True, sort=("account__contract__number", "-entry__date", "-pk"),
        parts=(
            Part("Contrat", lambda line: line.label.number),
            Part("Personnes", lambda line: line.label.people),
        ),
    ),
    Column(
        "on", "Date", lambda line: atoms.day(line.entry.date), sort=("entry__date", "pk"),
        parts=(Part("Date", lambda line: line.entry.date, "date"),),
    ),
    Column(
        "means", "Moyen", lambda line: line.means,
        parts=(Part("Moyen", lambda line: line.means),),
    ),
    Column(
        "payer", "Payeur", lambda line: line.payer, sort=("payer", "-entry__date", "-pk"),
        parts=(Part("Payeur", lambda line: line.payer),),
    ),
    Column(
        "note", "Note", lambda line: line.note, css="wide",
        parts=(Part("Note", lambda line: line.note),),
    ),
    Column(
        "author", "Enregistré par", lambda line: str(line.entry.author), shown=False,
        parts=(
            Part("Enregistré par", lambda line: str(line.entry.author)),
            Part("Enregistré le", lambda line: line.entry.created_at, "date"),
        ),
    ),
    Column(
        "state", "État", lambda line: atoms.status(*line.state),
        parts=(Part("État", lambda line: line.state[0]),),
    ),
    Column(
        "amount", "Montant", lambda line: atoms.money(line.amount), css="num",
        sort=("-amount", "pk"), parts=(Part("Montant", lambda line: line.amount, "money"),),
    ),
    Column(REVERSE, "Annuler", _reverse, css="acts", need=REVERSE),
)  # fmt: skip


@dataclass
class Payments:
    """The filters of the payments over those the reader sees."""

    reader: Reader
    query: Any
    rows: Any

    @cached_property
    def form(self) -> PaymentFilter:
        """Words, month, means, payer, state, territory."""
        territories = territories_seen(self.reader.user, self.reader.roles)
        months = [Month.of(day) for day in months_with(self.rows)]
        choices = [(str(month), month.label.capitalize()) for month in months]
        return PaymentFilter(self.query or {}, territories=list(territories), mois=choices)

    @property
    def qs(self) -> Any:
        """The payments that the filters keep."""
        form, rows = self.form, self.rows
        if words := form.value("q"):
            found = Contract.objects.filter(contracts_matching(words)).values("pk")
            rows = rows.filter(account__contract__in=found)
        if text := form.value("mois"):
            month = Month.parse(text)
            rows = rows.filter(entry__date__gte=month.first, entry__date__lte=month.last)
        if means := form.value("moyen"):
            rows = rows.filter(entry__source__means=means)
        if payer := form.value("payeur"):
            rows = rows.filter(payer=payer)
        if code := form.value("territoire"):
            rows = rows.filter(account__contract__territory__code=code)
        return rows.filter(_STATES.get(form.value("etat"), Q()))


class PaymentList(ListDefinition):
    """One row a payment on a contract."""

    key = "payments:payment-list"
    export_key = "payments:payment-export"
    title = "Paiements"
    noun = ("paiement", "paiements")
    file_stem = "paiements"
    empty_text = "Aucun paiement ne correspond à ces filtres"
    columns = COLUMNS
    model = Posting

    def known(self, reader: Reader) -> frozenset[str]:
        """Whether the reader may take a payment back."""
        return frozenset({REVERSE} if may(reader.user, "payments:payment-reverse") else ())

    def rows(self, reader: Reader, sort: str) -> Any:
        """The payments of the contracts seen."""
        return payments_of(Contract.objects.visible_to(reader.user, reader.roles))

    def filter(self, reader: Reader, query: Any, rows: Any) -> Payments:
        """The filters, and what they keep."""
        return Payments(reader, query, rows)

    def order(self, reader: Reader, rows: Any) -> Any:
        """The latest first."""
        return with_facts(rows).order_by("-entry__date", "-pk")

    def lines(self, reader: Reader, rows: Sequence[Any]) -> Iterable[PaymentLine]:
        """With who each is for."""
        return payment_lines(rows)

    def label_of(self, line: PaymentLine) -> str:
        """The contract and the day."""
        return f"{line.label.number}, {atoms.short_day(line.entry.date)}"


PAYMENTS = register(PaymentList())
