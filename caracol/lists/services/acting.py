"""Prepare an act on rows, do it if nothing has moved, take it back."""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.forms import Form

from caracol.accounts.models import User
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.lists.bulk import MOST_ROWS, BulkAct, Preview, act_of, put_back
from caracol.lists.definition import ListDefinition, Reader, list_of, roles_of
from caracol.lists.enums import ActState
from caracol.lists.models import ListAct

KEPT = timedelta(days=7)
UNDOABLE = timedelta(hours=24)
CELL = "cell:"
# Each row goes through its own service, which reads and locks it; tests know it by this name.
row_by_row = contextlib.nullcontext


class ActRefused(Refused):
    """An act that cannot be done as asked."""


class ChangedSincePreview(ActRefused):
    """What would happen is no longer what was shown."""


@transaction.atomic
def prepare_act(*, act: BulkAct, ids: Sequence[int], query: str, actor: User) -> ListAct:
    """Keep which rows an act is about, until it is previewed and confirmed. Raises ActRefused."""
    if not ids:
        raise ActRefused("Cochez d'abord les lignes concernées.")
    if len(ids) > MOST_ROWS:
        raise ActRefused(
            f"{len(ids)} lignes à la fois, c'est plus que {MOST_ROWS} : affinez les filtres, puis "
            "recommencez avec le reste."
        )
    return ListAct.objects.create(
        actor=actor,
        list_key=act.list_key,
        code=act.code,
        row_ids=sorted(set(ids)),
        query=query,
        created_at=clock.now(),
    )


def settings_form(*, kept: ListAct, act: BulkAct, reader: Reader, data: Any = None) -> Form | None:
    """Return the form of an act's settings, filled with `data` or with those kept."""
    rows = act.rows(reader, kept.row_ids)
    return act.form(reader, rows, data if data is not None else (kept.params or None))


def keep_settings(*, kept: ListAct, params: Mapping[str, Any]) -> ListAct:
    """Keep the settings of an act, as they were typed."""
    kept.params = dict(params)
    kept.save(update_fields=["params"])
    return kept


def preview_act(*, kept: ListAct, act: BulkAct, reader: Reader) -> Preview | None:
    """Return what an act would do now, or None while its settings are missing or wrong."""
    rows = act.rows(reader, kept.row_ids)
    form = act.form(reader, rows, kept.params or None)
    if form is not None and not form.is_valid():
        return None
    facts = form.cleaned_data if form is not None else {}
    with row_by_row():
        return Preview.of(act.effects(reader, rows, facts), kept.params)


@transaction.atomic
def do_act(*, kept: ListAct, act: BulkAct, seen: str, actor: User, today: date) -> ListAct:
    """Do an act on the rows previewed, all or none.

    Rights and effects are looked at again under a lock. Raises ChangedSincePreview when they are
    no longer what was shown, ActRefused when it was done already.
    """
    held = ListAct.objects.select_for_update().get(pk=kept.pk)
    if held.state != ActState.PREPARED:
        raise ActRefused("C'est déjà fait : voyez le résultat ci-dessous.")
    _hold_rows(act, held.row_ids)
    reader = act.reader(actor, today)
    preview = preview_act(kept=held, act=act, reader=reader)
    if preview is None or preview.fingerprint != seen:
        raise ChangedSincePreview(
            "Des lignes ont changé depuis l'aperçu : rien n'a été fait. Voici l'effet à jour ; "
            "confirmez de nouveau s'il vous convient."
        )
    if not preview.kept:
        raise ActRefused("Il n'y a rien à faire sur ces lignes.")
    form = act.form(reader, act.rows(reader, held.row_ids), held.params or None)
    facts = form.cleaned_data if form is not None and form.is_valid() else {}
    with row_by_row():
        held.before = act.apply(reader, preview.kept, facts)
    held.state, held.done_at = ActState.DONE, clock.now()
    number = len(preview.kept)
    held.result = act.done[number > 1].format(number)
    held.save(update_fields=["before", "state", "done_at", "result"])
    return held


def _hold_rows(act: BulkAct, ids: Sequence[int]) -> None:
    rows = act.definition.model._default_manager.filter(pk__in=ids).order_by("pk")
    list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))


def keep_edit(
    *, definition: ListDefinition, key: str, pk: int, was: str, version: str, actor: User
) -> ListAct:
    """Keep what a cell held before it was edited, so that it can be put back."""
    now = clock.now()
    return ListAct.objects.create(
        actor=actor,
        list_key=definition.key,
        code=f"{CELL}{key}",
        row_ids=[pk],
        before=[{"pk": pk, "was": was, "version": version}],
        state=ActState.DONE,
        created_at=now,
        done_at=now,
    )


def may_undo(kept: ListAct, now: datetime) -> bool:
    """Whether an act may still be taken back."""
    recent = kept.done_at is not None and now - kept.done_at <= UNDOABLE
    return kept.state == ActState.DONE and recent and bool(kept.before)


@transaction.atomic
def undo_act(*, kept: ListAct, actor: User, today: date) -> ListAct:
    """Take an act back, all or none. Raises Refused when a row has changed since."""
    held = ListAct.objects.select_for_update().get(pk=kept.pk)
    if not may_undo(held, clock.now()):
        raise ActRefused("Cet acte ne peut plus être annulé : corrigez la fiche elle-même.")
    if held.code.startswith(CELL):
        _undo_cell(held, actor, today)
    else:
        act = act_of(held.code)
        if act is None or not act.reversible or not act.allowed(actor):
            raise ActRefused("Cet acte ne s'annule pas d'ici.")
        with row_by_row():
            act.undo(act.reader(actor, today), held.before)
    held.state, held.undone_at = ActState.UNDONE, clock.now()
    held.save(update_fields=["state", "undone_at"])
    return held


def _undo_cell(held: ListAct, actor: User, today: date) -> None:
    definition = list_of(held.list_key)
    target = definition.fields.get(held.code.removeprefix(CELL)) if definition else None
    if definition is None or target is None:
        raise ActRefused("Cette liste n'existe plus.")
    reader = Reader(actor, roles_of(definition.cell_key), today)
    found = definition.model._default_manager.filter(pk__in=held.row_ids)
    rows = {row.pk: row for row in found.visible_to(actor, reader.roles)}
    if set(rows) != set(held.row_ids):
        raise ActRefused("Vous n'avez plus le droit de modifier cette ligne.")
    put_back(target, reader, rows, held.before)


def forget_old_acts(*, now: datetime) -> int:
    """Remove what acts kept, once nobody may take them back any more."""
    count, _ = ListAct.objects.filter(created_at__lt=now - KEPT).delete()
    return count
