"""Who read, printed, exported or downloaded what is known of a person."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone

from caracol.audit.filters import AccessFilter
from caracol.audit.models import AccessAction
from caracol.audit.selectors import consultations_of
from caracol.audit.services import record_access
from caracol.core import clock, export
from caracol.core.pages import PageRequest, page, render_page
from residents.selectors.frame import person_frame
from residents.selectors.person import access_subjects

PER_PAGE = 40
COLUMNS = [
    export.Column("Le", "text"),
    export.Column("Qui"),
    export.Column("Acte"),
    export.Column("Objet"),
    export.Column("Lignes", "number"),
]


def _asked(request: PageRequest, pk: int) -> tuple[dict[str, Any], AccessFilter]:
    context = person_frame(request, pk)
    records = consultations_of(access_subjects(context["sheet"]))
    return context, AccessFilter(request.GET or None, queryset=records)


@page("residents:person-access")
def person_access(request: PageRequest, pk: int) -> HttpResponse:
    """Show who read, printed, exported or downloaded a person's facts."""
    context, found = _asked(request, pk)
    query = request.GET.copy()
    query.pop("page", None)
    records = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    records.object_list = list(records.object_list)  # read before this reading adds its line
    context |= {
        "filter": found,
        "records": records,
        "query": query.urlencode(),
    }
    record_access(
        actor=request.user,
        action=AccessAction.VIEW,
        subject=context["person"],
        label=f"Registre des consultations · {context['person'].reference}",
        page=request.page_key,
        request_id=getattr(request, "request_id", ""),
    )
    return render_page(request, "residents/person_access.html", context)


@page("residents:person-access-export")
def person_access_export(request: PageRequest, pk: int) -> HttpResponse:
    """Give the consultations that the filters keep as a file; written in the register."""
    context, found = _asked(request, pk)
    rows = [
        (
            f"{timezone.localtime(record.at):%d/%m/%Y %H:%M}",
            str(record.user),
            record.get_action_display(),
            record.label,
            record.rows,
        )
        for record in found.qs
    ]
    reference = context["person"].reference
    record_access(
        actor=request.user,
        action=AccessAction.EXPORT,
        subject=context["person"],
        label=f"Registre des consultations · {reference}",
        page=request.page_key,
        rows=len(rows),
        request_id=getattr(request, "request_id", ""),
    )
    name = f"consultations-{reference}-{clock.today():%Y-%m-%d}"
    return export.answer(COLUMNS, rows, name=name, form=request.GET.get("format", "xlsx"))
