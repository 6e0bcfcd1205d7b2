"""Make a harmless copy of a file that somebody brought, or refuse it in words. Pure.

Run as a script in a process of its own, with little memory and little time: what a hostile file
may break is that process. Reads the file on stdin; writes one line of JSON, then the copy. This
file imports nothing of ours and is run by its path.

Images are painted again, pixel by pixel: no EXIF, no place, no comment survives. PDFs are written
again without scripts, actions, attached files or metadata; one that carries an electronic
signature and nothing active is kept byte for byte, since writing it again would void it.
"""

import json
import re
import resource
import sys
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
import puremagic
from pikepdf import Array, Dictionary, Name, Object, Stream
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PIXELS = 40_000_000
LONG_SIDE = 3600
JPEG_QUALITY = 85
MAX_PNG = 4_000_000
MAX_PAGES = 300
MAX_OBJECTS = 100_000
MEMORY = 1_500_000_000
CPU_SECONDS = 20

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
_SIGNATURES = {b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG, b"%PDF-": PDF}
_MARKUP = re.compile(rb"<(?:script|html|svg|!doctype|\?php)", re.IGNORECASE)
_HEAD = 4096

_KEYS = frozenset(
    {
        "/JS", "/JavaScript", "/OpenAction", "/AA", "/EmbeddedFiles", "/EmbeddedFile", "/EF", "/AF",
        "/RichMedia", "/RichMediaContent", "/RichMediaSettings", "/Collection", "/Launch",
    }
)  # fmt: skip
_ACTIONS = frozenset(
    {
        "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/Movie", "/Sound",
        "/GoToE", "/GoToR", "/RichMediaExecute", "/GoTo3DView",
    }
)  # fmt: skip
_ANNOTATIONS = frozenset({"/RichMedia", "/FileAttachment", "/Screen", "/Movie", "/Sound", "/3D"})
# What tells of who made the file, when and where: dropped, but no danger by itself.
_METADATA = frozenset({"/Metadata", "/PieceInfo", "/LastModified"})


class CleaningRefused(Exception):
    """The file is not one we keep; its text says how to mend."""


@dataclass(frozen=True)
class Cleaned:
    """The copy to keep. `rewritten`: false when the bytes are those that were brought."""

    content: bytes
    media_type: str
    pages: int = 1
    rewritten: bool = True


def clean(content: bytes) -> Cleaned:
    """Return a harmless copy of a JPEG, a PNG or a PDF. Raises CleaningRefused."""
    media_type = next(
        (found for start, found in _SIGNATURES.items() if content.startswith(start)), ""
    )
    if not media_type:
        raise CleaningRefused(_say_what_it_is(content))
    _refuse_polyglot(content, media_type)
    return _clean_pdf(content) if media_type == PDF else _clean_image(content, media_type)


# --- What it is ---------------------------------------------------------------------------------
_HEIC = (
    "Cette photo est au format HEIC de l'iPhone, que nous ne lisons pas. Dans Réglages, Appareil "
    "photo, Formats, choisissez « Le plus compatible » et reprenez la photo, ou envoyez-en une "
    "capture d'écran."
)
_MARKED_UP = (
    "Ce fichier est une page web ou un dessin SVG, pas un document. Imprimez-le en PDF, ou "
    "envoyez-en une photo."
)
_OFFICE = (
    "Ce fichier est un document de bureautique ou une archive. Enregistrez-le en PDF (Fichier, "
    "Exporter, PDF), puis recommencez."
)
_OTHER = (
    "Nous gardons les photos JPEG et PNG et les documents PDF. Ce fichier est autre chose{guess} : "
    "imprimez-le en PDF, ou prenez-le en photo."
)


def _say_what_it_is(content: bytes) -> str:
    if content[4:8] == b"ftyp" and content[8:12] in {b"heic", b"heix", b"hevc", b"mif1", b"msf1"}:
        return _HEIC
    if _MARKUP.search(content[:_HEAD]):
        return _MARKED_UP
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _OFFICE
    try:
        found = puremagic.from_string(content)
    except (puremagic.PureError, ValueError):
        found = ""
    guess = f" ({found.lstrip('.').upper()})" if found else ""
    return _OTHER.format(guess=guess)


