"""What a text is made of: blocks of words, fields, choices; and what is wrong with it."""

from dataclasses import dataclass, field
from typing import Any

MAX_DEPTH = 6
PAGE_BREAK = "saut de page"

Position = tuple[int, int]


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where; lines and columns count from 1."""

    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"Ligne {self.line}, colonne {self.column} : {self.message}"


@dataclass(frozen=True)
class Text:
    """Words."""

    text: str


@dataclass(frozen=True)
class Field:
    """The place of a fact: {{ résident.noms }}."""

    name: str
    at: Position = field(default=(1, 1), compare=False)


@dataclass(frozen=True)
class Bold:
    """Words in bold."""

    inside: tuple["Inline", ...]


@dataclass(frozen=True)
class Choice:
    """What is said if something is so (or not), else what is said instead."""

    condition: str
    negated: bool
    then: tuple[Any, ...]
    otherwise: tuple[Any, ...] = ()
    at: Position = field(default=(1, 1), compare=False)


Inline = Text | Field | Bold | Choice


@dataclass(frozen=True)
class Heading:
    """A heading of level 2 or 3; `clause`: the clause it opens, or nothing."""

    level: int
    inside: tuple[Inline, ...]
    clause: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    inside: tuple[Inline, ...]


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[tuple[Inline, ...], ...]


@dataclass(frozen=True)
class PageBreak:
    """The next block begins a page."""


Block = Heading | Paragraph | Bullets | PageBreak | Choice


@dataclass(frozen=True)
class Parsed:
    """A text read: its blocks, or what is wrong with it."""

    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...] = ()
