"""Arguments that several commands read alike."""

import os
from argparse import ArgumentParser
from datetime import date
from pathlib import Path

from caracol.accounts.models import Territory
from caracol.core.errors import Refused
from caracol.core.periods import Month


class ArgumentRefused(Refused):
    """An argument that is not what the command reads."""


def add_month(parser: ArgumentParser) -> None:
    """Take the month and, optionally, one territory."""
    parser.add_argument("month", metavar="AAAA-MM")
    parser.add_argument("--territory", default="", help="Code d'un territoire, par exemple IDF.")


def read_month(text: str) -> Month:
    """Return the month written AAAA-MM. Raises ArgumentRefused."""
    try:
        return Month.parse(text)
    except ValueError as error:
        raise ArgumentRefused(str(error)) from error


def read_day(text: str) -> date:
    """Return the day written AAAA-MM-JJ. Raises ArgumentRefused."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise ArgumentRefused(
            f"« {text} » n'est pas un jour écrit AAAA-MM-JJ, par exemple 2026-12-07."
        ) from error


def read_territory(code: str) -> Territory | None:
    """Return the territory of a code, None without one. Raises ArgumentRefused."""
    if not code:
        return None
    territory = Territory.objects.filter(code__iexact=code).first()
    if territory is None:
        known = ", ".join(Territory.objects.order_by("code").values_list("code", flat=True))
        raise ArgumentRefused(f"Le territoire « {code} » est inconnu. Codes connus : {known}.")
    return territory


def check_writable(path: Path) -> None:
    """Refuse, before anything is done, a file that could not be written after."""
    folder = path.resolve().parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise ArgumentRefused(
            f"« {path} » ne peut pas être écrit : donnez un fichier dans un dossier existant où "
            "vous avez le droit d'écrire. Rien n'a été fait."
        )
