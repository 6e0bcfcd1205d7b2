"""Two people on one form: the second one is told, and loses nothing.

A form carries the version of the row as it was shown; the service compares it, under a lock, with
the row as it is. No column is needed: the version is a fingerprint of the fields that the form
writes. Pure.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from caracol.core.errors import Refused


class ChangedMeanwhile(Refused):
    """Somebody changed the row since it was shown."""


def version_of(row: Any, fields: Iterable[str]) -> str:
    """Return the fingerprint of some fields of a row, 16 hexadecimal signs."""
    columns = {field.name: field for field in row._meta.concrete_fields}
    said = "\x1f".join(f"{name}={getattr(row, columns[name].attname)!r}" for name in sorted(fields))
    return hashlib.sha256(f"{row._meta.label}:{row.pk}:{said}".encode()).hexdigest()[:16]


def refuse_if_changed(row: Any, fields: Iterable[str], seen: str) -> None:
    """Raise ChangedMeanwhile when the row, read under a lock, is no longer what was shown.

    An empty `seen` asks for no comparison: the act comes from no form.
    """
    if seen and version_of(row, fields) != seen:
        raise ChangedMeanwhile(
            "Quelqu'un a modifié cette fiche pendant que vous l'aviez sous les yeux : rien n'a été "
            "enregistré. Comparez votre saisie avec la version à jour, puis enregistrez de nouveau."
        )
