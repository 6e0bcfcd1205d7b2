"""Write lines of statements and their entries with COPY, some thousands at a time.

A line is posted between the account of the bank and the suspense account. Lines already known are
left out; what another file has brought already is held; a line of a locked month is posted on the
first day that the books take, its true day kept.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError
from django.db.models import Q

from caracol.accounts.models import User
from caracol.core.errors import Refused
from caracol.core.text import sort_key
from payments.enums import AccountKind, BankLineState, EntryKind
from payments.models import BankFile, BankLine, BankStatement
from payments.services.accounts import shared_account
from payments.services.bank_rows import Row
from payments.services.copying import copy, reserve
from payments.services.open_days import day_source, open_day
from payments.services.posting import check_now, locked_months

_ENTRY = ("id", "key", "kind", "date", "label", "source", "author_id", "reason")
_POSTING = ("entry_id", "account_id", "amount", "payer")
_LINE = (
    *("statement_id", "key", "position", "place", "booked_on", "value_on", "amount", "currency"),
    *("bank_ref", "family", "is_reversal", "text", "payer", "payer_iban", "payer_index"),
    *("end_to_end_id", "mandate_id", "return_reason", "details", "state", "note", "entry_id"),
)


REFERENCE_SERVES = timedelta(days=10)
"""Within which a reference of the bank with one amount is one movement; later, it serves anew."""


class BankMonthLocked(Refused):
    """The books of a month were locked while its lines were being written."""


def _words(text: str, payer: str, bank_ref: str) -> str:
    """Return what a line says in letters and digits alone, without the bank's reference."""
    said = f"{text} {payer}"
    return sort_key(said.replace(bank_ref, " ") if bank_ref else said)


def _echo(account: int, row: Row) -> tuple[int, date, Decimal, str]:
    return account, row.booked_on, row.amount, _words(row.text, row.payer, row.bank_ref)