def _refuse_polyglot(content: bytes, media_type: str) -> None:
    """Refuse a file that another program could take for something else."""
    marked_up = _MARKUP.search(content[:_HEAD]) or _MARKUP.search(content[-_HEAD:])
    printed = media_type != PDF and b"%PDF-" in content
    if marked_up or printed or zipfile.is_zipfile(BytesIO(content)):
        raise CleaningRefused(
            "Ce fichier en cache un autre : nous ne le gardons pas. Imprimez le document en PDF, "
            "ou prenez-le en photo, puis recommencez."
        )


# --- Images -------------------------------------------------------------------------------------
def _clean_image(content: bytes, media_type: str) -> Cleaned:
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as image:
                return _paint_again(image, media_type)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise CleaningRefused(
            "Cette image a plus de 40 millions de points : réduisez-la, ou prenez-en une photo "
            "avec le téléphone."
        ) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise CleaningRefused(
            "Cette image est abîmée ou incomplète : ouvrez-la, enregistrez-la de nouveau, ou "
            "reprenez la photo."
        ) from error


def _paint_again(image: Image.Image, media_type: str) -> Cleaned:
    if media_type == JPEG:
        image.draft("RGB", (LONG_SIDE, LONG_SIDE))
    upright = _flat(ImageOps.exif_transpose(image))
    upright.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", upright.size, "white")
    sheet.paste(upright)
    if media_type == PNG:
        written = _written(sheet, "PNG", optimize=False)
        if len(written) <= MAX_PNG:
            return Cleaned(written, PNG)
    return Cleaned(_written(sheet, "JPEG", quality=JPEG_QUALITY, progressive=True), JPEG)


