"""Name the act and its author on every history row written inside a block."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pghistory
from django.db import connection, transaction

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


_afterwards: list[Callable[[], None]] = []


def after_acts(function: Callable[[], None]) -> Callable[[], None]:
    """Register what is told, once its transaction is committed, that somebody did something."""
    if function not in _afterwards:
        _afterwards.append(function)
    return function


@contextmanager
def act(code: str, *, actor: "User", reason: str = "") -> Iterator[None]:
    """Attach the act, its author and its reason to the history rows of the block."""
    facts = {"act": code, "user": actor.pk}
    if reason:
        facts["reason"] = reason
    with pghistory.context(**facts):
        yield
    for function in _afterwards:
        if not any(entry[1] is function for entry in connection.run_on_commit):
            transaction.on_commit(function, robust=True)
