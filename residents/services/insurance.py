"""Keep certificates of insurance, and what cut them short (RULEBOOK 5.1)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import Span
from caracol.core.versions import refuse_if_changed
from caracol.documents.services.uploads import CleanFile, keep_upload
from caracol.parameters.selectors import value
from residents.calculations.insurance import standing
from residents.enums import InsuranceOutcome
from residents.models import Contract, Insurance, InsuranceCase
from residents.selectors.insurance import SCAN

SCAN_READ_KEY = "residents:contract-insurance"

ADDED = history.label("residents.insurance-added", "Attestation d'assurance ajoutée")
EDITED = history.label("residents.insurance-edited", "Attestation d'assurance corrigée")
LAPSED = history.label("residents.insurance-lapsed", "Garantie suspendue, reprise ou résiliée")
REMOVED = history.label("residents.insurance-removed", "Attestation saisie par erreur, retirée")

VERSIONED = (
    *("insurer", "policy_number", "starts_on", "ends_on", "insured_address", "received_on"),
    *("covers_fire", "covers_explosion", "covers_water", "covers_liability"),
)
LAPSE_VERSIONED = ("premium_notice_on", "suspended_on", "resumed_on", "terminated_on")


class InsuranceRefused(Refused):
    """The certificate cannot be kept as typed."""


@dataclass(frozen=True)
class Certificate:
    """What an insurer's certificate says."""

    insurer: str
    starts_on: date
    ends_on: date
    policy_number: str = ""
    insured_address: str = ""
    covers_fire: bool | None = None
    covers_explosion: bool | None = None
    covers_water: bool | None = None
    covers_liability: bool | None = None
    received_on: date | None = None

    def facts(self) -> dict[str, Any]:
        """Return the columns to write."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True)
class Lapse:
    """What an insurer's letters said of a policy: unpaid, suspended, resumed, terminated."""

    premium_notice_on: date | None = None
    suspended_on: date | None = None
    resumed_on: date | None = None
    terminated_on: date | None = None


@transaction.atomic
def add_certificate(
    *,
    contract: Contract,
    certificate: Certificate,
    on: date,
    actor: User,
    on_behalf: bool = False,
    scan: CleanFile | None = None,
) -> Insurance:
    """Keep a certificate and its file, both or neither.

    One from the resident that covers the day ends the pursuit. Raises InsuranceRefused,
    UploadRefused.
    """
    with history.act(ADDED, actor=actor):
        Contract.objects.select_for_update(no_key=True, of=("self",)).get(pk=contract.pk)
        insurance = Insurance(contract=contract, is_on_behalf=on_behalf, **certificate.facts())
        with _settling(contract, on):
            _save(insurance)
        _keep_scan(insurance, scan, actor)
    return insurance


@transaction.atomic
def edit_certificate(
    *,
    insurance: Insurance,
    certificate: Certificate,
    seen: str,
    on: date,
    actor: User,
    scan: CleanFile | None = None,
) -> Insurance:
    """Correct a certificate, add its file, both or neither.

    Raises ChangedMeanwhile, InsuranceRefused, UploadRefused.
    """
    with history.act(EDITED, actor=actor):
        row = _locked(insurance)
        refuse_if_changed(row, VERSIONED, seen)
        for name, value in certificate.facts().items():
            setattr(row, name, value)
        with _settling(row.contract, on):
            _save(row)
        _keep_scan(row, scan, actor)
    return row


@transaction.atomic
def record_lapse(
    *, insurance: Insurance, lapse: Lapse, seen: str, on: date, actor: User
) -> Insurance:
    """Write that an insurer suspended, resumed or terminated a policy before its date.

    Raises ChangedMeanwhile, InsuranceRefused.
    """
    with history.act(LAPSED, actor=actor):
        row = _locked(insurance)
        refuse_if_changed(row, LAPSE_VERSIONED, seen)
        told = _told(lapse)
        for each in fields(told):
            setattr(row, each.name, getattr(told, each.name))
        with _settling(row.contract, on):
            _save(row)
    return row


def _told(lapse: Lapse) -> Lapse:
    """Complete what the letters say: suspended so many days after the notice, unless paid before.

    C. assur. L113-3. Raises InsuranceRefused.
    """
    suspended_on = lapse.suspended_on
    if suspended_on is None and lapse.premium_notice_on:
        days = int(value("insurance.suspension_days", lapse.premium_notice_on))
        suspended_on = lapse.premium_notice_on + timedelta(days=days)
    if lapse.resumed_on and suspended_on is None:
        raise InsuranceRefused("Une garantie reprend après avoir été suspendue.")
    if lapse.resumed_on and suspended_on and lapse.resumed_on <= suspended_on:
        return replace(lapse, suspended_on=None, resumed_on=None)
    return replace(lapse, suspended_on=suspended_on)


@transaction.atomic
def remove_certificate(*, insurance: Insurance, actor: User) -> None:
    """Remove a certificate typed by mistake; the history keeps it."""
    with history.act(REMOVED, actor=actor):
        _locked(insurance).delete()


@contextmanager
def _settling(contract: Contract, on: date) -> Iterator[None]:
    """Close the open pursuit of a contract when the resident's own cover reaches further."""
    before = _own_until(contract, on)
    yield
    after = _own_until(contract, on)
    if after is None or (before is not None and after <= before):
        return
    case = InsuranceCase.objects.filter(contract=contract, closed_on=None).first()
    if case is not None:
        case.closed_on, case.outcome = on, InsuranceOutcome.CERTIFICATE
        case.save(update_fields=["closed_on", "outcome"])


def _own_until(contract: Contract, on: date) -> date | None:
    """Return the last day that the resident's own certificates cover without a break."""
    own = Insurance.objects.filter(contract=contract, is_on_behalf=False)
    lived = Span(contract.starts_on, contract.ends_on)
    return standing([insurance.cover for insurance in own], lived, on).covered_until


def _keep_scan(insurance: Insurance, scan: CleanFile | None, actor: User) -> None:
    if scan is not None:
        keep_upload(
            file=scan,
            kind=SCAN,
            subject=insurance,
            read_key=SCAN_READ_KEY,
            territory=insurance.contract.territory,
            name=f"Attestation {insurance.insurer} {insurance.starts_on.year}",
            actor=actor,
        )


def _locked(insurance: Insurance) -> Insurance:
    rows = Insurance.objects.select_for_update(of=("self",)).select_related("contract")
    return rows.get(pk=insurance.pk)


def _save(insurance: Insurance) -> None:
    try:
        insurance.full_clean()
        with transaction.atomic():
            insurance.save()
    except ValidationError as error:
        raise InsuranceRefused(" ".join(error.messages)) from error
    except IntegrityError as error:
        raise InsuranceRefused("Cette attestation est déjà enregistrée.") from error
