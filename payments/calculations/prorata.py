"""What a contract owes for a month, to the exact day (RULEBOOK 2.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from caracol.core.money import ZERO, euros, round_half_up, split
from caracol.core.periods import Month, Span, french_day

FEE, CHARGES, INSURANCE = "FEE", "CHARGES", "INSURANCE"


@dataclass(frozen=True)
class Conditions:
    """Monthly amounts in euros over a span of days, both ends included."""

    first: date
    last: date
    fee: Decimal
    charges: Decimal = ZERO

    @property
    def monthly(self) -> Decimal:
        """Fee and charges together."""
        return self.fee + self.charges


@dataclass(frozen=True)
class Line:
    """One line of a bill: FEE, CHARGES or INSURANCE, its amount, and its days when not all."""

    kind: str
    amount: Decimal
    detail: str = ""


@dataclass(frozen=True)
class Bill:
    """A month's bill: the days covered, the lines that sum to the amount, and why."""

    span: Span
    amount: Decimal
    lines: list[Line]
    explanation: dict[str, Any] = field(default_factory=dict)


def bill_month(month: Month, conditions: Sequence[Conditions]) -> Bill | None:
    """Return what the conditions in force in a month cost, or None when none is.

    `amount = round_half_up(monthly × days lived / days of the month)`, entry and exit days both
    included. With several conditions in the month the exact sum is rounded once, then shared
    among the lines, so that the parts add up (RULEBOOK 2.3).
    """
    pieces = _merged(month, conditions)
    if not pieces:
        return None
    weights = [
        Fraction(amount) * Span(piece.first, piece.last).days / month.days
        for piece in pieces
        for amount in (piece.fee, piece.charges)
    ]
    total = round_half_up(sum(weights, Fraction(0)))
    shares = split(total, weights) if any(weights) else [ZERO] * len(weights)
    lines, children = [], []
    for index, piece in enumerate(pieces):
        fee, charges = shares[2 * index], shares[2 * index + 1]
        detail = _days(piece, month)
        lines.append(Line(FEE, fee, detail))
        if piece.charges:
            lines.append(Line(CHARGES, charges, detail))
        children.append(_explain(piece, month, fee + charges))
    span = Span(pieces[0].first, pieces[-1].last)
    return Bill(span, total, lines, _root(month, total, children))


def with_premium(bill: Bill, share: Decimal) -> Bill:
    """Return the bill with a twelfth of the premium of an insurance taken on behalf (art. 7 g).

    The share goes with each rent and is not cut by days: it pays for the year's cover.
    """
    if not share:
        return bill
    amount = bill.amount + share
    node = {
        "label": f"Assurance souscrite pour votre compte : {euros(share)}.",
        "amount": str(share),
        "detail": "Un douzième de la prime annuelle, avec chaque échéance (loi 89-462, art. 7 g)",
    }
    children = [*bill.explanation.get("children", []), node]
    explanation = {**bill.explanation, "amount": str(amount), "children": children}
    lines = [*bill.lines, Line(INSURANCE, share, "un douzième de la prime")]
    return replace(bill, amount=amount, lines=lines, explanation=explanation)


def _merged(month: Month, conditions: Sequence[Conditions]) -> list[Conditions]:
    """Cut the conditions to the month, in order; join those that follow with equal amounts."""
    whole = Span(month.first, month.last)
    pieces: list[Conditions] = []
    for item in sorted(conditions, key=lambda c: c.first):
        common = Span(item.first, item.last).within(whole)
        if common is None:
            continue
        piece = replace(item, first=common.first, last=common.last)
        before = pieces[-1] if pieces else None
        if (
            before
            and (piece.first - before.last).days == 1
            and (piece.fee, piece.charges) == (before.fee, before.charges)
        ):
            pieces[-1] = replace(before, last=piece.last)
        else:
            pieces.append(piece)
    return pieces


def _days(piece: Conditions, month: Month) -> str:
    days = Span(piece.first, piece.last).days
    if days == month.days:
        return ""
    return f"{days} jour{'s' if days > 1 else ''} sur {month.days}"


def _explain(piece: Conditions, month: Month, amount: Decimal) -> dict[str, Any]:
    days = Span(piece.first, piece.last).days
    if days == month.days:
        sentence = f"Le mois entier : {euros(amount)}."
    elif days == 1:
        sentence = f"Le {french_day(piece.first)}, un jour sur {month.days}."
    else:
        sentence = (
            f"Du {french_day(piece.first)} au {french_day(piece.last)}, premier et dernier jours "
            f"compris : {days} jours sur {month.days}."
        )
    formula = ""
    if days < month.days:
        formula = f"{euros(piece.monthly)} × {days} ÷ {month.days} = {euros(amount)}"
        if amount != round_half_up(Fraction(piece.monthly) * days / month.days):
            formula += " (arrondi une seule fois, sur le total du mois)"
    node: dict[str, Any] = {"label": sentence, "amount": str(amount), "detail": formula}
    if piece.charges:
        node["children"] = [
            {"label": f"Redevance : {euros(piece.fee)} par mois", "amount": "", "detail": ""},
            {"label": f"Charges : {euros(piece.charges)} par mois", "amount": "", "detail": ""},
        ]
    return node


def _root(month: Month, total: Decimal, children: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "label": f"Échéance {month.of_label}",
        "amount": str(total),
        "detail": "",
        "children": children,
    }
