"""Approvals and insurances of the association: their list, the acts on one."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.models import Territory
from caracol.core import clock
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.ui import toasts
from colocations.forms.credentials import CredentialForm
from colocations.models import Credential, Site
from colocations.permissions import may_edit
from colocations.services import credentials as services
from colocations.views.flow import Flow, Trail, try_act
from colocations.views.frames import rights, sections

SOON_DAYS = 180
CREDENTIALS = Credential.objects.select_related("territory", "site")


def _trail() -> Trail:
    return (("Agréments et assurances", reverse("colocations:credential-list")),)


@page("colocations:credential-list")
def credential_list(request: PageRequest) -> HttpResponse:
    """List what the association holds, the first to expire first."""
    today = clock.today()
    found = allowed(request, CREDENTIALS).order_by("expires_on", "pk")
    rows = [{"row": row, "left": (row.expires_on - today).days} for row in found]
    context = {
        "rows": rows,
        "soon": SOON_DAYS,
        "sections": sections(request),
        "may": rights(request, None, "credential-new", "credential-edit"),
    }
    return render_page(request, "colocations/credential_list.html", context)


def _form(request: PageRequest, row: Credential | None = None) -> CredentialForm:
    territories = [t.pk for t in Territory.objects.all() if may_edit(request.user, t.pk)]
    choices: dict[str, Any] = {
        "territories": Territory.objects.filter(pk__in=territories).order_by("name"),
        "sites": allowed(request, Site.objects.all()).order_by("name"),
    }
    return CredentialForm(request.POST or None, row=row, **choices)


@page("colocations:credential-new", methods=("GET", "POST"))
def credential_new(request: PageRequest) -> HttpResponse:
    """Record an approval or an insurance."""
    flow = Flow(request, _form(request))
    if flow.done(lambda said: services.add_credential(actor=request.user, **said.facts)):
        return flow.leave("Enregistré. Sa fin sera rappelée à temps.", _trail()[0][1])
    return flow.show(heading="Nouvel agrément ou assurance", trail=_trail())


@page("colocations:credential-edit", methods=("GET", "POST"))
def credential_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change or renew an approval or an insurance."""
    row = get_visible_or_404(request, CREDENTIALS, pk=pk)
    flow = Flow(request, _form(request, row), row)
    if flow.done(
        lambda said: services.edit_credential(
            credential=row, actor=request.user, seen=said.seen, **said.facts
        )
    ):
        return flow.leave("Modifications enregistrées.", _trail()[0][1])
    return flow.show(
        heading="Modifier ou renouveler",
        trail=_trail(),
        remove_url=reverse("colocations:credential-remove", args=[row.pk]),
        remove_label="N'est plus valable : retirer",
    )


@page("colocations:credential-remove", methods=("POST",))
def credential_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take away what is held no more."""
    row = get_visible_or_404(request, CREDENTIALS, pk=pk)
    if try_act(request, lambda: services.remove_credential(credential=row, actor=request.user)):
        toasts.say(request, "Retiré. L'historique garde la trace de l'acte.")
    return redirect("colocations:credential-list")
