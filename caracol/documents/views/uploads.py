"""Read, withdraw and put back a file that somebody brought."""

from contextlib import ExitStack
from typing import BinaryIO, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from caracol.audit.services import record_access
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.documents.forms import WithdrawForm
from caracol.documents.models import Upload
from caracol.documents.selectors import may_read, may_withdraw
from caracol.documents.services.uploads import restore_upload, withdraw_upload
from caracol.documents.views.files import private_file
from caracol.ui import toasts


def _upload(request: PageRequest, token: UUID) -> Upload:
    """Return a file that the user may read; a withdrawn one, to who may withdraw it."""
    rows = Upload.objects.select_related("uploaded_by", "withdrawn_by")
    upload = cast(Upload, get_visible_or_404(request, rows, token=token))
    if not may_read(request.user, upload):
        raise PermissionDenied
    if upload.withdrawn_at is not None and not may_withdraw(request.user, upload):
        raise Http404
    return upload


@page("documents:upload-read")
def upload_read(request: PageRequest, token: UUID) -> HttpResponseBase:
    """Give the file; `?inline=1` shows it in the browser, if it was written again here."""
    upload = _upload(request, token)
    try:
        file = cast(BinaryIO, default_storage.open(str(upload.file.name), "rb"))
    except FileNotFoundError as error:
        raise Http404 from error
    with ExitStack() as closing:
        closing.callback(file.close)
        record_access(
            actor=request.user,
            action="DOWNLOAD",
            label=f"Fichier déposé : {upload.name}",
            subject=upload,
            page=request.page_key,
        )
        closing.pop_all()  # written: the file is the answer's to close
    inline = "inline" in request.GET and upload.rewritten
    return private_file(file, name=upload.name, inline=inline)


@page("documents:upload-withdraw", methods=("GET", "POST"))
def upload_withdraw(request: PageRequest, token: UUID) -> HttpResponse:
    """Ask why, then take the file out of its list; the toast puts it back."""
    upload = _upload(request, token)
    if not may_withdraw(request.user, upload):
        raise PermissionDenied
    back = _back(request)
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        withdraw_upload(upload=upload, reason=reason, actor=request.user)
        restore = reverse("documents:upload-restore", args=[token])
        toasts.say(
            request,
            f"« {upload.name} » est retiré.",
            undo_url=f"{restore}?{urlencode({'retour': back})}",
        )
        return redirect(back)
    context = {"upload": upload, "form": form, "back": back}
    return render_page(request, "documents/upload_withdraw.html", context)


@page("documents:upload-restore", methods=("POST",))
def upload_restore(request: PageRequest, token: UUID) -> HttpResponse:
    """Put a withdrawn file back."""
    upload = _upload(request, token)
    if not may_withdraw(request.user, upload):
        raise PermissionDenied
    restore_upload(upload=upload, actor=request.user)
    toasts.say(request, f"« {upload.name} » est de nouveau dans la liste.")
    return redirect(_back(request))


def _back(request: PageRequest) -> str:
    """Return the address to come back to: one of ours, else the page of the day."""
    asked = request.POST.get("retour") or request.GET.get("retour", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return reverse("dashboard:today")
