"""A CAF's statement dropped on a page: imported at once when it is small, else by a job."""

import uuid
from collections.abc import Callable, Collection
from datetime import date
from typing import BinaryIO, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from caracol.accounts.models import User
from caracol.core.errors import Refused
from caracol.core.money import euros
from caracol.jobs.models import Job
from caracol.jobs.services import enqueue
from payments.readers.caf import CafLayoutUnknown
from payments.services.caf_importing import CafImported, Given, import_caf

IMPORT = "payments.caf-import"
AT_ONCE = 2 * 1024 * 1024
"""A file of that size or less is imported while its sender waits."""
Step = Callable[[int, str], None]


@transaction.atomic
def import_followed(
    *,
    stream: BinaryIO,
    name: str,
    actor: User,
    today: date,
    departments: Collection[str] | None,
    given: Given | None = None,
) -> CafImported:
    """Import a file of CAFs that the sender follows (None: all of them). Raises Refused."""
    found = import_caf(stream=stream, name=name, actor=actor, today=today, given=given)
    for one in found.statements:
        if departments is not None and one.office.department not in departments:
            raise Refused(
                f"Ce bordereau est de la {one.office}, hors de votre territoire : rien n'a "
                "été importé."
            )
    return found


def import_later(
    *, stream: BinaryIO, name: str, actor: User, departments: Collection[str] | None
) -> Job:
    """Keep a file and ask for its import; its page says how far it is, then what came out."""
    mark = uuid.uuid4().hex
    path = default_storage.save(f"caf/waiting/{mark}", File(stream))
    with transaction.atomic():
        return enqueue(
            kind=IMPORT,
            dedup_key=f"{IMPORT}:{mark}",
            payload={
                "path": path,
                "name": name[-160:],
                "departments": None if departments is None else sorted(departments),
            },
            total=100,
            title="Import d'un bordereau de la CAF",
            requested_by=actor,
        )


def import_waiting(
    *,
    path: str,
    name: str,
    actor: User,
    today: date,
    departments: Collection[str] | None,
    step: Step,
) -> CafImported:
    """Import a file kept; again = no change. Raises Refused."""
    step(10, "Lecture du bordereau")
    try:
        with default_storage.open(path) as stream:
            return import_followed(
                stream=cast(BinaryIO, stream),
                name=name,
                actor=actor,
                today=today,
                departments=departments,
            )
    except FileNotFoundError as error:
        raise Refused(
            "Ce fichier a déjà été traité, ou n'est plus là : déposez-le de nouveau."
        ) from error
    except CafLayoutUnknown as unknown:
        raise Refused(
            f"{unknown.message} Déposez d'abord un extrait de ce fichier, de quelques lignes."
        ) from unknown


def forget_waiting(path: str) -> None:
    """Remove a file that was imported: the import has kept it whole."""
    default_storage.delete(path)


def words_of(found: CafImported) -> tuple[str, str]:
    """Return what came of a file, in French, and its tone."""
    if found.held:
        words, tone = " ".join(found.held), "danger"
    elif found.is_known and not found.posted:
        words, tone = "Ce bordereau est déjà enregistré : rien n'a changé.", "info"
    else:
        words = f"{found.lines} lignes, {euros(found.total)} : {found.posted} inscrites"
        words += f", {found.suspense} à attribuer." if found.suspense else "."
        tone = "warning" if found.suspense else "success"
    return " ".join([words, *found.remarks]), tone
