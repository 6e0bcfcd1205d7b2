"""Files of long lists, and the exports of many people that the direction takes note of."""

from typing import BinaryIO, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect

from caracol.core import export
from caracol.core.pages import PageRequest, get_visible_or_404, page, policy, render_page
from caracol.lists.definition import list_of
from caracol.lists.models import ListExport
from caracol.lists.services import exporting
from caracol.ui import toasts

PER_PAGE = 50
_MEDIA = {"xlsx": export.XLSX, "csv": export.CSV}


@page("lists:export-download")
def export_download(request: PageRequest, pk: int) -> HttpResponseBase:
    """Give the file of a long list to who asked for it, while the right lasts."""
    wanted = cast(ListExport, get_visible_or_404(request, ListExport.objects.all(), pk=pk))
    definition = list_of(wanted.list_key)
    if definition is None or not policy().may(request.user, definition.export_key):
        raise PermissionDenied
    if not wanted.file:
        messages.info(request, "Ce fichier est en préparation.")
        return redirect("jobs:job-detail", pk=wanted.job_id)
    response = FileResponse(
        cast(BinaryIO, wanted.file.open("rb")),
        as_attachment=True,
        filename=f"{wanted.name}.{wanted.form}",
        content_type=_MEDIA[wanted.form],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@page("lists:export-list")
def large_exports(request: PageRequest) -> HttpResponse:
    """Show the exports of many people, and who took note of them."""
    records = Paginator(exporting.large_exports(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"records": records, "many": exporting.MANY_PEOPLE}
    return render_page(request, "lists/export_list.html", context)


@page("lists:export-note", methods=("POST",))
def export_note(request: PageRequest, pk: int) -> HttpResponse:
    """Take note of a large export."""
    record = get_object_or_404(exporting.large_exports(), pk=pk)
    exporting.note_export(record=record, actor=request.user)
    toasts.say(request, "Export noté.")
    return redirect("lists:export-list")
