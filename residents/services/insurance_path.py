"""The path towards a missing insurance: reminders, registered letter, then one of two ways.

Loi 89-462 art. 7 g; décret 2016-383; RULEBOOK 5.1.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import add_months, french_day
from caracol.parameters.selectors import value
from residents.calculations.insurance import monthly_share
from residents.enums import LIVING, InsuranceOutcome, InsuranceStepKind
from residents.models import Contract, InsuranceCase, InsuranceStep
from residents.selectors.insurance import is_insured
from residents.services.insurance import Certificate, add_certificate

DONE = history.label("residents.insurance-step", "Assurance : étape enregistrée")
RECEIVED = history.label("residents.insurance-step-received", "Assurance : réception enregistrée")
CANCELLED = history.label("residents.insurance-step-cancelled", "Assurance : étape annulée")
CLOSED = history.label("residents.insurance-case-closed", "Suivi d'assurance fermé")

Kind = InsuranceStepKind
_WAYS = {Kind.BEHALF_NOTICE: Kind.ORDER, Kind.ORDER: Kind.BEHALF_NOTICE}
_FOLLOWS = {Kind.BEHALF_TAKEN: Kind.BEHALF_NOTICE, Kind.CLAUSE: Kind.ORDER}
_MONTHS = {Kind.BEHALF_TAKEN: "insurance.behalf_months", Kind.CLAUSE: "insurance.clause_months"}


class StepRefused(Refused):
    """The law, or what was done before, does not allow this step."""


@dataclass(frozen=True)
class Premium:
    """What an insurance taken on behalf costs a year, and by how much it is raised."""

    yearly: Decimal
    increase_percent: Decimal = Decimal(0)


@transaction.atomic
def record_step(
    *,
    contract: Contract,
    kind: InsuranceStepKind,
    done_on: date,
    actor: User,
    lead_days: int | None = None,
    received_on: date | None = None,
    by_mail: bool = False,
) -> InsuranceStep:
    """Write a step taken towards a certificate. Raises StepRefused."""
    return _write(
        contract=contract,
        kind=Kind(kind),
        actor=actor,
        facts={
            "done_on": done_on,
            "lead_days": lead_days,
            "received_on": received_on,
            "by_mail": by_mail,
        },
    )


@transaction.atomic
def insure_on_behalf(
    *, contract: Contract, certificate: Certificate, premium: Premium, done_on: date, actor: User
) -> InsuranceStep:
    """Insure a resident on their behalf, a month after the notice that said so.

    The premium is asked for by a twelfth with each rent, raised within the cap. Raises StepRefused.
    """
    cap = Decimal(str(value("insurance.behalf_increase_percent", done_on)))
    if premium.increase_percent > cap:
        raise StepRefused(f"La prime se majore de {cap.normalize():f} % au plus (décret 2016-383).")
    months = int(value("insurance.premium_months", done_on))
    step = _write(
        contract=contract,
        kind=Kind.BEHALF_TAKEN,
        actor=actor,
        facts={
            "done_on": done_on,
            "yearly_premium": premium.yearly,
            "increase_percent": premium.increase_percent,
            "monthly_share": monthly_share(premium.yearly, premium.increase_percent, months),
        },
    )
    add_certificate(
        contract=contract, certificate=certificate, on=done_on, actor=actor, on_behalf=True
    )
    return step


def _write(
    *, contract: Contract, kind: InsuranceStepKind, actor: User, facts: dict[str, Any]
) -> InsuranceStep:
    with history.act(DONE, actor=actor):
        locked = Contract.objects.select_for_update(no_key=True, of=("self",)).get(pk=contract.pk)
        case = _open_case(locked, facts["done_on"])
        done = {Kind(step.kind): step for step in case.steps.standing()}
        _check(locked, kind, done, facts["done_on"])
        step = InsuranceStep(case=case, kind=kind, **facts)
        _save(step)
    return step


def _open_case(contract: Contract, on: date) -> InsuranceCase:
    if contract.status not in LIVING:
        raise StepRefused("Ce contrat n'est plus en cours : son assurance ne se demande plus.")
    case = InsuranceCase.objects.filter(contract=contract, closed_on=None).first()
    return case or InsuranceCase.objects.create(contract=contract, opened_on=on)


def _check(
    contract: Contract,
    kind: InsuranceStepKind,
    done: dict[InsuranceStepKind, InsuranceStep],
    on: date,
) -> None:
    """Raise StepRefused when the step may not be taken."""
    if kind in _WAYS:
        if _WAYS[kind] in done:
            raise StepRefused(
                f"« {_WAYS[kind].label} » est déjà engagé : l'assurance pour compte et la clause "
                "résolutoire s'excluent (loi 89-462, art. 7 g)."
            )
        if is_insured(contract, on):
            raise StepRefused("Une attestation couvre ce jour : il n'y a rien à mettre en demeure.")
    if kind in _FOLLOWS:
        before = done.get(_FOLLOWS[kind])
        if before is None:
            raise StepRefused(f"Cette étape suit « {_FOLLOWS[kind].label} ».")
        _check_delay(kind, before, on)


def _check_delay(kind: InsuranceStepKind, before: InsuranceStep, on: date) -> None:
    months = int(value(_MONTHS[kind], before.done_on))
    runs_from = before.received_on
    if runs_from is None:
        raise StepRefused(
            f"Le délai de {months} mois court de la réception de « {before.get_kind_display()} » : "
            "enregistrez-la d'abord."
        )
    opens_on = add_months(runs_from, months)
    if on < opens_on:
        raise StepRefused(
            f"Pas avant le {french_day(opens_on)} : {months} mois après la réception du "
            f"{french_day(runs_from)} (loi 89-462, art. 7 g)."
        )


def _save(step: InsuranceStep) -> None:
    try:
        step.full_clean()
        with transaction.atomic():
            step.save()
    except ValidationError as error:
        raise StepRefused(" ".join(error.messages)) from error
    except IntegrityError as error:
        raise StepRefused("Cette étape vient d'être enregistrée par quelqu'un d'autre.") from error


@transaction.atomic
def receive_step(*, step: InsuranceStep, received_on: date, actor: User) -> InsuranceStep:
    """Write the day a letter was received or an act served: its delay runs from it."""
    with history.act(RECEIVED, actor=actor):
        row = InsuranceStep.objects.select_for_update(of=("self",)).get(pk=step.pk)
        row.received_on = received_on
        _save(row)
    return row


@transaction.atomic
def cancel_step(*, step: InsuranceStep, on: date, actor: User) -> InsuranceStep:
    """Set aside a step written by mistake; what followed it is cancelled first.

    Raises StepRefused.
    """
    with history.act(CANCELLED, actor=actor):
        row = InsuranceStep.objects.select_for_update(of=("self",)).get(pk=step.pk)
        followers = {before: kind for kind, before in _FOLLOWS.items()}
        after = followers.get(Kind(row.kind))
        standing = InsuranceStep.objects.standing().filter(case=row.case_id)
        if after and standing.filter(kind=after).exists():
            raise StepRefused(f"Annulez d'abord « {after.label} », qui la suit.")
        if row.cancelled_on is None:
            row.cancelled_on = on
            row.save(update_fields=["cancelled_on"])
        if not standing.exclude(pk=row.pk).exists():
            InsuranceCase.objects.filter(pk=row.case_id, closed_on=None).update(
                closed_on=on, outcome=InsuranceOutcome.MISTAKE
            )
    return row
