"""The list of insurances: who lacks one, since when, the next step, how to ask for it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.lists.definition import Column, ListDefinition, Part, Reader, register
from caracol.lists.services.exporting import tell_about_people
from caracol.ui import atoms
from colocations.models import Colocation
from residents.forms.insurance_filter import InsuranceFilter
from residents.lists import cells
from residents.models import Contract
from residents.permissions import Fact, may_ever
from residents.selectors.contracts import territories_seen
from residents.selectors.insurance_list import InsuredLine, insured_contracts, insured_lines


def _who(line: InsuredLine) -> SafeString:
    """The household, which opens the insurance; its room beneath."""
    return format_html(
        '<span><a class="row-link" href="{}">{}</a><span class="cell-note">{}</span></span>',
        line.url,
        line.name,
        line.place,
    )


def _cover(line: InsuredLine) -> SafeString:
    """Until when, by whom; or since when nothing is known."""
    if line.covered_until:
        until = format_html("jusqu'au {}", atoms.day(line.covered_until))
        return cells.pair(until, line.insurer)
    since = format_html("depuis le {}", atoms.day(line.lacking_since))
    return cells.pair(since, line.insurer or "jamais d'attestation")


def _step(line: InsuredLine) -> Any:
    """What comes next and when."""
    if not line.next_label:
        return cells.NOTHING
    return cells.pair(line.next_label, atoms.day(line.next_on))


def _way(line: InsuredLine) -> Any:
    """How the household is asked: by mail if it accepts them, else by telephone."""
    if line.email:
        return cells.pair(cells.email(line.email), "par courriel")
    return cells.pair(cells.phone(line.phone), "à appeler") if line.phone else "à voir"


COLUMNS = (
    Column(
        "who", "Ménage", _who, sort=("sort_people", "pk"), css="lead", fixed=True,
        parts=(
            Part("Contrat", lambda line: line.number),
            Part("Ménage", lambda line: line.name),
            Part("Chambre", lambda line: line.place),
        ),
    ),
    Column(
        "number", "Contrat", lambda line: line.number, sort=("number",), shown=False,
        parts=(Part("Contrat", lambda line: line.number),),
    ),
    Column(
        "place", "Colocation",
        lambda line: cells.pair(line.home, f"Chambre {line.room}") if line.home else cells.NOTHING,
        need=Fact.ROOM, sort=("sort_place", "pk"), shown=False,
        parts=(
            Part("Colocation", lambda line: line.home),
            Part("N° de chambre", lambda line: line.room),
        ),
    ),
    Column(
        "territory", "Territoire", lambda line: cells.text(line.territory), need=Fact.ROOM,
        sort=("territory__name", "number"), shown=False,
        parts=(Part("Territoire", lambda line: line.territory),),
    ),
    Column(
        "cover", "Couverture", _cover, need=Fact.INSURANCE, sort=("expiry", "pk"),
        parts=(
            Part("Assureur", lambda line: line.insurer),
            Part("Couvert jusqu'au", lambda line: line.covered_until, "date"),
            Part("Non assuré depuis", lambda line: line.lacking_since, "date"),
        ),
    ),
    Column(
        "insurer", "Assureur", lambda line: cells.text(line.insurer), need=Fact.INSURANCE,
        shown=False, parts=(Part("Assureur", lambda line: line.insurer),),
    ),
    Column(
        "state", "État", lambda line: atoms.status(line.state, line.tone), need=Fact.INSURANCE,
        parts=(
            Part("Jours sans assurance", lambda line: line.days_lacking, "number"),
            Part("État", lambda line: line.state),
        ),
    ),
    Column(
        "step", "Prochaine étape", _step, need=Fact.INSURANCE,
        parts=(
            Part("Prochaine étape", lambda line: line.next_label),
            Part("À partir du", lambda line: line.next_on, "date"),
        ),
    ),
    Column(
        "way", "Comment demander", _way, need=Fact.PHONE, shown=False,
        parts=(
            Part("Courriel accepté", lambda line: line.email),
            Part("Téléphone", lambda line: line.phone),
        ),
    ),
    Column(
        "ends", "Fin du contrat", lambda line: atoms.day(line.ends_on), need=Fact.DATES,
        sort=("ends_on", "number"), shown=False,
        parts=(Part("Fin du contrat", lambda line: line.ends_on, "date"),),
    ),
)  # fmt: skip


class InsuranceList(ListDefinition):
    """One row a contract lived in."""

    key = "residents:insurance-list"
    export_key = "residents:insurance-export"
    ticked_key = "residents:insurance-ask"
    title = "Assurances"
    noun = ("contrat", "contrats")
    file_stem = "assurances"
    empty_text = "Aucun contrat ne correspond à ces filtres"
    none_text = "Aucune attestation à demander : chaque contrat habité est couvert"
    about_people = True
    columns = COLUMNS
    model = Contract

    def known(self, reader: Reader) -> frozenset[str]:
        """The facts of some of the reader's roles."""
        return frozenset(str(fact) for fact in may_ever(reader.user))

    def rows(self, reader: Reader, sort: str) -> Any:
        """The contracts lived in that the reader sees."""
        return insured_contracts(reader.user, reader.roles, reader.day, sort)

    def filter(self, reader: Reader, query: Any, rows: Any) -> InsuranceFilter:
        """Words, territory, home, state."""
        homes = Colocation.objects.visible_to(reader.user, reader.roles).order_by("name")
        return InsuranceFilter(
            query,
            queryset=rows,
            day=reader.day,
            territories=territories_seen(reader.user, reader.roles),
            homes=homes.values_list("pk", "name"),
        )

    def order(self, reader: Reader, rows: Any) -> Any:
        """The longest without cover first, then what ends first."""
        return rows.order_by("expiry", "pk")

    def lines(self, reader: Reader, rows: Sequence[Any]) -> Iterable[InsuredLine]:
        """By right, contract by contract."""
        return insured_lines(reader.user, rows, reader.day)

    def label_of(self, line: InsuredLine) -> str:
        """The household."""
        return line.name


INSURANCES = register(InsuranceList())
tell_about_people(INSURANCES.export_key)
