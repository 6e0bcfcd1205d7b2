"""What the bank says, what the ledger says, and why they differ, by account and day.

The ledger's side is what the account of the bank holds in the books, line by line; the bank's side
is the last balance of its statements. The reasons between them add up (calculations.bank_gap).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from caracol.core.money import ZERO
from caracol.core.periods import french_day
from payments.calculations.bank_gap import Facts, Reason, Stated, Waiting, Why, chain_of, explain
from payments.enums import NOT_POSTED, AccountKind, BankLineState, EntryKind
from payments.models import BankAccount, BankLine, BankStatement, Posting

NOT_IN_BOOKS = (BankLineState.HELD, BankLineState.DISCARDED)
MOST_WAITING = 20
OPENING_SOURCE = "bank_account"
"""In the source of an entry: the bank account whose first balance it posts."""


@dataclass(frozen=True)
class Gap:
    """A statement that does not open where the one before it closed, or does not tie."""

    statement: BankStatement
    amount: Decimal
    before: BankStatement | None = None

    @property
    def words(self) -> str:
        """What is missing, in French."""
        if self.before is None:
            return f"Le relevé {self.statement} ne fait pas son nouveau solde."
        return f"Il manque un relevé entre {self.before} et {self.statement}."


@dataclass(frozen=True)
class Told:
    """A reason as the page says it: the words, the amount, the line or what to do."""

    why: Why
    words: str
    amount: Decimal
    note: str = ""
    line: int | None = None


@dataclass
class AccountCheck:
    """An account of the association on a day."""

    account: BankAccount
    on: date
    said: Decimal | None = None
    said_on: date | None = None
    start: Decimal = ZERO
    start_on: date | None = None
    opening_posted: Decimal = ZERO
    ledger: Decimal = ZERO
    reasons: list[Told] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    shares_with: list[BankAccount] = field(default_factory=list)

    @property
    def difference(self) -> Decimal | None:
        """What the bank says, less what the ledger holds."""
        return None if self.said is None else self.said - self.ledger

    @property
    def explained(self) -> Decimal:
        """What the reasons come to."""
        return sum((reason.amount for reason in self.reasons), ZERO)

    @property
    def unexplained(self) -> Decimal:
        """What nothing explains: nothing, unless a line and its entry differ."""
        return ZERO if self.difference is None else self.difference - self.explained

    @property
    def shown(self) -> list[Told]:
        """The reasons to show: lines that wait come last, and the first of them alone."""
        return sorted(self.reasons, key=lambda told: told.why == Why.WAITING)[: -self.more or None]

    @property
    def more(self) -> int:
        """How many lines that wait are not shown one by one."""
        waiting = sum(told.why == Why.WAITING for told in self.reasons)
        return max(waiting - MOST_WAITING, 0)

    @property
    def more_total(self) -> Decimal:
        """What those come to."""
        return self.explained - sum((told.amount for told in self.shown), ZERO)

    @property
    def opening_to_post(self) -> Decimal:
        """What of the first balance is not in the books."""
        return self.start - self.opening_posted if self.start_on else ZERO


def bank_checks(on: date) -> list[AccountCheck]:
    """Return each account's two sides on a day, with what explains their difference."""
    return [_Reader(account, on).check() for account in _accounts()]


def check_of(account: BankAccount, on: date) -> AccountCheck:
    """Return the two sides of one account."""
    return _Reader(account, on).check()


def statement_gaps(on: date) -> list[Gap]:
    """Return what is missing between and inside the statements of all accounts: one query."""
    found: dict[int, list[BankStatement]] = defaultdict(list)
    for row in _statements(on).order_by("bank_account", "opening_on", "pk"):
        found[row.bank_account_id or 0].append(row)
    return [gap for rows in found.values() for gap in _gaps(rows)]


def _accounts() -> list[BankAccount]:
    return list(BankAccount.objects.select_related("account").order_by("pk"))


def _statements(on: date) -> QuerySet[BankStatement]:
    return BankStatement.objects.filter(
        closing_on__lte=on,
        closing__isnull=False,
        bank_account__isnull=False,
        file__withdrawn_at=None,
    )


def _stated(row: BankStatement, attached: Decimal = ZERO) -> Stated:
    return Stated(
        key=row.pk,
        closing=row.closing or ZERO,
        closing_on=row.closing_on or date.min,
        net=row.credits - row.debits,
        attached=attached,
        opening=row.opening,
        opening_on=row.opening_on,
    )