class LineWriter:
    """Writes the lines of one file."""

    def __init__(self, file: BankFile, actor: User) -> None:
        self.format, self.actor = file.format, actor
        self.suspense = shared_account(AccountKind.SUSPENSE).pk
        self.locked = locked_months()
        self.days: dict[date, date] = {}
        self.elsewhere: Counter[tuple[int, date, Decimal]] = Counter()
        self.echoes: Counter[tuple[int, date, Decimal, str]] = Counter()
        self.looked: set[tuple[int, date]] = set()
        self.is_first = not BankFile.objects.exclude(pk=file.pk).exists()
        # What a withdrawn file posted keeps its keys: the same lines take others.
        self.mark = ""
        if BankFile.objects.filter(withdrawn_at__isnull=False).exists():
            self.mark = f":f{file.pk}"

    def write(self, statement: BankStatement, rows: Sequence[Row]) -> list[Row]:
        """Write what is new of some lines, and return it. Raises BankMonthLocked."""
        keys = [row.key for row in rows]
        standing = BankLine.objects.standing().filter(key__in=keys)
        known = set(standing.values_list("key", flat=True))
        fresh = [row for row in rows if row.key not in known] if known else list(rows)
        if statement.bank_account is not None:
            self._hold_twins(statement, fresh, [row for row in rows if row.key in known])
            self._hold_moved(statement, fresh)
            self._post(statement.bank_account.account_id, fresh)
        copy("payments_bankline", _LINE, self._lines(statement, fresh))
        check_now()  # what is verified now is not left for the end, and the next lines are read
        return fresh

    def _hold_twins(
        self, statement: BankStatement, fresh: Sequence[Row], known: Sequence[Row]
    ) -> None:
        """Hold what another file has brought already, under other references.

        Of another format: same account, day and amount; of the same one, the words too, once for
        each line there that this file does not know again by its key.
        """
        account = statement.bank_account_id or 0
        open_rows = [row for row in fresh if row.state == BankLineState.TO_SETTLE]
        known = [row for row in known if row.state == BankLineState.TO_SETTLE]
        self._look_elsewhere(statement, {row.booked_on for row in (*open_rows, *known)})
        for row in known if self.echoes else ():
            self.echoes[_echo(account, row)] -= 1
        for row in open_rows if self.elsewhere or self.echoes else ():
            twin = (account, row.booked_on, row.amount)
            if self.elsewhere[twin] > 0:
                self.elsewhere[twin] -= 1
                row.state = BankLineState.HELD
                row.note = "Doublon probable : un autre fichier a déjà ce montant ce jour-là."
            elif self.echoes[echo := _echo(account, row)] > 0:
                self.echoes[echo] -= 1
                row.state = BankLineState.HELD
                row.note = (
                    "Sans doute déjà là : un autre fichier a cette ligne, même jour, même montant, "
                    "mêmes mots, sous une autre référence."
                )

    def _hold_moved(self, statement: BankStatement, fresh: Sequence[Row]) -> None:
        """Hold what another file has brought under the bank's own reference, a few days apart.

        A statement made anew may give its entries other days: their keys are then others too.
        """
        open_rows = [row for row in fresh if row.state == BankLineState.TO_SETTLE and row.bank_ref]
        if self.is_first or not open_rows:
            return
        others = (
            BankLine.objects.standing()
            .filter(
                statement__bank_account=statement.bank_account_id,
                bank_ref__in={row.bank_ref for row in open_rows},
            )
            .exclude(Q(statement__file=statement.file_id) | Q(entry=None))
        )
        days: dict[tuple[str, Decimal], list[date]] = defaultdict(list)
        for bank_ref, amount, day in others.values_list("bank_ref", "amount", "booked_on"):
            days[bank_ref, amount].append(day)
        for row in open_rows:
            near = [
                day
                for day in days[row.bank_ref, row.amount]
                if abs(day - row.booked_on) <= REFERENCE_SERVES
            ]
            if near:
                row.state = BankLineState.HELD
                row.note = (
                    "Sans doute déjà là : un autre fichier a cette référence de la banque et ce "
                    f"montant, au {near[0]:%d/%m/%Y}."
                )

    def _look_elsewhere(self, statement: BankStatement, days: set[date]) -> None:
        """Count what other files have brought of some days; each day is looked at once."""
        account = statement.bank_account_id or 0
        days = {day for day in days if (account, day) not in self.looked}
        if not days:
            return
        self.looked |= {(account, day) for day in days}
        others = (
            BankLine.objects.filter(statement__bank_account=account, booked_on__in=days)
            .exclude(Q(statement__file=statement.file_id) | Q(entry=None))
            .values_list(
                *("statement__file__format", "booked_on", "amount"),
                *("text", "payer", "bank_ref"),
            )
        )
        for format, day, amount, *words in others.iterator(chunk_size=2000):
            if format == self.format:
                self.echoes[account, day, amount, _words(*words)] += 1
            else:
                self.elsewhere[account, day, amount] += 1

    def _post(self, bank: int, fresh: Sequence[Row]) -> None:
        """Post what is money of ours, and give each line its entry."""
        money = [row for row in fresh if row.state == BankLineState.TO_SETTLE and row.amount]
        if not money:
            return
        for row, number in zip(money, reserve("payments_entry_id_seq", len(money)), strict=True):
            row.entry = number
        try:
            copy("payments_entry", _ENTRY, self._entries(money))
        except IntegrityError as error:
            if "is locked" not in str(error):
                raise
            raise BankMonthLocked(
                "Un mois vient d'être verrouillé pendant l'import : rien n'a été importé. "
                "Recommencez."
            ) from error
        copy("payments_posting", _POSTING, self._postings(money, bank))

    def _entries(self, money: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
        kind, author = EntryKind.BANK.value, self.actor.pk
        for row in money:
            on = self._day(row.booked_on)
            source = "{}" if on == row.booked_on else json.dumps(day_source(row.booked_on, on))
            label = (row.text or row.payer or "Ligne de relevé")[:200]
            yield row.entry, f"bank:{row.key}{self.mark}", kind, on, label, source, author, ""

    def _day(self, booked: date) -> date:
        """Return the day that the books take for a line."""
        if booked not in self.days:
            self.days[booked] = open_day(booked, self.locked)
        return self.days[booked]

    def _postings(self, money: Sequence[Row], bank: int) -> Iterator[tuple[Any, ...]]:
        for row in money:
            yield row.entry, bank, row.amount, ""
            yield row.entry, self.suspense, -row.amount, ""

    def _lines(self, statement: BankStatement, fresh: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
        pk = statement.pk
        for row in fresh:
            yield (
                *(pk, row.key, row.position, row.place, row.booked_on, row.value_on, row.amount),
                *(row.currency, row.bank_ref, row.family, row.is_reversal, row.text, row.payer),
                *(row.payer_iban, row.payer_index, row.end_to_end_id, row.mandate_id),
                *(row.return_reason, json.dumps(row.details) if row.details else "[]"),
                *(row.state.value, row.note, row.entry),
            )
