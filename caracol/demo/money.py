"""Receive the story's money through the services: payments, aid, deposits, a cheque refused."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from caracol.accounts.models import User
from caracol.core.money import ZERO
from caracol.core.periods import Month
from caracol.demo.habits import SILENT_MONTHS, Asked, Gift, Purse
from caracol.demo.life import Life
from caracol.demo.stays import Habit, Stay, Story
from caracol.demo.workbook import opening_balance
from payments.enums import AccountKind, EntryKind, PaperKind, Payer, PaymentMeans, TermKind
from payments.models import Account, Entry, Posting, Term, TermPaper
from payments.services.accounts import account_of, shared_account
from payments.services.allocating import reallocate
from payments.services.posting import Line, check_now
from payments.services.receiving import record_payment, reverse_payment

AID_DAY = 7
WITHOUT_AID_MONTHS = 2
BOUNCED = "chèque rejeté, provision insuffisante"


@dataclass(frozen=True)
class Event:
    """Something to do on a day; a lower rank goes first."""

    on: date
    do: Callable[[], object]
    rank: int = 5


@dataclass(frozen=True)
class Fact:
    """An entry to post, with its lines."""

    key: str
    kind: EntryKind
    on: date
    label: str
    lines: list[Line]
    author: User
    source: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ByStatement:
    """The aid that one CAF pays by a statement still to be imported, by contract's number."""

    caf: str
    entitled: Month
    parts: dict[str, tuple[Account, Decimal]]

    @property
    def paid_on(self) -> date:
        """The day the CAF pays it."""
        return self.entitled.next().day(AID_DAY)


@dataclass(frozen=True)
class Authors:
    """Who writes in the books, by territory."""

    by_territory: dict[str, User]

    def of(self, stay: Stay) -> User:
        """Return who receives the money of a stay."""
        return self.by_territory[stay.place.territory]


