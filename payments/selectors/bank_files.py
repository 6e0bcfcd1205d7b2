"""A bank's file: what it brought, and what keeps it from being taken back."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from caracol.core.money import ZERO
from caracol.core.periods import Month
from payments.enums import BankLineState
from payments.models import BankFile, BankLine, BankStatement, PeriodLock

DECIDED = (BankLineState.SETTLED, BankLineState.SET_ASIDE, BankLineState.SUSPENSE)


@dataclass(frozen=True)
class Obstacle:
    """Why a file cannot be taken back, in French; `kind` says where to go and mend it."""

    kind: str
    words: str
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Brought:
    """What a file put there."""

    lines: int
    posted: int
    total: Decimal
    twins: int


def brought(file: BankFile) -> Brought:
    """Return what a file brought, and how many lines of others wait as doubles of its own."""
    lines = BankLine.objects.filter(statement__file=file)
    facts = lines.aggregate(
        lines=Count("pk"),
        posted=Count("pk", filter=Q(entry__isnull=False)),
        total=Sum("amount", filter=Q(entry__isnull=False), default=ZERO),
    )
    pairs = set(lines.filter(entry__isnull=False).values_list("booked_on", "amount"))
    held = BankLine.objects.filter(state=BankLineState.HELD).exclude(statement__file=file)
    twins = sum(pair in pairs for pair in held.values_list("booked_on", "amount"))
    return Brought(**facts, twins=twins)


def obstacles(file: BankFile) -> list[Obstacle]:
    """Return what keeps a file from being taken back, with what to do; nothing: it can be."""
    lines = BankLine.objects.filter(statement__file=file)
    return [*_decided(lines), *_locked(lines), *_known_again(file, lines)]


def _decided(lines: QuerySet[BankLine]) -> list[Obstacle]:
    rows = lines.filter(state__in=DECIDED).order_by("booked_on", "pk")
    found = list(rows.values_list("pk", flat=True))
    if not found:
        return []
    words = "Une ligne est déjà décidée : défaites-la d'abord."
    if len(found) > 1:
        words = f"{len(found)} lignes sont déjà décidées : défaites-les d'abord."
    return [Obstacle("decided", words, tuple(found))]


def _locked(lines: QuerySet[BankLine]) -> list[Obstacle]:
    months = lines.filter(entry__isnull=False).annotate(month=TruncMonth("entry__date"))
    found = PeriodLock.objects.filter(month__in=months.values("month")).order_by("month")
    names = ", ".join(Month.of(row.month).label for row in found)
    words = f"Les comptes de {names} sont verrouillés : leurs lignes ne bougent plus."
    return [Obstacle("locked", words)] if names else []


def _known_again(file: BankFile, lines: QuerySet[BankLine]) -> list[Obstacle]:
    """Name the files that came after and left to this one the lines that both have."""
    own = lines.aggregate(first=Min("booked_on"), last=Max("booked_on"))
    if own["first"] is None:
        return []
    accounts = file.statements.values("bank_account")
    later = (
        BankStatement.objects.filter(
            file__gt=file.pk, file__withdrawn_at=None, bank_account__in=accounts
        )
        .filter(Q(opening_on=None) | Q(opening_on__lte=own["last"]))
        .filter(Q(closing_on=None) | Q(closing_on__gte=own["first"]))
        .annotate(kept=Count("lines"))
        .select_related("file")
        .order_by("pk")
    )
    names = dict.fromkeys(f"« {row.file.name} »" for row in later if row.kept < row.entries)
    if not names:
        return []
    words = (
        f"{', '.join(names)}, importé depuis, a reconnu des lignes de ce fichier et les lui a "
        "laissées : retirez-le d'abord."
    )
    return [Obstacle("known", words)]
