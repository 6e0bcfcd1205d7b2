"""Which format a bank's file is in, told by its content alone, whatever its name says."""

import re
from collections.abc import Callable
from typing import BinaryIO

from caracol.core.text import plain
from payments.readers.camt import read_camt
from payments.readers.cfonb import read_cfonb
from payments.readers.mt940 import read_mt940
from payments.readers.ofx import read_ofx
from payments.readers.qif import read_qif
from payments.readers.shapes import Events, FileRefused
from payments.readers.sheet import read_csv
from payments.readers.texts import decoded

HEAD = 64 * 1024
READERS: dict[str, Callable[[BinaryIO], Events]] = {
    "camt.053": read_camt,
    "camt.054": read_camt,
    "camt.052": read_camt,
    "cfonb120": read_cfonb,
    "ofx": read_ofx,
    "qif": read_qif,
    "mt940": read_mt940,
    "csv": read_csv,
}
STREAMED = frozenset({"camt.053", "camt.054", "camt.052"})
"""Formats read piece by piece, and without the database: of any size."""
_XML = {
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
    "BkToCstmrAcctRpt": "camt.052",
}
_NOT_STATEMENTS = {
    "CstmrPmtStsRpt": "un compte rendu de prélèvements (pain.002)",
    "CstmrDrctDbtInitn": "une remise de prélèvements (pain.008)",
    "CstmrCdtTrfInitn": "une remise de virements (pain.001)",
}
_BINARY = (
    (b"PK\x03\x04", "un classeur ou une archive (ZIP)"),
    (b"\xd0\xcf\x11\xe0", "un ancien classeur Excel ou un fichier protégé par mot de passe"),
    (b"%PDF", "un PDF"),
    (b"\x1f\x8b", "une archive compressée"),
)


def format_of(stream: BinaryIO) -> str:
    """Return the key of READERS for a file, and rewind it. Raises FileRefused for anything else."""
    head = stream.read(HEAD)
    stream.seek(0)
    if not head.strip():
        raise FileRefused("Ce fichier est vide.")
    for mark, what in _BINARY:
        if head.startswith(mark):
            raise FileRefused(
                f"Ce fichier est {what}, pas un relevé. Choisissez à la banque un export camt.053, "
                "CFONB 120, OFX ou CSV."
            )
    if _is_xml(head):
        return _xml_format(head)
    return _text_format(decoded(head))


def _is_xml(head: bytes) -> bool:
    text = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return text.startswith(b"<") and b"<OFX>" not in text.upper()


def _xml_format(head: bytes) -> str:
    text = head.replace(b"\x00", b"").decode("latin-1")
    if "<!DOCTYPE" in text:
        raise FileRefused(
            "Ce fichier XML déclare un DOCTYPE, qu'aucune banque n'écrit : il est refusé. "
            "Téléchargez-le à nouveau depuis la banque."
        )
    for name, code in _XML.items():
        # The first version of each ends its name with "V01".
        if re.search(rf"<(?:\w+:)?{name}(?:V\d+)?[\s>/]", text):
            return code
    for name, what in _NOT_STATEMENTS.items():
        if re.search(rf"<(?:\w+:)?{name}[\s>/]", text):
            raise FileRefused(f"Ce fichier est {what}, pas un relevé : déposez-le à sa page.")
    raise FileRefused("Ce fichier XML n'est ni un camt.053, ni un camt.054, ni un camt.052.")


def _text_format(text: str) -> str:
    start = text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE} \t\r\n")
    if "<OFX>" in text.upper() or start.upper().startswith("OFXHEADER"):
        return "ofx"
    if re.search(r"^!(Type|Account|Option)", text, re.MULTILINE | re.IGNORECASE):
        return "qif"
    if re.match(r"0[147]\d{5}", start) and not re.search(r"[;,\t].*[;,\t]", start[:120]):
        return "cfonb120"
    if re.search(r"^:(20|25|60F|61):", text, re.MULTILINE):
        return "mt940"
    if re.match(r"3[149]\d{2}", start):
        raise FileRefused(
            "Ce fichier est un CFONB 240 (opérations à venir), pas un relevé. Demandez à la banque "
            "le CFONB 120."
        )
    if any(sign in text for sign in ";\t,"):
        return _sheet_format(text)
    raise FileRefused(
        "Ce fichier n'est d'aucun format connu. Attendu : camt (XML), CFONB 120, OFX, QIF, MT940 "
        "ou CSV, tel que la banque le donne."
    )


def _sheet_format(text: str) -> str:
    words = plain(text[:4000])
    if "journalcode" in words and "ecriturenum" in words:
        raise FileRefused("Ce fichier est une comptabilité (FEC), pas un relevé de la banque.")
    if "allocataire" in words:
        raise FileRefused("Ce fichier est un bordereau de la CAF : déposez-le à la page de la CAF.")
    return "csv"
