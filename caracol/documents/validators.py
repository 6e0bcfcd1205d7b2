"""Validators of what the director writes about texts."""

from django.core.exceptions import ValidationError

from caracol.documents import filling


def are_elements(value: str) -> None:
    """Refuse anything but elements of a text, separated by « ou »."""
    if not all(filling.is_element(part) for part in value.split(" ou ")):
        raise ValidationError(
            "Écrivez {{ nom.du.fait }} ou [[clause nom]] ; séparez par « ou » ce dont un seul "
            "suffit."
        )
