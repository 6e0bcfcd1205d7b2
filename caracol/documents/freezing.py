"""The frozen form of a paper's data and its fingerprint. Pure."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

_CENT = Decimal("0.01")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def freeze(value: Any) -> Any:
    """Return the JSON form of a paper: amounts as strings, days as ISO texts.

    Control characters, which no paper can show, are left out. Raises TypeError for a float or
    anything else that has no exact form.
    """
    exact = _EXACT.get(type(value))
    if exact is not None:
        return exact(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: freeze(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {str(key): freeze(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return freeze(value.value)
    if isinstance(value, str):
        return _freeze_text(str(value))
    raise TypeError(f"{type(value).__name__} cannot be frozen in a document")


def _freeze_text(text: str) -> str:
    return text if text.isprintable() else _CONTROLS.sub("", text)


def _freeze_amount(amount: Decimal) -> str:
    return format(amount.quantize(_CENT), "f")


def _freeze_list(items: Sequence[Any]) -> list[Any]:
    return [freeze(item) for item in items]


def _as_is(value: Any) -> Any:
    return value


_EXACT: dict[type, Callable[[Any], Any]] = {
    str: _freeze_text,
    Decimal: _freeze_amount,
    date: date.isoformat,
    datetime: datetime.isoformat,
    tuple: _freeze_list,
    list: _freeze_list,
    int: _as_is,
    bool: _as_is,
    type(None): _as_is,
}


def canonical(value: Any) -> bytes:
    """Return the one JSON text of a frozen value: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def fingerprint(*, kind: str, number: str, issued_on: date, data: Any) -> str:
    """Return the SHA-256 of what a document says: its kind, number, day and frozen data."""
    said = {"kind": kind, "number": number, "issued_on": issued_on.isoformat(), "data": data}
    return hashlib.sha256(canonical(said)).hexdigest()
