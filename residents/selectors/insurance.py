"""Which contracts are insured, since when they are not, and what comes next (RULEBOOK 5.1)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import DateField, Exists, OuterRef, Subquery

from caracol.core.periods import Span
from caracol.documents.models import Upload
from caracol.parameters.selectors import value
from residents.calculations import insurance as rules
from residents.enums import LIVING
from residents.models import Contract, Insurance, InsuranceCase, InsuranceStep

SCAN = "INSURANCE_CERTIFICATE"
"""The kind of the files of certificates."""


def insured_on(day: date) -> Exists:
    """Condition on contracts' children: a certificate really covers the day."""
    return Exists(Insurance.objects.covering(day).filter(contract=OuterRef("contract")))


def is_insured(contract: Contract, day: date) -> bool:
    """Return whether a certificate really covers a day of a contract."""
    return Insurance.objects.covering(day).filter(contract=contract).exists()


def is_proven(contract: Contract, day: date) -> bool:
    """Return whether the file of a certificate that covers a day is kept."""
    covering = Insurance.objects.covering(day).filter(contract=contract)
    ids = list(covering.values_list("pk", flat=True))
    return Upload.objects.kept().about_all(Insurance, ids).filter(kind=SCAN).exists()


def delays_on(day: date) -> rules.Delays:
    """Return the lead times in force on a day."""
    return rules.Delays(
        reminders=tuple(int(lead) for lead in value("insurance.reminder_days", day)),
        registered_days=int(value("insurance.registered_letter_days", day)),
        choice_days=int(value("insurance.choice_days", day)),
        behalf_months=int(value("insurance.behalf_months", day)),
        clause_months=int(value("insurance.clause_months", day)),
    )


def lacking_insurance(contracts: Any, day: date, until: date) -> Any:
    """Keep the contracts lived in on a day that no certificate covers until a day or their end."""
    lived = contracts.filter(status__in=LIVING, starts_on__lte=day, ends_on__gte=day)
    certificates = Insurance.objects.filter(contract=OuterRef("pk")).with_last_day()
    last = certificates.order_by("-last_day").values("last_day")[:1]
    covers = Insurance.objects.covering(day).filter(contract=OuterRef("pk")).with_last_day()
    return lived.filter(~Exists(covers.filter(last_day__gte=until))).annotate(
        insured_until=Subquery(last, output_field=DateField())
    )


@dataclass(frozen=True)
class InsuranceView:
    """The insurance of a contract as its tab shows it."""

    contract: Contract
    certificates: list[Insurance]
    gaps: list[Span]
    standing: rules.Standing
    case: InsuranceCase | None
    steps: list[InsuranceStep]
    next_step: rules.NextStep | None

    @property
    def days_lacking(self) -> int:
        """How many days have been lived without cover, over the whole contract."""
        return sum(gap.days for gap in self.gaps)


def insurance_view(contract: Contract, day: date) -> InsuranceView:
    """Return the certificates of a contract, its gaps, its case and what comes next."""
    certificates = list(contract.insurances.order_by("-ends_on", "-pk"))
    covers = [insurance.cover for insurance in certificates]
    own = [insurance.cover for insurance in certificates if not insurance.is_on_behalf]
    lived = Span(contract.starts_on, max(contract.starts_on, min(day, contract.ends_on)))
    has_begun = contract.starts_on <= day
    case = contract.insurance_cases.filter(closed_on=None).prefetch_related("steps").first()
    steps = standing_steps(case)
    stand = rules.standing(own, lived, day)
    return InsuranceView(
        contract=contract,
        certificates=certificates,
        gaps=rules.gaps(covers, lived) if has_begun else [],
        standing=rules.standing(covers, lived, day),
        case=case,
        steps=steps,
        next_step=next_step_of(contract, stand, steps, delays_on(day)),
    )


def standing_steps(case: Any) -> list[InsuranceStep]:
    """Return the steps of a case that nobody cancelled, in the order they were taken."""
    if case is None:
        return []
    steps = [step for step in case.steps.all() if step.cancelled_on is None]
    return sorted(steps, key=lambda step: (step.done_on, step.pk))


def next_step_of(
    contract: Any, stand: rules.Standing, steps: list[InsuranceStep], delays: rules.Delays
) -> rules.NextStep | None:
    """Return the next step of a contract lived in, or None."""
    day = stand.day
    if contract.status not in LIVING or not contract.starts_on <= day <= contract.ends_on:
        return None
    if stand.covered_until and stand.covered_until >= contract.ends_on:
        return None
    done = [rules.Done(step.kind, step.done_on, step.lead_days, step.received_on) for step in steps]
    return rules.next_step(stand, done, delays)