def _gaps(rows: Sequence[BankStatement]) -> Iterable[Gap]:
    """Yield what the chain of some statements misses, by their balances alone."""
    by_key = {row.pk: row for row in rows}
    before: Stated | None = None
    for one in chain_of(_stated(row) for row in rows):
        if before is not None and _leaves_a_gap(before, one):
            amount = one.begins_at - before.closing
            yield Gap(by_key[one.key], amount, by_key[before.key])
        if untied := one.closing - one.begins_at - one.net:
            yield Gap(by_key[one.key], untied)
        before = one


def _leaves_a_gap(before: Stated, one: Stated) -> bool:
    """Whether a statement that follows another does not begin with its balance."""
    overlaps = one.opening_on is not None and one.opening_on < before.closing_on
    return one.opening not in {None, before.closing} and not overlaps


class _Reader:
    """Reads the facts of one account on a day."""

    def __init__(self, account: BankAccount, on: date) -> None:
        self.account, self.on = account, on
        self.lines = BankLine.objects.filter(statement__bank_account=account)
        self.posted = self.lines.exclude(state__in=NOT_POSTED)
        self.statements: dict[int, BankStatement] = {}

    def check(self) -> AccountCheck:
        """Return both sides with the reasons between them."""
        rows = list(_statements(self.on).filter(bank_account=self.account))
        self.statements = {row.pk: row for row in rows}
        chain = self._chain(rows)
        facts = self._facts(chain)
        posted, without_line = self._ledger(facts.opening_posted)
        facts.without_line = without_line
        check = AccountCheck(
            account=self.account,
            on=self.on,
            start=facts.start,
            start_on=facts.start_on,
            opening_posted=facts.opening_posted,
            ledger=posted,
            gaps=list(_gaps(rows)),
            shares_with=self._sharing(),
        )
        if chain:
            check.said, check.said_on = chain[-1].closing, chain[-1].closing_on
        told = _Teller(self.statements, self._waiting_lines, check)
        check.reasons = [told.tell(reason) for reason in explain(facts)]
        return check

    def _chain(self, rows: Sequence[BankStatement]) -> list[Stated]:
        sums = (
            self.lines.filter(statement__in=self.statements)
            .exclude(state=BankLineState.ANNOUNCED)
            .values_list("statement")
            .annotate(total=Sum("amount"))
        )
        attached = dict(sums)
        return chain_of(_stated(row, attached.get(row.pk, ZERO)) for row in rows)

    def _facts(self, chain: Sequence[Stated]) -> Facts:
        keys = [one.key for one in chain]
        start, start_on = self._start(chain)
        waiting = self.lines.filter(statement__in=keys, state__in=NOT_IN_BOOKS)
        self._waiting_lines = {line.pk: line for line in waiting.order_by("booked_on", "pk")}
        later = self.posted.filter(statement__in=keys, entry__date__gt=self.on)
        loose = self.posted.filter(entry__date__lte=self.on).exclude(statement__in=keys)
        by_day = loose.values_list("booked_on").annotate(total=Sum("amount"))
        opening = Posting.objects.filter(
            account=self.account.account_id, entry__date__lte=self.on
        ).filter(_opens(self.account.pk))
        return Facts(
            chain=chain,
            start=start,
            start_on=start_on,
            opening_posted=_total(opening),
            waiting=[
                Waiting(line.pk, line.booked_on, line.amount)
                for line in self._waiting_lines.values()
            ],
            posted_later=_total(later),
            loose=dict(by_day),
            twins=self._twins(loose),
        )

    def _start(self, chain: Sequence[Stated]) -> tuple[Decimal, date | None]:
        """Return the balance that all begins with: a person's, where no statement is older."""
        own, own_on = self.account.opening, self.account.opening_on
        first = chain[0] if chain else None
        oldest = min(self.on, first.begins_on) if first else self.on
        if own is not None and own_on is not None and own_on <= oldest:
            return own, own_on
        return (first.begins_at, first.begins_on) if first else (ZERO, None)

    def _twins(self, loose: QuerySet[BankLine]) -> Counter[tuple[date, Decimal]]:
        """Count the lines in the books, of other files, of the days that lines wait for."""
        days = {line.booked_on for line in self._waiting_lines.values()}
        if not days:
            return Counter()
        return Counter(loose.filter(booked_on__in=days).values_list("booked_on", "amount"))

    def _ledger(self, opening: Decimal) -> tuple[Decimal, Decimal]:
        """Return what the books hold of the account, and what of it no line explains.

        Accounts that share one account of the books are told apart by the lines of entries; what
        has no line is counted with the first of them.
        """
        dated = Posting.objects.filter(account=self.account.account_id, entry__date__lte=self.on)
        of_lines = dated.filter(entry__bank_line__statement__bank_account=self.account)
        without = ZERO
        first = BankAccount.objects.filter(account=self.account.account_id).order_by("pk").first()
        if first == self.account:
            openings = Q(entry__kind=EntryKind.OPENING, entry__source__has_key=OPENING_SOURCE)
            undone = Q(
                entry__reverses__kind=EntryKind.OPENING,
                entry__reverses__source__has_key=OPENING_SOURCE,
            )
            without = _total(dated.filter(entry__bank_line=None).exclude(openings | undone))
        return _total(of_lines) + opening + without, without

    def _sharing(self) -> list[BankAccount]:
        rows = BankAccount.objects.filter(account=self.account.account_id)
        return list(rows.exclude(pk=self.account.pk).order_by("pk"))


