"""The list of contracts: who, where, until when, how much, what is missing, what comes next."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.core.registries import measure_of
from caracol.lists.bulk import SetField, register_act
from caracol.lists.definition import Column, ListDefinition, Part, Reader, register
from caracol.lists.fields import EditableField
from caracol.lists.services.exporting import tell_about_people
from caracol.ui import atoms
from colocations.models import Colocation
from residents.enums import SHORT_KINDS, AidPayee, ContractKind, PaymentMethod
from residents.filters import ContractFilter
from residents.lists import cells
from residents.models import Contract
from residents.permissions import Fact, may_ever
from residents.selectors import contract_list as selectors
from residents.selectors.contract_list import ContractLine
from residents.selectors.contracts import territories_seen
from residents.services.fields import contract_objections, set_contract_field

_KINDS = dict(ContractKind.choices)
_METHODS = dict(PaymentMethod.choices)
_PAYEES = {AidPayee.MANAGER: "à l'association", AidPayee.RESIDENT: "au résident"}
DUE_DAYS = tuple((str(day), "1er" if day == 1 else str(day)) for day in range(1, 29))


def _number(line: ContractLine) -> SafeString:
    return format_html(
        '<span><a class="row-link" href="{}">{}</a><span class="cell-note">{}</span></span>',
        line.url,
        line.number,
        SHORT_KINDS[line.kind],
    )


def _people(line: ContractLine) -> Any:
    return cells.pair(line.people or "Résident·e", line.place)


def _state(line: ContractLine) -> Any:
    return atoms.status(line.state, line.tone) if line.state else cells.NOTHING


def _end(line: ContractLine) -> Any:
    """The last day, and the months lived of the legal maximum."""
    if line.ends_on is None:
        return cells.NOTHING
    if not line.most_months:
        return atoms.day(line.ends_on)
    return cells.pair(atoms.day(line.ends_on), f"{line.months} mois sur {line.most_months}")


def _months(line: ContractLine) -> Any:
    """Months lived of the legal maximum; a limit reached or near says so."""
    if line.months is None:
        return cells.NOTHING
    if not line.most_months:
        return format_html("{}", line.months)
    words = f"{line.months} sur {line.most_months}"
    left = line.most_months - line.months
    if left <= 0:
        return atoms.status(words, "danger")
    return atoms.status(words, "warning") if left <= 3 else words


def _fee(line: ContractLine) -> Any:
    if line.fee is None:
        return cells.NOTHING
    if not line.charges:
        return atoms.money(line.fee)
    return cells.pair(atoms.money(line.fee), format_html("+ {}", atoms.euros(line.charges)))


def _aid(line: ContractLine) -> Any:
    if not line.expected_aid:
        return cells.NOTHING
    return cells.pair(atoms.money(line.expected_aid), _PAYEES.get(AidPayee(line.aid_payee), ""))


def _insurance(line: ContractLine) -> Any:
    if line.uninsured:
        return atoms.status("manquante", "danger", "shield-check")
    return atoms.day(line.insured_until)


def _next(line: ContractLine) -> Any:
    if not line.next_url:
        return cells.NOTHING
    link = format_html('<a href="{}">{}</a>', line.next_url, line.next_act)
    return cells.pair(link, atoms.short_day(line.next_on))


COLUMNS = (
    Column(
        "number", "Contrat", _number, sort=("number",), css="lead", fixed=True,
        parts=(
            Part("Contrat", lambda line: line.number),
            Part("Type", lambda line: _KINDS[line.kind]),
        ),
    ),
    Column(
        "people", "Ménage", _people, need=Fact.NAME, sort=("sort_people", "pk"),
        parts=(
            Part("Titulaires", lambda line: line.people),
            Part("Colocation", lambda line: line.home),
            Part("Chambre", lambda line: line.room),
        ),
    ),
    Column(
        "place", "Chambre",
        lambda line: cells.pair(f"Chambre {line.room}", line.home) if line.home else cells.NOTHING,
        need=Fact.ROOM, sort=("sort_place", "pk"), shown=False,
        parts=(
            Part("Colocation", lambda line: line.home),
            Part("Chambre", lambda line: line.room),
        ),
    ),
    Column(
        "territory", "Territoire", lambda line: cells.text(line.territory), need=Fact.ROOM,
        sort=("territory__name", "number"), shown=False,
        parts=(Part("Territoire", lambda line: line.territory),),
    ),
    Column(
        "state", "État", _state, need=Fact.DATES, sort=("status", "number"),
        parts=(Part("État", lambda line: line.state),),
    ),
    Column(
        "ends", "Fin", _end, need=Fact.DATES, sort=("ends_on", "number"),
        parts=(
            Part("Début", lambda line: line.starts_on, "date"),
            Part("Fin", lambda line: line.ends_on, "date"),
        ),
    ),
    Column(
        "dates", "Dates", lambda line: cells.span(line.starts_on, line.ends_on), need=Fact.DATES,
        sort=("starts_on", "number"), shown=False,
        parts=(
            Part("Début", lambda line: line.starts_on, "date"),
            Part("Fin", lambda line: line.ends_on, "date"),
        ),
    ),
    Column(
        "months", "Mois", _months, need=Fact.DATES, sort=("-starts_on", "number"), css="num",
        shown=False,
        parts=(
            Part("Mois passés", lambda line: line.months, "number"),
            Part("Maximum légal (mois)", lambda line: line.most_months, "number"),
        ),
    ),
    Column(
        "fee", "Redevance", _fee, need=Fact.AMOUNTS, sort=("sort_fee", "number"), css="num",
        shown=False,
        parts=(
            Part("Redevance", lambda line: line.fee, "money"),
            Part("Charges", lambda line: line.charges, "money"),
        ),
    ),
    Column(
        "aid", "Aide attendue", _aid, need=Fact.AMOUNTS, css="num", shown=False,
        parts=(
            Part("Aide attendue", lambda line: line.expected_aid, "money"),
            Part("Aide versée", lambda line: _PAYEES.get(line.aid_payee, "")),
        ),
    ),
    Column(
        "payment_method", "Paie par",
        lambda line: cells.text(_METHODS.get(line.payment_method, "")), need=Fact.AMOUNTS,
        sort=("payment_method", "number"), shown=False,
        parts=(Part("Paie par", lambda line: _METHODS.get(line.payment_method, "")),),
    ),
    Column(
        "due_day", "Échéance",
        lambda line: cells.text(f"le {dict(DUE_DAYS)[str(line.due_day)]}" if line.due_day else ""),
        need=Fact.AMOUNTS, sort=("due_day", "number"), shown=False,
        parts=(Part("Jour d'échéance", lambda line: line.due_day, "number"),),
    ),
    Column(
        "deposit", "Dépôt demandé", lambda line: atoms.money(line.deposit), need=Fact.AMOUNTS,
        sort=("deposit", "number"), css="num", shown=False,
        parts=(Part("Dépôt de garantie demandé", lambda line: line.deposit, "money"),),
    ),
    Column(
        "balance", "Solde", lambda line: atoms.money(line.balance, "balance"), need=Fact.BALANCE,
        sort=("balance", "number"), css="num",
        parts=(Part("Solde", lambda line: line.balance, "money"),),
    ),
    Column(
        "insurance", "Assurance", _insurance, need=Fact.INSURANCE, sort=("sort_insured", "number"),
        parts=(Part("Assurance jusqu'au", lambda line: line.insured_until, "date"),),
    ),
    Column(
        "next", "À faire ensuite", _next, need=Fact.DATES, css="wide",
        parts=(Part("À faire ensuite", lambda line: line.next_act),),
    ),
)  # fmt: skip


def _field(key: str, label: str, control: Any) -> EditableField:
    def write(**facts: Any) -> Contract:
        return set_contract_field(field=key, **facts)

    return EditableField(
        key=key,
        label=label,
        names=(key,),
        control=control,
        raw=lambda row: str(getattr(row, key)),
        write=write,
        refuse=lambda rows, value: contract_objections(key, rows, value),
    )


FIELDS = {
    "payment_method": _field(
        "payment_method", "Mode de paiement",
        lambda reader, rows: forms.ChoiceField(choices=PaymentMethod.choices),
    ),
    "due_day": _field(
        "due_day", "Jour d'échéance",
        lambda reader, rows: forms.TypedChoiceField(choices=DUE_DAYS, coerce=int),
    ),
}  # fmt: skip


class ContractList(ListDefinition):
    """One row a contract."""

    key = "residents:contract-list"
    export_key = "residents:contract-export"
    cell_key = "residents:contract-cell"
    bulk_key = "residents:contract-bulk"
    title = "Contrats"
    noun = ("contrat", "contrats")
    file_stem = "contrats"
    empty_text = "Aucun contrat ne correspond à ces filtres"
    none_text = "Aucun contrat en cours : un contrat se prépare depuis la fiche d'une personne"
    about_people = True
    columns = COLUMNS
    fields = FIELDS
    model = Contract

    def known(self, reader: Reader) -> frozenset[str]:
        """The facts of some of the reader's roles, and the balance where somebody keeps it."""
        facts = may_ever(reader.user)
        gone = set() if measure_of("contract", "balance") else {Fact.BALANCE}
        return frozenset(str(fact) for fact in facts - gone)

    def rows(self, reader: Reader, sort: str) -> Any:
        """The contracts seen."""
        return selectors.contract_rows(reader.user, reader.roles, reader.day, sort)

    def filter(self, reader: Reader, query: Any, rows: Any) -> ContractFilter:
        """Words, state, type, place, end, what is missing, how it is paid."""
        homes = Colocation.objects.visible_to(reader.user, reader.roles).order_by("name")
        return ContractFilter(
            query,
            queryset=rows,
            user=reader.user,
            day=reader.day,
            territories=territories_seen(reader.user, reader.roles),
            homes=homes.values_list("pk", "name"),
        )

    def order(self, reader: Reader, rows: Any) -> Any:
        """What ends first comes first."""
        return rows.order_by("ends_on", "number")

    def lines(self, reader: Reader, rows: Sequence[Any]) -> Iterable[ContractLine]:
        """By right, contract by contract."""
        return selectors.contract_lines(reader.user, rows, reader.day)

    def label_of(self, line: ContractLine) -> str:
        """The number and the household."""
        return f"{line.number}, {line.people}" if line.people else line.number


CONTRACTS = register(ContractList())
tell_about_people(CONTRACTS.export_key)
_DONE = ("{} contrat modifié.", "{} contrats modifiés.")
register_act(
    SetField(
        FIELDS["payment_method"],
        code="contract-payment-method",
        list_key=CONTRACTS.key,
        page_key=CONTRACTS.bulk_key,
        label="Changer le mode de paiement",
        icon="wallet",
        lead="Comment ces ménages paient d'ordinaire. Ce qui est déjà facturé ne change pas.",
        done=_DONE,
        order=10,
    )
)
register_act(
    SetField(
        FIELDS["due_day"],
        code="contract-due-day",
        list_key=CONTRACTS.key,
        page_key=CONTRACTS.bulk_key,
        label="Changer le jour d'échéance",
        icon="calendar-due",
        lead="Le jour du mois où la redevance est due, à partir du prochain mois facturé.",
        done=_DONE,
        order=20,
    )
)
