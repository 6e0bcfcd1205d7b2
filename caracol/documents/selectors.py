"""Read the files that people brought: who may read, withdraw, put back."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse
from django.utils.http import urlencode

from caracol.accounts.models import User
from caracol.accounts.policy import may_on
from caracol.documents.models import Upload

MANAGE = "documents:upload-manage"


@dataclass(frozen=True)
class UploadRow:
    """A file in a list (`components/uploads.html`), with the acts its reader may do."""

    upload: Upload
    read_url: str
    withdraw_url: str


def uploads_about(
    *, user: User, subjects: Iterable[models.Model], back: str, kinds: Iterable[str] = ()
) -> list[UploadRow]:
    """Return the kept files of some subjects that the user may read, latest first.

    `back`: the address to come back to after a withdrawal. One query a model.
    """
    found: list[Upload] = []
    by_model: dict[type[models.Model], list[int]] = {}
    for subject in subjects:
        by_model.setdefault(type(subject), []).append(subject.pk)
    ContentType.objects.get_for_models(*by_model)  # read together, then remembered
    for model, ids in by_model.items():
        rows = Upload.objects.visible_to(user).kept().about_all(model, ids)
        rows = rows.filter(kind__in=list(kinds)) if kinds else rows
        found += rows.select_related("uploaded_by")
    found.sort(key=lambda upload: (upload.uploaded_at, upload.pk), reverse=True)
    return [upload_row(user, upload, back) for upload in found if may_read(user, upload)]


def upload_row(user: User, upload: Upload, back: str) -> UploadRow:
    """Return a file with its addresses."""
    withdraw = ""
    if may_withdraw(user, upload):
        address = reverse("documents:upload-withdraw", args=[upload.token])
        withdraw = f"{address}?{urlencode({'retour': back})}"
    return UploadRow(upload, reverse("documents:upload-read", args=[upload.token]), withdraw)


def may_read(user: User, upload: Upload) -> bool:
    """Tell whether a role of the user on the territory opens the file."""
    return may_on(user, upload.read_key, upload.territory_id)


def may_withdraw(user: User, upload: Upload) -> bool:
    """Tell whether the user may take the file out of sight: its author, or who decides."""
    if not may_read(user, upload):
        return False
    return upload.uploaded_by_id == user.pk or may_on(user, MANAGE, upload.territory_id)
