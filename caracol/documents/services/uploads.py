"""Keep a file that somebody brought, cleaned first; withdraw it, with a reason, and undo that."""

import hashlib
import json
import re
import secrets
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Count, Sum

from caracol.accounts.models import Territory, User
from caracol.audit import history
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.documents.models import Upload

KEPT = history.label("documents.upload-kept", "Fichier déposé")
WITHDRAWN = history.label("documents.upload-withdrawn", "Fichier retiré")
RESTORED = history.label("documents.upload-restored", "Fichier remis")

CLEANER = Path(__file__).parent.parent / "cleaning.py"
SECONDS = 30
MAX_BYTES = 10 * 1024 * 1024
FILES_A_DAY = 300
BYTES_A_DAY = 500 * 1024 * 1024
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}
NAME_LENGTH = 150
UNREADABLE = (
    "Ce fichier n'a pas pu être lu dans un délai et une mémoire raisonnables. Ouvrez-le, "
    "imprimez-le en PDF, ou prenez-en une photo, puis recommencez."
)


class UploadRefused(Refused):
    """The file is not kept; the sentence says how to mend."""


@dataclass(frozen=True)
class CleanFile:
    """A file that may be kept: its bytes as they will be, and what they are."""

    content: bytes
    head: dict[str, Any]


def clean_upload(file: IO[bytes]) -> CleanFile:
    """Clean a JPEG, a PNG or a PDF, before the transaction that keeps it. Raises UploadRefused."""
    return CleanFile(*_cleaned(_read(file)))


def keep_upload(
    *,
    file: IO[bytes] | CleanFile,
    kind: str,
    subject: models.Model,
    read_key: str,
    territory: Territory | None,
    name: str,
    actor: User,
) -> Upload:
    """Clean a JPEG, a PNG or a PDF and keep the copy; the same file twice is kept once.

    `kind`: a code of the application's own ("SIGNED_COPY"). `name`: what people read in lists;
    it never becomes a path. Raises UploadRefused.
    """
    clean = file if isinstance(file, CleanFile) else clean_upload(file)
    content, head = clean.content, clean.head
    digest = hashlib.sha256(content).hexdigest()
    path = _random_path(SUFFIXES[head["media_type"]])
    with transaction.atomic():
        _hold_quota(actor, len(content))
        same = Upload.objects.kept().about(subject).filter(kind=kind, sha256=digest).first()
        if same is not None:
            return same
        with history.act(KEPT, actor=actor):
            return Upload.objects.create(
                token=uuid.uuid4(),
                kind=kind,
                read_key=read_key,
                content_type=ContentType.objects.get_for_model(subject),
                object_id=subject.pk,
                territory=territory,
                name=readable_name(name, SUFFIXES[head["media_type"]]),
                file=default_storage.save(path, ContentFile(content)),
                sha256=digest,
                size=len(content),
                uploaded_at=clock.now(),
                uploaded_by=actor,
                **head,
            )


@transaction.atomic
def withdraw_upload(*, upload: Upload, reason: str, actor: User) -> Upload:
    """Take a file out of sight for a reason; it stays kept. Withdrawn already: no change."""
    row = Upload.objects.select_for_update(no_key=True, of=("self",)).get(pk=upload.pk)
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by = clock.now(), actor
        row.withdrawn_reason = reason[:200]
        with history.act(WITHDRAWN, actor=actor, reason=reason):
            row.save(update_fields=("withdrawn_at", "withdrawn_by", "withdrawn_reason"))
    return row


@transaction.atomic
def restore_upload(*, upload: Upload, actor: User) -> Upload:
    """Put a withdrawn file back in its list; its history keeps who had withdrawn it, and why."""
    row = Upload.objects.select_for_update(no_key=True, of=("self",)).get(pk=upload.pk)
    if row.withdrawn_at is not None:
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = None, None, ""
        with history.act(RESTORED, actor=actor):
            row.save(update_fields=("withdrawn_at", "withdrawn_by", "withdrawn_reason"))
    return row


def readable_name(name: str, suffix: str) -> str:
    """Return a name of one line, without folders, that ends as its content says."""
    line = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    last = re.split(r"[/\\]", line)[-1].strip(" .")
    stem = re.sub(r"\.[A-Za-z0-9]{2,4}$", "", last)[:NAME_LENGTH].strip(" .")
    return (stem or "fichier") + suffix


def _read(file: IO[bytes]) -> bytes:
    content = file.read(MAX_BYTES + 1)
    if not content:
        raise UploadRefused("Ce fichier est vide : choisissez-en un autre.")
    if len(content) > MAX_BYTES:
        raise UploadRefused(
            "Ce fichier pèse plus de 10 Mo. Numérisez-le en noir et blanc ou en 150 points par "
            "pouce, ou découpez-le en plusieurs fichiers."
        )
    return content


def _cleaned(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """Clean in a process of its own: what a hostile file may break is that process."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(CLEANER)],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise UploadRefused(UNREADABLE) from error
    line, _, copy = done.stdout.partition(b"\n")
    head = json.loads(line)
    if "refused" in head:
        raise UploadRefused(head["refused"])
    return copy, head


def _hold_quota(actor: User, size: int) -> None:
    """Refuse more than a day's files. The lock makes two uploads of one person count together."""
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=actor.pk)
    midnight = clock.local_now().replace(hour=0, minute=0, second=0, microsecond=0)
    today = Upload.objects.filter(uploaded_by=actor, uploaded_at__gte=midnight).aggregate(
        files=Count("pk"), bytes=Sum("size", default=0)
    )
    if today["files"] >= FILES_A_DAY or today["bytes"] + size > BYTES_A_DAY:
        raise UploadRefused(
            f"Vous avez déjà déposé {today['files']} fichiers aujourd'hui, la limite d'une "
            "journée. Reprenez demain, ou demandez à un collègue."
        )


def _random_path(suffix: str) -> str:
    """Return a path that cannot be guessed and names nobody."""
    token = secrets.token_hex(24)
    return f"uploads/{token[:2]}/{token}{suffix}"
