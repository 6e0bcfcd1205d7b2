"""The story told: same day, same story; every day of the year gives one that can be written."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from caracol.core.periods import end_of_duration
from caracol.demo.story import room_fee, tell
from caracol.demo.workbook import build
from caracol.takeover.reader import read_workbook

DAYS = [date(2026, 11, 23), date(2027, 1, 1), date(2027, 3, 31), date(2028, 2, 29)]


@pytest.fixture(params=DAYS, ids=str)
def story(request):
    return tell(request.param)


def test_the_same_day_tells_the_same_story():
    first, second = tell(DAYS[0]), tell(DAYS[0])
    assert [(stay.number, stay.holder, stay.terms) for stay in first.stays] == [
        (stay.number, stay.holder, stay.terms) for stay in second.stays
    ]


def test_about_as_many_people_live_there_as_there_are_rooms(story):
    living = [stay for stay in story.stays if stay.starts_on <= story.today <= stay.ends_on]
    rooms = sum(place.rooms for place in story.places if place.closes is None)
    assert rooms == 128
    assert 100 <= len(living) <= rooms
    assert len(story.places) - 1 == 14


def test_nobody_stays_beyond_the_law_or_the_owner(story):
    for stay in story.stays:
        assert stay.starts_on <= stay.ends_on
        assert stay.ends_on <= story.month_end(stay.place.ends[-1])
        if stay.place.kind == "CRT":
            assert stay.ends_on <= end_of_duration(stay.starts_on, 18)
            assert stay.current.fee <= 200


def test_terms_follow_one_another_and_rooms_are_lived_in_by_one(story):
    rooms = {}
    for stay in story.stays:
        for before, after in pairwise(stay.terms):
            assert after.starts_on == before.ends_on + timedelta(days=1)
        for terms in stay.terms:
            rooms.setdefault((stay.place.code, terms.room), []).append(terms)
    for spans in rooms.values():
        spans.sort(key=lambda terms: terms.starts_on)
        for before, after in pairwise(spans):
            assert before.ends_on < after.starts_on


def test_names_are_told_once(story):
    people = [stay.holder for stay in story.stays]
    people += [stay.partner for stay in story.stays if stay.partner]
    assert len({(one.first_name, one.last_name) for one in people}) == len(people)
    assert len({one.phone for one in people}) == len(people)


def test_its_workbook_has_no_error(story):
    _book, findings = read_workbook(build(story))
    assert findings.errors == []
    assert room_fee(story.places[0], "01") > 0
