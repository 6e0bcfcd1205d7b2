"""The takeover through the browser: send, check, confirm, result."""

from typing import cast

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache

from caracol.accounts.models import Territory
from caracol.audit.services import record_access
from caracol.core import clock, export
from caracol.core.errors import Refused
from caracol.core.export import Column, answer
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.core.uploads import announced_size
from caracol.takeover import selectors, services
from caracol.takeover.blank_model import write_model
from caracol.takeover.forms import WorkbookForm
from caracol.takeover.models import TakeoverRun
from caracol.takeover.services.runs import PreviewLost
from caracol.ui import toasts

_ERROR_COLUMNS = (
    Column("Feuille"),
    Column("Ligne", "number"),
    Column("Colonne"),
    Column("Cellule"),
    Column("Genre"),
    Column("Ce qui ne va pas"),
    Column("Comment le corriger"),
)
_KINDS = {"error": "erreur", "warning": "à vérifier", "task": "à faire ensuite"}
FIRST_STEPS = (
    {"label": "Envoyer", "state": "current"},
    {"label": "Vérifier", "state": "todo"},
    {"label": "Confirmer", "state": "todo"},
    {"label": "Résultat", "state": "todo"},
)


@page("takeover:upload", methods=("GET", "POST"))
def upload(request: PageRequest) -> HttpResponse:
    """Send a workbook to be checked; the ones sent before are listed."""
    sent = request.method == "POST"
    form = WorkbookForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        announced=announced_size(request),
    )
    if sent and form.is_valid():
        file = form.cleaned_data["workbook"]
        try:
            run = services.preview_workbook(
                workbook=file, name=file.name, actor=request.user, today=clock.today()
            )
        except Refused as refusal:
            form.add_error("workbook", refusal.message)
        else:
            return redirect("takeover:preview", pk=run.pk)
    runs = [(run, selectors.tone(run)) for run in selectors.recent_runs(request.user)]
    context = {
        "form": form,
        "runs": runs,
        "steps": FIRST_STEPS,
        "may_send": services.reaches_all(request.user),
    }
    status = 422 if form.errors else 200
    return render_page(request, "takeover/upload.html", context, status=status)


@never_cache
@page("takeover:preview")
def preview(request: PageRequest, pk: int) -> HttpResponse:
    """Show what a workbook holds, what is wrong with it, what it would change or has changed."""
    return render_page(
        request, "takeover/preview.html", {"shown": selectors.show(_run(request, pk))}
    )


@page("takeover:confirm", methods=("POST",))
def confirm(request: PageRequest, pk: int) -> HttpResponse:
    """Take the workbook over."""
    run = _run(request, pk)
    try:
        outcome = services.confirm_run(run=run, actor=request.user, today=clock.today())
    except PreviewLost as refusal:
        toasts.say(request, refusal.message, tone="warning")
        return redirect("takeover:upload")
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return redirect("takeover:preview", pk=run.pk)
    if outcome.run is None:
        toasts.say(request, "Ce classeur était déjà repris : rien n'a changé.", tone="info")
        return redirect("takeover:upload")
    toasts.say(request, "La reprise est faite.")
    return redirect("takeover:preview", pk=outcome.run.pk)


@page("takeover:abandon", methods=("POST",))
def abandon(request: PageRequest, pk: int) -> HttpResponse:
    """Give up a preview; its file is removed."""
    services.abandon_run(run=_run(request, pk))
    toasts.say(request, "L'aperçu est abandonné ; le classeur envoyé est effacé.", tone="info")
    return redirect("takeover:upload")


@page("takeover:errors")
def errors(request: PageRequest, pk: int) -> HttpResponse:
    """Answer with the remarks on a workbook as an Excel list, to mend them one by one."""
    run = _run(request, pk)
    remarks = [*run.report.get("errors", []), *run.report.get("remarks", [])]
    record_access(
        actor=request.user,
        action="EXPORT",
        label=f"Remarques sur le classeur {run.name}",
        subject=run,
        page=request.page_key,
        rows=len(remarks),
    )
    rows = (
        (
            one["sheet"],
            one["row"] or None,
            one["column"],
            one["cell"],
            _KINDS[one["kind"]],
            one["why"],
            one["remedy"],
        )
        for one in remarks
    )
    return answer(_ERROR_COLUMNS, rows, name=f"remarques-reprise-{run.pk}")


@page("takeover:model")
def model(request: PageRequest) -> HttpResponse:
    """Answer with the blank workbook."""
    territories = list(Territory.objects.order_by("code").values_list("code", flat=True))
    response = HttpResponse(write_model(territories), content_type=export.XLSX)
    disposition = content_disposition_header(as_attachment=True, filename="modele-reprise.xlsx")
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _run(request: PageRequest, pk: int) -> TakeoverRun:
    runs = TakeoverRun.objects.select_related("actor")
    return cast(TakeoverRun, get_visible_or_404(request, runs, pk=pk))
