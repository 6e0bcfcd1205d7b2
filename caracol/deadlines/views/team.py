"""The team: who has how much to do, who replaces whom."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from caracol.accounts.models import User
from caracol.accounts.policy import PAGES
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, allowed, page, render_page
from caracol.deadlines.forms import StandInForm
from caracol.deadlines.models import Deadline, StandIn
from caracol.deadlines.selectors.load import team_load, unseen_by
from caracol.deadlines.selectors.mine import mates, with_rights
from caracol.deadlines.selectors.rules import rules_on
from caracol.deadlines.services import standins as services
from caracol.deadlines.views.deadlines import sections
from caracol.ui import toasts


@page("deadlines:team-load")
def team_load_page(request: PageRequest) -> HttpResponse:
    """Show who has how much late and soon, and what is nobody's by name."""
    day = clock.today()
    loads = team_load(allowed(request, Deadline.objects.all()), day, rules_on(day))
    context = {"loads": loads, "sections": sections(request)}
    return render_page(request, "deadlines/team_load.html", context)


def _team(user: Any) -> Any:
    """Return whose absences the user may arrange: the team's who decides, else one's own."""
    if not user.roles & PAGES["deadlines:team-load"]:
        return User.objects.filter(pk=user.pk)
    return mates(user)


def _shown(user: Any) -> Any:
    rows = StandIn.objects.select_related("absent", "stand_in")
    return rows.filter(Q(absent__in=_team(user).values("pk")) | Q(stand_in=user))


@page("deadlines:stand-in-list")
def stand_in_list(request: PageRequest) -> HttpResponse:
    """List the absences under way and to come."""
    day = clock.today()
    team = set(_team(request.user).values_list("pk", flat=True))
    found = _shown(request.user).filter(ends_on__gte=day, cancelled_on=None)
    rows = [
        {"row": row, "now": row.starts_on <= day, "mine": row.absent_id in team}
        for row in found.order_by("starts_on", "pk")
    ]
    context = {"rows": rows, "sections": sections(request)}
    return render_page(request, "deadlines/stand_in_list.html", context)


@page("deadlines:stand-in-new", methods=("GET", "POST"))
def stand_in_new(request: PageRequest) -> HttpResponse:
    """Arrange an absence: one's own, or of the team for who decides."""
    day = clock.today()
    form = StandInForm(
        request.POST or None,
        absents=list(_team(request.user)),
        people=with_rights(mates(request.user)),
        day=day,
        initial={"absent": request.user.pk, "starts_on": day},
    )
    if form.is_valid():
        try:
            row = services.arrange(actor=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            _say_what_stays(request, row, day)
            return redirect("deadlines:stand-in-list")
    status = 422 if form.is_bound and form.errors else 200
    return render_page(request, "deadlines/stand_in_form.html", {"form": form}, status=status)


def _say_what_stays(request: PageRequest, row: StandIn, day: date) -> None:
    """Say what a stand-in has no right to see: somebody else must take it."""
    known = rules_on(day)
    hidden = unseen_by(row.stand_in, row.absent, max(day, row.starts_on), row.ends_on, known)
    if not hidden:
        toasts.say(request, "Remplacement enregistré.")
        return
    words = (
        f"{hidden} échéances ou tâches restent hors des droits de {row.stand_in} ou sont "
        "personnelles : confiez-les à quelqu'un d'autre."
        if hidden > 1
        else f"1 échéance ou tâche reste hors des droits de {row.stand_in} ou est personnelle : "
        "confiez-la à quelqu'un d'autre."
    )
    toasts.say(request, f"Remplacement enregistré. {words}", tone="warning")


@page("deadlines:stand-in-cancel", methods=("POST",))
def stand_in_cancel(request: PageRequest, pk: int) -> HttpResponse:
    """Call an absence off."""
    rows = StandIn.objects.filter(absent__in=_team(request.user).values("pk"))
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    services.call_off(row=row, actor=request.user, on=clock.today())
    toasts.say(request, "Remplacement annulé.")
    return redirect("deadlines:stand-in-list")
