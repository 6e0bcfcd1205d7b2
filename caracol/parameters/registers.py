"""Registers of the rules: dated parameters, the rent reference index."""

import json
from typing import Any, ClassVar

from caracol.core.registers import Amount, Day, Register, Text, Whole, column
from caracol.parameters import services
from caracol.parameters.models import IndexValue, Parameter


class Value(Text):
    """A parameter's value, as the rules read it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Read a number, a list, an object, or else a text."""
        text = str(value or "").strip()
        if not text:
            raise ValueError("La valeur manque.")
        try:
            return json.loads(text)
        except ValueError:
            return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """Write it so that it comes back the same."""
        return json.dumps(value, ensure_ascii=False) if value is not None else ""


class ParameterRegister(Register):
    """Values of the rules: a new one closes the one before."""

    required = ("key", "value", "valid_from", "source")
    key = column("Clé", "key")
    value = column("Valeur", "value", Value())
    valid_from = column("Valable du", "valid_from", Day())
    source = column("Source", "source")

    class Meta(Register.Meta):
        abstract = False
        model = Parameter
        fields = ("key", "value", "valid_from", "source")
        import_id_fields = ("key", "valid_from")
        # Overlaps are the service's business: it first closes the value before.
        clean_model_instances = False

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:  # noqa: FBT001
        """Begin a new value; refuse to alter one that exists."""
        if not is_create:
            raise services.ValueRefused(
                "Une valeur commence déjà ce jour-là : corrigez-la sur sa page, avec un motif."
            )
        services.begin(row=instance, scope=("key",), actor=kwargs["user"])


class IndexRegister(Register):
    """The rent reference index."""

    required = ("year", "quarter", "value", "source")
    year = column("Année", "year", Whole())
    quarter = column("Trimestre", "quarter", Whole())
    value = column("Indice", "value", Amount())
    published_on = column("Publié le", "published_on", Day())
    source = column("Source", "source")

    class Meta(Register.Meta):
        abstract = False
        model = IndexValue
        fields: ClassVar = ("year", "quarter", "value", "published_on", "source")
        import_id_fields = ("year", "quarter")
