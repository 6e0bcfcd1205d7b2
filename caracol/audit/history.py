"""Name the act and its author on every history row written inside a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pghistory

if TYPE_CHECKING:
    from caracol.accounts.models import User

LABELS: dict[str, str] = {
    # Acts of lower layers, which name them in the context themselves.
    "parameters.value.opened": "Nouvelle valeur, à partir d'un jour",
    "parameters.value.corrected": "Correction d'une valeur",
    "register.imported": "Import d'un registre",
}


def label(code: str, sentence: str) -> str:
    """Give an act its French sentence for the history panel; return its code."""
    LABELS[code] = sentence
    return code


@contextmanager
def act(code: str, *, actor: "User", reason: str = "") -> Iterator[None]:
    """Attach the act, its author and its reason to the history rows of the block."""
    facts = {"act": code, "user": actor.pk}
    if reason:
        facts["reason"] = reason
    with pghistory.context(**facts):
        yield
