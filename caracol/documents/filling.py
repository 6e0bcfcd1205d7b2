"""Check a text against the facts it may name and what it must say; fill it with facts. Pure."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from caracol.core.text import plain
from caracol.documents.markup import (
    Block,
    Bold,
    Bullets,
    Choice,
    Field,
    Heading,
    Inline,
    PageBreak,
    Paragraph,
    Position,
    Problem,
    Text,
)

# A clause says something: fewer letters than this under its heading is an empty clause.
CLAUSE_LETTERS = 40


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A fact that a text may print: what it is, an example, where a person writes it."""

    label: str
    example: str
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What a text may name: facts between braces; facts and questions after « si »."""

    facts: Mapping[str, Fact]
    questions: Mapping[str, str] = field(default_factory=dict)

    def fact(self, name: str) -> str:
        """Return the known spelling of a fact, or nothing."""
        return _known(name, self.facts)

    def question(self, name: str) -> str:
        """Return the known spelling of what « si » asks, or nothing."""
        return _known(name, self.questions) or self.fact(name)


@dataclass(frozen=True)
class Values:
    """The facts of one contract, ready to print, and the answers to the questions."""

    facts: Mapping[str, str]
    answers: Mapping[str, bool] = field(default_factory=dict)

    def is_so(self, name: str) -> bool:
        """Answer what « si » asks: a question, else whether the fact is known."""
        return self.answers[name] if name in self.answers else bool(self.facts.get(name))


class FactsLacking(Exception):
    """The text prints facts that nobody has written; `names` are theirs."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


def _key(name: str) -> str:
    return plain(name).replace(" . ", ".").replace("_", " ")


def _known(name: str, names: Iterable[str]) -> str:
    asked = _key(name)
    return next((known for known in names if _key(known) == asked), "")


# --- Checking -----------------------------------------------------------------------------------
def unknown_names(blocks: Sequence[Block], words: Vocabulary) -> list[Problem]:
    """Tell every name that a text uses and nobody knows, with the nearest known one."""
    problems = []
    for node in _walk(blocks):
        if isinstance(node, Field) and not words.fact(node.name):
            problems.append(_unknown(node.at, f"{{{{ {node.name} }}}}", node.name, words.facts))
        elif isinstance(node, Choice) and not words.question(node.condition):
            known = [*words.questions, *words.facts]
            said = f"[[si {node.condition}]]"
            problems.append(_unknown(node.at, said, node.condition, known))
    return problems


def _unknown(at: Position, said: str, name: str, names: Iterable[str]) -> Problem:
    by_key = {_key(known): known for known in names}
    near = difflib.get_close_matches(_key(name), by_key, n=1, cutoff=0.5)
    hint = f" Vouliez-vous dire « {by_key[near[0]]} » ?" if near else ""
    return Problem(*at, f"« {said} » n'existe pas.{hint}")


@dataclass(frozen=True)
class Demand:
    """Something a text must hold: elements in the writing of texts, one of them being enough.

    `when_known`: it may stand under « si » asking for that very thing; else it must always be
    said. `source`: the article that demands it.
    """

    elements: tuple[str, ...]
    label: str
    source: str
    when_known: bool = False


def unmet(blocks: Sequence[Block], demands: Iterable[Demand]) -> list[Demand]:
    """Return the demands that a text does not meet."""
    fields = list(_fields(blocks, ()))
    clauses = list(_clauses(blocks, guarded=False))
    return [
        demand
        for demand in demands
        if not any(_met(element, demand, fields, clauses) for element in demand.elements)
    ]


_ELEMENT = re.compile(r"\{\{ *(?P<fact>[^{}]+?) *\}\}|\[\[ *clause +(?P<clause>[^\[\]]+?) *\]\]")


def is_element(text: str) -> bool:
    """Tell whether a text names a fact or a clause: "{{ contrat.fin }}", "[[clause assurance]]"."""
    return bool(_ELEMENT.fullmatch(text.strip()))


def _met(
    element: str,
    demand: Demand,
    fields: list[tuple[str, tuple[str, ...]]],
    clauses: list[tuple[str, bool]],
) -> bool:
    asked = _ELEMENT.fullmatch(element.strip())
    if asked is None:
        return False
    if asked["clause"]:
        name = _key(asked["clause"])
        return (name, False) in clauses or (demand.when_known and (name, True) in clauses)
    name = _key(asked["fact"])
    return any(
        found == name
        and (not guards or (demand.when_known and all(_same(g, name) for g in guards)))
        for found, guards in fields
    )


def _same(guard: str, name: str) -> bool:
    """Tell whether a condition asks for the thing itself: « dépôt » for dépôt.montant."""
    return guard.partition(".")[0] == name.partition(".")[0]


