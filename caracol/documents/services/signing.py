"""Keep the copy of a document that came back signed."""

from datetime import date
from typing import IO

from django.db import transaction

from caracol.accounts.models import User
from caracol.core.errors import Refused
from caracol.core.periods import french_day
from caracol.documents.models import Document, SignedCopy
from caracol.documents.services.uploads import keep_upload

SIGNED = "SIGNED_COPY"


class SignatureRefused(Refused):
    """The copy cannot be that of the document."""


def keep_signed_copy(
    *, document: Document, file: IO[bytes], signed_on: date, today: date, actor: User
) -> SignedCopy:
    """Keep a scan as the signed copy of a document; a later one takes its place.

    Raises SignatureRefused, UploadRefused.
    """
    if not document.issued_on <= signed_on <= today:
        raise SignatureRefused(
            f"La signature se place entre le {french_day(document.issued_on)}, jour où le "
            "document a été établi, et aujourd'hui."
        )
    if hasattr(document, "cancelled_by"):
        raise SignatureRefused("Ce document est annulé : il ne se signe plus.")
    upload = keep_upload(
        file=file,
        kind=SIGNED,
        subject=document,
        read_key=document.definition.read_key,
        territory=document.territory,
        name=f"{document.number} signé",
        actor=actor,
    )
    with transaction.atomic():
        copy, _new = SignedCopy.objects.update_or_create(
            document=document,
            defaults={"upload": upload, "signed_on": signed_on, "recorded_by": actor},
        )
    return copy


def signature_of(document: Document) -> SignedCopy | None:
    """Return the living signed copy of a document: one withdrawn counts no more."""
    return SignedCopy.objects.filter(document=document, upload__withdrawn_at=None).first()
