"""The gallery: every component in its states. Included outside production only."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from caracol.ui import gallery, gallery_lists, toasts
from caracol.ui.atoms import TONES
from caracol.ui.icons import wanted_icons

Context = dict[str, Any]


@login_not_required
@require_safe
def foundations(request: HttpRequest) -> HttpResponse:
    """Colours, type, icons, buttons."""
    context = gallery.frame(request, "ui:foundations")
    return render(
        request, "ui/foundations.html", context | {"icons": wanted_icons(), "tones": TONES}
    )


@login_not_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Amounts, dates, statuses, figures, steps, timeline, explanation, chart."""
    context = gallery.frame(request, "ui:data") | {
        "tones": TONES,
        "due": Decimal("412.50"),
        "credit": Decimal("-37.50"),
        "zero": Decimal(0),
        "large": Decimal("1248260.05"),
        "unknown": None,
        "today": gallery.EVENTS[0]["on"],
        "entry_day": gallery.EVENTS[2]["on"],
        "steps": gallery.STEPS,
        "events": gallery.EVENTS,
        "facts": gallery.FACTS,
        "figures": gallery.FIGURES,
        "explained": gallery.EXPLANATION,
        "collected": gallery.COLLECTED,
        "legend": ["Part des personnes", "Part des aides"],
    }
    return render(request, "ui/data.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def forms(request: HttpRequest) -> HttpResponse:
    """A form at rest, and the same one with errors (?erreurs)."""
    answers: Any = request.POST or None
    if "erreurs" in request.GET:
        answers = gallery.BAD_ANSWERS
    form = gallery.PaymentForm(answers, request.FILES or None)
    status = 422 if request.method == "POST" and not form.is_valid() else 200
    context = gallery.frame(request, "ui:forms") | {"form": form}
    return render(request, "ui/forms.html", context, status=status)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """Filters, a table with its pages and bulk acts, an empty list."""
    words = request.GET.get("q", "").casefold()
    home = request.GET.get("home", "")
    rows = [
        row
        for row in gallery.ROWS
        if words in f"{row.name} {row.reference}".casefold()
        and home in {"", row.home}
        and (row.balance > 0 or "owing" not in request.GET)
    ]
    table = gallery.ResidentTable(rows)
    RequestConfig(request, paginate={"per_page": 10}).configure(table)
    context = gallery.frame(request, "ui:lists") | {
        "listing": gallery_lists.SampleListing(table, len(rows)),
        "states": gallery_lists.STATES,
        "cell": gallery_lists.SampleCell(auto_id="cell_%s"),
        "clash": gallery_lists.SampleCell(auto_id="clash_%s"),
        "target": gallery_lists.CELL_TARGET,
        "conflict": gallery_lists.CONFLICT,
        "here": reverse("ui:lists"),
        "table": table,
        "filters": gallery.FilterForm(request.GET),
        "page": Paginator(range(260), 20).get_page(7),
    }
    return render(request, "ui/lists.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest) -> HttpResponse:
    """Callouts, empty states, dialogs, toasts, progress."""
    here = reverse("ui:feedback")
    if request.method == "POST":
        toasts.say(request, "Le règlement a été enregistré.", undo_url=here)
    context = gallery.frame(request, "ui:feedback") | {
        "tones": TONES,
        "here": here,
        "progress_url": reverse("ui:progress", args=[60]),
    }
    return render(request, "ui/feedback.html", context)


@login_not_required
@require_safe
def progress(request: HttpRequest, done: int) -> HttpResponse:
    """The progress bar, one step further at each question."""
    context = {
        "label": "Édition des quittances",
        "done": min(done, 117),
        "total": 117,
        "state": "done" if done >= 117 else "running",
        "url": reverse("ui:progress", args=[done + 12]),
        "detail": "",
        "id": "gallery-progress",
    }
    return render(request, "components/progress.html", context)


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results of the gallery's palette."""
    words = request.GET.get("q", "").strip().casefold()
    people = [
        {"label": row.name, "detail": f"{row.reference} · {row.home}", "url": "#", "icon": "user"}
        for row in gallery.ROWS[:15]
        if words and words in row.name.casefold()
    ]
    groups = [{"label": "Résidents", "items": people[:6]}] if people else []
    return render(request, "components/palette_results.html", {"groups": groups, "query": words})


@login_not_required
@require_safe
def error(request: HttpRequest, code: int) -> HttpResponse:
    """The page of an error, as people see it."""
    known = code if code in {400, 403, 404, 500} else 404
    return render(request, f"{known}.html", status=known)
