"""Read the history of what people changed and the register of what they consulted, in French."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from caracol.accounts.models import User
from caracol.audit import history
from caracol.audit.models import AccessRecord
from caracol.core.models import MoneyField, MonthField
from caracol.core.money import euros
from caracol.core.periods import Month, french_day

SHOWN_EVENTS = 400
HIDDEN = "donnée réservée"
REMOVED = "delete"
"""The label of the event that a removal leaves."""
# What the program keeps for itself: what an act found, to be able to put it back.
_LEFT_OUT = frozenset({"id", "search_key", "binding", "before", "end_before"})

# A model, or one of its fields, that the reader may not know: "residents.contractterms.fee".
Masks = frozenset[str]
Subjects = Mapping[type[models.Model], Iterable[int]]


@dataclass(frozen=True)
class Change:
    """One fact of one row: what it was, what it became. A new row has no before."""

    name: str
    before: str
    after: str
    hidden: bool = False


@dataclass(frozen=True)
class RowChange:
    """What an act did to one row."""

    subject: str
    created: bool
    changes: list[Change]
    removed: bool = False


@dataclass
class HistoryLine:
    """One act: when, who, what it is called, why, and every row it touched."""

    at: datetime
    who: str
    label: str
    reason: str
    rows: list[RowChange] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What the act is called; without a name, what it did to which rows."""
        if self.label:
            return self.label
        created = all(row.created for row in self.rows)
        removed = all(row.removed for row in self.rows)
        subjects = list(dict.fromkeys(row.subject for row in self.rows))
        others = f" et {len(subjects) - 3} autres" if len(subjects) > 4 else ""
        named = ", ".join(subjects[:3] if others else subjects)
        verb = "Suppression" if removed else "Ajout" if created else "Modification"
        return f"{verb} : {named}{others}"


def history_of(subjects: Subjects, *, masks: Masks = frozenset()) -> list[HistoryLine]:
    """Return the acts that touched the rows, latest first; a fixed number of queries."""
    events = _events(subjects)
    names = _related_names(events)
    people = _authors(events)
    before: dict[tuple[type[models.Model], int], Any] = {}
    acts: dict[Any, HistoryLine] = {}
    for event in events:  # oldest first: each row is compared with its previous state
        model = event.pgh_tracked_model
        row = _row_change(event, before.get((model, event.pgh_obj_id)), names, masks)
        before[model, event.pgh_obj_id] = event
        if not row.changes and not row.removed:
            continue
        # Without a context, rows of one transaction share their instant.
        key = event.pgh_context_id or event.pgh_created_at
        if key not in acts:
            acts[key] = _line(event, people)
        acts[key].rows.append(row)
    return sorted(acts.values(), key=lambda line: line.at, reverse=True)


def _events(subjects: Subjects) -> list[Any]:
    events: list[Any] = []
    for model, ids in subjects.items():
        found = list(
            model.pgh_event_model.objects.filter(pgh_obj_id__in=list(ids))  # type: ignore[attr-defined]
            .select_related("pgh_context")
            .order_by("-pgh_id")[:SHOWN_EVENTS]
        )
        for event in found:
            event.pgh_tracked_model = model
        events += found
    return sorted(events, key=lambda event: (event.pgh_created_at, event.pgh_id))


def _facts(event: Any) -> Mapping[str, Any]:
    context = event.pgh_context
    return context.metadata if context else {}


def _authors(events: Sequence[Any]) -> dict[int, str]:
    ids: set[int] = {_facts(event).get("user") or 0 for event in events}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}


def _line(event: Any, people: Mapping[int, str]) -> HistoryLine:
    facts = _facts(event)
    return HistoryLine(
        at=event.pgh_created_at,
        who=people.get(facts.get("user") or 0, "Caracol (automatique)"),
        label=history.LABELS.get(facts.get("act", ""), ""),
        reason=str(facts.get("reason", "")),
    )


