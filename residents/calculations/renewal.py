"""Renewals: tacit ones by the initial duration again, express ones within the legal total."""

from dataclasses import dataclass
from datetime import date, timedelta

from caracol.core.periods import add_months, end_of_duration, french_day, months_spanned
from residents.calculations.duration import OWNER_ARTICLE, allowed_ends, check_total, spoken
from residents.calculations.type_rule import TypeRule
from residents.calculations.verdicts import Verdict, doubtful, fine, refused

_DAY = timedelta(days=1)
MOST_SHOWN = 18


@dataclass(frozen=True)
class Life:
    """What of a contract its renewals depend on; `ends_on` is the end in force."""

    starts_on: date
    ends_on: date
    initial_months: int | None = None
    is_tacitly_renewed: bool = False

    @property
    def months(self) -> int:
        """The initial duration in months; that of the days in force when nobody wrote it."""
        return self.initial_months or months_spanned(self.starts_on, self.ends_on)


@dataclass(frozen=True)
class Renewal:
    """One renewal: its days, and what cuts it short ("LAW", "OWNER" or nothing)."""

    starts_on: date
    ends_on: date
    cut_by: str = ""

    @property
    def sentence(self) -> str:
        """Say it in French."""
        why = {
            "LAW": " : la durée maximale l'arrête là",
            "OWNER": " : le propriétaire reprend le bâtiment",
        }.get(self.cut_by, "")
        return f"{spoken(self.starts_on, self.ends_on)}{why}"


def tacit_schedule(
    rule: TypeRule, life: Life, owner_end: date | None, count: int = MOST_SHOWN
) -> tuple[Renewal, ...]:
    """Return the renewals to come when nobody says anything (RULEBOOK 1.2 e).

    Each lasts as long as the contract first did, cut at the type's total and at the owner's end.
    Nothing when neither the type nor the contract renews itself.
    """
    if not (rule.is_renewable and rule.is_tacitly_renewed and life.is_tacitly_renewed):
        return ()
    anchor, found = life.ends_on + _DAY, []
    law = end_of_duration(life.starts_on, rule.max_total_months) if rule.max_total_months else None
    first = anchor
    for turn in range(1, count + 1):
        renewal = _cut(Renewal(first, end_of_duration(anchor, life.months * turn)), law, owner_end)
        if renewal is None:
            break
        found.append(renewal)
        if renewal.cut_by:
            break
        first = renewal.ends_on + _DAY
    return tuple(found)


def _cut(renewal: Renewal, law: date | None, owner_end: date | None) -> Renewal | None:
    """Cut a renewal at its limits; None when nothing is left of it."""
    ends_on, cut_by = renewal.ends_on, ""
    for limit, name in ((law, "LAW"), (owner_end, "OWNER")):
        if limit is not None and limit < ends_on:
            ends_on, cut_by = limit, name
    if ends_on < renewal.starts_on:
        return None
    return Renewal(renewal.starts_on, ends_on, cut_by)


def said_after(rule: TypeRule, life: Life, owner_end: date | None) -> str:
    """Say what follows the end of a contract that renews itself: a renewal, or why none."""
    if not life.is_tacitly_renewed:
        return ""
    if tacit_schedule(rule, life, owner_end, count=1):
        return "puis renouvelé tacitement"
    if owner_end is not None and life.ends_on >= owner_end:
        return "le propriétaire reprend alors le bâtiment : aucun renouvellement"
    return "durée maximale atteinte : aucun renouvellement"


def certain_from(rule: TypeRule, ends_on: date) -> date:
    """Return the day from which nobody can stop a tacit renewal in time (RULEBOOK 1.2).

    The association must tell the resident so many months before the term; from then on the
    renewal is certain unless the resident leaves.
    """
    return add_months(ends_on, -(rule.manager_notice_months or 0)) + _DAY


def alarms(rule: TypeRule, starts_on: date) -> tuple[date, ...]:
    """Return the days on which to prepare the exit: months 12, 15, 17 of a CRT (RULEBOOK 1.2 d)."""
    return tuple(add_months(starts_on, month) for month in rule.alarm_months)


def check_renewal(
    rule: TypeRule, life: Life, ends_on: date, owner_end: date | None, *, extended: int = 0
) -> list[Verdict]:
    """Judge an express renewal up to a day; `extended`: how many times the end moved already."""
    if ends_on <= life.ends_on:
        text = (
            f"Le contrat court déjà jusqu'au {french_day(life.ends_on)} : choisissez un jour après."
        )
        return [refused("not-later", text, topic="ends_on")]
    found = list(check_total(rule, life.starts_on, ends_on))
    if not rule.is_renewable and (rule.max_end_extensions or 0) <= extended:
        found.append(refused("not-renewable", _not_renewable(rule), rule.source, "ends_on"))
    if owner_end is None or ends_on > owner_end:
        until = french_day(owner_end) if owner_end else "aucune date"
        text = f"Le propriétaire ne prête le bâtiment que jusqu'au {until}."
        found.append(refused("owner-end", text, OWNER_ARTICLE, "ends_on"))
    if rule.needs_precarity_ground and not found:
        text = (
            "Prolonger une convention précaire la fragilise : le motif de précarité doit exister "
            "encore, sinon le juge y voit un bail."
        )
        found.append(doubtful("precarity-renewed", text, rule.source, "ends_on"))
    first = life.ends_on + _DAY
    return found or [fine("renewal", spoken(first, ends_on), rule.source, "ends_on")]


def _not_renewable(rule: TypeRule) -> str:
    if rule.max_end_extensions:
        return f"{rule.label} : la durée a déjà été changée, et ce contrat ne se renouvelle pas."
    return f"{rule.label} : ce contrat ne se renouvelle pas."


def said_final(rule: TypeRule, life: Life, owner_end: date | None) -> str:
    """Say why a contract can go no further, and what to do; nothing when it can."""
    most = rule.max_total_months
    end = french_day(life.ends_on)
    if most and life.ends_on >= end_of_duration(life.starts_on, most):
        return (
            f"ne se prolonge plus : {most} mois au plus, renouvellements compris, atteints le "
            f"{end} ({rule.source}). Préparez le relogement."
        )
    if owner_end is None or life.ends_on >= owner_end:
        return (
            f"ne se prolonge pas : le propriétaire reprend le bâtiment le {end} ({OWNER_ARTICLE}). "
            "Prolongez d'abord la convention, ou préparez le relogement."
        )
    return ""


def latest_renewal(rule: TypeRule, life: Life, owner_end: date | None) -> date | None:
    """Return the last day a contract may be renewed to, or None when it may not be at all."""
    latest = allowed_ends(rule, life.starts_on, owner_end).latest
    if owner_end is None or (latest is not None and latest <= life.ends_on):
        return None
    return latest
