"""The list of refunds: prepared, approved, sent, paid, with what each waits for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from caracol.accounts.policy import may, may_on
from caracol.core.money import euros
from caracol.lists.definition import Column, ListDefinition, Part, Reader, register
from caracol.ui import atoms
from payments.enums import RefundState
from payments.filters import RefundFilter
from payments.models import Refund
from payments.selectors.awaited_aid import AwaitedAid, waiting_for_caf
from payments.selectors.collecting import people_of_contracts
from payments.selectors.labels import contracts_matching
from payments.tables import who
from residents.models import Contract
from residents.selectors.contracts import territories_seen

ACTS = "acts"
TONES = {
    RefundState.PREPARED: "warning",
    RefundState.APPROVED: "info",
    RefundState.SENT: "info",
    RefundState.PAID: "success",
    RefundState.RETURNED: "danger",
    RefundState.CANCELLED: "neutral",
}
AWAITED = "en attente du crédit de la CAF"
_KEYS = ("payments:refund-approve", "payments:refund-cancel")
_ALIVE = (RefundState.PREPARED, RefundState.APPROVED)


@dataclass(frozen=True)
class RefundLine:
    """A refund of the list, and what the reader may do with it."""

    refund: Refund
    people: str
    aid: AwaitedAid | None
    may_approve: bool
    may_cancel: bool

    @property
    def pk(self) -> int:
        """Its number."""
        return self.refund.pk

    @property
    def url(self) -> str:
        """The account it is taken from."""
        return reverse("payments:account-detail", args=[self.refund.contract.number])

    @property
    def label(self) -> str:
        """Its state in French."""
        return str(RefundState(self.refund.state).label)

    @property
    def tone(self) -> str:
        """The tone of its state."""
        return TONES[RefundState(self.refund.state)]

    @property
    def file(self) -> str:
        """The file it left in."""
        return self.refund.batch.reference if self.refund.batch else ""


def _noted(text: Any, note: Any) -> SafeString:
    return format_html(
        '<span class="cell-pair">{}<span class="cell-note">{}</span></span>', text, note
    )


def _what(line: RefundLine) -> SafeString:
    one = line.refund
    day = atoms.short_day(one.prepared_on)
    return _noted(one.reason, f"préparé par {one.prepared_by} le {day}")


def _state(line: RefundLine) -> SafeString:
    said = [atoms.status(line.label, line.tone)]
    notes: list[Any] = [line.file] if line.file else []
    if line.refund.closed_reason:
        notes.append(line.refund.closed_reason)
    if line.aid is not None:
        said.append(atoms.status(AWAITED, "warning"))
        notes += [
            format_html(
                '<a href="{}">bordereau {}</a>',
                reverse("payments:caf-detail", args=[one.pk]),
                one.reference,
            )
            for one in line.aid.statements
        ]
    shown = format_html_join(" ", "{}", ((one,) for one in said))
    return _noted(shown, format_html_join(", ", "{}", ((one,) for one in notes)))


def _approved(line: RefundLine) -> SafeString:
    one = line.refund
    if one.approved_by is None:
        return atoms.day(None)
    return _noted(one.approved_by, atoms.day(one.approved_on))


def _acts(line: RefundLine) -> SafeString | str:
    found = []
    if line.may_approve:
        found.append(("primary", reverse("payments:refund-approve", args=[line.pk]), "Approuver…"))
    if line.may_cancel:
        found.append(("quiet", reverse("payments:refund-cancel", args=[line.pk]), "Annuler…"))
    return format_html_join(" ", '<a class="btn btn-{} btn-sm" href="{}">{}</a>', found)


COLUMNS = (
    Column(
        "people", "Contrat", lambda line: who(line.people, line.refund.contract.number),
        css="lead", fixed=True, sort=("contract__number", "-pk"),
        parts=(
            Part("Contrat", lambda line: line.refund.contract.number),
            Part("Personnes", lambda line: line.people),
        ),
    ),
    Column(
        "what", "Objet", _what, sort=("reason", "-pk"),
        parts=(
            Part("Objet", lambda line: line.refund.reason),
            Part("Préparé par", lambda line: str(line.refund.prepared_by)),
            Part("Préparé le", lambda line: line.refund.prepared_on, "date"),
        ),
    ),
    Column(
        "payee", "Bénéficiaire",
        lambda line: _noted(line.refund.beneficiary, f"…{line.refund.iban_tail}"),
        shown=False, sort=("beneficiary", "-pk"),
        parts=(
            Part("Bénéficiaire", lambda line: line.refund.beneficiary),
            Part("Fin de l'IBAN", lambda line: line.refund.iban_tail),
        ),
    ),
    Column(
        "approved", "Approuvé", _approved,
        shown=False, sort=("approved_on", "-pk"),
        parts=(
            Part("Approuvé par", lambda line: str(line.refund.approved_by or "")),
            Part("Approuvé le", lambda line: line.refund.approved_on, "date"),
        ),
    ),
    Column(
        "paid", "Payé le", lambda line: atoms.day(line.refund.paid_on), css="wide",
        sort=("paid_on", "-pk"),
        parts=(Part("Payé le", lambda line: line.refund.paid_on, "date"),),
    ),
    Column(
        "state", "État", _state, sort=("state", "-pk"),
        parts=(
            Part("État", lambda line: line.label),
            Part("Remise", lambda line: line.file),
            Part("Attend la CAF", lambda line: line.aid.words if line.aid else ""),
        ),
    ),
    Column(
        "amount", "Montant", lambda line: atoms.money(line.refund.amount), css="num",
        sort=("-amount", "pk"),
        parts=(Part("Montant", lambda line: line.refund.amount, "money"),),
    ),
    Column(ACTS, "Actes", _acts, css="acts", need=ACTS),
)  # fmt: skip


@dataclass
class Refunds:
    """The filters of the refunds over those the reader sees."""

    reader: Reader
    query: Any
    rows: Any

    @cached_property
    def form(self) -> RefundFilter:
        """Words, state, territory."""
        territories = territories_seen(self.reader.user, self.reader.roles)
        return RefundFilter(self.query or {}, territories=list(territories))

    @property
    def qs(self) -> Any:
        """The refunds that the filters keep."""
        form, rows = self.form, self.rows
        if words := form.value("q"):
            found = Contract.objects.filter(contracts_matching(words)).values("pk")
            rows = rows.filter(contract__in=found)
        if state := form.value("etat"):
            rows = rows.filter(state=state)
        if code := form.value("territoire"):
            rows = rows.filter(contract__territory__code=code)
        return rows


class RefundList(ListDefinition):
    """One row a refund."""

    key = "payments:refund-list"
    export_key = "payments:refund-export"
    title = "Remboursements"
    noun = ("remboursement", "remboursements")
    file_stem = "remboursements"
    empty_text = "Aucun remboursement ne correspond à ces filtres"
    none_text = "Ce qui peut être rendu est au-dessus : préparez, une autre personne approuve"
    columns = COLUMNS
    model = Refund

    def known(self, reader: Reader) -> frozenset[str]:
        """Whether the reader may do something with a refund."""
        return frozenset({ACTS} if any(may(reader.user, key) for key in _KEYS) else ())

    def rows(self, reader: Reader, sort: str) -> Any:
        """The refunds of the contracts seen; their accounts are not read."""
        rows = Refund.objects.visible_to(reader.user, reader.roles).defer("iban")
        return rows.select_related("contract", "prepared_by", "approved_by", "batch")

    def filter(self, reader: Reader, query: Any, rows: Any) -> Refunds:
        """The filters, and what they keep."""
        return Refunds(reader, query, rows)

    def order(self, reader: Reader, rows: Any) -> Any:
        """The latest first."""
        return rows.order_by("-pk")

    def lines(self, reader: Reader, rows: Sequence[Any]) -> Iterable[RefundLine]:
        """With whose each is, what it waits for, what may be done."""
        people = people_of_contracts({row.contract_id for row in rows})
        waiting = waiting_for_caf(rows)
        found = []
        for row in rows:
            approve, cancel = _may(reader.user, row.contract.territory_id)
            alive = row.state in _ALIVE
            found.append(
                RefundLine(
                    row,
                    people.get(row.contract_id, ""),
                    waiting.get(row.pk),
                    approve and row.state == RefundState.PREPARED,
                    cancel and alive,
                )
            )
        return found

    def label_of(self, line: RefundLine) -> str:
        """The contract and the sum."""
        return f"{line.refund.contract.number}, {euros(line.refund.amount)}"


def _may(user: Any, territory: int | None) -> tuple[bool, bool]:
    """Return whether a refund of a territory may be approved, and cancelled."""
    approve, cancel = (may_on(user, key, territory) for key in _KEYS)
    return approve, cancel


REFUNDS = register(RefundList())
