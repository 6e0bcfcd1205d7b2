"""The day that a command is told."""

from datetime import date

from caracol.core import clock
from caracol.core.errors import Refused


def day_said(text: str | None) -> date:
    """Read AAAA-MM-JJ; without it, today. Raises Refused."""
    if not text:
        return clock.today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            f"« {text} » n'est pas un jour. Écrivez-le AAAA-MM-JJ, par exemple 2026-12-01."
        ) from error
