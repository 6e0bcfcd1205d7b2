"""Read what is in force on a day."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from caracol.core.errors import Refused
from caracol.parameters.models import Association, IndexValue, Parameter

_HELD: "ContextVar[Callable[[], DatedValues] | None]" = ContextVar(
    "every parameter, read at once", default=None
)


class ParameterMissing(Refused):
    """A rule needs a value that nobody has given for that day."""


def value(key: str, on: date) -> Any:
    """Return a parameter's value on a day. Raises ParameterMissing when there is none."""
    hold = _HELD.get()
    if hold is not None:
        return hold().on(key, on)
    row = Parameter.objects.on(on).filter(key=key).first()
    if row is None:
        raise _missing(key, on)
    return row.value


@contextmanager
def parameters_at_once() -> Iterator[None]:
    """Within, all parameters are read by one query, the first time one is asked for.

    For a page that gathers what many rules say; what changes meanwhile is not seen.
    """
    read = cache(lambda: DatedValues(tuple(Parameter.objects.all())))
    token = _HELD.set(read)
    try:
        yield
    finally:
        _HELD.reset(token)


def association(on: date) -> Association:
    """Return the association's identity on a day, else the nearest one known.

    Raises ParameterMissing before the takeover.
    """
    found = Association.objects.on(on).first() or Association.objects.order_by("valid_from").first()
    if found is None:
        raise ParameterMissing(
            "L'identité de l'association est inconnue : faites d'abord la reprise du classeur."
        )
    return found


def rent_index(year: int, quarter: int) -> Decimal | None:
    """Return the IRL published for a quarter, or None when nobody has recorded it yet."""
    row = IndexValue.objects.filter(year=year, quarter=quarter).first()
    return row.value if row else None


def values_over(key: str) -> list[tuple[date, date | None, Any]]:
    """Return all values of a parameter with their first and last day, the oldest first."""
    rows = Parameter.objects.filter(key=key).order_by("valid_from")
    return list(rows.values_list("valid_from", "valid_to", "value"))


def values_under(prefix: str, on: date) -> dict[str, Any]:
    """Return the values of all parameters whose key begins alike, by what follows, on a day."""
    rows = Parameter.objects.on(on).filter(key__startswith=prefix)
    return {key.removeprefix(prefix): found for key, found in rows.values_list("key", "value")}


@dataclass(frozen=True)
class DatedValues:
    """Parameters read once, with all their values in time: for what judges many days at a time."""

    rows: tuple[Parameter, ...]

    def on(self, key: str, day: date) -> Any:
        """Return a parameter's value on a day. Raises ParameterMissing."""
        for row in self.rows:
            last = row.valid_to or day
            if row.key == key and row.valid_from <= day <= last:
                return row.value
        raise _missing(key, day)


def dated_values(*keys: str) -> DatedValues:
    """Return every value of some parameters, in one query."""
    return DatedValues(tuple(Parameter.objects.filter(key__in=keys)))


def _missing(key: str, on: date) -> ParameterMissing:
    return ParameterMissing(
        f"Le paramètre « {key} » n'a pas de valeur au {on:%d/%m/%Y}. "
        "La direction peut l'ajouter dans l'administration, « Paramètres datés »."
    )
