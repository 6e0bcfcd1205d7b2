"""Files that people bring: what is kept is harmless, what is refused says how to mend."""

import time
from io import BytesIO

import pikepdf
import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.urls import reverse
from PIL import Image

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.documents import cleaning
from caracol.documents.forms import UploadField
from caracol.documents.models import Upload
from caracol.documents.selectors import uploads_about
from caracol.documents.services import uploads
from caracol.documents.services.uploads import (
    KEPT,
    RESTORED,
    WITHDRAWN,
    UploadRefused,
    keep_upload,
    withdraw_upload,
)
from tests import factories
from tests.documents import brought

READ = "payments:paper-read"


@pytest.fixture
def keep(territory):
    """A function that brings a file as a manager."""
    author = factories.make_user(Role.GLA_MANAGER, "IDF")

    def bring(content, *, name="attestation.pdf", kind="SIGNED_COPY", actor=author, **more):
        return keep_upload(
            file=BytesIO(content),
            kind=kind,
            subject=territory,
            read_key=READ,
            territory=territory,
            name=name,
            actor=actor,
            **more,
        )

    bring.author = author
    return bring


def stored(upload):
    """The bytes kept."""
    with default_storage.open(upload.file.name) as file:
        return file.read()


@pytest.mark.parametrize("case", brought.REFUSED)
def test_what_is_hostile_or_useless_is_refused_in_words_within_a_second(case, keep):
    """The whole corpus, as a person would meet it; nothing is left on the disk."""
    content, word = brought.REFUSED[case]
    start = time.monotonic()
    with pytest.raises(UploadRefused, match=word):
        keep(content, name="photo.jpg")
    assert time.monotonic() - start < 3  # one second on a quiet machine
    assert not Upload.objects.exists()


def test_a_photo_is_painted_again_upright_without_its_place(keep):
    """No EXIF, no maker, no GPS; turned as the phone was held."""
    upload = keep(brought.photo(), name="IMG_0042.HEIC.jpg")
    assert (upload.media_type, upload.name, upload.pages) == ("image/jpeg", "IMG_0042.HEIC.jpg", 1)
    content = stored(upload)
    assert b"Canari" not in content
    assert b"Exif" not in content
    image = Image.open(BytesIO(content))
    assert image.size == (40, 60)
    assert dict(image.getexif()) == {}
    assert image.getpixel((20, 2))[0] < 60  # the dark edge is on top
    assert image.getpixel((20, 55))[0] > 200


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16", "RGB"])
def test_a_png_of_any_kind_is_kept_as_a_png(mode):
    """What is transparent comes over white."""
    buffer = BytesIO()
    Image.new("L", (8, 8), 255).convert("I;16" if mode == "I;16" else mode).save(buffer, "PNG")
    cleaned = cleaning.clean(buffer.getvalue())
    assert cleaned.media_type == "image/png"
    assert Image.open(BytesIO(cleaned.content)).mode == "RGB"


def test_a_large_photo_is_brought_to_a_size_one_reads():
    """The long side is capped."""
    buffer = BytesIO()
    Image.new("RGB", (5000, 2000), "white").save(buffer, "JPEG")
    cleaned = cleaning.clean(buffer.getvalue())
    assert Image.open(BytesIO(cleaned.content)).size == (3600, 1440)


