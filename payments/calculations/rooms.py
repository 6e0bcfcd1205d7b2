"""The room that a line says: a home's code with a room's number, as people write them. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from caracol.core.text import plain

LONGEST_CODE = 3
"""Into how many words a home's code may be cut."""
_ROOM_WORDS = frozenset({"chambre", "ch", "chb", "chbre", "room"})
_NUMBER_WORDS = frozenset({"n", "no", "num", "numero"})
_WORD = re.compile(r"[^\W_]+")
_ROOM = re.compile(r"(?:chambre|chbre|chb|ch|room)(\d+[a-z]?)")
_ATTACHED = re.compile(r"[-/.](\d+[a-z]?)(?![-/.]?\w)")


def joined(text: str) -> str:
    """Return the letters and digits of a code, in capitals."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def room_number(room: str) -> str:
    """Return a room's number as it is compared: 02 and 2 are one."""
    return joined(room).lstrip("0") or "0"


def said_room(text: str, homes: Mapping[str, str], on: date | None) -> tuple[str, str] | None:
    """Return the home and the room's number that a text says, None when it is not one of each.

    `homes`: each code by what is `joined` of it. "PAR1-02" is room 2 of PAR1, but a number that
    may be the month about the day `on` is said only by the word "chambre" or its short forms.
    """
    text = plain(text)
    words = list(_WORD.finditer(text))
    codes = list(_codes(words, homes))
    if len({home for home, _end in codes}) != 1:
        return None
    numbers = set(_numbers([word.group() for word in words]))
    numbers = numbers or set(_attached(text, [end for _home, end in codes], on))
    return (codes[0][0], numbers.pop()) if len(numbers) == 1 else None


def _codes(words: Sequence[re.Match[str]], homes: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Yield the homes whose code the words are, and where each code ends in the text."""
    for start in range(len(words)):
        for stop in range(min(start + LONGEST_CODE, len(words)), start, -1):
            code = joined("".join(word.group() for word in words[start:stop]))
            if code in homes:
                yield homes[code], words[stop - 1].end()
                break


def _numbers(words: Sequence[str]) -> Iterator[str]:
    """Yield the numbers that follow a word for a room, or are written against it."""
    for index, word in enumerate(words):
        if match := _ROOM.fullmatch(word):
            yield room_number(match[1])
        if word in _ROOM_WORDS:
            after = [other for other in words[index + 1 : index + 3] if other not in _NUMBER_WORDS]
            if after and after[0][:1].isdigit():
                yield room_number(after[0])


def _attached(text: str, ends: Sequence[int], on: date | None) -> Iterator[str]:
    """Yield the numbers written against a home's code, save those that may be a month's."""
    for end in ends:
        if match := _ATTACHED.match(text, end):
            number = room_number(match[1])
            if on is None or number not in _months_about(on):
                yield number


def _months_about(on: date) -> set[str]:
    return {str((on.month + shift - 1) % 12 + 1) for shift in (-1, 0, 1)}
