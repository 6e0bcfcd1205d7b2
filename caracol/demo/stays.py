"""What the demonstration's story is made of: stays, their terms, what happens in a month. Pure."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from caracol.core.periods import Month
from caracol.demo.names import Individual
from caracol.demo.places import Place

DAY = timedelta(days=1)


class Habit(Enum):
    """How somebody pays."""

    PUNCTUAL = "punctual"
    EARLY = "early"
    LATE = "late"
    SPLIT = "split"
    STRUGGLING = "struggling"
    SILENT = "silent"


@dataclass(frozen=True)
class Terms:
    """Room and monthly amounts over some days; `reason` is an amendment's, "" at first."""

    room: str
    starts_on: date
    ends_on: date
    fee: Decimal
    charges: Decimal
    aid: Decimal
    reason: str = ""

    @property
    def share(self) -> Decimal:
        """What the resident pays for a whole month once the aid is deducted."""
        return max(self.fee + self.charges - self.aid, Decimal(0))


@dataclass(frozen=True)
class Certificate:
    """An insurance certificate."""

    insurer: str
    policy: str
    starts_on: date
    ends_on: date


@dataclass(eq=False)
class Stay:
    """One contract from its first day to its last, as it stands at the point told."""

    number: str
    place: Place
    holder: Individual
    method: str
    due_day: int
    habit: Habit
    ground: str
    terms: list[Terms]
    certificates: list[Certificate] = field(default_factory=list)
    partner: Individual | None = None
    leaves: bool = False
    pays_at_leaving: bool = True

    @property
    def starts_on(self) -> date:
        """The first day."""
        return self.terms[0].starts_on

    @property
    def ends_on(self) -> date:
        """The last day in force."""
        return self.terms[-1].ends_on

    @property
    def current(self) -> Terms:
        """The last terms."""
        return self.terms[-1]

    @property
    def deposit(self) -> Decimal:
        """What was asked for at the entry."""
        return self.terms[0].fee if self.place.takes_deposit else Decimal(0)

    def lives_in(self, month: Month) -> bool:
        """Whether a day of the month belongs to the stay."""
        return self.starts_on <= month.last and self.ends_on >= month.first

    def cut(self, last: date) -> None:
        """End the current terms on a day."""
        self.terms[-1] = replace(self.terms[-1], ends_on=last)

    def amend(self, terms: Terms) -> None:
        """Let new terms follow the current ones, cut on the day before."""
        self.cut(terms.starts_on - DAY)
        self.terms.append(terms)


@dataclass(frozen=True)
class Arrival:
    """A contract as it was signed."""

    stay: Stay
    terms: Terms


@dataclass(frozen=True)
class Amended:
    """New terms of a contract."""

    stay: Stay
    terms: Terms


@dataclass(frozen=True)
class Leaving:
    """The end of a stay: at its term, or by a notice received on a day."""

    stay: Stay
    ends_on: date
    reason: str
    received_on: date | None = None


@dataclass(frozen=True)
class Extended:
    """An extension of an owner's agreement."""

    place: Place
    previous: date
    ends_on: date
    signed_on: date


@dataclass
class Chapter:
    """What happens in a month, in the order it is to be written."""

    month: Month
    opened: list[Place] = field(default_factory=list)
    extended: list[Extended] = field(default_factory=list)
    leavings: list[Leaving] = field(default_factory=list)
    amended: list[Amended] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    certificates: list[tuple[Stay, Certificate]] = field(default_factory=list)


@dataclass(frozen=True)
class Gap:
    """Days when a room houses nobody; `ends_on` None when it still does not."""

    place: Place
    room: str
    starts_on: date
    ends_on: date | None


@dataclass
class Story:
    """The whole of it: who was there when the books were taken over, then month by month."""

    today: date
    taken_on: date
    places: tuple[Place, ...]
    present: list[Arrival] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)

    @property
    def month(self) -> Month:
        """The present month."""
        return Month.of(self.today)

    def month_end(self, offset: int) -> date:
        """Return the last day of a month counted from the present one."""
        return self.month.plus(offset).last

    def opens_on(self, place: Place) -> date:
        """Return the first day of a place's agreement and home."""
        return self.month.plus(place.starts).first

    def first_end(self, place: Place) -> date:
        """Return the end of a place's agreement as it was known at the takeover, or at first."""
        known = Month.of(self.taken_on)
        told = [
            end
            for previous, end in zip(place.ends, place.ends[1:], strict=False)
            if self.month.plus(previous - place.told) <= known
        ]
        return self.month_end(told[-1] if told else place.ends[0])

    def is_known(self, place: Place) -> bool:
        """Whether the place was held when the books were taken over."""
        return self.opens_on(place) <= self.taken_on

    @property
    def unsettled(self) -> Stay | None:
        """The last in the first region to leave a deposit behind: its return is under way."""
        gone = [
            stay
            for stay in self.stays
            if stay.deposit
            and stay.leaves
            and stay.place.territory == self.places[0].territory
            and stay.ends_on < self.month.first
        ]
        return max(gone, key=lambda stay: (stay.ends_on, stay.number), default=None)