@pytest.mark.parametrize("case", brought.ACTIVE)
def test_a_pdf_loses_what_acts_by_itself(case):
    """Scripts, actions, attached files, films: gone; the page stays."""
    cleaned = cleaning.clean(brought.pdf(brought.ACTIVE[case]))
    assert cleaned.rewritten
    assert cleaned.pages == 1
    bare = BytesIO()
    with pikepdf.open(BytesIO(cleaned.content)) as pdf:
        pdf.save(bare, qdf=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    text = bare.getvalue()
    assert b"anari" not in text
    for word in (b"/JS", b"/JavaScript", b"/OpenAction", b"/AA", b"/Launch", b"/EF", b"/RichMedia"):
        assert word not in text, word


def test_a_photo_inside_a_pdf_tells_no_place():
    """The segments of the camera are taken out without touching the picture."""
    cleaned = cleaning.clean(brought.pdf(brought.with_photo))
    with pikepdf.open(BytesIO(cleaned.content)) as pdf:
        image = pdf.pages[0].obj.Resources.XObject.Im0
        raw = image.read_raw_bytes()
        assert pikepdf.PdfImage(image).as_pil_image().size == (60, 40)
    assert b"Canari" not in raw
    assert raw.startswith(b"\xff\xd8")


def test_a_pdf_closed_to_changes_only_is_kept_open():
    """Insurers lock their certificates against changes, not against reading."""
    locked = brought.pdf(encryption=pikepdf.Encryption(owner="maison", user=""))
    with pikepdf.open(BytesIO(cleaning.clean(locked).content)) as pdf:
        assert not pdf.is_encrypted


def test_an_electronic_signature_is_kept_byte_for_byte():
    """To write it again would void it; with a script beside it, it is written again."""
    signed = brought.pdf(brought.with_signature)
    kept = cleaning.clean(signed)
    assert (kept.rewritten, kept.content) == (False, signed)

    def both(made):
        brought.with_signature(made)
        brought.with_script(made)

    assert cleaning.clean(brought.pdf(both)).rewritten


def test_no_word_of_a_person_becomes_a_path(keep):
    """The name is for people; the place is drawn at random."""
    upload = keep(brought.pdf(), name='../../Attestation d\'Aïssata\r\n"Diallo".docx')
    assert upload.name == 'Attestation d\'Aïssata "Diallo".pdf'
    assert upload.file.name.startswith("uploads/")
    assert "issata" not in upload.file.name
    assert keep(brought.photo(), name="...").name == "fichier.jpg"
    assert len(keep(brought.pdf(pages=2), name="x" * 400).name) <= 160


def test_the_same_file_twice_is_kept_once(keep):
    """A second click, or the same scan brought again, adds nothing."""
    scan = brought.pdf()
    first = keep(scan)
    assert keep(scan).pk == first.pk
    assert keep(scan, kind="OTHER").pk != first.pk


def test_a_day_has_its_limit(keep, monkeypatch):
    """A stolen session does not fill the disk."""
    monkeypatch.setattr(uploads, "FILES_A_DAY", 2)
    keep(brought.pdf())
    keep(brought.pdf(pages=2))
    with pytest.raises(UploadRefused, match="aujourd'hui"):
        keep(brought.pdf(pages=3))


def test_a_cleaner_that_dies_is_a_refusal_in_words(keep, monkeypatch):
    """Whatever breaks the process of the cleaner, the person reads a sentence."""
    monkeypatch.setattr(uploads, "CLEANER", "/nowhere/cleaning.py")
    with pytest.raises(UploadRefused, match="imprimez-le en PDF"):
        keep(brought.pdf())


def test_what_is_kept_never_changes(keep):
    """Only a withdrawal is written on it."""
    upload = keep(brought.pdf())
    with pytest.raises(DatabaseError), transaction.atomic():
        Upload.objects.filter(pk=upload.pk).update(name="autre.pdf")
    with pytest.raises(DatabaseError), transaction.atomic():
        upload.delete()


# --- Reading ------------------------------------------------------------------------------------
def read_url(upload, query=""):
    """The address of a file."""
    return reverse("documents:upload-read", args=[upload.token]) + query


def body(answer):
    """The whole answer; read to its end, its file is closed."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_file_is_handed_over_harmless_and_the_reading_written_once(keep, client_for):
    """Attachment by default, shown when asked; sandboxed, never cached; one line each."""
    upload = keep(brought.photo(), name="Quittance d'été « n° 1 ».jpg")
    client = client_for(keep.author)
    answer = client.get(read_url(upload))
    assert body(answer) == stored(upload)
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Quittance")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert AccessRecord.objects.filter(action="DOWNLOAD", object_id=upload.pk).count() == 1
    shown = client.get(read_url(upload, "?inline=1"))
    assert body(shown)
    assert shown["Content-Disposition"].startswith("inline")
    assert shown["Content-Type"] == "image/jpeg"


def test_bytes_as_brought_are_never_shown_in_the_browser(keep, client_for):
    """A signed PDF is handed over to be saved, whatever is asked."""
    upload = keep(brought.pdf(brought.with_signature))
    answer = client_for(keep.author).get(read_url(upload, "?inline=1"))
    assert body(answer) == stored(upload)
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_file_opens_by_its_own_line_and_territory(keep, client_for):
    """403 to a role of the territory that may not, 404 to another territory."""
    upload = keep(brought.pdf())
    for role, territory, code in (
        (Role.GLA_ASSISTANT, "IDF", 200),
        (Role.SOCIAL_WORKER, "IDF", 200),
        (Role.TECHNICAL, "IDF", 403),
        (Role.ACCOUNTANT, "IDF", 403),
        (Role.MISSION_OFFICER, "IDF", 404),
        (Role.GLA_MANAGER, "HDF", 404),
    ):
        client = client_for(factories.make_user(role, territory))
        answer = client.get(read_url(upload))
        body(answer)
        assert answer.status_code == code, role


def test_there_is_no_public_address(keep, client_for):
    """What is kept has no other door than its page."""
    upload = keep(brought.pdf())
    client = client_for(keep.author)
    for root in ("/media/", "/files/", "/static/", "/documents/"):
        assert client.get(root + upload.file.name).status_code == 404


# --- Withdrawing --------------------------------------------------------------------------------
def test_a_file_is_withdrawn_with_a_reason_and_put_back(keep, client_for, territory):
    """By its author; the list forgets it, the undo brings it back."""
    upload = keep(brought.pdf())
    client = client_for(keep.author)
    [row] = uploads_about(user=keep.author, subjects=[territory], back="/residents/")
    assert client.get(row.withdraw_url).status_code == 200
    refused = client.post(row.withdraw_url, {"retour": "/residents/"})
    assert refused.context["form"].errors
    answer = client.post(row.withdraw_url, {"reason": "Mauvaise page", "retour": "/residents/"})
    assert answer["Location"] == "/residents/"
    upload.refresh_from_db()
    assert upload.withdrawn_reason == "Mauvaise page"
    assert uploads_about(user=keep.author, subjects=[territory], back="/") == []
    reader = client_for(factories.make_user(Role.SOCIAL_WORKER, "IDF"))
    assert reader.get(read_url(upload)).status_code == 404
    client.post(reverse("documents:upload-restore", args=[upload.token]) + "?retour=//evil.org")
    assert len(uploads_about(user=keep.author, subjects=[territory], back="/")) == 1
    # Put back, its history still tells who had taken it out, and why.
    events = apps.get_model("documents", "UploadEvent").objects.order_by("pgh_id")
    assert [event.pgh_context.metadata["act"] for event in events] == [KEPT, WITHDRAWN, RESTORED]
    assert events[1].pgh_context.metadata["reason"] == "Mauvaise page"


def test_who_neither_brought_it_nor_manages_does_not_withdraw_it(keep, client_for):
    """A reader has no such button, and the address refuses."""
    upload = keep(brought.pdf())
    reader = factories.make_user(Role.GLA_ASSISTANT, "IDF")
    address = reverse("documents:upload-withdraw", args=[upload.token])
    assert client_for(reader).post(address, {"reason": "x"}).status_code == 403
    withdraw_upload(upload=upload, reason="x", actor=keep.author)
    assert client_for(reader).get(read_url(upload)).status_code == 404


def test_the_field_asks_a_phone_for_what_we_read():
    """The camera, the photos and the files; straight to the camera where only a photo will do."""
    attrs = UploadField().widget.attrs
    assert attrs["accept"] == "image/jpeg,image/png,application/pdf"
    assert "capture" not in attrs
    assert UploadField(camera=True).widget.attrs["capture"] == "environment"
