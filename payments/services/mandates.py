"""Mandates: prepare, sign, suspend, take up again, revoke; record those signed elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.crypto import blind_index
from caracol.core.errors import Refused
from caracol.documents import content
from caracol.documents.services.issuing import issue_document
from payments import papers
from payments.calculations.sepa import NAME, sepa_text
from payments.models import Mandate
from payments.models.mandates import MANDATE_IBAN
from payments.selectors.mandates import in_flight
from residents.enums import LIVING, ContractStatus
from residents.models import Contract

PREPARED = history.label("payments.mandate-prepared", "Mandat de prélèvement préparé")
SIGNED = history.label("payments.mandate-signed", "Mandat de prélèvement signé")
SUSPENDED = history.label("payments.mandate-suspended", "Mandat de prélèvement suspendu")
RESUMED = history.label("payments.mandate-resumed", "Mandat de prélèvement repris")
REVOKED = history.label("payments.mandate-revoked", "Mandat de prélèvement révoqué")
PUT_BACK = history.label("payments.mandate-put-back", "Mandat remis comme avant un rejet défait")
AID_SAID = history.label("payments.mandate-aid", "Déduction de l'aide décidée")
DOCUMENT = "SEPA_MANDATE"


class IbanInvalid(Refused):
    """The IBAN's form or check digits are wrong."""


class MandateRefused(Refused):
    """The mandate cannot be so."""


@dataclass(frozen=True)
class MandateFacts:
    """A signed mandate; the IBAN may be written with spaces."""

    contract: Contract
    reference: str
    iban: str
    signed_on: date
    bic: str = ""


def checked_iban(text: str, *, strict: bool = False) -> str:
    """Return an IBAN in compact form; `strict` checks the French key too. Raises IbanInvalid."""
    try:
        return str(IBAN(text, validate_bban=strict).compact)
    except (SchwiftyException, ValueError) as error:
        raise IbanInvalid(
            "Cet IBAN est faux (clé de contrôle ou longueur) : recopiez-le du relevé d'identité "
            "bancaire."
        ) from error


def checked_bic(text: str, iban: str) -> str:
    """Return a BIC, that of the IBAN's bank when none is given. Raises IbanInvalid."""
    if not text.strip():
        found = IBAN(iban).bic
        return str(found.compact) if found else ""
    try:
        return str(BIC(text).compact)
    except (SchwiftyException, ValueError) as error:
        raise IbanInvalid("Ce BIC est faux : 8 ou 11 caractères, ou laissez vide.") from error


@transaction.atomic
def record_mandates(facts: Iterable[MandateFacts]) -> list[Mandate]:
    """Record in bulk mandates that served elsewhere; one already known by its reference is left.

    Raises IbanInvalid.
    """
    wanted = {fact.reference: fact for fact in facts}
    for reference in Mandate.objects.filter(reference__in=wanted).values_list(
        "reference", flat=True
    ):
        del wanted[reference]
    return Mandate.objects.bulk_create(
        _row(
            contract=fact.contract,
            reference=fact.reference,
            iban=checked_iban(fact.iban),
            bic=fact.bic,
            signed_on=fact.signed_on,
            was_used=True,
        )
        for fact in wanted.values()
    )


def _row(*, iban: str, **facts: Any) -> Mandate:
    return Mandate(
        iban=iban,
        iban_index=blind_index(iban, context=MANDATE_IBAN),
        iban_tail=iban[-4:],
        **facts,
    )


@transaction.atomic
def prepare_mandate(
    *, contract: Contract, iban: str, holder: str, today: date, actor: User, bic: str = ""
) -> Mandate:
    """Prepare a mandate and its paper, to be signed; it replaces the one alive, if any.

    A change of account is a new mandate. Raises IbanInvalid, MandateRefused.
    """
    compact = checked_iban(iban, strict=True)
    code = checked_bic(bic, compact)
    name = sepa_text(holder, NAME)
    if not name:
        raise MandateRefused("Écrivez le nom du titulaire du compte, comme sur son RIB.")
    with history.act(PREPARED, actor=actor):
        Contract.objects.select_for_update(no_key=True, of=("self",)).get(pk=contract.pk)
        if contract.status not in LIVING | {ContractStatus.SIGNED}:
            raise MandateRefused("Ce contrat n'est pas en vigueur : il ne se prélève pas.")
        before = _alive(contract)
        if before is not None:
            _refuse_in_flight(before)
            reason = "Remplacé par un nouveau mandat"
            _revoke(before, reason=reason, today=today)
        mandate = _row(
            contract=contract,
            reference=_next_reference(contract),
            iban=compact,
            bic=code,
            holder=name,
            aid_said_on=before.aid_said_on if before else None,
        )
        mandate.save()
        mandate.document = _paper(mandate, compact, today, actor)
        mandate.save(update_fields=["document"])
    return mandate


def _alive(contract: Contract) -> Mandate | None:
    rows = Mandate.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(contract=contract, revoked_on=None).first()


def _next_reference(contract: Contract) -> str:
    """Return a RUM never used: the contract's number and the rank of its mandate."""
    base = sepa_text(f"RUM-{contract.number}", 28).replace("/", "-").replace(" ", "-")
    rank = Mandate.objects.filter(contract=contract).count() + 1
    while Mandate.objects.filter(reference=f"{base}-{rank}").exists():
        rank += 1
    return f"{base}-{rank}"