def _fields(nodes: Iterable[Any], guards: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in nodes:
        if isinstance(node, Field):
            yield _key(node.name), guards
        elif isinstance(node, Choice):
            deeper = (*guards, _key(node.condition))
            yield from _fields((*node.then, *node.otherwise), deeper)
        else:
            yield from _fields(_inside(node), guards)


def _clauses(blocks: Sequence[Block], *, guarded: bool) -> Iterator[tuple[str, bool]]:
    """Yield the clauses with enough words to say something, and whether they stand under « si »."""
    for index, block in enumerate(blocks):
        if isinstance(block, Choice):
            yield from _clauses(block.then, guarded=True)
            yield from _clauses(block.otherwise, guarded=True)
        if not isinstance(block, Heading) or not block.clause:
            continue
        letters = 0
        for after in blocks[index + 1 :]:
            if isinstance(after, Heading) and after.level <= block.level:
                break
            letters += sum(len(n.text) for n in _walk([after]) if isinstance(n, Text))
        if letters >= CLAUSE_LETTERS:
            yield _key(block.clause), guarded


def _inside(node: Any) -> tuple[Any, ...]:
    match node:
        case Heading() | Paragraph() | Bold():
            return tuple(node.inside)
        case Bullets():
            return tuple(inline for item in node.items for inline in item)
        case Choice():
            return (*node.then, *node.otherwise)
    return ()


def _walk(nodes: Iterable[Any]) -> Iterator[Any]:
    for node in nodes:
        yield node
        yield from _walk(_inside(node))


# --- Filling ------------------------------------------------------------------------------------
Run = dict[str, Any]


def fill(blocks: Sequence[Block], words: Vocabulary, values: Values) -> list[dict[str, Any]]:
    """Return the blocks of a paper, facts in their places: what is frozen and printed.

    Raises FactsLacking when the text prints a fact that is empty: no hole is ever printed.
    """
    filler = _Filler(words, values)
    filled = _joined(filler.blocks(blocks))
    if filler.lacking:
        raise FactsLacking(list(dict.fromkeys(filler.lacking)))
    return filled


def _joined(blocks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make one list of the points that choices brought side by side."""
    joined: list[dict[str, Any]] = []
    for block in blocks:
        if joined and block["kind"] == "ul" == joined[-1]["kind"]:
            joined[-1] = {"kind": "ul", "items": [*joined[-1]["items"], *block["items"]]}
        else:
            joined.append(block)
    return joined


class _Filler:
    """Fills blocks, and notes what is missing."""

    def __init__(self, words: Vocabulary, values: Values) -> None:
        self.words, self.values = words, values
        self.lacking: list[str] = []

    def blocks(self, blocks: Sequence[Block]) -> Iterator[dict[str, Any]]:
        """Yield the filled blocks; what says nothing is left out."""
        for block in blocks:
            match block:
                case Choice():
                    yield from self.blocks(self._chosen(block))
                case PageBreak():
                    yield {"kind": "break"}
                case Bullets():
                    items = [runs for item in block.items if (runs := self.runs(item))]
                    if items:
                        yield {"kind": "ul", "items": items}
                case Heading() | Paragraph():
                    yield from self._words(block)

    def _words(self, block: Heading | Paragraph) -> Iterator[dict[str, Any]]:
        kind = f"h{block.level}" if isinstance(block, Heading) else "p"
        if kind == "p" and len(block.inside) == 1 and isinstance(block.inside[0], Field):
            lines = [line.strip(" -•") for line in self._value(block.inside[0]).splitlines()]
            lines = [line for line in lines if line]
            if len(lines) > 1:
                yield {"kind": "ul", "items": [[_run(line)] for line in lines]}
                return
        runs = self.runs(block.inside)
        if runs:
            yield {"kind": kind, "runs": runs}

    def runs(self, inside: Sequence[Inline]) -> list[Run]:
        """Return the words of a line, joined, without the spaces that choices leave."""
        return _tidied(list(self._runs(inside, strong=False)))

    def _runs(self, inside: Sequence[Inline], *, strong: bool) -> Iterator[Run]:
        for inline in inside:
            match inline:
                case Text():
                    yield _run(inline.text, strong=strong)
                case Field():
                    yield _run(" ".join(self._value(inline).split("\n")), strong=strong)
                case Bold():
                    yield from self._runs(inline.inside, strong=True)
                case Choice():
                    yield from self._runs(self._chosen(inline), strong=strong)

    def _chosen(self, choice: Choice) -> Sequence[Any]:
        so = self.values.is_so(self.words.question(choice.condition))
        return choice.otherwise if so == choice.negated else choice.then

    def _value(self, place: Field) -> str:
        name = self.words.fact(place.name)
        value = self.values.facts.get(name, "")
        if not value:
            self.lacking.append(name or place.name)
        return value


def _run(text: str, *, strong: bool = False) -> Run:
    return {"text": text, "strong": strong}


def _tidied(runs: list[Run]) -> list[Run]:
    tidy: list[Run] = []
    for run in runs:
        text = run["text"]
        if not tidy or tidy[-1]["text"].endswith(" "):
            text = text.lstrip(" ")
        if not text:
            continue
        if tidy and tidy[-1]["strong"] == run["strong"]:
            tidy[-1] = _run(tidy[-1]["text"] + text, strong=run["strong"])
        else:
            tidy.append(_run(text, strong=run["strong"]))
    if tidy:
        tidy[-1] = _run(tidy[-1]["text"].rstrip(" "), strong=tidy[-1]["strong"])
    return [run for run in tidy if run["text"]]
