"""A statement of a CAF brought again: what of it is known, and what enters.

A statement is its CAF and its number, whatever its day of payment (decision 24). One that has no
number is known again by its lines.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from payments.calculations.caf_doubles import Compared, Right, compare
from payments.enums import CafState
from payments.models import CafLine, CafStatement
from payments.readers.caf import CafRow

_OURS = re.compile(r"[A-Z0-9]{2,10}-[0-9AB]{2,3}-\d{8}")


class CafRefused(Refused):
    """The statement cannot be: its total does not tie, or it is another one's double."""


@dataclass(frozen=True)
class Group:
    """The lines of a file that are of one statement."""

    department: str
    landlord: str
    reference: str
    paid_on: date
    rows: list[CafRow]
    rank: int = 1

    @property
    def total(self) -> Decimal:
        """What its lines come to."""
        return sum((row.amount for row in self.rows), ZERO)

    @property
    def rights(self) -> list[Right]:
        """What its lines pay."""
        return [
            Right(row.number, row.month_from.first, row.month_to.first, row.nature, row.amount)
            for row in self.rows
        ]


@dataclass(frozen=True)
class Verdict:
    """What becomes of a statement: what enters, what was there, and what to say of it.

    `enters` is None when nothing is new. `is_part`: only the lines that are new enter.
    """

    enters: Group | None
    known: list[CafStatement] = field(default_factory=list)
    replaces: list[CafStatement] = field(default_factory=list)
    is_part: bool = False
    remark: str = ""


def reference_for(aid_type: str, department: str, paid_on: date) -> str:
    """Return what a statement that has no number is called."""
    return f"{aid_type or 'AL'}-{department}-{paid_on:%Y%m%d}"


def is_numbered(reference: str) -> bool:
    """Whether the CAF gave the number, or we called the statement so."""
    return _OURS.fullmatch(reference.upper()) is None


def judge(group: Group) -> Verdict:
    """Return what of a statement is to be written. Raises CafRefused when it contradicts."""
    known = _of_that_number(group)
    if not known:
        twin = _of_those_lines(group)
        return Verdict(None, [twin], remark=_twin_words(twin)) if twin else Verdict(group)
    rights = _rights(known)
    compared = compare([one for found in rights.values() for one in found], group.rights)
    if compared.is_known:
        return Verdict(None, known, remark=_other_day(group, known))
    if compared.is_other:
        remark = _served_words(group, known)
        return Verdict(replace(group, rank=_next_rank(known)), remark=remark)
    has_news = bool(compared.fresh or compared.changed)
    if has_news and all(one.state == CafState.HELD for one in known):
        remark = f"Il remplace le bordereau {group.reference} retenu jusque-là."
        return Verdict(group, replaces=known, remark=remark)
    if compared.contradicts:
        raise CafRefused(_contradiction(group, known, compared))
    return _complement(group, known, compared)


def _of_that_number(group: Group) -> list[CafStatement]:
    """Return the statements of that CAF and number, whatever their day, not taken back."""
    rows = CafStatement.objects.filter(
        office__department=group.department, reference__iexact=group.reference
    ).exclude(state=CafState.REVERSED)
    return list(rows.select_related("office").order_by("rank"))


def _of_those_lines(group: Group) -> CafStatement | None:
    """Return the statement of the same lines, where one of the two has no number."""
    rows = CafStatement.objects.filter(office__department=group.department, total=group.total)
    both = is_numbered(group.reference)
    like = [
        one
        for one in rows.exclude(state=CafState.REVERSED).select_related("office").order_by("pk")
        if not (both and is_numbered(one.reference))
    ]
    rights = _rights(like)
    given = group.rights
    return next((one for one in like if compare(rights[one.pk], given).is_known), None)


def _rights(statements: Iterable[CafStatement]) -> dict[int, list[Right]]:
    """Return what the lines of statements pay, by statement."""
    found: dict[int, list[Right]] = {one.pk: [] for one in statements}
    rows = CafLine.objects.filter(statement__in=list(found)).order_by("statement_id", "position")
    facts = ("number", "month_from", "month_to", "nature", "amount")
    for statement, *right in rows.values_list("statement", *facts):
        found[statement].append(Right(*right))
    return found


def _next_rank(known: Sequence[CafStatement]) -> int:
    return max(one.rank for one in known) + 1


def _complement(group: Group, known: Sequence[CafStatement], compared: Compared) -> Verdict:
    rows = [group.rows[position] for position in compared.fresh]
    part = replace(group, rows=rows, rank=_next_rank(known))
    plural = "s" if len(rows) > 1 else ""
    remark = (
        f"Le bordereau {group.reference} était déjà enregistré : "
        f"{'seules entrent' if plural else 'seule entre'} {len(rows)} ligne{plural} "
        f"nouvelle{plural} ({euros(part.total)})."
    )
    return Verdict(part, is_part=True, remark=remark)


def _other_day(group: Group, known: Sequence[CafStatement]) -> str:
    days = {one.paid_on for one in known}
    if group.paid_on in days:
        return ""
    said = " et ".join(f"{day:%d/%m/%Y}" for day in sorted(days))
    return (
        f"Le bordereau {group.reference} y est payé le {said} ; ce fichier dit le "
        f"{group.paid_on:%d/%m/%Y}, pour les mêmes lignes."
    )


def _twin_words(twin: CafStatement) -> str:
    return f"Ses lignes sont celles du bordereau {twin}, payé le {twin.paid_on:%d/%m/%Y}."


def _served_words(group: Group, known: Sequence[CafStatement]) -> str:
    return (
        f"Le n° {group.reference} a déjà servi à un bordereau payé le "
        f"{known[0].paid_on:%d/%m/%Y}, pour d'autres droits : vérifiez qu'il y a deux paiements."
    )


def _contradiction(group: Group, known: Sequence[CafStatement], compared: Compared) -> str:
    total = sum((one.total for one in known), ZERO)
    counts = (
        (compared.changed, "de montant différent"),
        (compared.missing, "absente{s} d'ici"),
        (len(compared.fresh), "nouvelle{s}"),
    )
    said = ", ".join(
        f"{count} {words.format(s='s' if count > 1 else '')}" for count, words in counts if count
    )
    return (
        f"Le bordereau {group.reference} de la {known[0].office} est déjà enregistré avec d'autres "
        f"lignes ({euros(total)} ; celui-ci fait {euros(group.total)}) : {said}. S'il corrige le "
        "premier, annulez d'abord le premier depuis sa page."
    )


def replace_held(statements: Sequence[CafStatement], *, by: Group) -> None:
    """Take back statements that posted nothing, for the one that comes in their place.

    Raises CafRefused when one was posted meanwhile.
    """
    if not statements:
        return
    rows = CafStatement.objects.select_for_update(no_key=True, of=("self",))
    locked = list(rows.filter(pk__in=[one.pk for one in statements]).order_by("pk"))
    if any(one.state != CafState.HELD for one in locked):
        raise CafRefused("Ce bordereau vient d'être inscrit : déposez ce fichier à nouveau.")
    reason = f"Remplacé par sa réédition de {euros(by.total)}, payée le {by.paid_on:%d/%m/%Y}."
    for one in locked:
        one.state, one.reason = CafState.REVERSED, reason
    CafStatement.objects.bulk_update(locked, ["state", "reason"])
