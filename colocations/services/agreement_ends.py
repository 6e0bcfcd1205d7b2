"""Push an agreement's end back, bring it forward, or take such an act back."""

from datetime import date
from typing import Any

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import add_months, french_day
from caracol.core.versions import refuse_if_changed
from caracol.parameters.selectors import value
from colocations.calculations import agreements as rules
from colocations.enums import EndedBy, LegalBasis
from colocations.models import AgreementExtension, AgreementShortening, OwnerAgreement
from colocations.services.agreements import (
    AgreementTooLong,
    accounted_end,
    acts_of,
    outlasted,
    within_law,
)
from colocations.services.doubts import NOTHING_ACCEPTED, Acceptance, Doubt, settle
from colocations.services.saving import Invalid, locked, save

EXTENDED = history.label("colocations.agreement-extended", "Convention prolongée")
DOCUMENTED = history.label("colocations.agreement-documented", "Prolongation documentée")
SHORTENED = history.label("colocations.agreement-shortened", "Fin de convention avancée")
TAKEN_BACK = history.label("colocations.agreement-end-restored", "Fin de convention rétablie")


class NotTheLastAct(Refused):
    """Another act came after this one: only the last may be taken back."""


@transaction.atomic
def extend_agreement(
    *,
    agreement: OwnerAgreement,
    ends_on: date,
    signed_on: date,
    reason: str,
    today: date,
    actor: User,
    seen: str = "",
    acceptance: Acceptance = NOTHING_ACCEPTED,
) -> AgreementExtension:
    """Record a signed extension: a year at most each time under ELAN, art. 29.

    Raises Invalid, ChangedMeanwhile, AgreementTooLong, Doubtful.
    """
    with history.act(EXTENDED, actor=actor, reason=acceptance.reason):
        held = _held(agreement, seen)
        previous = held.ends_on
        _refuse_to_come(signed_on, today)
        _check_extension(held, previous, ends_on, signed_on, reason)
        settle(_signed_late(previous, signed_on), acceptance)
        act = AgreementExtension(
            agreement=held,
            previous_ends_on=previous,
            ends_on=ends_on,
            signed_on=signed_on,
            reason=reason,
        )
        save(act)
        held.ends_on = ends_on
        save(held, ["ends_on"])
    return act


@transaction.atomic
def document_extension(
    *,
    agreement: OwnerAgreement,
    ends_on: date,
    signed_on: date,
    reason: str,
    today: date,
    actor: User,
    seen: str = "",
) -> AgreementExtension:
    """Record the act that was missing for an end already in force: the end does not move.

    Once the acts reach it, nothing is left to document. Raises Invalid, ChangedMeanwhile,
    AgreementTooLong.
    """
    with history.act(DOCUMENTED, actor=actor):
        held = _held(agreement, seen)
        previous = accounted_end(held, acts_of(held))
        _refuse_to_come(signed_on, today)
        _check_extension(held, previous, ends_on, signed_on, reason)
        if ends_on > held.ends_on:
            end = french_day(held.ends_on)
            raise Invalid(
                {"ends_on": [f"La convention finit le {end} : cet acte ne va pas plus loin."]}
            )
        act = AgreementExtension(
            agreement=held,
            previous_ends_on=previous,
            ends_on=ends_on,
            signed_on=signed_on,
            reason=reason,
        )
        save(act)
        held.extension_undocumented = not within_law(held, acts_of(held))
        save(held, ["extension_undocumented"])
    return act


@transaction.atomic
def shorten_agreement(
    *,
    agreement: OwnerAgreement,
    ends_on: date,
    decided_on: date,
    ended_by: str,
    reason: str,
    today: date,
    actor: User,
    seen: str = "",
    acceptance: Acceptance = NOTHING_ACCEPTED,
) -> AgreementShortening:
    """Bring an agreement's end forward, every resident's contract checked again.

    Those that outlast the new end are shown and accepted; they become work to do. Raises Invalid,
    ChangedMeanwhile, Doubtful.
    """
    with history.act(SHORTENED, actor=actor, reason=acceptance.reason or reason):
        held = _held(agreement, seen)
        if decided_on > today:
            raise Invalid({"decided_on": ["Une décision ne se date pas de l'avenir."]})
        if ends_on < held.starts_on:
            raise Invalid({"ends_on": ["La convention ne peut pas finir avant d'avoir commencé."]})
        act = AgreementShortening(
            agreement=held,
            previous_ends_on=held.ends_on,
            ends_on=ends_on,
            decided_on=decided_on,
            ended_by=ended_by,
            reason=reason,
        )
        settle(
            [
                *_against_the_agreement(held, ends_on, decided_on, ended_by),
                *outlasted(held, ends_on, actor),
            ],
            acceptance,
        )
        save(act)
        held.ends_on = ends_on
        save(held, ["ends_on"])
    return act


