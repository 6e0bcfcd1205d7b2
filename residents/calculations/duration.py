"""How long a contract may last: its type's minimum and maximum, and the owner's end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from caracol.core.periods import end_of_duration, french_day, months_spanned
from residents.calculations.type_rule import TypeRule
from residents.calculations.verdicts import Verdict, doubtful, fine, refused

OWNER_ARTICLE = "convention avec le propriétaire"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Bounds:
    """The first and last days on which a contract that starts on a day may end, and why."""

    earliest: date | None
    latest: date | None
    why: str

    @property
    def is_possible(self) -> bool:
        """Whether any end is allowed."""
        return None in (self.earliest, self.latest) or self.earliest <= self.latest  # type: ignore[operator]


@dataclass(frozen=True)
class Earlier:
    """Another contract of the same type that the person held; no number: out of one's sight."""

    number: str
    starts_on: date
    ends_on: date
    same_site: bool


def minimum_months(rule: TypeRule, *, landlord_is_person: bool = False) -> int | None:
    """Return the shortest duration: a landlord who is a natural person may have its own."""
    if landlord_is_person and rule.min_months_person is not None:
        return rule.min_months_person
    return rule.min_months


def allowed_ends(
    rule: TypeRule, starts_on: date, owner_end: date | None, *, landlord_is_person: bool = False
) -> Bounds:
    """Return between which days a contract may end (RULEBOOK 1.1, 1.2, 1.5)."""
    least = minimum_months(rule, landlord_is_person=landlord_is_person)
    most = rule.max_total_months
    limits = [owner_end] if owner_end else []
    if most:
        limits.append(end_of_duration(starts_on, most))
    parts = []
    if least:
        parts.append(f"{least} mois au moins")
    if most:
        parts.append(f"{most} mois au plus, renouvellements compris")
    if owner_end:
        parts.append(f"jamais après le {french_day(owner_end)}, fin de la convention du site")
    return Bounds(
        earliest=end_of_duration(starts_on, least) if least else None,
        latest=min(limits, default=None),
        why=", ".join(parts) or "durée libre",
    )


def proposed_end(rule: TypeRule, starts_on: date, months: int, owner_end: date | None) -> date:
    """Return the last day of so many months, cut at the owner's end (`said_cut` tells it).

    Nothing is cut at the type's total: a duration beyond it is refused, with its article.
    """
    wanted = end_of_duration(starts_on, months)
    if owner_end is None or check_total(rule, starts_on, wanted):
        return wanted
    return max(starts_on, min(wanted, owner_end))


def said_cut(starts_on: date, ends_on: date, months: int) -> str:
    """Say that a contract ends before the months asked for, the owner taking the building back."""
    wanted = end_of_duration(starts_on, months)
    if ends_on >= wanted:
        return ""
    return (
        f"{months} mois iraient jusqu'au {french_day(wanted)}, mais le propriétaire reprend le "
        f"bâtiment le {french_day(ends_on)} : le contrat finira ce jour-là "
        f"({months_said(starts_on, ends_on)})."
    )


def check_duration(
    rule: TypeRule,
    starts_on: date,
    ends_on: date,
    owner_end: date | None,
    *,
    landlord_is_person: bool = False,
) -> list[Verdict]:
    """Judge the days of a new contract against its type and the owner's end."""
    if ends_on < starts_on:
        return [_no("dates-order", "Le contrat finit avant d'avoir commencé.")]
    least = minimum_months(rule, landlord_is_person=landlord_is_person)
    student = rule.min_months_student
    for_student = student is not None and ends_on == end_of_duration(starts_on, student)
    if least and owner_end and end_of_duration(starts_on, least) > owner_end and not for_student:
        return [_impossible_here(rule, starts_on, ends_on, owner_end, least)]
    found = [*_against_owner(ends_on, owner_end)]
    if least and ends_on < end_of_duration(starts_on, least):
        found.append(_too_short(rule, starts_on, ends_on, least))
    found += check_total(rule, starts_on, ends_on)
    return found or [fine("duration", spoken(starts_on, ends_on), rule.source, "ends_on")]


