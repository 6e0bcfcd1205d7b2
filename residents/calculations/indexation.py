"""The yearly revision by the rent reference index, IRL (RULEBOOK 2.4)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from caracol.core.money import ZERO, euros, number, round_half_up
from caracol.core.periods import add_months, french_day
from residents.calculations.amounts import fee_cap
from residents.calculations.type_rule import TypeRule
from residents.calculations.verdicts import Verdict, doubtful, fine, refused

CLAUSE = "Loi 89-462, art. 17-1"
CLAIM = "Loi 89-462, art. 7-1"
DPE = "Loi 89-462, art. 17-1 III"


@dataclass(frozen=True)
class IndexPair:
    """The index of a quarter and that of the same quarter a year before."""

    quarter: int
    year: int
    value: Decimal
    before: Decimal

    @property
    def ratio(self) -> Fraction:
        """By how much amounts are multiplied."""
        return Fraction(self.value) / Fraction(self.before)

    @property
    def label(self) -> str:
        """Say it: "IRL du 2e trimestre 2026 (148,37) / 2025 (146,68)"."""
        rank = "1er" if self.quarter == 1 else f"{self.quarter}e"
        return (
            f"IRL du {rank} trimestre {self.year} ({number(self.value)}) / "
            f"{self.year - 1} ({number(self.before)})"
        )


@dataclass(frozen=True)
class Revised:
    """The amounts after a revision, and why."""

    fee: Decimal
    charges: Decimal
    capped: bool
    sentence: str


@dataclass(frozen=True)
class RevisionCase:
    """What a revision depends on.

    `quarter`: that of the contract's clause, if it has one; `claimed_on`: the yearly date claimed,
    the last one when it is not said; `revised_on`: days on which earlier revisions took effect;
    `banned_dpe`: the energy classes whose fee may not be raised that day.
    """

    starts_on: date
    quarter: int | None
    requested_on: date
    effective_on: date
    claimed_on: date | None = None
    revised_on: tuple[date, ...] = ()
    dpe_class: str = ""
    banned_dpe: str = ""
    claim_years: int = 1


def quarter_published_on(year: int, quarter: int) -> date:
    """Return when an index is published at the latest: mid-month after its quarter (INSEE)."""
    return date(year + 1, 1, 15) if quarter == 4 else date(year, 3 * quarter + 1, 15)


def reference_year(anniversary: date, quarter: int) -> int:
    """Return the year of the last index of the clause's quarter published at an anniversary."""
    year = anniversary.year
    while quarter_published_on(year, quarter) > anniversary:
        year -= 1
    return year


def anniversary_before(starts_on: date, day: date, every: int = 12) -> date | None:
    """Return the last yearly revision date on a day or before it; None before the first."""
    years = (day.year - starts_on.year) * 12 // every
    for turn in range(years, 0, -1):
        found = add_months(starts_on, every * turn)
        if found <= day:
            return found
    return None


def revised(
    rule: TypeRule, fee: Decimal, charges: Decimal, pair: IndexPair, **how: bool
) -> Revised:
    """Return `round_half_up(current × IRL(q, N) / IRL(q, N−1), 2)`, capped by the type.

    A fixed charge follows the fee (`with_charges=True`); a provision does not. `distress_rate`
    chooses the ceiling.
    """
    new_fee = round_half_up(Fraction(fee) * pair.ratio)
    new_charges = charges
    if how.get("with_charges") and charges:
        new_charges = round_half_up(Fraction(charges) * pair.ratio)
    cap = fee_cap(rule, distress_rate=how.get("distress_rate", False))
    capped = cap is not None and new_fee + new_charges > cap
    if capped and cap is not None:
        new_fee = max(cap - new_charges, ZERO)
    sentence = f"{euros(fee)} × {pair.label} = {euros(new_fee)}"
    if capped and cap is not None:
        sentence += f", ramenés au plafond de {euros(cap)}"
    return Revised(new_fee, new_charges, capped, f"{sentence}.")


def check_revision(rule: TypeRule, case: RevisionCase) -> list[Verdict]:
    """Judge a request to revise: clause, yearly date, delay to claim, energy class."""
    if not rule.index_revision:
        text = f"{rule.label} : la redevance ne se révise pas."
        return [refused("no-revision", text, rule.source)]
    if case.quarter is None:
        text = "Le contrat n'a pas de clause de révision : rien ne se révise sans elle."
        return [refused("no-clause", text, CLAUSE)]
    found = [*_check_dates(rule, case), *_check_dpe(case)]
    return found or [fine("revision", "La révision peut être demandée.", CLAUSE)]


def _check_dates(rule: TypeRule, case: RevisionCase) -> list[Verdict]:
    every = rule.revision_after_months or 12
    due = case.claimed_on or anniversary_before(case.starts_on, case.requested_on, every)
    if due is None or due < add_months(case.starts_on, every):
        first = french_day(add_months(case.starts_on, every))
        text = f"Pas avant {every} mois : la première révision se demande à partir du {first}."
        return [refused("too-early", text, rule.source, "requested_on")]
    found = []
    if any(day >= due for day in case.revised_on):
        text = (
            f"Déjà révisé le {french_day(max(case.revised_on))} : une fois par an au plus, la "
            f"prochaine à partir du {french_day(add_months(due, every))}."
        )
        found.append(refused("once-a-year", text, CLAUSE, "requested_on"))
    if case.requested_on > add_months(due, 12 * case.claim_years):
        text = f"Prescrite : elle devait être demandée dans l'année qui suit le {french_day(due)}."
        found.append(refused("time-barred", text, CLAIM, "requested_on"))
    if case.effective_on < case.requested_on:
        text = (
            "La révision prend effet au jour de la demande, sans rappel : choisissez le "
            f"{french_day(case.requested_on)} ou un jour après."
        )
        found.append(refused("no-catch-up", text, CLAUSE, "effective_on"))
    return found


def _check_dpe(case: RevisionCase) -> list[Verdict]:
    if not case.banned_dpe:
        return []
    if case.dpe_class and case.dpe_class in case.banned_dpe:
        text = f"Logement classé {case.dpe_class} : la redevance ne peut pas augmenter."
        return [refused("dpe", text, DPE)]
    if not case.dpe_class:
        text = (
            "La classe DPE du logement n'est pas connue : la révision est interdite en classe "
            f"{' et '.join(case.banned_dpe)}."
        )
        return [doubtful("dpe-unknown", text, DPE)]
    return []
