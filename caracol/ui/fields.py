"""Form fields and widgets as people here type: amounts, days, months, files."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from caracol.core.money import euros, number
from caracol.core.periods import Month

_TOO_LARGE = "Ce montant est trop grand : vérifiez les chiffres et la virgule."
_SPACES = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\t€")

# Further away a day is a slip of the keyboard, and days counted from it leave the calendar.
FIRST_YEAR, LAST_YEAR = 1900, 2199


class DateInput(forms.DateInput):
    """The browser's own day picker; sends 2026-11-23 whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MonthInput(forms.TextInput):
    """The browser's own month picker; sends 2026-11."""

    input_type = "month"

    def format_value(self, value: Any) -> str | None:
        """Write a Month as the browser wants it."""
        return None if value in (None, "") else str(value)


class MoneyInput(forms.TextInput):
    """An amount in euros, with its sign beside it."""

    suffix = "€"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        """Write a Decimal as French does; leave typed text alone."""
        return number(value) if isinstance(value, Decimal) else super().format_value(value)


class FileDrop(forms.FileInput):
    """A file to choose or to drop on the page."""

    drop = True


class DateField(forms.DateField):
    """A day: picked, or typed 23/11/2026. A year half typed (0202) is no day."""

    widget = DateInput
    input_formats = ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y"]
    default_error_messages = {"year": "Vérifiez l'année."}

    def to_python(self, value: Any) -> date | None:
        """Read a day of a year that somebody may mean."""
        day: date | None = super().to_python(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(self.error_messages["year"], code="year")
        return day


class MonthField(forms.Field):
    """A month, as `Month`."""

    widget = MonthInput
    default_error_messages = {"invalid": "Indiquez un mois, par exemple 2026-11."}

    def to_python(self, value: Any) -> Month | None:
        """Read "2026-11"."""
        if value in self.empty_values or isinstance(value, Month):
            return value or None
        try:
            return Month.parse(str(value))
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


def _beyond(code: str, limit: Decimal) -> str:
    """Say a limit as French writes it."""
    if code == "max_value":
        return f"Indiquez {euros(limit)} au plus."
    return f"Indiquez {euros(limit)} au moins." if limit else "Un montant n'est pas négatif."


class MoneyField(forms.DecimalField):
    """An amount in euros, typed as people do: "1 234,56", "1234.56", "1234,5 €"."""

    widget = MoneyInput
    default_error_messages = {
        "invalid": "Indiquez un montant en euros, par exemple 412,50.",
        "max_decimal_places": "Un montant a deux décimales au plus.",
        "max_digits": _TOO_LARGE,
        "max_whole_digits": _TOO_LARGE,
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_digits", 12)
        options.setdefault("decimal_places", 2)
        super().__init__(**options)
        for code, limit in (("min_value", self.min_value), ("max_value", self.max_value)):
            if limit is not None:
                self.error_messages[code] = _beyond(code, Decimal(limit))  # type: ignore[arg-type]

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """Read French and computer notations alike."""
        if isinstance(value, str):
            value = value.translate(_SPACES).replace(",", ".").replace("\N{MINUS SIGN}", "-")
        return super().to_python(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A text input takes no `step`."""
        return {}
