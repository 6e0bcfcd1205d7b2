"""Keys to compare and sort words by, without accents or case. Pure."""

import re
import unicodedata

# Letters that Unicode does not take apart: ligatures, and strokes or missing dots.
_OPENED = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH"}
    | {"\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)


def plain(text: str) -> str:
    """Return the text in lower case, without accents, ligatures opened, spaces folded."""
    text = text.translate(_OPENED)
    decomposed = unicodedata.normalize("NFKD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


def sort_key(text: str) -> str:
    """Return the key names are sorted and searched by: letters and digits of `plain`, one space.

    Letters of every script: a name written in Arabic or in Greek is found as it is written.
    """
    return " ".join(re.sub(r"[\W_]+", " ", plain(text)).split())
