"""Blocks written again as the team would have typed them."""

from collections.abc import Sequence

from caracol.documents.markup.tree import (
    PAGE_BREAK,
    Block,
    Bold,
    Bullets,
    Choice,
    Field,
    Heading,
    Inline,
    PageBreak,
    Paragraph,
    Text,
)


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
