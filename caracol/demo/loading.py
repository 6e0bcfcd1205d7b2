"""Load the demonstration: one transaction for the two years, then the papers are printed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from caracol.accounts.enums import Role
from caracol.accounts.models import Territory, User
from caracol.accounts.services import grant
from caracol.core.errors import Refused
from caracol.core.periods import Month
from caracol.demo import workbook
from caracol.demo.agenda import Agenda
from caracol.demo.banking import Banking, shown_month
from caracol.demo.belongings import Belongings
from caracol.demo.completing import complete_contracts
from caracol.demo.duties import Duties
from caracol.demo.life import Life
from caracol.demo.logins import COLLEAGUES, PASSWORD, TEAM, Login
from caracol.demo.money import Authors, Event, Money, in_order
from caracol.demo.places import PLACES
from caracol.demo.stays import Chapter, Story
from caracol.demo.story import tell
from caracol.demo.underway import Underway
from caracol.demo.writing import Writing
from caracol.documents.services.issuing import RENDER
from caracol.jobs.models import Job
from caracol.jobs.services import run_now
from caracol.takeover.services import take_over
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.issuing import issue_due_notices, issue_receipts
from payments.services.locking import lock_period
from residents.models import Contract

ONE_AT_A_TIME = 4_221_719
NOTICE_MONTHS = 1
RECEIPT_MONTHS = 5
ONE_BY_ONE_MONTHS = 2
OPEN_MONTHS = 3
RECEIPT_DAY = 12
BOUNCE_DAY = 22


class DemonstrationRefused(Refused):
    """This database is not one for a demonstration."""


class BooksDoNotHold(Exception):
    """The demonstration's own books fail the check: a fault of the product."""


@dataclass(frozen=True)
class Size:
    """How much is loaded."""

    homes: int = len(PLACES)
    months: int = 24


FULL = Size()
SMALL = Size(homes=2, months=4)


@dataclass(frozen=True)
class Loaded:
    """Whether this run has loaded it, and what the papers' printing is left with."""

    is_new: bool
    contracts: int
    jobs: tuple[Job, ...] = ()


def load(*, today: date, size: Size = FULL) -> Loaded:
    """Load the demonstration as of a day, all or nothing. Again = no change.

    Raises DemonstrationRefused on a site that is no demonstration, or holds something else.
    """
    if not settings.DEMO:
        raise DemonstrationRefused(
            "Ce site n'est pas une démonstration : rien n'y est chargé. La démonstration se "
            "charge avec ./dev demo, sur une base à part."
        )
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        if User.objects.filter(email=TEAM[0].email).exists():
            return Loaded(is_new=False, contracts=Contract.objects.count())
        if Contract.objects.exists():
            raise DemonstrationRefused(
                "Cette base contient déjà d'autres contrats : la démonstration ne s'y mêle pas. "
                "Donnez-lui un autre dossier, par exemple VAR_DIR=/tmp/demo ./dev demo."
            )
        story = tell(today, homes=size.homes, months=size.months)
        Loader(story, _team()).load()
        _check()
    return Loaded(
        is_new=True,
        contracts=Contract.objects.count(),
        jobs=tuple(Job.objects.filter(kind=RENDER).order_by("pk")),
    )


def print_papers(jobs: Iterable[Job]) -> int:
    """Print here the papers whose job no worker has done yet; return how many jobs are over."""
    return sum(run_now(job).is_over for job in jobs)


def _team() -> dict[str, User]:
    """Create the team with its rights; return it by code."""
    password = make_password(PASSWORD)
    territories = {territory.code: territory for territory in Territory.objects.all()}
    return {login.code: _colleague(login, password, territories) for login in (*TEAM, *COLLEAGUES)}


def _colleague(login: Login, password: str, territories: dict[str, Territory]) -> User:
    user = User.objects.create(
        email=login.email,
        first_name=login.first_name,
        last_name=login.last_name,
        password=password,
    )
    territory = territories[login.territory] if login.territory else None
    grant(user=user, role=Role(login.role), territory=territory)
    return user