def _paper(mandate: Mandate, iban: str, today: date, actor: User) -> Any:
    paper: content.TextPaper = papers.mandate_paper(mandate, iban, today)
    return issue_document(
        kind=DOCUMENT,
        key=f"mandate:{mandate.reference}",
        subject=mandate.contract,
        data=paper,
        issued_on=today,
        actor=actor,
        territory=mandate.contract.territory,
    )


@transaction.atomic
def sign_mandate(*, mandate: Mandate, signed_on: date, today: date, actor: User) -> Mandate:
    """Write the day a mandate was signed: it may serve from then on. Raises MandateRefused."""
    if signed_on > today:
        raise MandateRefused("Un mandat ne se signe pas dans l'avenir.")
    with history.act(SIGNED, actor=actor):
        found = _locked(mandate)
        if found.signed_on is not None:
            raise MandateRefused(f"Ce mandat est déjà signé, le {found.signed_on:%d/%m/%Y}.")
        found.signed_on = signed_on
        found.save(update_fields=["signed_on"])
    return found


def _locked(mandate: Mandate) -> Mandate:
    rows = Mandate.objects.select_for_update(no_key=True, of=("self",))
    found: Mandate = rows.select_related("contract").get(pk=mandate.pk)
    if found.revoked_on is not None:
        raise MandateRefused("Ce mandat est révoqué : préparez-en un nouveau.")
    return found


@transaction.atomic
def suspend_mandate(*, mandate: Mandate, reason: str, today: date, actor: User) -> Mandate:
    """Take no debit by a mandate until somebody takes it up again. Raises MandateRefused.

    A file that holds one of its debits is no longer sent; one sent already is not called back:
    `payments.selectors.mandates.said_in_flight` says so to whoever suspends.
    """
    if not reason.strip():
        raise MandateRefused("Dites pourquoi le mandat est suspendu.")
    with history.act(SUSPENDED, actor=actor, reason=reason):
        found = _locked(mandate)
        if found.suspended_on is None:
            found.suspended_on, found.suspended_reason = today, reason.strip()[:200]
            found.save(update_fields=["suspended_on", "suspended_reason"])
    return found


@transaction.atomic
def resume_mandate(*, mandate: Mandate, actor: User) -> Mandate:
    """Let a suspended mandate serve again. Raises MandateRefused."""
    with history.act(RESUMED, actor=actor):
        found = _locked(mandate)
        if found.suspended_on is None:
            raise MandateRefused("Ce mandat n'est pas suspendu.")
        found.suspended_on, found.suspended_reason = None, ""
        found.save(update_fields=["suspended_on", "suspended_reason"])
    return found


@transaction.atomic
def revoke_mandate(*, mandate: Mandate, reason: str, today: date, actor: User) -> Mandate:
    """End a mandate for good; its reference never serves again. Raises MandateRefused."""
    if not reason.strip():
        raise MandateRefused("Dites pourquoi le mandat est révoqué.")
    with history.act(REVOKED, actor=actor, reason=reason):
        found = _locked(mandate)
        _refuse_in_flight(found)
        _revoke(found, reason=reason, today=today)
    return found


def revoke_for_return(*, mandate: Mandate, reason: str, today: date, actor: User) -> None:
    """End a mandate that the bank says it has not, whatever is under way."""
    with history.act(REVOKED, actor=actor, reason=reason):
        _revoke(mandate, reason=reason, today=today)


def restore_for_return(*, mandate: Mandate, reason: str, actor: User) -> None:
    """Put a mandate back as it was before a return that was a mistake, `reason` being its words.

    What something else did to it stays, and none comes back beside the one alive since.
    """
    with history.act(PUT_BACK, actor=actor, reason=reason):
        found = Mandate.objects.select_for_update(no_key=True, of=("self",)).get(pk=mandate.pk)
        if found.revoked_on is not None:
            alive = Mandate.objects.filter(contract=found.contract_id, revoked_on=None)
            if found.revoked_reason != reason[:200] or alive.exists():
                return
            found.revoked_on, found.revoked_reason = None, ""
        elif found.suspended_on is not None and found.suspended_reason == reason[:200]:
            found.suspended_on, found.suspended_reason = None, ""
        else:
            return
        found.save(
            update_fields=["revoked_on", "revoked_reason", "suspended_on", "suspended_reason"]
        )


def _refuse_in_flight(mandate: Mandate) -> None:
    debit = in_flight(mandate)
    if debit is not None:
        raise MandateRefused(
            f"Un prélèvement de ce mandat est dans la remise {debit.batch} "
            f"({debit.batch.collect_on:%d/%m/%Y}) : annulez-la d'abord, ou attendez ce jour."
        )


def _revoke(mandate: Mandate, *, reason: str, today: date) -> None:
    mandate.revoked_on, mandate.revoked_reason = today, reason.strip()[:200]
    mandate.save(update_fields=["revoked_on", "revoked_reason"])


@transaction.atomic
def say_aid(*, mandate: Mandate, deducted: bool, today: date, actor: User) -> Mandate:
    """Say whether the aid is deducted before the CAF has paid this contract a first time."""
    with history.act(AID_SAID, actor=actor):
        found = _locked(mandate)
        found.aid_said_on = today if deducted else None
        found.save(update_fields=["aid_said_on"])
    return found
