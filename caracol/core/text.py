"""Keys to compare and sort words by, without accents or case. Pure."""

import re
import unicodedata


def plain(text: str) -> str:
    """Return the text in lower case, without accents, ligatures opened, spaces folded."""
    text = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    decomposed = unicodedata.normalize("NFKD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


def sort_key(text: str) -> str:
    """Return the key names are sorted and searched by: letters and digits of `plain`, one space."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain(text)).split())
