"""Where things stand on the picture: the pure layout."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from caracol.core.periods import Month, Span
from colocations.calculations.picture import HomeMarks, Mark, Moment, RoomMarks, draw

TODAY = date(2026, 11, 24)
YEAR = Span(date(2026, 5, 1), date(2027, 4, 30))


def home(*marks, moments=(), rooms=1):
    room = RoomMarks("Chambre 1", "1", "/r/", marks)
    return HomeMarks(
        1, "Les Lilas", "/h/", "Lille", "occupation 92 %", "92 %", [room] * rooms, moments
    )


def percent(text):
    return float(text.removesuffix("%"))


def test_a_mark_over_the_whole_window_takes_the_whole_width():
    bar = draw([home(Mark(YEAR, "is-lived", "…"))], YEAR, TODAY).blocks[0].rows[0].bars[0]
    assert (percent(bar.x), round(percent(bar.x) + percent(bar.width), 2)) == (13.0, 100.0)


def test_homes_stand_one_under_another_and_the_height_holds_them():
    picture = draw([home(rooms=3), home(rooms=5)], YEAR, TODAY)
    first, second = picture.blocks
    assert second.y > first.y + first.height
    assert picture.height == second.y + second.height
    assert second.rows_height == 150


def test_a_name_is_as_long_as_its_bar_allows():
    names = ("Amina DIALLO et Yusuf HADDAD", "Amina DIALLO", "DIALLO", "AD")
    month = Span(date(2026, 5, 1), date(2026, 6, 10))
    wide = draw([home(Mark(YEAR, "is-lived", "…", names))], YEAR, TODAY)
    short = draw([home(Mark(month, "is-lived", "…", names))], YEAR, TODAY)
    assert [t.text for t in wide.blocks[0].rows[0].bars[0].texts] == [names[0]]
    assert {t.text: t.sizes for t in short.blocks[0].rows[0].bars[0].texts} == {
        "DIALLO": "at-wide at-middle",
        "AD": "at-narrow",
    }


def test_today_stands_in_the_window_only():
    assert percent(draw([home()], YEAR, TODAY).today) > 50
    assert draw([home()], YEAR, date(2028, 1, 1)).today == ""


def test_every_month_has_its_line_and_january_its_year():
    ticks = draw([home()], Span(YEAR.first, date(2028, 4, 30)), TODAY).ticks
    assert len(ticks) == 24
    named = [text.text for tick in ticks for text in tick.texts if "at-narrow" in text.sizes]
    assert named == ["juil. 2026", "janv. 2027", "juil.", "janv. 2028"]
    assert [tick.is_now for tick in ticks].count(True) == 1


def test_days_of_a_home_whose_words_would_meet_stand_on_two_lines():
    moments = [
        Moment(date(2026, 7, 1), "is-extension", "…", ("prolongée",)),
        Moment(date(2026, 7, 20), "is-owner-end", "…", ("fin du propriétaire",), is_end=True),
        Moment(date(2029, 1, 1), "is-closing", "…", ("fermeture",)),
    ]
    first, second = draw([home(moments=moments)], YEAR, TODAY).blocks[0].flags
    assert second.y > first.y
    assert second.anchor == "start"
    late = Moment(date(2027, 4, 30), "is-owner-end", "…", ("fin du propriétaire",))
    assert draw([home(moments=[late])], YEAR, TODAY).blocks[0].flags[0].anchor == "end"


@given(
    start=st.dates(date(2026, 5, 1), date(2027, 4, 30)),
    length=st.integers(1, 300),
    months=st.sampled_from([12, 18, 24]),
)
def test_nothing_stands_outside_the_sheet(start, length, months):
    window = Span(YEAR.first, Month.of(YEAR.first).plus(months - 1).last)
    span = Span(start, date.fromordinal(start.toordinal() + length)).within(window)
    bar = (
        draw([home(Mark(span, "is-lived", "…", ("Nom",)))], window, TODAY).blocks[0].rows[0].bars[0]
    )
    assert percent(bar.x) >= 13
    assert percent(bar.x) + percent(bar.width) <= 100.01
