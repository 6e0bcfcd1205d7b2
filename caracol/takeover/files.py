"""Open the workbook of a takeover, from the page or from the disk."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from openpyxl.workbook.workbook import Workbook as Book

from caracol.core.workbooks import MEGABYTE, NotAWorkbook, open_checked

__all__ = ["NotAWorkbook", "check_size", "digest", "open_book", "open_path"]

MAX_FILE = 10 * MEGABYTE


def check_size(size: int) -> None:
    """Refuse a file too heavy, before any of it is read. Raises NotAWorkbook."""
    if size > MAX_FILE:
        raise NotAWorkbook(
            f"Ce fichier pèse {size / MEGABYTE:.0f} Mo : un classeur de reprise n'en dépasse pas "
            f"{MAX_FILE // MEGABYTE}. Retirez-en les images et les feuilles inutiles."
        )
    if size == 0:
        raise NotAWorkbook("Ce fichier est vide. Choisissez le classeur de reprise rempli.")


@contextmanager
def open_path(path: Path) -> Iterator[BinaryIO]:
    """Open a file of the disk for reading. Raises NotAWorkbook when there is none."""
    try:
        if not path.is_file():
            raise NotAWorkbook(f"Il n'y a pas de fichier « {path} ». Vérifiez le chemin.")
        check_size(path.stat().st_size)
        with path.open("rb") as stream:
            yield stream
    except PermissionError as error:
        raise NotAWorkbook(f"La lecture de « {path} » n'est pas permise.") from error


def digest(stream: BinaryIO) -> str:
    """Return the SHA-256 of a file and go back to its start."""
    stream.seek(0)
    value = hashlib.sha256(stream.read()).hexdigest()
    stream.seek(0)
    return value


@contextmanager
def open_book(stream: BinaryIO) -> Iterator[Book]:
    """Open a checked workbook, formulas as they are written. Raises NotAWorkbook."""
    check_size(stream.seek(0, 2))
    with open_checked(stream) as book:
        yield book