@transaction.atomic
def take_back_end(
    *,
    act: AgreementExtension | AgreementShortening,
    actor: User,
    acceptance: Acceptance = NOTHING_ACCEPTED,
) -> OwnerAgreement:
    """Take back the last extension or shortening: the end before it is in force again.

    The history keeps the act. Raises NotTheLastAct, Doubtful when contracts outlast that end.
    """
    with history.act(TAKEN_BACK, actor=actor, reason=acceptance.reason):
        held: OwnerAgreement = locked(act.agreement)
        if held.ends_on != act.ends_on:
            raise NotTheLastAct(
                "Cet acte n'est pas le dernier qui fixe la fin de la convention : annulez d'abord "
                "celui qui l'a suivi."
            )
        if act.previous_ends_on < held.ends_on:
            settle(outlasted(held, act.previous_ends_on, actor), acceptance)
        held.ends_on = act.previous_ends_on
        locked(act).delete()
        save(held, ["ends_on"])
    return held


def _held(agreement: OwnerAgreement, seen: str) -> OwnerAgreement:
    held: OwnerAgreement = locked(agreement)
    refuse_if_changed(held, ["ends_on"], seen)
    return held


def _refuse_to_come(signed_on: date, today: date) -> None:
    if signed_on > today:
        raise Invalid(
            {"signed_on": ["Un acte à signer ne prolonge rien : enregistrez-le une fois signé."]}
        )


def _check_extension(
    agreement: OwnerAgreement, previous: date, ends_on: date, signed_on: date, reason: str
) -> None:
    if agreement.legal_basis != LegalBasis.ELAN_29:
        return
    years = value("agreement.extension_years", on=signed_on)
    longest = rules.longest_extension(previous, years)
    if ends_on > longest:
        raise AgreementTooLong(
            f"Une prolongation dure {years} an au plus ({rules.ARTICLE}) : jusqu'au "
            f"{french_day(longest)}. Une autre pourra suivre."
        )
    if not reason.strip():
        text = (
            "Le propriétaire doit justifier que le changement d'usage prévu ne peut pas avoir lieu "
            f"({rules.ARTICLE}) : écrivez ce qui l'empêche."
        )
        raise Invalid({"reason": [text]})


def _signed_late(previous: date, signed_on: date) -> list[Doubt]:
    if signed_on <= previous:
        return []
    text = (
        f"Cette prolongation est signée le {french_day(signed_on)}, après la fin du "
        f"{french_day(previous)} : entre les deux, l'association occupait sans titre."
    )
    return [Doubt(f"late:{previous}:{signed_on}", text)]


def _against_the_agreement(
    agreement: OwnerAgreement, ends_on: date, decided_on: date, ended_by: str
) -> list[Doubt]:
    """Say what the agreement and the law gave the association: notice, causes, the judge."""
    if ended_by != EndedBy.OWNER:
        return []
    doubts: list[Any] = []
    earliest = add_months(decided_on, agreement.notice_months)
    if ends_on < earliest:
        text = (
            f"Le préavis de {agreement.notice_months} mois court jusqu'au {french_day(earliest)} : "
            "rien n'oblige l'association à partir plus tôt."
        )
        doubts.append(Doubt(f"notice:{earliest}:{ends_on}", text))
    if agreement.legal_basis == LegalBasis.COMMODAT:
        text = (
            "Avant le terme convenu, un prêteur ne reprend son bien que par décision du juge, pour "
            "un besoin pressant et imprévu (articles 1888 et 1889 du code civil)."
        )
        doubts.append(Doubt("judge", text))
    if agreement.legal_basis == LegalBasis.ELAN_29 and not agreement.objective_causes.strip():
        text = (
            "Aucune cause objective de résiliation n'est écrite dans cette convention (décret "
            "2019-497, article 2) : vérifiez que la demande du propriétaire en relève."
        )
        doubts.append(Doubt("causes", text))
    return doubts