class Money:
    """Knows what each resident has to pay, and what comes in each month."""

    def __init__(self, story: Story, life: Life, authors: Authors, imported: Month) -> None:
        self.story = story
        self.life = life
        self.authors = authors
        self.dice = Random(f"money {story.today.isoformat()}")  # noqa: S311
        self.to_come: dict[Month, list[tuple[Stay, Gift]]] = defaultdict(list)
        silent_from = story.month.plus(-SILENT_MONTHS)
        owed = {arrival.stay.number: opening_balance(arrival) for arrival in story.present}
        self.purses = {
            stay.number: Purse(stay, owed.get(stay.number, ZERO), silent_from)
            for stay in story.stays
        }
        self.stays = {stay.number: stay for stay in story.stays}
        self.in_transit = shared_account(AccountKind.IN_TRANSIT)
        self.cash = shared_account(AccountKind.CASH)
        self._accounts: dict[tuple[str, AccountKind], Account] = {}
        self.suspended = self._suspended()
        self.unsettled = story.unsettled
        self._receipts = 0
        # The month in which one CAF's statement is imported, and what that statement pays.
        self.imported = imported
        self.by_statement: ByStatement | None = None

    def events(self, month: Month) -> list[Event]:
        """Return what comes in during a month, up to the present day, each by its service."""
        self._ask(month)
        events = [
            Event(gift.on, partial(self._record, stay, gift))
            for stay, gift in self.to_come.pop(month, [])
        ]
        events.extend(
            Event(fact.on, partial(self._post, [fact]), rank=3)
            for fact in [*self._aid(month), *self._deposits(month)]
        )
        return [event for event in events if event.on <= self.story.today]

    def events_at_once(self, month: Month, middle: date) -> list[Event]:
        """Return what came in during a month of the past, written in two halves."""
        self._ask(month)
        facts = [self._payment(stay, gift) for stay, gift in self.to_come.pop(month, [])]
        facts = sorted([*facts, *self._aid(month), *self._deposits(month)], key=_day)
        return [
            Event(middle, partial(self._post, [fact for fact in facts if fact.on <= middle])),
            Event(month.last, partial(self._post, [fact for fact in facts if fact.on > middle])),
        ]

    @staticmethod
    def _post(facts: list[Fact]) -> None:
        """Post entries together, then let each contract's terms take their money."""
        entries = Entry.objects.bulk_create(
            Entry(
                key=fact.key,
                kind=fact.kind,
                date=fact.on,
                label=fact.label,
                source=fact.source,
                author=fact.author,
            )
            for fact in facts
        )
        Posting.objects.bulk_create(
            Posting(
                entry=entry,
                account=line.account,
                amount=line.amount,
                payer=line.payer,
                entitlement_month=line.month,
            )
            for entry, fact in zip(entries, facts, strict=True)
            for line in fact.lines
        )
        reallocate(
            line.account.contract_id
            for fact in facts
            for line in fact.lines
            if line.account.kind == AccountKind.RECEIVABLE and line.account.contract_id
        )
        check_now()

    # --- What is asked --------------------------------------------------------------------------
    def _ask(self, month: Month) -> None:
        asked = self._billed(month) if month < self.story.month else self._foreseen(month)
        for number, request in asked.items():
            stay = self.stays[number]
            for gift in self.purses[number].pay(month, request, self.dice):
                self.to_come[Month.of(gift.on)].append((stay, gift))

    def _billed(self, month: Month) -> dict[str, Asked]:
        terms = Term.objects.filter(month=month.first, kind=TermKind.MONTHLY)
        rows = terms.order_by("contract__number").values_list(
            "contract__number", "amount", "expected_aid", "due_on"
        )
        return {number: Asked(amount - aid, due_on) for number, amount, aid, due_on in rows}

    def _foreseen(self, month: Month) -> dict[str, Asked]:
        """Return what a month not closed yet will be, for those who pay without being asked."""
        standing = (Habit.PUNCTUAL, Habit.EARLY)
        return {
            stay.number: Asked(stay.current.share, month.day(stay.due_day))
            for stay in self.story.stays
            if stay.habit in standing
            and stay.method == "TRANSFER"
            and stay.starts_on < month.first
            and stay.ends_on > month.last
        }

    # --- Payments -------------------------------------------------------------------------------
    def _key(self) -> str:
        self._receipts += 1
        return f"demo:{self._receipts}"

    def _record(self, stay: Stay, gift: Gift) -> None:
        record_payment(
            key=self._key(),
            contract=self.life.contracts[stay.number],
            amount=gift.amount,
            means=PaymentMeans(stay.method),
            received_on=gift.on,
            today=self.story.today,
            actor=self.authors.of(stay),
            note=gift.note,
        )

    def _payment(self, stay: Stay, gift: Gift) -> Fact:
        """Return the entry that `record_payment` would post."""
        means = PaymentMeans(stay.method)
        label = f"{means.label.capitalize()} {stay.number}"
        received = self.cash if means is PaymentMeans.CASH else self.in_transit
        return Fact(
            key=f"payment:{self._key()}",
            kind=EntryKind.PAYMENT,
            on=gift.on,
            label=f"{label} · {gift.note}" if gift.note else label,
            source={"means": means, "payer": Payer.RESIDENT, "note": gift.note},
            lines=[
                Line(received, gift.amount),
                Line(self._account(stay, AccountKind.RECEIVABLE), -gift.amount, Payer.RESIDENT),
            ],
            author=self.authors.of(stay),
        )

    def _account(self, stay: Stay, kind: AccountKind) -> Account:
        known = self._accounts.get((stay.number, kind))
        if known is None:
            known = account_of(self.life.contracts[stay.number], kind)
            self._accounts[stay.number, kind] = known
        return known

    # --- Aid: paid the month after the one it is for ---------------------------------------------
    def _suspended(self) -> set[str]:
        """Return two contracts whose aid the CAF has stopped paying."""
        helped = [stay for stay in self.story.stays if stay.current.aid and not stay.leaves]
        return {stay.number for stay in helped[3::9][:2]}

    def _aid(self, month: Month) -> list[Fact]:
        """Return what each CAF pays in a month, one payment per CAF as its statements come."""
        entitled = month.previous()
        is_before = entitled == Month.of(self.story.taken_on)
        awaited = self._awaited_at_takeover() if is_before else self._awaited(entitled)
        by_caf: dict[str, list[str]] = defaultdict(list)
        for number in sorted(awaited):
            by_caf[self.stays[number].place.postcode[:2]].append(number)
        if month == self.imported and by_caf:
            caf = min(by_caf, key=lambda one: (not self._is_at_home(by_caf[one][0]), one))
            parts = {number: awaited[number] for number in by_caf.pop(caf)}
            self.by_statement = ByStatement(caf, entitled, parts)
        return [
            self._statement(caf, entitled, {number: awaited[number] for number in numbers})
            for caf, numbers in sorted(by_caf.items())
        ]

    def _is_at_home(self, number: str) -> bool:
        return self.stays[number].place.territory == self.story.places[0].territory

    def _statement(
        self, caf: str, entitled: Month, parts: dict[str, tuple[Account, Decimal]]
    ) -> Fact:
        total = sum((amount for _, amount in parts.values()), ZERO)
        return Fact(
            key=f"aid:demo:{caf}:{entitled}",
            kind=EntryKind.AID,
            on=entitled.next().day(AID_DAY),
            label=f"Aide au logement {entitled.of_label}, CAF {caf}",
            source={"means": PaymentMeans.TRANSFER, "payer": Payer.CAF},
            lines=[
                Line(self.in_transit, total),
                *(
                    Line(account, -amount, Payer.CAF, entitled.first)
                    for account, amount in parts.values()
                ),
            ],
            author=self.authors.of(self.stays[next(iter(parts))]),
        )

    def _awaited(self, entitled: Month) -> dict[str, tuple[Account, Decimal]]:
        is_recent = entitled >= self.story.month.plus(-WITHOUT_AID_MONTHS)
        terms = Term.objects.filter(month=entitled.first, kind=TermKind.MONTHLY, expected_aid__gt=0)
        if is_recent:
            terms = terms.exclude(contract__number__in=self.suspended)
        amounts = dict(terms.values_list("contract__number", "expected_aid"))
        accounts = Account.objects.filter(
            kind=AccountKind.RECEIVABLE, contract__number__in=amounts
        ).select_related("contract")
        return {
            account.contract.number: (account, amounts[account.contract.number])
            for account in accounts
            if account.contract
        }

    def _awaited_at_takeover(self) -> dict[str, tuple[Account, Decimal]]:
        accounts = Account.objects.filter(
            kind=AccountKind.AID_AT_TAKEOVER, balance__gt=0
        ).select_related("contract")
        return {
            account.contract.number: (account, account.balance)
            for account in accounts
            if account.contract
        }

    # --- Deposits: held apart, given back after the exit ------------------------------------------
    def _deposits(self, month: Month) -> list[Fact]:
        facts = []
        for stay in self.story.stays:
            if not stay.deposit:
                continue
            back_on = stay.ends_on + timedelta(days=24)
            is_new = stay.starts_on > self.story.taken_on
            is_back = stay.leaves and stay.pays_at_leaving and stay is not self.unsettled
            if is_new and Month.of(stay.starts_on) == month:
                facts.append(self._deposit(stay, stay.starts_on, -1))
            if is_back and Month.of(back_on) == month:
                facts.append(self._deposit(stay, back_on, 1))
        return [fact for fact in facts if fact.on <= self.story.today]

    def _deposit(self, stay: Stay, on: date, sign: int) -> Fact:
        is_back = sign > 0
        words = "Dépôt de garantie rendu" if is_back else "Dépôt de garantie reçu"
        return Fact(
            key=f"deposit:demo:{stay.number}:{'back' if is_back else 'in'}",
            kind=EntryKind.DEPOSIT,
            on=on,
            label=f"{words} {stay.number}",
            lines=[
                Line(
                    self._account(stay, AccountKind.DEPOSIT_HELD),
                    sign * stay.deposit,
                    Payer.RESIDENT,
                ),
                Line(self.in_transit, -sign * stay.deposit),
            ],
            author=self.authors.of(stay),
        )

    # --- A cheque that bounces --------------------------------------------------------------------
    def bounce(self, month: Month, on: date) -> int:
        """Take back two payments of a month whose quittance was given; return how many."""
        quittances = TermPaper.objects.filter(
            kind=PaperKind.QUITTANCE, cancelled_by=None, term__month=month.first
        )
        entries = Entry.objects.filter(
            kind=EntryKind.PAYMENT,
            source__means=PaymentMeans.CHEQUE,
            date__gte=month.first,
            date__lte=month.last,
            postings__account__contract__in=quittances.values("term__contract"),
            reversed_by=None,
        )
        bounced = list(entries.order_by("pk")[:2])
        for entry in bounced:
            reverse_payment(entry=entry, on=on, today=on, reason=BOUNCED, actor=entry.author)
        return len(bounced)


def _day(fact: Fact) -> date:
    return fact.on


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return events as they happen."""
    return sorted(events, key=lambda event: (event.on, event.rank))