def _flat(image: Image.Image) -> Image.Image:
    """Return the image in RGB, what is transparent over white."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    if image.has_transparency_data:
        layers = image.convert("RGBA")
        sheet = Image.new("RGBA", layers.size, "white")
        return Image.alpha_composite(sheet, layers).convert("RGB")
    return image.convert("RGB")


def _written(image: Image.Image, form: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


# --- PDF ----------------------------------------------------------------------------------------
def _clean_pdf(content: bytes) -> Cleaned:
    try:
        with pikepdf.open(BytesIO(content), suppress_warnings=True) as pdf:
            return _write_again(pdf, content)
    except pikepdf.PasswordError as error:
        raise CleaningRefused(
            "Ce PDF est protégé par un mot de passe. Ouvrez-le, imprimez-le en PDF sans "
            "protection, puis recommencez."
        ) from error
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError) as error:
        raise CleaningRefused(
            "Ce PDF est abîmé ou incomplet : demandez-le de nouveau, ou imprimez-le en PDF."
        ) from error


def _write_again(pdf: pikepdf.Pdf, content: bytes) -> Cleaned:
    pages = len(pdf.pages)
    if pages == 0:
        raise CleaningRefused("Ce PDF n'a aucune page : demandez-le de nouveau.")
    if pages > MAX_PAGES or len(pdf.objects) > MAX_OBJECTS:
        raise CleaningRefused(
            f"Ce PDF est trop long (plus de {MAX_PAGES} pages, ou trop d'éléments) : ne gardez "
            "que les pages utiles, puis imprimez-les en PDF."
        )
    _refuse_living_form(pdf)
    stripped = [_disarm(node) for node in _nodes(pdf)]
    if not any(stripped) and not pdf.is_encrypted and _is_signed(pdf):
        return Cleaned(content, PDF, pages, rewritten=False)
    _forget_who_made_it(pdf)
    written = _saved(pdf)
    _refuse_what_remains(written)
    return Cleaned(written, PDF, pages)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    buffer = BytesIO()
    pdf.save(
        buffer,
        encryption=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        deterministic_id=True,
    )
    return buffer.getvalue()


def _refuse_living_form(pdf: pikepdf.Pdf) -> None:
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and "/XFA" in form:
        raise CleaningRefused(
            "Ce PDF est un formulaire dynamique, illisible ailleurs que dans Acrobat. "
            "Imprimez-le en PDF, puis recommencez."
        )


def _nodes(pdf: pikepdf.Pdf) -> Iterator[Object]:
    """Yield every dictionary of the file, those inside others included, each once."""
    for root in pdf.objects:
        waiting: list[Any] = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Dictionary | Stream):
                yield node
                inner = [child for _key, child in node.items()]
            elif isinstance(node, Array):
                inner = list(node)
            else:
                continue
            waiting += [c for c in inner if isinstance(c, Object) and not c.is_indirect]


def _disarm(node: Object) -> bool:
    """Take from a dictionary what acts by itself; tell whether there was any."""
    found = _armed(node)
    for key in found:
        del node[key]
    if node.get("/S") in _ACTIONS:
        for key in list(node.keys()):
            del node[key]
        found.append("/S")
    if node.get("/Subtype") in _ANNOTATIONS and "/Rect" in node:
        for key in set(node.keys()) - {"/Rect", "/Type"}:
            del node[key]
        node["/Subtype"] = Name.Link
        found.append("/Subtype")
    return bool(found)


def _armed(node: Object) -> list[str]:
    return [key for key in node.keys() if key in _KEYS]  # noqa: SIM118 - not a mapping


def _refuse_what_remains(written: bytes) -> None:
    with pikepdf.open(BytesIO(written), suppress_warnings=True) as pdf:
        if any(_armed(node) or node.get("/S") in _ACTIONS for node in _nodes(pdf)):
            raise CleaningRefused(
                "Ce PDF contient des programmes que nous n'avons pas pu retirer. Imprimez-le en "
                "PDF, puis recommencez."
            )


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    return any(node.get("/Type") == Name.Sig and "/ByteRange" in node for node in _nodes(pdf))


def _forget_who_made_it(pdf: pikepdf.Pdf) -> None:
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    for node in _nodes(pdf):
        for key in set(node.keys()) & _METADATA:
            del node[key]
        if isinstance(node, Stream) and node.get("/Filter") == Name.DCTDecode:
            raw = node.read_raw_bytes()
            bare = without_segments(raw)
            if len(bare) != len(raw):
                decoding: Any = node.get("/DecodeParms")
                node.write(bare, filter=Name.DCTDecode, decode_parms=decoding)


def without_segments(jpeg: bytes) -> bytes:
    """Return a JPEG without the segments where cameras write who, when and where (APP1, APP13).

    Anything unexpected is given back as it came.
    """
    kept, position = [jpeg[:2]], 2
    while jpeg[position : position + 1] == b"\xff" and jpeg[position + 1 : position + 2] != b"\xda":
        length = int.from_bytes(jpeg[position + 2 : position + 4], "big")
        if length < 2:
            return jpeg
        marker = jpeg[position + 1]
        if marker not in {0xE1, 0xED, 0xFE}:
            kept.append(jpeg[position : position + 2 + length])
        position += 2 + length
    return b"".join([*kept, jpeg[position:]])


# --- The process --------------------------------------------------------------------------------
def _limit_oneself() -> None:
    limits = ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS))
    for what, value in (*limits, (resource.RLIMIT_FSIZE, 0)):
        try:
            resource.setrlimit(what, (value, value))
        except (ValueError, OSError):  # a system that does not know this limit
            continue


def main() -> None:
    """Clean stdin to stdout: a line of JSON (an answer, or a refusal), then the copy."""
    _limit_oneself()
    out = sys.stdout.buffer
    try:
        cleaned = clean(sys.stdin.buffer.read())
    except CleaningRefused as refusal:
        out.write(json.dumps({"refused": str(refusal)}).encode() + b"\n")
        return
    head = {"media_type": cleaned.media_type, "pages": cleaned.pages}
    out.write(json.dumps({**head, "rewritten": cleaned.rewritten}).encode() + b"\n")
    out.write(cleaned.content)


if __name__ == "__main__":
    main()
