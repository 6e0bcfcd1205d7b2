"""The inside of a line: words, bold, fields, choices within a sentence."""

import re
from dataclasses import dataclass, field

from caracol.documents.markup.tree import (
    MAX_DEPTH,
    PAGE_BREAK,
    Bold,
    Choice,
    Field,
    Inline,
    Position,
    Problem,
    Text,
)

SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
_TOKEN = re.compile(r"\*\*|\{\{([^{}]*)\}\}|\[\[([^\[\]]*)\]\]|\{\{|\[\[")


@dataclass(frozen=True)
class Span:
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


def read_inlines(spans: list[Span]) -> tuple[tuple[Inline, ...], list[Problem]]:
    """Return what the pieces of a paragraph, a title or a point say, and what is wrong in them."""
    reader = _InlineReader(spans)
    return reader.read(), reader.problems


class _InlineReader:
    """Reads words, bold, facts and choices, with a stack and no recursion."""

    def __init__(self, spans: list[Span]) -> None:
        self.source = " ".join(span.text for span in spans)
        self.starts: list[tuple[int, Span]] = []
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
            name = folded(token[1])
            if not name:
                self._wrong(at, "il manque un nom entre les accolades.")
            self.stack[-1].inside.append(Field(name, at))
        elif token[2] is not None:
            self._tag(folded(token[2]), at)
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
            self._wrong(at, unknown_tag(tag))

    def _close(self, top: _Frame, at: Position) -> None:
        if not top.kind.startswith("si "):
            self._wrong(at, "ce [[fin]] ne referme aucun [[si …]] de la même phrase.")
            return
        self.stack.pop()
        name, negated = condition(top.kind)
        last = tuple(top.inside)
        then, otherwise = (last, ()) if top.then is None else (top.then, last)
        self.stack[-1].inside.append(Choice(name, negated, then, otherwise, top.at))


_UNCLOSED = {
    "**": "ce gras n'est pas refermé par « ** ».",
    "si": "ce [[si …]] n'est pas refermé par [[fin]] dans la même phrase.",
}


def folded(words: str) -> str:
    """Return words parted by one space."""
    return " ".join(words.split())


def condition(tag: str) -> tuple[str, bool]:
    """Return the name of "si dépôt" or "si pas dépôt", and whether it is denied."""
    words = tag.split(" ")[1:]
    return (" ".join(words[1:]), True) if words[:1] == ["pas"] else (" ".join(words), False)


def unknown_tag(tag: str) -> str:
    """Return what to answer to a [[word]] that does not exist."""
    return (
        f"« [[{tag}]] » n'existe pas : les mots possibles sont si, sinon, fin, {PAGE_BREAK}, et "
        "clause au bout d'un titre."
    )
