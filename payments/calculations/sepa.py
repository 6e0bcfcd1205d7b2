"""What SEPA messages may say: characters, references, the creditor's identifier. Pure."""

import re
import unicodedata

ALLOWED = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
NAME, REMITTANCE, REFERENCE = 70, 140, 35
_CREDITOR = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{3}[A-Z0-9]{1,28}")
# What accents alone do not undo, and what people write that no bank takes.
_SAID = {
    "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss",
    "đ": "d", "Đ": "D", "ı": "i", "’": "'", "ʼ": "'", "`": "'", "«": "'", "»": "'", "“": "'",
    "”": "'", '"': "'", "–": "-", "—": "-", "&": "+", "°": "o", "€": "EUR", "_": "-", ";": ",",
    "·": "-", "[": "(", "]": ")",
}  # fmt: skip


def sepa_text(text: str, most: int) -> str:
    """Return a text in the SEPA character set, no longer than the message allows."""
    said = "".join(_SAID.get(sign, sign) for sign in text)
    bare = unicodedata.normalize("NFKD", said)
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    kept = " ".join(ALLOWED.sub(" ", bare).split())
    return kept[:most].strip()


def is_sepa_text(text: str, most: int) -> bool:
    """Whether a text is one that every bank takes."""
    return bool(text.strip()) and len(text) <= most and not ALLOWED.search(text)


def is_reference(text: str) -> bool:
    """Whether a reference is allowed: 35 signs, no slash at its ends, none doubled."""
    fits = is_sepa_text(text, REFERENCE) and text == text.strip()
    return fits and not text.startswith("/") and not text.endswith("/") and "//" not in text


def is_creditor_id(text: str) -> bool:
    """Whether a creditor's identifier (ICS) has its form and its check digits (ISO 7064)."""
    bare = text.replace(" ", "").upper()
    if not _CREDITOR.fullmatch(bare):
        return False
    turned = bare[7:] + bare[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1
