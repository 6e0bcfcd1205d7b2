"""File names people understand: ASCII only, no space, nothing that a file system refuses. Pure."""

import re
import unicodedata
from typing import Any

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O"})
_LIGATURES |= str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "ı": "i"})


def ascii_word(text: str) -> str:
    """Return the text in ASCII letters, digits and hyphens: "Ben Salah" → "Ben-Salah"."""
    bare = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    ascii_only = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-")[:60]


def file_name(*, stem: str, number: str, data: dict[str, Any], suffix: str = ".pdf") -> str:
    """Return "Quittance_2026-11_MON1-03_Diallo.pdf"; the number stands in for what is missing."""
    contract = data.get("contract") or {}
    place = "-".join(filter(None, (contract.get("home_code", ""), contract.get("room", ""))))
    who = (data.get("recipient") or {}).get("short_name", "")
    when = data.get("month") or data.get("ends_on") or data.get("situation_on") or ""
    words = [ascii_word(word) for word in (stem, when, place, who)]
    kept = [word for word in words if word]
    if len(kept) < len(words):
        kept.append(ascii_word(number))
    return "_".join(kept) + suffix


def distinct(names: list[tuple[str, str]]) -> list[str]:
    """Return the names of (name, number) pairs, each once: a repeated one gets its number."""
    seen: dict[str, int] = {}
    for name, _ in names:
        seen[name] = seen.get(name, 0) + 1
    result = []
    for name, number in names:
        stem, dot, suffix = name.rpartition(".")
        result.append(f"{stem}_{ascii_word(number)}{dot}{suffix}" if seen[name] > 1 else name)
    return result
