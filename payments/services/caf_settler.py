"""How the CAF's statements settle bank lines: their own credits, to the cent.

Posting a statement debits « encaissements à rapprocher »; its credit empties it against the
suspense account, where the bank's line stands. Whichever comes first, the books end the same.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from caracol.accounts.models import User
from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from payments.calculations.match_facts import Certainty, Part
from payments.enums import AccountKind, CafState, EntryKind, MatchRule, PartKind, Payer
from payments.models import BankLine, CafLine, CafStatement, CafTie, Entry
from payments.selectors.caf_credits import Windows, like_it, names, untied, waiting_statements
from payments.services.accounts import shared_accounts
from payments.services.caf_posting import post_held
from payments.services.line_parts import LinePart
from payments.services.posting import Line, post, reverse
from payments.services.settlers import Offer


class TieRefused(Refused):
    """The credits and the statements do not make the same sum, or are not free."""


class CafSettler:
    """Settles the CAFs' credits by their statements; `ref` is the statements' numbers."""

    key = "caf"
    rule = MatchRule.CAF

    def offers(self, lines: Sequence[BankLine]) -> Mapping[int, Offer]:
        """Return what statements each line pays: certain by number or by CAF, day and amount."""
        waiting, windows = waiting_statements(), Windows()
        found: dict[int, list[CafStatement]] = {}
        for line in lines:
            named = [one for one in waiting if names(line, one) and windows.is_near(line, one)]
            if named and _missing(named) == line.amount:
                found[line.pk] = named
        left = [one for one in waiting if not any(one in taken for taken in found.values())]
        for statement in left:
            free = [line for line in like_it(statement, lines, windows) if line.pk not in found]
            if len(free) == 1 and not any(names(free[0], other) for other in waiting):
                found[free[0].pk] = [statement]
        parts = _parts([one for taken in found.values() for one in taken])
        return {pk: _offer(taken, parts) for pk, taken in found.items()}

    def settle(
        self, *, line: BankLine, ref: str, on: date, today: date, actor: User
    ) -> Entry | None:
        """Post statements that wait for it, and empty what was in transit for them."""
        statements = _statements(ref)
        for statement in statements:
            if statement.state == CafState.HELD:
                post_held(statement=statement, note="", today=today, actor=actor)
        shares = _shares(untied(statements), line)
        shared = shared_accounts(AccountKind.SUSPENSE, AccountKind.IN_TRANSIT)
        rank = CafTie.objects.filter(bank_line=line).count() + 1
        names_words = ", ".join(statement.reference for statement in statements)
        entry, _new = post(
            key=f"caf-tie:{line.pk}:{rank}",
            kind=EntryKind.TRANSFER,
            on=on,
            label=f"Crédit de la CAF, bordereau {names_words}",
            source={"booked_on": line.booked_on.isoformat()},
            lines=[
                Line(shared[AccountKind.SUSPENSE], line.amount),
                Line(shared[AccountKind.IN_TRANSIT], -line.amount),
            ],
            author=actor,
        )
        CafTie.objects.bulk_create(
            CafTie(statement=statement, bank_line=line, amount=amount, entry=entry)
            for statement, amount in shares
        )
        CafStatement.objects.filter(pk__in=[one.pk for one in statements]).update(note="")
        return entry

    def parts(self, *, line: BankLine, ref: str) -> list[LinePart]:
        """Return whose the line's money is, where it pays whole statements alone."""
        statements = _statements(ref)
        if sum((one.total for one in statements), ZERO) != line.amount:
            return []
        rows = CafLine.objects.filter(statement__in=statements).exclude(amount=0)
        return [
            LinePart(row.amount, row.contract, payer=Payer.CAF)
            if row.contract
            else LinePart(row.amount, kind=PartKind.SUSPENSE)
            for row in rows.select_related("contract").order_by("statement_id", "position")
        ]

    def undo(
        self,
        *,
        line: BankLine,
        ref: str,
        entry: Entry | None,
        on: date,
        today: date,
        actor: User,
        reason: str,
    ) -> None:
        """Detach the line; its statements stay posted and wait for their credit again."""
        if entry is not None:
            reverse(entry=entry, on=on, author=actor, reason=reason)
        CafTie.objects.filter(bank_line=line, undone=False).update(undone=True)


def _statements(ref: str) -> list[CafStatement]:
    numbers = [int(number) for number in ref.split(",") if number.isdigit()]
    rows = CafStatement.objects.select_for_update(no_key=True, of=("self",))
    found = list(rows.filter(pk__in=numbers).select_related("office").order_by("pk"))
    if not found or any(one.state == CafState.REVERSED for one in found):
        raise TieRefused("Ce bordereau de la CAF est annulé : rechargez la page.")
    return found


def _missing(statements: Sequence[CafStatement]) -> Decimal:
    return sum((one.missing for one in statements), ZERO)  # type: ignore[attr-defined]


def _shares(waiting: Sequence[CafStatement], line: BankLine) -> list[tuple[CafStatement, Decimal]]:
    """Share a credit over statements: all of what they miss, or a part of one of them."""
    missing = _missing(waiting)
    if len(waiting) == 1 and abs(line.amount) <= abs(missing) and line.amount * missing > 0:
        return [(waiting[0], line.amount)]
    if missing != line.amount or not waiting:
        raise TieRefused(
            f"La ligne est de {euros(line.amount)} et il manque {euros(missing)} à ces "
            f"bordereaux : écart de {euros(line.amount - missing)}. Rien n'a été rapproché."
        )
    return [(one, one.missing) for one in waiting]  # type: ignore[attr-defined]


def _offer(statements: Sequence[CafStatement], parts: Mapping[int, list[Part]]) -> Offer:
    names_words = " et ".join(str(one) for one in statements)
    plural = "s" if len(statements) > 1 else ""
    total = euros(sum((one.total for one in statements), ZERO))
    return Offer(
        ref=",".join(str(one.pk) for one in statements)[:60],
        certainty=Certainty.AUTO,
        reason=f"Bordereau{'x' if plural else ''} {names_words} : {total}, au centime près.",
        label=f"CAF, bordereau {statements[0].reference}",
        parts=tuple(part for one in statements for part in parts.get(one.pk, [])),
    )


def _parts(statements: Sequence[CafStatement]) -> dict[int, list[Part]]:
    rows = CafLine.objects.filter(statement__in=statements, contract__isnull=False)
    found: dict[int, list[Part]] = {}
    for statement, number, amount in (
        rows.exclude(amount=0)
        .order_by("position")
        .values_list("statement", "contract__number", "amount")
    ):
        found.setdefault(statement, []).append(Part(number, amount))
    return found
