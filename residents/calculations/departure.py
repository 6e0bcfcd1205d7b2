"""Until when the fee is owed when somebody leaves (RULEBOOK 1.2, 2.3)."""

from dataclasses import dataclass
from datetime import date, timedelta

from caracol.core.periods import french_day
from residents.calculations.type_rule import TypeRule
from residents.calculations.verdicts import Verdict, doubtful, refused

# Keys come back with the person, or within a few days of the inventory.
KEYS_DAYS = 3
_DEPOSIT = "loi 89-462, art. 22"
TERM, RESIDENT_NOTICE, MANAGER_NOTICE = "TERM", "RESIDENT_NOTICE", "MANAGER_NOTICE"


@dataclass(frozen=True)
class Owed:
    """The last day that is owed when somebody leaves, and why."""

    until: date
    sentence: str
    article: str = ""


def check_keys_returned(
    returned_on: date, *, entered_on: date, left_on: date, today: date, given_on: date | None = None
) -> list[Verdict]:
    """Judge the day the keys came back: the delay to return the deposit starts there (art. 22).

    Not before they were handed over; before the departure, or long after it, for a reason.
    """
    found = []
    if returned_on > today:
        found.append(_keys_refused("keys-ahead", "Des clés ne se rendent pas dans l'avenir."))
    first = given_on or entered_on
    if returned_on < first:
        said = "Les clés ont été remises" if given_on else "La personne est entrée"
        text = f"{said} le {french_day(first)} : des clés ne se rendent pas avant."
        found.append(_keys_refused("keys-before", text))
    away = (returned_on - left_on).days
    if found or 0 <= away <= KEYS_DAYS:
        return found
    apart = f"{abs(away)} jours" if abs(away) > 1 else "un jour"
    when = "avant" if away < 0 else "après"
    text = (
        f"Clés rendues le {french_day(returned_on)}, {apart} {when} le départ du "
        f"{french_day(left_on)} : le délai pour rendre le dépôt part de ce jour-là."
    )
    return [doubtful("keys-far", text, _DEPOSIT, "keys_returned_on")]


def _keys_refused(code: str, text: str) -> Verdict:
    return refused(code, text, topic="keys_returned_on")


def owed_until(
    rule: TypeRule, *, exit_kind: str, left_on: date, ends_on: date, relet_on: date | None = None
) -> Owed:
    """Return until when the fee is owed (RULEBOOK 2.3, 1.2).

    `ends_on`: the end in force, that of the notice when one was given. `relet_on`: the day from
    which the room is lived in again, with the resident's agreement.
    """
    if left_on >= ends_on:
        days = (left_on - ends_on).days
        if not days:
            return Owed(ends_on, f"Le contrat finit le {french_day(ends_on)}, jour du départ.")
        text = (
            f"Le contrat a fini le {french_day(ends_on)}. Les {days} jours d'après sont sans titre "
            "et ne sont pas facturés d'office."
        )
        return Owed(ends_on, text)
    if exit_kind == MANAGER_NOTICE and rule.owes_real_stay_only:
        text = (
            "Sous le congé de l'association, seuls les jours réellement occupés sont dus : "
            f"jusqu'au {french_day(left_on)}."
        )
        return Owed(left_on, text, rule.source)
    if exit_kind in {RESIDENT_NOTICE, MANAGER_NOTICE, TERM}:
        return _to_the_end(rule, exit_kind, left_on, ends_on, relet_on)
    text = f"Le contrat prend fin avec le départ, le {french_day(left_on)}."
    return Owed(left_on, text)


def _to_the_end(
    rule: TypeRule, exit_kind: str, left_on: date, ends_on: date, relet_on: date | None
) -> Owed:
    what = "du terme" if exit_kind == TERM else "du préavis"
    if relet_on is not None and left_on < relet_on <= ends_on:
        until = max(left_on, relet_on - timedelta(days=1))
        text = (
            f"La chambre est réoccupée dès le {french_day(relet_on)}, avec l'accord des parties : "
            f"rien n'est dû après le {french_day(until)}."
        )
        return Owed(until, text, rule.source)
    text = (
        f"Parti avant, le résident doit jusqu'à la fin {what}, le {french_day(ends_on)}, sauf si "
        "la chambre est réoccupée avec l'accord des parties."
    )
    return Owed(ends_on, text, rule.source)