def _row_change(
    event: Any, previous: Any, names: Mapping[tuple[type, int], str], masks: Masks
) -> RowChange:
    model = event.pgh_tracked_model
    removed = event.pgh_label == REMOVED
    if removed:
        previous = None  # everything it was, once more
    changes = []
    for column in _columns(model):
        if column.name in _LEFT_OUT:
            continue
        after = getattr(event, column.attname)
        before = getattr(previous, column.attname) if previous else None
        if before == after or (previous is None and after in (None, "", False)):
            continue
        hidden = model._meta.label_lower in masks
        hidden = hidden or f"{model._meta.label_lower}.{column.name}" in masks
        changes.append(
            Change(
                name=str(column.verbose_name),
                before="" if hidden or previous is None else french(column, before, names),
                after="" if hidden else french(column, after, names),
                hidden=hidden,
            )
        )
    created = previous is None and not removed
    return RowChange(str(model._meta.verbose_name), created, changes, removed)


def _columns(model: Any) -> list[Any]:
    """Return the columns that history keeps: those that the database computes tell nothing."""
    kept = {column.attname for column in model.pgh_event_model._meta.concrete_fields}
    return [
        column
        for column in model._meta.concrete_fields
        if not column.generated and column.attname in kept
    ]


def _related_names(events: Sequence[Any]) -> dict[tuple[type, int], str]:
    """Name every row that a foreign key of the events points to: a query for each model."""
    wanted: dict[Any, set[int]] = defaultdict(set)
    for event in events:
        for column in _columns(event.pgh_tracked_model):
            value = getattr(event, column.attname)
            if column.is_relation and value is not None:
                wanted[column.related_model].add(value)
    names: dict[tuple[type, int], str] = {}
    for model, ids in wanted.items():
        relations = [c.name for c in model._meta.concrete_fields if c.is_relation and not c.null]
        rows = model._default_manager.select_related(*relations).in_bulk(ids)
        names |= {(model, pk): str(row) for pk, row in rows.items()}
    return names


def french(column: Any, value: Any, names: Mapping[tuple[type, int], str]) -> str:
    """Write a field's value as people read it."""
    if value is None or value == "":
        return "–"
    if column.is_relation:
        return names.get((column.related_model, value), f"n° {value}")
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "oui" if value else "non"
    return _plain_value(column, value)


def _plain_value(column: Any, value: Any) -> str:
    if isinstance(column, MoneyField):
        return euros(Decimal(value))
    if isinstance(column, MonthField):
        return Month.of(value).label
    if isinstance(value, datetime | date):
        return french_day(value)
    return str(value)


def rows_of_act(act_id: Any, *, masks: Masks = frozenset()) -> list[RowChange]:
    """Return what one act did to every row it touched, model by model; at most SHOWN_EVENTS."""
    rows: list[RowChange] = []
    for model in tracked_models():
        events = model.pgh_event_model.objects  # type: ignore[attr-defined]
        touched = list(events.filter(pgh_context_id=act_id).order_by("pgh_id")[:SHOWN_EVENTS])
        if not touched:
            continue
        ids = {event.pgh_obj_id for event in touched}
        earlier = events.filter(pgh_obj_id__in=ids, pgh_id__lt=touched[0].pgh_id)
        before: dict[int, Any] = {e.pgh_obj_id: e for e in earlier.order_by("pgh_id")}
        for event in touched:
            event.pgh_tracked_model = model
        names = _related_names(touched)
        for event in touched:
            rows.append(_row_change(event, before.get(event.pgh_obj_id), names, masks))
            before[event.pgh_obj_id] = event
    return rows[:SHOWN_EVENTS]


def tracked_models() -> list[type[models.Model]]:
    """Return the models whose changes the database writes, by name."""
    found = [model for model in apps.get_models() if hasattr(model, "pgh_event_model")]
    return sorted(found, key=lambda model: model._meta.label)


def consultations_of(subjects: Subjects) -> models.QuerySet[AccessRecord]:
    """Return who read, printed, exported or downloaded the rows, latest first."""
    condition = Q(pk__in=[])
    kinds = ContentType.objects.get_for_models(*subjects)
    for model, ids in subjects.items():
        condition |= Q(content_type=kinds[model], object_id__in=list(ids))
    return AccessRecord.objects.filter(condition).select_related("user").order_by("-at", "-pk")
