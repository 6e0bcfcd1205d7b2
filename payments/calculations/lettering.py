"""Letter the lines of an account that settle each other. Pure.

Lines tied by links make a group; a group that adds up to zero is settled, and bears a letter on
every line, with the day of the last of them. One that does not is left without.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caracol.core.money import ZERO


@dataclass(frozen=True)
class Mark:
    """A letter and its day."""

    letter: str
    on: date


def letters(
    lines: Mapping[int, tuple[date, Decimal]], links: Iterable[tuple[int, int]]
) -> dict[int, Mark]:
    """Return the mark of each line that is settled: day and signed amount in, by key.

    Letters follow the days on which groups were settled. A link with a line that is not there
    (of another period) leaves its group without a letter.
    """
    groups = _Groups()
    broken: set[int] = set()
    for one, other in links:
        if one in lines and other in lines:
            groups.join(one, other)
        else:
            broken |= {one, other} & set(lines)
    members: dict[int, list[int]] = defaultdict(list)
    for key in groups.parent:
        members[groups.root(key)].append(key)
    settled = [
        (max(lines[key][0] for key in keys), min(keys), keys)
        for keys in members.values()
        if not broken.intersection(keys) and sum((lines[key][1] for key in keys), ZERO) == 0
    ]
    found: dict[int, Mark] = {}
    for rank, (on, _first, keys) in enumerate(sorted(settled)):
        mark = Mark(letter(rank), on)
        found.update(dict.fromkeys(keys, mark))
    return found


def letter(rank: int) -> str:
    """Return the letter of a rank from 0: A to Z, then AA."""
    written = ""
    rank += 1
    while rank:
        rank, rest = divmod(rank - 1, 26)
        written = chr(ord("A") + rest) + written
    return written


class _Groups:
    """Lines joined two by two, found together."""

    def __init__(self) -> None:
        self.parent: dict[int, int] = {}

    def root(self, key: int) -> int:
        """Return the line that stands for the group of a line."""
        self.parent.setdefault(key, key)
        while self.parent[key] != key:
            self.parent[key] = self.parent[self.parent[key]]
            key = self.parent[key]
        return key

    def join(self, one: int, other: int) -> None:
        """Put two groups together."""
        self.parent[self.root(other)] = self.root(one)
