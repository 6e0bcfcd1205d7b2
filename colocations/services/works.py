"""Works in an empty room: what, by whom, until when, for how much, done or not."""

from datetime import date
from typing import Any

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from colocations.models import RoomVoid, RoomWorks
from colocations.services.saving import current, locked, save

ADDED = history.label("colocations.works-added", "Travaux enregistrés")
CHANGED = history.label("colocations.works-changed", "Travaux modifiés")
FINISHED = history.label("colocations.works-finished", "Travaux terminés")
REOPENED = history.label("colocations.works-reopened", "Travaux à reprendre")
REMOVED = history.label("colocations.works-removed", "Travaux supprimés")

FIELDS = ("label", "contractor", "expected_on", "cost")


@transaction.atomic
def add_works(*, void: RoomVoid, actor: User, **facts: Any) -> RoomWorks:
    """Record works during a void. Raises Invalid."""
    with history.act(ADDED, actor=actor):
        works = RoomWorks(void=locked(void), **facts)
        save(works)
    return works


@transaction.atomic
def edit_works(*, works: RoomWorks, actor: User, seen: str = "", **facts: Any) -> RoomWorks:
    """Change works. Raises Invalid, ChangedMeanwhile."""
    with history.act(CHANGED, actor=actor):
        held: RoomWorks = current(works, facts, seen)
        save(held, facts)
    return held


@transaction.atomic
def finish_works(*, works: RoomWorks, done_on: date, actor: User) -> RoomWorks:
    """Say that works are done."""
    with history.act(FINISHED, actor=actor):
        held: RoomWorks = current(works, {"done_on": done_on}, "")
        save(held, ["done_on"])
    return held


@transaction.atomic
def reopen_works(*, works: RoomWorks, actor: User) -> RoomWorks:
    """Say that works are not done after all."""
    with history.act(REOPENED, actor=actor):
        held: RoomWorks = current(works, {"done_on": None}, "")
        save(held, ["done_on"])
    return held


@transaction.atomic
def remove_works(*, works: RoomWorks, actor: User) -> None:
    """Take away works recorded by mistake; the history keeps them."""
    with history.act(REMOVED, actor=actor):
        locked(works).delete()