def _against_owner(ends_on: date, owner_end: date | None) -> list[Verdict]:
    if owner_end is None:
        text = (
            "Le site n'a pas de convention avec son propriétaire : aucun contrat n'y est possible."
        )
        return [_no("no-agreement", text, OWNER_ARTICLE, "room")]
    if ends_on > owner_end:
        text = (
            f"Le propriétaire reprend le bâtiment le {french_day(owner_end)} : le contrat ne peut "
            "pas finir plus tard."
        )
        return [_no("owner-end", text, OWNER_ARTICLE)]
    return []


def _impossible_here(
    rule: TypeRule, starts_on: date, ends_on: date, owner_end: date, least: int
) -> Verdict:
    """Say that no day suits both the type and the owner: neither is proposed."""
    text = (
        f"{rule.label} : {least} mois au moins, donc jusqu'au "
        f"{french_day(end_of_duration(starts_on, least))}, alors que le propriétaire reprend le "
        f"bâtiment le {french_day(owner_end)}. Aucune durée ne convient ici : choisissez un autre "
        "type de contrat, ou prolongez d'abord la convention."
    )
    code = "owner-end" if ends_on > owner_end else "too-short"
    return _no(code, text, f"{rule.source} ; {OWNER_ARTICLE}")


def _too_short(rule: TypeRule, starts_on: date, ends_on: date, least: int) -> Verdict:
    student = rule.min_months_student
    if student and ends_on == end_of_duration(starts_on, student):
        text = (
            f"{student} mois : réservé à une personne étudiante. Le bail n'est alors pas "
            "reconduit tacitement."
        )
        return doubtful("student", text, rule.source, "ends_on")
    text = (
        f"Trop court : {rule.label.lower()} de {least} mois au moins, donc jusqu'au "
        f"{french_day(end_of_duration(starts_on, least))} ou après."
    )
    return _no("too-short", text, rule.source)


def check_total(rule: TypeRule, starts_on: date, ends_on: date) -> list[Verdict]:
    """Refuse what goes beyond the type's total, renewals included."""
    most = rule.max_total_months
    if most is None or ends_on <= end_of_duration(starts_on, most):
        return []
    text = (
        f"Trop long : {most} mois au plus, renouvellements compris. Commencé le "
        f"{french_day(starts_on)}, le contrat finit le "
        f"{french_day(end_of_duration(starts_on, most))} au plus tard."
    )
    return [_no("too-long", text, rule.source)]


def check_earlier(
    rule: TypeRule, starts_on: date, ends_on: date, earlier: Iterable[Earlier]
) -> list[Verdict]:
    """Judge a contract that follows others of its type (RULEBOOK 1.2 b).

    The total runs on through contracts that follow one another on one site; whether another site
    starts it anew is not settled.
    """
    if rule.max_total_months is None:
        return []
    held = sorted(earlier, key=lambda other: other.starts_on, reverse=True)
    first, chained = starts_on, []
    for other in held:
        if other.same_site and other.ends_on + _DAY == first:
            first = other.starts_on
            chained.append(other)
    over = check_total(rule, first, ends_on) if chained else []
    if over:
        numbers = ", ".join(other.number for other in chained)
        text = f"Il suit sans interruption {numbers} sur le même site : {over[0].message}"
        return [_no("total-chained", text, rule.source)]
    return [
        doubtful(
            "total-restarted",
            f"La personne a déjà eu {_named(other)} : il n'est pas tranché qu'un nouveau contrat "
            f"fasse repartir les {rule.max_total_months} mois.",
            rule.source,
            "starts_on",
        )
        for other in held
        if other not in chained
    ][:1]


def _named(other: Earlier) -> str:
    if not other.number:
        return "un contrat de ce type ailleurs dans le réseau"
    return f"{other.number} ({spoken(other.starts_on, other.ends_on)})"


def spoken(starts_on: date, ends_on: date) -> str:
    """Say a span: "du 1er mars au 31 août 2026, 6 mois"."""
    return f"du {french_day(starts_on)} au {french_day(ends_on)}, {months_said(starts_on, ends_on)}"


def months_said(starts_on: date, ends_on: date) -> str:
    """Say how long a span lasts: "6 mois", "moins de 3 mois"."""
    months = months_spanned(starts_on, ends_on)
    whole = end_of_duration(starts_on, months) == ends_on
    return f"{months} mois" if whole else f"moins de {months} mois"


def _no(code: str, text: str, article: str = "", topic: str = "ends_on") -> Verdict:
    return refused(code, text, article, topic)
