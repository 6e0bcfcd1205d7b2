"""The frozen form of a paper's data and its fingerprint. Pure."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def freeze(value: Any) -> Any:
    """Return the JSON form of a paper: amounts as strings, days as ISO texts.

    Control characters, which no paper can show, are left out. Raises TypeError for a float or
    anything else that has no exact form.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = (field.name for field in dataclasses.fields(value))
        return {name: freeze(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): freeze(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [freeze(item) for item in value]
    return _freeze_one(value)


def _freeze_one(value: Any) -> Any:
    match value:
        case Enum():
            return _freeze_one(value.value)
        case None | bool() | int():
            return value
        case str():
            return _CONTROLS.sub("", value)
        case Decimal():
            return format(value.quantize(Decimal("0.01")), "f")
        case datetime() | date():
            return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be frozen in a document")


def canonical(value: Any) -> bytes:
    """Return the one JSON text of a frozen value: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def fingerprint(*, kind: str, number: str, issued_on: date, data: Any) -> str:
    """Return the SHA-256 of what a document says: its kind, number, day and frozen data."""
    said = {"kind": kind, "number": number, "issued_on": issued_on.isoformat(), "data": data}
    return hashlib.sha256(canonical(said)).hexdigest()
