"""Shared field shapes. This application holds no table."""

from typing import Any

from django.db import models


class MoneyField(models.DecimalField):
    """An amount in euros: NUMERIC(12,2), never a float."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"] = 12
        kwargs["decimal_places"] = 2
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out what the class decides."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


class MonthField(models.DateField):
    """A calendar month, stored as its first day; read and written as a date."""
