"""Owners' agreements: their terms, and what the law lets them last (RULEBOOK 1.1)."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import french_day
from caracol.parameters.selectors import value
from colocations.calculations import agreements as rules
from colocations.enums import LegalBasis
from colocations.models import OwnerAgreement, Room
from colocations.selectors.occupancy import contracts
from colocations.services.doubts import NOTHING_ACCEPTED, Acceptance, Doubt, settle
from colocations.services.homes import outlasting
from colocations.services.saving import both, save

SIGNED = history.label("colocations.agreement-signed", "Convention enregistrée")
CHANGED = history.label("colocations.agreement-changed", "Convention modifiée")

FIELDS = (
    "owner", "legal_basis", "starts_on", "ends_on", "notice_months", "objective_causes",
    "approval_reference", "approval_ends_on", "vacate_margin_days",
)  # fmt: skip


class AgreementTooLong(Refused):
    """The law does not let an agreement last so long."""


class EndNotCorrected(Refused):
    """The end has been pushed back or brought forward by acts: it no longer changes by hand."""


@transaction.atomic
def create_agreement(*, actor: User, **facts: Any) -> OwnerAgreement:
    """Record an agreement on a site. Raises Invalid, AgreementTooLong (ELAN law, art. 29)."""
    with history.act(SIGNED, actor=actor):
        agreement = OwnerAgreement(**facts)
        refuse_too_long(agreement, [])
        save(agreement)
    return agreement


@transaction.atomic
def edit_agreement(
    *,
    agreement: OwnerAgreement,
    actor: User,
    seen: str = "",
    acceptance: Acceptance = NOTHING_ACCEPTED,
    **facts: Any,
) -> OwnerAgreement:
    """Correct an agreement.

    Raises Invalid, ChangedMeanwhile, AgreementTooLong, EndNotCorrected, and Doubtful when
    contracts would outlast the end corrected.
    """
    with history.act(CHANGED, actor=actor, reason=acceptance.reason):
        before, held = both(agreement, facts, seen)
        acts = acts_of(held)
        if held.ends_on != before.ends_on and (acts or held.shortenings.exists()):
            raise EndNotCorrected(
                f"La fin de cette convention, le {french_day(before.ends_on)}, vient d'une "
                "prolongation ou d'une fin anticipée : annulez cet acte, ou enregistrez-en un "
                "autre, plutôt que de corriger la date."
            )
        if _is_undocumented(before) and held.ends_on == before.ends_on:
            held.extension_undocumented = not within_law(held, acts)
        else:
            refuse_too_long(held, acts)
            held.extension_undocumented = False
        if held.ends_on < before.ends_on:
            settle(outlasted(held, held.ends_on, actor), acceptance)
        save(held, {*facts, "extension_undocumented"})
    return held


def _is_undocumented(agreement: OwnerAgreement) -> bool:
    return agreement.extension_undocumented


def acts_of(agreement: OwnerAgreement) -> list[tuple[date, date]]:
    """Return the extensions signed: the end each pushed back, and the new one."""
    return list(agreement.extensions.values_list("previous_ends_on", "ends_on"))


def within_law(agreement: OwnerAgreement, acts: list[tuple[date, date]]) -> bool:
    """Whether signed acts account for the whole of an agreement; only ELAN has a limit."""
    if agreement.legal_basis != LegalBasis.ELAN_29:
        return True
    return agreement.ends_on <= accounted_end(agreement, acts)


def accounted_end(agreement: OwnerAgreement, acts: list[tuple[date, date]]) -> date:
    """Return until when an ELAN agreement is accounted for: three years, then signed acts."""
    years = value("agreement.max_years", on=agreement.starts_on)
    return rules.documented_end(agreement.starts_on, years, acts)


def refuse_too_long(agreement: OwnerAgreement, acts: list[tuple[date, date]]) -> None:
    """Refuse an ELAN agreement longer than the law and its extensions allow."""
    if agreement.ends_on < agreement.starts_on or within_law(agreement, acts):
        return
    years = value("agreement.max_years", on=agreement.starts_on)
    longest = french_day(accounted_end(agreement, acts))
    raise AgreementTooLong(
        f"Une convention dure {years} ans au plus ({rules.ARTICLE}) : jusqu'au {longest}. "
        "Enregistrez-la jusqu'à ce jour, puis chaque prolongation avec la date de son acte."
    )


def outlasted(agreement: OwnerAgreement, ends_on: date, actor: User) -> list[Doubt]:
    """Doubt an end that some contracts of the site outlast."""
    rooms = Room.objects.filter(colocation__site=agreement.site_id).values("pk")
    bound = contracts().bound(actor, rooms, ends_on + timedelta(days=1), None)
    return [outlasting(bound, ends_on, "la fin de la convention")] if bound else []
