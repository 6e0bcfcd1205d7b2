"""The list of residents: each person with the contract that says where they are."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.accounts.models import Territory
from caracol.core.registries import measure_of
from caracol.lists.bulk import SetField, register_act
from caracol.lists.definition import Column, ListDefinition, Part, Reader, register
from caracol.lists.fields import EditableField
from caracol.lists.services.exporting import tell_about_people
from caracol.ui import atoms
from colocations.models import Colocation
from residents.enums import LANGUAGES, SHORT_KINDS, ContractKind
from residents.filters import PersonFilter
from residents.lists import cells
from residents.models import Contract, Person
from residents.permissions import Fact, may_ever
from residents.selectors import people as selectors
from residents.selectors.people import STATE_WORDS, STATES, PersonLine
from residents.services.fields import set_person_field

_KINDS = dict(ContractKind.choices)
YES_NO = (("True", "oui"), ("False", "non"))


def _name(line: PersonLine) -> SafeString:
    return format_html(
        '<span class="person-cell">{}<span><a class="row-link" href="{}">{}</a>'
        '<span class="cell-note">{}</span></span></span>',
        atoms.avatar(line.name or "?"),
        line.url,
        line.name or "Résident·e",
        atoms.phone(line.phone) or line.email,
    )


def _place(line: PersonLine) -> Any:
    """The room and the home; for who knows no name, they open the page."""
    if not line.home:
        return cells.NOTHING
    room: Any = f"Chambre {line.room}"
    if not line.name:
        room = format_html('<a class="row-link" href="{}">{}</a>', line.url, room)
    return cells.pair(room, line.home)


def _state(line: PersonLine) -> Any:
    """Present, arriving, leaving, former; and an insurance that is missing."""
    if Fact.DATES not in line.facts:
        return cells.NOTHING
    _label, tone, icon = STATES[line.state]
    badge = atoms.status(STATE_WORDS[line.state], tone, icon)
    if not line.uninsured:
        return badge
    return format_html("{} {}", badge, atoms.status("sans assurance", "danger", "shield-check"))


def _words_of_state(line: PersonLine) -> str:
    return STATE_WORDS[line.state] if Fact.DATES in line.facts else ""


COLUMNS = (
    Column(
        "name", "Nom", _name, need=Fact.NAME, sort=("search_key", "pk"), css="lead", fixed=True,
        parts=(
            Part("Matricule", lambda line: line.reference),
            Part("Nom", lambda line: line.name),
            Part("Téléphone", lambda line: line.phone),
            Part("Courriel", lambda line: line.email),
        ),
    ),
    Column(
        "place", "Chambre", _place, need=Fact.ROOM, sort=("sort_place", "search_key"),
        parts=(
            Part("Colocation", lambda line: line.home),
            Part("Chambre", lambda line: line.room),
        ),
    ),
    Column(
        "phone", "Téléphone", lambda line: cells.phone(line.phone), need=Fact.PHONE, shown=False,
        parts=(Part("Téléphone", lambda line: line.phone),),
    ),
    Column(
        "email", "Courriel", lambda line: cells.email(line.email), need=Fact.CONTACTS, shown=False,
        parts=(Part("Courriel", lambda line: line.email),),
    ),
    Column(
        "email_consent", "Documents par courriel",
        lambda line: cells.text({True: "oui", False: "non"}.get(line.email_consent, "")),
        need=Fact.CONTACTS, shown=False,
        parts=(Part("Documents par courriel", lambda line: line.email_consent),),
    ),
    Column(
        "sms_consent", "SMS",
        lambda line: cells.text({True: "oui", False: "non"}.get(line.sms_consent, "")),
        need=Fact.CONTACTS, shown=False,
        parts=(Part("SMS", lambda line: line.sms_consent),),
    ),
    Column(
        "language", "Langue", lambda line: cells.text(line.language_label), need=Fact.CONTACTS,
        sort=("language", "search_key"), shown=False,
        parts=(Part("Langue", lambda line: line.language_label),),
    ),
    Column(
        "number", "Contrat",
        lambda line: cells.pair(line.number or "–", SHORT_KINDS.get(line.kind, "")),
        need=Fact.NUMBER, sort=("sort_number", "pk"), css="wide",
        parts=(
            Part("Contrat", lambda line: line.number),
            Part("Type de contrat", lambda line: _KINDS.get(line.kind, "")),
        ),
    ),
    Column(
        "territory", "Territoire", lambda line: cells.text(line.territory), need=Fact.ROOM,
        shown=False, parts=(Part("Territoire", lambda line: line.territory),),
    ),
    Column(
        "dates", "Dates", lambda line: cells.span(line.starts_on, line.ends_on), need=Fact.DATES,
        sort=("sort_end", "search_key"),
        parts=(
            Part("Début", lambda line: line.starts_on, "date"),
            Part("Fin", lambda line: line.ends_on, "date"),
        ),
    ),
    Column(
        "state", "État", _state, need=Fact.DATES, parts=(Part("État", _words_of_state),)
    ),
    Column(
        "insurance", "Assuré jusqu'au", lambda line: atoms.day(line.insured_until),
        need=Fact.INSURANCE, shown=False,
        parts=(Part("Assurance jusqu'au", lambda line: line.insured_until, "date"),),
    ),
    Column(
        "balance", "Solde", lambda line: atoms.money(line.balance, "balance"), need=Fact.BALANCE,
        sort=("balance", "search_key"), css="num",
        parts=(Part("Solde", lambda line: line.balance, "money"),),
    ),
)  # fmt: skip


def _field(key: str, label: str, control: Any, **options: Any) -> EditableField:
    def write(**facts: Any) -> Person:
        return set_person_field(field=key, **facts)

    return EditableField(
        key=key,
        label=label,
        names=(key,),
        control=control,
        raw=options.pop("raw", lambda row: str(getattr(row, key))),
        write=write,
        **options,
    )


def _as_bool(reader: Reader, rows: Sequence[Any]) -> forms.Field:
    return forms.TypedChoiceField(choices=YES_NO, coerce=lambda text: text == "True")


def _languages(reader: Reader, rows: Sequence[Any]) -> forms.Field:
    return forms.ChoiceField(choices=tuple(LANGUAGES.items()))


FIELDS = {
    "phone": _field(
        "phone", "Téléphone",
        lambda reader, rows: forms.CharField(
            max_length=20, required=False, widget=forms.TextInput({"type": "tel"})
        ),
    ),
    "email": _field(
        "email", "Courriel", lambda reader, rows: forms.EmailField(required=False)
    ),
    "email_consent": _field("email_consent", "Documents par courriel", _as_bool),
    "sms_consent": _field("sms_consent", "SMS", _as_bool),
    "language": _field(
        "language", "Langue", _languages
    ),
}  # fmt: skip


class PeopleList(ListDefinition):
    """One row a person; the contract shown is the last that binds."""

    key = "residents:person-list"
    export_key = "residents:person-export"
    cell_key = "residents:person-cell"
    bulk_key = "residents:person-bulk"
    title = "Résidents"
    noun = ("personne", "personnes")
    feminine = True
    file_stem = "residents"
    empty_text = "Personne ne correspond à ces filtres"
    none_text = "Personne pour l'instant : qui habite ici, ou va y arriver, apparaîtra ici"
    about_people = True
    columns = COLUMNS
    fields = FIELDS
    model = Person

    def known(self, reader: Reader) -> frozenset[str]:
        """The facts of some of the reader's roles, and the balance where somebody keeps it."""
        facts = may_ever(reader.user)
        gone = set() if measure_of("person", "balance") else {Fact.BALANCE}
        return frozenset(str(fact) for fact in facts - gone)

    def default_columns(self, reader: Reader) -> tuple[str, ...]:
        """The telephone stands under the name, else it is a column."""
        shown = super().default_columns(reader)
        known = self.known(reader)
        if Fact.NAME in known or Fact.PHONE not in known:
            return shown
        return (*shown[:1], "phone", *shown[1:])

    def rows(self, reader: Reader, sort: str) -> Any:
        """The people seen; who knows no name reads them by room."""
        wanted = sort or ("" if Fact.NAME in self.known(reader) else "place")
        seen = Person.objects.visible_to(reader.user, reader.roles)
        return selectors.sortable(seen, reader.user, reader.roles, reader.day, wanted)

    def filter(self, reader: Reader, query: Any, rows: Any) -> PersonFilter:
        """Words, state, place, type, what is owed or missing."""
        user, roles = reader.user, reader.roles
        homes = Colocation.objects.visible_to(user, roles).order_by("name")
        contracts = Contract.objects.visible_to(user, roles)
        territories = Territory.objects.filter(pk__in=contracts.values("territory"))
        return PersonFilter(
            query,
            queryset=rows,
            user=user,
            shown=selectors.holdings_shown(user, roles),
            day=reader.day,
            territories=territories.order_by("name"),
            homes=homes.values_list("pk", "name"),
        )

    def order(self, reader: Reader, rows: Any) -> Any:
        """By name, or by room for who knows no name."""
        if Fact.NAME not in self.known(reader) and "sort_place" in rows.query.annotations:
            return rows.order_by("sort_place", "pk")
        return rows.order_by("search_key", "pk")

    def lines(self, reader: Reader, rows: Sequence[Any]) -> Iterable[PersonLine]:
        """By right, person by person."""
        return selectors.person_lines(reader.user, reader.roles, rows, reader.day)

    def label_of(self, line: PersonLine) -> str:
        """The name, or the room."""
        return line.name or (f"chambre {line.room}, {line.home}" if line.home else "Résident·e")


PEOPLE = register(PeopleList())
tell_about_people(PEOPLE.export_key)
register_act(
    SetField(
        FIELDS["language"],
        code="person-language",
        list_key=PEOPLE.key,
        page_key=PEOPLE.bulk_key,
        label="Changer la langue",
        icon="language",
        lead="La langue dans laquelle ces personnes lisent.",
        done=("{} fiche modifiée.", "{} fiches modifiées."),
    )
)
