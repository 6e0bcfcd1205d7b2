"""Bytes of unknown encoding, as banks send them, to text."""

import codecs

from payments.readers.shapes import FileRefused, Remark

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(data: bytes) -> str:
    """Return the text: by its mark, else UTF-8, else cp1252 (never latin-1 first: it hides €).

    Raises FileRefused for bytes that are no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return _without_zeros(data.decode(encoding))
            except UnicodeDecodeError as error:
                raise _no_text() from error
    if b"\x00" in data:
        raise _no_text()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = (
            data.decode("cp1252", errors="replace") if _is_cp1252(data) else data.decode("latin-1")
        )
    return text


def in_one_byte(data: bytes) -> str:
    """Return a text of one byte a sign, whose columns count. Raises FileRefused for no text."""
    if b"\x00" in data:
        raise _no_text()
    return data.decode("latin-1")


def remarks_on(text: str) -> list[Remark]:
    """Say where another program has spoiled letters before the file came here."""
    if "\N{REPLACEMENT CHARACTER}" not in text:
        return []
    line = text.count("\n", 0, text.index("\N{REPLACEMENT CHARACTER}")) + 1
    return [
        Remark(
            "Des lettres ont été abîmées avant l'import : des noms peuvent être faux, montants et "
            "dates non. Téléchargez le fichier sans l'ouvrir dans un tableur.",
            f"ligne {line}",
        )
    ]


def _without_zeros(text: str) -> str:
    if "\x00" in text:
        raise _no_text()
    return text


def _is_cp1252(data: bytes) -> bool:
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


def _no_text() -> FileRefused:
    return FileRefused(
        "Ce fichier n'est pas un texte. Attendu : camt (XML), CFONB 120, OFX, QIF, MT940 ou CSV, "
        "tel que la banque le donne."
    )