def _opens(account: int) -> Q:
    """Return the condition of what posts, or takes back, the first balance of an account."""
    path = f"source__{OPENING_SOURCE}"
    return Q(**{f"entry__{path}": account}) | Q(**{f"entry__reverses__{path}": account})


def _total(rows: QuerySet[Any]) -> Decimal:
    total: Decimal = rows.aggregate(total=Sum("amount", default=ZERO))["total"]
    return total


class _Teller:
    """Says reasons in French."""

    def __init__(
        self,
        statements: dict[int, BankStatement],
        lines: dict[int, BankLine],
        check: AccountCheck,
    ) -> None:
        self.statements, self.lines, self.check = statements, lines, check

    def tell(self, reason: Reason) -> Told:
        """Return a reason in words, with what mends it."""
        if reason.why == Why.WAITING:
            return self._waiting(reason)
        words, note = getattr(self, f"_{reason.why.value.lower()}")(reason)
        return Told(reason.why, words, reason.amount, note)

    def _waiting(self, reason: Reason) -> Told:
        line = self.lines[reason.key]
        what = "écartée" if line.state == BankLineState.DISCARDED else "retenue"
        who = line.payer or line.text or "Ligne sans libellé"
        note = f"{french_day(line.booked_on)} · {line.note}".rstrip(" ·")
        return Told(reason.why, f"{who[:50]}, {what}", reason.amount, note, line.pk)

    def _opening(self, _reason: Reason) -> tuple[str, str]:
        on = french_day(self.check.start_on) if self.check.start_on else ""
        if self.check.opening_posted:
            return f"Le solde de départ du {on} a changé", "Inscrivez le nouveau ci-dessous."
        return f"Le solde de départ du {on} n'est pas inscrit", "Inscrivez-le ci-dessous."

    def _missing(self, reason: Reason) -> tuple[str, str]:
        before, after = self.statements[reason.before], self.statements[reason.key]
        words = f"Il manque un relevé entre {before} et {after}"
        days = f"du {before.closing_on:%d/%m/%Y} au {after.opening_on or after.closing_on:%d/%m/%Y}"
        return words, f"Importez celui qui va {days}."

    def _untied(self, reason: Reason) -> tuple[str, str]:
        words = f"Le relevé {self.statements[reason.key]} ne fait pas son nouveau solde"
        return words, "Demandez à la banque un relevé corrigé, ou le relevé complet."

    def _other_file(self, reason: Reason) -> tuple[str, str]:
        row = self.statements[reason.key]
        words = f"Des lignes d'un autre fichier ne sont pas celles du relevé {row}"
        return words, "Comparez les lignes de ces jours : l'une est de trop, ou mal datée."

    def _posted_later(self, _reason: Reason) -> tuple[str, str]:
        return (
            "Lignes inscrites plus tard",
            "Leur mois était verrouillé : les comptes les portent au premier jour ouvert.",
        )

    def _before(self, _reason: Reason) -> tuple[str, str]:
        return (
            "Lignes d'avant le solde de départ",
            "Il les compte déjà : donnez au compte un solde de départ plus ancien.",
        )

    def _after(self, _reason: Reason) -> tuple[str, str]:
        said_on = self.check.said_on
        words = f"Lignes importées d'après le {french_day(said_on)}" if said_on else "Plus récentes"
        return words, "Le prochain relevé avec un solde les comptera."

    def _without_line(self, _reason: Reason) -> tuple[str, str]:
        return (
            "Écritures de banque sans ligne de relevé",
            "Elles ont été reprises ou annulées : voyez l'export des comptes.",
        )


def suspense_balance(on: date) -> Decimal:
    """Return what is in suspense on a day: in the books, and nobody's yet (positive: received)."""
    lines = Posting.objects.filter(
        account__kind=AccountKind.SUSPENSE, account__contract=None, entry__date__lte=on
    )
    return -_total(lines)
