"""The list of mandates: who may be debited, and what prevents it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from caracol.lists.definition import Column, ListDefinition, Part, Reader, register
from caracol.ui import atoms
from payments.enums import MandateState
from payments.filters import MandateFilter
from payments.models import Mandate
from payments.selectors.collecting import people_of_contracts
from payments.selectors.labels import contracts_matching
from payments.selectors.mandates import MandateView, viewed, with_state
from residents.models import Contract
from residents.selectors.contracts import territories_seen


@dataclass(frozen=True)
class MandateLine:
    """A mandate of the list."""

    view: MandateView
    people: str

    @property
    def mandate(self) -> Mandate:
        """The mandate itself."""
        return self.view.mandate

    @property
    def pk(self) -> int:
        """Its number."""
        return self.mandate.pk

    @property
    def url(self) -> str:
        """Where it is seen with its debits."""
        return reverse("payments:contract-mandate", args=[self.mandate.contract_id])

    @property
    def number(self) -> str:
        """The number of its contract."""
        return self.mandate.contract.number

    @property
    def why(self) -> str:
        """Why it no longer serves."""
        if self.view.state == MandateState.REVOKED:
            return self.mandate.revoked_reason
        return self.mandate.suspended_reason if self.mandate.suspended_on else ""


def _who(line: MandateLine) -> Any:
    return format_html(
        '<span class="cell-pair"><a class="row-link" href="{}">{}</a>'
        '<span class="cell-note">{}</span></span>',
        line.url,
        line.people or line.number,
        line.number,
    )


def _number(text: str) -> Any:
    return format_html('<span class="reference">{}</span>', text)


NOTHING = atoms.day(None)

COLUMNS = (
    Column(
        "people", "Contrat", _who, css="lead", fixed=True, sort=("contract__number", "pk"),
        parts=(
            Part("Contrat", lambda line: line.number),
            Part("Personnes", lambda line: line.people),
        ),
    ),
    Column(
        "reference", "RUM", lambda line: _number(line.mandate.reference), sort=("reference",),
        parts=(Part("RUM", lambda line: line.mandate.reference),),
    ),
    Column(
        "holder", "Titulaire", lambda line: line.mandate.holder or NOTHING, shown=False,
        sort=("holder", "pk"), parts=(Part("Titulaire", lambda line: line.mandate.holder),),
    ),
    Column(
        "account", "Compte", lambda line: _number(f"…{line.mandate.iban_tail}"),
        parts=(Part("Fin de l'IBAN", lambda line: line.mandate.iban_tail),),
    ),
    Column(
        "signed", "Signé le", lambda line: atoms.day(line.mandate.signed_on),
        sort=("signed_on", "pk"),
        parts=(Part("Signé le", lambda line: line.mandate.signed_on, "date"),),
    ),
    Column(
        "used", "Dernier prélèvement", lambda line: atoms.day(line.mandate.last_used_on),
        sort=("last_used_on", "pk"),
        parts=(Part("Dernier prélèvement", lambda line: line.mandate.last_used_on, "date"),),
    ),
    Column(
        "lapses", "Caduc le", lambda line: atoms.day(line.view.lapses_on), shown=False,
        parts=(Part("Caduc le", lambda line: line.view.lapses_on, "date"),),
    ),
    Column(
        "state", "État", lambda line: atoms.status(line.view.label, line.view.tone),
        sort=("state_rank", "contract__number", "pk"),
        parts=(Part("État", lambda line: line.view.label),),
    ),
    Column(
        "why", "Motif", lambda line: line.why or NOTHING, css="wide", shown=False,
        parts=(Part("Motif", lambda line: line.why),),
    ),
)  # fmt: skip


@dataclass
class Mandates:
    """The filters of the mandates over those the reader sees."""

    reader: Reader
    query: Any
    rows: Any

    @cached_property
    def form(self) -> MandateFilter:
        """Words, state, territory."""
        territories = territories_seen(self.reader.user, self.reader.roles)
        return MandateFilter(self.query or {}, territories=list(territories))

    @property
    def qs(self) -> Any:
        """The mandates that the filters keep; those revoked only when asked for."""
        form, rows = self.form, self.rows
        if words := form.value("q"):
            found = Contract.objects.filter(contracts_matching(words)).values("pk")
            named = Q(reference__icontains=words) | Q(holder__icontains=words)
            rows = rows.filter(named | Q(contract__in=found))
        if code := form.value("territoire"):
            rows = rows.filter(contract__territory__code=code)
        state = form.value("etat")
        return rows.filter(state=state) if state else rows.exclude(state=MandateState.REVOKED)


class MandateList(ListDefinition):
    """One row a mandate."""

    key = "payments:mandate-list"
    export_key = "payments:mandate-export"
    title = "Mandats"
    noun = ("mandat", "mandats")
    file_stem = "mandats"
    empty_text = "Aucun mandat ne correspond à ces filtres"
    none_text = "Un mandat se prépare depuis un contrat, onglet « Prélèvement »"
    columns = COLUMNS
    model = Mandate

    def rows(self, reader: Reader, sort: str) -> Any:
        """The mandates of the contracts seen, with their state that day."""
        rows = Mandate.objects.visible_to(reader.user, reader.roles).defer("iban")
        return with_state(rows, reader.day)

    def filter(self, reader: Reader, query: Any, rows: Any) -> Mandates:
        """The filters, and what they keep."""
        return Mandates(reader, query, rows)

    def order(self, reader: Reader, rows: Any) -> Any:
        """Those to look at first."""
        return rows.order_by("state_rank", "contract__number", "pk")

    def lines(self, reader: Reader, rows: Sequence[Any]) -> Iterable[MandateLine]:
        """With whose each is."""
        people = people_of_contracts([row.contract_id for row in rows])
        views = viewed(rows, reader.day)
        return [MandateLine(view, people.get(view.mandate.contract_id, "")) for view in views]

    def label_of(self, line: MandateLine) -> str:
        """Its reference."""
        return line.mandate.reference


MANDATES = register(MandateList())
