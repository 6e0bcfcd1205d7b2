"""Hand a private file to who may read it, and write that it was read."""

from typing import BinaryIO, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponseBase
from django.shortcuts import redirect

from caracol.accounts.policy import may_on
from caracol.audit.services import record_access
from caracol.core.pages import PageRequest, get_visible_or_404, page
from caracol.documents import naming
from caracol.documents.models import Bundle, Document
from caracol.documents.services import open_document

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "zip": "application/zip",
    "jpg": "image/jpeg",
    "png": "image/png",
    "xml": "application/xml",
}


@page("documents:document-download")
def document_download(request: PageRequest, number: str) -> HttpResponseBase:
    """Give the PDF of a document; `?inline=1` shows it in the browser."""
    document = get_visible_or_404(request, Document.objects.all(), number=number)
    if not may_on(request.user, document.definition.read_key, document.territory_id):
        raise PermissionDenied
    if not document.is_ready:
        messages.info(request, f"{document.number} est en préparation.")
        return redirect("jobs:job-detail", pk=document.batch_id)
    record_access(
        actor=request.user,
        action="DOWNLOAD",
        label=f"{document.kind_label} {document.number}",
        subject=document,
        page=request.page_key,
    )
    inline = "inline" in request.GET
    return private_file(open_document(document), name=document.file_name, inline=inline)


@page("documents:bundle-download")
def bundle_download(request: PageRequest, pk: int) -> HttpResponseBase:
    """Give the file of a bundle to who asked for it."""
    bundle = get_visible_or_404(request, Bundle.objects.all(), pk=pk)
    if not bundle.file:
        messages.info(request, "Ce fichier est en préparation.")
        return redirect("jobs:job-detail", pk=bundle.job_id)
    record_access(
        actor=request.user,
        action="DOWNLOAD",
        label=bundle.title,
        subject=bundle,
        page=request.page_key,
        rows=len(bundle.document_ids),
    )
    suffix = bundle.file.name.rpartition(".")[2]
    name = f"{naming.ascii_word(bundle.title)}.{suffix}"
    return private_file(cast(BinaryIO, bundle.file.open("rb")), name=name)


def private_file(file: BinaryIO, *, name: str, inline: bool = False) -> FileResponse:
    """Answer with a private file: never sniffed, never cached, without rights in the browser."""
    response = FileResponse(
        file,
        as_attachment=not inline,
        filename=name,
        content_type=CONTENT_TYPES[name.rpartition(".")[2]],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