def _check() -> None:
    report = check_ledger()
    if report.failures:
        words = "\n".join(f"{one.invariant}: {one.message}" for one in report.failures[:20])
        raise BooksDoNotHold(words)


class Loader:
    """Plays the story: the takeover, then each month."""

    def __init__(self, story: Story, team: dict[str, User]) -> None:
        self.story = story
        self.team = team
        self.managers = {"IDF": team["gla"], "HDF": team["gla.lille"]}
        self.territories = {
            territory.code: territory
            for territory in Territory.objects.filter(code__in=self.managers).order_by("code")
        }

    def load(self) -> None:
        """Take the books over, live the months, lock the old ones."""
        take_over(
            workbook=workbook.build(self.story),
            actor=self.team["direction"],
            today=self.story.taken_on,
            name=f"reprise-demonstration-{self.story.taken_on:%Y-%m}.xlsx",
        )
        life = Life(self.story, self.team["gla"])
        authors = Authors({"IDF": self.team["alternance"], "HDF": self.team["gla.lille"]})
        money = Money(self.story, life, authors, shown_month(self.story.today))
        for chapter in self.story.chapters:
            life.write(chapter)
            self._play(chapter, money)
        life.write_gaps(self.story.gaps)
        Belongings(self.story.today, self.team["gla"]).write()
        complete_contracts(self.team["gla"])
        life.close_settled()
        Underway(self.story.today, self.team["gla"], self.team["alternance"]).begin()
        Writing(self.story.today, self.team["gla"]).write()
        Banking(self.story.today, self.team["gla"], money.by_statement).bring()
        Agenda(self.story.today, self.team).write()
        self._lock()
        Duties(self.story.today, self.team).write()

    def _play(self, chapter: Chapter, money: Money) -> None:
        month = chapter.month
        if month < self.story.month:
            for code, territory in self.territories.items():
                close_month(month=month, actor=self.managers[code], territory=territory)
        if month < self.story.month.plus(-ONE_BY_ONE_MONTHS):
            events = money.events_at_once(month, month.day(RECEIPT_DAY))
        else:
            events = money.events(month)
        events += self._papers(month)
        if month.next() == self.story.month and self._has_papers(month.previous()):
            on = month.day(BOUNCE_DAY)
            events.append(Event(on, lambda: money.bounce(month.previous(), on), rank=9))
        for event in in_order(events):
            event.do()

    # --- Papers ---------------------------------------------------------------------------------
    def _papers(self, month: Month) -> list[Event]:
        """Issue the notices of the last month closed and the receipts of those before it."""
        events = []
        if self.story.month.plus(-NOTICE_MONTHS) <= month < self.story.month:
            events.append(Event(month.first, lambda: self._issue_notices(month), rank=1))
        # Late payers get theirs with the following month's.
        for paid in (month.plus(-2), month.previous()):
            if month < self.story.month and self._has_papers(paid):
                on = month.day(RECEIPT_DAY)
                events.append(Event(on, partial(self._issue_receipts, paid, on), rank=8))
        return events

    def _has_papers(self, month: Month) -> bool:
        """Whether a month's receipts are issued: those of the last month closed are left to do."""
        last = self.story.month.plus(-2)
        oldest = max(last.plus(1 - RECEIPT_MONTHS), Month.of(self.story.taken_on).next())
        return oldest <= month <= last

    def _issue_notices(self, month: Month) -> None:
        for code, territory in self.territories.items():
            issue_due_notices(
                month=month, on=month.first, actor=self.managers[code], territory=territory
            )

    def _issue_receipts(self, month: Month, on: date) -> None:
        for code, territory in self.territories.items():
            issue_receipts(month=month, on=on, actor=self.managers[code], territory=territory)

    def _lock(self) -> None:
        first = Month.of(self.story.taken_on)
        last = self.story.month.plus(-OPEN_MONTHS - 1)
        for month in first.until(last):
            lock_period(month=month, today=self.story.month, actor=self.team["compta"])
