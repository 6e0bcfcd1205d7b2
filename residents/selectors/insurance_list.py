"""The contracts lived in, by their insurance: who lacks one, since when, what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, DateField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from caracol.core.periods import Span
from caracol.core.text import sort_key
from residents.calculations import insurance as rules
from residents.enums import LIVING
from residents.models import Contract, ContractHolder, Insurance, InsuranceCase
from residents.permissions import Fact, facts_of_contracts
from residents.selectors.contract_list import with_sort
from residents.selectors.insurance import delays_on, next_step_of, standing_steps
from residents.selectors.insurance_words import SOON_DAYS, next_label, state_words
from residents.selectors.people import places_of
from residents.selectors.stays import household

STATES = (
    ("", "À demander"),
    ("lacking", "Non assurés"),
    ("soon", "Se terminent bientôt"),
    ("case", "Suivis ouverts"),
    ("all", "Tous"),
)
TABS = tuple((value, label, value or "asking") for value, label in STATES)
"""Each state, its label, and the name of its count."""
_SORTED_AS = {"who": "people", "place": "place"}


def insured_contracts(user: Any, roles: frozenset[Any], day: date, sort: str = "") -> Any:
    """Return the contracts lived in on a day, annotated with the day their cover ends or ended.

    `sort`: the column they will be sorted by.
    """
    certificates = Insurance.objects.filter(contract=OuterRef("pk")).with_last_day()
    covering = Insurance.objects.covering(day).filter(contract=OuterRef("pk")).with_last_day()
    past = certificates.filter(last_day__lt=day).order_by("-last_day").values("last_day")
    until = covering.order_by("-last_day").values("last_day")
    contracts = Contract.objects.visible_to(user, roles).filter(
        status__in=LIVING, starts_on__lte=day, ends_on__gte=day
    )
    column = _SORTED_AS.get(sort.removeprefix("-"), "")
    return with_sort(contracts, column, day).annotate(
        is_covered=Exists(covering),
        has_case=Exists(InsuranceCase.objects.filter(contract=OuterRef("pk"), closed_on=None)),
        cover_until=Subquery(until[:1], output_field=DateField()),
        expiry=Case(
            When(Exists(covering), then=Subquery(until[:1], output_field=DateField())),
            default=Coalesce(
                Subquery(past[:1], output_field=DateField()),
                F("starts_on") - Value(1),
                output_field=DateField(),
            ),
            output_field=DateField(),
        ),
    )


def in_state(contracts: Any, state: str, day: date) -> Any:
    """Keep the contracts of a tab of the list; by default those whose certificate is to ask for."""
    conditions = _conditions(day)
    return contracts.filter(conditions.get(state, conditions[""]))


def state_counts(contracts: Any, day: date) -> dict[str, int]:
    """Count the contracts of each tab, in one query."""
    conditions = _conditions(day)
    counts: dict[str, int] = contracts.order_by().aggregate(
        **{
            code: Count("pk", filter=conditions[value]) if value != "all" else Count("pk")
            for value, _label, code in TABS
        }
    )
    return counts


def _conditions(day: date) -> dict[str, Q]:
    near = day + timedelta(days=SOON_DAYS)
    soon = Q(is_covered=True, cover_until__lt=near) & Q(cover_until__lt=F("ends_on"))
    lacking = Q(is_covered=False)
    return {
        "": lacking | soon,
        "lacking": lacking,
        "soon": soon,
        "case": Q(has_case=True),
        "all": Q(),
    }


def named(contracts: Any, words: str) -> Any:
    """Keep the contracts of a number, or of somebody found by any part of their name."""
    holders = ContractHolder.objects.all()
    for word in sort_key(words).split():
        holders = holders.filter(person__search_key__contains=word)
    found = Q(pk__in=holders.values("contract")) if sort_key(words) else Q(pk__in=[])
    return contracts.filter(found | Q(number__istartswith=words.strip()))


@dataclass(frozen=True)
class InsuredLine:
    """A row of the list, reduced to what the reader may know."""

    pk: int
    number: str
    name: str
    place: str
    url: str
    insurer: str
    covered_until: date | None
    lacking_since: date | None
    days_lacking: int
    state: str
    tone: str
    next_label: str
    next_on: date | None
    next_kind: str
    lead_days: int | None
    phone: str
    email: str
    room: str = ""
    home: str = ""
    territory: str = ""
    ends_on: date | None = None

    @property
    def may_be_mailed(self) -> bool:
        """Whether the main holder accepts mail."""
        return bool(self.email)


def insured_lines(user: Any, contracts: Iterable[Any], day: date) -> list[InsuredLine]:
    """Return the lines of a page of contracts: a fixed number of queries."""
    ids = [contract.pk for contract in contracts]
    rows = {
        contract.pk: contract
        for contract in Contract.objects.filter(pk__in=ids)
        .select_related("territory")
        .prefetch_related("insurances", "insurance_cases__steps", "holders__person")
    }
    facts, places, delays = facts_of_contracts(user, ids), places_of(ids, day), delays_on(day)
    return [_line(rows[pk], facts[pk], places.get(pk), delays, day) for pk in ids]


def _line(contract: Any, facts: Any, place: Any, delays: rules.Delays, day: date) -> InsuredLine:
    certificates = list(contract.insurances.all())
    lived = Span(contract.starts_on, day)
    stand = rules.standing([one.cover for one in certificates], lived, day)
    own = rules.standing([one.cover for one in certificates if not one.is_on_behalf], lived, day)
    cases = [case for case in contract.insurance_cases.all() if case.closed_on is None]
    steps = standing_steps(cases[0] if cases else None)
    step = next_step_of(contract, own, steps, delays)
    state, tone = state_words(stand, steps)
    holders = list(contract.holders.all())
    main = min(holders, key=lambda holder: (not holder.is_main, holder.pk)).person
    mailed = main.email_consent and main.email and main.died_on is None
    last = max(certificates, key=lambda one: one.ends_on, default=None)
    return InsuredLine(
        pk=contract.pk,
        number=contract.number,
        name=household(holders) if Fact.NAME in facts else contract.number,
        place=f"Chambre {place.room.number}, {place.room.colocation.name}" if place else "",
        url=reverse("residents:contract-insurance", args=[contract.pk]),
        insurer=last.insurer if last else "",
        covered_until=stand.covered_until,
        lacking_since=stand.lacking_since,
        days_lacking=stand.days_lacking,
        state=state,
        tone=tone,
        next_label=next_label(step),
        next_on=step.due_on if step else None,
        next_kind=step.kind if step else "",
        lead_days=step.lead_days if step and step.kind == "REMINDER" else (day - own.expiry).days,
        phone=main.phone if Fact.PHONE in facts else "",
        email=main.email if mailed and Fact.CONTACTS in facts else "",
        room=place.room.number if place else "",
        home=place.room.colocation.name if place else "",
        territory=contract.territory.name,
        ends_on=contract.ends_on,
    )
