"""Open a workbook that anybody may have sent: refuse bombs and what is no workbook, in words."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook as Book

from caracol.core.errors import Refused

MEGABYTE = 1024 * 1024
MAX_UNPACKED = 20 * MEGABYTE
MAX_MEMBERS = 500
MAX_RATIO = 200
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK_PARTS = {"[Content_Types].xml", "xl/workbook.xml"}
_SAVE_AS = "Dans Excel ou LibreOffice : Fichier, Enregistrer sous, « Classeur Excel (.xlsx) »."


class NotAWorkbook(Refused):
    """A file that cannot be read as an .xlsx workbook, or that would be dangerous to read."""

    @property
    def errors(self) -> list[dict[str, object]]:
        """The refusal with the keys of a command's contract: it is about no cell."""
        return [{"sheet": "", "row": 0, "column": "", "message": self.message}]


@contextmanager
def open_checked(stream: BinaryIO) -> Iterator[Book]:
    """Open a workbook, formulas as they are written. Raises NotAWorkbook."""
    _check_archive(stream)
    stream.seek(0)
    try:
        book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, TypeError, OSError, SyntaxError) as error:
        raise damaged() from error
    try:
        yield book
    finally:
        book.close()


def _check_archive(stream: BinaryIO) -> None:
    stream.seek(0)
    head = stream.read(8)
    if head == _OLE:
        raise NotAWorkbook(
            "Ce fichier est un ancien classeur .xls, ou il est protégé par un mot de passe : il "
            f"ne peut pas être lu. Retirez la protection, puis enregistrez-le. {_SAVE_AS}"
        )
    if not head.startswith(b"PK"):
        raise NotAWorkbook(f"Ce fichier n'est pas un classeur .xlsx. {_SAVE_AS}")
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise damaged() from error
    _check_members(members)


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if any(member.flag_bits & 1 for member in members):
        raise NotAWorkbook("Ce fichier est protégé par un mot de passe. Retirez la protection.")
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    heavy = unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1024)
    if heavy or len(members) > MAX_MEMBERS:
        raise NotAWorkbook(
            "Ce classeur contient beaucoup trop de données une fois décompressé : il n'a pas été "
            "ouvert. Recopiez vos lignes dans un modèle vierge, sans lignes vides mises en forme."
        )
    if not {member.filename for member in members} >= _WORKBOOK_PARTS:
        raise NotAWorkbook(f"Ce fichier est une archive, pas un classeur .xlsx. {_SAVE_AS}")


def damaged() -> NotAWorkbook:
    """Return the refusal of a workbook that cannot be read to its end."""
    return NotAWorkbook(
        "Ce classeur est abîmé : il ne peut pas être lu. Ouvrez-le et enregistrez-le à nouveau. "
        f"{_SAVE_AS}"
    )
