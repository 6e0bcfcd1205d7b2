"""The small writing in which the team edits its texts: read, told wrong by line, written again.

    # Titre [[clause assurance]]      a heading, perhaps that of a clause one must find
    ## Sous-titre
    - un point d'une liste
    Un paragraphe, **en gras**, avec {{ résident.noms }}.
    [[si dépôt]] … [[sinon]] … [[fin]]      alone on their lines or inside a sentence; [[si pas …]]
    [[saut de page]]

Nothing else: no HTML, no code. Pure.
"""

from caracol.documents.markup.reading import parse
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
    Parsed,
    Position,
    Problem,
    Text,
)
from caracol.documents.markup.writing import write

__all__ = [
    "PAGE_BREAK",
    "Block",
    "Bold",
    "Bullets",
    "Choice",
    "Field",
    "Heading",
    "Inline",
    "PageBreak",
    "Paragraph",
    "Parsed",
    "Position",
    "Problem",
    "Text",
    "parse",
    "write",
]
