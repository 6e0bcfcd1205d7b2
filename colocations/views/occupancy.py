"""The picture of the homes, rooms × months, with its tables and its files."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.urls import reverse

from caracol.accounts.models import Territory
from caracol.audit.services import record_access
from caracol.core import clock, export
from caracol.core.pages import PageRequest, allowed, page, render_page
from colocations.calculations.picture import draw
from colocations.filters import PAST_MONTHS, WindowForm
from colocations.models import Colocation
from colocations.selectors import vacancy_tables as tables
from colocations.selectors.homes import during
from colocations.selectors.picture import home_marks, legend
from colocations.selectors.vacancies import CAUSES, HomeMonths, kept, months_of
from colocations.views.frames import sections
from colocations.views.homes import home_frame

HOMES_PER_PAGE = 25
EXPORT_CUT = 200


class _Picture:
    """The homes that the address asks for, over its window."""

    def __init__(self, request: PageRequest) -> None:
        self.user, self.day = request.user, clock.today()
        seen = allowed(request, Colocation.objects.all())
        territories = Territory.objects.filter(pk__in=seen.values("site__territory"))
        named = seen.order_by("name", "pk").values_list("code", "name")
        self.form = WindowForm(
            request.GET, day=self.day, territories=territories.order_by("name"), homes=named
        )
        self.window = self.form.window
        homes = seen.filter(during(self.window)).select_related("site__territory")
        if territory := self.form.chosen("territory"):
            homes = homes.filter(site__territory=territory)
        if code := self.form.chosen("home"):
            homes = homes.filter(code=code)
        self.homes = homes.order_by("name", "pk")

    def months(self, homes: Iterable[Any]) -> list[HomeMonths]:
        """Return homes over the window, as the filters leave them."""
        found = months_of(self.user, homes, self.window, self.day)
        cause, empty = self.form.chosen("cause"), bool(self.form.chosen("empty"))
        return kept(found, cause, empty=empty)


@page("colocations:occupancy")
def occupancy(request: PageRequest) -> HttpResponse:
    """Draw the homes the user sees, rooms × months."""
    found = _Picture(request)
    sheet = Paginator(found.homes, HOMES_PER_PAGE).get_page(request.GET.get("page"))
    months = found.months(sheet)
    context = {
        "form": found.form,
        "sheet": sheet,
        "sections": sections(request),
        **shown(request, months, found.form, found.day),
    }
    return render_page(request, "colocations/occupancy.html", context)


@page("colocations:home-occupancy")
def home_occupancy(request: PageRequest, pk: int) -> HttpResponse:
    """Draw one home, rooms × months."""
    context = home_frame(request, pk)
    home, day = context["home"], clock.today()
    form = WindowForm(request.GET, day=day, whole=False)
    months = months_of(request.user, [home], form.window, day)
    cause, empty = form.chosen("cause"), bool(form.chosen("empty"))
    context |= {
        "form": form,
        "sheet": None,
        **shown(request, kept(months, cause, empty=empty), form, day, home=home.code),
    }
    return render_page(request, "colocations/home_occupancy.html", context)


def shown(
    request: PageRequest, months: list[HomeMonths], form: WindowForm, day: Any, *, home: str = ""
) -> dict[str, Any]:
    """Return the picture, its legend, its tables and the ways to other months."""
    window = form.window
    whole = tables.whole(months)
    files = reverse("colocations:occupancy-export")
    of_home = {"home": home} if home else {}
    return {
        "picture": draw([home_marks(home, window, day) for home in months], window, day),
        "legend": legend(months),
        "window": window,
        "lines": tables.day_lines(months, day),
        "homes": tables.home_sums(months),
        "whole": whole,
        "causes": tables.cause_sums(whole.tally),
        "priced": whole.priced,
        "file_rooms": files + _address(request.GET, **of_home),
        "file_days": files + _address(request.GET, table="days", **of_home),
        "earlier": _address(request.GET, start=str(form.first.plus(-PAST_MONTHS))),
        "later": _address(request.GET, start=str(form.first.plus(PAST_MONTHS))),
        "now": _address(request.GET, start="") if form.first != form.default else "",
    }


def _address(query: QueryDict, **changes: str) -> str:
    kept_query = query.copy()
    for name, value in changes.items():
        kept_query.pop(name, None)
        if value:
            kept_query[name] = value
    return f"?{kept_query.urlencode()}"


# --- The same facts as a file -------------------------------------------------------------------
_PLACE = [
    export.Column("Territoire"),
    export.Column("Colocation"),
    export.Column("Chambre"),
]
DAYS = [
    *_PLACE,
    export.Column("État"),
    export.Column("Du", "date"),
    export.Column("Au", "date"),
    export.Column("Qui, ou pourquoi"),
    export.Column("Contrat"),
    export.Column("Jours vides à ce jour", "number"),
    export.Column("Jours vides à venir", "number"),
]
ROOMS = [
    *_PLACE,
    export.Column("Jours disponibles", "number"),
    export.Column("Jours occupés", "number"),
    export.Column("Taux d'occupation (%)", "number"),
    export.Column("Jours vides", "number"),
    *(export.Column(f"Vide : {label}", "number") for label in CAUSES.values()),
]
MONEY = [
    export.Column("Perdu à ce jour", "money"),
    export.Column("Perdu à venir", "money"),
]


@page("colocations:occupancy-export")
def occupancy_export(request: PageRequest) -> HttpResponse:
    """Export the picture: room by room, or each span of days (`table=days`)."""
    found = _Picture(request)
    by_days = request.GET.get("table") == "days"
    rows: list[tuple[Any, ...]] = []
    homes = list(found.homes)
    priced = False
    for start in range(0, len(homes), EXPORT_CUT):
        months = found.months(homes[start : start + EXPORT_CUT])
        priced = priced or any(home.priced for home in months)
        rows += _day_rows(months, found.day) if by_days else _room_rows(months)
    columns = DAYS if by_days else ROOMS
    if not priced:
        rows = [row[: len(columns)] for row in rows]
    record_access(
        actor=request.user,
        action="EXPORT",
        label="Occupation des chambres",
        page=request.page_key,
        rows=len(rows),
    )
    name = f"occupation-{found.form.first}-{found.form.length}-mois"
    columns = [*columns, *MONEY] if priced else columns
    return export.answer(columns, rows, name=name, form=request.GET.get("format", "xlsx"))


def _day_rows(months: list[HomeMonths], day: Any) -> list[tuple[Any, ...]]:
    return [
        (
            line.home.site.territory.name, line.home.name, line.room.number, line.words,
            line.span.first, line.span.last, line.detail, line.contract,
            line.loss.days if line.is_void else None,
            line.loss.days_ahead if line.is_void else None,
            line.loss.cost if line.is_void and line.priced else None,
            line.loss.cost_ahead if line.is_void and line.priced else None,
        )
        for line in tables.day_lines(months, day)
    ]  # fmt: skip


def _room_rows(months: list[HomeMonths]) -> list[tuple[Any, ...]]:
    rows = []
    for home in months:
        for line in home.rooms:
            tally, empty = line.tally, line.tally.empty
            causes = (tally.losses[code].days if code in tally.losses else 0 for code in CAUSES)
            rows.append(
                (
                    home.home.site.territory.name, home.home.name, line.room.number,
                    tally.available, tally.occupied, tally.rate, empty.days, *causes,
                    empty.cost if home.priced else None,
                    empty.cost_ahead if home.priced else None,
                )
            )  # fmt: skip
    return rows
