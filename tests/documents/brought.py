"""Files that people bring, good and hostile, built in code: nothing hostile lies on a disk."""

import struct
import zipfile
import zlib
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image

PLACE = 0x8825  # the EXIF tag of where a photo was taken
ORIENTATION, MAKER = 0x0112, 0x010F


def photo(form="JPEG", *, size=(60, 40), turned=True, mode="RGB"):
    """A photo with its maker, its place, and lying on its side."""
    image = Image.new(mode, size, "white")
    image.paste("black", (0, 0, size[0] // 4, size[1]))  # a dark left edge
    exif = Image.Exif()
    exif[MAKER] = "Canari Phone"
    if turned:
        exif[ORIENTATION] = 6
    exif.get_ifd(PLACE)[2] = (48.0, 51.0, 24.0)
    buffer = BytesIO()
    image.save(buffer, form, exif=exif)
    return buffer.getvalue()


def pixel_flood(side=30_000):
    """A PNG of a few bytes that says it has 900 million points."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)

    def chunk(name, data):
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def pdf(change=None, *, pages=1, **options):
    """A PDF of blank pages, changed by a function."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
    made.docinfo["/Author"] = "Canari Author"
    if change:
        change(made)
    buffer = BytesIO()
    made.save(buffer, **options)
    return buffer.getvalue()


def with_script(made):
    """Open on a script, as a direct action."""
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert('canari')")


def with_named_script(made):
    """Hold a script in the names of the document."""
    script = made.make_indirect(Dictionary(S=Name.JavaScript, JS="app.alert('canari')"))
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["canari", script])))


def with_page_action(made):
    """Act when a page opens."""
    made.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS="canari()"))


def with_attachment(made):
    """Carry another file."""
    made.attachments["canari.exe"] = b"MZ canari"


def with_launch(made):
    """Offer a link that starts a program."""
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([0, 0, 100, 100]),
        A=Dictionary(S=Name.Launch, F="canari.exe"),
    )
    made.pages[0].obj.Annots = Array([made.make_indirect(link)])


def with_rich_media(made):
    """Carry a film."""
    film = Dictionary(
        Type=Name.Annot,
        Subtype=Name.RichMedia,
        Rect=Array([0, 0, 100, 100]),
        RichMediaContent=Dictionary(Canari=1),
    )
    made.pages[0].obj.Annots = Array([made.make_indirect(film)])


def with_living_form(made):
    """Be a form that only one program draws."""
    made.Root.AcroForm = Dictionary(XFA=Stream(made, b"<xdp/>"), Fields=Array([]))


def with_photo(made):
    """Hold a photo that tells where it was taken."""
    image = Stream(made, photo(turned=False))
    image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, Name.DCTDecode
    image.Width, image.Height = 60, 40
    image.ColorSpace, image.BitsPerComponent = Name.DeviceRGB, 8
    made.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Im0=image))


def with_signature(made):
    """Carry an electronic signature."""
    sign = made.make_indirect(
        Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=b"canari")
    )
    made.Root.AcroForm = Dictionary(
        Fields=Array([made.make_indirect(Dictionary(FT=Name.Sig, T="Signature1", V=sign))])
    )


ACTIVE = {
    "script": with_script,
    "named script": with_named_script,
    "page action": with_page_action,
    "attachment": with_attachment,
    "launch": with_launch,
    "film": with_rich_media,
}


def archive(prefix=b""):
    """A ZIP, behind something else perhaps."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("word/document.xml", "<w/>")
    return prefix + buffer.getvalue()


HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 64

# What is refused, and a word of what the person is told.
REFUSED = {
    "HTML named .jpg": (HTML, "page web"),
    "SVG": (SVG, "SVG"),
    "HEIC": (HEIC, "HEIC"),
    "Word": (archive(), "bureautique"),
    "text": (b"bonjour", "autre chose"),
    "program": (b"MZ\x90\x00" + b"\0" * 100, "autre chose"),
    "nothing": (b"", "vide"),
    "photo that is a page": (photo() + HTML, "en cache un autre"),
    "photo that is a PDF": (photo() + pdf(), "en cache un autre"),
    "photo that is an archive": (archive(photo()), "en cache un autre"),
    "PDF that is an archive": (archive(pdf()), "en cache un autre"),
    "PDF that is a page": (b"%PDF-1.7\n%<html><script>\n" + pdf(), "en cache un autre"),
    "cut photo": (photo(size=(900, 900))[:600], "abîmée"),
    "cut PDF": (b"%PDF-1.7\nrien", "abîmé"),
    "pixel flood": (pixel_flood(), "40 millions"),
    "locked PDF": (pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "mot de passe"),
    "living form": (pdf(with_living_form), "dynamique"),
    "long PDF": (pdf(pages=301), "trop long"),
    "heavy": (b"\xff\xd8\xff" + b"\0" * (10 * 1024 * 1024), "10 Mo"),
}
