"""The agenda by month, by week and as a list."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from caracol.accounts.policy import may
from caracol.core import clock
from caracol.core.pages import PageRequest, page, render_page
from caracol.core.periods import Month
from caracol.deadlines.calendar_forms import AgendaFilter
from caracol.deadlines.selectors.agenda import days_of, events_of
from caracol.deadlines.selectors.week import by_hours
from caracol.ui import atoms

ONE_DAY, WEEK = timedelta(days=1), timedelta(days=7)
LIST_DAYS = timedelta(days=41)


@page("agenda:month")
def month(request: PageRequest) -> HttpResponse:
    """Show the weeks of a month."""
    day = _day_asked(request)
    shown = Month.of(day)
    first = _monday(shown.first)
    last = _monday(shown.last) + WEEK - ONE_DAY
    context = _context(request, "month", first, last, month=day.month)
    days = context["days"]
    context |= {
        "title": shown.label,
        "weeks": [days[start : start + 7] for start in range(0, len(days), 7)],
        **_ways(request, shown.previous().first, shown.next().first),
    }
    return render_page(request, "deadlines/agenda_month.html", context)


@page("agenda:week")
def week(request: PageRequest) -> HttpResponse:
    """Show the seven days of a week."""
    first = _monday(_day_asked(request))
    last = first + WEEK - ONE_DAY
    context = _context(request, "week", first, last)
    context |= {
        "week": by_hours(context["days"]),
        "title": f"Du {atoms.short_day(first)} au {atoms.short_day(last)}",
        **_ways(request, first - WEEK, first + WEEK),
    }
    return render_page(request, "deadlines/agenda_week.html", context)


@page("agenda:list")
def agenda_list(request: PageRequest) -> HttpResponse:
    """List six weeks from a day on."""
    first = _day_asked(request)
    last = first + LIST_DAYS
    context = _context(request, "list", first, last)
    context |= {
        "title": f"Du {atoms.short_day(first)} au {atoms.short_day(last)}",
        "filled": [day for day in context["days"] if day.events],
        **_ways(request, first - LIST_DAYS - ONE_DAY, last + ONE_DAY),
    }
    return render_page(request, "deadlines/agenda_list.html", context)


def _context(
    request: PageRequest, view: str, first: date, last: date, month: int | None = None
) -> dict[str, Any]:
    form = AgendaFilter(request.GET, user=request.user)
    today = clock.today()
    events = events_of(request.user, first, last, today, form.wanted)
    return {
        "filters": form,
        "days": days_of(events, first, last, today, month),
        "events": events,
        "today": today,
        "views": _views(request),
        "view": f"agenda:{view}",
        "day_asked": request.GET.get("jour", ""),
        "may_note": may(request.user, "agenda:appointment-new"),
    }


def _views(request: PageRequest) -> list[dict[str, str]]:
    names = (("agenda:month", "Mois"), ("agenda:week", "Semaine"), ("agenda:list", "Liste"))
    words = request.GET.urlencode()
    return [
        {"label": label, "key": name, "url": f"{reverse(name)}{f'?{words}' if words else ''}"}
        for name, label in names
    ]


def _ways(request: PageRequest, before: date, after: date) -> dict[str, str]:
    def address(day: date | None) -> str:
        words = request.GET.copy()
        words.pop("jour", None)
        if day is not None:
            words["jour"] = day.isoformat()
        return f"{request.path}?{words.urlencode()}"

    return {"before": address(before), "after": address(after), "now": address(None)}


def _day_asked(request: PageRequest) -> date:
    """Return the day of the address; one that nobody means is today."""
    try:
        day = date.fromisoformat(request.GET.get("jour", ""))
    except ValueError:
        return clock.today()
    return day if abs(day.year - clock.today().year) <= 50 else clock.today()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
