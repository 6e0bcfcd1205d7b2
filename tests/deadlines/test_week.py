"""The week by hours: where each appointment stands."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from caracol.deadlines.selectors.agenda import APPOINTMENT, DEADLINE, Day, Event
from caracol.deadlines.selectors.week import by_hours

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 11, 25)


def event(start="", end="", label="Visite", day=DAY):
    """An appointment of the day, or a deadline when it has no hour."""

    def at(text):
        return datetime.fromisoformat(f"{day}T{text}").replace(tzinfo=PARIS) if text else None

    kind = APPOINTMENT if start else DEADLINE
    return Event(kind, DAY, label, "", "/", "home", "accent", "", start, at(start), at(end))


def placed(*events):
    """Where the events of a day stand: rows of half an hour from the first hour shown."""
    week = by_hours([Day(DAY, list(events))])
    slots = [(slot.row, slot.rows, slot.lane) for slot in week.days[0].slots]
    return [label.words.replace("\xa0", " ") for label in week.hours], slots


def test_a_day_goes_from_eight_to_seven():
    hours, slots = placed(event("10:00", "11:00"), event("14:00", "14:45"))
    assert (hours[0], hours[-1]) == ("8 h", "18 h")
    assert slots == [(5, 2, 1), (13, 2, 1)]


def test_what_is_early_or_late_opens_the_day():
    hours, slots = placed(event("06:30", "07:00"), event("19:30", "20:15"))
    assert (hours[0], hours[-1]) == ("6 h", "20 h")
    assert slots == [(2, 1, 1), (28, 2, 1)]


def test_two_at_once_stand_side_by_side_and_a_third_after_takes_the_first_lane():
    _hours, slots = placed(
        event("09:30", "10:30"), event("09:45", "10:15"), event("10:30", "11:00")
    )
    assert [lane for _row, _rows, lane in slots] == [1, 2, 1]


def test_what_has_no_hour_stands_above():
    week = by_hours([Day(DAY, [event(label="Fin du contrat"), event("09:00", "09:15")])])
    assert [each.label for each in week.days[0].whole] == ["Fin du contrat"]
    assert [slot.rows for slot in week.days[0].slots] == [1]


def test_a_night_is_cut_at_midnight():
    night = event("22:00", "23:00", day=date(2026, 11, 24))
    until = event("00:00", "02:00").ends_at
    _hours, slots = placed(replace(night, ends_at=until))
    assert slots == [(1, 4, 1)]
