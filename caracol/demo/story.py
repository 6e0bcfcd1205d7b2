"""Two years in the life of an invented association, decided by dice seeded with the day. Pure."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from caracol.core.periods import Month, add_months, end_of_duration, months_spanned
from caracol.demo.names import People
from caracol.demo.places import EXITS, GROUNDS, INSURERS, PLACES, Place
from caracol.demo.stays import (
    DAY,
    Amended,
    Arrival,
    Certificate,
    Chapter,
    Extended,
    Gap,
    Habit,
    Leaving,
    Stay,
    Story,
    Terms,
)

_HABITS = {
    Habit.PUNCTUAL: 62,
    Habit.EARLY: 9,
    Habit.LATE: 13,
    Habit.SPLIT: 6,
    Habit.STRUGGLING: 7,
    Habit.SILENT: 3,
}
_METHODS = {"TRANSFER": 66, "CASH": 19, "CHEQUE": 15}
_LONGEST = {"CRT": 18, "COP": 60, "SUBLET_SOCIAL": 72}
_FIRST_TERM = {"CRT": (12, 12, 18), "COP": (12, 24), "SUBLET_SOCIAL": (24, 36)}
RoomKey = tuple[str, str]


def tell(today: date, *, homes: int = len(PLACES), months: int = 24) -> Story:
    """Return the story that ends on a day: `months` closed months after the takeover."""
    return Teller(today, PLACES[:homes], months).tell()


class Teller:
    """Lives the months one after the other."""

    def __init__(self, today: date, places: tuple[Place, ...], months: int) -> None:
        self.dice = Random(f"caracol {today.isoformat()}")  # noqa: S311
        month = Month.of(today)
        self.story = Story(today, month.plus(-months).previous().last, places)
        self.months = months
        self.people = People(self.dice, today)
        self.living: list[Stay] = []
        self.free: dict[RoomKey, date] = {}
        self.ends: dict[str, date] = {}
        self.fees: dict[RoomKey, Decimal] = {}
        self._numbers: dict[int, int] = {}

    def tell(self) -> Story:
        """Live every month, then fill what follows from the whole."""
        self._begin()
        for back in range(self.months, -1, -1):
            self._live(self.story.month.plus(-back))
        self._announce_departures()
        self._welcome_next_month()
        return self.story

    # --- The day of the takeover ----------------------------------------------------------------
    def _begin(self) -> None:
        story = self.story
        for place in story.places:
            if story.is_known(place) and story.first_end(place) > story.taken_on:
                self.ends[place.code] = story.first_end(place)
                self._settle_in(place)
        for arrival in story.present:
            self._insure(arrival.stay)

    def _settle_in(self, place: Place) -> None:
        taken_on, opens_on = self.story.taken_on, self.story.opens_on(place)
        oldest = {"CRT": 380, "COP": 520, "SUBLET_SOCIAL": 800}[place.kind]
        for number in room_numbers(place):
            key = (place.code, number)
            if self.dice.random() > 0.93:
                self.free[key] = taken_on - timedelta(days=self.dice.randrange(5, 40))
                continue
            days = min(oldest, (taken_on - opens_on).days)
            starts_on = taken_on - timedelta(days=self.dice.randrange(0, max(days, 1)))
            ends_on = self._first_end(place, starts_on)
            if ends_on <= taken_on + 20 * DAY:
                ends_on = min(end_of_duration(starts_on, 18), self.ends[place.code])
            if ends_on <= taken_on:
                self.free[key] = ends_on + DAY
                continue
            self.story.present.append(self._sign(place, number, starts_on, ends_on))

    # --- A month --------------------------------------------------------------------------------
    def _live(self, month: Month) -> None:
        chapter = Chapter(month)
        self.story.chapters.append(chapter)
        self._open_places(month, chapter)
        self._extend_agreements(month, chapter)
        for stay in [stay for stay in self.living if not stay.leaves]:
            self._decide(stay, month, chapter)
        self._let_rooms(month, chapter)
        for stay in self.living:
            self._renew_insurance(stay, month, chapter)
        self.living = [stay for stay in self.living if stay.ends_on > month.last]

    def _open_places(self, month: Month, chapter: Chapter) -> None:
        for place in self.story.places:
            if self.story.opens_on(place) == month.first:
                self.ends[place.code] = self.story.first_end(place)
                chapter.opened.append(place)
                for number in room_numbers(place):
                    self.free[place.code, number] = month.day(9)

    def _extend_agreements(self, month: Month, chapter: Chapter) -> None:
        for place in self.story.places:
            for previous, end in zip(place.ends, place.ends[1:], strict=False):
                if self.story.month.plus(previous - place.told) == month:
                    known, new = self.story.month_end(previous), self.story.month_end(end)
                    self.ends[place.code] = new
                    chapter.extended.append(Extended(place, known, new, month.day(14)))

    def _decide(self, stay: Stay, month: Month, chapter: Chapter) -> None:
        if stay.ends_on <= month.last:
            if not self._prolong(stay, chapter):
                self._leave(stay, chapter, stay.ends_on)
        elif self._may_give_notice(stay, month):
            self._give_notice(stay, month, chapter)
        elif self.dice.random() < 0.008:
            self._move(stay, month, chapter)
        elif month.number == 1 and stay.place.kind == "SUBLET_SOCIAL":
            self._revise(stay, month, chapter)

    def _prolong(self, stay: Stay, chapter: Chapter) -> bool:
        """Prolong a contract at its term when rules and owner allow it, and people want it."""
        place, step = stay.place, 6 if stay.place.kind == "CRT" else 12
        limit = min(
            end_of_duration(stay.starts_on, _LONGEST[place.kind]),
            self.ends[place.code],
            end_of_duration(stay.ends_on + DAY, step),
        )
        wanted = self.dice.random() < (0.6 if place.kind == "CRT" else 0.8)
        if not wanted or limit < stay.ends_on + 40 * DAY:
            return False
        starts_on = stay.ends_on + DAY
        self._amend(stay, chapter, starts_on, ends_on=limit, reason="Prolongation de la durée")
        return True

    def _may_give_notice(self, stay: Stay, month: Month) -> bool:
        settled = stay.starts_on < month.plus(-3).first and stay.ends_on > month.plus(2).last
        return settled and self.dice.random() < 0.018

    def _announce_departures(self) -> None:
        """Let three people give notice these days, in three homes."""
        settled = self.story.month.plus(-4).first
        homes: dict[str, Stay] = {}
        for stay in self.living:
            if not stay.leaves and stay.starts_on < settled:
                homes.setdefault(stay.place.code, stay)
        for days, stay in enumerate(list(homes.values())[:3], start=2):
            if stay.ends_on > self.story.today + 45 * DAY:
                self._depart(stay, self.story.today - days * DAY, self.story.chapters[-1])

    def _give_notice(self, stay: Stay, month: Month, chapter: Chapter) -> None:
        latest = min(month.last, self.story.today).day
        self._depart(stay, month.day(self.dice.randrange(1, latest + 1)), chapter)

    def _depart(self, stay: Stay, received_on: date, chapter: Chapter) -> None:
        is_crt = stay.place.kind == "CRT"
        ends_on = received_on + 15 * DAY if is_crt else end_of_duration(received_on, 1)
        stay.cut(ends_on)
        self._leave(stay, chapter, ends_on, received_on)

    def _leave(
        self, stay: Stay, chapter: Chapter, ends_on: date, received_on: date | None = None
    ) -> None:
        stay.leaves = True
        stay.pays_at_leaving = self.dice.random() < 0.93
        chapter.leavings.append(Leaving(stay, ends_on, self.dice.choice(EXITS), received_on))
        self.free[stay.place.code, stay.current.room] = ends_on + DAY

    def _move(self, stay: Stay, month: Month, chapter: Chapter) -> None:
        rooms = [
            number
            for number in room_numbers(stay.place)
            if self.free.get((stay.place.code, number), date.max) <= month.first
        ]
        if not rooms or stay.starts_on >= month.previous().first:
            return
        old, starts_on = stay.current.room, month.day(self.dice.randrange(8, 20))
        self._gap(stay.place, rooms[0], starts_on - DAY)
        self._amend(stay, chapter, starts_on, room=rooms[0], reason="Changement de chambre")
        self.free[stay.place.code, old] = starts_on

    def _revise(self, stay: Stay, month: Month, chapter: Chapter) -> None:
        if stay.starts_on < month.plus(-11).first and self.dice.random() < 0.5:
            fee = round(stay.current.fee * Decimal("1.0104"), 2)
            reason = "Révision annuelle de la redevance"
            self._amend(stay, chapter, month.first, fee=fee, reason=reason)

    def _amend(
        self,
        stay: Stay,
        chapter: Chapter,
        starts_on: date,
        *,
        reason: str,
        room: str = "",
        fee: Decimal | None = None,
        ends_on: date | None = None,
    ) -> None:
        now = stay.current
        terms = Terms(
            room or now.room,
            starts_on,
            ends_on or stay.ends_on,
            now.fee if fee is None else fee,
            now.charges,
            now.aid,
            reason,
        )
        stay.amend(terms)
        chapter.amended.append(Amended(stay, terms))

    # --- Arrivals -------------------------------------------------------------------------------
    def _let_rooms(self, month: Month, chapter: Chapter) -> None:
        for place in self.story.places:
            if add_months(month.last, 4) > self.ends.get(place.code, date.min):
                continue
            for number in room_numbers(place):
                free_from = self.free.get((place.code, number))
                if free_from is None or self.dice.random() > 0.38:
                    continue
                starts_on = max(free_from, month.first) + self.dice.randrange(2, 16) * DAY
                if starts_on <= month.last:
                    chapter.arrivals.append(self._arrive(place, number, starts_on))

    def _welcome_next_month(self) -> None:
        """Sign two contracts that begin next month, and leave a room or two free."""
        month, chapter = self.story.month.next(), self.story.chapters[-1]
        waiting = [
            (place, number)
            for place in self.story.places
            for number in room_numbers(place)
            if self.free.get((place.code, number), date.max) <= self.story.today
            and add_months(month.last, 4) <= self.ends[place.code]
        ]
        for place, number in waiting[: max(0, min(2, len(waiting) - 1))]:
            arrival = self._arrive(place, number, month.day(self.dice.randrange(3, 12)))
            chapter.arrivals.append(arrival)
        for (code, number), free_from in sorted(self.free.items()):
            place = next(place for place in self.story.places if place.code == code)
            is_open = place.closes is None and free_from <= self.story.today
            if is_open:
                self.story.gaps.append(Gap(place, number, free_from, None))

    def _arrive(self, place: Place, number: str, starts_on: date) -> Arrival:
        self._gap(place, number, starts_on - DAY)
        arrival = self._sign(place, number, starts_on, self._first_end(place, starts_on))
        if self.dice.random() < 0.03:
            arrival.stay.partner = self.people.somebody()
        self._insure(arrival.stay)
        return arrival

    def _gap(self, place: Place, number: str, last: date) -> None:
        free_from = self.free.pop((place.code, number))
        if free_from <= last:
            self.story.gaps.append(Gap(place, number, free_from, last))

    def _sign(self, place: Place, number: str, starts_on: date, ends_on: date) -> Arrival:
        dice, year = self.dice, starts_on.year
        self._numbers[year] = self._numbers.get(year, 0) + 1
        has_aid = dice.random() < place.aid_share
        aid = Decimal(dice.randrange(*place.aid)) + Decimal("0.37") if has_aid else Decimal(0)
        fee = room_fee(place, number)
        terms = Terms(number, starts_on, ends_on, fee, Decimal(place.charges), aid)
        stay = Stay(
            number=f"C{year % 100:02d}{self._numbers[year]:03d}",
            place=place,
            holder=self.people.somebody(),
            method=dice.choices(list(_METHODS), list(_METHODS.values()))[0],
            due_day=dice.choice((5, 5, 5, 5, 10)),
            habit=dice.choices(list(_HABITS), list(_HABITS.values()))[0],
            ground=dice.choice(GROUNDS) if place.kind == "COP" and dice.random() < 0.9 else "",
            terms=[terms],
        )
        self.living.append(stay)
        self.story.stays.append(stay)
        return Arrival(stay, terms)

    def _first_end(self, place: Place, starts_on: date) -> date:
        months = self.dice.choice(_FIRST_TERM[place.kind])
        return min(end_of_duration(starts_on, months), self.ends[place.code])

    # --- Insurance ------------------------------------------------------------------------------
    def _insure(self, stay: Stay) -> None:
        if self.dice.random() < 0.94:
            years = months_spanned(stay.starts_on, max(self.story.taken_on, stay.starts_on)) // 12
            stay.certificates.append(self._certificate(add_months(stay.starts_on, 12 * years)))

    def _renew_insurance(self, stay: Stay, month: Month, chapter: Chapter) -> None:
        """Tell the first certificate in its month, then the next when the last has ended."""
        last = stay.certificates[-1] if stay.certificates else None
        if last is None or last.starts_on > month.last:
            return
        if Month.of(last.starts_on) == month and stay.starts_on > self.story.taken_on:
            chapter.certificates.append((stay, last))
        elif last.ends_on < month.last and stay.ends_on > month.last and self.dice.random() < 0.75:
            renewed = self._certificate(max(last.ends_on + DAY, month.first))
            if renewed.starts_on <= self.story.today:
                stay.certificates.append(renewed)
                chapter.certificates.append((stay, renewed))

    def _certificate(self, starts_on: date) -> Certificate:
        policy = f"HAB{self.dice.randrange(10**6, 10**7)}"
        ends_on = end_of_duration(starts_on, 12)
        return Certificate(self.dice.choice(INSURERS), policy, starts_on, ends_on)


def room_numbers(place: Place) -> list[str]:
    """Return the numbers of a place's rooms."""
    return [f"{number:02d}" for number in range(1, place.rooms + 1)]


def room_fee(place: Place, number: str) -> Decimal:
    """Return the usual fee of a room."""
    return Decimal(place.fees[int(number) * 7 % len(place.fees)])


def room_surface(number: str) -> Decimal:
    """Return the surface of a room, in square metres."""
    return Decimal(95 + int(number) * 37 % 70) / 10
