"""The clock of a deposit, and how what was held is shared when it is returned (RULEBOOK 1.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from caracol.core.money import ZERO, euros, round_half_up
from caracol.core.periods import add_months, french_day

RESIDENT = "RESIDENT"
ARTICLE = "loi 89-462, art. 22"


@dataclass(frozen=True)
class ReturnRule:
    """The dated values: months to return it in, percent of the monthly rent a month late.

    `by_law`: whether the law bounds the return for the type of contract; else it is a habit.
    """

    months_conform: int
    months_other: int
    percent: Decimal
    by_law: bool = True


@dataclass(frozen=True)
class Clock:
    """By when the deposit is to be returned, how late it is, what that costs, and why."""

    due_on: date | None
    months_late: int = 0
    penalty: Decimal = ZERO
    sentences: tuple[str, ...] = ()


def return_clock(
    rule: ReturnRule,
    *,
    keys_returned_on: date | None,
    conforms: bool | None,
    rent: Decimal,
    on: date,
    has_new_address: bool,
) -> Clock:
    """Return the clock on a day. It starts when the keys are handed back, not at the end.

    Late, what is returned grows by a percentage of the monthly rent without charges for each
    month begun; not when the resident gave no new address.
    """
    if keys_returned_on is None:
        return Clock(None, sentences=("Le délai commencera à la remise des clés.",))
    months = rule.months_other if conforms is False else rule.months_conform
    due_on = add_months(keys_returned_on, months)
    words = "un mois" if months == 1 else f"{months} mois"
    state = {
        True: "l'état des lieux de sortie est conforme",
        False: "l'état des lieux de sortie n'est pas conforme",
        None: "sans état des lieux contraire, il est tenu pour conforme",
    }[conforms]
    said = [
        f"Clés rendues le {french_day(keys_returned_on)} ; {state} : le dépôt est à rendre dans "
        f"{words}, le {french_day(due_on)} au plus tard."
    ]
    late = months_begun(due_on, on)
    if not late:
        return Clock(due_on, sentences=tuple(said))
    if not rule.by_law:
        said.append("Le délai est passé ; pour ce type de contrat, la loi ne majore rien.")
        return Clock(due_on, late, ZERO, tuple(said))
    if not has_new_address:
        said.append("Le délai est passé, mais sans nouvelle adresse aucune majoration n'est due.")
        return Clock(due_on, late, ZERO, tuple(said))
    penalty = round_half_up(rent * rule.percent / 100 * late)
    percent = f"{rule.percent.normalize():f}".replace(".", ",")
    begun = "un mois commencé" if late == 1 else f"{late} mois commencés"
    said.append(
        f"En retard de {begun} : {late} × {percent} % de {euros(rent)} = {euros(penalty)} de "
        "majoration."
    )
    return Clock(due_on, late, penalty, tuple(said))


def months_begun(due_on: date, on: date) -> int:
    """Return how many monthly periods have begun after a day: a day late is one."""
    months = 0
    while add_months(due_on, months) < on:
        months += 1
    return months


@dataclass(frozen=True)
class Settled:
    """How the deposit is shared: by whom what is given back is due."""

    held: Decimal
    kept: Decimal
    set_off: Decimal
    penalty: Decimal
    credit: Decimal
    returned: dict[str, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """All that is to be paid out."""
        return sum(self.returned.values(), ZERO)


class TooMuchKept(ValueError):
    """What is kept is more than what is held."""


def settle_deposit(
    held: Mapping[str, Decimal],
    *,
    kept: Decimal = ZERO,
    set_off: Decimal = ZERO,
    penalty: Decimal = ZERO,
    credit: Decimal = ZERO,
) -> Settled:
    """Share what is held by payer. Raises TooMuchKept.

    What is left once deductions and arrears are taken goes back first to those who paid in the
    resident's stead (FSL, Loca-Pass…), up to what each paid, then to the resident, with the
    penalty of a late return and the credit of the account.
    """
    total = sum(held.values(), ZERO)
    left = total - kept - set_off
    if left < 0:
        raise TooMuchKept(f"{euros(kept + set_off)} > {euros(total)}")
    returned: dict[str, Decimal] = {}
    for payer in sorted(held, key=lambda payer: (payer == RESIDENT, payer)):
        share = min(left, held[payer])
        left -= share
        if share > 0:
            returned[payer] = share
    penalty = penalty if returned else ZERO
    more = penalty + credit
    if more:
        returned[RESIDENT] = returned.get(RESIDENT, ZERO) + more
    return Settled(total, kept, set_off, penalty, credit, returned)


def days_left(due_on: date, on: date) -> int:
    """Return the days left to return it; negative once late."""
    return (due_on - on) // timedelta(days=1)
