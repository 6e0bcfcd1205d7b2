"""Insert what is new and update what changed: two statements a table, however many rows."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)
BATCH = 500


def put(model: type[Row], wanted: Mapping[str, Mapping[str, Any]], known: dict[str, Row]) -> None:
    """Give the rows of `known` the values wanted, creating in it those it lacks."""
    created: dict[str, Row] = {}
    changed: list[Row] = []
    fields: set[str] = set()
    for code, values in wanted.items():
        row = known.get(code)
        if row is None:
            created[code] = model(**values)
            continue
        differing = {name for name, value in values.items() if getattr(row, name) != value}
        for name in differing:
            setattr(row, name, values[name])
        if differing:
            changed.append(row)
            fields |= differing
    manager = model._default_manager
    manager.bulk_create(created.values())
    if changed:
        manager.bulk_update(changed, sorted(fields), batch_size=BATCH)
    known.update(created)
