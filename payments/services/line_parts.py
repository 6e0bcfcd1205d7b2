"""What of a bank line goes where: the parts of an act, before anything is written."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from caracol.core.periods import Month
from payments.enums import BankLineState, MatchRule, PartKind, Payer
from payments.models import BankLine, Entry, Reconciliation, Term
from residents.models import Contract

BY_HAND = "Choisi par une personne de l'équipe."


class LineRefused(Refused):
    """The line cannot be settled so."""


@dataclass(frozen=True)
class LinePart:
    """What of a line goes where, signed as the line.

    To a contract (`month` is the one the payer names, or that aid is for); to clear a payment
    recorded by hand (`recorded`); else by `kind` out of rental management, or still in suspense.
    """

    amount: Decimal
    contract: Contract | None = None
    month: Month | None = None
    payer: Payer = Payer.RESIDENT
    recorded: Entry | None = None
    kind: PartKind = PartKind.CONTRACT

    @property
    def goes_to(self) -> PartKind:
        """Where it goes, told by what it names."""
        if self.contract is not None:
            return PartKind.CONTRACT
        return PartKind.RECORDED if self.recorded is not None else self.kind

    @property
    def identity(self) -> tuple[str, Decimal, int, date, int]:
        """What makes two parts the same."""
        return (
            self.goes_to.value,
            self.amount,
            self.contract.pk if self.contract else 0,
            self.month.first if self.month else date.min,
            self.recorded.pk if self.recorded else 0,
        )


@dataclass(frozen=True)
class Act:
    """What is to be done with a line, by which rule and why."""

    line: BankLine
    parts: tuple[LinePart, ...]
    rule: MatchRule = MatchRule.PERSON
    reason: str = BY_HAND
    is_automatic: bool = False
    follow_up: str = ""
    follow_up_on: date | None = None
    settler: str = ""
    settler_ref: str = ""


def outcome_of(parts: Sequence[LinePart]) -> BankLineState:
    """Return what a line becomes by its parts; settled when another module settles it."""
    kinds = {part.goes_to for part in parts}
    if PartKind.SUSPENSE in kinds:
        return BankLineState.SUSPENSE
    return BankLineState.SET_ASIDE if kinds == {PartKind.FOREIGN} else BankLineState.SETTLED


def check_parts(act: Act) -> None:
    """Refuse parts that are not the whole line, to the cent. Raises LineRefused."""
    if act.settler:
        return
    total = sum((part.amount for part in act.parts), ZERO)
    if not act.parts or total != act.line.amount:
        raise LineRefused(
            f"Les parts font {euros(total)} alors que la ligne est de {euros(act.line.amount)} : "
            "répartissez toute la somme, ou laissez le reste en attente."
        )
    # What the CAF pays nets its withholdings: those parts alone may be of the other sign.
    aid = any(part.payer == Payer.CAF for part in act.parts)
    turned = any((part.amount > 0) != (act.line.amount > 0) for part in act.parts)
    if any(part.amount == 0 for part in act.parts) or (turned and not aid):
        raise LineRefused("Chaque part est du même signe que la ligne, et différente de zéro.")
    for part in act.parts:
        _check_month(part)


def _check_month(part: LinePart) -> None:
    """Refuse a month that the contract has no term for, nor will have. Aid may be older."""
    contract, month = part.contract, part.month
    if contract is None or month is None or part.payer == Payer.CAF:
        return
    if Month.of(contract.starts_on) <= month <= Month.of(contract.ends_on):
        return
    if not Term.objects.filter(contract=contract, month=month.first).exists():
        raise LineRefused(
            f"Le contrat {contract.number} n'a pas d'échéance de {month.label} : choisissez un "
            "autre mois, ou laissez le mois vide pour solder le plus ancien dû."
        )


def is_same(act: Act, living: Reconciliation) -> bool:
    """Whether a line was already decided to be exactly what is asked."""
    if act.settler or living.settler:
        return (act.settler, act.settler_ref) == (living.settler, living.settler_ref)
    return fingerprint(act) == living.asked


def fingerprint(act: Act) -> str:
    """Return what was asked in short: the same answer again is known by it."""
    parts = sorted(str(part.identity) for part in act.parts)
    whole = [*parts, act.follow_up[:200], str(act.follow_up_on)]
    return hashlib.sha256("\n".join(whole).encode()).hexdigest()


def only_waits(living: Reconciliation) -> bool:
    """Whether a decision only left the line in suspense: deciding goes on from there."""
    return living.entry_id is None and living.outcome == BankLineState.SUSPENSE
