"""The kinds of texts that the team edits. Each application registers its own in `papers.py`."""

from collections.abc import Callable
from dataclasses import dataclass

from caracol.accounts.models import User
from caracol.documents.content import TextPaper
from caracol.documents.filling import Vocabulary
from caracol.documents.models import TextTemplate

# Fill a version of a text, a draft perhaps, with the facts of a subject that a person chose by its
# number. Raises Refused, in words, when the user may not see it or a fact is lacking.
Preview = Callable[[User, str, TextTemplate], TextPaper]


@dataclass(frozen=True, kw_only=True)
class TextKind:
    """A kind of text.

    `document_kind`: the kind of document it becomes. `variants`: the types it may differ for;
    `every_variant`: each must have its own, none serves all.
    """

    code: str
    label: str
    document_kind: str
    words: Vocabulary
    preview: Preview
    variants: tuple[tuple[str, str], ...] = ()
    every_variant: bool = False
    order: int = 50

    def variant_label(self, variant: str) -> str:
        """Return the name of a variant."""
        return dict(self.variants).get(variant, "tous les types")


_kinds: dict[str, TextKind] = {}


def register_text(kind: TextKind) -> TextKind:
    """Register a kind of text, by its code."""
    _kinds[kind.code] = kind
    return kind


def text_kind(code: str) -> TextKind:
    """Return the kind of a code. Raises LookupError."""
    return _kinds[code]


def text_kinds() -> list[TextKind]:
    """Return every kind, in the order people read them."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.label))
