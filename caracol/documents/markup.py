"""The small writing in which the team edits its texts: read, told wrong by line, written again.

    # Titre [[clause assurance]]      a heading, perhaps that of a clause one must find
    ## Sous-titre
    - un point d'une liste
    Un paragraphe, **en gras**, avec {{ résident.noms }}.
    [[si dépôt]] … [[sinon]] … [[fin]]      alone on their lines or inside a sentence; [[si pas …]]
    [[saut de page]]

Nothing else: no HTML, no code. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_LENGTH = 60_000
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


def parse(source: str) -> Parsed:
    """Read a text. Never raises: what is wrong is in `problems`."""
    if len(source) > MAX_LENGTH:
        return Parsed((), (Problem(1, 1, f"le texte dépasse {MAX_LENGTH} signes."),))
    return _Reader(source).read()


# --- Blocks -------------------------------------------------------------------------------------
_ALONE = re.compile(r"\[\[([^\[\]]*)\]\]")
_CLAUSE = re.compile(r" *\[\[ *clause +([^\[\]]+?) *\]\]$")
_HEADING = re.compile(r"(##?)(?: +|$)")
_ITEM = re.compile(r"-(?: +|$)")


@dataclass
class _Open:
    """A [[si …]] not closed yet."""

    tag: str
    at: Position
    then: list[Block] = field(default_factory=list)
    otherwise: list[Block] | None = None

    @property
    def current(self) -> list[Block]:
        return self.then if self.otherwise is None else self.otherwise


class _Reader:
    """Reads lines into blocks."""

    def __init__(self, source: str) -> None:
        lines = source.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
        self.lines = ["".join(c for c in line if c.isprintable() or c in _SPACES) for line in lines]
        self.blocks: list[Block] = []
        self.open: list[_Open] = []
        self.problems: list[Problem] = []
        self.pending: list[_Span] = []
        self.items: list[list[_Span]] = []

    def read(self) -> Parsed:
        """Read every line, close what is open, tell what is wrong."""
        for number, line in enumerate(self.lines, start=1):
            self._line(number, line)
        self._flush()
        for left in self.open:
            self._wrong(left.at, "ce [[si …]] n'est pas refermé par [[fin]].")
        if self.problems:
            ordered = sorted(set(self.problems), key=lambda p: (p.line, p.column))
            return Parsed((), tuple(ordered))
        return Parsed(tuple(self.blocks))

    def _wrong(self, at: Position, message: str) -> None:
        self.problems.append(Problem(*at, message))

    def _add(self, block: Block) -> None:
        (self.open[-1].current if self.open else self.blocks).append(block)

    def _line(self, number: int, line: str) -> None:
        words = line.strip(" ")
        column = len(line) - len(line.lstrip(" ")) + 1
        if not words:
            self._flush()
        elif tag := _ALONE.fullmatch(words):
            self._flush()
            self._tag(_folded(tag[1]), (number, column))
        elif head := _HEADING.match(words):
            self._flush()
            self._heading(words, head, (number, column))
        elif item := _ITEM.match(words):
            if self.pending:
                self._flush()
            self._item(words, item, (number, column))
        else:
            self._continue(_Span(words, number, column))

    def _item(self, words: str, item: re.Match[str], at: Position) -> None:
        if item.end() == len(words):
            self._wrong(at, "ce point de liste est vide.")
        self.items.append([_Span(words[item.end() :], at[0], at[1] + item.end())])

    def _continue(self, span: "_Span") -> None:
        (self.items[-1] if self.items else self.pending).append(span)

    def _flush(self) -> None:
        """End the paragraph or the list being read."""
        if self.items:
            self._add(Bullets(tuple(self._inlines(spans) for spans in self.items)))
        if self.pending:
            self._add(Paragraph(self._inlines(self.pending)))
        self.items, self.pending = [], []

    def _inlines(self, spans: list["_Span"]) -> tuple[Inline, ...]:
        inside, problems = _read_inlines(spans)
        self.problems += problems
        return inside

    def _heading(self, words: str, head: re.Match[str], at: Position) -> None:
        clause = _CLAUSE.search(words)
        end = clause.start() if clause else len(words)
        title = words[head.end() : max(end, head.end())].strip(" ")
        if not title:
            self._wrong(at, "ce titre est vide.")
            return
        inside = self._inlines([_Span(title, at[0], at[1] + head.end())])
        self._add(Heading(len(head[1]) + 1, inside, _folded(clause[1]) if clause else ""))

    def _tag(self, tag: str, at: Position) -> None:
        if tag == PAGE_BREAK:
            self._add(PageBreak())
        elif tag == "sinon":
            if not self.open or self.open[-1].otherwise is not None:
                self._wrong(at, "ce [[sinon]] ne répond à aucun [[si …]].")
            else:
                self.open[-1].otherwise = []
        elif tag == "fin":
            self._close(at)
        elif tag.startswith("si "):
            if len(self.open) >= MAX_DEPTH:
                self._wrong(at, "trop de [[si …]] les uns dans les autres.")
            self.open.append(_Open(tag, at))
        else:
            self._wrong(at, _unknown_tag(tag))

    def _close(self, at: Position) -> None:
        if not self.open:
            self._wrong(at, "ce [[fin]] ne referme aucun [[si …]].")
            return
        done = self.open.pop()
        name, negated = _condition(done.tag)
        then, otherwise = tuple(done.then), tuple(done.otherwise or ())
        self._add(Choice(name, negated, then, otherwise, done.at))


# --- Inside a line ------------------------------------------------------------------------------
_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
_TOKEN = re.compile(r"\*\*|\{\{([^{}]*)\}\}|\[\[([^\[\]]*)\]\]|\{\{|\[\[")


@dataclass(frozen=True)
class _Span:
    """A piece of a line and where it began."""

    text: str
    line: int
    column: int


@dataclass
class _Frame:
    """What is being read: the whole, a bold, a [[si …]]."""

    kind: str
    at: Position
    inside: list[Inline] = field(default_factory=list)
    then: tuple[Inline, ...] | None = None


def _read_inlines(spans: list[_Span]) -> tuple[tuple[Inline, ...], list[Problem]]:
    reader = _InlineReader(spans)
    return reader.read(), reader.problems


class _InlineReader:
    """Reads words, bold, facts and choices, with a stack and no recursion."""

    def __init__(self, spans: list[_Span]) -> None:
        self.source = " ".join(span.text for span in spans)
        self.starts: list[tuple[int, _Span]] = []
        offset = 0
        for span in spans:
            self.starts.append((offset, span))
            offset += len(span.text) + 1
        self.stack = [_Frame("", (1, 1))]
        self.problems: list[Problem] = []

    def read(self) -> tuple[Inline, ...]:
        """Read to the end."""
        last = 0
        for token in _TOKEN.finditer(self.source):
            self._words(self.source[last : token.start()])
            last = token.end()
            self._token(token, self._at(token.start()))
        self._words(self.source[last:])
        for frame in self.stack[1:]:
            self._wrong(frame.at, _UNCLOSED[frame.kind.partition(" ")[0]])
        return tuple(self.stack[0].inside)

    def _at(self, offset: int) -> Position:
        start, span = next(pair for pair in reversed(self.starts) if pair[0] <= offset)
        return span.line, span.column + offset - start

    def _wrong(self, at: Position, message: str) -> None:
        self.problems.append(Problem(*at, message))

    def _words(self, words: str) -> None:
        if not words:
            return
        inside, folded = self.stack[-1].inside, re.sub(" +", " ", words)
        if inside and isinstance(inside[-1], Text):
            folded = re.sub(" +", " ", inside.pop().text + folded)  # type: ignore[union-attr]
        inside.append(Text(folded))

    def _token(self, token: re.Match[str], at: Position) -> None:
        if token[0] == "**":
            self._bold(at)
        elif token[1] is not None:
            name = _folded(token[1])
            if not name:
                self._wrong(at, "il manque un nom entre les accolades.")
            self.stack[-1].inside.append(Field(name, at))
        elif token[2] is not None:
            self._tag(_folded(token[2]), at)
        else:
            closing = "}}" if token[0] == "{{" else "]]"
            self._wrong(at, f"« {token[0]} » n'est pas refermé par « {closing} ».")

    def _bold(self, at: Position) -> None:
        if self.stack[-1].kind == "**":
            done = self.stack.pop()
            self.stack[-1].inside.append(Bold(tuple(done.inside)))
        elif any(frame.kind == "**" for frame in self.stack):
            self._wrong(at, "le gras et les [[si …]] se croisent : refermez l'un avant l'autre.")
        else:
            self.stack.append(_Frame("**", at))

    def _tag(self, tag: str, at: Position) -> None:
        top = self.stack[-1]
        if tag.startswith("si "):
            if len(self.stack) > MAX_DEPTH:
                self._wrong(at, "trop de [[si …]] les uns dans les autres.")
            self.stack.append(_Frame(tag, at))
        elif tag == "sinon":
            if not top.kind.startswith("si ") or top.then is not None:
                self._wrong(at, "ce [[sinon]] ne répond à aucun [[si …]] de la même phrase.")
            else:
                top.then, top.inside = tuple(top.inside), []
        elif tag == "fin":
            self._close(top, at)
        else:
            self._wrong(at, _unknown_tag(tag))

    def _close(self, top: _Frame, at: Position) -> None:
        if not top.kind.startswith("si "):
            self._wrong(at, "ce [[fin]] ne referme aucun [[si …]] de la même phrase.")
            return
        self.stack.pop()
        name, negated = _condition(top.kind)
        last = tuple(top.inside)
        then, otherwise = (last, ()) if top.then is None else (top.then, last)
        self.stack[-1].inside.append(Choice(name, negated, then, otherwise, top.at))


_UNCLOSED = {
    "**": "ce gras n'est pas refermé par « ** ».",
    "si": "ce [[si …]] n'est pas refermé par [[fin]] dans la même phrase.",
}


def _folded(words: str) -> str:
    return " ".join(words.split())


def _condition(tag: str) -> tuple[str, bool]:
    """Return the name of "si dépôt" or "si pas dépôt", and whether it is denied."""
    words = tag.split(" ")[1:]
    return (" ".join(words[1:]), True) if words[:1] == ["pas"] else (" ".join(words), False)


def _unknown_tag(tag: str) -> str:
    return (
        f"« [[{tag}]] » n'existe pas : les mots possibles sont si, sinon, fin, {PAGE_BREAK}, et "
        "clause au bout d'un titre."
    )


# --- Writing ------------------------------------------------------------------------------------
def write(blocks: Sequence[Block]) -> str:
    """Return the text of blocks; read again, it gives the same blocks."""
    return "\n\n".join(_written(block) for block in blocks) + ("\n" if blocks else "")


def _written(block: Block) -> str:
    match block:
        case Heading():
            clause = f" [[clause {block.clause}]]" if block.clause else ""
            return f"{'#' * (block.level - 1)} {_line(block.inside).strip(' ')}{clause}"
        case Bullets():
            return "\n".join(f"- {_line(item).strip(' ')}" for item in block.items)
        case Paragraph():
            return _line(block.inside)
        case PageBreak():
            return f"[[{PAGE_BREAK}]]"
        case Choice():
            return _written_choice(block)


def _written_choice(choice: Choice) -> str:
    parts = [_opening(choice), *(_written(block) for block in choice.then)]
    if choice.otherwise:
        parts += ["[[sinon]]", *(_written(block) for block in choice.otherwise)]
    return "\n\n".join([*parts, "[[fin]]"])


def _opening(choice: Choice) -> str:
    return f"[[si {'pas ' if choice.negated else ''}{choice.condition}]]"


def _line(inside: Sequence[Inline]) -> str:
    return "".join(_word(inline) for inline in inside)


def _word(inline: Inline) -> str:
    match inline:
        case Text():
            return inline.text
        case Field():
            return f"{{{{ {inline.name} }}}}"
        case Bold():
            return f"**{_line(inline.inside)}**"
        case Choice():
            other = f"[[sinon]]{_line(inline.otherwise)}" if inline.otherwise else ""
            return f"{_opening(inline)}{_line(inline.then)}{other}[[fin]]"
