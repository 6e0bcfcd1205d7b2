"""A bank's file dropped on a page: imported at once when it is small, else by a job."""

import uuid
from collections.abc import Callable
from typing import BinaryIO, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from caracol.accounts.models import User
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import euros
from caracol.jobs.models import Job
from caracol.jobs.services import enqueue
from payments.readers.sheet import LayoutUnknown
from payments.services.automatic import Run, reconcile
from payments.services.banking import Imported, import_bank

IMPORT = "payments.bank-import"
AT_ONCE = 2 * 1024 * 1024
"""A file of that size or less, some thousands of lines, is imported while its sender waits."""
Step = Callable[[int, str], None]


def import_later(*, stream: BinaryIO, name: str, actor: User) -> Job:
    """Keep a file and ask for its import; its page shows how far it is, then what came out."""
    mark = uuid.uuid4().hex
    path = default_storage.save(f"bank/waiting/{mark}", File(stream))
    with transaction.atomic():
        return enqueue(
            kind=IMPORT,
            dedup_key=f"{IMPORT}:{mark}",
            payload={"path": path, "name": name[-160:]},
            total=100,
            title="Import d'un relevé de banque",
            requested_by=actor,
        )


def import_waiting(*, path: str, name: str, actor: User, step: Step) -> tuple[Imported, Run]:
    """Import a file kept, then settle what is certain; again = no change. Raises Refused."""
    try:
        with default_storage.open(path) as stream:
            size = max(default_storage.size(path), 1)

            def read(lines: int) -> None:
                share = min(stream.tell() / size, 1)
                step(int(share * 80), f"{lines} lignes lues")

            found = import_bank(stream=cast(BinaryIO, stream), name=name, actor=actor, on_step=read)
    except FileNotFoundError as error:
        raise Refused(
            "Ce fichier a déjà été traité, ou n'est plus là : déposez-le de nouveau."
        ) from error
    except LayoutUnknown as unknown:
        raise Refused(
            f"{unknown.message} Déposez d'abord un extrait de ce fichier, de quelques lignes."
        ) from unknown
    step(80, "Rapprochement de ce qui est certain")
    run = reconcile(actor=actor, today=clock.today())
    return found, run


def forget_waiting(path: str) -> None:
    """Remove a file that was imported: the import has kept it whole."""
    default_storage.delete(path)


def words_of(found: Imported, run: Run) -> str:
    """Return what came of a file, in French."""
    if found.is_known_file:
        return f"« {found.name} » était déjà importé : rien n'a changé."
    held = f", {found.held} retenues à décider" if found.held else ""
    return (
        f"{found.new} lignes nouvelles, {found.duplicates} déjà connues{held} : "
        f"{euros(found.credits)} reçus, {euros(found.debits)} sortis. {run.settled} rapprochées "
        "toutes seules."
    )
