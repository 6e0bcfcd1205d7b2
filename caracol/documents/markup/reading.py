"""A text read line by line into blocks; what is wrong is told with its place."""

import re
from dataclasses import dataclass, field

from caracol.documents.markup.inlines import (
    SPACES,
    Span,
    condition,
    folded,
    read_inlines,
    unknown_tag,
)
from caracol.documents.markup.tree import (
    MAX_DEPTH,
    PAGE_BREAK,
    Block,
    Bullets,
    Choice,
    Heading,
    Inline,
    PageBreak,
    Paragraph,
    Parsed,
    Position,
    Problem,
)

MAX_LENGTH = 60_000
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
        self.lines = ["".join(c for c in line if c.isprintable() or c in SPACES) for line in lines]
        self.blocks: list[Block] = []
        self.open: list[_Open] = []
        self.problems: list[Problem] = []
        self.pending: list[Span] = []
        self.items: list[list[Span]] = []

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
            self._tag(folded(tag[1]), (number, column))
        elif head := _HEADING.match(words):
            self._flush()
            self._heading(words, head, (number, column))
        elif item := _ITEM.match(words):
            if self.pending:
                self._flush()
            self._item(words, item, (number, column))
        else:
            self._continue(Span(words, number, column))

    def _item(self, words: str, item: re.Match[str], at: Position) -> None:
        if item.end() == len(words):
            self._wrong(at, "ce point de liste est vide.")
        self.items.append([Span(words[item.end() :], at[0], at[1] + item.end())])

    def _continue(self, span: "Span") -> None:
        (self.items[-1] if self.items else self.pending).append(span)

    def _flush(self) -> None:
        """End the paragraph or the list being read."""
        if self.items:
            self._add(Bullets(tuple(self._inlines(spans) for spans in self.items)))
        if self.pending:
            self._add(Paragraph(self._inlines(self.pending)))
        self.items, self.pending = [], []

    def _inlines(self, spans: list["Span"]) -> tuple[Inline, ...]:
        inside, problems = read_inlines(spans)
        self.problems += problems
        return inside

    def _heading(self, words: str, head: re.Match[str], at: Position) -> None:
        clause = _CLAUSE.search(words)
        end = clause.start() if clause else len(words)
        title = words[head.end() : max(end, head.end())].strip(" ")
        if not title:
            self._wrong(at, "ce titre est vide.")
            return
        inside = self._inlines([Span(title, at[0], at[1] + head.end())])
        self._add(Heading(len(head[1]) + 1, inside, folded(clause[1]) if clause else ""))

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
            self._wrong(at, unknown_tag(tag))

    def _close(self, at: Position) -> None:
        if not self.open:
            self._wrong(at, "ce [[fin]] ne referme aucun [[si …]].")
            return
        done = self.open.pop()
        name, negated = condition(done.tag)
        then, otherwise = tuple(done.then), tuple(done.otherwise or ())
        self._add(Choice(name, negated, then, otherwise, done.at))


def parse(source: str) -> Parsed:
    """Read a text. Never raises: what is wrong is in `problems`."""
    if len(source) > MAX_LENGTH:
        return Parsed((), (Problem(1, 1, f"le texte dépasse {MAX_LENGTH} signes."),))
    return _Reader(source).read()
