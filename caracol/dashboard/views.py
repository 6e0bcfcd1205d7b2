"""« Aujourd'hui » and the search."""

from django.http import HttpResponse

from caracol.core import clock
from caracol.core.pages import PageRequest, page, render_page
from caracol.dashboard import selectors


@page("dashboard:today")
def today(request: PageRequest) -> HttpResponse:
    """Show what the person must do, why, until when, and what happens if nothing is done."""
    day = clock.today()
    found = selectors.day_of(request.user, day)
    hour = clock.local_now().hour
    context = {
        "day": day,
        "greeting": "Bonsoir" if hour >= 18 or hour < 5 else "Bonjour",
        "figures": found.figures,
        "groups": found.groups,
    }
    return render_page(request, "dashboard/today.html", context)


@page("dashboard:search")
def search(request: PageRequest) -> HttpResponse:
    """Answer the palette with its results, and anybody without JavaScript with a whole page."""
    words = request.GET.get("q", "").strip()
    whole = not getattr(request, "htmx", False)
    limit = selectors.PER_GROUP_WHOLE if whole else selectors.PER_GROUP
    groups = selectors.search(request.user, words, limit)
    if not words:
        groups = selectors.starters(request.user, clock.today())
    context = {
        "query": words,
        "groups": groups,
        "too_short": bool(words) and len(words) < selectors.SHORTEST,
    }
    template = "dashboard/search.html" if whole else "components/palette_results.html"
    return render_page(request, template, context)
